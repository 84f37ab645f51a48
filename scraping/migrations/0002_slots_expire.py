"""MongoDB removes what became of planned runs after 90 days, which models cannot ask for."""

from django.db import migrations

COLLECTION, INDEX = "scraping_slot", "slot_expiry"
KEPT = 90 * 24 * 60 * 60  # seconds


def create(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).create_index("created_at", name=INDEX, expireAfterSeconds=KEPT)


def drop(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).drop_index(INDEX)


class Migration(migrations.Migration):
    dependencies = [("scraping", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
