"""MongoDB forgets what can be undone once its day is over, which models cannot ask for."""

from django.db import migrations

INDEXES = {"results_change": "change_expiry", "results_former": "former_expiry"}


def create(apps, schema_editor):
    for name, index in INDEXES.items():
        schema_editor.connection.get_collection(name).create_index("expires_at", name=index, expireAfterSeconds=0)


def drop(apps, schema_editor):
    for name, index in INDEXES.items():
        schema_editor.connection.get_collection(name).drop_index(index)


class Migration(migrations.Migration):
    dependencies = [("results", "0002_text_index")]
    operations = [migrations.RunPython(create, drop)]
