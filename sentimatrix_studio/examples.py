"""An example for every operation of the OpenAPI document: what is asked is written here, what is answered is made of
the schema and of values that look like true ones.
"""

from collections.abc import Mapping
from typing import Any

from sentimatrix_studio.shapes import Schema

REQUESTS: Mapping[str, Any] = {  # by the name of the component
    "ApiTokenRequest": {"name": "Nightly report", "scope": "read", "expires_in_days": 90},
    "BellRequest": {"events": ["job.failed", "schedule.paused", "key.refused"]},
    "ChannelRequest": {
        "service": "ntfy",
        "address": "https://ntfy.sh/kettles-5f0c9a",
        "events": ["job.failed", "schedule.paused"],
    },
    "CheckRequest": {"url": "https://store.steampowered.com/app/620/Portal_2/"},
    "CodeRequest": {"mfa_token": "eyJ1c2VyIjoi…", "code": "492039"},
    "ExportRequest": {"format": "parquet", "fields": ["id", "text", "date", "sentiment"]},
    "ForgotPasswordRequest": {"email": "ada@example.com"},
    "ImportRequest": {"file": "reviews.csv", "options": {"columns": {"text": "review", "rating": "stars"}}},
    "LabelRequest": {"sentiment": "negative", "emotion": "anger"},
    "LabelsRequest": {"sentiment": "neutral"},
    "LoginRequest": {"email": "ada@example.com", "password": "Correct-Horse-7"},
    "MarkerRequest": {"name": "Version 2", "day": "2026-03-02"},
    "NewKeyRequest": {"provider": "groq", "api_key": "gsk_…", "label": "Ours"},
    "NewTargetRequest": {"url": "https://store.steampowered.com/app/620/Portal_2/", "label": "Portal 2"},
    "NewTargetsRequest": {"urls": ["https://store.steampowered.com/app/620/", "https://www.imdb.com/title/tt0133093/"]},
    "OwnModelRequest": {"provider": "groq", "model": "our-model", "context": 32768, "cost_per_1k_input": 0.0005},
    "OwnPasswordRequest": {"password": "Correct-Horse-7"},
    "PasswordChangeRequest": {"current_password": "Correct-Horse-7", "new_password": "Better-Horse-8"},
    "PatchedChannelChangeRequest": {"events": ["job.completed", "job.failed"], "project_id": None},
    "PatchedMarkerRequest": {"day": "2026-03-03"},
    "PatchedPresetRequest": {"config": {"limits": {"max_reviews_per_target": 200}}},
    "PatchedProjectChangeRequest": {"status": "paused", "config": {"analysis": {"sentiment_classes": 3}}},
    "PatchedScheduleChangeRequest": {"frequency": "weekly", "day_of_week": 0, "time": "07:30", "missed": "skip"},
    "PatchedTargetRequest": {"status": "paused"},
    "PatchedUserRequest": {"timezone": "Europe/Vienna", "theme": "dark"},
    "PatchedWebhookRequest": {"events": ["job.completed", "job.failed"]},
    "PresetRequest": {"name": "Quick look", "config": {"limits": {"max_reviews_per_target": 50}}},
    "ProjectRequest": {
        "name": "Kettle 3000",
        "preset": "standard",
        "platform_links": {"steam": [{"url": "https://store.steampowered.com/app/620/", "label": "Portal 2"}]},
    },
    "RangeRequest": {"since": "2026-03-02T00:00:00Z", "only_failed": True},
    "ReanalysisRequest": {"engine": "transformer"},
    "RefreshTokenRequest": {"refresh_token": "eyJhbGciOiJIUzI1NiIs…"},
    "RegisterRequest": {"email": "ada@example.com", "name": "Ada", "password": "Correct-Horse-7"},
    "ResetPasswordRequest": {"token": "cq3f7u-…", "new_password": "Better-Horse-8"},
    "PatchedSavedViewRequest": {"name": "Angry this week"},
    "SavedViewRequest": {"name": "Angry", "query": "emotion=anger&sort=date"},
    "ScheduleRequest": {"project_id": "65f0a1b2c3d4e5f60718293a", "frequency": "daily", "time": "09:00"},
    "StartRequest": {"options": {"max_results": 200, "date_from": "2026-01-01"}},
    "TimesRequest": {"frequency": "cron", "cron": "0 9 * * MON-FRI", "timezone": "Europe/Vienna"},
    "TextRequest": {"text": "A lovely little kettle, but the lid broke after a week.", "sentiment_classes": 5},
    "WebhookRequest": {
        "url": "https://hooks.example.com/studio",
        "name": "Our chat",
        "events": ["job.failed", "target.error"],
        "headers": {"X-Team": "kettles"},
    },
}
ID, MOMENT, DAY = "65f0a1b2c3d4e5f60718293a", "2026-03-02T12:30:01.500Z", "2026-03-02"
FORMATS = {"date-time": MOMENT, "date": DAY, "email": "ada@example.com", "uri": "https://example.com/kettle"}
WORDS: Mapping[str, Any] = {  # by the name of the property
    "access_token": "eyJhbGciOiJIUzI1NiIs…",
    "address": "203.0.113.7",
    "aspect": "stability",
    "author": "Grace",
    "avg_rating": 4.2,
    "avg_score": 0.61,
    "avg_sentiment": 0.61,
    "avg_sentiment_score": 0.61,
    "cache": "ok",
    "code": "VALIDATION_ERROR",
    "confidence": 0.93,
    "database": "ok",
    "cron": "0 9 * * MON-FRI",
    "description": "Every day at 09:00, Vienna time",
    "detail": "This field is required.",
    "encoding": "utf-8",
    "engine": "local-1",
    "environment": "production",
    "event": "signed_in",
    "expires_in": 900,
    "external_id": "620",
    "host": "studio-1",
    "instance": "/api/v1/projects",
    "label": "Portal 2",
    "language": "en",
    "latency_ms": 41,
    "masked_key": "gsk_...1234",
    "message": "Done.",
    "message_id": "evt_65f0a1b2c3d4e5f60718293a",
    "name": "Kettle 3000",
    "next_cursor": "AAAAAZxRqk0BZfChssPU5fYHGCk6",
    "outcome_code": "ok",
    "own_aspect": "Battle pass: battle pass, season pass; not boarding pass",
    "page": 1,
    "page_size": 20,
    "pages": 1,
    "platform_id": "184467",
    "pointer": "/name",
    "preset": "standard",
    "primary_score": 0.88,
    "progress": 100.0,
    "quote": "it crashes",
    "rating": 4.0,
    "rating_max": 5.0,
    "refresh_token": "eyJhbGciOiJIUzI1NiIs…",
    "request_id": "9f1c2d3e4a5b4c6d8e7f001122334455",
    "score": 0.84,
    "secret": "whsec_…",
    "text": "A lovely little kettle.",
    "timezone": "Europe/Vienna",
    "time": "09:00",
    "title": "Lovely",
    "token": "smx_…",
    "token_type": "bearer",
    "url": "https://store.steampowered.com/app/620/",
    "user_agent": "python-httpx/0.28.1",
    "version": "0.1.0",
    "website": "https://example.com",
    "word_count": 4,
    "worker": "ok",
}


def illustrate(document: Schema) -> None:
    """Puts an example beside every schema of a body."""
    components = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                media["example"] = REQUESTS[media["schema"]["$ref"].rpartition("/")[2]]
            for answer in operation["responses"].values():
                for kind, media in answer.get("content", {}).items():
                    if kind == "application/json":
                        media["example"] = example(media["schema"], components)


def example(schema: Schema, components: Mapping[str, Schema], name: str = "") -> Any:
    """A value that the schema allows."""
    if ref := schema.get("$ref"):
        return example(components[ref.rpartition("/")[2]], components, name)
    if choice := schema.get("anyOf"):
        return example(choice[0], components, name)
    if "enum" in schema:
        return next(value for value in schema["enum"] if value)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {}).items()
        return {part: example(inner, components, part) for part, inner in properties}
    if kind == "array":
        return [example(schema["items"], components, name.removesuffix("s"))]
    return _plain(schema, kind, name)


def _plain(schema: Schema, kind: str, name: str) -> Any:
    if kind == "boolean":
        return True
    if kind == "string":
        if schema.get("pattern", "").startswith("^[0-9a-f]{24}"):
            return ID
        return FORMATS.get(schema.get("format", "")) or WORDS.get(name, "")
    return WORDS.get(name, schema.get("minimum", 0))
