"""Addresses of logs: `s3://bucket/prefix?endpoint=…`, `dav(s)://host/path`."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from cards.translate import N_, _
from export.carriers.errors import CarrierError

_S3_OPTIONS = ("endpoint", "region")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]*")
_ENDPOINT = re.compile(r"https?://[a-zA-Z0-9._:\[\]-]+/?")
_EXAMPLES = N_("write s3://bucket/prefix?endpoint=https://… or davs://host/path")


class Login(NamedTuple):
    """A user and a password, or an access key and its secret."""

    user: str
    password: str
    token: str = ""
    """Of a session of AWS."""


class LogAddress(NamedTuple):
    """The parts of an address."""

    scheme: str
    """s3, dav or davs."""
    host: str
    """The host with its port, or the bucket."""
    path: str
    """Percent-encoded, without `/` at its ends."""
    options: dict[str, str]
    login: Login | None

    @property
    def text(self) -> str:
        """The address without the password."""
        options = "&".join(
            f"{name}={quote(value, safe=':/')}" for name, value in self.options.items()
        )
        found = f"{self.scheme}://{self.host}/{self.path}".rstrip("/")
        return f"{found}?{options}" if options else found

    @property
    def is_open(self) -> bool:
        """Whether others in the network could read what is sent."""
        parts = urlsplit(self.options.get("endpoint", "https:"))
        if self.scheme == "dav":
            parts = urlsplit(self.text)
        if parts.scheme not in ("dav", "http") or parts.hostname == "localhost":
            return False
        try:
            return not ipaddress.ip_address(parts.hostname or "").is_loopback
        except ValueError:
            return True


def log_address(address: str) -> LogAddress:
    """Split an address.

    Raises:
        CarrierError: There is no such kind of log, or the address is wrong.
    """
    try:
        return _split(address)
    except ValueError:
        shown = address
        if "@" in address:  # what stands before it may be a password
            shown = f"{address.partition('://')[0]}://{address.rpartition('@')[2]}"
        raise CarrierError(shown, _("not an address of a log"), _(_EXAMPLES)) from None


def _split(address: str) -> LogAddress:
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    known = _S3_OPTIONS if parts.scheme == "s3" else ()
    path = unquote(parts.path).strip("/")
    host = parts.netloc.rpartition("@")[2].lower()
    (parts.hostname or "").encode("idna")  # labels of 1 to 63 characters
    if (
        parts.scheme not in ("s3", "dav", "davs")
        or not parts.hostname
        or parts.port == 0
        or parts.fragment
        or not (host.isascii() and host.isprintable())
        or " " in host
        or (parts.scheme == "s3" and not _BUCKET.fullmatch(host))
        or not set(options) <= set(known)
        or not _ENDPOINT.fullmatch(options.get("endpoint", "https://aws"))
        or ".." in path.split("/")
    ):
        raise ValueError(address)
    login = None
    if parts.username is not None:
        login = Login(unquote(parts.username), unquote(parts.password or ""))
    return LogAddress(
        parts.scheme, host, quote(path), dict(sorted(options.items())), login
    )
