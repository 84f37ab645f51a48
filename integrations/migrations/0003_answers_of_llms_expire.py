"""MongoDB forgets what LLMs have answered, which models cannot ask for."""

from django.db import migrations

COLLECTION, INDEX = "integrations_remembered", "remembered_expiry"
KEPT = 30 * 24 * 60 * 60  # seconds


def create(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).create_index("at", name=INDEX, expireAfterSeconds=KEPT)


def drop(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).drop_index(INDEX)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_notices_expire")]
    operations = [migrations.RunPython(create, drop)]
