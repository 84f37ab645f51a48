"""The query parameters of the API, as the OpenAPI document shows them.

``reading`` and ``exports`` read them: pages have the same filters.
"""

from typing import Annotated, Any

from rest_framework import serializers

from projects.choices import Platform
from results import exports, paging
from results.choices import Emotion, LabelSource, Sentiment, State
from results.reading import ASPECT, LONGEST_SEARCH
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Moment, Must

SINCE_1900 = Must(format="date", pattern="^(19|2[0-9])[0-9]{2}-")
SEVERAL = "Any of several: `a=1&a=2` or `a=1,2`."


def _several(child: Any, words: str = "") -> rest.Unread:
    return rest.Unread(serializers.ListField(child=child, help_text=f"{words} {SEVERAL}".strip()))


def _number(highest: int, words: str) -> rest.Unread:
    return rest.Unread(serializers.FloatField(min_value=0, max_value=highest, help_text=words))


class MomentField(serializers.CharField):
    shape = Annotated[str, SINCE_1900] | Moment


def _moment(words: str) -> rest.Unread:
    return rest.Unread(MomentField(help_text=f"{words} A date, or a time with its zone."))


class DayField(serializers.CharField):
    shape = Annotated[str, SINCE_1900]


def _day(words: str) -> rest.Unread:
    return rest.Unread(DayField(help_text=f"{words} Days are days of UTC."))


FILTERS: dict[str, rest.Unread] = {
    "sentiment": _several(serializers.ChoiceField(Sentiment.choices), "As the project names it."),
    "platform": _several(serializers.ChoiceField(Platform.choices)),
    "target_id": _several(rest.IdField()),
    "emotion": _several(serializers.ChoiceField(Emotion.choices), "The strongest of a review."),
    "aspect": _several(
        serializers.RegexField(rf"^{ASPECT.pattern}$"),
        "That it mentions: `story`, or what it says of it: `story:negative`.",
    ),
    "language": _several(serializers.RegexField(r"^[a-z]{2,3}$"), "Codes such as `en`."),
    "state": _several(serializers.ChoiceField(State.choices)),
    "label_source": _several(serializers.ChoiceField(LabelSource.choices), "Who has set the label."),
    "rating_min": _number(5, "On a scale of 0 to 5, whatever the platform's own is."),
    "rating_max": _number(5, "On a scale of 0 to 5."),
    "min_confidence": _number(1, "How sure the engine is at least."),
    "search": rest.Unread(
        serializers.CharField(max_length=LONGEST_SEARCH, help_text='Words; `"these together"`; `-without`.')
    ),
    "date_from": _moment("The first day or moment."),
    "date_to": _moment("The last day, to its end in UTC, or the last moment."),
    "job_id": rest.Unread(rest.IdField(help_text="The job that has brought or changed it.")),
}
OTHER_PERIOD = {
    "other_from": _moment("The first day or moment of the period to compare with; else it is as many days before."),
    "other_to": _moment("Its last day or moment."),
}
ACROSS = {
    "project_id": _several(rest.IdField(), "Two to five projects of yours; others are compared with the first."),
    "platform": FILTERS["platform"],
    "date_from": _day("The first day."),
    "date_to": _day("The last day."),
}
ORDER = {
    "sort": rest.Unread(serializers.ChoiceField(list(paging.SORTS), default=paging.NEWEST_FIRST)),
    "cursor": rest.Unread(
        serializers.CharField(
            allow_blank=True, help_text="Empty for the first slice, then a `next_cursor` or `previous_cursor`."
        )
    ),
}
EXPORT = {
    "format": rest.Unread(serializers.ChoiceField(list(exports.CONTENT_TYPES), default="csv")),
    "fields": _several(serializers.ChoiceField(list(exports.COLUMNS)), "Columns; all if none is named."),
    "bom": rest.Unread(serializers.BooleanField(default=True, help_text="So that Excel takes a CSV file for UTF-8.")),
    "delimiter": rest.Unread(serializers.ChoiceField(list(exports.DELIMITERS), default=",")),
}
