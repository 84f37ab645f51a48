"""Included by the site map in the namespace ``projects``, after the pages that show a project's figures."""

from django.urls import path

from projects import views

urlpatterns = [
    path("new/", views.project_create, name="project_create"),
    path("<objectid:project_id>/edit/", views.project_edit, name="project_edit"),
    path("<objectid:project_id>/archive/", views.project_archive, name="project_archive"),
    path("<objectid:project_id>/restore/", views.project_restore, name="project_restore"),
    path("<objectid:project_id>/delete/", views.project_delete, name="project_delete"),
    path("<objectid:project_id>/targets/new/", views.target_create, name="target_create"),
    path("<objectid:project_id>/targets/<objectid:target_id>/edit/", views.target_edit, name="target_edit"),
    path("<objectid:project_id>/targets/<objectid:target_id>/pause/", views.target_pause, name="target_pause"),
    path("<objectid:project_id>/targets/<objectid:target_id>/resume/", views.target_resume, name="target_resume"),
    path("<objectid:project_id>/targets/<objectid:target_id>/delete/", views.target_delete, name="target_delete"),
]
