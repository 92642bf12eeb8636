"""Presets, to and from Anki; FSRS parameters are converted to FSRS-6."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from export.anki.anki_model import AnkiPreset
from export.anki.other_options import NAME, OWN_NAME, with_other_options
from srs.models.presets import PARAMETER_RANGES, Preset

DEFAULT_PRESET = 1
"""Every collection has this preset."""
_EASE = 2500
_PARAMETERS = re.compile(r"fsrsParams\d{1,3}").fullmatch
_KNOWN_LENGTHS = (17, 19, 21)
_MOST_PARAMETERS = 200
_KEPT_HERE = ("fuzz", "load_balance")
"""Options that a preset of Anki doesn't have."""
_OTHER_DEFAULTS = {"bury_siblings", "leech_suspend"}
"""Options for which Anki has other defaults."""
_DEFAULTS = {
    name: value for name, value in asdict(Preset()).items() if name not in _KEPT_HERE
}

GENANKI_PRESET = AnkiPreset(
    new_per_day=20,
    reviews_per_day=100,
    learning_steps=(1, 10),
    relearning_steps=(10,),
    maximum_interval=36500,
    leech_threshold=8,
    leech_suspend=True,
    bury_siblings=True,
)
"""The options in a package of genanki, which also writes the packages of flash."""


def options_of(preset: AnkiPreset) -> dict[str, Any]:
    """Return the options of a preset; flash's defaults where it has none.

    Values are limited to the ranges of flash.
    """
    wanted: dict[str, Any] = {
        "desired_retention": _within(preset.desired_retention, 0.70, 0.99),
        "new_per_day": _within(preset.new_per_day, 0, 9999),
        "reviews_per_day": _within(preset.reviews_per_day, 0, 9999),
        "learning_steps": _steps(preset.learning_steps),
        "relearning_steps": _steps(preset.relearning_steps),
        "maximum_interval": _within(preset.maximum_interval, 1, 36500),
        "leech_threshold": _within(preset.leech_threshold, 1, 99),
        "leech_suspend": preset.leech_suspend,
        "bury_siblings": preset.bury_siblings,
        "easy_days": _shares(preset.easy_days),
        "parameters": parameters_of(preset.parameters),
        "anki_parameters": preset.unknown_parameters,
        "anki_preset": preset.kept,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return {name: given.get(name, value) for name, value in _DEFAULTS.items()}


def without_defaults(
    options: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return the options of decks; only few if the file may have no presets.

    Anki exports its default preset then, and that says nothing about the options that a
    deck inherits here.
    """
    kept = {
        deck: {name: value for name, value in one.items() if value != _DEFAULTS[name]}
        for deck, one in options.items()
    }
    has_presets = any(own.keys() - _OTHER_DEFAULTS for own in kept.values())
    return {deck: dict(one) for deck, one in options.items()} if has_presets else kept


def _within(value: float | None, lowest: float, highest: float) -> float | None:
    if value is None:
        return None
    kept = max(lowest, min(highest, value))
    return round(kept, 4) if isinstance(kept, float) else kept


def _shares(given: tuple[float, ...]) -> tuple[float, ...] | None:
    """Return the shares of seven weekdays; None if they are invalid."""
    if len(given) != 7 or not all(map(math.isfinite, given)):
        return None
    return tuple(round(max(0.0, min(1.0, share)), 4) for share in given)


def _steps(minutes: tuple[float, ...] | None) -> tuple[int, ...] | None:
    if minutes is None:
        return None
    longest = 86_400 * 30
    return tuple(max(1, min(longest, round(one * 60))) for one in minutes[:10])


def parameters_of(given: tuple[float, ...]) -> tuple[float, ...] | None:
    """Convert FSRS parameters of older versions to the 21 of FSRS-6.

    Args:
        given: 17 (FSRS-4.5), 19 (FSRS-5) or 21 values.

    Returns:
        21 values, limited to their ranges; None if `given` is invalid.

    Source:
        `check_and_fill_parameters` of
        https://github.com/open-spaced-repetition/fsrs-rs
    """
    values = list(given)
    if len(values) == 17:
        values[4] += 2 * values[5]
        values[5] = math.log(max(1e-6, 3 * values[5] + 1)) / 3
        values[6] += 0.5
        values += [0.0, 0.0]
    if len(values) == 19:
        values += [0.0, 0.5]
    if len(values) != 21 or not all(map(math.isfinite, values)):
        return None
    pairs = zip(values, PARAMETER_RANGES, strict=True)
    return tuple(round(max(low, min(high, v)), 4) for v, (low, high) in pairs)


def parameter_sets(
    options: Mapping[str, Any],
) -> tuple[tuple[float, ...], dict[str, tuple[float, ...]]]:
    """Find the FSRS parameters in a preset of Anki.

    Args:
        options: The preset as in schema 11.

    Returns:
        Those of the newest version that flash knows, empty if there are none; and, by
        name, those that have another number of values and would be misread.
    """
    numbered = sorted(filter(_PARAMETERS, options), key=lambda name: int(name[10:]))
    known: tuple[float, ...] = ()
    unknown: dict[str, tuple[float, ...]] = {}
    for name in ("fsrsWeights", *numbered):
        values = tuple(map(float, options.get(name) or ()))
        if len(values) in _KNOWN_LENGTHS:
            known = values
        elif 0 < len(values) <= _MOST_PARAMETERS and all(map(math.isfinite, values)):
            unknown[name] = values
    return known, unknown


class Presets:
    """The presets of a package; decks with equal ones share one.

    A whole collection has the names of Anki, and a preset that every collection has:
    the first one without such a name.  In any other package a preset must not look like
    one that Anki has already.
    """

    def __init__(self, *, is_whole: bool = False) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        """The values of `col.dconf` by id."""
        self.is_whole = is_whole
        self._ids: dict[str, int] = {}

    def id_of(self, preset: Preset, deck: str, changed_s: int) -> int:
        """Return the id of a deck's preset; add it if it is new."""
        options, name = preset_json(preset), str(preset.anki_preset.get(NAME, ""))
        text = json.dumps(
            {**options, "name": name} if name else options, sort_keys=True
        )
        if text not in self._ids:
            digest = hashlib.sha256(text.encode()).digest()
            number = 1_000_000_000_000 + int.from_bytes(digest[:5], "big")
            if not self.is_whole:
                title = f"{OWN_NAME}{name or deck}"
            elif name:
                is_taken = any(one[NAME] == name for one in self.rows.values())
                title = f"{name}: {deck}" if is_taken else name
            elif str(DEFAULT_PRESET) in self.rows:
                title = f"{OWN_NAME}{deck}"
            else:
                number, title = DEFAULT_PRESET, "Default"
            own = {"id": number, NAME: title, "mod": changed_s}
            self.rows[str(number)] = {**options, **own}
            self._ids[text] = number
        return self._ids[text]


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return a preset in schema 11, with what it had in Anki that flash lacks."""
    bury = preset.bury_siblings
    options = {
        "usn": -1,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {
            "bury": bury,
            "delays": [seconds / 60 for seconds in preset.learning_steps],
            "initialFactor": _EASE,
            "ints": [1, 4, 0],
            "order": 1,
            "perDay": preset.new_per_day,
        },
        "rev": {
            "bury": bury,
            "ease4": 1.3,
            "ivlFct": 1.0,
            "maxIvl": preset.maximum_interval,
            "perDay": preset.reviews_per_day,
            "hardFactor": 1.2,
        },
        "lapse": {
            "delays": [seconds / 60 for seconds in preset.relearning_steps],
            "leechAction": 0 if preset.leech_suspend else 1,
            "leechFails": preset.leech_threshold,
            "minInt": 1,
            "mult": 0.0,
        },
        "newMix": 0,
        "newPerDayMinimum": 0,
        "interdayLearningMix": 0,
        "reviewOrder": 0,
        "newSortOrder": 0,
        "newGatherPriority": 0,
        "buryInterdayLearning": bury,
        "fsrsWeights": [],
        "fsrsParams5": [],
        "fsrsParams6": list(preset.parameters),
        **preset.anki_parameters,
        "desiredRetention": preset.desired_retention,
        "sm2Retention": 0.9,
        "easyDaysPercentages": list(preset.easy_days),
        "ignoreRevlogsBeforeDate": "",
        "weightSearch": "",
    }
    return with_other_options(options, preset.anki_preset)
