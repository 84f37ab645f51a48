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
    "webhook.created": ("Webhook added", "webhook"),
    "webhook.changed": ("Webhook changed", "webhook"),
    "webhook.rotated": ("Secret of a webhook renewed", "webhook"),
    "webhook.turned_on": ("Webhook turned on", "webhook"),
    "webhook.turned_off": ("Webhook turned off", "webhook"),
    "webhook.tested": ("Webhook tested", "webhook"),
    "webhook.redelivered": ("Deliveries sent again", "webhook"),
    "webhook.deleted": ("Webhook deleted", "webhook"),
    "channel.created": ("Channel added", "bell"),
    "channel.changed": ("Channel changed", "bell"),
    "channel.turned_on": ("Channel turned on", "bell"),
    "channel.turned_off": ("Channel turned off", "bell"),
    "channel.deleted": ("Channel deleted", "bell"),
    "key.created": ("API key entered", "plug"),
    "key.replaced": ("API key replaced", "plug"),
    "key.tested": ("API key tested", "plug"),
    "key.deleted": ("API key deleted", "plug"),
    "connection.added": ("Account connected", "link"),
    "connection.removed": ("Account disconnected", "unplug"),
    "export.made": ("Data exported", "download"),
    "project.deleted": ("Project deleted", "trash-2"),
}
DETAILS = {  # what is said there of how → in words
    "totp": "authenticator app",
    "webauthn": "passkey",
    "recovery_codes": "",
    "mfa": "second step",
    "socialaccount": "connected account",
    "password, mfa": "password, second step",
    "google": "Google",
    "github": "GitHub",
}
SHOWN_DETAILS = ("method", "type", "provider", "service", "scope", "reason", "outcome")


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
        told = [str(self.entry.details[name]) for name in SHOWN_DETAILS if self.entry.details.get(name)]
        return ", ".join(words for detail in told if (words := DETAILS.get(detail, detail.replace("_", " "))))

    @property
    def device(self) -> str:
        return device(self.entry.user_agent) if self.entry.user_agent else ""
