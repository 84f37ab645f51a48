"""Every route of /api/v1, in order."""

from django.urls import URLPattern, URLResolver, path, re_path

from accounts import api as accounts
from sentimatrix_studio import health, problems

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.Overall.as_view(), name="api_health"),
    path("health/live", health.Live.as_view(), name="api_health_live"),
    path("health/ready", health.Ready.as_view(), name="api_health_ready"),
    path("auth/register", accounts.Register.as_view(), name="api_register"),
    path("auth/login", accounts.Login.as_view(), name="api_login"),
    path("auth/refresh", accounts.Refresh.as_view(), name="api_refresh"),
    path("auth/logout", accounts.Logout.as_view(), name="api_logout"),
    path("auth/me", accounts.Me.as_view(), name="api_me"),
    path("auth/me/password", accounts.MyPassword.as_view(), name="api_my_password"),
    re_path(r"", problems.unknown_path, name="api_unknown"),
]
