"""Secrets under a new key, while the site runs; and what is said when a key is lost."""

import os
import threading

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.tests.factories import make_user
from integrations import sealed
from integrations.checks import secrets_can_be_read
from integrations.models import Credential
from integrations.providers import PROVIDERS
from integrations.tests.factories import ADDRESSES, KEY, make_channel, make_credential, make_webhook
from sentimatrix_studio.encryption import Unreadable, is_current
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.sessions import SessionStore

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = os.urandom(32), os.urandom(32)
OF_KEYS = sealed.PLACES[0]


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ENCRYPTION_KEYS = {"old": OLD}


def rotated(settings, keys: dict[str, bytes], capsys) -> list[str]:
    settings.ENCRYPTION_KEYS = keys
    call_command("rotate_keys")
    lines: list[str] = capsys.readouterr().out.splitlines()
    return lines


def test_everything_that_is_encrypted_is_made_anew_and_opens_without_the_old_key(settings, capsys):
    credential, channel, webhook, user = make_credential(), make_channel(), make_webhook(), make_user()
    (secret,) = webhook.secrets
    authenticator = {"user": user, "type": Authenticator.Type.TOTP, "data": {"secret": get_adapter().encrypt("JBSW")}}
    codes = {"type": Authenticator.Type.RECOVERY_CODES, "data": {"seed": get_adapter().encrypt("5eed"), "used_mask": 0}}
    pk = Authenticator.objects.create(**authenticator).pk
    Authenticator.objects.create(user=user, **codes)
    session = SessionStore()
    session["canary"] = "in a session"
    session.save()

    expected = [f"{name}: 1 encrypted anew, 0 unreadable" for name in [place.name for place in sealed.PLACES]]
    assert rotated(settings, {"new": NEW, "old": OLD}, capsys) == expected
    assert rotated(settings, {"new": NEW}, capsys) == [line.replace(": 1", ": 0") for line in expected]
    credential.refresh_from_db()
    channel.refresh_from_db()
    webhook.refresh_from_db()
    assert webhook.secrets == [secret]
    assert (credential.open(), channel.open()) == ({"api_key": KEY}, {"address": ADDRESSES["slack"]})
    assert get_adapter().decrypt(Authenticator.objects.get(pk=pk).data["secret"]) == "JBSW"
    assert SessionStore(session.session_key)["canary"] == "in a session"
    assert secrets_can_be_read(None) == []


def test_a_key_that_is_entered_while_its_row_is_renewed_stays(settings, monkeypatch):
    owner = make_user()
    make_credential(owner)
    settings.ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    walk = sealed.Place.renewal

    def renewal(place, document):
        made = walk(place, document)
        settings.ENCRYPTION_KEYS = {"old": OLD}  # a web process that has not heard of the new key yet
        make_credential(owner, api_key="entered-meanwhile")
        settings.ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
        monkeypatch.setattr(sealed.Place, "renewal", walk)
        return made

    monkeypatch.setattr(sealed.Place, "renewal", renewal)
    rounds = list(sealed.renew(OF_KEYS))
    assert [(one.renewed, one.changed_meanwhile) for one in rounds] == [(0, 1), (1, 0)]
    credential = Credential.objects.get()
    assert (credential.open(), is_current(credential.sealed)) == ({"api_key": "entered-meanwhile"}, True)


def test_reading_and_entering_go_on_while_many_rows_are_renewed(settings):
    owners = [make_user() for _ in range(3)]
    for owner in owners:
        for provider in PROVIDERS.values():
            make_credential(owner, provider.id, api_key="x" * 20)
    settings.ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    failures: list[Exception] = []
    done = threading.Event()

    def use() -> None:
        try:
            while not done.is_set():
                for credential in Credential.objects.all():
                    credential.open()
                make_credential(owners[0], "openai", api_key="y" * 20)
        except Unreadable as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=use)
    thread.start()
    list(sealed.renew(OF_KEYS))
    done.set()
    thread.join(30)
    assert failures == []
    assert all(is_current(credential.sealed) for credential in Credential.objects.all())
    assert Credential.objects.count() == 3 * len(PROVIDERS)


def test_what_was_stopped_goes_on_where_it_was(settings, capsys, monkeypatch):
    monkeypatch.setattr(sealed, "BATCH", 2)
    for _ in range(5):
        make_credential()
    settings.ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    write, batches = collection(Credential).bulk_write, 0

    class StoppedError(Exception):
        pass

    class Once:
        def __getattr__(self, name):
            return getattr(collection(Credential), name)

        def bulk_write(self, *args, **kwargs):
            nonlocal batches
            batches += 1
            if batches == 2:
                raise StoppedError
            return write(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "collection", lambda model: Once())
        with pytest.raises(StoppedError):
            list(sealed.renew(OF_KEYS))
    assert sorted(is_current(one.sealed) for one in Credential.objects.all()) == [False] * 3 + [True] * 2
    assert [one.renewed for one in sealed.renew(OF_KEYS)] == [3]


@pytest.mark.parametrize("lost", [{"new": NEW}, {"old": NEW}], ids=["gone", "another of the same name"])
def test_a_lost_key_is_told_by_the_check_and_by_the_command(settings, capsys, lost):
    make_credential()
    Session.objects.create(session_key="x", session_data="signs nobody in", expire_date="2999-01-01T00:00Z")
    assert secrets_can_be_read(None) == []
    settings.ENCRYPTION_KEYS = lost
    (warning,) = secrets_can_be_read(None)
    assert (warning.id, warning.msg) == (
        "integrations.W001",
        "1 of at most 100 keys of providers looked at cannot be read.",
    )
    call_command("check")
    assert "integrations.W001" in capsys.readouterr().err
    if "new" in lost:
        with pytest.raises(CommandError, match="1 secrets cannot be read"):
            call_command("rotate_keys")
    assert Credential.objects.get().is_readable is False


def test_without_a_database_the_check_has_nothing_to_say(monkeypatch):
    from pymongo.errors import ServerSelectionTimeoutError

    def away(model):
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(sealed, "collection", away)
    assert secrets_can_be_read(None) == []
