"""Which reviews of a project mention an aspect, newest first: an index on the items of a list, which no model declares.

Only reviews that mention one are in it.
"""

from django.db import migrations

NAME = "result_aspect"


def create(apps, schema_editor):
    schema_editor.connection.get_collection("results_result").create_index(
        [("project_id", 1), ("aspects.aspect", 1), ("dated_at", -1), ("_id", -1)],
        name=NAME,
        partialFilterExpression={"aspects.aspect": {"$exists": True}},
    )


def drop(apps, schema_editor):
    schema_editor.connection.get_collection("results_result").drop_index(NAME)


class Migration(migrations.Migration):
    dependencies = [("results", "0002_changes_expire")]
    operations = [migrations.RunPython(create, drop)]
