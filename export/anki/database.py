"""The database of a package: genanki's tables and note types, our own rows.

It is made in memory, with one statement for each table, and is the same byte by
byte for the same rows.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from export.anki.decks import Decks, deck_json
from export.anki.flash_note_types import BASIC_ID, basic_model, cloze_model
from export.anki.rows import Row
from export.anki.schedule import DEFAULT_PRESET, Presets
from srs.models.presets import Preset

_FIXED_S = 1_795_100_000
"""Stands for the moment at which note types and decks were last changed.

Anki takes a changed style or template over when this is later than before.
"""


class Contents:
    """The rows of a package."""

    def __init__(self) -> None:
        self.notes: list[Row] = []
        self.cards: list[Row] = []
        self.decks = Decks()
        self.reviews: list[Row] = []
        self.presets = Presets()
        self.preset_of: Callable[[str], Preset] | None = None
        """Gives a deck its preset, where the schedule goes along."""
        self.notetypes: dict[int, str] = {}
        """JSON of the note types beside our own."""


def database(contents: Contents, created_s: int, settings: dict[str, Any]) -> bytes:
    """Make the database file of a package, of Anki's schema 11.

    Args:
        contents: One note or more.
        created_s: First moment of the collection's first study day, epoch seconds.
        settings: Join genanki's in `col.conf`.

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
    """Part the indexes from the tables: they are made faster at the end."""
    statements = [one.strip() for one in schema.split(";") if one.strip()]
    tables = [one for one in statements if "INDEX" not in one.upper()[:20]]
    indexes = [one for one in statements if "INDEX" in one.upper()[:20]]
    return ";\n".join(tables) + ";", ";\n".join(indexes) + ";"


def _write_collection(
    connection: sqlite3.Connection,
    contents: Contents,
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


def _preset_id(contents: Contents, deck: str) -> int:
    if contents.preset_of is None:
        return DEFAULT_PRESET
    return contents.presets.id_of(contents.preset_of(deck), deck, _FIXED_S)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
