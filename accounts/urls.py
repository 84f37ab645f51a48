from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("theme/", views.theme, name="theme"),
    path("sessions/", views.session_list, name="session_list"),
    path("sessions/end/", views.session_end_others, name="session_end_others"),
    path("sessions/<objectid:session_id>/end/", views.session_end, name="session_end"),
    path("sign-ins/<objectid:sign_in_id>/end/", views.sign_in_end, name="sign_in_end"),
    path("tokens/", views.token_list, name="token_list"),
    path("tokens/new/", views.token_create, name="token_create"),
    path("tokens/<objectid:token_id>/delete/", views.token_delete, name="token_delete"),
    path("activity/", views.activity, name="activity"),
    path("data/", views.data, name="data"),
    path("delete/", views.account_delete, name="account_delete"),
]
