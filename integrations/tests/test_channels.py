"""What each service is sent, above all when the names in it are hostile."""

import json

import pytest
from django.core.exceptions import ValidationError

from integrations.channels import SERVICES, Message
from integrations.channels.base import LONGEST_TITLE
from integrations.channels.mail import mail_of
from integrations.tests.factories import ADDRESSES

EVIL = "<!everyone> @here **[free](https://evil.example)** <b>&amp;\r\nBcc: x@evil.example\u202e `x` <@123> :smile:"
PAGE = "https://studio.example.org/projects/1/?a=1&b=2"
TOKEN = "tk_canary0123456789"


def written(service: str, message: Message, **values: str):
    write = SERVICES[service].write
    assert write is not None
    return write(message, {"address": ADDRESSES[service], **values})


def hostile() -> Message:
    return Message(title=f"Failed: {EVIL}", text=EVIL, url=PAGE, is_bad=True)


def test_a_message_is_one_line_each_and_bounded():
    message = Message(title="a\r\nb\x00\u2028c\u202ed " + "x" * 500, text="")
    assert message.title.startswith("a b c d xxx")
    assert (len(message.title), message.title[-1]) == (LONGEST_TITLE, "…")


def test_slack_sees_no_mention_and_no_link_but_ours():
    body = written("slack", hostile()).body
    title, text, link = (block["text"] for block in body["blocks"])
    assert (title["type"], text["type"], text["emoji"]) == ("plain_text", "plain_text", False)
    assert text["text"].startswith("&lt;!everyone&gt; @here **[free]")
    assert "&lt;b&gt;&amp;amp; Bcc: x" in text["text"]
    assert link == {"type": "mrkdwn", "text": f"<{PAGE.replace('&', '&amp;')}|Open in Studio>"}
    assert "<" not in body["text"]
    assert (body["mrkdwn"], body["unfurl_links"]) == (False, False)


def test_discord_mentions_nobody_and_reads_no_markdown():
    body = written("discord", hostile()).body
    (embed,) = body["embeds"]
    assert body["allowed_mentions"] == {"parse": []}
    assert embed["description"].startswith("\\<\\!everyone\\> @\u200bhere \\*\\*\\[free\\]\\(https\\://evil")
    assert "\\<@\u200b123\\>" in embed["description"]
    assert embed["url"] == PAGE
    assert written("discord", Message(title="x", text="")).body["embeds"] == [{"title": "x", "color": 0x0F766E}]


def test_teams_gets_runs_of_text_in_which_nothing_is_read():
    body = written("teams", hostile()).body
    (attachment,) = body["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {element["type"] for element in card["body"]} == {"RichTextBlock"}
    assert card["body"][1]["inlines"] == [{"type": "TextRun", "text": hostile().text}]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in Studio", "url": PAGE}]
    assert "entities" not in json.dumps(card)


def test_ntfy_is_told_all_of_it_in_the_body_but_the_token():
    request = written("ntfy", hostile(), token=TOKEN)
    assert request.url == "https://ntfy.example.org/push/"
    assert request.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert (request.body["topic"], request.body["click"], request.body["priority"]) == ("my-secret-topic", PAGE, 4)
    assert request.body["message"] == hostile().text
    assert "markdown" not in request.body
    assert written("ntfy", Message(title="x", text="")).body == {
        "topic": "my-secret-topic",
        "title": "x",
        "message": "x",
        "priority": 3,
    }


def test_a_mail_has_the_names_in_its_text_and_no_header_of_theirs(settings):
    settings.DEFAULT_FROM_EMAIL = "Studio <studio@mail.example.org>"
    mail = mail_of(hostile(), "ada@example.org", "5f0c").message()
    assert (mail["To"], mail["Bcc"], mail["Auto-Submitted"]) == ("ada@example.org", None, "auto-generated")
    assert mail["Message-ID"] == "<5f0c@mail.example.org>"
    assert mail.get_content_type() == "text/plain"
    assert mail_of(hostile(), "ada@example.org", "5f0c").body.split("\n\n")[:2] == [hostile().text, PAGE]


@pytest.mark.parametrize("service", ADDRESSES)
def test_an_address_is_taken_and_shown_without_what_is_secret(service):
    field = SERVICES[service].fields[0]
    assert field.clean(f" {ADDRESSES[service]} ") == ADDRESSES[service]
    shown = field.shown(ADDRESSES[service])
    assert shown.startswith(ADDRESSES[service].partition("/")[0])
    assert not set(shown.partition("...")[2]) - set(ADDRESSES[service][-4:])
    assert len(shown.rpartition("/")[2]) <= 7


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("slack", "https://hooks.slack.com.evil.example/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
        ("slack", "https://evil.example/https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
        ("slack", "https://hooks.slack.com@evil.example/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
        ("slack", "http://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
        ("slack", "https://hooks.slack.com/services/T0000000/../../abcdefghijklmnopqrstuvwx"),
        ("discord", "https://evildiscord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz"),
        ("discord", "https://discord.com:8443/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz"),
        ("discord", "https://discord.com/api/webhooks/123456789012345678/abc?wait=true"),
        ("teams", "https://evillogic.azure.com/workflows/0a1b/triggers/manual/paths/invoke"),
        ("teams", "https://logic.azure.com.evil.example/workflows/0a1b/triggers/manual/paths"),
        ("teams", "https://evil.example/x.logic.azure.com/workflows/0a1b/triggers/manual/paths"),
        ("teams", "https://evil.example\\.logic.azure.com/workflows/0a1b/triggers/manual/paths"),
        ("ntfy", "https://user:word@ntfy.sh/topic"),
        ("ntfy", "https://ntfy.example.org/"),
        ("ntfy", "https://ntfy.sh/topic?auth=x"),
        ("ntfy", "file:///etc/passwd"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused_and_not_repeated(service, address):
    with pytest.raises(ValidationError) as caught:
        SERVICES[service].fields[0].clean(address)
    assert address not in str(caught.value)


def test_services_say_when_an_address_is_gone():
    assert SERVICES["slack"].is_gone(404, "no_service")
    assert not SERVICES["slack"].is_gone(404, "<html>")
    assert SERVICES["discord"].is_gone(404, '{"message": "Unknown Webhook", "code": 10015}')
    assert not SERVICES["discord"].is_gone(404, "")
    assert SERVICES["teams"].is_gone(404, '{"error": {"code": "WorkflowNotFound"}}')
    assert not SERVICES["ntfy"].is_gone(404, "no_service")
