"""The files of the page, read once and compressed."""

import gzip
from hashlib import sha256
from importlib.resources import files
from typing import Any

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
INDEX = "index.html"


class StaticFiles:
    """Answers requests for `/`, `/static/NAME` and `/NAME`."""

    def __init__(self) -> None:
        """Read the files of the package."""
        self._files: dict[str, tuple[str, bytes, bytes, str]] = {}
        for file in files("flash.web").joinpath("static").iterdir():
            ending = "." + file.name.rpartition(".")[2]
            if ending in _TYPES:
                content = file.read_bytes()
                packed = gzip.compress(content, 9, mtime=0)
                tag = f'"{sha256(content).hexdigest()[:16]}"'
                self._files[file.name] = _TYPES[ending], content, packed, tag

    async def answer(self, request: Any) -> Any:
        """Answer with a file.

        Raises:
            HTTPException: There is none.
        """
        from starlette.exceptions import HTTPException
        from starlette.responses import Response

        name = request.path_params.get("name", INDEX)
        if name not in self._files:
            raise HTTPException(404)
        kind, content, packed, tag = self._files[name]
        headers = {"cache-control": "no-cache", "etag": tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        headers["content-type"] = kind
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers=headers | {"content-encoding": "gzip"})
        return Response(content, headers=headers)
