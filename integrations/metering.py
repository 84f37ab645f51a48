"""A language model somebody has chosen for a project, asked within a budget.

What it was asked before within a month is remembered and costs nothing. All of an owner's workers leave a provider
alone that wants to be left alone. What ends the use of it for a run, like a key that is refused, ends it for all of
them.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import jsonschema
from bson import ObjectId
from django.utils import timezone
from prometheus_client import Counter
from pymongo.errors import DuplicateKeyError

from integrations import keys, prices
from integrations.llm import DEADLINE, Answer, Client, LlmError, Schema
from integrations.models import Credential, Remembered
from integrations.pace import Pace
from integrations.providers import PROVIDERS, Model, Provider
from integrations.spending import Budget, Hold, Price, price_of
from projects.models import Project
from sentimatrix_studio.mongo.pipelines import collection

PATIENCE = 12.0  # seconds to wait in place for a provider that was asked too often; more is its caller's to wait
USUAL_WAIT = 5.0  # where it does not say how long
LONGEST_WAIT = 15 * 60.0  # who wants to be left alone for longer is not asked again in this run
PAUSES = (1.0, 4.0)  # before the second attempt and the third, where a service has a bad moment
BLINK = 0.25  # seconds between two looks whether to go on, while waiting
ENVELOPE = 64  # tokens that a service may add around what it is sent
ONLY_JSON = "Answer with one JSON object and nothing else. It has to fit this JSON Schema:"

CALLS = Counter("studio_llm_calls", "Calls to language models.", ["provider", "outcome"])
TOKENS = Counter("studio_llm_tokens", "Tokens that language models took.", ["provider", "direction"])

Check = Callable[[], None]


class MeteredLlm:
    """``check`` is called before each call and while waiting, and may raise what its caller knows."""

    def __init__(self, project: Project, client: Client, price: Price, budget: Budget, check: Check) -> None:
        self.owner_id, self.project_id = project.owner_id, project.pk
        self.client, self.price, self.budget, self.check = client, price, budget, check
        self.pace = Pace(f"llm:{client.provider.id}:{self.owner_id}", per_second=1000, burst=1000)

    @property
    def id(self) -> str:
        return self.client.id

    def ask(self, system: str, prompt: str, *, max_tokens: int, schema: Schema | None = None) -> Answer:
        """One answer; waits where it has to, for a little while. Raises LlmError."""
        failures = 0
        while True:
            self.check()
            self._wait_for_turn()
            try:
                return self._ask(system, prompt, max_tokens, schema)
            except LlmError as error:
                failures += 1
                self._note(error)
                if not error.can_retry or failures > len(PAUSES):
                    raise
                pause = 0.0 if error.code == "rate_limited" else PAUSES[failures - 1]
            self._sleep(pause)

    def complete_json(self, system: str, data: Any, *, schema: Schema, version: str, max_tokens: int) -> Any:
        """What the model says of ``data``, as ``system`` asks it to: JSON that fits ``schema``, an object.

        ``data`` may be anybody's words: it is sent as JSON, apart from what is asked, and ``system`` should say that
        nothing in it is an instruction. ``version`` names the wording of ``system``. The same again is remembered.
        Raises LlmError, also where two answers do not fit.
        """
        prompt = json.dumps(data, ensure_ascii=False)
        key = self.key(version, system, prompt, json.dumps(schema, sort_keys=True))
        if (known := self.recall([key])).get(key) is not None:
            return known[key]
        for _ in range(2):
            answer = self.ask(with_schema(system, schema), prompt, max_tokens=max_tokens, schema=schema)
            value = parsed(answer.text, schema)
            if value is not None:
                self.remember({key: value})
                return value
        raise LlmError("bad_answer", f"{self.client.provider} does not answer as it was asked to.")

    def key(self, *asked: str) -> str:
        return key_of(self.id, self.client.temperature, *asked)

    def recall(self, wanted: list[str]) -> dict[str, Any]:
        return recalled(self.owner_id, wanted)

    def remember(self, answers: Mapping[str, Any]) -> None:
        for key, value in answers.items():
            said = {"$set": {"value": value, "at": timezone.now()}, "$setOnInsert": {"project_id": self.project_id}}
            with suppress(DuplicateKeyError):  # another worker has just been told the same
                collection(Remembered).update_one({"owner_id": self.owner_id, "key": key}, said, upsert=True)

    def _ask(self, system: str, prompt: str, max_tokens: int, schema: Schema | None) -> Answer:
        most = self.price.of(most_tokens(system, prompt, json.dumps(schema) if schema else ""), max_tokens)
        hold = self._hold(most)
        try:
            answer = self.client.ask(system, prompt, max_tokens=max_tokens, schema=schema)
        except LlmError as error:
            CALLS.labels(self.client.provider.id, error.code).inc()
            if error.may_cost:
                self.budget.settle(hold, most)
            else:
                self.budget.give_back(hold)
            raise
        self._settle(hold, most, answer)
        return answer

    def _settle(self, hold: Hold, most: int, answer: Answer) -> None:
        provider = self.client.provider.id
        CALLS.labels(provider, "answered").inc()
        if answer.sent is None or answer.received is None:
            self.budget.settle(hold, most)
        else:
            self.budget.settle(hold, self.price.of(answer.sent, answer.received), answer.sent, answer.received)
            TOKENS.labels(provider, "sent").inc(answer.sent)
            TOKENS.labels(provider, "received").inc(answer.received)

    def _hold(self, most: int) -> Hold:
        """Waits for the first call of the run, if another worker is making it, but not for a dead one."""
        until = time.monotonic() + DEADLINE
        while True:
            try:
                return self.budget.hold(most, is_first_alone=time.monotonic() < until)
            except LlmError as error:
                if error.code != "first_call":
                    raise
            self._sleep(BLINK)

    def _note(self, error: LlmError) -> None:
        """For all who ask in the owner's name."""
        wait = error.retry_after or USUAL_WAIT
        if error.code == "rate_limited" and wait <= LONGEST_WAIT:
            self.pace.hold(wait)
        elif error.code == "rate_limited":
            error.can_retry = False
        if error.is_final or wait > LONGEST_WAIT:
            self.budget.end(error.message)
        if error.code == "invalid_key":
            keys.note_refused(self.owner_id, self.client.provider.id, self.client.values)

    def _wait_for_turn(self) -> None:
        until = time.monotonic() + PATIENCE
        while wait := self.pace.take():
            if time.monotonic() + wait > until:
                words = f"{self.client.provider} was asked too often."
                raise LlmError("rate_limited", words, can_retry=True, retry_after=wait)
            self._sleep(wait)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(BLINK, left))


def key_of(model: str, temperature: float, *asked: str) -> str:
    """Names a question: all that its answer depends on."""
    whole = json.dumps([model, temperature, *asked])
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def recalled(owner_id: ObjectId, wanted: list[str]) -> dict[str, Any]:
    """What is remembered of these questions of somebody's."""
    found = Remembered.objects.filter(owner_id=owner_id, key__in=wanted)
    return {one.key: one.value for one in found}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has chosen for a project. ``price`` is None where nobody knows it."""

    provider: Provider
    model: Model
    price: Price | None
    has_key: bool

    @property
    def id(self) -> str:
        return f"{self.provider.id}/{self.model.id}"


def choice(project: Project) -> Choice:
    """Raises LlmError where no provider is chosen, or no model."""
    wanted = project.config["llm"]
    provider = PROVIDERS.get(wanted["provider"] or "")
    if provider is None:
        raise LlmError("no_provider", "No LLM is chosen: choose a provider in the project's settings, under “LLM”.")
    credential = Credential.objects.filter(owner_id=project.owner_id, provider=provider.id).first()
    noted = prices.models_of(project.owner, [provider])[provider.id]
    entered = credential.shown.get("model", "") if credential else ""
    name = wanted["model"] or entered or next((model.id for model in noted), "")
    if not name:
        raise LlmError("no_model", f"No model of {provider} is chosen: name one in the project's settings.")
    model = next((model for model in noted if model.id == name), Model(id=name, name=name))
    return Choice(provider, model, price_of(provider, model), bool(credential and credential.can_be_used))


def why_not(found: Choice) -> str:
    """What keeps it from being asked, in a sentence; empty where nothing does."""
    if not found.has_key:
        return f"There is no good key for {found.provider}: enter one under “API keys”."
    if found.price is None:
        model = f"“{found.model.id}” of {found.provider}"
        return f"Nobody knows what {model} costs: note its price under “API keys”, 0 if it is free."
    return ""


def open_llm(project: Project, run: str, *, check: Check = lambda: None) -> MeteredLlm:
    """The LLM of a project, for a run: what is spent counts for all who name the same one.

    ``check`` is called before each call and while waiting. Raises LlmError where none is chosen, there is no key for
    it, or nobody knows what it costs.
    """
    found = choice(project)
    reason = why_not(found)
    if reason or found.price is None:
        raise LlmError("unknown_price" if found.has_key else "no_key", reason)
    values = keys.values_for(project.owner_id, found.provider.id)
    client = Client(found.provider, values, found.model.id, temperature=project.config["llm"]["temperature"])
    budget = Budget(project.owner_id, run, project.config["limits"])
    return MeteredLlm(project, client, found.price, budget, check)


def most_tokens(*texts: str) -> int:
    """What these may come to at most: no token is less than a byte."""
    return sum(len(text.encode("utf-8", "replace")) for text in texts) + ENVELOPE


def with_schema(system: str, schema: Schema) -> str:
    return f"{system}\n\n{ONLY_JSON}\n{json.dumps(schema, ensure_ascii=False)}"


def parsed(text: str, schema: Schema) -> Any:
    """The JSON of an answer that fits the schema, else None."""
    value = json_of(text)
    try:
        jsonschema.validate(value, schema)
    except jsonschema.ValidationError:
        return None
    return value


def json_of(text: str) -> Any:
    """None where it is none. Many models put a fence around it; NaN and Infinity, which Python would read, are none."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.removeprefix("```").removeprefix("json").removesuffix("```")
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON.")
