"""axe-core in a world of its own: it sees the page's document, but the page's policy neither allows nor hinders it."""

import json
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => JSON.stringify(
  violations.flatMap(({id, help, nodes}) => nodes.map(({target, any, all, none}) =>
    `${id} at ${target.join(" ")}: ${[...any, ...all, ...none][0]?.message ?? help}`))))
"""


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds on the page, one sentence for each element."""
    devtools = page.context.new_cdp_session(page)
    try:
        frame = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = devtools.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        where = {"contextId": world["executionContextId"], "returnByValue": True, "awaitPromise": True}
        devtools.send("Runtime.evaluate", {"expression": AXE, **where})
        answer = devtools.send("Runtime.evaluate", {"expression": RUN, **where})
    finally:
        devtools.detach()
    if "exceptionDetails" in answer:
        raise AssertionError(f"axe failed: {answer['exceptionDetails']}")
    found: list[str] = json.loads(answer["result"]["value"])
    return found
