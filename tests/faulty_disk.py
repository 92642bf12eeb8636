"""A disk that fails, a process that dies in a write, a machine whose power goes.

`tests/faults.c` stands between a process and its files.  It fails or kills at a
call that is counted, and it writes down every change, so that what a power cut
would have left can be made from the record: of what was not yet synced any part
may be there, torn anywhere between two sectors, or nothing of it.
"""

import atexit
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("faults.c")
_HEAD = struct.Struct("=cIIq")
_SECTOR = 512


@cache
def library() -> Path | None:
    """Build the library; None where there is no compiler or no LD_PRELOAD."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    folder = tempfile.mkdtemp(prefix="flash-faults-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Path(folder) / "faults.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", made, _SOURCE, "-ldl"]
    subprocess.run(command, check=True)
    return made


def environment(
    folder: Path,
    *,
    kind: str = "",
    at: int = 0,
    times: int = 1,
    log: Path | None = None,
) -> dict[str, str]:
    """Give what a process needs for a fault in a folder.

    Args:
        folder: Only calls about files under it count.
        kind: `kill`, `eio`, `enospc`, `erofs` or `read`; empty for none.
        at: The number of the call, from 1.
        times: How many calls from there on fail.
        log: Where to record all of them.
    """
    found = {"LD_PRELOAD": str(library()), "FAULT_FOLDER": str(folder)}
    if kind:
        found |= {"FAULT_KIND": kind, "FAULT_AT": str(at), "FAULT_TIMES": str(times)}
    return found if log is None else found | {"FAULT_LOG": str(log)}


@dataclass(frozen=True)
class Call:
    """One call that changed a file, or `S`: something was said on stdout."""

    what: str
    path: str
    offset: int
    data: bytes


def read_log(path: Path) -> list[Call]:
    """Read what a process did."""
    data, at = path.read_bytes(), 0
    calls: list[Call] = []
    while at < len(data):
        what, length, size, offset = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name, at = data[at : at + length].decode(), at + length
        calls.append(Call(what.decode(), name, offset, data[at : at + size]))
        at += size
    return calls


def counted(calls: Iterable[Call]) -> int:
    """Count the calls at which a fault can be placed."""
    return sum(call.what != "S" for call in calls)


@dataclass
class _File:
    durable: bytearray
    pending: list[Call] = field(default_factory=list)

    def apply(self, call: Call, dice: random.Random | None = None) -> None:
        if call.what == "T":
            size = call.offset
            del self.durable[size:]
            self.durable.extend(bytes(size - len(self.durable)))
            return
        for start in range(0, len(call.data), _SECTOR):
            if dice is None or dice.random() < 0.5:
                piece, at = call.data[start : start + _SECTOR], call.offset + start
                self.durable.extend(bytes(max(0, at - len(self.durable))))
                self.durable[at : at + len(piece)] = piece


class Disk:
    """What of a folder has reached the disk, and what is on the way."""

    def __init__(self, folder: Path) -> None:
        """Begin with all of a folder's files on the disk."""
        self._folder = folder
        self._entries: list[Call] = []
        """Names that were made, changed or removed and may be lost."""
        self._durable = {
            str(path): _File(bytearray(path.read_bytes()))
            for path in folder.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        }
        self._seen = dict(self._durable)
        self._made: dict[int, _File] = {}

    def take(self, call: Call) -> None:
        """Let a process make a call."""
        match call.what:
            case "C":
                self._made[id(call)] = self._seen[call.path] = _File(bytearray())
                self._entries.append(call)
            case "R":
                self._seen[call.data.decode()] = self._seen.pop(call.path)
                self._entries.append(call)
            case "U":
                self._seen.pop(call.path)
                self._entries.append(call)
            case "F" if call.path in self._seen:
                file = self._seen[call.path]
                for one in file.pending:
                    file.apply(one)
                file.pending.clear()
            case "F":
                self._enter(self._entries)
                self._entries = []
            case "W" | "T":
                self._seen[call.path].pending.append(call)

    def _enter(self, entries: Iterable[Call]) -> None:
        names = self._durable
        for call in entries:
            if call.what == "C":
                names[call.path] = self._made[id(call)]
            elif call.what == "U":
                names.pop(call.path, None)
            elif call.path in names:
                names[call.data.decode()] = names.pop(call.path)

    def cut(self, target: Path, dice: random.Random) -> None:
        """Write what a power cut leaves: all that was synced, and of the rest a part.

        A file system keeps the order of names; of their changes the first few are
        there.  Of writes nothing, all, any, or sectors of any.
        """
        disk = self._copy()
        disk._enter(disk._entries[: dice.randint(0, len(disk._entries))])
        for name, file in disk._durable.items():
            how = dice.choice(("nothing", "all", "some", "sectors"))
            for call in file.pending:
                if how == "all" or (how == "some" and dice.random() < 0.5):
                    file.apply(call)
                elif how == "sectors":
                    file.apply(call, dice)
            path = target / Path(name).relative_to(self._folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.durable)

    def _copy(self) -> "Disk":
        disk = object.__new__(Disk)
        copies: dict[int, _File] = {}

        def copied(file: _File) -> _File:
            if id(file) not in copies:
                fresh = _File(bytearray(file.durable), list(file.pending))
                copies[id(file)] = fresh
            return copies[id(file)]

        disk._folder, disk._entries = self._folder, list(self._entries)
        disk._durable = {name: copied(file) for name, file in self._durable.items()}
        disk._seen = {name: copied(file) for name, file in self._seen.items()}
        disk._made = {key: copied(file) for key, file in self._made.items()}
        return disk
