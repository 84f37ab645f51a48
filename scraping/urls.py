"""Included by the site map in the namespace ``scraping``, under ``projects/``."""

from django.urls import path

from scraping import views
from scraping.reanalysis.views import reanalyse

urlpatterns = [
    path("<objectid:project_id>/jobs/", views.job_list, name="job_list"),
    path("<objectid:project_id>/jobs/start/", views.job_start, name="job_start"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/", views.job_detail, name="job_detail"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/status.json", views.job_status, name="job_status"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/retry/", views.job_retry, name="job_retry"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/errors.csv", views.job_errors, name="job_errors"),
    path("<objectid:project_id>/jobs/<objectid:job_id>/changes/", views.job_changes, name="job_changes"),
    path("<objectid:project_id>/results/reanalyze/", reanalyse, name="reanalyse"),
    path("<objectid:project_id>/import/", views.import_create, name="import_create"),
]
