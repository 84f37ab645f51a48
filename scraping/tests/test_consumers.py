import asyncio
import json
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from bson import ObjectId
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts import tokens
from accounts.authentication import end_tokens, new_tokens
from accounts.tests.factories import make_token, make_user
from integrations.tests.factories import announce
from projects.tests.factories import make_project
from scraping import progress
from scraping.choices import JobStatus
from scraping.consumers import is_own_origin
from scraping.tests.factories import make_job, make_step
from sentimatrix_studio.asgi import application
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db

HOST = "localhost:8000"
ORIGIN = f"http://{HOST}"


def cookie_of(user) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def socket(path="/ws", *, user=None, cookie="", origin=ORIGIN, token=""):
    headers = {"host": HOST, "origin": origin, "cookie": cookie or (cookie_of(user) if user else "")}
    protocols = ["bearer", token] if token else None
    raw = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    return WebsocketCommunicator(application, path, headers=raw, subprotocols=protocols)


def talk(conversation):
    """Run a conversation over a socket in this thread, so that it sees the test's database."""
    return async_to_sync(conversation)()


async def say(channel, **message):
    await channel.send_json_to(message)
    return await channel.receive_json_from()


async def closing_code(channel):
    message = await channel.receive_output()
    assert message["type"] == "websocket.close"
    return message["code"]


def refusal(channel):
    async def conversation():
        await channel.connect()
        return await closing_code(channel)

    return talk(conversation)


class TestWhoMayListen:
    def test_the_owner_of_a_project_sees_its_job_first(self):
        job = make_step(make_job(status="running")).job
        channel = socket(f"/ws/jobs/{job.project_id}", user=job.owner)

        async def conversation():
            await channel.connect()
            return [await channel.receive_json_from() for _ in range(3)]

        connected, subscribed, shown = talk(conversation)
        assert connected == {"type": "connected"}
        assert subscribed == {"type": "subscribed", "project_id": str(job.project_id)}
        assert (shown["type"], shown["job_id"], shown["status"]) == ("job.progress", str(job.pk), "running")

    def test_a_stranger_is_answered_as_if_there_were_no_project(self):
        foreign, stranger = make_project(), make_user()
        missing = ObjectId()
        codes = [refusal_after_greeting(socket(f"/ws/jobs/{pk}", user=stranger)) for pk in (foreign.pk, missing)]
        assert codes == [4404, 4404]

    def test_a_stranger_cannot_subscribe_later_either(self):
        foreign, stranger = make_project(), make_user()
        channel = socket(user=stranger)

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            answers = [await say(channel, action="subscribe", project_id=str(pk)) for pk in (foreign.pk, ObjectId())]
            await sync_to_async(progress._send)(foreign.pk, [{"type": "results.added", "n": 1}])
            assert await channel.receive_nothing()
            return answers

        first, second = talk(conversation)
        assert (first["type"], first["code"]) == ("error", "NOT_FOUND")
        assert first["message"] == second["message"]

    def test_nobody_listens_without_signing_in(self):
        assert refusal(socket(f"/ws/jobs/{make_project().pk}")) == 4401
        assert refusal(socket(cookie=f"{settings.SESSION_COOKIE_NAME}=made-up")) == 4401

    @pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9999", "null", ""])
    def test_a_foreign_page_cannot_use_the_visitors_session(self, origin):
        assert refusal(socket(user=make_user(), origin=origin)) == 4403

    def test_an_access_token_opens_the_socket_without_an_origin(self):
        user = make_user()
        channel = socket(token=new_tokens(user)["access_token"], origin="")

        async def conversation():
            assert await channel.connect() == (True, "bearer")
            return await channel.receive_json_from()

        assert talk(conversation) == {"type": "connected"}

    def test_a_bad_token_does_not(self):
        assert refusal(socket(token="made.up.token", origin="")) == 4401
        assert refusal(socket(token=new_tokens(make_user())["refresh_token"], origin="")) == 4401

    def test_who_has_signed_out_does_not_listen_on(self):
        user = make_user()
        client = Client()
        client.force_login(user)
        channel = socket(cookie=f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            assert await say(channel, action="ping") == {"type": "pong"}
            await sync_to_async(client.logout)()
            await channel.send_json_to({"action": "ping"})
            return await closing_code(channel)

        assert talk(conversation) == 4401

    def test_a_new_password_closes_sockets_that_only_listen(self):
        user = make_user()
        browser, program = socket(user=user), socket(token=make_token(user), origin="")
        bystander = socket(user=make_user())

        async def conversation():
            for channel in (browser, program, bystander):
                await channel.connect()
                await channel.receive_json_from()
            user.set_password("Even-Better-8")
            await sync_to_async(user.save)()
            codes = [await closing_code(channel) for channel in (browser, program)]
            assert await bystander.receive_nothing()
            return codes

        assert talk(conversation) == [4401, 4401]

    def test_a_socket_closes_when_what_opened_it_ends_and_the_others_stay(self):
        user = make_user()
        pair = new_tokens(user)
        left, right = socket(token=pair["access_token"], origin=""), socket(token=make_token(user), origin="")

        async def conversation():
            for channel in (left, right):
                await channel.connect()
                await channel.receive_json_from()
            await sync_to_async(end_tokens)(pair["refresh_token"])
            code = await closing_code(left)
            assert await right.receive_nothing()
            await sync_to_async(lambda: tokens.delete(user.api_tokens.get()))()
            return [code, await closing_code(right)]

        assert talk(conversation) == [4401, 4401]

    def test_an_origin_is_ours_when_its_host_is(self):
        assert is_own_origin("https://localhost:8000", "localhost:8000")
        assert not is_own_origin("https://localhost:8000.evil.example", "localhost:8000")
        assert not is_own_origin("https://evil.example", "evil.example")

    def test_a_trusted_origin_counts_as_ours(self, settings):
        settings.CSRF_TRUSTED_ORIGINS = ["https://studio.example"]
        assert is_own_origin("https://studio.example", "10.0.0.7:8000")


class TestTalking:
    def test_messages_of_a_watched_project_arrive_until_it_is_left(self):
        project = make_project()
        channel = socket(user=project.owner)
        added = {"type": "results.added", "project_id": str(project.pk), "n": 3}

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            heard = [await say(channel, action="subscribe", project_id=str(project.pk))]
            await sync_to_async(progress._send)(project.pk, [added])
            heard.append(await channel.receive_json_from())
            heard.append(await say(channel, action="unsubscribe", project_id=str(project.pk)))
            await sync_to_async(progress._send)(project.pk, [added])
            assert await channel.receive_nothing()
            return heard

        subscribed, message, unsubscribed = talk(conversation)
        assert subscribed["type"] == "subscribed"
        assert message == added
        assert unsubscribed == {"type": "unsubscribed", "project_id": str(project.pk)}

    def test_news_for_the_bell_reach_every_socket_of_its_owner_once_they_are_committed(self):
        project = make_project()
        sockets = [socket(user=project.owner), socket(f"/ws/jobs/{project.pk}", user=project.owner)]
        bystander = socket(user=make_user())

        def happen():
            announce(project.owner, "job.failed")
            assert async_to_sync(sockets[0].receive_nothing)()

        async def conversation():
            for channel, greetings in zip((*sockets, bystander), (1, 2, 1), strict=True):
                await channel.connect()
                for _ in range(greetings):
                    await channel.receive_json_from()
            await sync_to_async(in_transaction)(happen)
            heard = [await channel.receive_json_from() for channel in sockets]
            assert await bystander.receive_nothing()
            return heard

        assert talk(conversation) == [{"type": "notice.added"}] * 2

    def test_who_comes_back_gets_what_the_log_says_since_of_every_running_job(self):
        project = make_project()
        jobs = [make_job(project, status=JobStatus.RUNNING, is_parallel=True) for _ in range(2)]
        for job in jobs:
            for line in ("one", "two"):
                job.note(line)
        finished = make_job(project, status=JobStatus.COMPLETED, created_at=jobs[0].created_at - timedelta(days=1))
        channel = socket(user=project.owner)

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            await say(channel, action="subscribe", project_id=str(project.pk), after=2)
            seen = [await channel.receive_json_from() for _ in jobs]
            assert await channel.receive_nothing()
            bad = await say(channel, action="subscribe", project_id=str(project.pk), after=-1)
            await channel.disconnect()
            return seen, bad

        seen, bad = talk(conversation)
        assert {said["job_id"] for said in seen} == {str(job.pk) for job in jobs}
        assert [[line["message"] for line in said["log"]] for said in seen] == [["two"]] * 2
        assert (bad["type"], str(finished.pk) in str(seen)) == ("error", False)

    def test_a_ping_brings_back_what_got_lost(self):
        job = make_job()
        channel = socket(f"/ws/jobs/{job.project_id}", user=job.owner)

        async def conversation():
            await channel.connect()
            for _ in range(3):
                await channel.receive_json_from()
            await sync_to_async(job.end)(JobStatus.COMPLETED, "Done.")
            assert await channel.receive_json_from() == {"type": "notice.added"}
            assert await say(channel, action="ping") == {"type": "pong"}
            shown = await channel.receive_json_from()
            assert await say(channel, action="ping") == {"type": "pong"}
            assert await channel.receive_nothing()
            return shown

        assert talk(conversation)["status"] == "completed"

    @pytest.mark.parametrize(
        "text",
        [
            *(" ", "hello", "[]", "[" * 900, '{"action": "dance"}', '{"action": "subscribe", "project_id": "12"}'),
            *('{"action": "subscribe", "project_id": {"$ne": 1}}', json.dumps({"action": "ping", "more": "x" * 2000})),
        ],
    )
    def test_nonsense_is_answered_and_the_socket_stays_open(self, text):
        channel = socket(user=make_user())

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            await channel.send_to(text_data=text)
            answer = await channel.receive_json_from()
            assert await say(channel, action="ping") == {"type": "pong"}
            return answer

        answer = talk(conversation)
        assert (answer["type"], answer["code"]) == ("error", "VALIDATION_ERROR")

    def test_bytes_are_nonsense_too(self):
        channel = socket(user=make_user())

        async def conversation():
            await channel.connect()
            await channel.receive_json_from()
            await channel.send_to(bytes_data=b"\x00\xff")
            return await channel.receive_json_from()

        assert talk(conversation)["type"] == "error"


def refusal_after_greeting(channel):
    async def conversation():
        await channel.connect()
        assert await channel.receive_json_from() == {"type": "connected"}
        async with asyncio.timeout(5):
            return await closing_code(channel)

    return talk(conversation)


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/jobs/nonsense", "/ws/jobs/../../etc"])
def test_nobody_listens_anywhere_else(path):
    channel = socket(path, user=make_user())

    async def conversation():
        connected, code = await channel.connect()
        return connected, code

    assert talk(conversation) == (False, 4404)
