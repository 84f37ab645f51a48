"""Local servers that answer like the sites Studio collects from, well and badly, for tests and for a try by hand.

``Standins`` is the whole: the sites and a proxy that leads the real worker to them, with certificates of its own
authority. Nothing in the product knows about it: a worker is led there by OUTBOUND_PROXY and OUTBOUND_CA_FILE.
"""

from tests.standins.server import Standins

__all__ = ["Standins"]
