"""A client that a tool makes of the OpenAPI document, as it comes, does the whole job."""

import importlib
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

PATIENCE = 240.0
CSV = b"""review,stars,when
"I love this kettle, it is wonderful",5,2026-03-01
"Terrible, it broke after one day",1,2026-03-02
"It is a kettle",3,2026-03-03
"""


class Made:
    """The package, looked up by name: no type checker has seen it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder.name

    def __call__(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.root}.{name}")


@pytest.fixture(scope="module")
def made(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("made") / "studio_client"
    document = folder.with_name("openapi.json")
    document.write_bytes(httpx.get(f"{site}/api/v1/openapi.json").content)
    tools = Path(sys.executable).parent
    command: list[str | Path] = [
        tools / "openapi-python-client",
        "generate",
        "--path",
        document,
        "--output-path",
        folder,
    ]
    # PATH: it tidies up what it has made with ruff
    done = subprocess.run(
        [*command, "--meta", "none", "--fail-on-warning"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout, done.stdout
    sys.path.insert(0, str(folder.parent))
    yield Made(folder)
    sys.path.remove(str(folder.parent))


def test_from_sign_up_to_the_export(made: Made, site: str) -> None:
    base, models = f"{site}/api/v1", made("models")
    person = {"email": "ada@example.org", "password": "Quiet-Donkey-77"}
    guest = made("client").Client(base_url=base, raise_on_unexpected_status=True)
    user = made("api.auth.register").sync(client=guest, body=models.RegisterRequest(**person, name="Ada"))
    assert isinstance(user, models.User)
    pair = made("api.auth.login").sync(client=guest, body=models.LoginRequest(**person))
    client = made("client").AuthenticatedClient(base_url=base, token=pair.access_token, raise_on_unexpected_status=True)
    assert made("api.auth.me_retrieve").sync(client=client).id == user.id

    wish = models.ProjectRequest(name="Kettles")
    project = made("api.projects.project_create").sync(client=client, body=wish)
    file = made("types").File(payload=io.BytesIO(CSV), file_name="kettles.csv", mime_type="text/csv")
    options = models.ImportOptions.from_dict({"columns": {"text": "review", "rating": "stars", "date": "when"}})
    body = models.ImportRequest(file=file, options=options)
    job = made("api.results.results_import").sync(project.id, client=client, body=body)
    job = finished(made, client, project.id, job.id)
    assert (job.status, job.stats.new) == ("completed", 3)

    page = made("api.results.results_list").sync(project.id, client=client, search="kettle")
    assert {(one.content.text, one.analysis.sentiment.label) for one in page.items} >= {
        ("I love this kettle, it is wonderful", "very_positive")
    }
    assert page.total == 2
    summary = made("api.results.analytics_summary").sync(project.id, client=client)
    assert (summary.total_results, summary.avg_rating) == (3, 3.0)
    exported = made("api.results.results_export").sync(
        project.id, client=client, format_=models.ResultsExportFormat.CSV, bom=False
    )
    assert exported.splitlines()[0].startswith("id,platform,target")
    assert len(exported.splitlines()) == 4

    problem = made("api.projects.project_retrieve").sync("0" * 24, client=client)
    assert (problem.status, problem.code) == (404, "NOT_FOUND")


def finished(made: Made, client: Any, project_id: str, job_id: str) -> Any:
    """The job, as soon as it is through."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        snapshot = made("api.jobs.job_progress").sync(project_id, job_id, client=client)
        if snapshot.finished:
            return made("api.jobs.job_retrieve").sync(project_id, job_id, client=client)
        time.sleep(0.2)
    raise AssertionError(f"The job did not end: {snapshot}")
