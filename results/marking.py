"""Days that may have changed what people say, and what they said before and after: see ``Marker``."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import urlencode

from projects.models import Project
from results.charts import Event
from results.comparing import Asked
from results.filters import ResultFilter
from results.models import Marker

MOST = 50  # of a project: more than that nobody tells apart on a timeline
DAYS, MOST_DAYS = 14, 366  # before and after


def new_marker(project: Project) -> Marker:
    """To be saved."""
    return Marker(owner_id=project.owner_id, project=project)


def save(marker: Marker) -> None:
    """Raises ValidationError for one marker too many."""
    if marker._state.adding and Marker.objects.of(marker.project).count() >= MOST:
        raise ValidationError({"name": f"A project has at most {MOST} markers: delete one that nobody needs."})
    marker.save()


def before_and_after(marker: Marker, days: int = DAYS) -> Asked:
    """To be compared: so many days from the marker's on, and as many just before."""
    last = marker.day + timedelta(days - 1)
    return Asked.of_periods(ResultFilter(date_from=marker.day, date_to=last))


def page_of(marker: Marker, days: int = DAYS) -> str:
    """Where the same is to be seen."""
    asked = before_and_after(marker, days)
    first, last = map(str, asked.other.days)
    query = urlencode({"by": "periods", "other_from": first, "other_to": last})
    return f"{reverse('results:compare', args=[marker.project_id])}?{query}&{asked.asked.query}"


def events(project: Project) -> list[Event]:
    """The project's markers as charts draw them; each opens what was said before and after."""
    return [Event(marker.day, marker.name, page_of(marker)) for marker in Marker.objects.of(project)]
