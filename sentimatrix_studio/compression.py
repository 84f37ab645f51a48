"""Pages travel compressed; static files are compressed beforehand, and downloads go out as they are made."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """Django's own, which also hides the length that would give a secret away, less its way with streams.

    Compressing a stream in the event loop would keep every other request waiting.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
