"""The site map."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from sentimatrix_studio import health, views
from sentimatrix_studio.mongo.ids import ObjectIdConverter

register_converter(ObjectIdConverter, "objectid")

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth's limits ask for

project_pages: list[URLPattern | URLResolver] = [
    path("", views.project_list, name="project_list"),
    path("<objectid:project_id>/", views.project_detail, name="project_detail"),
    path("<objectid:project_id>/targets/", views.target_list, name="target_list"),
    path("", include("projects.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("accounts/", include("allauth.urls")),
    path("settings/", include("accounts.urls")),
    path("projects/", include((project_pages, "projects"))),
    path("admin/", admin.site.urls),
    path("api/v1/", include("sentimatrix_studio.api")),
    path("health/live", health.Live.as_view(), name="health_live"),
]

handler400 = "sentimatrix_studio.views.bad_request"
handler403 = "sentimatrix_studio.views.permission_denied"
handler404 = "sentimatrix_studio.views.page_not_found"
handler500 = "sentimatrix_studio.views.server_error"
