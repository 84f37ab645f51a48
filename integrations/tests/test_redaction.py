import base64
from urllib.parse import quote

import pytest

from integrations.redaction import redact

SECRET = "sk-proj/canary+0123456789=="


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.upper(),
        SECRET[:12],
        SECRET[-9:],
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode()[:20],
    ],
)
def test_a_secret_goes_however_it_is_written(form):
    assert redact(f"Your key “{form}” is wrong.", [SECRET]) == "Your key “…” is wrong."


def test_everything_else_stays():
    text = "Incorrect key sk-proj***789. canary 0123 is a bird and a number"
    assert redact(text, [SECRET, ""]) == text


def test_several_secrets_and_pieces_side_by_side():
    assert redact(f"{SECRET}{SECRET} and hunter2hunter2", [SECRET, "hunter2hunter2"]) == "… and …"


def test_a_short_secret_goes_as_a_whole():
    assert redact("pin 4711 or 471", ["4711"]) == "pin … or 471"
