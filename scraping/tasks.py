"""What the queue calls. Each may run at any time, in several places at once, or not at all for a while."""

from django.utils.timezone import now
from django_q.models import Schedule

from scraping import cluster, runner
from scraping.schedules import due
from sentimatrix_studio import bell

TICK = "tick"


def work() -> None:
    """Answer the bell: do what there is to do."""
    cluster.leaving.is_busy = True
    try:
        runner.work(cluster.leaving)
    finally:
        cluster.leaving.is_busy = False
    if cluster.leaving():
        raise SystemExit(0)


def tick() -> None:
    """Every minute: start what is planned for now, settle what was forgotten, and ring. django-q fires its schedules
    twice when there are two clusters; here that means one look more, as every change is made under a condition that
    holds once."""
    due.run_due(now())
    if runner.sweep():
        bell.ring()


def schedule_tick() -> None:
    if not Schedule.objects.filter(name=TICK).exists():
        Schedule.objects.create(name=TICK, func="scraping.tasks.tick", schedule_type=Schedule.MINUTES, minutes=1)
