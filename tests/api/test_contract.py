"""The API keeps what its OpenAPI document promises, whatever one sends it, and two people never meet.

A short run among the other tests; ``make test-full`` says EXAMPLES=100 (for each operation).
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import jwt
import pytest

EXAMPLES = os.environ.get("EXAMPLES", "")
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,fuzzing,stateful"
PASSWORD = "Quiet-Donkey-77"
DAY = 24 * 3600


@pytest.fixture
def people(site: str, data_dir: Path, tmp_path: Path) -> Path:
    """Two of them, none the administrator, as schemathesis wants to know them."""
    key = (data_dir / "site" / "secret_key").read_text(encoding="utf-8").strip()
    for name in ("first", "gus", "hal"):
        sign_up(site, name)
    entries = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {lasting(site, name, key)}"}]}
        for name in ("gus", "hal")
    ]
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"auth": entries}), encoding="utf-8")
    return path


def sign_up(site: str, name: str) -> None:
    body = {"email": f"{name}@example.org", "name": name, "password": PASSWORD}
    assert httpx.post(f"{site}/api/v1/auth/register", json=body).status_code == 201


def lasting(site: str, name: str, key: str) -> str:
    """An access token that lives as long as the run: schemathesis would take a new one by bad tries, too many."""
    pair = httpx.post(f"{site}/api/v1/auth/login", json={"email": f"{name}@example.org", "password": PASSWORD}).json()
    claims = jwt.decode(pair["access_token"], key, algorithms=["HS256"])
    return jwt.encode({**claims, "exp": claims["exp"] + DAY}, key, algorithm="HS256")


def test_the_api_keeps_what_its_document_promises(site: str, people: Path, tmp_path: Path) -> None:
    rules = Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8")
    config = tmp_path / "schemathesis.toml"
    who = f'\n[auth.wfc]\npath = "{people}"\nuser = "gus"\npeers = ["gus", "hal"]\n'
    config.write_text(rules + who, encoding="utf-8")
    command: list[str | Path] = [Path(sys.executable).with_name("schemathesis"), "--config-file", config]
    command += ["run", f"{site}/api/v1/openapi.json", "--url", f"{site}/api/v1", "--no-color", "--checks", "all"]
    command += ["--phases", PHASES, "--max-examples", EXAMPLES or "2", "--continue-on-failure"]
    command += [] if EXAMPLES else ["--generation-deterministic"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    print(done.stdout[-1500:])  # noqa: T201  what was tried, for those who run it with -s
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    # none was left out
    assert re.search(r"Selected: (\d\d+)/\1\s+Tested: \1\s", done.stdout), done.stdout[-2000:]
