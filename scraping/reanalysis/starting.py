"""Having reviews read again: those a filter finds, by an engine of one's choice."""

from django.utils import timezone

from projects.models import Project
from results import counting
from results.filters import ResultFilter
from scraping.choices import Trigger
from scraping.models import Job, JobRefused

NOTHING_FOUND = "There is no review to read again."


def start(project: Project, asked: ResultFilter, engine: str = "") -> Job:
    """A job that reads again what the filter finds, with the project's engine unless another is named.

    Raises JobRefused: ``nothing_to_collect`` where it finds nothing, and as every job.
    """
    total = counting.counts(project, asked).total
    if total == 0:
        raise JobRefused("nothing_to_collect", NOTHING_FOUND)
    options = {
        "engine": engine or project.config["analysis"]["engine"],
        "filters": asked.query,
        "total": total,
        "since": timezone.now().isoformat(),
    }
    return Job.objects.start(project, (), trigger=Trigger.REANALYSE, options=options)
