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
    path("try/", views.try_sentence, name="try_sentence"),
]
