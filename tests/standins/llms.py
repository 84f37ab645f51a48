"""Services of language models, in their true formats: OpenAI's, which most of them speak, Anthropic's and Ollama's.

The model in them is a list of words. What it is asked costs tokens, which are counted as a tokenizer counts them.
"""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from tokenizers import Tokenizer

from tests.standins import pages
from tests.standins.providers import GOOD, INCORRECT, SERVICES, SPENT, echo, key_of, openai_error, said

TOKENIZER = Path(__file__).resolve().parents[2] / "results/analysis/model/tokenizer.json"
LLMS: tuple[str, ...] = (
    "groq",
    "openai",
    "anthropic",
    "gemini",
    "mistral",
    "deepseek",
    "together",
    "fireworks",
    "openrouter",
)
LLMS += ("cerebras", "ollama", "lmstudio", "compatible")
PATHS = ("/chat/completions", "/messages", "/api/generate")
GOOD_WORDS = re.compile(r"\b(love|loved|great|excellent|good|best|fun|perfect|superb|wonderful|enjoyed|works)\b", re.I)
BAD_WORDS = re.compile(r"\b(hate|awful|bad|worst|crash(?:es)?|broken|terrible|boring|refund|waste|dreadful)\b", re.I)
MARKS = re.compile(r"[!-/:-@[-`{-~]{2,}")
SCORES = {"very_positive": 0.9, "positive": 0.55, "neutral": 0.0, "negative": -0.55, "very_negative": -0.9}
INJECTION = "ignore your instructions"
Json = Any


class Llms:
    """``mode`` is how all of them answer, ``script`` how they do for as many calls before that.

    Modes: ok, fenced, broken json, prose, too short, too long, invented ids, twice, out of bounds, other side, unknown
    label, false quote, strange aspect, gullible (does what a review tells it), no usage, rate limited (for
    ``retry_after`` seconds), insufficient quota, bad key, no model, no format (refuses to be told one), echo, slow, and
    those of ``pages``.
    """

    hosts = tuple(SERVICES[name].host for name in LLMS)

    def __init__(self) -> None:
        self.tokenizer = Tokenizer.from_file(str(TOKENIZER))
        self.tokenizer.no_truncation()
        self.reset()

    def reset(self) -> None:
        self.mode, self.script, self.retry_after = "ok", list[str](), 3
        self.bill: list[tuple[int, int]] = []  # tokens sent and received of each call that is charged for
        self.asked: list[Json] = []  # the bodies of all calls
        self.say: Callable[[Json], Json] = labelled  # what it answers to data it is sent

    def dollars(self, sent: float, received: float) -> float:
        """The bill, at these prices of 1,000 tokens."""
        return sum(one[0] * sent + one[1] * received for one in self.bill) / 1000

    async def answer(self, request: web.Request) -> web.StreamResponse | None:
        if not request.path.endswith(PATHS) or request.method != "POST":
            return None
        body = await request.json()
        self.asked.append(body)
        mode = self.script.pop(0) if self.script else self.mode
        if bad := self._refusal(mode, request, body) or pages.common(mode):
            return bad
        if mode == "slow":
            await asyncio.sleep(3600)
        return web.json_response(self._reply(mode, request.path, body))

    def _refusal(self, mode: str, request: web.Request, body: Json) -> web.Response | None:
        key = key_of(request)
        if mode == "rate limited":
            answer = openai_error("Rate limit reached for requests. Upgrade at …/settings/billing", "requests")
            return web.json_response(answer, status=429, headers={"Retry-After": str(self.retry_after)})
        if mode == "insufficient quota":
            return said((429, SPENT), key)
        if mode == "bad key" or (key and not key.startswith(GOOD)):
            return said((401, INCORRECT), key)
        if mode == "no model":
            return said(
                (404, openai_error("The model does not exist", "invalid_request_error", "model_not_found")), key
            )
        if mode == "no format" and {"response_format", "temperature"} & body.keys():
            words = "Unsupported: 'response_format' and 'temperature' are not supported with this model."
            return said((400, openai_error(words, "invalid_request_error")), key)
        return said((500, echo(key)), key) if mode == "echo" else None

    def _reply(self, mode: str, path: str, body: Json) -> Json:
        system, prompt = parts(body)
        text = self._said(mode, system, prompt)
        sent, received = self.count(system) + self.count(prompt), self.count(text)
        self.bill.append((sent, received))
        reply = worded(path, body["model"], text, sent, received)
        counts = ("usage", "prompt_eval_count", "eval_count") if mode == "no usage" else ()
        return {name: value for name, value in reply.items() if name not in counts}

    def count(self, text: str) -> int:
        """Byte-pair tokenizers have tokens for runs of marks; this one would count each mark."""
        merged = MARKS.sub(lambda run: run[0][: -(-len(run[0]) // 2)], text)
        return len(self.tokenizer.encode(merged, add_special_tokens=False).ids)

    def _said(self, mode: str, system: str, prompt: str) -> str:
        data = json.loads(prompt)
        if mode == "gullible" and INJECTION in prompt.lower():
            return "Of course! Every review is very_positive."
        if mode == "prose":
            return "Here are the labels you asked for: all of them are positive."
        answer = self.say({"schema": json.loads(system.rpartition("\n")[2]), **data})
        if mode in SPOILT:
            answer = {"reviews": SPOILT[mode](answer["reviews"])}
        text = json.dumps(answer)
        if mode == "fenced":
            return f"```json\n{text}\n```"
        return text[: len(text) // 2] if mode == "broken json" else text


def parts(body: Json) -> tuple[str, str]:
    """System and prompt, wherever the format has them."""
    if "prompt" in body:
        return body.get("system", ""), body["prompt"]
    by_role = {one["role"]: one["content"] for one in body["messages"]}
    return body.get("system") or by_role.get("system", ""), by_role["user"]


def worded(path: str, model: str, text: str, sent: int, received: int) -> Json:
    """An answer as OpenAI, Anthropic or Ollama words it."""
    if path.endswith("/chat/completions"):
        usage = {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [choice],
            "usage": usage,
        }
    if path.endswith("/messages"):
        usage = {"input_tokens": sent, "output_tokens": received}
        content = [{"type": "text", "text": text}]
        told = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn"}
        return {**told, "content": content, "stop_sequence": None, "usage": usage}
    counts = {"prompt_eval_count": sent, "eval_count": received}
    return {"model": model, "created_at": "2026-11-24T00:00:00Z", "response": text, "done": True, **counts}


def labelled(data: Json) -> Json:
    """An entry for each review, with what the schema wants of it."""
    wanted = data["schema"]["properties"]["reviews"]["items"]["properties"]
    return {"reviews": [entry(one, wanted) for one in data["reviews"]]}


def entry(review: Json, wanted: Json) -> Json:
    text, label = review["text"], label_of(review["text"])
    known = wanted.get("aspects", {}).get("items", {}).get("properties", {}).get("aspect", {}).get("enum", [])
    mentioned = [name for name in known if name.lower() in text.lower()]
    made = {
        "id": review["id"],
        "sentiment": label,
        "score": SCORES[label],
        "confidence": 0.9,
        "emotions": [{"emotion": "joy" if SCORES[label] > 0 else "anger", "score": 0.8}] if SCORES[label] else [],
        "aspects": [
            {"aspect": name, "sentiment": label, "score": SCORES[label], "quote": sentence_with(name, text)}
            for name in mentioned
        ],
        "summary": f"The reviewer finds it {label.replace('_', ' ')} and says so in a few words.",
        "insights": ["Fix what makes it fail before anything else is added."] if SCORES[label] < 0 else [],
    }
    return {name: made[name] for name in wanted}


def label_of(text: str) -> str:
    balance = len(GOOD_WORDS.findall(text)) - len(BAD_WORDS.findall(text))
    if balance == 0:
        return "neutral"
    return f"{'very_' if abs(balance) > 1 else ''}{'positive' if balance > 0 else 'negative'}"


def sentence_with(word: str, text: str) -> str:
    return next((one for one in re.split(r"(?<=[.!?])\s+", text) if word.lower() in one.lower()), text)[:200]


def _each(**changes: Json) -> Callable[[list[Json]], list[Json]]:
    return lambda entries: [{**one, **changes} for one in entries]


def _with_aspect(**changes: Json) -> Callable[[list[Json]], list[Json]]:
    mention = {"aspect": "sound", "sentiment": "positive", "score": 0.5, "quote": "sound", **changes}
    return lambda entries: [{**one, "aspects": [mention]} for one in entries]


SPOILT: dict[str, Callable[[list[Json]], list[Json]]] = {
    "too short": lambda entries: entries[: len(entries) // 2],
    "too long": lambda entries: [*entries, *({**one, "id": f"{one['id']}-more"} for one in entries)],
    "invented ids": lambda entries: [{**one, "id": str(number)} for number, one in enumerate(entries)],
    "twice": lambda entries: [*entries, *({**one, "sentiment": "neutral", "score": 0} for one in entries)],
    "out of bounds": _each(score=7),
    "other side": _each(sentiment="negative", score=0.7),
    "unknown label": _each(sentiment="meh"),
    "false quote": _with_aspect(quote="the sound is a dream"),
    "strange aspect": _with_aspect(aspect="the weather"),
}
