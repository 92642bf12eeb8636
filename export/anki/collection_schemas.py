"""The settings of a collection: note types, decks and presets.

Schema 11 stores them as JSON in one row, schemas 15 to 18 in tables, as protobuf.

Source: rslib/src/storage/upgrades/schema11.sql and proto/anki/notetypes.proto,
decks.proto and deck_config.proto of https://github.com/ankitects/anki.
"""

import json
import sqlite3
from collections import defaultdict
from typing import Any

from msgspec.structs import replace

from export.anki.anki_model import AnkiPreset, NoteType, Template
from export.anki.foreign_json import read_json
from export.anki.other_options import (
    NAME,
    OWN_NAME,
    other_options_json,
    other_options_message,
)
from export.anki.presets import DEFAULT_PRESET, parameter_sets
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

_LONGEST_NAME = 100
"""Of a preset."""


def read_schema11(connection: sqlite3.Connection) -> dict[str, Any]:
    """Read settings, note types, decks and presets of schema 11.

    Returns:
        Values for `Collection`.

    Raises:
        ValueError: A value is missing or malformed.
    """
    row = connection.execute("select conf, models, decks, dconf from col").fetchone()
    try:
        conf, models, decks, presets = (read_json(text or "{}") for text in row)
        notetypes = [notetype_of(model) for model in models.values()]
        options = {
            int(key): _named(_preset_json(value), int(key), value.get("name"))
            for key, value in presets.items()
        }
        plain = {int(d["id"]): d for d in decks.values() if not d.get("dyn")}
        west = conf.get("creationOffset")
        return {
            "minutes_west": int(west) if west is not None else None,
            "rollover": int(conf.get("rollover", 4)),
            "has_rollover": "rollover" in conf,
            "is_v1": int(conf.get("schedVer") or 1) == 1,
            "notetypes": {one.id: one for one in notetypes},
            "decks": {key: str(deck["name"]) for key, deck in plain.items()},
            "filtered": tuple(
                str(deck["name"]) for deck in decks.values() if deck.get("dyn")
            ),
            "described": frozenset(
                key for key, deck in plain.items() if deck.get("desc")
            ),
            "presets": {
                key: _of_deck(
                    options[int(deck["conf"])],
                    _limit(deck.get("newLimit")),
                    _limit(deck.get("reviewLimit")),
                    _share(deck.get("desiredRetention")),
                )
                for key, deck in plain.items()
                if int(deck.get("conf", 0)) in options
            },
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"settings: {error!r}") from None


def _named(preset: AnkiPreset, key: int, name: Any) -> AnkiPreset:
    """Keep the name of a preset, but of those of every collection and of flash."""
    if key == DEFAULT_PRESET or not name or str(name).startswith(OWN_NAME):
        return preset
    return replace(preset, kept={NAME: str(name)[:_LONGEST_NAME], **preset.kept})


def _of_deck(
    preset: AnkiPreset,
    new_per_day: int | None,
    reviews_per_day: int | None,
    desired_retention: float | None,
) -> AnkiPreset:
    """Return a preset with the options that a deck has instead of it."""
    given = {
        "new_per_day": new_per_day,
        "reviews_per_day": reviews_per_day,
        "desired_retention": desired_retention,
    }
    own = {name: value for name, value in given.items() if value is not None}
    return replace(preset, **own) if own else preset


def _limit(count: Any) -> int | None:
    return None if count is None else int(count)


def _share(percent: Any) -> float | None:
    return None if percent is None else float(percent) / 100


def notetype_of(model: dict[str, Any]) -> NoteType:
    """Read a note type from its JSON; raise KeyError if a key is missing."""
    fields = sorted(model["flds"], key=lambda field: int(field["ord"]))
    templates = sorted(model["tmpls"], key=lambda template: int(template["ord"]))
    return NoteType(
        id=int(model["id"]),
        name=str(model["name"]),
        is_cloze=int(model.get("type", 0)) == 1,
        fields=tuple(str(field["name"]) for field in fields),
        templates=tuple(
            Template(
                str(template["name"]),
                str(template["qfmt"]),
                str(template["afmt"]),
            )
            for template in templates
        ),
        model=json.dumps(model, ensure_ascii=False, sort_keys=True),
    )


def _preset_json(options: dict[str, Any]) -> AnkiPreset:
    new, rev, lapse = options["new"], options["rev"], options["lapse"]
    parameters, unknown = parameter_sets(options)
    retention = options.get("desiredRetention")
    return AnkiPreset(
        desired_retention=float(retention) if retention else None,
        parameters=parameters,
        unknown_parameters=unknown,
        new_per_day=int(new["perDay"]),
        reviews_per_day=int(rev["perDay"]),
        learning_steps=tuple(map(float, new["delays"])),
        relearning_steps=tuple(map(float, lapse["delays"])),
        maximum_interval=int(rev["maxIvl"]),
        leech_threshold=int(lapse["leechFails"]),
        leech_suspend=int(lapse["leechAction"]) == 0,
        bury_siblings=bool(new.get("bury", False)),
        easy_days=tuple(map(float, options.get("easyDaysPercentages") or ())),
        kept=other_options_json(options, bury=bool(new.get("bury", False))),
    )


def read_schema18(connection: sqlite3.Connection) -> dict[str, Any]:
    """Read settings, note types, decks and presets of schemas 15 to 18.

    Returns:
        Values for `Collection`.

    Raises:
        MalformedMessage: A message can't be parsed.
        ValueError: A value is malformed.
    """
    config = dict(connection.execute("select KEY, val from config"))
    west = _setting(config, "creationOffset")
    presets = {
        key: _named(_preset_message(_parsed(data)), key, name)
        for key, name, data in connection.execute(
            "select id, name, config from deck_config"
        )
    }
    names: dict[int, str] = {}
    chosen: dict[int, AnkiPreset] = {}
    filtered: list[str] = []
    described: set[int] = set()
    for key, name, kind in connection.execute("select id, name, kind from decks"):
        message, whole = _parsed(kind), str(name).replace("\x1f", "::")
        if 2 in message:
            filtered.append(whole)
            continue
        names[key] = whole
        normal = parse(blob(message, 1))
        if blob(normal, 4):
            described.add(key)
        preset = number(normal, 1)
        if preset in presets:
            chosen[key] = _of_deck(
                presets[preset],
                number(normal, 7) if 7 in normal else None,
                number(normal, 6) if 6 in normal else None,
                real(normal, 10),
            )
    rollover = _setting(config, "rollover")
    return {
        "minutes_west": west,
        "rollover": 4 if rollover is None else rollover,
        "has_rollover": rollover is not None,
        "is_v1": (_setting(config, "schedVer") or 1) == 1,
        "notetypes": _notetypes(connection),
        "decks": names,
        "filtered": tuple(filtered),
        "described": frozenset(described),
        "presets": chosen,
    }


def _parsed(value: Any) -> Message:
    return parse(_bytes(value))


def _bytes(value: Any) -> bytes:
    """Reject anything but a blob: `bytes(5)` would be five zeros."""
    if not isinstance(value, bytes):
        raise MalformedMessage("no blob")
    return value


def _setting(config: dict[str, Any], name: str) -> int | None:
    if name not in config:
        return None
    value = read_json(_bytes(config[name]))
    return int(value) if isinstance(value, int | float) else None


def _notetypes(connection: sqlite3.Connection) -> dict[int, NoteType]:
    """Join fields and templates; rows of deleted note types may be left over."""
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
    sql = "select id, name, mtime_secs, config from notetypes"
    for key, name, changed_s, data in connection.execute(sql):
        model = _model(key, str(name), int(changed_s), _parsed(data))
        model |= {"flds": fields[key], "tmpls": templates[key]}
        found[key] = notetype_of(model)
    return found


def _model(key: int, name: str, changed_s: int, message: Message) -> dict[str, Any]:
    """Return a note type as schema 11 stores it."""
    return {
        "id": key,
        "name": name,
        "type": number(message, 1),
        "sortf": number(message, 2),
        "css": text(message, 3),
        "latexPre": text(message, 5),
        "latexPost": text(message, 6),
        "latexsvg": bool(number(message, 7)),
        "mod": changed_s,
        "usn": -1,
        "did": None,
        "tags": [],
        "vers": [],
        "originalStockKind": number(message, 9),
    }


def _field(name: str, index: int, message: Message) -> dict[str, Any]:
    return {
        "name": name,
        "ord": index,
        "sticky": bool(number(message, 1)),
        "rtl": bool(number(message, 2)),
        "font": text(message, 3) or "Arial",
        "size": number(message, 4, 20),
        "description": text(message, 5),
        "plainText": bool(number(message, 6)),
        "collapsed": bool(number(message, 7)),
        "excludeFromSearch": bool(number(message, 8)),
        "id": _signed(message, 9),
        "tag": number(message, 10) if 10 in message else None,
        "preventDeletion": bool(number(message, 11)),
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
        "bfont": text(message, 6),
        "bsize": number(message, 7),
        "id": _signed(message, 8),
    }


def _signed(message: Message, field: int) -> int | None:
    """Read a signed id, which protobuf writes as an unsigned number."""
    if field not in message:
        return None
    value = number(message, field)
    return value - (1 << 64) if value >= 1 << 63 else value


def _unknown_options(message: Message) -> dict[str, Any]:
    """Read what a preset of schema 11 had that its Anki didn't know."""
    try:
        options = read_json(blob(message, 255) or "{}")
    except ValueError:
        return {}
    return options if isinstance(options, dict) else {}


def _preset_message(message: Message) -> AnkiPreset:
    options = _unknown_options(message) | {
        "fsrsWeights": reals(message, 3),
        "fsrsParams5": reals(message, 5),
        "fsrsParams6": reals(message, 6),
    }
    parameters, unknown = parameter_sets(options)
    return AnkiPreset(
        desired_retention=real(message, 37),
        parameters=parameters,
        unknown_parameters=unknown,
        new_per_day=number(message, 9),
        reviews_per_day=number(message, 10),
        learning_steps=reals(message, 1),
        relearning_steps=reals(message, 2),
        maximum_interval=number(message, 16, 36500),
        leech_threshold=number(message, 22, 8),
        leech_suspend=number(message, 21) == 0,
        bury_siblings=number(message, 27) == 1,
        easy_days=reals(message, 4),
        kept=other_options_message(message, bury=number(message, 27) == 1),
    )
