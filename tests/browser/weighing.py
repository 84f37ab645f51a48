"""What a page loads, as it travels: with nothing in the cache, packed, and without headers."""

from typing import Any

from playwright.sync_api import Page


class Scale:
    """Under a page for as long as it is open, whichever addresses it goes to. A response that is too late for the page
    it belongs to counts for none."""

    def __init__(self, page: Page) -> None:
        self.sizes: dict[str, int] = {}
        self._begun: dict[str, tuple[str, int]] = {}
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        devtools.on("Network.responseReceived", self._on_response)
        devtools.on("Network.loadingFinished", self._on_finished)

    def clear(self) -> None:
        self.sizes.clear()
        self._begun.clear()

    def _on_response(self, event: dict[str, Any]) -> None:
        response = event["response"]
        self._begun[event["requestId"]] = (response["url"], response["encodedDataLength"])

    def _on_finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._begun:
            url, headers = self._begun.pop(event["requestId"])
            self.sizes[url] = event["encodedDataLength"] - headers
