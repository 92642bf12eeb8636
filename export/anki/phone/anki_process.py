"""Anki's library in a process of its own, which speaks JSON lines.

Nothing else of flash imports `anki`, whose licence is the AGPL: other processes only
send requests and read answers.  `serve` runs Anki's sync server instead.  The kernel
ends the process with its parent, also after `kill -9`.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anki.collection import Collection

_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""
_CARD_COLUMNS = (
    "did, mod, usn, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, "
    "flags, data"
)
_CLOSE = 1e-4
"""Anki keeps options as single precision numbers."""


class _Collection:
    """The collection; every request opens and closes it."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; the collection is made by the first request."""
        self._path = folder / "collection.anki2"
        self.requests: dict[str, Callable[..., Any]] = {
            "login": self.login,
            "sync": self.sync,
            "take_package": self.take_package,
            "write": self.write,
        }

    @contextmanager
    def _opened(self) -> Iterator["Collection"]:
        from anki.collection import Collection

        collection = Collection(str(self._path))
        try:
            yield collection
        finally:
            collection.close()

    def login(self, url: str, user: str, password: str) -> str:
        """Return the key that stands for user and password."""
        with self._opened() as collection:
            return str(collection.sync_login(user, password, url).hkey)

    def sync(self, url: str, key: str, one_way: str = "") -> bool:
        """Synchronize with the server, media too.

        Args:
            url: Of the server.
            key: From `login`.
            one_way: If the two can't be merged: `up` or `down`; empty to do nothing.

        Returns:
            False if they can't be merged.
        """
        from anki.sync_pb2 import SyncAuth, SyncCollectionResponse

        is_made = not self._path.exists()
        auth = SyncAuth(hkey=key, endpoint=url)
        with self._opened() as collection:
            needed = collection.sync_collection(auth, sync_media=False).required
            if needed == SyncCollectionResponse.FULL_SYNC:
                one_way = one_way or ("down" if is_made else "")
                if not one_way:
                    return False
            elif needed == SyncCollectionResponse.FULL_UPLOAD:
                one_way = "up"
            elif needed == SyncCollectionResponse.FULL_DOWNLOAD:
                one_way = "down"
            else:
                one_way = ""
            if one_way:
                collection.close_for_full_sync()
                collection.full_upload_or_download(
                    auth=auth, server_usn=None, upload=one_way == "up"
                )
                collection.reopen(after_full_sync=True)
            collection.sync_media(auth)
            while collection.media_sync_status().active:
                time.sleep(0.005)
        return True

    def take_package(self, file: str, names: dict[str, str]) -> None:
        """Import notes; new cards are new, known ones keep their progress.

        Args:
            file: The package.
            names: The names of its note types, by id.
        """
        from anki.collection import (
            ImportAnkiPackageOptions,
            ImportAnkiPackageRequest,
        )

        with self._opened() as collection:
            collection.import_anki_package(
                ImportAnkiPackageRequest(
                    package_path=file, options=ImportAnkiPackageOptions()
                )
            )
            _restore_names(collection, names)

    def write(
        self,
        settings: dict[str, Any],
        presets: Sequence[dict[str, Any]],
        decks: dict[str, int],
        cards: Sequence[Sequence[Any]],
        reviews: Sequence[Sequence[Any]],
        unused: Sequence[int],
    ) -> bool:
        """Write what flash has; it goes out with the next sync.

        Args:
            settings: Of the collection.
            presets: As in schema 11.
            decks: The preset of each deck by its name.
            cards: Id, name of the deck and the columns from `mod` on.
            reviews: Rows of the log.
            unused: Cards to delete.

        Returns:
            Whether anything was changed.
        """
        with self._opened() as collection:
            is_changed = bool(cards or reviews or unused)
            for name, value in settings.items():
                if collection.get_config(name) != value:
                    collection.set_config(name, value)
                    is_changed = True
            is_changed |= _set_presets(collection, presets, decks)
            if unused:
                collection.remove_cards_and_orphaned_notes(list(unused))
            rows = [
                [collection.decks.id(deck), *columns, card]
                for card, deck, *columns in cards
            ]
            collection.db.transact(lambda: _write_rows(collection, rows, reviews))
        return is_changed


def _restore_names(collection: "Collection", names: Mapping[str, str]) -> None:
    """Give note types back their names, to which Anki has added `+`.

    It does so if another type has the name, as those that every new collection has.
    These are renamed unless notes use them.
    """
    types = {one.id: one for one in collection.models.all_use_counts()}
    by_name = {one.name: one for one in types.values()}
    for key, name in names.items():
        came, other = types.get(int(key)), by_name.get(name)
        is_changed = came is not None and came.name.rstrip("+") == name != came.name
        if not is_changed or (other is not None and other.use_count):
            continue
        if other is not None:
            _rename(collection, other.id, f"{name} (Anki)")
        _rename(collection, int(key), name)


def _rename(collection: "Collection", notetype: int, name: str) -> None:
    model = collection.models.get(notetype)
    model["name"] = name
    collection.models.update_dict(model)


def _set_presets(
    collection: "Collection", presets: Sequence[dict[str, Any]], decks: dict[str, int]
) -> bool:
    """Write presets that differ, and which decks use them."""
    manager, is_changed = collection.decks, False
    known = {one["id"]: one for one in manager.all_config()}
    for preset in presets:
        found = known.get(preset["id"])
        if found is None or not _is_in(preset, found):
            manager.update_config({**(found or {}), **preset, "mod": int(time.time())})
            is_changed = True
    for name, number in decks.items():
        deck = manager.by_name(name)
        if deck is not None and deck.get("conf") not in (None, number):
            manager.set_config_id_for_deck_dict(deck, number)
            is_changed = True
    return is_changed


def _is_in(wanted: Any, found: Any) -> bool:
    """Return True if a preset has these values; `mod` and `usn` are not compared."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            _is_in(value, found.get(name))
            for name, value in wanted.items()
            if name not in ("mod", "usn")
        )
    if isinstance(wanted, list):
        return len(wanted) == len(found or ()) and all(map(_is_in, wanted, found))
    if isinstance(wanted, float) and isinstance(found, int | float):
        return abs(wanted - found) < _CLOSE
    return bool(wanted == found)


def _write_rows(
    collection: "Collection",
    cards: Sequence[Sequence[Any]],
    reviews: Sequence[Sequence[Any]],
) -> None:
    if not (cards or reviews):
        return
    names = ", ".join(f"{name} = ?" for name in _CARD_COLUMNS.split(", "))
    collection.db.executemany(f"update cards set {names} where id = ?", cards)
    collection.db.executemany(
        "insert or ignore into revlog values (?, ?, ?, ?, ?, ?, ?, ?, ?)", reviews
    )
    # Without a later time, a sync finds nothing to do.
    now_ms = time.time_ns() // 1_000_000
    collection.db.execute("update col set mod = max(mod + 1, ?)", now_ms)


def answer_requests(folder: Path) -> None:
    """Read a request from each line and write a line with the answer."""
    # Whatever Anki prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    hub = _Collection(folder)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"done": hub.requests[request.pop("do")](**request)}
        except Exception as error:  # noqa: BLE001 - the parent reports it
            detail = getattr(getattr(error, "kind", None), "name", "")
            reply = {"error": str(error), "kind": type(error).__name__ + detail}
        print(json.dumps(reply), file=answers, flush=True)


def run_anki(job: str, parent: str, folder: str = "") -> None:
    """Run the server or answer requests until the parent ends.

    Args:
        job: `serve` or `hub`.
        parent: Process id of the parent.
        folder: The folder of the hub.
    """
    import ctypes  # noqa: PLC0415 - only in this process

    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(parent):
        return  # it has ended already
    if job == "serve":
        from anki.syncserver import run_sync_server

        run_sync_server()
    else:
        answer_requests(Path(folder))


if __name__ == "__main__":
    run_anki(*sys.argv[1:])
