"""MongoDB removes the token families that have run out, which models cannot ask for."""

from django.db import migrations

NAME = "token_family_expiry"


def create(apps, schema_editor):
    families = schema_editor.connection.get_collection("accounts_tokenfamily")
    families.create_index("expires_at", name=NAME, expireAfterSeconds=0)


def drop(apps, schema_editor):
    schema_editor.connection.get_collection("accounts_tokenfamily").drop_index(NAME)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
