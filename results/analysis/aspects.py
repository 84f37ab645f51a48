"""What a review says of which aspect: each clause that names one is read by itself. Approximate, and said to be so.

found = Finder(lexicon_of(aspects), get_engine()).add_to(texts, analyses)
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from results.analysis.clauses import Piece, pieces
from results.analysis.engine import Analysis, Engine, Mention
from results.analysis.lexicon import Hit, Lexicon
from results.choices import POLARITIES

LONGEST_TEXT = 8_000  # characters looked at; an engine reads fewer
MOST_PIECES, MOST_OF_ONE = 16, 3  # read of one text, and of one aspect in it
LONGEST_QUOTE = 300
READ_BY_LLM = "llm:"  # names aspects by itself


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks for the aspects of a lexicon; ``engine`` reads what is said of them."""

    lexicon: Lexicon
    engine: Engine

    def add_to(self, texts: Sequence[str], analyses: Sequence[Analysis]) -> list[Analysis]:
        """The analyses of these texts with the aspects they speak of. What has no label has no aspects."""
        return [self._with_aspects(text, analysis) for text, analysis in zip(texts, analyses, strict=True)]

    def _with_aspects(self, text: str, analysis: Analysis) -> Analysis:
        if not analysis.is_analysed or analysis.engine.startswith(READ_BY_LLM):
            return analysis
        return replace(analysis, aspects=self._mentions(text[:LONGEST_TEXT], analysis))

    def _mentions(self, text: str, whole: Analysis) -> list[Mention]:
        hits = list(self.lexicon.find(text))
        said = defaultdict[str, list[tuple[str, Analysis]]](list)
        for piece in _worth_reading(pieces(text, hits)):
            quote = _quote(text, piece, hits)
            read = whole if quote == text.strip() and whole.scores else self._read(quote, whole)
            for aspect in piece.aspects:
                said[aspect].append((quote, read))
        return [_merged(name, said[name]) for name in self.lexicon.names if name in said]

    def _read(self, quote: str, whole: Analysis) -> Analysis:
        """A few words may be in no language one can tell: then they mean what the whole text does."""
        (read,) = self.engine.analyse([quote])
        return read if read.is_analysed else whole


def _worth_reading(found: Iterable[Piece]) -> Iterator[Piece]:
    """The first pieces of each aspect: a text of a thousand clauses takes no longer than one of sixteen."""
    counts = defaultdict[str, int](int)

    def wanted() -> Iterator[Piece]:
        for piece in found:
            aspects = frozenset(name for name in piece.aspects if counts[name] < MOST_OF_ONE)
            for name in aspects:
                counts[name] += 1
            if aspects:
                yield piece._replace(aspects=aspects)

    return islice(wanted(), MOST_PIECES)


def _quote(text: str, piece: Piece, hits: Sequence[Hit]) -> str:
    """The piece, or of a long one the part from shortly before what it names."""
    start, end = piece.start, piece.end
    if end - start > LONGEST_QUOTE:
        named = next(hit.start for hit in hits if hit.start >= start and hit.aspects & piece.aspects)
        start = max(start, named - LONGEST_QUOTE // 3)
        end = min(end, start + LONGEST_QUOTE)
    return text[start:end].strip()


def _merged(aspect: str, said: Sequence[tuple[str, Analysis]]) -> Mention:
    """All that is said of an aspect: the mean of what its pieces say, with the one as evidence that says it best."""
    labels = {label: sum(read.scores[label] for _, read in said) for side in POLARITIES.values() for label in side}
    side = max(POLARITIES.values(), key=lambda covered: sum(labels[label] for label in covered))
    label = max(side, key=labels.__getitem__)
    quote, _ = max(said, key=lambda one: (sum(one[1].scores[covered] for covered in side), one[1].scores[label]))
    score = sum(read.score or 0 for _, read in said) / len(said)
    return Mention(aspect, label, round(score, 4), quote)
