"""What happened to accounts, as a chain of entries which nobody changes unnoticed; ``manage.py verify_audit`` looks.

Each entry is sealed by a hash over its fields and the hash of the entry before it. Its number is unique, so of two
writers who go on from the same entry one has to begin again, and the chain never forks.
"""

import hashlib
import json
import random
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from allauth.core import context
from bson import ObjectId
from django.http import HttpRequest
from pymongo import DESCENDING, WriteConcern
from pymongo.errors import DuplicateKeyError
from rest_framework.request import Request

from accounts.models import AuditEntry, AuditHead, User
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.requests import client_address, current_request_id

Detail = str | int | bool | None
Document = dict[str, Any]
PERSONAL = ("address", "user_agent", "request_id", "details")
ERASED: Document = {"address": "", "user_agent": "", "request_id": "", "details": {}, "salt": ""}
START = "0" * 64
HEAD = ObjectId("000000000000000000000001")
LONGEST_PAUSE = 0.01  # seconds, before another try where somebody else was first


def record(event: str, user: User | None, request: HttpRequest | Request | None = None, **details: Detail) -> None:
    """Add to the trail that this has happened to the user, or by the user.

    ``user`` is None where nobody is known, as at a sign-in with an unknown address. Details never hold an address, a
    name or a secret. Call it after what it tells of, outside of a transaction: it takes part in none.
    """
    entry = _personal_part(request or context.request, details)
    entry |= {"event": event, "user_id": user.pk if user else None, "at": _now()}
    entries = collection(AuditEntry)
    while True:
        last = _end()
        linked = {**entry, "seq": last["seq"] + 1, "previous": last["hash"]}
        linked["hash"] = hash_of(linked)
        try:
            entries.insert_one(linked)
        except DuplicateKeyError:
            time.sleep(random.uniform(0, LONGEST_PAUSE))
        else:
            return _move_head(linked)


def erase(user_id: ObjectId) -> None:
    """Leave of this account's entries only what happened when, and its id: nobody can tell any more who that was."""
    collection(AuditEntry).update_many({"user_id": user_id, "salt": {"$ne": ""}}, {"$set": ERASED})


def hash_of(entry: Mapping[str, Any]) -> str:
    at = entry["at"].astimezone(UTC).isoformat(timespec="milliseconds")
    user_id = str(entry["user_id"]) if entry["user_id"] else None
    return _digest([entry["seq"], at, entry["event"], user_id, entry["seal"], entry["previous"]])


def seal_of(entry: Mapping[str, Any]) -> str:
    return _digest([entry["salt"], *(entry[name] for name in PERSONAL)])


def breaks() -> Iterator[str]:
    """Where the chain does not hold, in sentences; nothing if it does."""
    seq, previous = 0, START
    reached = AuditHead.objects.filter(pk=HEAD).first()
    for entry in AuditEntry.objects.order_by("seq").values().iterator():
        if entry["seq"] != seq + 1:
            yield f"{_span(seq + 1, entry['seq'] - 1)} missing."
        elif entry["previous"] != previous:
            yield f"Entry {entry['seq']} does not follow the one before it."
        yield from _flaws(entry)
        seq, previous = entry["seq"], entry["hash"]
        if reached and reached.seq == seq and reached.hash != previous:
            yield f"Entry {seq} is another one than the head of the trail knows."
    if reached and reached.seq > seq:
        yield f"{_span(seq + 1, reached.seq)} missing at the end."
    if seq and not reached:
        yield "The head of the trail is missing: nobody can tell whether entries are missing at the end."


def _flaws(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry["hash"] != hash_of(entry):
        yield f"Entry {entry['seq']} was changed."
    if entry["salt"]:
        if entry["seal"] != seal_of(entry):
            yield f"Entry {entry['seq']} was changed: where it came from, or its details."
    elif entry["user_id"] is None or User.objects.filter(pk=entry["user_id"]).exists():
        yield f"Entry {entry['seq']} lost its details, though its account is still there."


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _personal_part(request: HttpRequest | Request | None, details: dict[str, Detail]) -> Document:
    http = request._request if isinstance(request, Request) else request
    part: Document = {
        "address": client_address(http) if http else "",
        "user_agent": http.headers.get("User-Agent", "")[:200] if http else "",
        "request_id": current_request_id() if http else "",
        "details": details,
        "salt": secrets.token_hex(16),
    }
    return {**part, "seal": seal_of(part)}


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)  # MongoDB keeps no more


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _end() -> Document:
    """Where the chain goes on: at the latest entry, or behind it if the head knows of later ones. Who took those away
    leaves a gap for ever."""
    latest = collection(AuditEntry).find_one({}, {"seq": 1, "hash": 1}, sort=[("seq", DESCENDING)])
    reached = collection(AuditHead).find_one({"_id": HEAD})
    ends = [end for end in (reached, latest) if end]
    return max(ends, key=lambda end: int(end["seq"]), default={"seq": 0, "hash": START})


def _move_head(entry: Document) -> None:
    """To this entry, unless a later one was quicker. It need not survive a crash: the next entry moves it on."""
    heads = collection(AuditHead).with_options(write_concern=WriteConcern(w=1, j=False))
    step = {"$set": {"seq": entry["seq"], "hash": entry["hash"]}}
    try:
        heads.update_one({"_id": HEAD, "seq": {"$lt": entry["seq"]}}, step, upsert=True)
    except DuplicateKeyError:  # the head is further already
        return
