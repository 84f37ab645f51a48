"""What ``docs/webhooks.md`` says is so."""

import json
import re
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from integrations import signing
from integrations.catalogue import OFFERED
from integrations.deliveries.retries import PAUSES
from integrations.shapes.webhooks import event_as_json

TEXT = (settings.BASE_DIR / "docs/webhooks.md").read_text(encoding="utf-8")
PYTHON = """
import sys
secret, headers, body = json.load(sys.stdin)
try:
    print(verify(secret, headers, body.encode())["type"])
except ValueError as error:
    print(error)
"""
JAVASCRIPT = """
const [secret, headers, body] = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
try {
  console.log(verify(secret, headers, body).type);
} catch (error) {
  console.log(error.message);
}
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def said(kind: str) -> str:
    """What it says of an event."""
    return TEXT.split(f"### `{kind}`\n")[1].split("\n### ")[0]


def test_each_event_is_there_with_its_meaning_and_its_example():
    assert re.findall(r"^### `(.+)`$", TEXT, re.MULTILINE) == [kind.name for kind in OFFERED]
    for kind, example in zip(OFFERED, blocks("json"), strict=True):
        assert kind.sentence in said(kind.name)
        assert json.loads(example) == event_as_json(kind)["example"]


def test_the_table_of_pauses_is_the_one_that_is_kept_to():
    rows = re.findall(r"^\| \d+ \| (\d+) (seconds|minutes|hours) \|$", TEXT, re.MULTILINE)
    assert [timedelta(**{unit: int(number)}) for number, unit in rows] == list(PAUSES)


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_receivers_in_the_text_tell_true_from_false(language, tmp_path):
    program = _program(language, tmp_path)
    secret, other, body = signing.new_secret(), signing.new_secret(), json.dumps({"type": "job.failed", "text": "ä"})
    now = int(time.time())
    good = signing.headers([secret], "evt_1", now, body.encode())
    both = signing.headers([other, secret], "evt_1", now, body.encode())
    old = signing.headers([secret], "evt_1", now - 600, body.encode())
    assert _run(program, [secret, good, body]) == "job.failed"
    assert _run(program, [secret, both, body]) == "job.failed"
    assert _run(program, [other, good, body]) == "not from Studio"
    assert _run(program, [secret, good, body.replace("failed", "started")]) == "not from Studio"
    assert _run(program, [secret, {**good, "webhook-id": "evt_2"}, body]) == "not from Studio"
    assert _run(program, [secret, old, body]) == "too old"


def _program(language: str, folder: Path) -> list[str]:
    (code,) = blocks(language)
    if language == "python":
        (folder / "receiver.py").write_text(code + PYTHON, encoding="utf-8")
        return [sys.executable, str(folder / "receiver.py")]
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not here; .ci/run sees to it.")
    (folder / "receiver.mjs").write_text(code + JAVASCRIPT, encoding="utf-8")
    return [node, str(folder / "receiver.mjs")]


def _run(program: list[str], told: list[object]) -> str:
    done = subprocess.run(program, input=json.dumps(told), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
