"""Reading settings from the environment. What makes no sense stops the start with one sentence."""

import ipaddress
import os
import re
import ssl
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

MAIL_PORTS = {"smtp": 587, "smtps": 465, "smtp+tls": 587}
ENCRYPTION_KEY_BYTES = 32


def env(name: str, default: str = "") -> str:
    """The variable, or the content of the file that ``NAME_FILE`` points to. An empty one counts as none."""
    if not (path := os.environ.get(f"{name}_FILE")):
        return os.environ.get(name) or default
    try:
        return Path(path).read_text(encoding="utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise ImproperlyConfigured(f"{name}_FILE must name a file that can be read, not {path!r}: {reason}.") from error


def env_bool(name: str, *, default: bool) -> bool:
    value = env(name, str(default)).lower()
    if value not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in ("1", "true", "yes", "on")


def env_int(name: str, default: int, *, least: int = 0, most: int = 1000) -> int:
    value = env(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def env_address(name: str, default: str = "", *, schemes: str = "https?", example: str = "https://example.org") -> str:
    """What is refused is not repeated: addresses may hold passwords."""
    value = env(name, default)
    if value and not re.fullmatch(rf"({schemes})://[^\s]+", value):
        raise ImproperlyConfigured(f"{name} must look like {example}.")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value = env(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def env_rate(name: str, default: str) -> str:
    value = env(name, default)
    if not re.fullmatch(r"[1-9]\d{0,8}/[1-9]?\d{0,4}[smhd]", value):
        raise ImproperlyConfigured(f"{name} must look like 30/m, not {value!r}.")
    return value


def env_limit(name: str, default: str) -> tuple[int, int, int]:
    """How many requests in how many seconds, and how many at once: ``600/minute burst 100``."""
    value = env(name, default)
    if not (found := re.fullmatch(r"([1-9]\d{0,8})/(second|minute|hour|day) burst ([1-9]\d{0,8})", value)):
        raise ImproperlyConfigured(f"{name} must look like '600/minute burst 100', not {value!r}.")
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[found[2]]
    return int(found[1]), seconds, int(found[3])


def env_networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(part) for part in env_list(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list networks such as 10.1.0.0/16: {error}.") from error


def env_certificates(name: str) -> str:
    if path := env(name):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        except OSError as error:
            raise ImproperlyConfigured(f"{name} must name a file of certificates (PEM), not {path!r}.") from error
    return path


def mail_server(address: str) -> SplitResult:
    """Of ``smtp+tls://name:password@host:587``. What is refused is not repeated: the password may be in any part of an
    address that is written wrongly."""
    try:
        server = urlsplit(address)
        if server.scheme in MAIL_PORTS and server.hostname and server.port != 0 and _has_no_more(server):
            return server
    except ValueError:
        pass  # of the port, with a part of the address in its message
    raise ImproperlyConfigured(
        "EMAIL_URL must look like smtp+tls://name:password@host:587, smtps://name:password@host:465 or smtp://host:25. "
        "In a name or a password write @ / : # ? and % as %40 %2F %3A %23 %3F and %25."
    )


def _has_no_more(server: SplitResult) -> bool:
    return server.path in ("", "/") and server.query in ("", "tls=true") and not server.fragment


# Secrets


def own_secret(folder: Path, name: str, make: Callable[[], str]) -> str:
    """A secret of this installation's own, made at the first start and readable by its user only."""
    path = folder / name
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _keep_new(path, make())
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR (or --data-dir) must be a folder of your own, not {str(folder)!r}: {error.strerror}."
        ) from error


def _keep_new(path: Path, text: str) -> None:
    """Unlike a rename, never replaces the key that another process has just made."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def is_weak(secret: str) -> bool:
    """Too short, or of too few different characters, to be a random text."""
    return len(secret) < 50 or len(set(secret)) < 10


def encryption_keys(text: str) -> dict[str, bytes]:
    """``id:key, id:key …``, each key 32 bytes in base64; what is stored is encrypted with the first."""
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = urlsafe_b64decode(encoded)
        except ValueError:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,20}", key_id) or len(key) != ENCRYPTION_KEY_BYTES or key_id in keys:
            raise ImproperlyConfigured(
                "ENCRYPTION_KEYS must look like 2026a:KEY or 2026b:KEY,2026a:KEY with a name of its own for each key, "
                "and keys of 32 random bytes in base64 (openssl rand -base64 32)."
            )
        keys[key_id] = key
    return keys
