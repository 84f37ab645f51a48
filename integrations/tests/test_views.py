from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import browser_of, make_user
from integrations.models import Credential, OwnModel
from integrations.providers import PROVIDERS
from integrations.tests.factories import KEY, make_credential, make_own_model

pytestmark = pytest.mark.django_db

LIST = reverse("integrations:key_list")
GOOD_KEY = "good-canary-0123456789"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def path_of(name: str, provider: str = "groq") -> str:
    return reverse(f"integrations:{name}", args=[provider])


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_the_list_has_every_provider_and_what_there_is_of_ones_own(django_assert_num_queries):
    user = make_user()
    browser = browser_of(user)
    empty = browser.get(LIST).content.decode()
    assert all(f'id="key-{name}"' in empty for name in PROVIDERS)
    assert "No key is needed to begin" in empty
    make_credential(label="Ours")
    for name in ("groq", "openai", "serpapi"):
        make_credential(user, name, label="Mine <b>")
    with django_assert_num_queries(4):  # session, user, running jobs, keys
        page = browser.get(LIST).content.decode()
    assert page.count("gsk_...1234") == 1
    assert page.count("Mine &lt;b&gt;") == 3
    assert "Ours" not in page
    assert "canary" not in page


def test_a_key_is_entered_and_shown_masked():
    user = make_user()
    answer = browser_of(user).post(path_of("key_edit"), {"api_key": f" {KEY} ", "label": "Mine"}, follow=True)
    assert answer.redirect_chain == [(f"{LIST}#key-groq", HTTPStatus.FOUND)]
    assert messages_of(answer) == ["The key for Groq is kept. Test it to see whether it is good."]
    assert "gsk_...1234" in answer.content.decode()
    assert "canary" not in answer.content.decode()
    credential = Credential.objects.get()
    assert (credential.owner, credential.label, credential.open()) == (user, "Mine", {"api_key": KEY})


@pytest.mark.parametrize(
    ("provider", "given", "wrong"),
    [
        ("groq", {"api_key": ""}, "api_key"),
        ("groq", {"api_key": "can ary-with-a-space"}, "api_key"),
        ("ollama", {"base_url": "ftp://example.org"}, "base_url"),
        ("reddit", {"client_id": "abc", "client_secret": ""}, "client_secret"),
        ("oxylabs", {"username": "", "password": "canary-password"}, "username"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_no_secret_comes_back(provider, given, wrong):
    answer = browser_of(make_user()).post(path_of("key_edit", provider), given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [wrong])
    assert "can ary" not in answer.content.decode()
    assert "canary" not in answer.content.decode()
    assert not Credential.objects.exists()


def test_the_page_of_a_key_says_where_to_get_it_and_knows_what_is_no_secret():
    user = make_user()
    make_credential(user, "ollama", base_url="http://10.0.0.7:11434", api_key="canary-0123456789")
    page = browser_of(user).get(path_of("key_edit", "ollama"))
    assert 'value="http://10.0.0.7:11434"' in page.content.decode()
    assert "canary" not in page.content.decode()
    assert "OUTBOUND_ALLOW" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert PROVIDERS["groq"].key_url in browser_of(user).get(path_of("key_edit")).content.decode()
    assert browser_of(user).get(path_of("key_edit", "nobody")).status_code == 404


def test_a_test_answers_with_the_row_and_without_javascript_with_the_list(standins):
    user = make_user()
    make_credential(user, api_key=GOOD_KEY)
    browser = browser_of(user)
    row = browser.post(path_of("key_test"), headers={"HX-Request": "true"}).content.decode()
    assert row.strip().startswith('<li id="key-groq">')
    assert ">Valid</span>" in row
    make_credential(user, api_key="gsk_bad-canary-0123456789")
    answer = browser.post(path_of("key_test"), follow=True)
    assert answer.redirect_chain == [(f"{LIST}#key-groq", HTTPStatus.FOUND)]
    assert messages_of(answer) == ["Groq does not accept it. It says: Invalid API Key"]
    assert "Not accepted" in answer.content.decode()
    activity = browser.get(reverse("accounts:activity")).content.decode()
    assert activity.count("API key tested") == 2
    assert "groq, invalid" in activity


def test_a_key_that_cannot_be_read_is_named_and_can_be_entered_again(settings):
    user = make_user()
    make_credential(user)
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    browser = browser_of(user)
    browser.force_login(user)  # the session was encrypted, too
    page = browser.get(LIST).content.decode()
    assert "Cannot be read" in page
    assert "Enter it again" in page
    assert path_of("key_test") not in page
    assert browser.post(path_of("key_test")).status_code == 302
    browser.post(path_of("key_edit"), {"api_key": KEY})
    assert Credential.objects.get().is_readable


def test_tests_are_limited(standins):
    user = make_user()
    make_credential(user, api_key=GOOD_KEY)
    browser = browser_of(user)
    codes = [browser.post(path_of("key_test"), headers={"HX-Request": "true"}).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]


def test_a_key_is_deleted_after_a_question():
    user = make_user()
    make_credential(user)
    other = make_credential()
    browser = browser_of(user)
    assert "Delete the key for Groq?" in browser.get(path_of("key_delete")).content.decode()
    answer = browser.post(path_of("key_delete"), follow=True)
    assert messages_of(answer) == ["The key for Groq is deleted."]
    assert list(Credential.objects.all()) == [other]
    assert [entry.event for entry in AuditEntry.objects.all()] == ["key.deleted"]


def test_somebody_elses_key_is_none():
    make_credential()
    browser = browser_of(make_user())
    assert browser.get(path_of("key_delete")).status_code == 404
    assert browser.post(path_of("key_delete")).status_code == 404
    assert browser.post(path_of("key_test")).status_code == 404
    assert Credential.objects.count() == 1


def test_a_price_is_corrected_for_a_million_tokens_and_kept_for_a_thousand():
    user = make_user()
    browser = browser_of(user)
    path = reverse("integrations:model_create", args=["groq"])
    form = browser.get(path, {"model": "openai/gpt-oss-20b"}).content.decode()
    assert 'value="openai/gpt-oss-20b"' in form
    assert 'value="0.075"' in form
    facts = {"model": "openai/gpt-oss-20b", "name": "", "context": "", "cost_per_1k_input": "2.5"}
    page = browser.post(path, facts, follow=True).content.decode()
    own = OwnModel.objects.get()
    assert (own.owner, own.cost_per_1k_input, own.cost_per_1k_output) == (user, 0.0025, None)
    assert "$2.50" in page
    assert "Yours" in page
    again = browser.post(path, facts)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["model"])
    edit = reverse("integrations:model_edit", args=[own.pk])
    assert 'value="2.5"' in browser.get(edit).content.decode()
    assert browser.post(edit, {**facts, "cost_per_1k_input": "nan"}).status_code == 422
    assert browser.post(edit, {**facts, "cost_per_1k_input": "1e300"}).status_code == 422
    browser.post(edit, {**facts, "cost_per_1k_input": ""})
    own.refresh_from_db()
    assert own.cost_per_1k_input is None
    browser.post(reverse("integrations:model_delete", args=[own.pk]))
    assert not OwnModel.objects.exists()


def test_only_llms_have_models_and_only_ones_own_can_be_changed():
    own = make_own_model()
    browser = browser_of(make_user())
    assert browser.get(reverse("integrations:model_create", args=["youtube"])).status_code == 404
    for name in ("model_edit", "model_delete"):
        path = reverse(f"integrations:{name}", args=[own.pk])
        assert [browser.get(path).status_code, browser.post(path).status_code] == [404, 404]


def test_the_admin_shows_nothing_of_a_key_but_what_its_owner_sees():
    credential = make_credential()
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    paths = [
        reverse("admin:integrations_credential_changelist"),
        reverse("admin:integrations_credential_change", args=[credential.pk]),
    ]
    for path in paths:
        page = browser.get(path).content.decode()
        assert "gsk_...1234" in page
        assert "canary" not in page
        assert credential.sealed not in page
    assert browser.post(paths[1], {"label": "x"}).status_code == 403
