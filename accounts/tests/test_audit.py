from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, AuditHead, User
from accounts.tests.factories import api_of, browser_of, make_user
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def trail(user) -> list[AuditEntry]:
    for number in range(5):
        audit.record("signed_in", user, RequestFactory().get("/"), method=f"way {number}")
    return list(AuditEntry.objects.order_by("seq"))


def verify(**options) -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def change(seq: int, **fields) -> None:
    collection(AuditEntry).update_one({"seq": seq}, {"$set": fields})


def test_an_entry_says_who_what_when_and_from_where(user):
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7", headers={"User-Agent": "Firefox"})
    audit.record("token.created", user, request, scope="read", days=30, is_first=True, until=None)
    entry = AuditEntry.objects.get()
    assert (entry.seq, entry.event, entry.user_id) == (1, "token.created", user.pk)
    assert (entry.address, entry.user_agent) == ("198.51.100.7", "Firefox")
    assert entry.details == {"scope": "read", "days": 30, "is_first": True, "until": None}
    assert str(entry) == "token created"


def test_nobody_known_and_no_request_is_fine():
    audit.record("sign_in.failed", None)
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.address, entry.request_id) == (None, "", "")
    assert verify().startswith("The trail holds. Its head is 1:")


def test_entries_of_many_writers_make_one_chain(user):
    def write(number: int) -> None:
        for turn in range(5):
            audit.record("signed_in", user, None, number=number, turn=turn)
        connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))
    last = AuditEntry.objects.get(seq=40)
    assert verify() == f"The trail holds. Its head is 40:{last.hash}\n"
    assert str(AuditHead.objects.get()) == f"40:{last.hash}"


def test_an_empty_trail_holds():
    assert verify() == "The trail is empty.\n"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"event": "signed_out"}, "Entry 3 was changed."),
        ({"user_id": None}, "Entry 3 was changed."),
        ({"hash": "0" * 64}, "Entry 3 was changed."),
        ({"previous": "0" * 64}, "Entry 3 does not follow the one before it."),
        ({"address": "203.0.113.9"}, "Entry 3 was changed: where it came from, or its details."),
        ({"details": {}}, "Entry 3 was changed: where it came from, or its details."),
        (audit.ERASED, "Entry 3 lost its details, though its account is still there."),
    ],
    ids=["event", "user", "hash", "previous", "address", "details", "erased"],
)
def test_a_changed_entry_is_found(trail, fields, said):
    change(3, **fields)
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        verify()


def test_an_entry_sealed_anew_is_given_away_by_the_next(trail):
    entry = AuditEntry.objects.filter(seq=3).values().get()
    change(3, event="signed_out", hash=audit.hash_of({**entry, "event": "signed_out"}))
    with pytest.raises(CommandError) as error:
        verify()
    assert str(error.value) == "Entry 4 does not follow the one before it."


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"seq": 1}, "Entry 1 is missing."),
        ({"seq": {"$in": [2, 3]}}, "Entries 2 to 3 are missing."),
        ({"seq": 5}, "Entry 5 is missing at the end."),
        ({}, "Entries 1 to 5 are missing at the end."),
    ],
    ids=["first", "middle", "last", "all"],
)
def test_a_missing_entry_is_found(trail, where, said):
    collection(AuditEntry).delete_many(where)
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        verify()


def test_what_was_taken_away_at_the_end_stays_missing_when_the_trail_goes_on(user, trail):
    collection(AuditEntry).delete_many({"seq": {"$gt": 3}})
    audit.record("signed_in", user)
    with pytest.raises(CommandError, match=r"^Entries 4 to 5 are missing\.$"):
        verify()


def test_a_head_that_was_left_behind_by_a_crash_is_no_break(user, trail):
    AuditHead.objects.update(seq=4, hash=trail[3].hash)
    audit.record("signed_in", user)
    assert verify().startswith("The trail holds. Its head is 6:")


def test_an_inserted_entry_is_found(trail):
    collection(AuditEntry).update_many({"seq": {"$gt": 3}}, [{"$set": {"seq": {"$add": ["$seq", 10]}}}])
    collection(AuditEntry).update_many({"seq": {"$gt": 3}}, [{"$set": {"seq": {"$subtract": ["$seq", 9]}}}])
    forged = AuditEntry.objects.filter(seq=3).values().get()
    forged |= {"id": ObjectId(), "seq": 4, "previous": forged["hash"]}
    AuditEntry.objects.create(**{**forged, "hash": audit.hash_of(forged)})
    with pytest.raises(CommandError, match=r"Entry 5 does not follow the one before it\.\nEntry 5 was changed\."):
        verify()


def test_a_trail_written_anew_is_given_away_by_its_head_or_by_one_noted_elsewhere(user, trail):
    known = str(AuditHead.objects.get())
    assert verify(known=known).startswith("The trail holds.")
    for model in (AuditEntry, AuditHead):
        collection(model).delete_many({})
    for _ in trail:
        audit.record("signed_in", user)
    with pytest.raises(CommandError, match="is not in the trail"):
        verify(known=known)
    AuditHead.objects.update(seq=5, hash="f" * 64)
    with pytest.raises(CommandError, match=r"Entry 5 is another one than the head of the trail knows\."):
        verify()
    AuditHead.objects.all().delete()
    with pytest.raises(CommandError, match=r"The head of the trail is missing"):
        verify()


def test_what_is_left_of_an_account_is_a_number_in_a_chain_that_holds(user, trail):
    other = make_user()
    audit.record("signed_in", other, RequestFactory().get("/"))
    user_id = user.pk
    audit.erase(user_id)
    user.delete()
    left = AuditEntry.objects.filter(user_id=user_id).values("address", "user_agent", "request_id", "details", "salt")
    assert list(left) == [audit.ERASED] * 5
    assert AuditEntry.objects.get(user_id=other.pk).address == "127.0.0.1"
    assert verify().startswith("The trail holds. Its head is 6:")


def test_its_user_reads_the_trail_and_nobody_else(user, trail):
    stranger = make_user()
    page = api_of(user).get("/api/v1/auth/me/audit", {"page_size": 2}).json()
    assert (page["total"], page["pages"]) == (5, 3)
    assert [item["details"] for item in page["items"]] == [{"method": "way 4"}, {"method": "way 3"}]
    assert set(page["items"][0]) == {"id", "event", "created_at", "address", "user_agent", "request_id", "details"}
    assert api_of(stranger).get("/api/v1/auth/me/audit").json()["total"] == 0


def test_the_admin_shows_the_trail_and_changes_nothing(trail):
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    row = trail[0]
    assert browser.get(reverse("admin:accounts_auditentry_changelist")).status_code == 200
    address = User.objects.get(pk=row.user_id).email
    expected = {str(row.user_id): 5, address: 5, "nobody@example.org": 0, "signed_in": 5, "signed_out": 0, " ": 5}
    for words, number in expected.items():
        page = browser.get(reverse("admin:accounts_auditentry_changelist"), {"q": words})
        assert (page.status_code, page.context["cl"].result_count) == (200, number)
    assert b"way 0" in browser.get(reverse("admin:accounts_auditentry_change", args=[row.pk])).content
    assert browser.post(reverse("admin:accounts_auditentry_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert browser.post(reverse("admin:accounts_auditentry_change", args=[row.pk]), {"event": "x"}).status_code == 403
    assert browser.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    assert AuditEntry.objects.filter(pk=row.pk, event="signed_in").exists()
