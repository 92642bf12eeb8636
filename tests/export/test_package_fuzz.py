"""Real packages with bytes and values changed at random: taken or refused."""

import io
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard
from foreign_packages import GENERATIONS, zipped
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_fixtures import NOON, contradictions, new_store

from export.files import PackageError
from flash.service.context import AppContext
from flash.service.importing import import_package, media_folder
from srs.store.opening import open_store

pytestmark = pytest.mark.slow

Entries = dict[str, bytes]
NOW = NOON + 10 * 86_400_000
EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
"""The environment may ask for more."""

CELLS = (
    "col.crt col.ver col.conf notes.id notes.guid notes.mid notes.mod notes.tags "
    "notes.flds cards.id cards.nid cards.did cards.ord cards.mod cards.type "
    "cards.queue cards.due cards.ivl cards.factor cards.left cards.odue cards.odid "
    "cards.flags cards.data revlog.cid revlog.ease revlog.ivl revlog.factor "
    "revlog.time revlog.type decks.name decks.kind config.val deck_config.config "
    "notetypes.name notetypes.config templates.config fields.name fields.config"
).split()
NUMBERS = st.sampled_from(
    [0, -1, 1, 3, 900, 1 << 31, 1 << 40, 1 << 53, (1 << 63) - 1, -(1 << 63)]
)
TEXTS = st.sampled_from(
    [
        *("", "x", "{}", "[]", "null", "a\x1fb", "::", "{{c1::", "{{#a}}", "}}"),
        *(
            "'; drop table notes; --",
            "<script>alert(1)</script>",
            "\U0010f8f07\U0010f8f1",
        ),
        '<img src="../../x.png">[sound:/etc/passwd]',
    ]
)
BLOBS = st.sampled_from([b"", b"\x08\xff", b"\xff\xfe\x00"])
VALUES = st.one_of(NUMBERS, TEXTS, BLOBS, st.sampled_from([None, 1e308, -0.5]))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Entries]:
    """Unpack what the real Anki makes, of the newest generation and before."""
    found: list[Entries] = []
    for name in ("newest", "legacy"):
        with zipfile.ZipFile(GENERATIONS[name](tmp_path_factory.mktemp("made"))) as old:
            found.append({entry: old.read(entry) for entry in old.namelist()})
    return found


def collection_of(entries: Entries) -> tuple[str, bytes]:
    if "collection.anki21b" not in entries:
        return "collection.anki21", entries["collection.anki21"]
    packed = io.BytesIO(entries["collection.anki21b"])
    data = zstandard.ZstdDecompressor().stream_reader(packed).read()
    return "collection.anki21b", data


def with_collection(entries: Entries, name: str, data: bytes) -> Entries:
    if name == "collection.anki21b":
        data = zstandard.ZstdCompressor(level=1).compress(data)
    return {**entries, name: data}


def changed(data: bytes, changes: list[tuple[float, int]]) -> bytes:
    """Set bytes at places from 0 to 1."""
    found = bytearray(data)
    for place, value in changes:
        found[int(place * (len(found) - 1))] = value
    return bytes(found)


def check(folder: Path, file: Path) -> None:
    """Import into an empty store: all is well after it, or nothing was touched."""
    empty = folder / "empty.db"
    if not empty.exists():
        new_store(folder).close()
        shutil.move(next(folder.glob("*.db")), empty)
    shutil.copy(empty, folder / "store.db")
    shutil.rmtree(media_folder(folder / "store.db"), ignore_errors=True)
    store = open_store(folder / "store.db", NOW)
    try:
        import_package(AppContext(store, lambda: NOW), file)
        assert contradictions(store) == []
    except PackageError as error:
        assert error.hint
        for table in ("notes", "reviews", "operations"):
            assert store.row(f"select count(*) from {table}") == (0,)
        assert not list(media_folder(store.path).glob("*"))
    finally:
        store.close()


PLACES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=30
)


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 1), st.integers(0, 2), PLACES)
def test_changed_bytes_are_read_or_rejected(
    packages: list[Entries],
    tmp_path_factory: pytest.TempPathFactory,
    which: int,
    where: int,
    changes: list[tuple[float, int]],
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    entries = packages[which]
    file = zipped(folder / "deck.apkg", entries)
    if where == 0:
        file.write_bytes(changed(file.read_bytes(), changes))
    elif where == 1:
        name, data = collection_of(entries)
        zipped(file, with_collection(entries, name, changed(data, changes)))
    else:
        names = sorted(entries)
        name = names[int(changes[0][0] * (len(names) - 1))]
        zipped(file, {**entries, name: changed(entries[name], changes)})

    check(folder, file)


@settings(max_examples=EXAMPLES * 5 // 3)
@given(
    st.integers(0, 1),
    st.lists(
        st.tuples(st.sampled_from(CELLS), VALUES, st.booleans()),
        min_size=1,
        max_size=3,
    ),
)
@example(0, [("deck_config.config", 1 << 40, True)])
@example(0, [("col.crt", 1 << 53, True)])
@example(1, [("cards.due", 1 << 40, True), ("cards.type", 2, True)])
@example(1, [("notes.mod", (1 << 63) - 1, True)])
@example(1, [("revlog.cid", None, True)])
def test_unexpected_values_are_read_or_rejected(
    packages: list[Entries],
    tmp_path_factory: pytest.TempPathFactory,
    which: int,
    changes: list[tuple[str, Any, bool]],
) -> None:
    folder = tmp_path_factory.mktemp("values")
    name, data = collection_of(packages[which])
    (folder / "collection").write_bytes(data)
    connection = sqlite3.connect(folder / "collection")
    connection.create_collation("unicase", lambda one, two: (one > two) - (one < two))
    for cell, value, is_all in changes:
        table, _, column = cell.partition(".")
        some = "" if is_all else f"where rowid = (select min(rowid) from {table})"
        try:
            connection.execute(f"update {table} set {column} = ? {some}", (value,))
        except sqlite3.Error:
            continue  # the schema of this generation has no such cell, or no room
    connection.commit()
    changed = (connection.serialize(), connection.close())[0]

    check(
        folder,
        zipped(folder / "deck.apkg", with_collection(packages[which], name, changed)),
    )
