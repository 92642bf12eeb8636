"""Read the body of a request within limits; write JSON."""

import asyncio
import gzip
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec

from cards.numbers import whole_number
from cards.translate import _
from flash.web.guard import Refused

_Body = TypeVar("_Body")

LARGE = 2_000_000
"""Bytes of a list of answers: some thousands of them."""
_SMALL = 64_000
_PATIENCE_S = 15
_WORTH_PACKING = 1000


async def read_body(request: Any, kind: type[_Body], most: int = _SMALL) -> _Body:
    """Read and check the body of a request.

    Args:
        request: Of Starlette.
        kind: What it has to be.
        most: Bytes.

    Raises:
        Refused: It is too long, too slow, or something else.
    """
    content = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            async for piece in request.stream():
                content += piece
                if len(content) > most:
                    raise Refused(413, _("the request is too long"))
    except TimeoutError:
        raise Refused(408, _("the request took too long")) from None
    try:
        return msgspec.json.decode(bytes(content), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # The text of the error names the field, not what is in it.
        raise Refused(422, _("the request can't be read"), str(error)) from None


def json_response(request: Any, value: Any) -> Any:
    """Return a value as JSON, compressed if it is long."""
    from starlette.responses import Response

    content = msgspec.json.encode(value)
    headers = {"cache-control": "no-store", "content-type": "application/json"}
    accepted = request.headers.get("accept-encoding", "")
    if len(content) > _WORTH_PACKING and "gzip" in accepted:
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        content = gzip.compress(content, 5, mtime=0)
    return Response(content, headers=headers)


def raw_segments(request: Any) -> list[str]:
    """Return the parts of the path; a part may hold a coded slash."""
    path = request.scope.get("raw_path", b"").partition(b"?")[0].decode("ascii")
    return [unquote(part) for part in path.split("/")[1:]]


def number_in(request: Any, name: str, most: int) -> int:
    """Return a number of the query string, 0 without one.

    Raises:
        Refused: It is none, or too large.
    """
    text = request.query_params.get(name) or "0"
    number = whole_number(text, most)
    if number is None:
        raise Refused(422, _("the request can't be read"), f"?{name}=")
    return number
