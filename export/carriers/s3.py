"""A device log in object storage that speaks S3.

Only whole files are listed, read and written: services differ in everything else.
Nothing is tried twice, since the next sync goes on where this one ended.
"""

import os
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from cards.extras import install_command
from cards.translate import N_, _
from export.carriers.address import LogAddress, Login
from export.carriers.errors import CarrierError

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

_T = TypeVar("_T")
_TIMEOUT, _CONNECT = timedelta(seconds=300), timedelta(seconds=20)
_LOGIN = N_("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
_WRONG_KEY = (N_("the access key or its secret is wrong"), _LOGIN)
_CODES = {
    "AccessDenied": (
        N_("the access key lacks the permission"),
        N_("see the policy in docs/devices.md"),
    ),
    "InvalidAccessKeyId": _WRONG_KEY,
    "SignatureDoesNotMatch": _WRONG_KEY,
    "NoSuchBucket": (N_("there is no such bucket"), N_("create the bucket first")),
}


class S3Carrier:
    """A log in a bucket."""

    def __init__(self, address: LogAddress, login: Login | None) -> None:
        """Keep the address; nothing is sent yet.

        Raises:
            CarrierError: There is no access key, or obstore is not installed.
        """
        self.address = address.text
        if not (login and login.password):
            raise CarrierError(self.address, _("no access key is known"), _(_LOGIN))
        if not all(one.isascii() and one.isprintable() for one in login):
            raise CarrierError(self.address, *map(_, _WRONG_KEY))
        self._store = _store(address, login)

    def list(self, folder: str) -> list[tuple[str, int]]:
        """Return names and sizes of what is in a folder; folders end with `/`.

        Raises:
            CarrierError: The service fails.
        """
        from obstore import list_with_delimiter_async

        found = self._run(
            lambda: list_with_delimiter_async(self._store, folder or None)
        )
        names = [f"{_last(one)}/" for one in found["common_prefixes"]]
        files = [(_last(one["path"]), one["size"]) for one in found["objects"]]
        return [(name, 0) for name in names] + files

    def get(self, name: str, largest: int) -> bytes:
        """Read a file; nothing of one that is larger.

        Raises:
            CarrierError: The service fails.
        """
        from obstore import get_async

        async def read() -> bytes:
            found = await get_async(self._store, name)
            is_bounded = found.meta["size"] <= largest
            return bytes(await found.bytes_async()) if is_bounded else b""

        return self._run(read)

    def put(self, name: str, data: bytes) -> int:
        """Write a file that is not there yet, completely or not at all.

        Returns:
            Its size.

        Raises:
            CarrierError: The service fails.
        """
        from obstore import put_async

        self._run(lambda: put_async(self._store, name, data, use_multipart=False))
        return len(data)

    def _run(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for a call; the calls of obstore that wait themselves ignore Ctrl-C."""
        import asyncio  # noqa: PLC0415 - slow

        from obstore.exceptions import BaseError

        async def wait() -> _T:
            return await call()

        try:
            return asyncio.run(wait())
        except (BaseError, OSError) as error:
            raise CarrierError(self.address, *_reason(str(error))) from None


def _store(address: LogAddress, login: Login) -> "S3Store":
    try:
        from obstore.store import S3Store
    except ImportError:
        hint = install_command("obstore")
        message = _("obstore is not installed")
        raise CarrierError(address.text, message, hint) from None
    variables = os.environ
    endpoint = address.options.get("endpoint") or variables.get("AWS_ENDPOINT_URL", "")
    region = address.options.get("region") or variables.get("AWS_REGION")
    config: S3Config = {
        "access_key_id": login.user,
        "secret_access_key": login.password,
        "region": region or variables.get("AWS_DEFAULT_REGION") or "us-east-1",
    }
    if endpoint:
        config["endpoint"] = endpoint
    if login.token:
        config["session_token"] = login.token
    return S3Store(
        address.host,
        prefix=unquote(address.path) or None,
        config=config,
        client_options={
            "timeout": _TIMEOUT,
            "connect_timeout": _CONNECT,
            "allow_http": endpoint.startswith("http:"),
        },
        retry_config={"max_retries": 0},
    )


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _reason(text: str) -> tuple[str, str]:
    """Return message and hint for an error of obstore, which is pages long."""
    code = re.search(r"<Code>(\w+)</Code>", text)
    status = re.search(r"status code: (\d+ [\w ]+)", text)
    if code and code[1] in _CODES:
        message, hint = _CODES[code[1]]
        return _(message), _(hint)
    if found := code or status:
        message = _("the service returned '{code}'").format(code=found[1])
        return message, _("check the address and your account")
    return (
        _("the service can't be reached"),
        _("check the address, or run it again later"),
    )
