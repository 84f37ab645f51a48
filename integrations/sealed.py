"""Where encrypted secrets lie in the database: to be encrypted anew under the first key, and looked after.

All of it works while the site runs. A row is written only if it still holds what was read, so whoever changes it
meanwhile wins, and it is met again in the next round. What is current is passed by: stopped anywhere, it goes on there.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Model
from pymongo import UpdateOne

from accounts import second_factor
from integrations.models import Channel, Credential, Webhook
from sentimatrix_studio.encryption import Unreadable, decrypt, encrypt, is_current
from sentimatrix_studio.mongo import sessions
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.sessions import SessionStore

BATCH = 500
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A field with ciphertexts. ``binding`` says what that of a document is bound to."""

    name: str
    model: type[Model]
    path: str
    binding: Callable[[Document], tuple[str, ...]]
    unpack: Callable[[str], str] = str  # from what is stored to the ciphertext in it
    pack: Callable[[str], str] = str
    is_passing: bool = False  # nothing is lost with it that does not come back by itself

    def documents(self, sample: int = 0) -> Iterator[Document]:
        """Those with something in this field, or some of them by chance."""
        pipeline: list[Document] = [{"$match": {self.path: {"$type": "string"}}}]
        pipeline += [{"$sample": {"size": sample}}] if sample else []
        return iter(collection(self.model).aggregate(pipeline, batchSize=BATCH))

    def stored(self, document: Document) -> str:
        value: Any = document
        for name in self.path.split("."):
            value = value[name]
        return str(value)

    def is_current(self, document: Document) -> bool:
        try:
            return is_current(self.unpack(self.stored(document)))
        except Unreadable:
            return False

    def open(self, document: Document) -> str:
        """Raises ``Unreadable``."""
        return decrypt(self.unpack(self.stored(document)), *self.binding(document))

    def renewal(self, document: Document) -> UpdateOne:
        """Raises ``Unreadable``."""
        fresh = self.pack(encrypt(self.open(document), *self.binding(document)))
        return UpdateOne({"_id": document["_id"], self.path: self.stored(document)}, {"$set": {self.path: fresh}})


class _Raw:
    """Between a signature and a session's ciphertext."""

    def dumps(self, text: str) -> bytes:
        return text.encode()

    def loads(self, data: bytes) -> str:
        return data.decode()


def _unsigned(stored: str) -> str:
    try:
        return str(signing.loads(stored, salt=SessionStore().key_salt, serializer=_Raw))
    except (signing.BadSignature, ValueError) as error:
        raise Unreadable from error


def _signed(sealed: str) -> str:
    return signing.dumps(sealed, salt=SessionStore().key_salt, serializer=_Raw, compress=True)


def _of_second_factor(document: Document) -> tuple[str, ...]:
    return (second_factor.PURPOSE,)


PLACES = (
    Place("keys of providers", Credential, "sealed", Credential.place_of),
    Place("addresses of channels", Channel, "sealed", Channel.place_of),
    Place("secrets of webhooks", Webhook, "sealed", Webhook.place_of),
    Place("authenticator apps", Authenticator, "data.secret", _of_second_factor),
    Place("recovery codes", Authenticator, "data.seed", _of_second_factor),
    Place("sessions", Session, "session_data", lambda row: (sessions.PURPOSE,), _unsigned, _signed, is_passing=True),
)


@dataclass(slots=True)
class Round:
    """One walk through a place."""

    renewed: int = 0
    changed_meanwhile: int = 0
    unreadable: int = 0


def renew(place: Place) -> Iterator[Round]:
    """Encrypt anew what is not under the first key, round by round, until there is nothing left that can be."""
    while True:
        found = _walk(place)
        yield found
        if not found.changed_meanwhile:
            return


def unreadable(place: Place, sample: int) -> int:
    """How many of so many rows, taken by chance, cannot be read."""
    return sum(not _can_open(place, document) for document in place.documents(sample))


def _walk(place: Place) -> Round:
    walked = Round()
    stale = (document for document in place.documents() if not place.is_current(document))
    while batch := list(islice(stale, BATCH)):
        renewals = list(_renewals(place, batch))
        walked.unreadable += len(batch) - len(renewals)
        if renewals:
            done = collection(place.model).bulk_write(renewals, ordered=False).modified_count
            walked.renewed += done
            walked.changed_meanwhile += len(renewals) - done
    return walked


def _renewals(place: Place, documents: Iterable[Document]) -> Iterator[UpdateOne]:
    for document in documents:
        try:
            yield place.renewal(document)
        except Unreadable:
            continue


def _can_open(place: Place, document: Document) -> bool:
    try:
        place.open(document)
    except Unreadable:
        return False
    return True
