"""A page as a browser shows it after its scripts have run: Chromium without a window, asked for the document it ends
with (``--dump-dom``).

Everything it asks for goes through the gate (``gate.py``): names are resolved there and nowhere else, QUIC, sockets and
peer connections are off, and there is nothing to download to. The process gets a folder of its own and is killed with
all its children at the deadline, or when it says more than an answer may be long.
"""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from typing import IO

import httpcore
import httpx
from django.conf import settings

from integrations.dialling import Deadline
from integrations.outbound import MAX_BYTES, Outbound, OutboundRefused, Response
from scraping.sources.transports.base import Fetched
from scraping.sources.transports.gate import Gate, certificate

DEADLINE = 45.0  # seconds for all of it, …
ENDING = 0.5  # … of which the last are for the browser to be gone
SCRIPTS = 8_000  # milliseconds that scripts believe to have passed when the document is taken
FLAGS = (
    *("--headless=new", "--dump-dom", f"--virtual-time-budget={SCRIPTS}", "--disable-gpu", "--mute-audio"),
    *("--no-first-run", "--no-default-browser-check", "--no-pings", "--disable-sync", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-quic"),
    *("--disable-dev-shm-usage", "--disable-domain-reliability", "--disable-breakpad", "--deny-permission-prompts"),
    "--blink-settings=imagesEnabled=false",
    "--disable-features=HttpsUpgrades",  # a page is asked for as its address says
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
)


def browser() -> str:
    """The program that the setting CHROMIUM names; empty where there is none."""
    return (shutil.which(settings.CHROMIUM) or "") if settings.CHROMIUM else ""


class Rendered:
    name, host = "the browser", ""

    def __init__(self, program: str) -> None:
        self.program = program

    def secrets(self) -> tuple[str, ...]:
        return ()

    def fetch(self, url: str, outbound: Outbound) -> Fetched:
        """Raises OutboundRefused: for the page itself as without a browser, and when the browser takes too long."""
        if not url.startswith(("http://", "https://")):  # nothing else is given to a program
            raise OutboundRefused("bad_url", "Only http:// and https:// addresses can be fetched.")
        until = Deadline(DEADLINE - ENDING)
        with Gate(outbound, until) as gate, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            document = self._document(url, gate, folder, until)
        if gate.refused or gate.page is None:
            raise gate.refused or OutboundRefused("network", "The browser did not get the page.", can_retry=True)
        page = gate.page
        if "html" not in page.headers.get("content-type", "") or not document:
            return Fetched(page)
        headers = httpx.Headers({**page.headers, "content-type": "text/html; charset=utf-8"})
        return Fetched(Response(page.status, headers, document, page.url))

    def _document(self, url: str, gate: Gate, folder: str, until: Deadline) -> bytes:
        own = [
            f"--proxy-server={gate.address}",
            f"--ignore-certificate-errors-spki-list={certificate()[1]}",
            f"--user-data-dir={folder}",
            f"--user-agent={settings.USER_AGENT}",
        ]
        if os.geteuid() == 0:  # Chromium's sandbox refuses to work for root, who needs none of its rights to escape
            own.append("--no-sandbox")
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "TMPDIR": folder}
        process = subprocess.Popen(  # noqa: S603  the operator names the program, and the address is one of a site
            [self.program, *FLAGS, *own, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None  # noqa: S101  it is piped
            return _read(process.stdout, until)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _read(output: IO[bytes], until: Deadline) -> bytes:
    body = bytearray()
    with output, selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            try:
                is_ready = selector.select(until.left())
            except httpcore.ReadTimeout:
                is_ready = []
            if not is_ready:
                raise OutboundRefused("timeout", "The browser was not done with the page in time.", can_retry=True)
            if not (chunk := os.read(output.fileno(), 65536)):
                return bytes(body)
            body += chunk
            if len(body) > MAX_BYTES:
                raise OutboundRefused("too_large", f"The page is larger than {MAX_BYTES / 2**20:g} MiB.")
