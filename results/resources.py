"""Reviews in files of the admin: they come in through ``ingest``, as all reviews do, so that figures follow."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from import_export import fields, widgets
from import_export.results import Result as Outcome
from tablib import Dataset

from projects.models import Target
from results import ingest
from results.analysis.engine import get_engine
from results.documents import Item, identity
from results.imports import values
from results.models import Result
from sentimatrix_studio.mongo.admin import MongoModelResource
from sentimatrix_studio.mongo.transaction import in_transaction

BATCH = 200


class ResultResource(MongoModelResource):
    class Meta:
        model = Result
        fields = (
            *("id", "owner", "project", "target", "platform", "external_id", "title", "text", "author", "url"),
            *("rating", "rating_max", "published_at", "language", "state", "engine", "sentiment", "score"),
            *("confidence", "emotion", "created_at"),
        )


class MomentWidget(widgets.Widget):
    """Dates as people and exports write them, in UTC where they name no zone."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        return values.moment(value, "dmy", datetime.now(UTC) + values.AHEAD)


class ReviewResource(MongoModelResource):
    """What sources say of reviews. What the analysis says of them is not taken from a file: it is found anew.

    A review is known by its target and its id at the source; without one, by what it says.
    """

    most_rows = 2000

    published_at = fields.Field("published_at", "published_at", MomentWidget())
    language = fields.Field("source_language", "language")

    class Meta:
        model = Result
        fields = (
            *("target", "external_id", "text", "title", "author", "url", "rating", "rating_max", "published_at"),
            "language",
        )
        import_id_fields = ("external_id",)
        skip_unchanged = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.items: dict[ObjectId, list[Item]] = defaultdict(list)  # by target, to be stored in the end
        self.targets: dict[ObjectId, Target] = {}

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Result | None:
        """The review as it is known, to show what would change."""
        said, target_id = str(row["external_id"] or ""), str(row.get("target") or "")
        target = Target.objects.filter(pk=ObjectId(target_id)).first() if ObjectId.is_valid(target_id) else None
        if target is None or not said:
            return None
        where = {"project_id": target.project_id, "platform": target.platform, "external_id": identity(said, "")}
        return Result.objects.filter(**where).first()

    def import_instance(self, instance: Result, row: Mapping[str, Any], **kwargs: Any) -> None:
        known_date = instance.published_at
        super().import_instance(instance, row, **kwargs)
        instance.published_at = instance.published_at or known_date
        if instance.target_id is None:
            raise ValidationError({"target": "Say the id of the target whose review this is."})
        if not (instance.text or instance.title or instance.rating is not None):
            raise ValidationError({"text": "There is neither a text nor a rating."})

    def do_instance_save(self, instance: Result, is_create: bool) -> None:
        """Later, with all others of its target."""
        self.targets[instance.target_id] = instance.target
        self.items[instance.target_id].append(
            Item(
                external_id=instance.external_id or "",
                text=instance.text or "",
                title=instance.title or "",
                author=instance.author or "",
                url=instance.url or "",
                rating=instance.rating,
                rating_max=instance.rating_max,
                published_at=instance.published_at,
                language=instance.source_language or "",
            )
        )

    def after_import(self, dataset: Dataset, result: Outcome, **kwargs: Any) -> None:
        for target_id, items in self.items.items():
            for start in range(0, len(items), BATCH):
                _take_in(self.targets[target_id], items[start : start + BATCH])


def _take_in(target: Target, items: list[Item]) -> None:
    """Store and analyse, each in one transaction, with the roll-ups."""
    project = target.project
    stored = in_transaction(partial(ingest.store, target, None, items, analyse=project.analyse))
    wants = project.config["analysis"]["emotions"]
    findings = ingest.analyse(stored.pending, get_engine(), emotions=wants) if stored.pending else []
    in_transaction(partial(ingest.record, findings))
