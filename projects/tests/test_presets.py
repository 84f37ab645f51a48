import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import api_of, browser_of, make_user
from projects import config
from projects.declarations import overlay
from projects.fields import ConfigSerializer, PresetScheduleSerializer
from projects.forms import ConfigForm
from projects.models import Preset, Project
from projects.presets import SYSTEM
from projects.tests.factories import make_preset, make_project
from projects.tests.test_views import settings_of

pytestmark = pytest.mark.django_db

PRESETS = "/api/v1/settings/presets"
LIST = reverse("projects:preset_list")


def path_of(preset: Preset, name: str) -> str:
    return reverse(f"projects:{name}", args=[preset.pk])


@pytest.mark.parametrize("name", SYSTEM)
def test_the_systems_presets_are_within_the_bounds_they_set(name):
    preset = SYSTEM[name]
    read = ConfigSerializer(data=preset.config)
    assert read.is_valid(), read.errors
    assert read.validated_data == preset.config
    assert PresetScheduleSerializer(data=preset.schedule or {}).is_valid()


def test_the_systems_presets_are_as_promised():
    promised = {
        "starter": (3, False, 50, 2.0, None),
        "standard": (5, "ekman", 100, 1.0, None),
        "advanced": (5, "goemotions", 200, 0.5, "daily"),
        "budget": (3, False, 25, 3.0, None),
        "enterprise": (5, "goemotions", 500, 0.2, "hourly"),
    }
    for name, preset in SYSTEM.items():
        analysis, limits = preset.config["analysis"], preset.config["limits"]
        emotions = analysis["emotion_model"] if analysis["emotions"] else False
        schedule = preset.schedule["frequency"] if preset.schedule else None
        figures = limits["max_reviews_per_target"], limits["rate_limit_delay"]
        assert (analysis["sentiment_classes"], emotions, *figures, schedule) == promised[name]
    assert SYSTEM["standard"].config == config.defaults()
    assert SYSTEM["standard"].unmet() == SYSTEM["starter"].unmet() == SYSTEM["budget"].unmet() == []
    words = "Wants an LLM: the built-in engine does the work until you choose a provider under “LLM”."
    assert SYSTEM["enterprise"].unmet()[0] == words


def test_an_llm_is_missed_only_while_there_is_no_key_for_it():
    wanted = overlay(config.defaults(), {"analysis": {"engine": "llm"}, "llm": {"provider": "groq"}})
    (notice,) = config.unmet(wanted, {"openai"})
    assert notice.startswith("Wants Groq and its key: the built-in engine does the work")
    assert config.unmet(wanted, {"groq"}) == []


def test_a_service_is_missed_only_while_there_is_no_key_for_it():
    wanted = overlay(config.defaults(), {"scrapers": {"commercial_provider": "scraperapi"}})
    (notice,) = config.unmet(wanted, {"zyte", "youtube"})
    assert notice.startswith("Wants ScraperAPI and its key: collects directly")
    assert config.unmet(wanted, {"scraperapi"}) == []


def test_form_and_serializer_refuse_the_same():
    for group, setting, bad in (
        ("limits", "rate_limit_delay", 10.5),
        ("limits", "max_reviews_per_target", 9),
        ("llm", "max_tokens", 8001),
        ("analysis", "sentiment_classes", 4),
        ("scrapers", "commercial_provider", "bing"),
        ("scrapers", "country", "deu"),
    ):
        read = ConfigSerializer(data={group: {setting: bad}})
        assert not read.is_valid()
        assert set(read.errors) == {group}
        project = Project(name="x")
        form = ConfigForm({**settings_of(project), f"{group}-{setting}": str(bad)}, values=project.config)
        assert list(form.errors) == [f"{group}-{setting}"]


def test_the_list_has_the_systems_presets_and_ones_own():
    user = make_user()
    own, _ = make_preset(user), make_preset()
    body = api_of(user).get(PRESETS).json()
    assert [item["id"] for item in body["items"]] == [*SYSTEM, str(own.pk)]
    assert body["total"] == 6
    advanced = body["items"][2]
    assert (advanced["is_system"], advanced["schedule"]) == (True, {"frequency": "daily", "time": "09:00"})
    assert api_of(user).get(f"{PRESETS}/advanced").json() == advanced


def test_a_preset_is_made_changed_and_deleted():
    user = make_user()
    api = api_of(user)
    said = {"name": "Mine", "config": {"limits": {"max_reviews_per_target": 20}}, "schedule": {"frequency": "weekly"}}
    made = api.post(PRESETS, said)
    assert made.status_code == 201
    body, path = made.json(), f"{PRESETS}/{made.json()['id']}"
    assert (body["is_system"], body["schedule"]) == (False, {"frequency": "weekly", "time": ""})
    assert body["config"] == {**config.defaults(), "limits": {**config.LIMITS.defaults(), "max_reviews_per_target": 20}}
    changed = api.put(path, {"config": {"limits": {"rate_limit_delay": 4}}, "schedule": None}).json()
    assert (changed["name"], changed["schedule"]) == ("Mine", None)
    assert changed["config"]["limits"] == {**body["config"]["limits"], "rate_limit_delay": 4.0}
    project = make_project(user, preset=body["id"], config=body["config"])
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    project.refresh_from_db()
    assert (project.preset, project.config) == ("custom", body["config"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "x", "config": {"limits": {"max_requests_per_day": 9}}}, "/config/limits/max_requests_per_day"),
        ({"name": "x", "schedule": {"frequency": "yearly"}}, "/schedule/frequency"),
        ({"name": "x", "schedule": {"time": "25:00"}}, "/schedule/time"),
        ({"name": "x", "is_system": True}, "/is_system"),
    ],
)
def test_a_bad_preset_is_refused(body, pointer):
    answer = api_of(make_user()).post(PRESETS, body)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert not Preset.objects.exists()


def test_the_systems_presets_are_not_changed():
    api = api_of(make_user())
    for answer in (api.put(f"{PRESETS}/standard", {"name": "Mine"}), api.delete(f"{PRESETS}/standard")):
        assert (answer.status_code, answer.json()["code"]) == (403, "AUTHORIZATION_ERROR")


def test_a_copy_is_ones_own():
    user = make_user()
    copy = api_of(user).post(f"{PRESETS}/advanced/duplicate").json()
    assert (copy["name"], copy["is_system"], copy["config"]) == ("Advanced (copy)", False, SYSTEM["advanced"].config)
    assert copy["schedule"] == SYSTEM["advanced"].schedule
    again = api_of(user).post(f"{PRESETS}/{copy['id']}/duplicate").json()
    assert again["name"] == "Advanced (copy) (copy)"
    long = make_preset(user, name="x" * 100)
    assert len(api_of(user).post(f"{PRESETS}/{long.pk}/duplicate").json()["name"]) == 100


def test_a_preset_is_made_changed_and_deleted_on_pages():
    user = make_user()
    browser = browser_of(user)
    page = browser.get(LIST).content.decode()
    for words in ("None yet.", "Enterprise", "Wants ScraperAPI and its key: collects directly until you enter one"):
        assert words in page
    standard = settings_of(Project(name="Mine"))
    bad = browser.post(reverse("projects:preset_create"), {**standard, "limits-rate_limit_delay": "11"})
    assert bad.status_code == 422
    browser.post(reverse("projects:preset_create"), standard)
    preset = Preset.objects.get()
    assert (preset.owner, preset.config) == (user, config.defaults())
    browser.post(path_of(preset, "preset_edit"), {**standard, "name": "<b>Mine</b>", "analysis-sentiment_classes": "3"})
    preset.refresh_from_db()
    assert preset.config["analysis"]["sentiment_classes"] == 3
    assert "&lt;b&gt;Mine&lt;/b&gt;" in browser.get(LIST).content.decode()
    answer = browser.post(reverse("projects:preset_duplicate", args=["starter"]))
    assert answer.headers["Location"] == path_of(Preset.objects.latest("pk"), "preset_edit")
    assert "Projects that were made with it" in browser.get(path_of(preset, "preset_delete")).content.decode()
    browser.post(path_of(preset, "preset_delete"))
    assert list(Preset.objects.values_list("name", flat=True)) == ["Starter (copy)"]


@pytest.mark.parametrize("path", [PRESETS, LIST])
def test_lists_ask_the_database_as_often_for_one_as_for_many(path):
    counts = []
    for number in (1, 4):
        user = make_user()
        for _ in range(number):
            make_preset(user)
        ask = api_of(user) if path == PRESETS else browser_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert ask.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
