import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import browser_of, make_user
from results.models import DailyRollup, Result
from results.tests.factories import make_items, make_results, make_target

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
