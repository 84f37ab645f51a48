"""Pasted addresses, taken apart. None is ever fetched."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError

MAX_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a pasted address that are looked at."""

    host: str
    path: str
    query: dict[str, list[str]]

    def parameter(self, *names: str) -> str:
        return next((self.query[name][0] for name in names if name in self.query), "")


def parse(text: str) -> Address:
    """With or without https://. Raises ValidationError for what no page of a site has."""
    if not text:
        raise ValidationError("Paste the address of a page.", code="empty")
    if len(text) > MAX_LENGTH or re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise ValidationError("That is not a web address.", code="invalid")
    if "://" not in text and not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
        query = parse_qs(parts.query, max_num_fields=100)
    except ValueError as error:
        raise ValidationError("That is not a web address.", code="invalid") from error
    if parts.scheme not in ("http", "https"):
        raise ValidationError("Only http:// and https:// addresses can be watched.", code="scheme")
    if not host:
        raise ValidationError("That is not a web address.", code="invalid")
    if "@" in parts.netloc:
        raise ValidationError("Addresses with a name or password in them are refused.", code="userinfo")
    if _is_number(host):
        raise ValidationError(f"{host} is the address of a machine: give a page of a site by its name.", code="ip")
    if port not in (None, {"http": 80, "https": 443}[parts.scheme]):
        raise ValidationError("Addresses with a port number are refused.", code="port")
    return Address(host, parts.path, query)


def _is_number(host: str) -> bool:
    """An IP address, also in the short, decimal, octal and hexadecimal forms that systems accept."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return bool(re.fullmatch(r"(0x[0-9a-f]*|\d+)", host.rpartition(".")[2]))
    return True
