"""Included by the site map in the namespace ``projects``, after the pages that show a project's figures."""

from django.urls import include, path

from projects import views

project_pages = [
    path("new/", views.project_create, name="project_create"),
    path("new/sources/", views.project_sources, name="project_sources"),
    path("new/preset/", views.project_preset, name="project_preset"),
    path("new/settings/", views.project_settings, name="project_settings"),
    path("check/", views.addresses_check, name="addresses_check"),
    path("<objectid:project_id>/edit/", views.project_edit, name="project_edit"),
    path("<objectid:project_id>/preset/", views.project_use_preset, name="project_use_preset"),
    path("<objectid:project_id>/pause/", views.project_pause, name="project_pause"),
    path("<objectid:project_id>/archive/", views.project_archive, name="project_archive"),
    path("<objectid:project_id>/restore/", views.project_restore, name="project_restore"),
    path("<objectid:project_id>/delete/", views.project_delete, name="project_delete"),
    path("<objectid:project_id>/targets/new/", views.target_create, name="target_create"),
    path("<objectid:project_id>/targets/<objectid:target_id>/edit/", views.target_edit, name="target_edit"),
    path("<objectid:project_id>/targets/<objectid:target_id>/pause/", views.target_pause, name="target_pause"),
    path("<objectid:project_id>/targets/<objectid:target_id>/resume/", views.target_resume, name="target_resume"),
    path("<objectid:project_id>/targets/<objectid:target_id>/delete/", views.target_delete, name="target_delete"),
]
preset_pages = [
    path("", views.preset_list, name="preset_list"),
    path("new/", views.preset_create, name="preset_create"),
    path("<objectid:preset_id>/edit/", views.preset_edit, name="preset_edit"),
    path("<objectid:preset_id>/delete/", views.preset_delete, name="preset_delete"),
    path("<slug:preset_id>/duplicate/", views.preset_duplicate, name="preset_duplicate"),
]
urlpatterns = [
    path("projects/", include(project_pages)),
    path("settings/presets/", include(preset_pages)),
]
