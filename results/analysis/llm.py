"""The engine that asks a language model, within its budget; what it is not asked about the local engine reads.

Each label says who gave it: ``llm:<provider>/<model>``, or the local engine.
"""

import secrets
from collections.abc import Callable, Sequence

from integrations.llm import LlmError
from integrations.metering import LONGEST_WAIT, Check, MeteredLlm, open_llm, with_schema
from projects.models import Project
from results.analysis import llm_prompt as prompt
from results.analysis.cleaning import words_of
from results.analysis.engine import Analysis, AnalysisError, Engine, Postponed
from results.analysis.language import detect_language
from results.analysis.llm_answers import Entry, analysis_of, entries
from results.analysis.llm_prompt import Asked, asked_of, sendable
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
        questions = {self.llm.key(self.asked.words, text): text for text in sent if text}
        said = self.llm.recall(list(questions))
        self._ask({key: text for key, text in questions.items() if key not in said}, said)
        keys = {text: key for key, text in questions.items()}
        found = [self._read(said.get(keys.get(text, "")), text) for text in sent]
        left = [place for place, analysis in enumerate(found) if analysis is None]
        instead = dict(zip(left, self.local.analyse([texts[place] for place in left]), strict=True))
        return [analysis or instead[place] for place, analysis in enumerate(found)]

    def _ask(self, questions: dict[str, str], said: dict[str, Entry]) -> None:
        """In batches, and what was missing or broken in the answer once again by itself. By key of the question."""
        keys = list(questions)
        for batch in prompt.batches(list(questions.values()), self.asked, self.max_tokens):
            together = {keys[place]: questions[keys[place]] for place in batch}
            said |= self._answered(together)
            if len(together) > 1 and self.failed_with != "over_budget":  # by themselves they would cost more
                for key, text in together.items():
                    said |= {} if key in said else self._answered({key: text})

    def _answered(self, questions: dict[str, str]) -> dict[str, Entry]:
        """The good entries of one call, from now on remembered."""
        entries = self._answers(list(questions.values()))
        good = {key: entry for key, entry in zip(questions, entries, strict=True) if entry}
        self.llm.remember(good)
        return good

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

    def _read(self, entry: Entry | None, text: str) -> Analysis | None:
        if not text:
            return Analysis(self.id, State.NO_TEXT.value)
        return analysis_of(entry, self.asked, self.id, detect_language(words_of(text))) if entry else None


def open_engine(
    project: Project,
    run: str,
    *,
    local: Engine,
    tell: Tell = lambda sentence: None,
    check: Check = lambda: None,
    may_rest: bool = False,
) -> LlmEngine:
    """The one a project has chosen, for a piece of work of that run. Raises AnalysisError where it cannot be had."""
    try:
        llm = open_llm(project, run, check=check)
    except LlmError as error:
        raise AnalysisError(error.code, error.message) from None
    return LlmEngine(llm, asked_of(project), project.config["llm"]["max_tokens"], local, tell, may_rest=may_rest)
