"""The audit trail in words, for the person whose account it is about."""

from dataclasses import dataclass

from accounts.models import AuditEntry
from accounts.sessions import device

# event → what is said of it, and its icon
WORDS = {
    "signed_up": ("Signed up", "circle-user"),
    "signed_in": ("Signed in", "log-in"),
    "sign_in.failed": ("Failed sign-in", "triangle-alert"),
    "signed_out": ("Signed out", "log-out"),
    "password.changed": ("Password changed", "key-round"),
    "password.reset": ("Password set anew by mail", "key-round"),
    "email.changed": ("E-mail address changed", "mail"),
    "mfa.enabled": ("Second step turned on", "shield-check"),
    "mfa.disabled": ("Second step turned off", "shield"),
    "recovery_codes.made": ("New recovery codes made", "life-buoy"),
    "session.ended": ("Session ended", "monitor"),
    "token.created": ("API token created", "terminal"),
    "token.deleted": ("API token deleted", "terminal"),
    "connection.added": ("Account connected", "link"),
    "connection.removed": ("Account disconnected", "unplug"),
    "export.made": ("Data exported", "download"),
    "project.deleted": ("Project deleted", "trash-2"),
}
SHOWN_DETAILS = ("method", "type", "provider", "scope", "reason")


@dataclass(frozen=True)
class Line:
    entry: AuditEntry

    @property
    def words(self) -> str:
        return WORDS[self.entry.event][0] if self.entry.event in WORDS else str(self.entry).capitalize()

    @property
    def icon(self) -> str:
        return WORDS[self.entry.event][1] if self.entry.event in WORDS else "circle-dot"

    @property
    def is_bad(self) -> bool:
        return self.entry.event.endswith(".failed")

    @property
    def more(self) -> str:
        details = self.entry.details or {}
        return ", ".join(str(details[name]).replace("_", " ") for name in SHOWN_DETAILS if details.get(name))

    @property
    def device(self) -> str:
        return device(self.entry.user_agent) if self.entry.user_agent else ""
