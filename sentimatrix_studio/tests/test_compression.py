import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from sentimatrix_studio.compression import PageCompression

LONG = b"a word and another " * 100


def answer(response, accepts="gzip"):
    request = RequestFactory().get("/", headers={"accept-encoding": accepts})
    return PageCompression(lambda _: response)(request)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "application/problem+json"])
def test_pages_and_answers_travel_compressed(kind):
    response = answer(HttpResponse(LONG, content_type=kind))
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(response.content) == LONG
    assert len(response.content) < len(LONG) / 5


def test_who_does_not_take_gzip_gets_none():
    assert answer(HttpResponse(LONG), accepts="").content == LONG


def test_files_and_streams_are_left_alone():
    assert answer(HttpResponse(LONG, content_type="image/png")).content == LONG
    stream = answer(StreamingHttpResponse([LONG, LONG]))
    assert "Content-Encoding" not in stream.headers
    assert b"".join(stream) == LONG + LONG
