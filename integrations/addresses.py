"""Which addresses Studio may dial: public ones, and what the operator has opened with OUTBOUND_ALLOW.

The tables follow the IANA special-purpose registries (RFC 6890 and its updates) and add what clouds put their
metadata services on. ``ipaddress.is_global`` alone lets some of these through.
"""

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part) for part in text.split())


SPECIAL = _networks("""
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
    ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16
    2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
""")
# Credentials of the machine itself: closed even where the operator has opened the network around them.
METADATA = _networks("""
    169.254.0.0/16 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32
    fe80::/10 fd00:ec2::/32 fd20:ce::254/128
""")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def parse(text: str) -> Address:
    """The address without its zone; an IPv4 address written as IPv6 (``::ffff:127.0.0.1``) becomes IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def is_public(address: Address) -> bool:
    return address.is_global and not _is_in(address, SPECIAL)


def is_metadata(address: Address) -> bool:
    """Whether a cloud's metadata service answers there, also when the address is wrapped in an IPv6 one."""
    return _is_in(address, METADATA) or any(_is_in(inner, METADATA) for inner in _wrapped(address))


def is_opened(address: Address, allow: Iterable[Network]) -> bool:
    return _is_in(address, allow) and not is_metadata(address)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _wrapped(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner: list[Address] = [address.sixtofour] if address.sixtofour else []
    inner += address.teredo or ()
    if address in _NAT64 or address in _COMPATIBLE:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return inner
