"""Options of Anki's presets that flash doesn't have: kept for the way back to Anki.

Those of SM-2 are not kept.

Source: proto/anki/deck_config.proto and rslib/src/deckconfig/schema11.rs of
https://github.com/ankitects/anki.
"""

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from export.anki.protobuf import Message, number, real, text

_Value = bool | int | float | str
Kept = dict[str, _Value]
"""The options that differ from Anki's defaults, by name; and the name of the preset."""
NAME = "name"
OWN_NAME = "flash: "
"""How the names of presets begin that flash makes."""
_LONGEST_TEXT = 1000
_LARGEST = 1 << 31


class _Option(Struct, frozen=True):
    """An option that flash doesn't have."""

    name: str
    """As in schema 11, with the group before it: `rev.bury`."""
    field: int
    """Its field in the message of schemas 15 to 18."""
    default: _Value | None
    """None stands for the value of `new.bury`."""
    is_reversed: bool = False
    """The message has 1 for 0, and 0 for 1."""


_OPTIONS = (
    _Option("autoplay", 23, True, is_reversed=True),
    _Option("replayq", 26, True, is_reversed=True),
    _Option("maxTaken", 24, 60),
    _Option("timer", 25, 0),
    _Option("stopTimerOnAnswer", 38, False),
    _Option("new.order", 20, 1, is_reversed=True),
    _Option("newGatherPriority", 34, 0),
    _Option("newSortOrder", 32, 0),
    _Option("newMix", 30, 0),
    _Option("reviewOrder", 33, 0),
    _Option("interdayLearningMix", 31, 0),
    _Option("newPerDayMinimum", 35, 0),
    _Option("rev.bury", 28, None),
    _Option("buryInterdayLearning", 29, None),
    _Option("secondsToShowQuestion", 41, 0.0),
    _Option("secondsToShowAnswer", 42, 0.0),
    _Option("questionAction", 36, 0),
    _Option("answerAction", 43, 0),
    _Option("waitForAudio", 44, True),
    _Option("weightSearch", 45, ""),
    _Option("ignoreRevlogsBeforeDate", 46, ""),
)


def other_options_json(options: Mapping[str, Any], *, bury: bool) -> Kept:
    """Read the options of a preset in schema 11.

    Args:
        options: The preset.
        bury: Its `new.bury`.
    """
    found: Kept = {}
    for one in _OPTIONS:
        group, _, name = one.name.rpartition(".")
        default = bury if one.default is None else one.default
        value = _valid((options[group] if group else options).get(name), default)
        if value != default:
            found[one.name] = value
    return found


def _valid(value: Any, default: _Value) -> _Value:
    if isinstance(default, str):
        is_short = isinstance(value, str) and len(value) <= _LONGEST_TEXT
        return value if is_short else default
    if not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return type(default)(value) if abs(value) < _LARGEST else default


def other_options_message(message: Message, *, bury: bool) -> Kept:
    """Read the same from the message of schemas 15 to 18."""
    found: dict[str, Any] = {}
    for one in _OPTIONS:
        if isinstance(one.default, str):
            value: Any = text(message, one.field)
        elif isinstance(one.default, float):
            value = real(message, one.field) or 0.0
        else:
            value = number(message, one.field)
            value = 1 - value if one.is_reversed else value
        group, _, name = one.name.rpartition(".")
        (found.setdefault(group, {}) if group else found)[name] = value
    return other_options_json(found, bury=bury)


def with_other_options(options: dict[str, Any], kept: Kept) -> dict[str, Any]:
    """Set the kept options of a preset in schema 11; return it."""
    for one in _OPTIONS:
        if one.name in kept:
            group, _, name = one.name.rpartition(".")
            (options[group] if group else options)[name] = kept[one.name]
    return options
