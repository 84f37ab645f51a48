"""What the documents say about the code is true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md")),
]


def test_every_runtime_dependency_has_its_reason():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    required = {re.split(r"[\[=<>;]", line)[0] for line in lines if line and not line.startswith("#")}
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Runtime dependencies")[2]
    rows = re.findall(r"^\| (.+?) \|", table.partition("\n## ")[0], re.MULTILINE)[2:]
    assert {name for row in rows for name in row.split(", ")} == required


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not ((ROOT / document).parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_are_there(document):
    named = re.findall(r"`([\w./]+/[\w.]+\.(?:py|md|html|txt))`", (ROOT / document).read_text(encoding="utf-8"))
    future = {"results/analysis/transformer.py", "integrations/llm.py"}
    places = (ROOT, ROOT / "templates")
    assert [name for name in named if name not in future and not any((at / name).exists() for at in places)] == []
