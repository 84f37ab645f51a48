"""What the ways out reach of all that wishes them ill, in a network in which every address is this machine.

Nothing is replaced: whatever is dialled answers, and what was reached is known by the address that answered. Run by
``test_ways_out`` as a program in a network namespace of its own; prints JSON.
"""

import json
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import django
import pytest

django.setup()

# Only now are the models there.
from integrations.outbound import Outbound, OutboundRefused  # noqa: E402
from scraping.sources.transports.rendered import Rendered  # noqa: E402
from scraping.tests.ways_out import BOMB, PACKED, PAGE, REBINDING, REDIRECTING, WAYS, once, stopped  # noqa: E402
from tests.browser.chromium import find_chromium  # noqa: E402
from tests.standins.hostile import HOSTILE, Server, plain  # noqa: E402

CURIOUS = """<html><body><script>
for (const url of ALL) {
  fetch(url, {mode: "no-cors"}).catch(() => {});
  for (const tag of ["img", "script"]) document.body.append(Object.assign(document.createElement(tag), {src: url}));
  try { new WebSocket(url.replace("http", "ws")); navigator.sendBeacon(url); } catch {}
}
</script></body></html>"""
reached: set[str] = set()


def answer(connection: socket.socket, request: bytes) -> None:
    here = str(connection.getsockname()[0]).removeprefix("::ffff:")
    reached.add(here)
    if here == PACKED:
        connection.sendall(BOMB)
    elif here == PAGE:
        every = [*HOSTILE, f"http://{REDIRECTING[0]}/"]
        connection.sendall(plain(CURIOUS.replace("ALL", json.dumps(every)).encode(), "Content-Type: text/html"))
    elif here in REDIRECTING:
        connection.sendall(plain(b"", f"Location: {HOSTILE[REDIRECTING.index(here)]}", status="302 Found"))
    else:
        connection.sendall(plain(b"reached"))


def reached_by(work: Callable[[], object]) -> list[str]:
    reached.clear()
    work()
    return sorted(reached)


def seen(way: str) -> dict[str, object]:
    """What was reached, each time, and what the bomb was stopped with."""
    door = Outbound(allow=(), proxy="")
    answers = [[REBINDING], ["127.0.0.1"]]
    fickle = Outbound(allow=(), proxy="", resolver=lambda host, port: answers.pop(0) if answers[1:] else answers[0])
    return {
        "hostile": reached_by(lambda: [stopped(way, url, door) for url in HOSTILE]),
        "redirects": reached_by(lambda: [stopped(way, f"http://{address}/", door) for address in REDIRECTING]),
        "rebinding": reached_by(lambda: stopped(way, "http://rebind.example/", fickle)),
        "bomb": stopped(way, f"http://{PACKED}/", door),
    }


def seen_by_browser() -> list[str]:
    """From a page that asks for everything there is."""

    def visit() -> None:
        with suppress(OutboundRefused):
            Rendered(find_chromium()).fetch(f"http://{PAGE}/", Outbound(allow=(), proxy=""))

    return reached_by(visit)


def main() -> None:
    with pytest.MonkeyPatch.context() as patch, Server(answer, at=("::", 80)).running():
        once(patch)
        ways = {way: seen(way) for way in WAYS}
        json.dump({"ways": ways, "browser": seen_by_browser()}, sys.stdout)


if __name__ == "__main__":
    main()
