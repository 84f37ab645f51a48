from django.urls import path

from integrations import views

app_name = "integrations"
urlpatterns = [
    path("keys/", views.key_list, name="key_list"),
    path("keys/<slug:provider>/", views.key_edit, name="key_edit"),
    path("keys/<slug:provider>/test/", views.key_test, name="key_test"),
    path("keys/<slug:provider>/delete/", views.key_delete, name="key_delete"),
    path("keys/<slug:provider>/models/new/", views.model_create, name="model_create"),
    path("models/<objectid:model_id>/", views.model_edit, name="model_edit"),
    path("models/<objectid:model_id>/delete/", views.model_delete, name="model_delete"),
]
