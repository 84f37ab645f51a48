"""A database for the tests of a module that only read: what they need is made once, and emptied after the last.

The ordinary ``db`` of pytest-django empties all collections around every test.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command


@pytest.fixture(scope="module", name="db")
def db_of_the_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)
