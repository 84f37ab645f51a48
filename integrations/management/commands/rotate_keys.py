from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations import sealed


class Command(BaseCommand):
    help = (
        "Encrypts all stored secrets anew under the first of ENCRYPTION_KEYS. Works while the site runs, and goes on "
        "where it was stopped. When it ends without a complaint the other keys are no longer needed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost = sum(self._renew(place) for place in sealed.PLACES)
        if lost:
            raise CommandError(
                f"{lost} secrets cannot be read with the keys in ENCRYPTION_KEYS. Add the key they were made with and "
                "run this again, or leave them: who they belong to is told to enter them again."
            )

    def _renew(self, place: sealed.Place) -> int:
        renewed, last = 0, sealed.Round()
        for last in sealed.renew(place):
            renewed += last.renewed
        self.stdout.write(f"{place.name}: {renewed} encrypted anew, {last.unreadable} unreadable")
        return 0 if place.is_passing else last.unreadable
