from django.apps import AppConfig
from django.core import checks


class IntegrationsConfig(AppConfig):
    name = "integrations"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        # Not tagged as a check of the database: `manage.py check` would leave it out.
        from integrations.checks import secrets_can_be_read  # knows models, which are not there any earlier

        checks.register(secrets_can_be_read)
