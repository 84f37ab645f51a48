"""What people do to reviews: labels in place of the engine's, and taking back what was done."""

from typing import Annotated, TypedDict

from bson import ObjectId
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import signed_in
from results import bulk, correcting
from results.api.bulk import BulkChangeJson, accepted, conflicts
from results.api.filtered import FilteredViewSet
from results.choices import Emotion, Sentiment
from results.models import BulkChange, Change, ChangeKind, Result
from results.parameters import FILTERS
from results.shapes import ResultJson, result_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import Count, Id, Moment, PageJson

MOST_IDS = 1000


class LabelledResultJson(ResultJson):
    undo_id: Id | None


class LabelledJson(TypedDict):
    """How many reviews have another label now. Those that wait for the engine were passed over."""

    labelled: Count
    passed_over: Count
    undo_id: Id | None


class UndoableChangeJson(TypedDict):
    id: Id
    kind: Annotated[str, ChangeKind]
    description: str
    count: Count
    made_at: Moment
    expires_at: Moment


class UndoneJson(TypedDict):
    """How many reviews are as they were. Those collected or labelled anew since were passed over."""

    undone: Count
    passed_over: Count


class LabelSerializer(rest.Serializer):
    sentiment = serializers.ChoiceField(
        Sentiment.choices, required=False, allow_null=True, help_text="As the project names it; null is the engine's."
    )
    emotion = serializers.ChoiceField(
        Emotion.choices, required=False, allow_null=True, help_text="Null is the engine's."
    )


class LabelsSerializer(LabelSerializer):
    result_ids = serializers.ListField(
        child=rest.IdField(), required=False, allow_empty=False, max_length=MOST_IDS, help_text="Of these alone."
    )


class LabelViewSet(FilteredViewSet):
    query_parameters = {"bulk": FILTERS}
    bodiless_actions = ("destroy",)
    idempotent_actions = ("bulk",)

    @extend_schema(request=LabelSerializer, responses={200: LabelledResultJson})
    def update(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Label a review in place of the engine.

        What is not named stays as it is; ``null`` gives it back to the engine. The label is kept through every
        analysis, import and edit, and counts everywhere.
        """
        result = self._part(Result, project_id, result_id)
        body = LabelSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._relabelled(result, correcting.read_label(result.project, body.validated_data))

    @extend_schema(responses={200: LabelledResultJson})
    def destroy(self, request: Request, project_id: ObjectId, result_id: ObjectId) -> Response:
        """Give the label of a review back to the engine.

        The same as ``null`` for sentiment and emotion.
        """
        return self._relabelled(self._part(Result, project_id, result_id), {"sentiment": None, "emotion": None})

    @extend_schema(request=LabelsSerializer, responses={200: LabelledJson, 202: BulkChangeJson, 409: None})
    def bulk(self, request: Request, project_id: ObjectId) -> Response:
        """Label many reviews in place of the engine.

        Those that the filters find, or that the body names, or of those it names the ones that the filters find. Where
        filters alone find more than 500, a worker labels them: 202, and `Location` says where to ask how far it has
        come. In the meantime another such change of the project is refused (409).
        """
        project = self._project(project_id)
        asked = self._asked(project)
        body = LabelsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data.pop("result_ids", None)
        if ids is None and asked.is_empty:
            raise ValidationError({"result_ids": "Name the reviews, or filter them in the address."})
        said, by = correcting.read_label(project, body.validated_data), signed_in(request)
        if ids is not None:
            return _labelled(correcting.relabel(project, asked.queryset(project).filter(pk__in=ids), said, by))
        with conflicts():
            done = bulk.relabel(project, asked, said, by)
        return accepted(done) if isinstance(done, BulkChange) else _labelled(done)

    def _relabelled(self, result: Result, said: correcting.Said) -> Response:
        change = correcting.relabel_one(result, said, signed_in(self.request))
        now = result_as_json(Result.objects.get(pk=result.pk), result.project.sentiment_classes)
        return Response({**now, "undo_id": undo_id(change)})


class ChangeViewSet(FilteredViewSet):
    query_parameters = {"list": rest.PAGING}
    bodiless_actions = idempotent_actions = ("undo",)

    @extend_schema(responses={200: PageJson[UndoableChangeJson]})
    def list(self, request: Request, project_id: ObjectId) -> Response:
        """List what can be undone.

        Deletions and labels of the last 24 hours, latest first.
        """
        page = self.paginate_queryset(Change.objects.undoable_of(self._project(project_id)))
        return self.get_paginated_response([change_as_json(change) for change in page or []])

    @extend_schema(responses={200: UndoneJson, 202: BulkChangeJson, 409: None})
    def undo(self, request: Request, project_id: ObjectId, undo_id: ObjectId) -> Response:
        """Undo a deletion, or labels.

        Deleted reviews come back with all they were, unless they have been collected anew; a label goes back to what
        it was before, unless it has been changed since. That of more than 500 reviews is a worker's work: 202.
        """
        change = self._part(Change, project_id, undo_id)
        with conflicts():
            undone = bulk.undo(change)
        if isinstance(undone, BulkChange):
            return accepted(undone)
        return Response({"undone": undone.count, "passed_over": undone.passed_over})


def _labelled(done: correcting.Relabelled) -> Response:
    shown = {"labelled": done.change.count, "passed_over": done.passed_over, "undo_id": undo_id(done.change)}
    return Response(shown)


def change_as_json(change: Change) -> UndoableChangeJson:
    return {
        "id": str(change.pk),
        "kind": change.kind,
        "description": str(change),
        "count": change.count,
        "made_at": rest.utc(change.made_at),
        "expires_at": rest.utc(change.expires_at),
    }


def undo_id(change: Change) -> str | None:
    """None if there is nothing to undo."""
    return str(change.pk) if change.count else None
