"""What a collection of schema 11 says about itself: JSON in one row.

Source: rslib/src/storage/upgrades/schema11.sql of
https://github.com/ankitects/anki and the JSON that Anki 2.1 wrote.
"""

import json
import sqlite3
from typing import Any

from export.anki.anki_model import AnkiPreset, NoteType, Template


def read(connection: sqlite3.Connection) -> dict[str, Any]:
    """Read settings, note types, decks and presets.

    Returns:
        Values for `Collection`.

    Raises:
        ValueError: They are malformed.
    """
    row = connection.execute("select conf, models, decks, dconf from col").fetchone()
    try:
        conf, models, decks, presets = (json.loads(text or "{}") for text in row)
        notetypes = [notetype_of(model) for model in models.values()]
        options = {int(key): _preset(value) for key, value in presets.items()}
        plain = {int(d["id"]): d for d in decks.values() if not d.get("dyn")}
        west = conf.get("creationOffset")
        return {
            "minutes_west": int(west) if west is not None else None,
            "rollover": int(conf.get("rollover", 4)),
            "notetypes": {one.id: one for one in notetypes},
            "decks": {key: str(deck["name"]) for key, deck in plain.items()},
            "presets": {
                key: options[int(deck["conf"])]
                for key, deck in plain.items()
                if int(deck.get("conf", 0)) in options
            },
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"settings: {error!r}") from None


def notetype_of(model: dict[str, Any]) -> NoteType:
    """Read a note type from its JSON.

    Raises:
        KeyError: Something is missing.
    """
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


def _preset(options: dict[str, Any]) -> AnkiPreset:
    new, rev, lapse = options["new"], options["rev"], options["lapse"]
    parameters = next(
        (
            tuple(map(float, options[name]))
            for name in ("fsrsParams6", "fsrsParams5", "fsrsWeights")
            if options.get(name)
        ),
        (),
    )
    retention = options.get("desiredRetention")
    return AnkiPreset(
        desired_retention=float(retention) if retention else None,
        parameters=parameters,
        new_per_day=int(new["perDay"]),
        reviews_per_day=int(rev["perDay"]),
        learning_steps=tuple(map(float, new["delays"])),
        relearning_steps=tuple(map(float, lapse["delays"])),
        maximum_interval=int(rev["maxIvl"]),
        leech_threshold=int(lapse["leechFails"]),
        leech_suspend=int(lapse["leechAction"]) == 0,
        bury_siblings=bool(new.get("bury", False)),
        easy_days=tuple(map(float, options.get("easyDaysPercentages") or ())),
    )
