"""Every route of /api/v1, in order."""

from typing import Any

from django.urls import URLPattern, URLResolver, path, re_path

from accounts import api as accounts
from accounts import oauth
from integrations import needs
from integrations.api import (
    ApiKeyTest,
    ApiKeyViewSet,
    BellView,
    ChannelTest,
    ChannelViewSet,
    DeliveryViewSet,
    EventViewSet,
    NoticeViewSet,
    OwnModelViewSet,
    ProviderViewSet,
    WebhookTest,
    WebhookViewSet,
)
from projects.api import PresetViewSet, ProjectViewSet, TargetViewSet
from results.api import (
    AcrossViewSet,
    AnalyticsViewSet,
    Analyze,
    BulkChangeViewSet,
    ChangeViewSet,
    EstimateViewSet,
    ExportViewSet,
    InsightsViewSet,
    LabelViewSet,
    MarkerViewSet,
    ResultViewSet,
    SavedViewViewSet,
    WordsViewSet,
)
from scraping.api import ImportViewSet, JobViewSet
from scraping.models import Schedule
from scraping.reanalysis.api import ReanalysisViewSet
from scraping.schedules.api import ScheduleViewSet
from sentimatrix_studio import health, metrics, overview, problems, reference, takeout
from sentimatrix_studio.dashboard.api import DashboardViewSet

Actions = dict[str, Any]  # method → name of the view set's action

CHANGE: Actions = {"get": "retrieve", "put": "update", "delete": "destroy"}
LIST: Actions = {"get": "list", "post": "create"}
PROJECT = "projects/<objectid:project_id>"
JOB = f"{PROJECT}/scrape/jobs/<objectid:job_id>"
RESULTS = f"{PROJECT}/results"
EXPORT = f"{RESULTS}/exports/<objectid:export_id>"
CHANNEL = "notifications/channels/<objectid:channel_id>"
WEBHOOK = "webhooks/<objectid:webhook_id>"
DELIVERY = f"{WEBHOOK}/deliveries/<objectid:delivery_id>"
SCHEDULE = "schedules/project/<objectid:project_id>"
keys = {"keys_of": overview.usable_by}
projects = {
    **keys,
    "stats_of": overview.project_stats,
    "jobs_of": overview.project_job_counts,
    "plan": Schedule.objects.begin,
}
targets = {**keys, "stats_of": overview.target_stats, "missing_key": needs.missing}

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.Overall.as_view(), name="health"),
    path("health/live", health.Live.as_view(), name="health_live"),
    path("health/ready", health.Ready.as_view(), name="health_ready"),
    path("health/details", health.Details.as_view(), name="health_details"),
    path("metrics", metrics.Metrics.as_view(), name="metrics"),
    path("auth/register", accounts.Register.as_view(), name="register"),
    path("auth/login", accounts.Login.as_view(), name="login"),
    path("auth/mfa", accounts.SecondFactor.as_view(), name="second_factor"),
    path("auth/refresh", accounts.Refresh.as_view(), name="refresh"),
    path("auth/logout", accounts.Logout.as_view(), name="logout"),
    path("auth/forgot-password", accounts.ForgotPassword.as_view(), name="forgot_password"),
    path("auth/reset-password", accounts.ResetPassword.as_view(), name="reset_password"),
    path("auth/me", accounts.Me.as_view(), name="me"),
    path("auth/me/password", accounts.MyPassword.as_view(), name="my_password"),
    path("auth/me/export", accounts.MyExport.as_view(file_of=takeout.response), name="my_export"),
    path("auth/me/audit", accounts.MyAudit.as_view({"get": "list"}), name="my_audit"),
    path("auth/tokens", accounts.ApiTokenViewSet.as_view(LIST), name="tokens"),
    path("auth/tokens/<objectid:token_id>", accounts.ApiTokenViewSet.as_view({"delete": "destroy"}), name="token"),
    path("oauth/providers", oauth.Providers.as_view(), name="oauth_providers"),
    path("oauth/google", oauth.Consent.as_view(provider="google"), name="oauth_google"),
    path("oauth/google/callback", oauth.Callback.as_view(provider="google"), name="oauth_google_callback"),
    path("oauth/github", oauth.Consent.as_view(provider="github"), name="oauth_github"),
    path("oauth/github/callback", oauth.Callback.as_view(provider="github"), name="oauth_github_callback"),
    path("projects", ProjectViewSet.as_view(LIST, **projects), name="projects"),
    path("projects/compare", AcrossViewSet.as_view({"get": "compare"}), name="projects_compare"),
    path(PROJECT, ProjectViewSet.as_view(CHANGE, **projects), name="project"),
    path(f"{PROJECT}/stats", ProjectViewSet.as_view({"get": "stats"}, **projects), name="project_stats"),
    path(f"{PROJECT}/targets", TargetViewSet.as_view(LIST, **targets), name="targets"),
    path(f"{PROJECT}/targets/bulk", TargetViewSet.as_view({"post": "bulk"}, **targets), name="targets_bulk"),
    path(f"{PROJECT}/targets/check", TargetViewSet.as_view({"post": "check"}, **targets), name="target_check"),
    path(f"{PROJECT}/targets/<objectid:target_id>", TargetViewSet.as_view(CHANGE, **targets), name="target"),
    path(f"{PROJECT}/scrape", JobViewSet.as_view({"post": "start"}), name="job_start"),
    path(f"{PROJECT}/scrape/jobs", JobViewSet.as_view({"get": "list"}), name="jobs"),
    path(JOB, JobViewSet.as_view({"get": "retrieve"}), name="job"),
    path(f"{JOB}/cancel", JobViewSet.as_view({"post": "cancel"}), name="job_cancel"),
    path(f"{JOB}/retry", JobViewSet.as_view({"post": "retry"}), name="job_retry"),
    path(f"{JOB}/progress", JobViewSet.as_view({"get": "progress"}), name="job_progress"),
    path(f"{JOB}/log", JobViewSet.as_view({"get": "log"}), name="job_log"),
    path(f"{JOB}/diff", JobViewSet.as_view({"get": "diff"}), name="job_diff"),
    path("scrape/running", JobViewSet.as_view({"get": "running"}), name="running_jobs"),
    path("schedules", ScheduleViewSet.as_view(LIST), name="schedules"),
    path("schedules/preview", ScheduleViewSet.as_view({"post": "preview"}), name="schedule_preview"),
    path(SCHEDULE, ScheduleViewSet.as_view(CHANGE), name="schedule"),
    path(f"{SCHEDULE}/toggle", ScheduleViewSet.as_view({"post": "toggle"}), name="schedule_toggle"),
    path(f"{SCHEDULE}/run-now", ScheduleViewSet.as_view({"post": "run_now"}), name="schedule_run"),
    path(f"{SCHEDULE}/history", ScheduleViewSet.as_view({"get": "history"}), name="schedule_history"),
    path(f"{RESULTS}/reanalyze", ReanalysisViewSet.as_view({"post": "start"}), name="results_reanalyze"),
    path(f"{RESULTS}/reanalyze/estimate", EstimateViewSet.as_view({"get": "retrieve"}), name="results_estimate"),
    path(RESULTS, ResultViewSet.as_view({"get": "list", "delete": "destroy_all"}), name="results"),
    path(
        f"{RESULTS}/<objectid:result_id>",
        ResultViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="result",
    ),
    path(
        f"{RESULTS}/<objectid:result_id>/label",
        LabelViewSet.as_view({"put": "update", "delete": "destroy"}),
        name="result_label",
    ),
    path(f"{RESULTS}/labels", LabelViewSet.as_view({"post": "bulk"}), name="results_label"),
    path(f"{RESULTS}/changes", BulkChangeViewSet.as_view({"get": "list"}), name="bulk_changes"),
    path(f"{RESULTS}/changes/<objectid:change_id>", BulkChangeViewSet.as_view({"get": "retrieve"}), name="bulk_change"),
    path(f"{RESULTS}/undo", ChangeViewSet.as_view({"get": "list"}), name="changes"),
    path(f"{RESULTS}/undo/<objectid:undo_id>", ChangeViewSet.as_view({"post": "undo"}), name="change_undo"),
    path(f"{PROJECT}/markers", MarkerViewSet.as_view(LIST), name="markers"),
    path(f"{PROJECT}/markers/<objectid:marker_id>", MarkerViewSet.as_view(CHANGE), name="marker"),
    path(
        f"{PROJECT}/markers/<objectid:marker_id>/effect", MarkerViewSet.as_view({"get": "effect"}), name="marker_effect"
    ),
    path(f"{PROJECT}/views", SavedViewViewSet.as_view(LIST), name="saved_views"),
    path(f"{PROJECT}/views/<objectid:view_id>", SavedViewViewSet.as_view(CHANGE), name="saved_view"),
    path(f"{RESULTS}/import/preview", ImportViewSet.as_view({"post": "preview"}), name="import_preview"),
    path(f"{RESULTS}/import", ImportViewSet.as_view({"post": "start"}), name="results_import"),
    path(f"{RESULTS}/analytics/summary", AnalyticsViewSet.as_view({"get": "summary"}), name="analytics_summary"),
    path(
        f"{RESULTS}/analytics/sentiment-timeline",
        AnalyticsViewSet.as_view({"get": "sentiment_timeline"}),
        name="analytics_timeline",
    ),
    path(f"{RESULTS}/analytics/emotions", AnalyticsViewSet.as_view({"get": "emotions"}), name="analytics_emotions"),
    path(f"{RESULTS}/analytics/platforms", AnalyticsViewSet.as_view({"get": "platforms"}), name="analytics_platforms"),
    path(f"{RESULTS}/analytics/aspects", AnalyticsViewSet.as_view({"get": "aspects"}), name="analytics_aspects"),
    path(f"{RESULTS}/analytics/keywords", WordsViewSet.as_view({"get": "keywords"}), name="analytics_keywords"),
    path(f"{RESULTS}/analytics/rising", WordsViewSet.as_view({"get": "rising"}), name="analytics_rising"),
    path(
        f"{RESULTS}/analytics/insights",
        InsightsViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="analytics_insights",
    ),
    path(f"{RESULTS}/analytics/compare", AnalyticsViewSet.as_view({"get": "compare"}), name="analytics_compare"),
    path("settings/presets", PresetViewSet.as_view(LIST, **keys), name="presets"),
    path("settings/presets/<slug:preset_id>", PresetViewSet.as_view(CHANGE, **keys), name="preset"),
    path(
        "settings/presets/<slug:preset_id>/duplicate",
        PresetViewSet.as_view({"post": "duplicate"}, **keys),
        name="preset_duplicate",
    ),
    path("settings/llm/providers", ProviderViewSet.as_view({"get": "list"}), name="providers"),
    path("settings/llm/providers/<slug:provider>", ProviderViewSet.as_view({"get": "retrieve"}), name="provider"),
    path("settings/llm/models", OwnModelViewSet.as_view(LIST), name="own_models"),
    path("settings/llm/models/<objectid:model_id>", OwnModelViewSet.as_view(CHANGE), name="own_model"),
    path("settings/api-keys", ApiKeyViewSet.as_view(LIST), name="api_keys"),
    path("settings/api-keys/<slug:provider>", ApiKeyViewSet.as_view({"delete": "destroy"}), name="api_key"),
    path("settings/api-keys/<slug:provider>/test", ApiKeyTest.as_view(), name="api_key_test"),
    path("webhooks", WebhookViewSet.as_view(LIST), name="webhooks"),
    path("webhooks/events/available", EventViewSet.as_view({"get": "list"}), name="webhook_events"),
    path(WEBHOOK, WebhookViewSet.as_view(CHANGE), name="webhook"),
    path(f"{WEBHOOK}/test", WebhookTest.as_view(), name="webhook_test"),
    path(f"{WEBHOOK}/toggle", WebhookViewSet.as_view({"post": "toggle"}), name="webhook_toggle"),
    path(f"{WEBHOOK}/rotate-secret", WebhookViewSet.as_view({"post": "rotate"}), name="webhook_rotate"),
    path(f"{WEBHOOK}/deliveries", DeliveryViewSet.as_view({"get": "list"}), name="deliveries"),
    path(f"{WEBHOOK}/deliveries/redeliver", WebhookViewSet.as_view({"post": "redeliver"}), name="deliveries_redeliver"),
    path(DELIVERY, DeliveryViewSet.as_view({"get": "retrieve"}), name="delivery"),
    path(f"{DELIVERY}/redeliver", DeliveryViewSet.as_view({"post": "redeliver"}), name="delivery_redeliver"),
    path("notifications", NoticeViewSet.as_view({"get": "list"}), name="notices"),
    path("notifications/read", NoticeViewSet.as_view({"post": "read_all"}), name="notices_read"),
    path("notifications/<objectid:notice_id>/read", NoticeViewSet.as_view({"post": "read"}), name="notice_read"),
    path("notifications/bell", BellView.as_view(), name="bell"),
    path("notifications/channels", ChannelViewSet.as_view(LIST), name="channels"),
    path(CHANNEL, ChannelViewSet.as_view(CHANGE), name="channel"),
    path(f"{CHANNEL}/test", ChannelTest.as_view(), name="channel_test"),
    path(f"{CHANNEL}/toggle", ChannelViewSet.as_view({"post": "toggle"}), name="channel_toggle"),
    path("dashboard", DashboardViewSet.as_view({"get": "show"}), name="dashboard"),
    path("dashboard/summary", DashboardViewSet.as_view({"get": "summary"}), name="dashboard_summary"),
    path("dashboard/trends/sentiment", DashboardViewSet.as_view({"get": "sentiment"}), name="dashboard_sentiment"),
    path("dashboard/trends/volume", DashboardViewSet.as_view({"get": "volume"}), name="dashboard_volume"),
    path(
        "dashboard/projects/<objectid:project_id>",
        DashboardViewSet.as_view({"get": "project"}),
        name="dashboard_project",
    ),
    path("analyze", Analyze.as_view(), name="analyze"),
    path(f"{RESULTS}/export", ResultViewSet.as_view({"get": "export"}, limit="export"), name="results_export"),
    path(f"{RESULTS}/exports", ExportViewSet.as_view(LIST, limit="export"), name="exports"),
    path(EXPORT, ExportViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="export"),
    path(f"{EXPORT}/file/<str:key>", ExportViewSet.as_view({"get": "file"}), name="export_file"),
    path("openapi.json", reference.OpenApi.as_view(), name="openapi"),
    re_path(r"", problems.unknown_path, name="unknown"),
]
