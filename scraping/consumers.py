"""The live feed of a project over a WebSocket. No HTML travels here: pages show snapshots, or fetch what they need."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from bson import ObjectId
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db.models import Q
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from rest_framework.exceptions import AuthenticationFailed

from accounts import sockets
from accounts.authentication import bearer
from accounts.models import User
from projects.models import Project
from scraping import progress
from scraping.choices import LIVE
from scraping.models import Job
from sentimatrix_studio.mongo.sessions import SessionStore

NOT_SIGNED_IN, FOREIGN_ORIGIN, NOT_FOUND = 4401, 4403, 4404
LONGEST_MESSAGE = 1000
MOST_PROJECTS, MOST_JOBS = 50, 10
LARGEST_SEQ = 2**31 - 1


class Refused(Exception):  # noqa: N818  not an error: the answer to somebody who may not listen
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class LiveFeed(AsyncJsonWebsocketConsumer):
    """One browser, or one client with an access token, and the projects it watches.

    Whoever listens is checked again with every message, pings included, and when something of theirs has ended: nobody
    listens on after signing out.
    """

    async def connect(self) -> None:
        self.watched: dict[str, dict[str, int]] = {}  # project → job → seq of the last snapshot sent
        self.own_group = ""
        is_token = "bearer" in self.scope.get("subprotocols", [])
        await self.accept(subprotocol="bearer" if is_token else None)  # only then can a close carry a code
        try:
            await self._identify()
            self.own_group = sockets.group(self.user.pk)
            await self.channel_layer.group_add(self.own_group, self.channel_name)
            await self._identify()  # again: nobody would have been told of what ended in this moment
            await self.send_json({"type": "connected"})
            if project_id := self.scope["url_route"]["kwargs"].get("project_id"):
                await self._subscribe(str(project_id))
        except Refused as refused:
            await self.close(refused.code, refused.message)

    async def disconnect(self, code: int) -> None:
        if self.own_group:
            await self.channel_layer.group_discard(self.own_group, self.channel_name)
        for project_id in self.watched:
            await self.channel_layer.group_discard(progress.group(project_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        try:
            action, project_id, after = _read(text_data)
        except ValueError as error:
            await self._complain("VALIDATION_ERROR", str(error))
            return
        if not await self._may_stay():
            return
        try:
            await self._do(action, project_id, after)
        except Refused as refused:
            await self._complain("NOT_FOUND", refused.message, project_id)

    async def studio_message(self, event: dict[str, Any]) -> None:
        """From the channel layer to the browser."""
        content = event["message"]
        if content["type"] == "job.progress" and content["project_id"] in self.watched:
            self.watched[content["project_id"]][content["job_id"]] = content["seq"]
        await self.send_json(content)

    async def sign_in_ended(self, event: dict[str, Any]) -> None:
        """From the channel layer: perhaps it was what this socket came in with."""
        await self._may_stay()

    async def notice_added(self, event: dict[str, Any]) -> None:
        """From the channel layer: there is news for the bell in the page header."""
        await self.send_json({"type": "notice.added"})

    async def _may_stay(self) -> bool:
        try:
            await self._identify()
        except Refused as refused:
            await self.close(refused.code, refused.message)
            return False
        return True

    async def _do(self, action: str, project_id: str, after: int) -> None:
        if action == "ping":
            await self.send_json({"type": "pong"})
            for watched in self.watched:
                await self._catch_up(watched)
        elif action == "subscribe":
            await self._subscribe(project_id, after)
        elif self.watched.pop(project_id, None) is not None:
            await self.channel_layer.group_discard(progress.group(project_id), self.channel_name)
            await self.send_json({"type": "unsubscribed", "project_id": project_id})

    async def _subscribe(self, project_id: str, after: int = 0) -> None:
        if len(self.watched) >= MOST_PROJECTS or not await database_sync_to_async(_owns)(self.user, project_id):
            raise Refused(NOT_FOUND, "There is no such project, or it is not yours.")
        await self.channel_layer.group_add(progress.group(project_id), self.channel_name)
        self.watched[project_id] = {}
        await self.send_json({"type": "subscribed", "project_id": project_id})
        await self._catch_up(project_id, after)

    async def _catch_up(self, project_id: str, after: int = 0) -> None:
        """Send what running jobs, or else the latest one, look like now, with what their logs say ``after``: unless
        that was the last thing sent of them. Messages can get lost."""
        known = self.watched[project_id]
        for content in await database_sync_to_async(_latest)(project_id, known, after):
            known[content["job_id"]] = content["seq"]
            await self.send_json(content)

    async def _identify(self) -> None:
        self.user = await database_sync_to_async(_visitor)(self.scope)

    async def _complain(self, code: str, message: str, project_id: str = "") -> None:
        about = {"project_id": project_id} if project_id else {}
        await self.send_json({"type": "error", "code": code, "message": message, **about})


class Nowhere(AsyncJsonWebsocketConsumer):
    """Where nobody listens."""

    async def connect(self) -> None:
        await self.close(NOT_FOUND)


def _read(text: str | None) -> tuple[str, str, int]:
    """Action and project of a client's message, and the seq it knows. Raises ValueError with a sentence for its
    author."""
    try:
        content = json.loads(text or "") if len(text or "") <= LONGEST_MESSAGE else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ValueError(f"Send an object in JSON of at most {LONGEST_MESSAGE} characters.")
    action, project_id = content.get("action"), content.get("project_id", "")
    if action not in ("subscribe", "unsubscribe", "ping"):
        raise ValueError("The action must be subscribe, unsubscribe or ping.")
    if action != "ping" and not (isinstance(project_id, str) and ObjectId.is_valid(project_id)):
        raise ValueError("The project_id must be an id of 24 hexadecimal digits.")
    after = content.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after <= LARGEST_SEQ:
        raise ValueError("after must be the seq of a snapshot: a whole number from 0.")
    return action, project_id if action != "ping" else "", after


def _visitor(scope: Mapping[str, Any]) -> User:
    """Who is there, by access token or by session. Raises Refused.

    A browser sends the session cookie wherever a page asks it to connect, so that page must be one of ours.
    """
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    protocols = scope.get("subprotocols", [])
    if "bearer" in protocols:
        return _user_with_token(protocols[-1])
    if not is_own_origin(headers.get("origin", ""), headers.get("host", "")):
        raise Refused(FOREIGN_ORIGIN, "This page may not listen.")
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    user = get_user(SimpleNamespace(session=SessionStore(key)))  # type: ignore[arg-type]  # all it needs of a request
    if not isinstance(user, User):
        raise Refused(NOT_SIGNED_IN, "Sign in first.")
    return user


def _user_with_token(token: str) -> User:
    try:
        return bearer(token)[0]
    except AuthenticationFailed as error:
        raise Refused(NOT_SIGNED_IN, str(error.detail)) from error


def is_own_origin(origin: str, host: str) -> bool:
    """Whether the page at ``origin`` was served by us under ``host``, or is trusted like our own."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS) and urlsplit(origin).netloc == host


def _owns(user: User, project_id: str) -> bool:
    return bool(Project.objects.owned_by(user).filter(pk=ObjectId(project_id)).exists())


def _latest(project_id: str, known: Mapping[str, int], after: int) -> list[progress.Message]:
    """Of what runs, of what was told of before, and of the latest job."""
    jobs = Job.objects.filter(project_id=ObjectId(project_id)).order_by("-created_at")
    open_ones = jobs.filter(Q(status__in=LIVE) | Q(pk__in=[ObjectId(pk) for pk in known]))[:MOST_JOBS]
    shown = {job.pk: job for job in (*jobs[:1], *open_ones)}
    return [progress.message(job, after) for job in shown.values() if known.get(str(job.pk)) != job.seq]
