"""Look through the audit trail for changed, missing and inserted entries."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.models import AuditEntry

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Says where the audit trail was changed, or that it holds, and then its head, to be written down elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--known", metavar="SEQ:HASH", help="a head that was written down: it must be in the trail")

    def handle(self, *args: Any, known: str | None, **options: Any) -> None:
        found = list(islice(audit.breaks(), MOST_SHOWN))
        if known and not _is_there(known):
            found.append(f"{known} is not in the trail: it was written anew.")
        if found:
            raise CommandError("\n".join(found))
        head = AuditEntry.objects.order_by("-seq").first()
        self.stdout.write(f"The trail holds. Its head is {head.seq}:{head.hash}" if head else "The trail is empty.")


def _is_there(known: str) -> bool:
    seq, _, digest = known.partition(":")
    return seq.isdigit() and AuditEntry.objects.filter(seq=int(seq), hash=digest).exists()
