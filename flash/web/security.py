"""Who may ask: names of the server, paired browsers, and the limits of a request."""

import hmac
import ipaddress
import re
import secrets
import socket
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlsplit

from msgspec import Struct

from srs.scheduler.study_day import DAY_S

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; media-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; font-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""Headers of every response."""
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Policy of a picture, which may be an SVG file with a script."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_YEAR_S = 365 * DAY_S
_TRIES, _TRIES_S = 10, 60
_MOST_ADDRESSES = 1000


class Site(Struct, frozen=True):
    """How browsers may call the server."""

    host: str
    """The address that it listens to."""
    port: int
    is_secure: bool = False
    """It speaks TLS itself."""
    origin: str = ""
    """Its origin behind a proxy, such as `https://cards.example.org`."""

    @property
    def is_local(self) -> bool:
        """Return True if only this computer can reach it."""
        return is_loopback(self.host)

    @property
    def is_everywhere(self) -> bool:
        """Return True if it listens to all addresses of this computer."""
        return _is_address(self.host) and ipaddress.ip_address(self.host).is_unspecified

    def allows_host(self, host: str) -> bool:
        """Return True for a name of this server in the Host header.

        A page of another site may point its own name at this computer; it can't do so
        with `localhost` or an address.
        """
        if self._is_of_proxy(host):
            return True
        try:
            parts = urlsplit(f"//{host}")
            port = parts.port or (443 if self.is_secure else 80)
        except ValueError:
            return False
        name = (parts.hostname or "").lower()
        return port == self.port and "@" not in host and self._is_own(name)

    def _is_own(self, name: str) -> bool:
        if is_loopback(name) or name == self.host.lower():
            return True
        own = socket.gethostname().lower()
        return self.is_everywhere and (
            _is_address(name) or name in (own, f"{own}.local")
        )

    def _is_of_proxy(self, host: str) -> bool:
        return bool(host) and host.lower() == urlsplit(self.origin).netloc.lower()

    def allows_origin(self, origin: str, host: str) -> bool:
        """Return True if a page of this server made a request."""
        scheme = "https" if self.is_secure else "http"
        own = self.origin if self._is_of_proxy(host) else f"{scheme}://{host}"
        return origin.lower() in {own.lower(), self.origin.lower()} - {""}

    def address(self, key: str, host: str | None = None) -> str:
        """Return the address that pairs a browser with a key.

        Args:
            key: From `Keys`; a fragment, which no browser sends.
            host: How a browser reaches the server; by default from this computer.
        """
        own = "127.0.0.1" if self.is_everywhere else self.host
        name = host or own
        name = f"[{name}]" if ":" in name else name
        scheme = "https" if self.is_secure else "http"
        return f"{self.origin or f'{scheme}://{name}:{self.port}'}/#key={key}"

    @property
    def cookie_name(self) -> str:
        """Return the name of the cookie; servers on other ports have others."""
        return f"flash_{self.port}"

    def cookie(self, value: str) -> str:
        """Return the header that sets the cookie for a year."""
        is_secure = self.is_secure or self.origin.startswith("https://")
        secure = "; Secure" if is_secure else ""
        return (
            f"{self.cookie_name}={value}; Max-Age={_YEAR_S}; Path=/; HttpOnly; "
            f"SameSite=Strict{secure}"
        )


def origin_of(address: str) -> str:
    """Return the origin of an address, as browsers send it.

    Args:
        address: Such as `https://cards.example.org`; what follows the host is left out.

    Raises:
        ValueError: It is not the address of a server.
    """
    parts = urlsplit(address)
    port, name = parts.port, (parts.hostname or "").lower()
    is_known = parts.scheme in _DEFAULT_PORTS
    has_port = not parts.netloc.endswith(":") and port != 0
    if not is_known or not has_port or "@" in parts.netloc or re.search(r"\s", address):
        raise ValueError(address)
    if _is_address(name):
        found = ipaddress.ip_address(name).compressed
        name = f"[{found}]" if ":" in found else found
    else:
        name = name.encode("idna").decode()
        if not _NAME.fullmatch(name):
            raise ValueError(address)
    is_default = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{name}" + ("" if is_default else f":{port}")


def is_loopback(name: str) -> bool:
    """Return True for a name or an address of this computer alone."""
    if name == "localhost":
        return True
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def new_secret() -> str:
    """Return 256 random bits."""
    return secrets.token_urlsafe(32)


def cookie_hash(cookie: str) -> str:
    """Return what is saved of a cookie."""
    return sha256(cookie.encode()).hexdigest()


class Keys:
    """Keys that pair one browser each."""

    def __init__(self) -> None:
        """Start without any."""
        self._keys: list[str] = []

    def new(self) -> str:
        """Make a key."""
        self._keys.append(secrets.token_urlsafe(16))
        return self._keys[-1]

    def spend(self, key: str) -> bool:
        """Use a key up; return False if there is no such key."""
        given = key.encode("utf-8", "replace")
        found = [one for one in self._keys if hmac.compare_digest(one.encode(), given)]
        self._keys = [one for one in self._keys if one not in found]
        return bool(found)


class Tries:
    """Tries to pair, limited for each address, and the number of addresses."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """Keep a clock, seconds."""
        self._now_s = now_s
        self._made: dict[str, deque[float]] = {}

    def may_try(self, address: str) -> bool:
        """Count a try; return False if there were too many in a minute."""
        oldest = self._now_s() - _TRIES_S
        self._made = {
            one: times for one, times in self._made.items() if times[-1] > oldest
        }
        if address not in self._made and len(self._made) >= _MOST_ADDRESSES:
            return False
        times = self._made.setdefault(address, deque(maxlen=_TRIES))
        is_allowed = len(times) < _TRIES or times[0] <= oldest
        times.append(self._now_s())
        return is_allowed
