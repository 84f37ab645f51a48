"""The site map."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from sentimatrix_studio import views
from sentimatrix_studio.mongo.ids import ObjectIdConverter

register_converter(ObjectIdConverter, "objectid")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("sentimatrix_studio.api")),
    path("health/live", views.health_live, name="health_live"),
]
