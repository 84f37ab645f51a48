"""Requests of tests through the guarded way out, to servers on this machine."""

from collections.abc import Callable

import pytest

from integrations.outbound import Outbound, OutboundRefused
from tests.standins.hostile import LOOPBACK


def local(**options) -> Outbound:
    return Outbound(allow=LOOPBACK, proxy="", **options)


def resolver(*answers: list[str]):
    """Answers each question with the next list; the last one stays."""
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


def refused(work: Callable[[], object]) -> OutboundRefused:
    with pytest.raises(OutboundRefused) as caught:
        work()
    return caught.value
