"""Read, check and change settings: for all decks, or for a deck and its subdecks."""

import re
import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import fields

from cards.deckfile.discovery import YAML_ENDINGS
from cards.errors import FlashError
from cards.files import absolute
from cards.numbers import whole_number
from cards.text.folding import fold
from cards.text.width import clipped
from cards.translate import _
from flash.messages.review_keys import ACTIONS, format_keys, parse_keys, saved_keys
from flash.service.context import AppContext
from srs.models.presets import MAX_STEP_S, MAX_STEPS, Preset
from srs.scheduler.study_day import UnknownZone, day_date, zone_offset
from srs.store.decks import decks_without_notes
from srs.store.replay import rebuild_cache, rebuild_card_states
from srs.store.settings import Options, save_options, save_setting
from srs.store.sync_state import mixed_cards
from srs.study.vacation import VacationResult, set_vacations

_GLOBAL = (
    "rollover",
    "time_zone",
    "away",
    "catch_up",
    "inbox",
    "auto_sync",
    "keys",
    "opener",
)
"""Settings that no deck has of its own; the others are fields of `Preset`."""
_LITERAL = ("time_zone", "inbox", "keys", "opener")
"""Settings whose values are kept as typed; of others, case and width don't matter."""
_REPLAYED = ("rollover", "leech_threshold")
"""Settings on which the states of cards depend."""
_PARAMETERS = ("parameters", "anki_parameters")
_HIDDEN = (*_PARAMETERS, "anki_preset")
NAMES = (*_GLOBAL, *(one.name for one in fields(Preset) if one.name not in _HIDDEN))
_ALIKE = 0.7
"""Names of other settings are less alike than a name and its misspelling."""
_SHOWN = 60
"""Columns of a value in a message."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def setting_name(text: str) -> str:
    """Return the name of a setting as typed, with `-` or `_`.

    Raises:
        FlashError: There is no such setting.
    """
    name = text.replace("-", "_")
    if name in NAMES:
        return name
    first, sign, _rest = name.partition("=")
    if sign and first in NAMES:
        hint = _("write a space instead of '=': {name} {value}")
        hint = hint.format(name=first, value=text.partition("=")[2] or "VALUE")
        raise FlashError(_("no setting '{name}'").format(name=text), hint)
    near = get_close_matches(name, NAMES, 1, _ALIKE)
    near = near or [one for one in NAMES if len(name) > 2 and name in one]
    if len(near) == 1:
        hint = _("did you mean '{name}'?").format(name=near[0])
    elif near:
        hint = _("did you mean one of {names}?").format(names=", ".join(near))
    else:
        hint = _("the settings are {names}").format(names=", ".join(NAMES))
    raise FlashError(_("no setting '{name}'").format(name=name), hint)


def read_settings(options: Options, name: str, deck: str) -> dict[str, Any]:
    """Return the values of one setting, or of all if `name` is empty."""
    return {one: _value(options, one, deck) for one in ([name] if name else NAMES)}


def settings_of_decks(app: AppContext) -> dict[str, str]:
    """Describe the settings that decks have of their own, by deck."""
    options, without_notes = app.options, decks_without_notes(app.store.connection)
    found: dict[str, str] = {}
    for deck in filter(None, options.decks()):
        own = options.own(deck)
        texts = [
            f"{one} {format_setting(one, _value(options, one, deck))}"
            for one in NAMES
            if one in own
        ]
        if any(one in own for one in _PARAMETERS):
            texts.append(_("FSRS parameters"))
        if not texts:
            continue  # it only has what Anki gets back
        if deck in without_notes:
            texts.append(_("but no cards"))
        found[deck] = ", ".join(texts)
    return found


def change_setting(
    app: AppContext, name: str, value: str, deck: str = ""
) -> VacationResult | None:
    """Set a setting, in one transaction with what depends on it.

    Args:
        app: The open store.
        name: From `setting_name`.
        value: As typed, of any width; empty to reset to the inherited value.
        deck: The deck; empty for all.

    Returns:
        The cards that a new vacation moved; None for other settings.

    Raises:
        FlashError: The value is invalid, or a deck can't have the setting.
    """
    if deck and name in _GLOBAL:
        message = _("{name} applies to all decks").format(name=name)
        raise FlashError(message, _("leave out --deck"))
    if name not in _LITERAL:
        value = fold(value)
    with app.store.transaction():
        if name == "away":
            return _set_vacations(app, "" if value.lower() == "never" else value)
        if name in _GLOBAL:
            checked = _check_global(name, value) if value else ""
            save_setting(app.store, name, checked, app.now())
        else:
            own = app.options.own(deck)
            own.pop(name, None)
            if value:
                own[name] = _parse(name, value)
            save_options(app.store, deck, own, app.now())
        if name in _REPLAYED:
            rebuild_cache(app.store, app.options)
        elif name not in _GLOBAL:
            connection = app.store.connection
            rebuild_card_states(connection, app.options, mixed_cards(connection))
    return None


def format_setting(name: str, value: Any) -> str:
    """Format a value as it can be typed."""
    if name.endswith("_steps"):
        return " ".join(map(_format_delay, value)) or "none"
    if name == "time_zone":
        return value or _("the time zone of this computer")
    if name == "away":
        return value or "never"
    if name == "easy_days":
        pairs = zip(_DAYS, value, strict=True)
        shares = (f"{day}={100 * share:g}%" for day, share in pairs if share < 1)
        return " ".join(shares) or "none"
    if name == "keys":
        return format_keys(value)
    if name == "opener":
        return value or _("the program of this computer")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _value(options: Options, name: str, deck: str) -> Any:
    if name == "away":
        return " ".join(
            f"{day_date(first)}..{day_date(last)}"
            if last > first
            else str(day_date(first))
            for first, last in options.away
        )
    if name == "keys":
        return saved_keys(options.keys).by_action()
    return getattr(options if name in _GLOBAL else options.preset(deck), name)


def _format_delay(seconds: int) -> str:
    unit = next(one for one in "dhms" if seconds % _UNITS[one] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _set_vacations(app: AppContext, value: str) -> VacationResult:
    try:
        return set_vacations(app.store, " ".join(value.split()), app.now())
    except ValueError:
        hint = _("write 2026-12-24..2027-01-02, with spaces between several")
        raise _invalid("away", value, _("dates"), hint) from None


def _check_global(name: str, value: str) -> str:
    """Check a setting for all decks; return the text to save."""
    if name in ("catch_up", "auto_sync"):
        if value.lower() not in ("yes", "no"):
            raise _invalid(name, value, _("yes or no"))
        return value.lower()
    if name == "inbox":
        path = absolute(Path(value).expanduser())
        if path.suffix.lower() not in YAML_ENDINGS or path.is_dir():
            raise _invalid(name, value, _("a file such as ~/notes/inbox.yaml"))
        return str(path)
    if name == "keys":
        chosen = parse_keys(value).by_action().items() - ACTIONS.items()
        return format_keys(dict(sorted(chosen)))
    if name == "opener":
        return _check_program(name, value)
    if name == "rollover":
        hour = whole_number(value, 23)
        if hour is None:
            raise _invalid(name, value, _("an hour from 0 to 23"))
        return str(hour)
    if name == "time_zone":
        return _check_zone(name, value)
    raise NotImplementedError(name)


def _check_zone(name: str, value: str) -> str:
    try:
        zone_offset(value)
    except UnknownZone:
        hint = _("write a name such as Asia/Tokyo or Europe/Berlin")
        raise _invalid(name, value, _("a time zone"), hint) from None
    return value


def _check_program(name: str, value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError:
        words = []
    if not words:
        raise _invalid(name, value, _("a program, with its options"))
    return value


def _parse(name: str, value: str) -> Any:
    """Convert and check an option of a preset."""
    kind = next(one.type for one in fields(Preset) if one.name == name)
    words = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    given: Any = words.get(value.lower(), value)
    if name.endswith("_steps"):
        given = _parse_delays(name, value)
    elif name == "easy_days":
        given = _parse_shares(value)
    elif re.fullmatch(r"\d+(\.\d+)?%", value):
        given = float(value[:-1]) / 100
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError:
        raise _invalid(name, value, _expected(kind)) from None


def _expected(kind: Any) -> str:
    """Say which values an option can have."""
    found = msgspec.inspect.type_info(kind)
    if isinstance(found, msgspec.inspect.Metadata):
        found = found.type
    if isinstance(found, msgspec.inspect.IntType):
        text = _("a whole number from {least} to {most}")
    elif isinstance(found, msgspec.inspect.FloatType):
        text = _("a number from {least} to {most}")
    else:
        return _("yes or no")
    return text.format(least=found.ge, most=found.le)


def _parse_shares(value: str) -> list[float]:
    """Parse shares such as `sat=50% sun=0`; the other days are 1."""
    shares = dict.fromkeys(_DAYS, 1.0)
    for word in value.lower().split() if value != "none" else []:
        day, _sign, share = word.partition("=")
        if day not in _DAYS or not re.fullmatch(r"(\d\d?|100)%?", share):
            expected = _("shares of weekdays")
            raise _invalid("easy_days", word, expected, _("write 'sat=50% sun=0%'"))
        shares[day] = int(share.rstrip("%")) / 100
    return list(shares.values())


def _parse_delays(name: str, value: str) -> list[int]:
    """Parse delays such as `1m 10m`; return seconds."""
    words = [] if value == "none" else value.split()
    if len(words) > MAX_STEPS:
        raise _invalid(name, value, _("at most {n} delays").format(n=MAX_STEPS))
    return [_parse_delay(name, word) for word in words]


def _parse_delay(name: str, word: str) -> int:
    found = re.fullmatch(r"(\d+)([smhd])", word)
    if not found:
        raise _invalid(name, word, _("delays"), _("write 30s, 10m, 1h or 1d"))
    unit = _UNITS[found[2]]
    number = whole_number(found[1], MAX_STEP_S // unit)
    if not number:
        longest = _format_delay(MAX_STEP_S)
        expected = _("delays from 1s to {longest}").format(longest=longest)
        raise _invalid(name, word, expected)
    return number * unit


def _invalid(name: str, value: str, expected: str, hint: str = "") -> FlashError:
    text = _("{name} must be {expected}, not '{value}'")
    shown = clipped(value, _SHOWN)
    return FlashError(text.format(name=name, expected=expected, value=shown), hint)
