"""MongoDB removes kept answers that have run out, which models cannot ask for."""

from django.db import migrations

COLLECTION, INDEX = "sentimatrix_studio_keptanswer", "kept_answer_expiry"


def create(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).create_index("expires_at", name=INDEX, expireAfterSeconds=0)


def drop(apps, schema_editor):
    schema_editor.connection.get_collection(COLLECTION).drop_index(INDEX)


class Migration(migrations.Migration):
    dependencies = [("sentimatrix_studio", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
