"""Why a text got its score: leave a word out, read again, see how the score moves.

The only explanation that holds for this model: what its graph could say of single tokens agrees with it in one text in
five.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from results.analysis.cleaning import clean
from results.analysis.engine import LOCAL, get_engine
from results.analysis.labels import sides
from results.analysis.local import LocalEngine, score_of
from results.analysis.weights import Weights

MOST_WORDS_ONE_BY_ONE = 40
SHORTEST_CLAUSE, LONGEST_CLAUSE = 3, 12
CLAUSE_ENDS = (".", ",", ";", ":", "!", "?", "…", ")")


def explain_text(text: str) -> list[tuple[str, float]]:
    """See `engine.explain`."""
    engine = get_engine(LOCAL)
    if not isinstance(engine, LocalEngine) or not engine.analyse([text])[0].is_analysed:
        return []
    words = text.split()
    pieces = [word_tokens(engine.weights, word) for word in words]
    read = words_read(pieces, engine.weights.config.max_tokens)
    parts = [slice(index, index + 1) for index in range(read)]
    if len(words) > MOST_WORDS_ONE_BY_ONE:
        parts = list(clauses(words[:read]))
    whole = score_without(engine.weights, pieces[:read], slice(0))
    pushes = [(part, round(whole - score_without(engine.weights, pieces[:read], part), 4)) for part in parts]
    unread = [(slice(read, None), 0.0)] if read < len(words) else []
    return [(" ".join(words[part]), push) for part, push in pushes + unread]


def word_tokens(weights: Weights, word: str) -> list[int]:
    """The tokens of one word without those of begin and end. The model never sees white space, so that the tokens of a
    text are those of its words in a row."""
    return weights.tokens(clean(word))[1:-1]


def words_read(pieces: Sequence[Sequence[int]], max_tokens: int) -> int:
    """How many words fit into what the model reads."""
    room = max_tokens - 2
    for count, tokens in enumerate(pieces):
        room -= len(tokens)
        if room < 0:
            return count
    return len(pieces)


def clauses(words: Sequence[str]) -> Iterator[slice]:
    """The words in runs of 3 to 12 that end with a mark where there is one."""
    start = 0
    for end, word in enumerate(words, start=1):
        length = end - start
        if length == LONGEST_CLAUSE or (length >= SHORTEST_CLAUSE and word.endswith(CLAUSE_ENDS)):
            yield slice(start, end)
            start = end
    if start < len(words):
        yield slice(start, len(words))


def score_without(weights: Weights, pieces: Sequence[list[int]], part: slice) -> float:
    """The score of a text of these words with a part of them left out."""
    left_out = range(*part.indices(len(pieces)))
    kept = chain.from_iterable(tokens for index, tokens in enumerate(pieces) if index not in left_out)
    begin, end = weights.tokens("")
    return score_of(sides(weights.logits_of([begin, *kept, end]), weights.config))
