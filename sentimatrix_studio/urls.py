"""The site map."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from accounts.staff import admin_login, may_administer
from integrations.views import notice_latest, notice_list, notice_open, notices_read
from scraping.views import job_overview, sample_load
from sentimatrix_studio import health, metrics, reference, views
from sentimatrix_studio.mongo.ids import ObjectIdConverter

register_converter(ObjectIdConverter, "objectid")

admin.site.login = admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.has_permission = may_administer  # type: ignore[method-assign]

project_pages: list[URLPattern | URLResolver] = [
    path("projects/", views.project_list, name="project_list"),
    path("projects/new/review/", views.project_review, name="project_review"),
    path("projects/<objectid:project_id>/", views.project_detail, name="project_detail"),
    path("projects/<objectid:project_id>/targets/", views.target_list, name="target_list"),
    path("", include("projects.urls")),
]
job_pages: list[URLPattern | URLResolver] = [
    path("jobs/", job_overview, name="job_overview"),
    path("", include("scraping.schedules.urls")),
    path("projects/", include("scraping.urls")),
]
integration_pages: list[URLPattern | URLResolver] = [
    path("notifications/", notice_list, name="notice_list"),
    path("notifications/latest/", notice_latest, name="notice_latest"),
    path("notifications/read/", notices_read, name="notices_read"),
    path("notifications/<objectid:notice_id>/", notice_open, name="notice_open"),
    path("settings/", include("integrations.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/words/", views.dashboard_words, name="dashboard_words"),
    path("", include((project_pages, "projects"))),
    path("", include((job_pages, "scraping"))),
    path("", include("results.urls")),
    path("sample/", sample_load, name="sample_load"),
    path("", include("accounts.allauth_urls")),
    path("settings/", include("accounts.urls")),
    path("", include((integration_pages, "integrations"))),
    path("admin/", admin.site.urls),
    path("docs/", reference.docs, name="docs"),
    path("api/v1/", include("sentimatrix_studio.api")),
    path("health/live", health.Live.as_view(), name="health_live"),
    path("metrics", metrics.Metrics.as_view(), name="metrics"),
]

handler400 = "sentimatrix_studio.failures.bad_request"
handler403 = "sentimatrix_studio.failures.permission_denied"
handler404 = "sentimatrix_studio.failures.page_not_found"
handler500 = "sentimatrix_studio.failures.server_error"
