"""Jobs of tests, worked on by the test itself."""

from projects.tests.factories import make_project, make_target
from results.tests.factories import ScriptedEngine
from scraping import leases, runner
from scraping.choices import StepKind
from scraping.models import Job, LogLine


class RecordingEngine(ScriptedEngine):
    def __init__(self):
        self.read = []

    def analyse(self, texts):
        self.read += texts
        return super().analyse(texts)


class Outage:
    """A function that fails so often, and then does what it stands for."""

    def __init__(self, *errors, then=lambda *args: None):
        self.errors, self.then = list(errors), then

    def __call__(self, *args):
        answer = self.then(*args)
        if self.errors:
            raise self.errors.pop(0)
        return answer


def run(job):
    runner.work()
    job.refresh_from_db()
    return job


def start(**fields):
    project = make_project(**fields)
    make_target(project)
    return Job.objects.start(project)


def messages(job):
    return list(LogLine.objects.filter(job=job).order_by("seq").values_list("message", flat=True))


def work_once():
    step = leases.claim("first")
    assert step is not None
    runner.Worker(lambda: False, leases.LEASE).run(step)


def collect_only(job):
    """Everything but the analysis, which stays waiting."""
    work_once()
    assert set(job.steps.unfinished().values_list("kind", flat=True)) == {StepKind.ANALYSE}
