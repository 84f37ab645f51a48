"""When something recurs: at times of day in one zone, as cron counts them. Knows no clock and no database.

A time that is left out when clocks go forward moves to the first moment after; one that comes twice when they go back
counts once. So there is one run for each date, whatever the clocks do. Where the hour is open (``30 * * * *``) each
hour that passes counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from django.core.exceptions import ValidationError

FIELDS = 5  # minute, hour, day of the month, month, day of the week; CronSim would take seconds too
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recurrence:
    expression: str  # a valid one
    zone: ZoneInfo

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The times after this moment, in UTC, without end.

        Within the hour that comes twice, the library begins with a time from its first round: it is left out here.
        """
        last = moment
        for local in CronSim(self.expression, moment.astimezone(self.zone)):
            if (found := local.astimezone(UTC)) > last:
                last = found
                yield found

    def next(self, moment: datetime) -> datetime:
        return next(self.after(moment))


def validate_cron(expression: str) -> None:
    """Five fields that come true some day. Raises ValidationError."""
    if len(expression.split()) != FIELDS:
        raise ValidationError("Use five fields: minute, hour, day of the month, month, day of the week.")
    try:
        if next(CronSim(expression, SOME_DAY), None) is None:
            raise ValidationError("This never comes.")
    except CronSimError as error:
        field = str(error).removeprefix("Bad ").replace("-", " ")
        raise ValidationError(f"The {field} is not one that cron understands, or never comes.") from error
