"""Included by the site map in the namespace ``scraping``."""

from django.urls import path

from scraping.schedules import views

PROJECT = "projects/<objectid:project_id>/schedule/"

urlpatterns = [
    path("schedules/", views.schedule_list, name="schedule_list"),
    path(PROJECT, views.schedule_detail, name="schedule_detail"),
    path(f"{PROJECT}preview/", views.schedule_preview, name="schedule_preview"),
    path(f"{PROJECT}run/", views.schedule_run, name="schedule_run"),
    path(f"{PROJECT}toggle/", views.schedule_toggle, name="schedule_toggle"),
    path(f"{PROJECT}delete/", views.schedule_delete, name="schedule_delete"),
]
