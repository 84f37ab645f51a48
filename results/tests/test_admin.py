import csv
import io
from typing import Any

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tests.factories import browser_of, make_user
from results.models import DailyRollup, Result
from results.resources import ReviewResource
from results.rollups import rebuild
from results.tests.factories import ScriptedEngine, make_items, make_results, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return browser_of(User.objects.create_superuser("root@example.org", name="Root"))


def test_reviews_are_listed_and_shown_but_not_changed(browser: Client) -> None:
    (result,) = make_results(make_target(), *make_items(1, text="positive joy"))
    assert "positive joy" in browser.get(reverse("admin:results_result_changelist")).content.decode()
    page = browser.get(reverse("admin:results_result_change", args=[result.pk]))
    assert (page.status_code, 'name="text"' in page.content.decode()) == (200, False)
    assert browser.get(reverse("admin:results_result_add")).status_code == 403


def test_selected_reviews_are_deleted_with_their_figures(browser: Client) -> None:
    doomed, *kept = make_results(make_target(), *make_items(3))
    form = {"action": "delete_selected", "_selected_action": [str(doomed.pk)], "post": "yes"}
    answer = browser.post(reverse("admin:results_result_changelist"), form)
    assert answer.status_code == 302
    assert set(Result.objects.values_list("pk", flat=True)) == {result.pk for result in kept}
    assert DailyRollup.objects.all().tally().total == 2


def test_a_single_review_is_deleted_with_its_figures(browser: Client) -> None:
    doomed, _ = make_results(make_target(), *make_items(2))
    browser.post(reverse("admin:results_result_delete", args=[doomed.pk]), {"post": "yes"})
    assert DailyRollup.objects.all().tally().total == Result.objects.count() == 1


def test_reviews_are_exported_with_their_ids(browser: Client) -> None:
    (result,) = make_results(make_target(), *make_items(1))
    fields = {f"resultresource_{name}": "on" for name in ("id", "project", "text")}
    answer = browser.post(reverse("admin:results_result_export"), {"format": "0", "resource": "", **fields})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows == [{"id": str(result.pk), "project": str(result.project_id), "text": "Review number 0."}]


def test_roll_ups_are_listed_and_cannot_be_deleted(browser: Client) -> None:
    make_results(make_target(), *make_items(3))
    assert 'field-total">3<' in browser.get(reverse("admin:results_dailyrollup_changelist")).content.decode()
    rollup = DailyRollup.objects.get()
    assert browser.get(reverse("admin:results_dailyrollup_change", args=[rollup.pk])).status_code == 200
    assert (
        browser.post(reverse("admin:results_dailyrollup_delete", args=[rollup.pk]), {"post": "yes"}).status_code == 403
    )


def test_the_admin_is_not_for_everybody() -> None:
    answer = browser_of(make_user()).get(reverse("admin:results_result_changelist"))
    assert answer.status_code == 302


def preview(browser: Client, rows: list[dict[str, Any]], model: str = "results_result") -> Any:
    """The page that shows what an import of these rows would do; its form, if it can be confirmed."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list({name: True for row in rows for name in row}))
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile("rows.csv", table.getvalue().encode())
    return browser.post(reverse(f"admin:{model}_import"), {"format": "0", "import_file": file})


def confirm(browser: Client, page: Any, model: str = "results_result") -> list[str]:
    """What is said in the end."""
    fields = page.context["confirm_form"].initial
    answer = browser.post(reverse(f"admin:{model}_process_import"), fields, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_reviews_are_imported_as_all_are_and_figures_follow(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("results.resources.get_engine", ScriptedEngine)
    target = make_target()
    known, _ = make_results(target, *make_items(2, text="negative anger"))
    rows: list[dict[str, Any]] = [
        {"target": str(target.pk), "external_id": "0", "text": "very_positive joy", "rating": 4, "rating_max": 5},
        {"target": str(target.pk), "external_id": "new", "text": "=positive", "published_at": "2026-03-01T10:00:00"},
        {"target": str(target.pk), "external_id": "", "text": "unsupported_language", "language": "german"},
    ]
    page = preview(browser, rows)
    assert [row.import_type for row in page.context["result"]] == ["update", "new", "new"]
    assert Result.objects.count() == 2  # nothing is done before it is confirmed
    assert confirm(browser, page) == ["Import finished: 2 new, 1 updated, 0 deleted and 0 skipped results."]
    known.refresh_from_db()
    assert (known.text, known.sentiment, known.stars, len(known.versions)) == (
        "very_positive joy",
        "very_positive",
        4,
        1,
    )
    new = Result.objects.get(external_id="new")
    assert (new.text, new.sentiment, new.owner_id, new.project_id) == (
        "=positive",
        "neutral",
        target.owner_id,
        target.project_id,
    )
    assert new.published_at is not None
    assert new.published_at.isoformat() == "2026-03-01T10:00:00+00:00"
    noted = AuditEntry.objects.get(event="admin.changed")
    assert noted.details == {"model": "projects.Target", "row": str(target.pk)}
    figures = list(DailyRollup.objects.order_by("pk").values())
    assert DailyRollup.objects.all().tally().total == 4
    rebuild(target.project)
    assert list(DailyRollup.objects.order_by("pk").values()) == figures
    page = preview(browser, rows[:2])
    assert [row.import_type for row in page.context["result"]] == ["skip", "skip"]
    assert confirm(browser, page) == ["Import finished: 0 new, 0 updated, 0 deleted and 2 skipped results."]


def test_what_is_wrong_with_reviews_is_shown_and_nothing_can_be_confirmed(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = str(make_target().pk)
    rows = [
        {"target": target, "text": "Good."},
        {"target": target, "text": "", "title": ""},
        {"target": "", "text": "Whose?"},
        {"target": str(ObjectId()), "text": "Gone."},
        {"target": "nonsense", "text": "Odd."},
        {"target": target, "text": "Old.", "published_at": "1066-10-14"},
        {"target": target, "text": "Rated.", "rating": "many"},
    ]
    page = preview(browser, rows)
    said = page.content.decode()
    wanted = [
        "neither a text nor a rating",
        "Say the id of the target",
        "There is no target",
        "is not an id",
        "cannot be the",
    ]
    assert [words for words in wanted if words not in said] == []
    assert "confirm_form" not in page.context
    monkeypatch.setattr(ReviewResource, "most_rows", 1)
    assert "At most 1 rows at a time: the file has 2." in preview(browser, rows[:2]).content.decode()
    assert not Result.objects.exists()


def test_what_has_gone_since_the_preview_is_said(browser: Client) -> None:
    target = make_target()
    page = preview(browser, [{"target": str(target.pk), "text": "Good."}])
    target.delete()
    said = confirm(browser, page)
    assert said[0].startswith("Row 1 was not imported: ")
    assert not Result.objects.exists()


def test_imports_are_for_those_who_may_add(browser: Client) -> None:
    staff = browser_of(make_user(is_staff=True))
    for model in ("results_result", "projects_target", "projects_preset"):
        assert staff.get(reverse(f"admin:{model}_import")).status_code == 403
        assert staff.get(reverse(f"admin:{model}_export")).status_code == 403
        assert browser.get(reverse(f"admin:{model}_import")).status_code == 200
