"""The full-text index, which models cannot declare.

It starts with the project, so a search reads the words of one project only. ``language_override`` names a field no
review has: by default MongoDB takes ``language`` for it and refuses documents in a language it has no stemmer for.
"""

from django.db import migrations

NAME = "result_text"


def create(apps, schema_editor):
    schema_editor.connection.get_collection("results_result").create_index(
        [("project_id", 1), ("title", "text"), ("text", "text")],
        name=NAME,
        default_language="english",
        language_override="text_index_language",
    )


def drop(apps, schema_editor):
    schema_editor.connection.get_collection("results_result").drop_index(NAME)


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
