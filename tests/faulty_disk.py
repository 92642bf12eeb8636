"""Simulate a failing disk, a process killed in a write, and a power cut.

`tests/faults.c` is loaded into a process.  It fails or kills at a counted call and
logs every change to a file, so that the state after a power cut can be computed from
the log: any part of the unsynced writes may survive, torn at any sector.
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
    """Build the library; return None without a compiler or LD_PRELOAD."""
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
    """Return the environment that makes a process fail in a folder.

    Args:
        folder: Only calls on files under it are counted.
        kind: `kill`, `eio`, `enospc`, `erofs` or `read`; empty for none.
        at: The number of the call, from 1.
        times: How many calls fail from then on.
        log: File to record all calls in.
    """
    found = {"LD_PRELOAD": str(library()), "FAULT_FOLDER": str(folder)}
    if kind:
        found |= {"FAULT_KIND": kind, "FAULT_AT": str(at), "FAULT_TIMES": str(times)}
    return found if log is None else found | {"FAULT_LOG": str(log)}


@dataclass(frozen=True)
class Call:
    """One call that changed a file; kind `S` is a write to stdout."""

    kind: str
    path: str
    offset: int
    data: bytes


def read_log(path: Path) -> list[Call]:
    """Read the calls of a process."""
    data, at = path.read_bytes(), 0
    calls: list[Call] = []
    while at < len(data):
        what, length, size, offset = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name, at = data[at : at + length].decode(), at + length
        calls.append(Call(what.decode(), name, offset, data[at : at + size]))
        at += size
    return calls


def count_fault_points(calls: Iterable[Call]) -> int:
    """Count the calls that can be made to fail."""
    return sum(call.kind != "S" for call in calls)


@dataclass
class _File:
    durable: bytearray
    pending: list[Call] = field(default_factory=list)

    def apply(self, call: Call, rng: random.Random | None = None) -> None:
        if call.kind == "T":
            size = call.offset
            del self.durable[size:]
            self.durable.extend(bytes(size - len(self.durable)))
            return
        for start in range(0, len(call.data), _SECTOR):
            if rng is None or rng.random() < 0.5:
                piece, at = call.data[start : start + _SECTOR], call.offset + start
                self.durable.extend(bytes(max(0, at - len(self.durable))))
                self.durable[at : at + len(piece)] = piece


class Disk:
    """The files of a folder: synced content and pending writes."""

    def __init__(self, folder: Path) -> None:
        """Start with all files of a folder synced."""
        self._folder = folder
        self._entries: list[Call] = []
        """Directory entries created, renamed or removed but not yet synced."""
        self._durable = {
            str(path): _File(bytearray(path.read_bytes()))
            for path in folder.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        }
        self._seen = dict(self._durable)
        self._made: dict[int, _File] = {}

    def apply(self, call: Call) -> None:
        """Apply a call of a process."""
        match call.kind:
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
            if call.kind == "C":
                names[call.path] = self._made[id(call)]
            elif call.kind == "U":
                names.pop(call.path, None)
            elif call.path in names:
                names[call.data.decode()] = names.pop(call.path)

    def cut_power(self, target: Path, rng: random.Random) -> None:
        """Write what a power cut leaves: synced content and part of the rest.

        File systems keep the order of directory changes, so the first few survive.
        Of the pending writes none, all, some, or some sectors survive.
        """
        disk = self._copy()
        disk._enter(disk._entries[: rng.randint(0, len(disk._entries))])
        for name, file in disk._durable.items():
            how = rng.choice(("nothing", "all", "some", "sectors"))
            for call in file.pending:
                if how == "all" or (how == "some" and rng.random() < 0.5):
                    file.apply(call)
                elif how == "sectors":
                    file.apply(call, rng)
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
