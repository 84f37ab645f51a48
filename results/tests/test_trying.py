import pytest
from django.test import Client
from django.urls import reverse

from results.models import Result

pytestmark = pytest.mark.django_db


def test_a_tried_sentence_is_labelled_and_explained_by_the_local_engine(browser: Client) -> None:
    answer = browser.post(reverse("results:try_sentence"), {"text": "I love this kettle."})
    assert answer.context["analysis"].sentiment in ("positive", "very_positive")
    assert "push-positive" in answer.content.decode()
    assert [share.words for share in answer.context["fine_emotions"]] == ["Love"]
    assert "<html" in answer.content.decode()
    assert Result.objects.count() == 0


def test_a_sentence_in_another_language_gets_no_label(browser: Client) -> None:
    text = "Der Wasserkocher ist leider schon nach drei Tagen kaputt gegangen."
    html = browser.post(
        reverse("results:try_sentence"), {"text": text}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Language not supported" in html
    assert "<html" not in html


@pytest.mark.parametrize("text", ["", "   ", "a" * 2001])
def test_nothing_and_too_much_are_refused_beside_the_field(browser: Client, text: str) -> None:
    answer = browser.post(reverse("results:try_sentence"), {"text": text})
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]
