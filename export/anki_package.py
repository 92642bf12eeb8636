"""A package for Anki: genanki's note types, our own rows.

genanki gives the note types, the tables and the form of a deck.  Notes and cards
are written here, because their guids, ids and ordinals are ours, and with one
statement for each table.  The package is Anki's oldest form, which every version
reads without loss; it is made in memory and is the same, byte by byte, for the
same notes.
"""

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from cards.media import media_paths
from cards.note import Note
from export.anki_fields import fields_of, is_basic, texts_of
from export.anki_models import BASIC_ID, CLOZE_ID, basic_model, cloze_model
from export.atomic import replace_file
from export.errors import ExportError
from srs.memory import StoredCard, StoredNote

if TYPE_CHECKING:
    pass

_FIXED_S = 1_795_100_000
"""Stands for the moment at which note types and decks were last changed."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LEVEL = 3
"""Of deflate: half the time of the default for a tenth more bytes."""
_TAGS = re.compile(r"<[^>]*>|\[sound:[^\]]*\]")

Progressed = Callable[[int], None]


class Creation(Struct, frozen=True):
    """The first day of the collection, from which Anki counts due days."""

    at_s: int
    """Epoch seconds at the rollover hour of a fixed day, where the person is."""
    minutes_west: int
    """Minutes west of UTC there and then."""
    rollover: int = 4


class Written(Struct, frozen=True):
    """What a package holds."""

    notes: int
    cards: int
    media: int


def write_package(
    path: Path,
    notes: Iterable[StoredNote],
    creation: Creation,
    progressed: Progressed | None = None,
) -> Written:
    """Write notes and their cards, all as new, to an `.apkg` file.

    Args:
        path: The file; replaced as a whole or left as it was.
        notes: With their cards; retired cards are left out.
        creation: First day of the collection.
        progressed: Is told how many notes are done, each thousand.

    Raises:
        ExportError: There is nothing to write, a picture or sound is missing,
            or the file can't be written.

    Source:
        Anki's schema 11 as genanki 0.13 writes it; for `col.conf`
        https://github.com/ankitects/anki/blob/main/rslib/src/config/mod.rs
    """
    package = _Contents()
    for index, stored in enumerate(notes):
        package.add(stored)
        if progressed and index % 1000 == 0:
            progressed(index)
    if not package.cards:
        raise ExportError(str(path), "no cards to write", "choose another deck or tag")
    replace_file(path, _zipped(_database(package, creation), package.media))
    return Written(len(package.notes), len(package.cards), len(package.media))


class _Contents:
    """The rows of a package."""

    def __init__(self) -> None:
        self.notes: list[tuple[Any, ...]] = []
        self.cards: list[tuple[Any, ...]] = []
        self.decks: dict[str, int] = {}
        self.media: dict[str, Path] = {}

    def add(self, stored: StoredNote) -> None:
        """Take a note with those of its cards that are in use."""
        cards = [card for card in stored.cards if not card.retired]
        if stored.retired or not cards:
            return
        texts = texts_of(stored.note)
        names: dict[str, str] = {}
        if "![" in "".join(texts):
            names = self._named_media(stored.note, texts)
        fields = fields_of(stored, names)
        changed_s = stored.modified_ms // 1000
        first = fields[0]
        if "<" in first or "[" in first:
            first = _TAGS.sub("", first)
        self.notes.append(
            (
                stored.anki_id,
                stored.guid,
                BASIC_ID if is_basic(stored.note.content) else CLOZE_ID,
                changed_s,
                -1,
                _tags(stored, cards),
                "\x1f".join(fields),
                first,
                _checksum(first),
                0,
                "",
            )
        )
        deck = self._deck(stored.note.deck)
        self.cards += [
            card_row(card, stored.anki_id, deck, changed_s) for card in cards
        ]

    def _deck(self, name: str) -> int:
        if name not in self.decks:
            segments = name.split("::")
            for depth in range(len(segments)):
                path = "::".join(segments[: depth + 1])
                self.decks[path] = _deck_id(path)
        return self.decks[name]

    def _named_media(self, note: Note, texts: tuple[str, ...]) -> dict[str, str]:
        """Name pictures and sounds by what they hold."""
        names: dict[str, str] = {}
        folder = Path(note.file).parent
        for text in texts:
            for path, _ in media_paths(text):
                file = folder / path
                try:
                    data = file.read_bytes()
                except OSError as error:
                    place = f"{note.file}:{note.line}"
                    reason = f"'{path}': {error.strerror}"
                    raise ExportError(place, reason, f"put it at {file}") from None
                digest = hashlib.sha256(data).hexdigest()[:20]
                names[path] = f"flash-{digest}{file.suffix.lower()}"
                self.media[names[path]] = file
        return names


def card_row(
    card: StoredCard, note_id: int, deck: int, changed_s: int
) -> tuple[Any, ...]:
    """Make the row of a card in Anki's table, as a new card.

    Args:
        card: The card.
        note_id: Anki's id of its note.
        deck: Anki's id of its deck.
        changed_s: When its note last changed, epoch seconds.
    """
    kind, queue, due = 0, 0, card.position
    interval, factor, reps, lapses, left = 0, 0, 0, 0, 0
    return (
        card.id,
        note_id,
        deck,
        card.ordinal,
        changed_s,
        -1,
        kind,
        queue,
        due,
        interval,
        factor,
        reps,
        lapses,
        left,
        0,
        0,
        0,
        "",
    )


def _checksum(text: str) -> int:
    """Compute what Anki finds duplicates of a first field by."""
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16)


def _tags(stored: StoredNote, cards: list[StoredCard]) -> str:
    tags = stored.note.tags
    if any(card.leech for card in cards):
        tags = (*tags, "leech")
    return f" {' '.join(sorted(set(tags)))} " if tags else ""


def _deck_id(name: str) -> int:
    """Give a deck the same id each time; Anki finds it by its name anyway."""
    digest = hashlib.sha256(name.encode()).digest()
    return 1_000_000_000_000 + int.from_bytes(digest[:5], "big")


def _database(contents: _Contents, creation: Creation) -> bytes:
    from genanki.apkg_col import APKG_COL
    from genanki.apkg_schema import APKG_SCHEMA

    connection = sqlite3.connect(":memory:")
    try:
        tables, indexes = _split(APKG_SCHEMA)
        connection.executescript(tables)
        connection.executescript(APKG_COL)
        _write_collection(connection, contents, creation)
        marks = ", ".join("?" * 11)
        connection.executemany(f"insert into notes values ({marks})", contents.notes)
        marks = ", ".join("?" * 18)
        connection.executemany(f"insert into cards values ({marks})", contents.cards)
        connection.executescript(indexes)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _split(schema: str) -> tuple[str, str]:
    """Part the indexes from the tables: they are made faster at the end."""
    statements = [one.strip() for one in schema.split(";") if one.strip()]
    tables = [one for one in statements if "INDEX" not in one.upper()[:20]]
    indexes = [one for one in statements if "INDEX" in one.upper()[:20]]
    return ";\n".join(tables) + ";", ";\n".join(indexes) + ";"


def _write_collection(
    connection: sqlite3.Connection, contents: _Contents, creation: Creation
) -> None:
    row = connection.execute("select conf, decks from col").fetchone()
    conf, decks = json.loads(row[0]), json.loads(row[1])
    conf.update(
        schedVer=2,
        sched2021=True,
        rollover=creation.rollover,
        creationOffset=creation.minutes_west,
        curModel=str(BASIC_ID),
    )
    for name in sorted(contents.decks):
        number = contents.decks[name]
        decks[str(number)] = _deck_json(number, name)
    models = {
        str(model.model_id): model.to_json(_FIXED_S, 1)
        for model in (basic_model(), cloze_model())
    }
    changed = max(note[3] for note in contents.notes) * 1000
    connection.execute(
        "update col set crt = ?, mod = ?, scm = ?, conf = ?, models = ?, decks = ?",
        (
            creation.at_s,
            changed,
            changed,
            json.dumps(conf, sort_keys=True),
            json.dumps(models, sort_keys=True, ensure_ascii=False),
            json.dumps(decks, sort_keys=True, ensure_ascii=False),
        ),
    )


def _deck_json(number: int, name: str) -> dict[str, Any]:
    import genanki

    deck: genanki.Deck = genanki.Deck(number, name)
    # genanki's counters belong to some day of 2015.
    names = ("lrnToday", "newToday", "revToday", "timeToday")
    today = {name: [0, 0] for name in names}
    return {**deck.to_json(), **today, "mod": _FIXED_S}


def _zipped(database: bytes, media: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    names = sorted(media)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "collection.anki2", database)
        listed = {str(index): name for index, name in enumerate(names)}
        _put(archive, "media", json.dumps(listed).encode())
        for index, name in enumerate(names):
            _put(archive, str(index), media[name].read_bytes())
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, data, compresslevel=_LEVEL)
