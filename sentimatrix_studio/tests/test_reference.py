"""The page that shows the API."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.tests.factories import browser_of, make_user
from sentimatrix_studio import readable, reference

SECTIONS = ["", "shapes", *(name.lower() for name in settings.API_TAGS)]


@pytest.mark.django_db
def test_everybody_may_read_about_every_operation(client: Client) -> None:
    start = client.get("/docs/").content.decode()
    for path, operations in reference.document()["paths"].items():
        for operation in operations.values():
            name, section = operation["operationId"], operation["tags"][0].lower()
            assert f'href="/docs/?section={section}#{name}"' in start
            page = client.get("/docs/", {"section": section}).content.decode()
            assert f'<code class="path">{path}</code>' in page
            assert f'id="{name}"' in page
    assert 'href="/docs/"' in browser_of(make_user()).get("/dashboard/").content.decode()
    assert client.get("/docs/?section=nothing").status_code == 404


def test_every_link_inside_the_reference_leads_somewhere() -> None:
    ids = {section: re.findall(r' id="([^"]+)"', reference.shown(section)) for section in SECTIONS}
    assert all(len(there) == len(set(there)) for there in ids.values())
    links = {link for section in SECTIONS for link in re.findall(r"\?section=(\w+)#(\w+)", reference.shown(section))}
    assert len(links) > 100
    assert {(section, name) for section, name in links if name not in ids[section]} == set()


def test_it_obeys_the_policy_of_pages() -> None:
    pages = "".join(map(reference.shown, SECTIONS))
    assert re.findall(r"<script|<style|\sstyle=|\son\w+=", pages) == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "pattern": readable.ID_PATTERN}, "id"),
        ({"type": "string", "maxLength": 1000}, "text, at most 1,000 characters"),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 100}, "integer from 1 to 100 or null"),
        ({"type": "number", "minimum": 0}, "number from 0"),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
            'list of <a href="/docs/?section=shapes#Job">Job</a>',
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object: name → integer"),
        ({"enum": ["a<b", 3]}, "one of <code>&quot;a&lt;b&quot;</code>, <code>3</code>"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "date or null"),
    ],
)
def test_a_type_is_said_in_words(schema: dict[str, object], words: str) -> None:
    assert readable.type_words(schema) == words


def test_a_description_shows_code_and_no_markup() -> None:
    reader = readable.Reader({"components": {"schemas": {"X": {"type": "object", "description": "`a` <b> `c`"}}}})
    assert reader.shapes()[0].words == "<code>a</code> &lt;b&gt; <code>c</code>"
