"""The rule of the house: imports go down only, and everything is where the folder names say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("accounts", "projects", "integrations", "results", "scraping", "sentimatrix_studio")  # lowest first
FOUNDATION = (  # knows no app, so every app may import it
    "sentimatrix_studio.bell",
    "sentimatrix_studio.buckets",
    "sentimatrix_studio.models",
    "sentimatrix_studio.mongo",
    "sentimatrix_studio.rest",
    "sentimatrix_studio.requests",
    "sentimatrix_studio.counters",
    "sentimatrix_studio.shapes",
    "sentimatrix_studio.encryption",
)
SENTIMATRIX = ("scraping/sources/", "results/analysis/transformer.py", "integrations/llm.py")
USUAL_FILES = {"__init__", "apps", "models", "choices", "api", "forms", "views", "urls", "admin"}
# What an app has besides: a plain module is named for its job. A new one is a decision, so it is written down here.
OWN_FILES = {
    "accounts": "activity allauth_urls audit authentication bodies challenge mail oauth ownership providers recorders "
    "recovery removal second_factor sessions sign_out sockets staff tokens",
    "projects": "addresses bodies config declarations drafts fields files options ownership platforms presets "
    "resources shapes",
    "integrations": "addresses answers catalogue channels checks deliveries dialling events keys llm "
    "messages metering needs notices notifications outbound pace prices providers redaction sealed shapes signed "
    "signing spending verifying webhooks wording",
    "results": "across analysis analytics aspects aspects_counted aspects_report bulk changes charts chips comparing "
    "correcting counting documents engines explanations explorer exports figures filters highlighting imports ingest "
    "insights keywords labels languages links listing marking orders paging panels parameters reading removal "
    "report resources revisions rollups saving searching selection shapes shares significance tallies undo words",
    "scraping": "access analysing announcing cluster collecting consumers differences hand heartbeat importing "
    "incremental leases progress reanalysis removal routing runner sample schedules scope settling shapes sources "
    "tasks visits",
    "sentimatrix_studio": "asgi bell buckets children components compression context_processors counters dashboard "
    "datalock door embedded encryption environment examples failures handler health limits logs metrics mongo overview "
    "problems readable reference requests rest schema settings shapes sockets static_files static_sources "
    "static_storage supervisor takeout",
}
USUAL_FOLDERS = {"migrations", "tests", "management", "templatetags", "__pycache__"}
VAGUE = {"services", "selectors", "managers", "utils", "helpers", "common", "core", "misc", "base_models"}


def modules(*folders: str, with_tests: bool = False) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if with_tests or "tests" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    """The full name of everything the module imports, wherever in it that happens."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_part_of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def layer_of(name: str) -> int | None:
    """The height of what is imported; the foundation lies below everything, and other packages nowhere."""
    if any(is_part_of(name, module) for module in FOUNDATION):
        return -1
    return next((height for height, app in enumerate(LAYERS) if is_part_of(name, app)), None)


def upward(path: Path, height: int) -> list[str]:
    return [name for name in imports(path) if (found := layer_of(name)) is not None and found > height]


@pytest.mark.parametrize("height", range(len(LAYERS)), ids=LAYERS)
def test_an_app_imports_only_what_is_below_it(height):
    found = {str(path.relative_to(ROOT)): upward(path, height) for path in modules(LAYERS[height])}
    assert len(found) > 3
    assert {path: names for path, names in found.items() if names} == {}


def test_the_foundation_knows_no_app():
    places = [ROOT / module.replace(".", "/") for module in FOUNDATION]
    paths = [path for place in places for path in (modules(str(place)) or [place.with_suffix(".py")])]
    assert len(paths) > len(FOUNDATION)
    assert {str(path): found for path in paths if (found := upward(path, -1))} == {}


def test_the_library_is_imported_in_its_three_places_only():
    paths = [
        path
        for path in modules(*LAYERS, "bench", with_tests=True)
        if any(is_part_of(n, "sentimatrix") for n in imports(path))
    ]
    places = {str(path.relative_to(ROOT)) for path in paths if "tests" not in path.parts}
    assert places
    assert {place for place in places if not place.startswith(SENTIMATRIX)} == set()


def test_the_rule_is_able_to_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "projects").mkdir()
    module = tmp_path / "projects" / "bad.py"
    module.write_text(
        "from sentimatrix_studio import rest\n\ndef f():\n    from scraping.models import Job\n    import results\n"
    )
    assert upward(module, LAYERS.index("projects")) == ["scraping.models.Job", "results"]


def test_no_module_has_a_name_that_says_nothing():
    names = {path.stem for path in modules(*LAYERS, with_tests=True)} | {path.parent.name for path in modules(*LAYERS)}
    assert names & VAGUE == set()


@pytest.mark.parametrize("app", LAYERS)
def test_an_app_has_the_usual_files_and_those_that_are_named_here(app):
    found = {path.stem for path in (ROOT / app).iterdir() if path.is_dir() or path.suffix == ".py"}
    own = set(OWN_FILES[app].split())
    assert found - USUAL_FILES - USUAL_FOLDERS == own
