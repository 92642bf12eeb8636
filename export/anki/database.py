"""The database of a package: genanki's tables and note types, our own rows.

It is built in memory, with one statement per table, and is reproducible byte by byte.
"""

import hashlib
import json
import sqlite3
import unicodedata
from collections.abc import Callable
from typing import Any

from export.anki.flash_note_types import BASIC_ID, basic_model, cloze_model
from export.anki.presets import DEFAULT_PRESET, Presets
from export.anki.rows import AnkiRow
from srs.models.incoming import Loss
from srs.models.presets import Preset

_FIXED_S = 1_796_080_000
"""When our note types and decks were last changed.

Anki accepts a changed style or template only with a later time than before.
"""


class CollectionContents:
    """The rows of a package."""

    def __init__(self, *, is_whole: bool = False) -> None:
        self.notes: list[AnkiRow] = []
        self.cards: list[AnkiRow] = []
        self.decks = Decks()
        self.reviews: list[AnkiRow] = []
        self.presets = Presets(is_whole=is_whole)
        self.preset_of: Callable[[str], Preset] | None = None
        """Preset of a deck by name; None if no presets are written.

        The decks have Anki's default preset then: with that one, an import leaves
        the preset of a deck as it is.
        """
        self.notetypes: dict[int, str] = {}
        """Note types other than ours: JSON by id."""
        self.losses: list[Loss] = []
        """Edits that no field can hold."""


def database(
    contents: CollectionContents, created_s: int, settings: dict[str, Any]
) -> bytes:
    """Create the database file of a package, in Anki's schema 11.

    Args:
        contents: At least one note.
        created_s: Start of the collection's first study day, epoch seconds.
        settings: Added to genanki's in `col.conf`.

    Source:
        Anki's schema 11 as genanki 0.13 writes it; for `col.conf`
        https://github.com/ankitects/anki/blob/main/rslib/src/config/mod.rs
    """
    from genanki.apkg_col import APKG_COL
    from genanki.apkg_schema import APKG_SCHEMA

    connection = sqlite3.connect(":memory:")
    try:
        tables, indexes = _split(APKG_SCHEMA)
        connection.executescript(tables)
        connection.executescript(APKG_COL)
        _write_collection(connection, contents, created_s, settings)
        for table, rows in (
            ("notes", contents.notes),
            ("cards", contents.cards),
            ("revlog", contents.reviews),
        ):
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into {table} values ({marks})", rows)
        connection.executescript(indexes)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _split(schema: str) -> tuple[str, str]:
    """Separate the indexes from the tables: creating them last is faster."""
    statements = [one.strip() for one in schema.split(";") if one.strip()]
    tables = [one for one in statements if "INDEX" not in one.upper()[:20]]
    indexes = [one for one in statements if "INDEX" in one.upper()[:20]]
    return ";\n".join(tables) + ";", ";\n".join(indexes) + ";"


def _write_collection(
    connection: sqlite3.Connection,
    contents: CollectionContents,
    created_s: int,
    settings: dict[str, Any],
) -> None:
    row = connection.execute("select conf, decks, dconf from col").fetchone()
    conf, decks, presets = map(json.loads, row)
    conf.update(settings, curModel=str(BASIC_ID))
    for number, name in contents.decks.names.items():
        decks[str(number)] = deck_json(
            number, name, _FIXED_S, _preset_id(contents, name)
        )
    if contents.decks.default:
        preset = _preset_id(contents, contents.decks.default)
        decks[str(DEFAULT_ID)]["conf"] = preset
    if contents.presets.is_whole and str(DEFAULT_PRESET) not in contents.presets.rows:
        _preset_id(contents, "")
    presets.update(contents.presets.rows)
    models = {
        str(model.model_id): model.to_json(_FIXED_S, 1)
        for model in (basic_model(), cloze_model())
    }
    models |= {str(key): json.loads(text) for key, text in contents.notetypes.items()}
    changed_ms = max(note[3] for note in contents.notes) * 1000
    values = (conf, models, decks, presets)
    connection.execute(
        "update col set crt = ?, mod = ?, scm = ?, conf = ?, models = ?, decks = ?,"
        " dconf = ?",
        (
            created_s,
            changed_ms,
            changed_ms,
            *map(_json, values),
        ),
    )


def _preset_id(contents: CollectionContents, deck: str) -> int:
    if contents.preset_of is None:
        return DEFAULT_PRESET
    return contents.presets.id_of(contents.preset_of(deck), deck, _FIXED_S)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


DEFAULT_ID = 1
_DEFAULT = "default"
"""Every collection has this deck."""


class Decks:
    """The decks of a package and their parents, each with the same id every time.

    Anki matches decks by name, ignoring case; the id only links cards to a deck
    inside the package.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        """By id, without the default deck."""
        self.default = ""
        """The default deck as it is called, if it is used."""
        self._found: dict[str, int] = {}

    def id_of(self, name: str) -> int:
        """Return the id of a deck; add it and its parents if they are new."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._add(name)
        return found

    def _add(self, name: str) -> int:
        path, number = "", DEFAULT_ID
        for segment in unicodedata.normalize("NFC", name).split("::"):
            wanted = f"{path}::{segment.strip()}" if path else segment.strip()
            key = wanted.casefold()
            if key not in self._ids:
                self._ids[key] = _deck_id(key)
                if key == _DEFAULT:
                    self.default = wanted
                else:
                    self.names[_deck_id(key)] = wanted
            number = self._ids[key]
            path = self.names.get(number, wanted)
        return number


def _deck_id(key: str) -> int:
    if key == _DEFAULT:
        return DEFAULT_ID
    digest = hashlib.sha256(key.encode()).digest()
    return 1_000_000_000_000 + int.from_bytes(digest[:5], "big")


def deck_json(
    number: int, name: str, changed_s: int, preset: int = 1
) -> dict[str, Any]:
    """Return a deck as genanki writes it, with today's counters at zero."""
    import genanki

    deck: genanki.Deck = genanki.Deck(number, name)
    # genanki's counters are for a day in 2015.
    names = ("lrnToday", "newToday", "revToday", "timeToday")
    today = {name: [0, 0] for name in names}
    return {**deck.to_json(), **today, "mod": changed_s, "conf": preset}
