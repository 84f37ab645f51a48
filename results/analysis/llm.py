"""The engine that asks a language model, within its budget; what it is not asked about the local engine reads.

Each label says who gave it: ``llm:<provider>/<model>``, or the local engine.
"""

import secrets
from collections.abc import Callable, Sequence

from integrations.llm import LlmError
from integrations.metering import LONGEST_WAIT, MeteredLlm, with_schema
from results.analysis import llm_prompt as prompt
from results.analysis.cleaning import has_emoji, has_letters, masked, words_of
from results.analysis.engine import Analysis, Engine, Postponed
from results.analysis.language import detect_language
from results.analysis.llm_answers import Entry, analysis_of, entries
from results.analysis.llm_prompt import Asked
from results.choices import State

LONGEST_ID = 100
INSTEAD = "The built-in engine reads the rest."
Tell = Callable[[str], None]


class LlmEngine:
    """For one piece of work. ``tell`` is given the sentences that belong into the log of the run, once in a run each.

    Unless it ``may_rest``, a provider that wants to be left alone for long is not waited for.
    """

    def __init__(
        self, llm: MeteredLlm, asked: Asked, max_tokens: int, local: Engine, tell: Tell, *, may_rest: bool = False
    ) -> None:
        self.id = f"llm:{llm.id}"[:LONGEST_ID]
        self.llm, self.asked, self.max_tokens = llm, asked, max_tokens
        self.local, self.tell, self.may_rest = local, tell, may_rest
        self.is_off = False  # asking is of no use any more
        self.failed_with = ""  # code of what went wrong in the latest call

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis per text, in the same order. Raises Postponed."""
        sent = [sendable(text) for text in texts]
        found: dict[int, Analysis] = {place: self._blank() for place, text in enumerate(sent) if not text}
        keys = {place: self.llm.key(self.asked.words, text) for place, text in enumerate(sent) if text}
        known = self.llm.recall(list(keys.values()))
        found |= {place: self._read(known[key], sent[place]) for place, key in keys.items() if key in known}
        self._ask_about({place: text for place, text in enumerate(sent) if place not in found}, keys, found)
        left = [place for place in range(len(texts)) if place not in found]
        found |= zip(left, self.local.analyse([texts[place] for place in left]), strict=True)
        return [found[place] for place in range(len(texts))]

    def _ask_about(self, texts: dict[int, str], keys: dict[int, str], found: dict[int, Analysis]) -> None:
        """In batches, and what was missing or broken in the answer once again by itself."""
        places = list(texts)
        for batch in prompt.batches(list(texts.values()), self.asked, self.max_tokens):
            asked = [places[number] for number in batch]
            self._keep(asked, texts, keys, found)
            if len(asked) > 1 and self.failed_with != "over_budget":  # by themselves they would cost more
                for place in asked:
                    if place not in found:
                        self._keep([place], texts, keys, found)

    def _keep(self, places: list[int], texts: dict[int, str], keys: dict[int, str], found: dict[int, Analysis]) -> None:
        said = self._answers([texts[place] for place in places])
        self.llm.remember({keys[place]: entry for place, entry in zip(places, said, strict=True) if entry})
        found |= {p: self._read(entry, texts[p]) for p, entry in zip(places, said, strict=True) if entry}

    def _answers(self, texts: Sequence[str]) -> list[Entry | None]:
        """One call: an entry for each text, None where there is no good one."""
        if self.is_off:
            return [None] * len(texts)
        # Ids nobody can know who writes a review: it cannot speak for another one.
        named = {secrets.token_hex(3): text for text in texts}
        form = prompt.schema(self.asked)
        system = with_schema(prompt.system(self.asked), form)
        try:
            answer = self.llm.ask(system, prompt.message(named), max_tokens=self.max_tokens, schema=form)
        except LlmError as error:
            self.failed_with = error.code
            self._give_up(error)
            return [None] * len(texts)
        self.failed_with = ""
        good = entries(answer.text, named, self.asked)
        return [good.get(name) for name in named]

    def _give_up(self, error: LlmError) -> None:
        """For now, or for the rest of this work. Raises Postponed."""
        wait = error.retry_after or 0.0
        if error.code == "rate_limited" and self.may_rest and 0 < wait <= LONGEST_WAIT:
            raise Postponed(error.message, wait)
        self.is_off = error.code not in ("over_budget", "bad_request", "bad_answer")
        if error.code != "ended" and self.llm.budget.is_news(error.code):
            self.tell(f"{self.llm.id}: {error.message} {INSTEAD}")

    def _read(self, entry: Entry, text: str) -> Analysis:
        return analysis_of(entry, self.asked, self.id, detect_language(words_of(text)))

    def _blank(self) -> Analysis:
        return Analysis(self.id, State.NO_TEXT.value)


def sendable(raw: str) -> str:
    """What a model is sent of a review: no more than it takes, no control characters; empty where there is nothing."""
    text = "".join(sign if sign.isprintable() else " " for sign in masked(raw.lstrip()[: prompt.LONGEST_TEXT]))
    is_said = has_letters(words_of(text)) or has_emoji(text)
    return " ".join(text.split()) if is_said else ""
