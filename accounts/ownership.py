"""Who may touch which row: the only place that answers it.

Every owned document carries ``owner``. Somebody else's row answers exactly like a missing one.
"""

from typing import Any, Self, TypeVar

from bson import ObjectId
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from rest_framework.request import Request

from accounts.models import User
from sentimatrix_studio.mongo.pipelines import row_where

Person = AbstractBaseUser | AnonymousUser
Owned = TypeVar("Owned", bound=models.Model)  # with an ``owner``
Anything = TypeVar("Anything", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Any]):
    def owned_by(self, user: Person) -> Self:
        return self.filter(owner_id=user.pk) if user.is_authenticated else self.none()


class OwnedModel(models.Model):
    owner_id: ObjectId
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True


def signed_in(request: HttpRequest | Request) -> User:
    """The person behind a request that only those who are signed in may make."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def owned_or_404(model: type[Owned], user: Person, pk: ObjectId | str, **columns: Any) -> Owned:
    """The row with this key if it is the user's and has these values, else ``Http404`` as for a missing row."""
    if not user.is_authenticated or not ObjectId.is_valid(str(pk)):
        raise Http404
    row = row_where(model, {"_id": ObjectId(str(pk)), "owner_id": user.pk, **columns})
    if row is None or getattr(row, "is_leaving", False):  # with what it hangs on: it is as good as gone
        raise Http404
    return row


def of_user_or_404(model: type[Anything], user: Person, pk: ObjectId) -> Anything:
    """The same for rows of reusable apps, which call their owner ``user``."""
    row = row_where(model, {"_id": pk, "user_id": user.pk}) if user.is_authenticated else None
    if row is None:
        raise Http404
    return row
