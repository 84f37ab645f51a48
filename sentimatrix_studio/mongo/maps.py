"""Nothing here draws maps, and looking for what does takes a fifth of a second of every program's start."""

import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_maps() -> Iterator[None]:
    """For the import of the stock engine, which tries Django's geographic part three times and does without it where
    its libraries are not found: each time they are looked for under a dozen names, with processes for each."""
    find, ctypes.util.find_library = ctypes.util.find_library, lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = find
