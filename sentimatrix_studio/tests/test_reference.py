"""The page that shows the API."""

import re

import pytest
from django.test import Client

from accounts.tests.factories import browser_of, make_user
from sentimatrix_studio import readable, reference


@pytest.mark.django_db
def test_everybody_may_read_about_every_operation(client: Client) -> None:
    page = client.get("/docs/").content.decode()
    for path, operations in reference.document()["paths"].items():
        assert f'<code class="path">{path}</code>' in page
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page
    assert '<a href="#ProjectRequest">ProjectRequest</a>' in page
    assert 'href="/docs/"' in browser_of(make_user()).get("/dashboard/").content.decode()


def test_every_link_inside_the_reference_leads_somewhere() -> None:
    ids = re.findall(r' id="([^"]+)"', reference.shown())
    links = set(re.findall(r'href="#([^"]+)"', reference.shown()))
    assert len(ids) == len(set(ids)) > 100
    assert links - set(ids) == set()


def test_it_obeys_the_policy_of_pages() -> None:
    assert re.findall(r"<script|<style|\sstyle=|\son\w+=", reference.shown()) == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "pattern": readable.ID_PATTERN}, "id"),
        ({"type": "string", "maxLength": 1000}, "text, at most 1,000 characters"),
        ({"type": ["integer", "null"], "minimum": 1, "maximum": 100}, "integer from 1 to 100 or null"),
        ({"type": "number", "minimum": 0}, "number from 0"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Job"}}, 'list of <a href="#Job">Job</a>'),
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
