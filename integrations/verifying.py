"""Whether a key is good, by asking its provider the cheapest question whose answer tells.

A good answer has to look like what a good key gets: a page to sign in or an error that comes with status 200 does not.
What a provider says in its errors is shown, cut and free of every secret.
"""

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.answers import data_of, is_page, printable, quoting, words_of
from integrations.choices import KeyStatus
from integrations.outbound import Outbound, OutboundRefused, Response
from integrations.providers import Probe, Provider

DEADLINE = 10.0  # seconds
MAX_BYTES = 4 * 2**20  # lists of models can be long
LONGEST_NAME = 60  # of a model
MODELS_NAMED = 5
ABOUT_QUOTA = re.compile(r"quota|insufficient|exhaust|credit|balance|billing|payment|(usage|spending) limit", re.I)
REFUSALS = (400, 403, 412, 429)  # with which services say that there is nothing left to spend
ABOUT_KEY = re.compile(r"api[ _-]?key|token|unauthori[sz]ed|authenticat|credential|permission", re.I)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out. ``error`` is a sentence to show, also where the key is good but cannot be used now."""

    status: KeyStatus
    error: str = ""
    latency_ms: int | None = None
    at: datetime = field(default_factory=timezone.now)

    @property
    def is_usable(self) -> bool:
        return self.status == KeyStatus.VALID and not self.error


def verify(provider: Provider, values: Mapping[str, str], outbound: Outbound | None = None) -> Verdict:
    """Ask the provider whether the values of its fields are good. Raises nothing."""
    if provider.probe is None:
        words = f"{provider} has no way to try a key for free: only a call that is paid for would tell."
        return Verdict(KeyStatus.UNVERIFIABLE, words)
    return _Question(provider, provider.probe, values, outbound or Outbound()).answer()


class _Question:
    def __init__(self, provider: Provider, probe: Probe, values: Mapping[str, str], outbound: Outbound) -> None:
        self.provider, self.probe, self.outbound = provider, probe, outbound
        self.values = {**{field.name: "" for field in provider.fields}, **values}
        self.basic = ":".join(self.values[name] for name in probe.basic or ())
        self.secrets = [*provider.secrets(values), self.basic]

    def answer(self) -> Verdict:
        began = time.monotonic()
        try:
            response = self._ask(self._headers())
            latency = round((time.monotonic() - began) * 1000)
            status, error = self._read(response)
            if status == KeyStatus.VALID and self.probe.may_be_open:
                status, error = self._beyond_the_open_door(response.json())
        except OutboundRefused as refused:
            return Verdict(KeyStatus.UNREACHABLE, self._safe(in_words(refused)))
        return Verdict(status, self._safe(error), latency)

    def _ask(self, headers: dict[str, str]) -> Response:
        """No redirect is followed: some keys travel in the address or in headers of their own."""
        return self.outbound.request(
            self.probe.method,
            self._filled(self.probe.url),
            headers={"Accept": "application/json", **headers},
            params={name: self._filled(value) for name, value in self.probe.params.items()},
            content=self.probe.content,
            max_bytes=MAX_BYTES,
            deadline=DEADLINE,
            redirects=0,
        )

    def _headers(self) -> dict[str, str]:
        if self.probe.may_be_open and not self.provider.secrets(self.values)[0]:
            return {}
        headers = {name: self._filled(value) for name, value in self.probe.headers.items()}
        if self.probe.basic:
            headers["Authorization"] = f"Basic {base64.b64encode(self.basic.encode()).decode()}"
        return headers

    def _filled(self, template: str) -> str:
        values = {**self.values, "base_url": self.values.get("base_url", "").rstrip("/")}
        return template.format(**values)

    def _read(self, response: Response) -> tuple[KeyStatus, str]:
        data = data_of(response)
        is_answer = isinstance(data, dict | list)
        if is_answer and response.status < 300 and self.probe.proof(data):
            return KeyStatus.VALID, self._used_up("") if self.probe.is_used_up(data) else ""
        if is_page(response):
            words = f"{self.provider} answers with a web page in place of data ({response.status})."
            return KeyStatus.UNREACHABLE, words
        said = words_of(data) if is_answer else response.text
        return self._bad(response, said)

    def _bad(self, response: Response, said: str) -> tuple[KeyStatus, str]:
        status = response.status
        if status == 402 or (status in REFUSALS and ABOUT_QUOTA.search(response.text)):
            return KeyStatus.VALID, self._used_up(said)
        if status == 429:
            return KeyStatus.UNREACHABLE, f"{self.provider} was asked too often. Test the key again later."
        if status in (401, 403) or (status in (200, 400) and ABOUT_KEY.search(said)):
            return KeyStatus.INVALID, self._with(f"{self.provider} does not accept it.", said)
        if status < 300:
            return KeyStatus.UNREACHABLE, self._with(f"This is not what {self.provider} answers to a good key.", said)
        if status < 400:
            return KeyStatus.UNREACHABLE, f"{self.provider} leads to another address ({status}), where no key is sent."
        return KeyStatus.UNREACHABLE, self._with(f"{self.provider} answers with an error ({status}).", said)

    def _used_up(self, said: str) -> str:
        return self._with(f"{self.provider} accepts it, but there is nothing left to spend.", said)

    def _beyond_the_open_door(self, data: Any) -> tuple[KeyStatus, str]:
        """A server that answers without a key as well has not shown that it knows this one."""
        model = self.values.get("model", "")
        if model and model[:LONGEST_NAME] not in (names := _model_names(data)):
            listed = ", ".join(names[:MODELS_NAMED]) or "none"
            return KeyStatus.INVALID, f"This server has no model “{model}”. It has: {listed}."
        if not self.values["api_key"] or self._ask({}).status in (401, 403):
            return KeyStatus.VALID, ""
        return KeyStatus.UNVERIFIABLE, "The server answers without a key as well: only a call that uses it would tell."

    def _with(self, sentence: str, said: str) -> str:
        return quoting(sentence, said, self.secrets)

    def _safe(self, text: str) -> str:
        return printable(text, self.secrets)


def in_words(refused: OutboundRefused) -> str:
    """Why nothing came back, with what can be done about it."""
    if refused.code != "forbidden":
        return refused.message
    return f"{refused.message} Whoever runs Studio can open a private network with the setting OUTBOUND_ALLOW."


def _model_names(data: Any) -> list[str]:
    models = data.get("models") or data.get("data") or []
    return [str(one.get("name") or one.get("id"))[:LONGEST_NAME] for one in models]
