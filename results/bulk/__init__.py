"""Changes of many reviews at once: all that a filter finds is labelled or deleted, and that is undone.

What is within ``AT_ONCE`` is done at once; more is asked for here and made by a worker, who tells how far it has come.

relabel(project, asked, said, by)    # a change that is made, or a BulkChange to ask for; so do delete and undo
make_next(should_leave)              # the worker's part
"""

from results.bulk.asking import AT_ONCE, BulkRefused, delete, relabel, undo
from results.bulk.making import is_waiting, make_next

__all__ = ["AT_ONCE", "BulkRefused", "delete", "is_waiting", "make_next", "relabel", "undo"]
