from typing import Any

from allauth.account.models import EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from bson import ObjectId
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import removal
from accounts.models import ApiToken, AuditEntry, TokenFamily, User
from sentimatrix_studio.mongo.admin import MongoModelAdmin, ReadOnlyAdmin

admin.site.unregister(EmailConfirmation)  # shows the keys of links that confirm an address
admin.site.unregister([Authenticator, UserSession])  # show what opens accounts
admin.site.unregister([SocialAccount, SocialApp, SocialToken])  # let secrets be entered; ours come from the settings


@admin.register(User)
class UserAdmin(MongoModelAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    add_form = AdminUserCreationForm
    list_display = ("email", "name", "is_superuser", "is_staff", "is_active", "created_at", "last_login")
    list_filter = ("is_superuser", "is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("-created_at",)
    readonly_fields = ("created_at", "last_login")
    filter_horizontal = ("groups", "user_permissions")
    # Not the password: even its hash is nobody's business. It is set anew through "forgotten password".
    fieldsets = (
        (None, {"fields": ("email", "name", "timezone")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("When", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(removal_due=None)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        removal.leave(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for user in queryset:
            removal.leave(user)


@admin.register(TokenFamily)
class TokenFamilyAdmin(ReadOnlyAdmin):
    list_display = ("user", "created_at", "expires_at")
    fields = ("user", "created_at", "expires_at")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("owner", "name", "ending", "scope", "created_at", "expires_at", "last_used")
    list_filter = ("scope",)
    ordering = ("-created_at",)
    fields = list_display


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Deleted here for people who lost their phone."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    fields = list_display


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = ("user", "provider", "date_joined", "last_login")
    list_filter = ("provider",)
    fields = list_display


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("seq", "at", "event", "user_id", "address")
    search_fields = ("user_id", "event")
    search_help_text = "The id of an account, its address as long as it is there, or an event such as sign_in.failed."
    show_full_result_count = False
    ordering = ("-seq",)
    fields = ("seq", "at", "event", "user_id", "address", "user_agent", "request_id", "details", "previous", "hash")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip().lower()
        if not words:
            return queryset, False
        if "@" in words:
            owners = User.objects.filter(email=words).values_list("pk", flat=True)
            return queryset.filter(user_id__in=list(owners)), False
        return queryset.filter(user_id=ObjectId(words)) if ObjectId.is_valid(words) else queryset.filter(
            event=words
        ), False
