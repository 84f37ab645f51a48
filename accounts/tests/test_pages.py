import re
from email import message_from_string
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, browser_of, make_user, with_password

pytestmark = pytest.mark.django_db

ANNA = {"name": "Anna", "email": "anna@example.org", "password1": PASSWORD, "password2": PASSWORD}
SIGNUP, LOGIN, RESET = reverse("account_signup"), reverse("account_login"), reverse("account_reset_password")
PROFILE, DELETE = reverse("accounts:profile"), reverse("accounts:account_delete")


@pytest.fixture(autouse=True)
def no_bad_tries_from_before():
    cache.clear()


def link_in(message):
    return re.findall(r"http://testserver(/\S+)", message.body)[0]


def says(answer, words: str) -> bool:
    return words in answer.content.decode()


def test_the_first_to_sign_up_is_told_to_be_the_administrator(client):
    answer = client.post(SIGNUP, {**ANNA, "email": "Anna@Example.org"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("dashboard")
    assert says(answer, "you are the administrator")
    user = User.objects.get()
    assert (user.email, user.name, user.is_superuser, user.is_staff) == ("anna@example.org", "Anna", True, True)


def test_the_second_is_not(client):
    make_user()
    answer = client.post(SIGNUP, ANNA, follow=True)
    assert not says(answer, "administrator")
    assert not User.objects.get(email="anna@example.org").is_staff


@pytest.mark.parametrize(("sent", "kept"), [("Europe/Vienna", "Europe/Vienna"), ("Atlantis", "UTC"), ("", "UTC")])
def test_the_zone_of_the_browser_is_the_zone_of_the_account(client, sent, kept):
    client.post(SIGNUP, {**ANNA, "timezone": sent})
    assert User.objects.get().timezone == kept


def test_a_closed_sign_up_has_a_page_that_says_so(client, settings):
    make_user()
    settings.SIGNUP = "closed"
    answer = client.get(SIGNUP)
    assert says(answer, "closed")
    client.post(SIGNUP, ANNA)
    assert User.objects.count() == 1


def test_the_mail_confirms_the_address(client):
    client.post(SIGNUP, ANNA)
    user = User.objects.get()
    assert not user.is_verified
    link = link_in(mail.outbox[0])
    assert mail.outbox[0].to == ["anna@example.org"]
    client.post(link)
    assert user.is_verified


def test_a_taken_address_is_said_beside_its_field(client):
    make_user(email="anna@example.org")
    answer = client.post(SIGNUP, {**ANNA, "email": "ANNA@example.org"})
    assert list(answer.context["form"].errors) == ["email"]
    assert User.objects.count() == 1


def test_the_same_form_sent_twice_at_once_makes_one_account(client, monkeypatch):
    make_user(email="anna@example.org")
    monkeypatch.setattr("allauth.account.forms.BaseSignupForm.validate_unique_email", lambda self, value: value)
    answer = client.post(SIGNUP, ANNA)
    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, LOGIN)
    assert User.objects.count() == 1


def test_one_signs_in_and_out_with_the_address(client):
    user = with_password(email="anna@example.org")
    answer = client.post(LOGIN, {"login": "ANNA@example.org", "password": PASSWORD})
    assert answer.url == reverse("dashboard")
    assert client.session["_auth_user_id"] == str(user.pk)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_sixth_bad_try_is_refused_on_the_page_as_well(client):
    user = with_password()
    for _ in range(5):
        client.post(LOGIN, {"login": user.email, "password": "Wrong-Horse-7"})
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert says(answer, "Too many failed login attempts")
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_set_anew_through_the_mail(client):
    user = with_password(email="anna@example.org")
    elsewhere = browser_of(user)
    client.post(RESET, {"email": "Anna@example.org"})
    form_page = client.get(link_in(mail.outbox[0]), follow=True)
    form_path = form_page.redirect_chain[-1][0]
    answer = client.post(form_path, {"password1": "Even-Better-8", "password2": "Even-Better-8"})
    assert answer.status_code == HTTPStatus.FOUND
    user.refresh_from_db()
    assert user.check_password("Even-Better-8")
    assert elsewhere.get(PROFILE).status_code == HTTPStatus.FOUND
    assert "_auth_user_id" not in client.session


def test_a_reset_link_works_once_and_for_an_hour(client, settings):
    with_password(email="anna@example.org")
    client.post(RESET, {"email": "anna@example.org"})
    link = link_in(mail.outbox[0])
    form_path = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form_path, {"password1": "Even-Better-8", "password2": "Even-Better-8"})
    assert "token_fail" in Client().get(link).context
    assert settings.PASSWORD_RESET_TIMEOUT == 60 * 60


def test_resetting_answers_alike_for_known_and_unknown_addresses(client):
    with_password(email="anna@example.org")
    known = client.post(RESET, {"email": "anna@example.org"}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert (known.status_code, len(known.content)) == (unknown.status_code, len(unknown.content))


def test_mail_goes_to_files_until_a_server_is_named(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    Client().post(SIGNUP, ANNA)
    (file,) = tmp_path.iterdir()
    assert message_from_string(file.read_text())["To"] == "anna@example.org"


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("http://testserver/settings/profile/?a=1", "/settings/profile/?a=1"),
        ("https://evil.example/", "/dashboard/"),
        ("", "/dashboard/"),
    ],
)
def test_who_signs_in_again_comes_back_to_the_page_and_not_to_its_action(client, page, back):
    sent = client.post(reverse("accounts:theme"), headers={"referer": page})
    assert sent.url == f"{LOGIN}?{urlencode({'next': back}, safe='/')}"
    assert client.get(PROFILE).url == f"{LOGIN}?next={PROFILE}"


def test_the_page_to_sign_in_never_stands_in_a_part_of_another(client):
    assert client.get(PROFILE, headers={"HX-Request": "true"}).status_code == HTTPStatus.UNAUTHORIZED


def test_a_new_password_ends_all_sessions_this_one_too():
    user = with_password()
    here, elsewhere = browser_of(user), browser_of(user)
    body = {"oldpassword": PASSWORD, "password1": "Even-Better-8", "password2": "Even-Better-8"}
    assert here.post(reverse("account_change_password"), body).status_code == HTTPStatus.FOUND
    assert [browser.get(PROFILE).status_code for browser in (here, elsewhere)] == [HTTPStatus.FOUND] * 2
    assert here.post(LOGIN, {"login": user.email, "password": "Even-Better-8"})["Location"] == reverse("dashboard")


def test_the_profile_is_changed():
    user = make_user()
    answer = browser_of(user).post(PROFILE, {"name": "Anna", "timezone": "Asia/Tokyo", "theme": "dark"}, follow=True)
    assert says(answer, "Your profile is saved.")
    user.refresh_from_db()
    assert (user.name, user.timezone, user.theme) == ("Anna", "Asia/Tokyo", "dark")


def test_a_bad_profile_is_shown_again_with_what_is_wrong():
    user = make_user()
    answer = browser_of(user).post(PROFILE, {"name": "", "timezone": "Asia/Tokyo", "theme": "auto"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    user.refresh_from_db()
    assert user.timezone == "UTC"


def test_an_account_is_deleted_with_its_password():
    user, other = with_password(), make_user()
    browser = browser_of(user)
    wrong = browser.post(DELETE, {"password": "Wrong-Horse-7"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["password"])
    answer = browser.post(DELETE, {"password": PASSWORD}, follow=True)
    assert says(answer, "are deleted")
    assert [left.pk for left in User.objects.filter(removal_due=None)] == [other.pk]


def test_guessing_the_password_at_deletion_is_limited():
    browser = browser_of(with_password())
    for _ in range(5):
        browser.post(DELETE, {"password": "Wrong-Horse-7"})
    answer = browser.post(DELETE, {"password": PASSWORD})
    assert answer.context["form"].errors["password"] == ["Too many wrong passwords. Wait five minutes."]


def test_the_admin_signs_people_in_by_the_same_page(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.url.startswith(LOGIN)
    assert browser_of(make_user()).get("/admin/login/").status_code == HTTPStatus.FORBIDDEN


def test_the_admin_shows_users_without_any_secret():
    administrator = with_password(is_staff=True, is_superuser=True)
    browser = browser_of(administrator)
    page = browser.get(reverse("admin:accounts_user_change", args=[administrator.pk]))
    assert page.status_code == HTTPStatus.OK
    assert not says(page, "argon2")
    assert not says(page, administrator.password[-20:])


def test_the_admin_deletes_users_by_the_list():
    administrator, user = make_user(is_staff=True, is_superuser=True), make_user()
    EmailAddress.objects.create(user=user, email=user.email)
    body = {"action": "delete_selected", "_selected_action": [str(user.pk)], "post": "yes"}
    browser_of(administrator).post(reverse("admin:accounts_user_changelist"), body)
    assert [left.pk for left in User.objects.filter(removal_due=None)] == [administrator.pk]
    assert not EmailAddress.objects.exists()


def test_the_admin_makes_a_user():
    administrator = make_user(is_staff=True, is_superuser=True)
    body = {"email": "New@example.org", "name": "New", "usable_password": "true"}
    answer = browser_of(administrator).post(
        reverse("admin:accounts_user_add"), {**body, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code == HTTPStatus.FOUND
    assert User.objects.get(email="new@example.org").check_password(PASSWORD)
