"""What bodies about webhooks and about channels have in common."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId
from rest_framework import serializers

from projects.models import Project
from sentimatrix_studio import rest


class EventsField(serializers.ListField):
    """Some of these events, each once."""

    def __init__(self, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        child = serializers.ChoiceField(choices)
        super().__init__(child=child, **{"min_length": 1, "max_length": len(choices), **kwargs})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """So that the length that counts is that of what was sent."""
        found = super().run_validation(data)
        return list(dict.fromkeys(found)) if isinstance(found, list) else found


class EndpointSerializer(rest.Serializer):
    """Without a project: the events of all one's projects."""

    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    project_id = rest.IdField(required=False, allow_null=True)

    def validate_project_id(self, value: ObjectId | None) -> ObjectId | None:
        if value and not Project.objects.owned_by(self.context["request"].user).filter(pk=value).exists():
            raise serializers.ValidationError("You have no project with this id.")
        return value
