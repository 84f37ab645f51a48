from django.urls import path

from integrations import views

WEBHOOK = "webhooks/<objectid:webhook_id>/"
DELIVERY = f"{WEBHOOK}deliveries/<objectid:delivery_id>/"

urlpatterns = [
    path("keys/", views.key_list, name="key_list"),
    path("keys/<slug:provider>/", views.key_edit, name="key_edit"),
    path("keys/<slug:provider>/test/", views.key_test, name="key_test"),
    path("keys/<slug:provider>/delete/", views.key_delete, name="key_delete"),
    path("keys/<slug:provider>/models/new/", views.model_create, name="model_create"),
    path("models/<objectid:model_id>/", views.model_edit, name="model_edit"),
    path("models/<objectid:model_id>/delete/", views.model_delete, name="model_delete"),
    path("webhooks/", views.webhook_list, name="webhook_list"),
    path("webhooks/new/", views.webhook_create, name="webhook_create"),
    path(WEBHOOK, views.webhook_detail, name="webhook_detail"),
    path(f"{WEBHOOK}edit/", views.webhook_edit, name="webhook_edit"),
    path(f"{WEBHOOK}test/", views.webhook_test, name="webhook_test"),
    path(f"{WEBHOOK}toggle/", views.webhook_toggle, name="webhook_toggle"),
    path(f"{WEBHOOK}secret/", views.webhook_rotate, name="webhook_rotate"),
    path(f"{WEBHOOK}delete/", views.webhook_delete, name="webhook_delete"),
    path(f"{WEBHOOK}again/", views.deliveries_redeliver, name="deliveries_redeliver"),
    path(DELIVERY, views.delivery_detail, name="delivery_detail"),
    path(f"{DELIVERY}again/", views.delivery_redeliver, name="delivery_redeliver"),
    path("notifications/", views.channel_list, name="channel_list"),
    path("notifications/bell/", views.bell_edit, name="bell_edit"),
    path("notifications/new/<slug:service>/", views.channel_create, name="channel_create"),
    path("notifications/<objectid:channel_id>/", views.channel_edit, name="channel_edit"),
    path("notifications/<objectid:channel_id>/test/", views.channel_test, name="channel_test"),
    path("notifications/<objectid:channel_id>/toggle/", views.channel_toggle, name="channel_toggle"),
    path("notifications/<objectid:channel_id>/delete/", views.channel_delete, name="channel_delete"),
]
