"""MongoDB removes notices that nobody looks for any more, which models cannot ask for."""

from django.db import migrations

COLLECTION, INDEX = "integrations_notice", "notice_expiry"
KEPT = 90 * 24 * 60 * 60  # seconds


def create(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).create_index("at", name=INDEX, expireAfterSeconds=KEPT)


def drop(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).drop_index(INDEX)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
