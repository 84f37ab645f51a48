"""``Idempotency-Key``: a request that is sent again gets the answer of the first time, and nothing is done twice."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from sentimatrix_studio.models import KeptAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
SANE_KEY = re.compile(r"[!-~]{1,255}")

Action = Callable[..., Response]


class StillRunning(exceptions.APIException):
    status_code = 409
    default_detail = "A request with this Idempotency-Key is still running. Try again in a moment."
    default_code = "CONFLICT_ERROR"
    wait = 1  # seconds


class Unusable(exceptions.ValidationError):
    def __init__(self, words: str) -> None:
        super().__init__({HEADER: [words]})


def once(request: Request, action: Action) -> Action:
    """The action, unless the caller has sent this request before: then what it answered."""

    def act(*args: Any, **kwargs: Any) -> Response:
        key = request.headers[HEADER]
        if not SANE_KEY.fullmatch(key):
            raise Unusable("Use 1 to 255 visible ASCII characters.")
        digest = fingerprint(request)
        kept, is_new = KeptAnswer.objects.claim(request.user.pk, key, digest)
        return _perform(kept, action, *args, **kwargs) if is_new else _replay(kept, digest)

    return act


def _perform(kept: KeptAnswer, action: Action, *args: Any, **kwargs: Any) -> Response:
    """Only what succeeded is kept: a request that was refused has done nothing, and may be sent again."""
    try:
        answer = action(*args, **kwargs)
        kept.keep(answer.status_code, JSONRenderer().render(answer.data).decode())
    finally:
        if kept.is_running:
            kept.delete()
    return answer


def _replay(kept: KeptAnswer, digest: str) -> Response:
    if kept.request_hash != digest:
        raise Unusable("This key was used for another request.")
    if kept.is_running:
        raise StillRunning
    return Response(json.loads(kept.body), kept.status, headers={REPLAYED: "true"})


def fingerprint(request: Request) -> str:
    """The same for the same request, whatever order its fields are in and wherever its parts are cut."""
    digest = hashlib.sha256()
    for part in _parts(request):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()


def _parts(request: Request) -> Iterator[bytes]:
    yield f"{request.method} {request.get_full_path()}".encode()
    if not isinstance(request.data, QueryDict):
        yield json.dumps(request.data, sort_keys=True).encode()
        return
    for name in sorted(request.data):
        yield name.encode()
        for value in request.data.getlist(name):
            yield from _file(value) if isinstance(value, UploadedFile) else [str(value).encode()]


def _file(file: Any) -> Iterator[bytes]:
    """Chunk by chunk: it may be larger than memory."""
    yield (file.name or "").encode()
    yield from file.chunks()
    file.seek(0)
