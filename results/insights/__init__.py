"""Summary and insights: what reviews praise, criticise and ask for, each point with the reviews it comes from.

ask(project, asked)     # have them written by a worker
find(project, asked)    # what was written last, if anything was
write_next()            # the worker's part
"""

from results.insights.reading import InsightsJson, as_json, filters_of, find, newer
from results.insights.writing import ask, is_waiting, put_down, write_next

__all__ = ["InsightsJson", "as_json", "ask", "filters_of", "find", "is_waiting", "newer", "put_down", "write_next"]
