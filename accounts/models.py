import zoneinfo
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from allauth.account.models import EmailAddress
from bson import ObjectId
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.timezone import now
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.choices import Scope, Theme
from sentimatrix_studio.mongo.pipelines import row_where

NAME_LENGTH = 100
USE_KEPT_EVERY = timedelta(minutes=1)
FIRST_ID = ObjectId("000000000000000000000001")  # of the administrator who opens an empty installation


def validate_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("“%(name)s” is not a time zone. Use a name such as Europe/Vienna.", params={"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def enrol(self, user: "User") -> None:
        """Save somebody who signs up; the first of an empty installation becomes its administrator.

        The first account has an id that only one row can have, so of several who come at once one alone wins it. As
        long as an administrator who left alone still has that id, one of those who come next inherits the office.
        ``IntegrityError``: the e-mail address is taken.
        """
        if not self.staying().exists():
            user.pk, user.is_staff, user.is_superuser = FIRST_ID, True, True
            try:
                return user.save(force_insert=True)
            except IntegrityError:
                left = self.filter(pk=FIRST_ID, is_superuser=True).exclude(removal_due=None)
                user.pk, user.is_superuser = ObjectId(), left.update(is_superuser=False) == 1
                user.is_staff = user.is_superuser
        return user.save(force_insert=True)

    def staying(self) -> models.QuerySet["User"]:
        """All but those who have left and only wait to be removed."""
        return self.filter(removal_due=None)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, user: "User") -> Self:
        """What its user is shown, the latest first."""
        return self.filter(user_id=user.pk).order_by("-seq")


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; the e-mail address, always in lower case, is the name one signs in with."""

    # Not an auto field: allauth turns integer-like keys into int, and needs the key before the first save.
    id = ObjectIdField(primary_key=True, default=ObjectId, db_column="_id", editable=False)
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    timezone = models.CharField("time zone", max_length=64, default="UTC", validators=[validate_timezone])
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    is_staff = models.BooleanField("may use the admin site", default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)
    removal_due = models.DateTimeField(null=True, editable=False, db_index=True)  # the person has left: see removal.py

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def role(self) -> str:
        return "admin" if self.is_superuser else "user"

    @property
    def is_verified(self) -> bool:
        """Whether the person has shown to read mail at this address."""
        return row_where(EmailAddress, {"user_id": self.pk, "email": self.email, "verified": True}) is not None

    @property
    def is_last_administrator(self) -> bool:
        """Whether the others would be left without an administrator."""
        others = User.objects.staying().exclude(pk=self.pk)
        return self.is_superuser and others.exists() and not others.filter(is_superuser=True, is_active=True).exists()


class TokenFamily(models.Model):
    """One sign-in through the API: all tokens that come from it live and die together."""

    id = ObjectIdAutoField(primary_key=True)
    user_id: ObjectId
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    refresh_id = models.CharField(max_length=32)  # of the only refresh token that still counts
    password_mark = models.CharField(max_length=64)  # changes with the password, and ends the family by that
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"signed in on {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_alive(self) -> bool:
        return self.user.is_active and self.password_mark == self.user.get_session_auth_hash()

    def rotate(self, old: str, new: str, expires_at: datetime) -> bool:
        """Put the refresh token ``new`` in the place of ``old``; false when ``old`` has been replaced before."""
        mine = TokenFamily.objects.filter(pk=self.pk, refresh_id=old)
        return mine.update(refresh_id=new, expires_at=expires_at) == 1


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, owner: User) -> Self:
        """Those of this person which still open the door, the latest first."""
        mark = owner.get_session_auth_hash()
        return self.filter(owner=owner, expires_at__gt=now(), password_mark=mark).order_by("-created_at", "-pk")


class ApiToken(models.Model):
    """What a program signs in with. Of the token itself only a hash is kept: see ``accounts.tokens``."""

    id = ObjectIdAutoField(primary_key=True)
    owner_id: ObjectId
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=NAME_LENGTH)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(max_length=4, editable=False)  # its last characters, to tell it from others
    password_mark = models.CharField(max_length=64, editable=False)  # as in TokenFamily
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} (smx_…{self.ending})"

    @property
    def is_alive(self) -> bool:
        return self.owner.is_active and self.password_mark == self.owner.get_session_auth_hash()

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= now()

    def touch(self) -> None:
        """Keep that it was used, at most once a minute."""
        at = now()
        if self.last_used is None or at - self.last_used > USE_KEPT_EVERY:
            older = models.Q(last_used=None) | models.Q(last_used__lt=at - USE_KEPT_EVERY)
            ApiToken.objects.filter(older, pk=self.pk).update(last_used=at)


class AuditEntry(models.Model):
    """Something that happened to an account. Written by ``accounts.audit`` alone, and never changed.

    The account is named by its id only, so that the entry outlives it. What else says something about the person is
    sealed by a hash of its own and goes with the account; ``hash`` then still covers what is left.
    """

    id = ObjectIdAutoField(primary_key=True)
    seq = models.PositiveBigIntegerField(unique=True)  # 1, 2, 3 … without a gap
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    user_id = ObjectIdField(null=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)
    salt = models.CharField(max_length=32, blank=True)  # empty once the personal part is erased
    seal = models.CharField(max_length=64)  # over the salt and the personal part: address … details
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["user_id", "-seq"], name="audit_user_seq")]

    def __str__(self) -> str:
        return self.event.replace("_", " ").replace(".", " ")


class AuditHead(models.Model):
    """How far the trail had come: it gives away when the latest entries are missing."""

    id = ObjectIdField(primary_key=True, default=ObjectId, db_column="_id", editable=False)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"
