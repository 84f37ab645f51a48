"""What must never happen on any page: a console error, a failed script, a refused resource."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
  reportViolation(`${event.violatedDirective}: ${event.blockedURI || event.sample} at ${location.pathname}`));
"""

# What htmx says when a newer request takes the place of one under way (hx-sync), or the page is left meanwhile. A
# request that fails says htmx:sendError or htmx:responseError.
GIVEN_UP = ("htmx:afterRequest, ", "htmx:sendAbort, ")


@dataclass
class Watch:
    """Complaints of all pages of one browser context, as sentences.

    Chromium complains of every answer that is not a success; the ``expected`` ones are part of the test.
    """

    expected: tuple[int, ...] = ()
    console: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.expose_binding("reportViolation", lambda _, violation: self.violations.append(violation))
        context.add_init_script(REPORT_VIOLATIONS)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self._is_expected(message.text):
            self.console.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _is_expected(self, complaint: str) -> bool:
        known = (f"responded with a status of {status}" for status in self.expected)
        return complaint.startswith(GIVEN_UP) or any(one in complaint for one in known)

    def _on_error(self, error: WebError) -> None:
        self.console.append(f"uncaught: {error.error}")

    def assert_nothing_happened(self) -> None:
        """Since it was last asked."""
        violations, console = self.violations.copy(), self.console.copy()
        self.violations.clear()
        self.console.clear()
        assert not violations, "\n".join(violations)
        assert not console, "\n".join(console)
