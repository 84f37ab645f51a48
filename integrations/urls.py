from django.urls import path

from integrations import views

urlpatterns = [
    path("keys/", views.key_list, name="key_list"),
    path("keys/<slug:provider>/", views.key_edit, name="key_edit"),
    path("keys/<slug:provider>/test/", views.key_test, name="key_test"),
    path("keys/<slug:provider>/delete/", views.key_delete, name="key_delete"),
    path("keys/<slug:provider>/models/new/", views.model_create, name="model_create"),
    path("models/<objectid:model_id>/", views.model_edit, name="model_edit"),
    path("models/<objectid:model_id>/delete/", views.model_delete, name="model_delete"),
    path("notifications/", views.channel_list, name="channel_list"),
    path("notifications/bell/", views.bell_edit, name="bell_edit"),
    path("notifications/new/<slug:service>/", views.channel_create, name="channel_create"),
    path("notifications/<objectid:channel_id>/", views.channel_edit, name="channel_edit"),
    path("notifications/<objectid:channel_id>/test/", views.channel_test, name="channel_test"),
    path("notifications/<objectid:channel_id>/toggle/", views.channel_toggle, name="channel_toggle"),
    path("notifications/<objectid:channel_id>/delete/", views.channel_delete, name="channel_delete"),
]
