"""Targets and presets through the files of the admin, as an administrator does it."""

import csv
import io
import json
from typing import Any

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tests.factories import browser_of, make_user
from projects.models import Preset, Target
from projects.tests.factories import make_preset, make_project, make_target

pytestmark = pytest.mark.django_db
PORTAL = "https://store.steampowered.com/app/620/"


@pytest.fixture
def browser() -> Client:
    return browser_of(User.objects.create_superuser("root@example.org", name="Root"))


def exported(browser: Client, model: str, *fields: str) -> list[dict[str, str]]:
    chosen = {f"{model}resource_{name}": "on" for name in fields}
    answer = browser.post(reverse(f"admin:projects_{model}_export"), {"format": "0", "resource": "", **chosen})
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def imported(browser: Client, model: str, rows: list[dict[str, Any]]) -> str:
    """What the preview says or, where it finds nothing wrong, what is said once it is confirmed."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list({name: True for row in rows for name in row}))
    writer.writeheader()
    writer.writerows(rows)
    form = {"format": "0", "import_file": SimpleUploadedFile("rows.csv", table.getvalue().encode())}
    page = browser.post(reverse(f"admin:projects_{model}_import"), form)
    if "confirm_form" not in page.context:
        return page.content.decode()
    fields = page.context["confirm_form"].initial
    end = browser.post(reverse(f"admin:projects_{model}_process_import"), fields, follow=True)
    return " ".join(str(message) for message in end.context["messages"])


def test_targets_come_in_by_their_addresses(browser: Client) -> None:
    project = make_project()
    rows = [
        {"project": project.pk, "url": "store.steampowered.com/app/620/?snr=1", "label": "Portal", "options": ""},
        {"project": project.pk, "url": "imdb.com/title/tt0133093/", "label": "", "options": ""},
    ]
    assert imported(browser, "target", rows) == "Import finished: 2 new, 0 updated, 0 deleted and 0 skipped targets."
    target = Target.objects.get(label="Portal")
    assert (target.platform, target.external_id, target.url, target.owner_id) == (
        "steam",
        "620",
        "https://store.steampowered.com/app/620/",
        project.owner_id,
    )
    assert AuditEntry.objects.filter(event="admin.added", details__model="projects.Target").count() == 2
    assert "already exists" in imported(browser, "target", rows[:1])  # in this project


def test_targets_go_out_and_come_back_changed(browser: Client) -> None:
    project = make_project()
    target = make_target(project, label="Before", options={"language": "en"})
    columns = ("id", "project", "url", "label", "options", "status")
    (row,) = exported(browser, "target", *columns)
    assert (row["id"], row["project"]) == (str(target.pk), str(project.pk))
    assert "1 skipped" in imported(browser, "target", [row])
    assert "1 updated" in imported(browser, "target", [{**row, "label": "After", "status": "paused", "options": "{}"}])
    target.refresh_from_db()
    assert (target.label, target.status, target.options) == ("After", "paused", {})
    assert target.platform == make_target(project).platform


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "https://example.com/"}, "keeps its project and its address"),
        ({"status": "wild"}, "is not a valid choice"),
        ({"options": '{"sort_by": "chaos"}'}, "sort_by"),
        ({"id": str(ObjectId())}, "Say the id of the project."),
        ({"id": "nonsense"}, "is not an id"),
        ({"project": str(ObjectId())}, "There is no project"),
    ],
)
def test_what_is_wrong_with_a_target_is_shown(browser: Client, change: dict[str, str], words: str) -> None:
    target = make_target()
    row = {"id": str(target.pk), "project": "", "url": target.url, "label": "x", "status": "active", "options": "{}"}
    known = {"project": str(target.project_id)} if "id" not in change or change["id"] == "nonsense" else {}
    assert words in imported(browser, "target", [{**row, **known, **change}])
    assert list(Target.objects.values_list("label", flat=True)) == [target.label]


def test_an_unknown_address_is_no_target(browser: Client) -> None:
    row = {"project": str(make_project().pk), "url": "https://evilamazon.com/dp/B000000001"}
    assert "evilamazon.com" in imported(browser, "target", [row])
    assert not Target.objects.exists()


def test_presets_go_out_and_come_back_within_their_bounds(browser: Client) -> None:
    preset = make_preset(make_user(), name="Mine")
    (row,) = exported(browser, "preset", "id", "owner", "name", "description", "config", "schedule")
    assert json.loads(row["config"]) == preset.config
    assert "1 skipped" in imported(browser, "preset", [row])
    changed = {**preset.config, "limits": {**preset.config["limits"], "max_reviews_per_target": 50}}
    new = {**row, "id": "", "name": "Another", "config": json.dumps(changed), "schedule": '{"frequency": "weekly"}'}
    assert "1 new" in imported(browser, "preset", [new])
    another = Preset.objects.get(name="Another")
    assert (another.config, another.owner_id) == (changed, preset.owner_id)
    assert another.schedule == {"frequency": "weekly", "time": ""}
    wrong = json.dumps({"limits": {"max_reviews_per_target": 5}, "magic": {}})
    said = imported(browser, "preset", [{**new, "config": wrong}])
    assert "magic: There is no such field." in said
    far = json.dumps({"limits": {"rate_limit_delay": 99}})
    assert "rate_limit_delay: " in imported(browser, "preset", [{**new, "config": far}])
    assert "keeps its owner" in imported(browser, "preset", [{**row, "owner": str(make_user().pk)}])
    assert "There is no user" in imported(browser, "preset", [{**new, "owner": str(ObjectId())}])
    assert Preset.objects.count() == 2
