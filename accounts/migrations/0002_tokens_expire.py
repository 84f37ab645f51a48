"""MongoDB removes tokens that have run out, which models cannot ask for."""

from django.db import migrations

DAY = 24 * 60 * 60
KEPT = {  # (collection, index) → seconds
    ("accounts_tokenfamily", "token_family_expiry"): 0,
    ("accounts_apitoken", "api_token_expiry"): 30 * DAY,  # until then its caller hears that it has expired
}


def create(apps, schema_editor):
    for (name, index), seconds in KEPT.items():
        collection = schema_editor.connection.get_collection(name)
        collection.create_index("expires_at", name=index, expireAfterSeconds=seconds)


def drop(apps, schema_editor):
    for name, index in KEPT:
        schema_editor.connection.get_collection(name).drop_index(index)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
