"""The pages of allauth that this site opens, under the names allauth knows them by.

Not its own lists of them: those take whole numbers for keys, and open a few doors that nobody uses here.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.providers import GitHubAdapter, GoogleAdapter

passkey_list = login_required(RedirectView.as_view(pattern_name="mfa_index"))  # they are shown there
entrance = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passkey/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("google/login/", OAuth2LoginView.adapter_view(GoogleAdapter), name="google_login"),
    path("google/login/callback/", OAuth2CallbackView.adapter_view(GoogleAdapter), name="google_callback"),
    path("github/login/", OAuth2LoginView.adapter_view(GitHubAdapter), name="github_login"),
    path("github/login/callback/", OAuth2CallbackView.adapter_view(GitHubAdapter), name="github_callback"),
    path("connected/signup/", social.signup, name="socialaccount_signup"),
    path("connected/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("connected/error/", social.login_error, name="socialaccount_login_error"),
]
settings = [
    path("email/", account.email, name="account_email"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("security/", mfa.index, name="mfa_index"),
    path("security/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("security/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path(
        "security/passkeys/", login_required(RedirectView.as_view(pattern_name="mfa_index")), name="mfa_list_webauthn"
    ),
    path("security/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("security/passkeys/<objectid:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("security/passkeys/<objectid:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("connections/", social.connections, name="socialaccount_connections"),
]
urlpatterns = [path("accounts/", include(entrance)), path("settings/", include(settings))]
