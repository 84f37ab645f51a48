"""What a person says of reviews, in place of the engine or to confirm it. Which label counts: see ``labels.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bson import ObjectId
from django.core.exceptions import ValidationError
from pymongo import UpdateOne

from accounts.models import User
from projects.models import Project
from results import changes, documents, labels, rollups
from results.changes import Stretch
from results.choices import Emotion, State, labels_shown
from results.documents import Document
from results.models import Change, ChangeKind, Result, ResultQuerySet
from sentimatrix_studio.mongo.pipelines import collection, session

FIELDS = (*rollups.LABELLED_FIELDS, "corrected_by_id", "corrected_at")
Said = dict[str, str | None]  # "sentiment" and "emotion", or one of them: a label; None for "as the engine has it"
WAITS = "This review waits for the engine. Label it once it has been read."
NO_SENTIMENT = "An emotion counts beside a sentiment only, and this review has none: say that as well."


@dataclass(frozen=True, slots=True)
class Relabelled:
    """``change.count`` reviews have another label now. ``passed_over`` could not be labelled."""

    change: Change
    passed_over: int


def read_label(project: Project, given: Mapping[str, str | None]) -> Said:
    """What is given, if a review of the project can be labelled so. Raises ValidationError by name."""
    allowed = {"sentiment": labels_shown(project.sentiment_classes), "emotion": list(Emotion.values)}
    wrong = {
        name: f"“{label}” is not one of {', '.join(allowed[name])}."
        for name, label in given.items()
        if label is not None and label not in allowed[name]
    }
    if wrong:
        raise ValidationError(wrong)
    if not given:
        raise ValidationError({"sentiment": "Name a sentiment or an emotion."})
    return dict(given)


def relabel(project: Project, results: ResultQuerySet, said: Said, by: User) -> Relabelled:
    """Label all reviews of the queryset, each batch at once or not at all. Those that cannot be are passed over."""
    change, passed_over = changes.new_change(project, ChangeKind.LABELS, **said), 0
    for stretch in changes.stretches(partial(relabel_some, change, results, by.pk)):
        change.count += stretch.changed
        passed_over += stretch.passed_over
    return Relabelled(change, passed_over)


def relabel_one(result: Result, said: Said, by: User) -> Change:
    """Raises ValidationError for a review that cannot be labelled so."""
    relabelled = relabel(result.project, Result.objects.filter(pk=result.pk), said, by)
    if relabelled.passed_over:
        raise ValidationError(WAITS if result.state == State.PENDING else NO_SENTIMENT)
    return relabelled.change


def relabel_some(change: Change, results: ResultQuerySet, by: ObjectId, cursor: str) -> Stretch:
    """The next reviews of the queryset, in the name of the user ``by``. To be called in a transaction."""
    found, onward = changes.read(results, cursor, FIELDS)
    about = {"corrected_by_id": by, "corrected_at": change.made_at}
    pairs = [(old, after) for old in found if (after := _corrected(old, change.said))]
    changed = [(old, {**after, **about}) for old, after in pairs if after["correction"] != old["correction"]]
    changes.remember(change, [old for old, _ in changed])
    return Stretch(onward, len(found), write_labels(changed), len(found) - len(pairs))


def _corrected(old: Document, said: Said) -> Document | None:
    """The columns to set; None where there is nothing yet to correct."""
    correction = {name: label for name, label in {**(old["correction"] or {}), **said}.items() if label} or None
    after = labels.effective(labels.of_model(old), correction)
    is_pointless = any(said.values()) and not after["sentiment"]
    return None if old["state"] == State.PENDING or is_pointless else {"correction": correction, **after}


def write_labels(changed: Sequence[tuple[Document, Document]]) -> int:
    """Set columns of reviews and move the roll-ups: what each was, and what to set. To be called in a transaction."""
    now, moves = documents.now(), rollups.Moves()
    for old, after in changed:
        moves.replace(old, {**old, **after})
    moves.apply()  # first, as everywhere: two transactions meet there, before they have done their work
    writes = [UpdateOne({"_id": old["_id"]}, {"$set": {**after, "updated_at": now}}) for old, after in changed]
    if writes:
        collection(Result).bulk_write(writes, ordered=False, session=session())
    return len(writes)
