"""Reusable apps with ObjectId keys. Their migrations, made with these, live in ``mongo/migrations``."""

from collections.abc import Callable
from unittest import mock

from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django_mongodb_backend.fields import ObjectIdAutoField
from django_q.apps import DjangoQConfig
from rest_framework_simplejwt.token_blacklist.apps import TokenBlacklistConfig

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(AdminConfig):
    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    default_auto_field = OBJECT_ID


class MongoAccountConfig(AccountConfig):
    default_auto_field = OBJECT_ID


class MongoDjangoQConfig(DjangoQConfig):
    default_auto_field = OBJECT_ID


_import_models: Callable[[AppConfig], None] = TokenBlacklistConfig.import_models


def _import_models_with_object_ids(self: AppConfig) -> None:
    with mock.patch("django.db.models.BigAutoField", ObjectIdAutoField):
        _import_models(self)


# simplejwt makes its models abstract unless INSTALLED_APPS holds the app's literal name, so its configuration cannot
# be replaced by a subclass; and both models name BigAutoField themselves.
TokenBlacklistConfig.import_models = _import_models_with_object_ids  # type: ignore[method-assign]
TokenBlacklistConfig.default_auto_field = OBJECT_ID
