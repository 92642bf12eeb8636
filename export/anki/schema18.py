"""What a collection of schema 15 to 18 says about itself: tables of protobuf.

Source: proto/anki/notetypes.proto, decks.proto and deck_config.proto of
https://github.com/ankitects/anki.
"""

import json
import sqlite3
from collections import defaultdict
from typing import Any

from export.anki.anki_model import AnkiPreset, NoteType
from export.anki.protobuf import (
    MalformedMessage,
    Message,
    blob,
    number,
    parse,
    real,
    reals,
    text,
)
from export.anki.schema11 import notetype_of


def read(connection: sqlite3.Connection) -> dict[str, Any]:
    """Read settings, note types, decks and presets.

    Returns:
        Values for `Collection`.

    Raises:
        MalformedMessage: They are malformed.
        ValueError: They are malformed.
    """
    config = dict(connection.execute("select KEY, val from config"))
    west = _setting(config, "creationOffset")
    presets = {
        key: _preset(_parsed(data))
        for key, data in connection.execute("select id, config from deck_config")
    }
    names: dict[int, str] = {}
    chosen: dict[int, AnkiPreset] = {}
    for key, name, kind in connection.execute("select id, name, kind from decks"):
        message = _parsed(kind)
        if 2 in message:
            continue
        names[key] = str(name).replace("\x1f", "::")
        preset = number(parse(blob(message, 1)), 1)
        if preset in presets:
            chosen[key] = presets[preset]
    rollover = _setting(config, "rollover")
    return {
        "minutes_west": west,
        "rollover": 4 if rollover is None else rollover,
        "notetypes": _notetypes(connection),
        "decks": names,
        "presets": chosen,
    }


def _parsed(value: Any) -> Message:
    return parse(_bytes(value))


def _bytes(value: Any) -> bytes:
    """Refuse what is no blob: of a number, `bytes` would make as many zeros."""
    if not isinstance(value, bytes):
        raise MalformedMessage("no blob")
    return value


def _setting(config: dict[str, Any], name: str) -> int | None:
    if name not in config:
        return None
    value = json.loads(_bytes(config[name]))
    return int(value) if isinstance(value, int | float) else None


def _notetypes(connection: sqlite3.Connection) -> dict[int, NoteType]:
    """Join fields and templates; packages leave some of deleted types behind."""
    fields: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, name, data in connection.execute(
        "select ntid, name, config from fields order by ntid, ord"
    ):
        fields[key].append(_field(str(name), len(fields[key]), _parsed(data)))
    templates: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, name, data in connection.execute(
        "select ntid, name, config from templates order by ntid, ord"
    ):
        made = _template(str(name), len(templates[key]), _parsed(data))
        templates[key].append(made)
    found: dict[int, NoteType] = {}
    for key, name, data in connection.execute("select id, name, config from notetypes"):
        model = _model(key, str(name), _parsed(data))
        model |= {"flds": fields[key], "tmpls": templates[key]}
        found[key] = notetype_of(model)
    return found


def _model(key: int, name: str, message: Message) -> dict[str, Any]:
    """Write a note type as schema 11 has it."""
    return {
        "id": key,
        "name": name,
        "type": number(message, 1),
        "sortf": number(message, 2),
        "css": text(message, 3),
        "latexPre": text(message, 5),
        "latexPost": text(message, 6),
        "latexsvg": bool(number(message, 7)),
        "mod": 0,
        "usn": -1,
        "did": None,
        "tags": [],
        "vers": [],
    }


def _field(name: str, index: int, message: Message) -> dict[str, Any]:
    return {
        "name": name,
        "ord": index,
        "sticky": bool(number(message, 1)),
        "rtl": bool(number(message, 2)),
        "font": text(message, 3) or "Arial",
        "size": number(message, 4, 20),
        "id": _signed(message, 9),
    }


def _template(name: str, index: int, message: Message) -> dict[str, Any]:
    return {
        "name": name,
        "ord": index,
        "qfmt": text(message, 1),
        "afmt": text(message, 2),
        "bqfmt": text(message, 3),
        "bafmt": text(message, 4),
        "did": None,
        "id": _signed(message, 8),
    }


def _signed(message: Message, field: int) -> int | None:
    """Read an id, which protobuf writes as a number without a sign."""
    if field not in message:
        return None
    value = number(message, field)
    return value - (1 << 64) if value >= 1 << 63 else value


def _preset(message: Message) -> AnkiPreset:
    parameters = reals(message, 6) or reals(message, 5) or reals(message, 3)
    return AnkiPreset(
        desired_retention=real(message, 37),
        parameters=parameters,
        new_per_day=number(message, 9),
        reviews_per_day=number(message, 10),
        learning_steps=reals(message, 1),
        relearning_steps=reals(message, 2),
        maximum_interval=number(message, 16, 36500),
        leech_threshold=number(message, 22, 8),
        leech_suspend=number(message, 21) == 0,
        bury_siblings=number(message, 27) == 1,
        easy_days=reals(message, 4),
    )
