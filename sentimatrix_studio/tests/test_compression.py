import gzip
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from sentimatrix_studio.compression import PageCompressionMiddleware

TEXT = b"It is a kettle. " * 100


def answered(make: Callable[[HttpRequest], HttpResponseBase], **headers: str) -> HttpResponseBase:
    answer = PageCompressionMiddleware(make)(RequestFactory().get("/", headers=headers))
    assert isinstance(answer, HttpResponseBase)
    return answer


def test_a_page_is_compressed_for_those_who_can_read_it() -> None:
    answer = answered(lambda _: HttpResponse(TEXT), accept_encoding="gzip, br")
    assert isinstance(answer, HttpResponse)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert gzip.decompress(answer.content) == TEXT
    assert len(answer.content) < len(TEXT) / 5


def test_others_get_it_as_it_is() -> None:
    answer = answered(lambda _: HttpResponse(TEXT))
    assert isinstance(answer, HttpResponse)
    assert "Content-Encoding" not in answer
    assert answer.content == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_stream_is_left_alone(encoding: str) -> None:
    answer = answered(lambda _: StreamingHttpResponse([TEXT, TEXT]), accept_encoding=encoding)
    assert isinstance(answer, StreamingHttpResponse)
    assert "Content-Encoding" not in answer
    assert answer.getvalue() == TEXT + TEXT
