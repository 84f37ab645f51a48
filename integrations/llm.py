"""Large language models: one question, one answer, and what it took.

The library words the requests and reads the answers. Its way out is not used: ours stands where it has the makers'
packages. So each request passes the guarded door, nothing is tried again behind our back, and what a service says with
an error, ``Retry-After`` included, is not lost in exceptions. The key is never told to the library, which would look
for another one in the environment of the process.
"""

import asyncio
import functools
import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from integrations.answers import data_of, is_page, printable, quoting, seconds_to_wait, words_of
from integrations.outbound import Outbound, OutboundRefused, Response
from integrations.providers import Provider
from integrations.verifying import ABOUT_KEY, ABOUT_QUOTA, in_words

DEADLINE = 90.0  # seconds
MAX_BYTES = 2 * 2**20
MAY_BE_REFUSED = ("response_format", "temperature", "format")  # by some model or server, which does without it then
SPENT = re.compile(r"insufficient_quota|billing_hard_limit")
RETRY_DELAY = re.compile(r'"retryDelay":\s*"([\d.]{1,9})s"')  # Google's Retry-After
CUT = ("length", "max_tokens")
FINAL = ("invalid_key", "quota", "no_model", "refused")
CONTEXT = 8192  # tokens an Ollama server makes room for; by itself it silently forgets the beginning of what is longer
Schema = Mapping[str, Any]


class LlmError(Exception):
    """No answer, or none of use. ``message`` is safe to show.

    Codes: ``invalid_key, quota, no_model, refused`` (no call to this provider will help), ``rate_limited``
    (``retry_after``: seconds, if it says so), ``timeout, unavailable, bad_request, bad_answer``; and of those who ask
    for an account: ``no_provider, no_key, unknown_price, over_budget, ended``. ``may_cost`` tells a request that may
    have been charged for all the same.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        can_retry: bool = False,
        retry_after: float | None = None,
        may_cost: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, can_retry
        self.retry_after, self.may_cost = retry_after, may_cost

    @property
    def is_final(self) -> bool:
        return self.code in FINAL


@dataclass(frozen=True, slots=True)
class Answer:
    """``sent`` and ``received`` are tokens as the provider counts them; None where it does not say."""

    text: str
    sent: int | None
    received: int | None
    is_cut: bool  # it was longer than it was allowed to be


class Client:
    """A model of a provider, asked with somebody's key."""

    def __init__(
        self,
        provider: Provider,
        values: Mapping[str, str],
        model: str,
        *,
        temperature: float = 0.2,
        outbound: Outbound | None = None,
    ) -> None:
        self.provider, self.values, self.model, self.temperature = provider, values, model, temperature
        self.outbound = outbound or Outbound()
        self.left_out: set[str] = set()  # what this model has turned out not to take

    @property
    def id(self) -> str:
        return f"{self.provider.id}/{self.model}"

    def ask(self, system: str, prompt: str, *, max_tokens: int, schema: Schema | None = None) -> Answer:
        """Ask once. With a ``schema`` the answer should be JSON, which nobody has checked yet. Raises LlmError."""
        library = _library()
        asked = _worded_by(library, self, _Way(self, max_tokens, schema))
        try:
            said = asyncio.run(asked.generate(prompt, system, self.temperature, max_tokens))
        except (library.error, LlmError, OutboundRefused, ImportError, TypeError) as error:
            raise self._reason(error) from None
        used = said.usage
        is_counted = bool(used.prompt_tokens or used.completion_tokens)
        return Answer(
            text=str(said.content),
            sent=int(used.prompt_tokens) if is_counted else None,
            received=int(used.completion_tokens) if is_counted else None,
            is_cut=said.finish_reason in CUT,
        )

    def send(self, path: str, body: dict[str, Any]) -> Response:
        """Raises LlmError and OutboundRefused."""
        while True:
            said = {name: value for name, value in body.items() if name not in self.left_out}
            response = self._post(path, said)
            if response.status < 300:
                return response
            refused = [name for name in MAY_BE_REFUSED if name in said and name in response.text]
            if response.status not in (400, 422) or not refused:
                raise self._refusal(response)
            self.left_out.update(refused)

    def _post(self, path: str, body: dict[str, Any]) -> Response:
        base = self.provider.api.format(base_url=self.values.get("base_url", "").rstrip("/"))
        headers = {"Content-Type": "application/json", "Accept": "application/json", **self._credentials()}
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        options: dict[str, Any] = {"headers": headers, "max_bytes": MAX_BYTES, "deadline": DEADLINE}
        return self.outbound.post(f"{base}{path}", content, **options)

    def _credentials(self) -> dict[str, str]:
        key = self.values.get("api_key", "")
        if self.provider.dialect == "anthropic":
            return {"x-api-key": key, "anthropic-version": "2023-06-01"}
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _reason(self, error: BaseException) -> LlmError:
        """Many of the library's own exceptions break when it makes them: the first that went wrong is what counts."""
        for cause in _chain(error):
            if isinstance(cause, LlmError):
                return cause
            if isinstance(cause, OutboundRefused):
                return self._unreached(cause)
        return self._bad_answer()

    def _bad_answer(self) -> LlmError:
        return LlmError("bad_answer", f"This is not how {self.provider} answers.", may_cost=True)

    def _unreached(self, refused: OutboundRefused) -> LlmError:
        message = printable(in_words(refused), self._secrets)
        if refused.code in ("timeout", "network"):
            code = "timeout" if refused.code == "timeout" else "unavailable"
            return LlmError(code, message, can_retry=True, may_cost=True)
        if refused.can_retry:
            return LlmError("unavailable", message, can_retry=True)
        if refused.code in ("forbidden", "bad_url", "tls"):
            return LlmError("refused", message)
        return LlmError("bad_answer", message, may_cost=True)

    def _refusal(self, response: Response) -> LlmError:
        status, name, data = response.status, self.provider.name, data_of(response)
        said = "" if is_page(response) else words_of(data) if isinstance(data, dict | list) else response.text
        if _is_spent(response):
            return LlmError("quota", self._with(f"{name} has nothing left to spend.", said))
        if status == 429:
            wait = _wait(response)
            return LlmError("rate_limited", f"{name} was asked too often.", can_retry=True, retry_after=wait)
        if status == 401 or (status in (400, 403) and ABOUT_KEY.search(said)):
            return LlmError("invalid_key", self._with(f"{name} does not accept the key.", said))
        if status == 404:
            return LlmError("no_model", self._with(f"{name} has no model “{self.model}”.", said))
        if status == 408 or status >= 500:
            failed = f"{name} answers with an error ({status})."
            return LlmError("unavailable", self._with(failed, said), can_retry=True)
        return LlmError("bad_request", self._with(f"{name} does not take the request ({status}).", said))

    def _with(self, sentence: str, said: str) -> str:
        return quoting(printable(sentence, self._secrets), said, self._secrets)

    @property
    def _secrets(self) -> list[str]:
        return self.provider.secrets(self.values)


class _Way:
    """Stands in the library's clients where it has the packages of OpenAI and Anthropic, and a client of httpx."""

    def __init__(self, client: Client, max_tokens: int, schema: Schema | None) -> None:
        self.client, self.max_tokens, self.schema = client, max_tokens, schema

    @property
    def chat(self) -> SimpleNamespace:
        return SimpleNamespace(completions=SimpleNamespace(create=self._complete))

    @property
    def messages(self) -> SimpleNamespace:
        return SimpleNamespace(create=self._message)

    async def post(self, path: str, json: dict[str, Any]) -> Any:
        """What Ollama is asked. Its answer needs no more than what httpx and our door call by the same names."""
        options = {**json.get("options", {}), "num_ctx": CONTEXT + self.max_tokens}
        more = {"format": self.schema} if self.schema else {}
        response = self.client.send(path, {**json, "options": options, **more})
        return SimpleNamespace(status_code=200, text=response.text, json=response.json)

    async def _complete(self, **said: Any) -> Any:
        if self.client.provider.id == "openai":  # whose newer models know the old name no more
            said["max_completion_tokens"] = said.pop("max_tokens")
        return self._read(self.client.send("/chat/completions", said | self._json_mode()))

    async def _message(self, **said: Any) -> Any:
        return self._read(self.client.send("/messages", said))

    def _json_mode(self) -> dict[str, Any]:
        mode = self.client.provider.json_mode if self.schema else ""
        if mode == "schema":
            named = {"name": "answer", "strict": True, "schema": self.schema}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        return {"response_format": {"type": "json_object"}} if mode else {}

    def _read(self, response: Response) -> Any:
        """As the library expects it: objects with attributes. What it trips over is not what the provider answers."""
        data = data_of(response)
        if not isinstance(data, dict):
            raise self.client._bad_answer()
        known = {"usage": None, "model": self.client.model, **data}
        if isinstance(known["usage"], dict):
            known["usage"].setdefault("total_tokens", 0)
        return json.loads(json.dumps(known), object_hook=lambda found: SimpleNamespace(**found))


def _worded_by(library: SimpleNamespace, client: Client, way: _Way) -> Any:
    asked = getattr(library, client.provider.dialect)()
    asked._model, asked._initialized = client.model, True
    asked._client = asked._async_client = way
    return asked


@functools.cache
def _library() -> SimpleNamespace:
    # Imported at first use: half a second and 30 MB, which only processes that ask a model should pay.
    from sentimatrix.core.exceptions import SentimatrixError
    from sentimatrix.providers.llm.anthropic_provider import AnthropicProvider
    from sentimatrix.providers.llm.ollama_provider import OllamaProvider
    from sentimatrix.providers.llm.openai_provider import OpenAIProvider

    log = logging.getLogger("sentimatrix")  # on import it writes its own JSON to standard output
    log.handlers.clear()
    log.propagate = True
    return SimpleNamespace(
        openai=OpenAIProvider, anthropic=AnthropicProvider, ollama=OllamaProvider, error=SentimatrixError
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """From what was raised last to what went wrong first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_spent(response: Response) -> bool:
    """Limits for a minute are in the same words as those for good, but say when they end."""
    if response.status == 402 or SPENT.search(response.text):
        return True
    is_about_it = ABOUT_QUOTA.search(response.text) is not None
    return response.status in (400, 403, 412, 429) and is_about_it and _wait(response) is None


def _wait(response: Response) -> float | None:
    told = seconds_to_wait(response)
    if told is None and (delay := RETRY_DELAY.search(response.text)):
        return float(delay[1])
    return told
