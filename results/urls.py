from django.urls import path

from results import views

app_name = "results"
urlpatterns = [
    path("projects/<objectid:project_id>/results/", views.result_list, name="result_list"),
    path("projects/<objectid:project_id>/results/export/", views.result_export, name="result_export"),
    path("projects/<objectid:project_id>/results/exports/", views.export_list, name="export_list"),
    path("projects/<objectid:project_id>/results/exports/new/", views.export_create, name="export_create"),
    path(
        "projects/<objectid:project_id>/results/exports/<objectid:export_id>/file/<str:key>/",
        views.export_file,
        name="export_file",
    ),
    path(
        "projects/<objectid:project_id>/results/exports/<objectid:export_id>/delete/",
        views.export_delete,
        name="export_delete",
    ),
    path("projects/<objectid:project_id>/results/estimate/", views.estimate, name="estimate"),
    path("projects/<objectid:project_id>/results/bulk/", views.result_bulk, name="result_bulk"),
    path("projects/<objectid:project_id>/results/changes/", views.change_list, name="change_list"),
    path(
        "projects/<objectid:project_id>/results/changes/<objectid:change_id>/",
        views.change_progress,
        name="change_progress",
    ),
    path(
        "projects/<objectid:project_id>/results/changes/<objectid:undo_id>/undo/",
        views.change_undo,
        name="change_undo",
    ),
    path("projects/<objectid:project_id>/results/views/new/", views.view_create, name="view_create"),
    path("projects/<objectid:project_id>/results/views/<objectid:view_id>/", views.view_edit, name="view_edit"),
    path(
        "projects/<objectid:project_id>/results/views/<objectid:view_id>/delete/", views.view_delete, name="view_delete"
    ),
    path("projects/<objectid:project_id>/results/<objectid:result_id>/label/", views.result_label, name="result_label"),
    path("projects/<objectid:project_id>/results/<objectid:result_id>/", views.result_detail, name="result_detail"),
    path(
        "projects/<objectid:project_id>/results/<objectid:result_id>/explanation/",
        views.result_explanation,
        name="result_explanation",
    ),
    path(
        "projects/<objectid:project_id>/results/<objectid:result_id>/delete/", views.result_delete, name="result_delete"
    ),
    path("projects/<objectid:project_id>/analytics/", views.analytics, name="analytics"),
    path("projects/<objectid:project_id>/analytics/aspects/", views.aspects, name="aspects"),
    path("projects/<objectid:project_id>/analytics/keywords/", views.keywords, name="keywords"),
    path("projects/<objectid:project_id>/analytics/keywords/export/", views.keywords_export, name="keywords_export"),
    path("projects/<objectid:project_id>/analytics/insights/", views.insights, name="insights"),
    path("projects/<objectid:project_id>/analytics/compare/", views.compare, name="compare"),
    path("projects/<objectid:project_id>/markers/", views.marker_list, name="marker_list"),
    path("projects/<objectid:project_id>/markers/new/", views.marker_create, name="marker_create"),
    path("projects/<objectid:project_id>/markers/<objectid:marker_id>/", views.marker_edit, name="marker_edit"),
    path(
        "projects/<objectid:project_id>/markers/<objectid:marker_id>/delete/",
        views.marker_delete,
        name="marker_delete",
    ),
    path("projects/compare/", views.compare_projects, name="compare_projects"),
    path("try/", views.try_sentence, name="try_sentence"),
]
