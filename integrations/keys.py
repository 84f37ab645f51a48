"""What is done with keys. Both faces call these, and jobs of the owner do; each leaves its line in the audit trail."""

import logging
from collections.abc import Mapping

from bson import ObjectId

from accounts import audit
from accounts.models import User
from integrations import events
from integrations.choices import KeyStatus
from integrations.models import Credential
from integrations.providers import Provider
from integrations.verifying import Verdict, verify
from sentimatrix_studio.encryption import Unreadable
from sentimatrix_studio.mongo.transaction import in_transaction

logger = logging.getLogger(__name__)

LOST = "This key cannot be read any more: the encryption key of this installation has changed. Enter it again."


def enter(owner: User, provider: Provider, values: dict[str, str], label: str) -> tuple[Credential, bool]:
    """Keep what a provider wants to be told, in place of what was kept for it; also whether nothing was."""
    credential, is_new = Credential.objects.enter(owner, provider, values, label)
    audit.record("key.created" if is_new else "key.replaced", owner, provider=provider.id)
    return credential, is_new


def remove(credential: Credential) -> None:
    provider, owner = credential.provider, credential.owner
    credential.delete()
    audit.record("key.deleted", owner, provider=provider)


def test(credential: Credential, provider: Provider) -> Verdict:
    """Ask the provider, keep what came out, and answer it. A key that cannot be read is nothing to ask with."""
    try:
        verdict = verify(provider, credential.open())
    except Unreadable:
        return Verdict(KeyStatus.UNREADABLE, LOST)
    _keep(credential, verdict)
    audit.record("key.tested", credential.owner, provider=provider.id, outcome=str(verdict.status))
    return verdict


def note_refused(owner_id: ObjectId, provider: str, values: Mapping[str, str]) -> None:
    """A provider has turned these values away in the middle of a run: the key is not valid. Its owner is told once,
    unless another one was entered meanwhile."""
    credential: Credential | None = Credential.objects.filter(owner_id=owner_id, provider=provider).first()
    if credential and credential.holds(values) and credential.is_valid is not False:
        _keep(credential, Verdict(KeyStatus.INVALID, f"{credential.name} does not accept it."))


def _keep(credential: Credential, verdict: Verdict) -> None:
    in_transaction(lambda: _write(credential, verdict))


def _write(credential: Credential, verdict: Verdict) -> None:
    if credential.note_verdict(verdict) and verdict.status == KeyStatus.INVALID:
        events.announce(
            "key.refused",
            owner_id=credential.owner_id,
            project_id=None,
            cause=f"{credential.pk}:{credential.entered_at.isoformat(timespec='milliseconds')}",
            data={"provider": credential.provider, "name": credential.name, "message": verdict.error},
        )


def values_for(owner_id: ObjectId, provider: str) -> dict[str, str]:
    """What a job of this person tells the provider; nothing where no key is, or none that can be read."""
    credential = Credential.objects.filter(owner_id=owner_id, provider=provider).first()
    if credential is None:
        return {}
    try:
        values: dict[str, str] = credential.open()
    except Unreadable:
        logger.warning("The key for %s of %s cannot be read.", provider, owner_id)
        return {}
    credential.note_use()
    return values
