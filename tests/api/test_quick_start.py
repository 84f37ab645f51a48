"""docs/api.md does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found)


def run(command: list[str | Path], site: str, folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "STUDIO": site}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_steps_with_curl(site: str, tmp_path: Path) -> None:
    said = run(["bash", "-euo", "pipefail", "-c", blocks("bash")], site, tmp_path)
    assert '"label":"very_negative"' in said
    assert '"total_results":2' in said
    assert '"pointer":"/nam"' in said
    rows = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert (rows[0][:12], len(rows)) == ("id,platform,", 3)


def test_the_program_in_python(site: str, tmp_path: Path) -> None:
    program = tmp_path / "quick_start.py"
    program.write_text(blocks("python"), encoding="utf-8")
    said = run([sys.executable, program], site, tmp_path)
    assert "very_positive I love this kettle" in said
    assert '"sentiment": "very_negative"' in said
