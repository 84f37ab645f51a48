"""What lies in the database opens nothing."""

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.core import context
from allauth.usersessions.models import UserSession
from bson import ObjectId
from django.contrib.sessions.models import Session
from django.core import signing
from django.urls import reverse

from accounts.tests.factories import PASSWORD, make_user, with_password
from sentimatrix_studio.mongo.fields import Kept, kept
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.sessions import SessionStore

pytestmark = pytest.mark.django_db

SECRET = "only-the-session-knows"


def test_a_key_is_told_from_the_hash_that_is_kept_of_it():
    (stored,) = {kept("key"), kept("key"), kept(kept("key"))}
    assert stored == "key"
    assert stored != "another key"
    assert kept(str(stored)) != stored


class AsItIs:
    def loads(self, data: bytes) -> bytes:
        return data


def test_a_session_is_found_by_its_key_and_not_by_what_the_database_has():
    store = SessionStore()
    store["secret"], store["row"] = SECRET, (row := ObjectId())
    store.save()
    key = str(store.session_key)
    assert dict(SessionStore(key).items()) == {"secret": SECRET, "row": str(row)}
    (document,) = collection(Session).find()
    assert document["session_key"] == str(kept(key)) != key
    assert not SessionStore().exists(document["session_key"])
    assert dict(SessionStore(document["session_key"]).items()) == {}
    content = signing.loads(document["session_data"], salt=store.key_salt, serializer=AsItIs)  # type: ignore[arg-type]
    assert content.startswith(b"v1.")
    assert SECRET.encode() not in content


def test_an_unreadable_session_is_an_empty_one(settings):
    store = SessionStore()
    store["secret"] = SECRET
    store.save()
    settings.ENCRYPTION_KEYS = {"another": bytes(32)}
    assert dict(SessionStore(store.session_key).items()) == {}


def test_the_list_of_sessions_knows_the_current_one_and_ends_others(client):
    user = with_password()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    key = client.session.session_key
    (session,) = UserSession.objects.filter(user=user)
    assert isinstance(session.session_key, Kept)
    assert session.session_key == key
    assert not session.purge()
    session.end()
    assert not SessionStore().exists(key)
    assert not client.get(reverse("dashboard")).wsgi_request.user.is_authenticated


def test_a_mail_is_confirmed_by_the_key_in_it_only(rf):
    address = EmailAddress.objects.create(user=make_user(), email="somebody@example.org")
    sent = EmailConfirmation.create(address)
    with context.request_context(rf.get("/")):
        sent.send()
    (document,) = collection(EmailConfirmation).find()
    assert document["key"] not in (sent.key, None)
    assert EmailConfirmation.from_key(document["key"]) is None
    assert EmailConfirmation.from_key(sent.key) == sent
