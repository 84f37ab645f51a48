"""Reusable apps with ObjectId keys. Their migrations, made with these, live in ``mongo/migrations``.

Their models' columns that hold keys which open something keep them hashed.
"""

from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from allauth.socialaccount.apps import SocialAccountConfig
from allauth.usersessions.apps import UserSessionsConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django.contrib.sessions.apps import SessionsConfig
from django_q.apps import DjangoQConfig

from sentimatrix_studio.mongo.fields import keep_hashed

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(AdminConfig):
    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    default_auto_field = OBJECT_ID


class MongoSessionsConfig(SessionsConfig):
    def ready(self) -> None:
        super().ready()
        keep_hashed(self.get_model("session"), "session_key")


class MongoAccountConfig(AccountConfig):
    default_auto_field = OBJECT_ID

    def ready(self) -> None:
        super().ready()
        keep_hashed(self.get_model("emailconfirmation"), "key")


class MongoMFAConfig(MFAConfig):
    default_auto_field = OBJECT_ID


class MongoSocialAccountConfig(SocialAccountConfig):
    default_auto_field = OBJECT_ID


class MongoUserSessionsConfig(UserSessionsConfig):
    default_auto_field = OBJECT_ID

    def ready(self) -> None:
        super().ready()
        keep_hashed(self.get_model("usersession"), "session_key")


class MongoDjangoQConfig(DjangoQConfig):
    default_auto_field = OBJECT_ID
