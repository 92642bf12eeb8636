"""Talk to the process that holds the hub, and to Anki's sync server."""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from cards.errors import FlashError
from cards.translate import _
from export.anki.package_file import nfc

_MODULE = "export.anki.phone.anki_process"
_REQUEST = re.compile(
    r'(\S+)Z\s+INFO request\{uri="[^"]*" ip="[^"]*"(?:.*? client="([^",]*))?'
)
_START_S = 60.0
"""A slow computer needs some seconds to start Anki."""


class HubError(FlashError):
    """Anki refused a request, or its process ended."""

    def __init__(self, message: str, hint: str = "", kind: str = "") -> None:
        """Keep Anki's name of the error besides the message."""
        super().__init__(message, hint)
        self.kind = kind


def has_anki() -> bool:
    """Return True if the library is installed; it is not imported."""
    return find_spec("anki") is not None


def _start(job: str, folder: Path, **environment: str) -> "subprocess.Popen[str]":
    """Start a process that ends with this one; Ctrl-C doesn't reach it."""
    root = str(Path(__file__).parents[3])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    # Without -P, files of the present folder could stand for modules.
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", _MODULE, job, str(os.getpid()), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if job == "serve" else subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
    )


def _stop(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not written yet
                pipe.close()


class Hub:
    """The process that holds the hub's collection."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; the process starts with the first request."""
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    @property
    def collection(self) -> Path:
        """The file of the collection; closed between requests."""
        return self.folder / "collection.anki2"

    @property
    def media(self) -> Path:
        """The folder of its media files."""
        return self.folder / "collection.media"

    def ask(self, name: str, **arguments: Any) -> Any:
        """Send a request and wait for the answer.

        Raises:
            HubError: Anki refused, or the process ended.
        """
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = _start("hub", self.folder)
        out, back = self.process.stdin, self.process.stdout
        line = ""
        if out is not None and back is not None:
            try:
                print(json.dumps({"do": name, **arguments}), file=out, flush=True)
                line = back.readline()
            except OSError:
                line = ""
        if not line:
            message = _("Anki's process ended during '{request}'")
            raise HubError(message.format(request=name), _("try again"))
        reply = json.loads(line)
        if "error" in reply:
            message = _("Anki: {problem}").format(problem=_plain(reply["error"]))
            raise HubError(message, kind=reply["kind"])
        return reply["done"]

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            _stop(self.process)
            self.process = None


def _plain(text: str) -> str:
    """Return a message of Anki as one line, without its marks around parts."""
    return " ".join(text.translate({0x2068: None, 0x2069: None}).split())


@contextmanager
def opened_hub(folder: Path) -> Iterator[Hub]:
    """Use a hub; its process ends with the block."""
    hub = Hub(folder)
    try:
        yield hub
    finally:
        hub.close()


class ClientRequest(Struct, frozen=True):
    """A request that a client sent to the server."""

    at_s: float
    """Epoch seconds."""
    version: str
    """Version of the client's Anki, such as `26.09.3`; empty if it gave none."""


class Server:
    """Anki's sync server as a process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Read what the server prints, in a thread."""
        self.process = process
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        pipe = self.process.stdout
        try:
            for line in pipe or ():
                self._lines.put(line)
        except ValueError:
            pass  # closed while it was read
        self._lines.put(None)

    def wait_until_ready(self) -> None:
        """Wait until the server listens.

        Raises:
            HubError: It doesn't.
        """
        deadline, shown = time.monotonic() + _START_S, ""
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=1)
            except queue.Empty:
                continue
            if line is None:
                break
            if "listening" in line:
                return
            shown = line.strip() or shown
        message = _("the sync server of Anki did not start: {problem}")
        hint = _("choose another port: flash phone setup --port N")
        raise HubError(message.format(problem=shown), hint)

    def requests(self, wait_s: float) -> Iterator[ClientRequest]:
        """Yield requests of clients until there was none for some time.

        Raises:
            HubError: The server ended.
        """
        while True:
            try:
                line = self._lines.get(timeout=wait_s)
            except queue.Empty:
                return
            if line is None:
                message = _("the sync server of Anki ended")
                raise HubError(message, _("start it again"))
            found = _REQUEST.match(line)
            if found:
                at = datetime.fromisoformat(f"{found[1]}+00:00").timestamp()
                yield ClientRequest(at, found[2] or "")


@contextmanager
def running_server(
    folder: Path, user: str, password: str, *, host: str, port: int
) -> Iterator[Server]:
    """Run the sync server; it ends with the block.

    Args:
        folder: Its data.
        user: The user of all clients.
        password: Theirs.
        host: Address to listen on.
        port: TCP port.

    Raises:
        HubError: It doesn't start.
    """
    process = _start(
        "serve",
        folder,
        SYNC_USER1=f"{user}:{password}",
        SYNC_BASE=str(folder),
        SYNC_HOST=host,
        SYNC_PORT=str(port),
        NO_COLOR="1",
        RUST_LOG="anki=info",
    )
    server = Server(process)
    try:
        server.wait_until_ready()
        yield server
    finally:
        _stop(process)


class HubFiles:
    """The hub's collection and media, read like a package."""

    def __init__(self, hub: Hub) -> None:
        """Keep the paths; the hub must be closed while they are read."""
        self._collection, self._media = hub.collection, hub.media

    def write_collection(self, target: Path) -> None:
        """Copy the database to a file."""
        shutil.copyfile(self._collection, target)

    def media(self) -> dict[str, str]:
        """Return the name of each media file by its name in NFC."""
        if not self._media.is_dir():
            return {}
        return {nfc(path.name): path.name for path in self._media.iterdir()}

    def has(self, entry: str) -> bool:
        """Return True if there is such a media file."""
        return (self._media / entry).is_file()

    def media_size(self, entry: str) -> int:
        """Return the size of a media file, bytes; 0 if there is none."""
        return (self._media / entry).stat().st_size if self.has(entry) else 0

    def write_media(self, entry: str, target: Path, most: int) -> bool:
        """Copy a media file; return False if there is none, or no room for it."""
        if not self.has(entry) or self.media_size(entry) > most:
            return False
        shutil.copyfile(self._media / entry, target)
        return True
