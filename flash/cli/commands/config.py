"""`flash config`: settings, for all decks or for one and its children."""

import re
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, JsonOption
from flash.service.context import AppContext, open_app

_SETTINGS = ("rollover", "time_zone", "away", "catch_up")
_CACHED = ("rollover", "leech_threshold")
"""Settings on which depends what a card carries of its log."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HIDDEN = ("parameters",)


def config(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="What to show or set.")
    ] = "",
    value: Annotated[
        str, typer.Argument(metavar="[VALUE]", help="What to set it to.")
    ] = "",
    deck: Annotated[
        str,
        typer.Option("--deck", metavar="DECK", help="For this deck and its children."),
    ] = "",
    unset: Annotated[
        bool, typer.Option("--unset", help="Go back to what the parents say.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show or change settings; without a name, show all of them.

    A deck inherits from its parents what it doesn't set itself.  Steps are
    written as '1m 10m', `time_zone` as Asia/Tokyo, `rollover` as an hour,
    `easy_days` as 'sat=50% sun=0%', `away` as '2026-12-24..2027-01-02': cards due
    then move as far as their fuzz lets them.  With `catch_up` a backlog comes in
    portions of half as much again as usual, first what fades fastest.
    Exit code 1: no such setting, or a value out of its range.
    """
    from srs.store.settings import Options

    with open_app(db) as store:
        options = store.options
        names = [*_SETTINGS, *_preset_names()]
        if name:
            name = _known(name.replace("-", "_"), names)
        if value and unset:
            raise FlashError(f"'{value}' and --unset", "leave one of them out")
        if name and (value or unset):
            with store.store.transaction():
                _change(store, name, value, deck, unset=unset)
                options = Options(store.store)
                if name in _CACHED:
                    from srs.store.replay import rebuild_cache

                    rebuild_cache(store.store, options)
            if deck and not unset:
                _tell_unknown(store, deck)
        shown = (
            {name: _shown(options, name, deck)}
            if name
            else {one: _shown(options, one, deck) for one in names}
        )
        own = options.own(deck)
    if json:
        from flash.terminal import print_json

        print_json(shown)
        return
    _print(shown, own, deck)


def _tell_unknown(store: AppContext, deck: str) -> None:
    from flash.service.context import check_deck
    from flash.terminal import echo_err

    try:
        check_deck(store, deck)
    except FlashError as error:
        echo_err(f"flash: {error}; it is kept for when there is one")


def _print(shown: dict[str, Any], own: dict[str, Any], deck: str) -> None:
    from flash.terminal import styled

    for name, value in shown.items():
        mark = "  (set for this deck)" if deck and name in own else ""
        typer.echo(f"{name:<18} {_text(name, value)}{styled(mark, '2')}")


def _preset_names() -> list[str]:
    from msgspec.structs import fields

    from srs.models.presets import Preset

    return [one.name for one in fields(Preset) if one.name not in _HIDDEN]


def _known(name: str, names: list[str]) -> str:
    import difflib

    if name in names:
        return name
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
    raise FlashError(f"no setting '{name}'", hint)


def _shown(options: Any, name: str, deck: str) -> Any:
    if name == "away":
        return _dates(options.away)
    if name in _SETTINGS:
        return getattr(options, name)
    return getattr(options.preset(deck), name)


def _dates(spans: tuple[tuple[int, int], ...]) -> str:
    from srs.scheduler.study_day import day_date

    return " ".join(
        f"{day_date(first)}..{day_date(last)}" if last > first else f"{day_date(first)}"
        for first, last in spans
    )


def _text(name: str, value: Any) -> str:
    if name.endswith("_steps"):
        return " ".join(_delay(seconds) for seconds in value) or "none"
    if name == "time_zone":
        return value or "of this machine"
    if name == "away":
        return value or "never"
    if name == "easy_days":
        return _weekdays(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _weekdays(shares: tuple[float, ...]) -> str:
    pairs = zip(_DAYS, shares, strict=True)
    return " ".join(f"{day}={100 * share:g}%" for day, share in pairs if share < 1)


def _delay(seconds: int) -> str:
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def _change(
    store: AppContext, name: str, value: str, deck: str, *, unset: bool
) -> None:
    from srs.store.settings import save_options, save_setting

    if name in _SETTINGS:
        if deck:
            raise FlashError(f"'{name}' holds for all decks", "leave out --deck")
        if name == "away":
            _go_away(store, "" if unset or value.lower() == "never" else value)
            return
        checked = "" if unset else _checked_setting(name, value)
        save_setting(store.store, name, checked, store.now())
        return
    own = store.options.own(deck)
    if unset:
        own.pop(name, None)
    else:
        own[name] = _checked(name, value)
    save_options(store.store, deck, own, store.now())


def _go_away(store: AppContext, value: str) -> None:
    from flash.terminal import echo_err
    from srs.study.vacation import set_vacations

    try:
        done = set_vacations(store.store, " ".join(value.split()), store.now())
    except ValueError:
        hint = "write it as 2026-12-24..2027-01-02, several with blanks between"
        raise FlashError(f"'{value}' as 'away'", hint) from None
    if done.due:
        echo_err(f"moved {done.moved} of the {done.due} cards due in that time")


def _checked_setting(name: str, value: str) -> str:
    from srs.scheduler.study_day import UnknownZone, zone_offset

    if name == "catch_up":
        if value.lower() not in ("yes", "no"):
            raise FlashError(f"'{value}' as 'catch_up'", "yes or no")
        return value.lower()
    if name == "rollover":
        if not value.isdecimal() or not 0 <= int(value) <= 23:
            raise FlashError(f"'{value}' as 'rollover'", "an hour from 0 to 23")
        return str(int(value))
    try:
        zone_offset(value)
    except UnknownZone:
        hint = "a name such as Asia/Tokyo or Europe/Berlin"
        raise FlashError(f"no time zone '{value}'", hint) from None
    return value


def _checked(name: str, value: str) -> Any:
    """Convert and check one option of a preset.

    Raises:
        Trouble: The value has the wrong form or is out of its range.
    """
    import msgspec
    from msgspec.structs import fields

    from srs.models.presets import Preset

    kind = next(one.type for one in fields(Preset) if one.name == name)
    words = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    given: Any = words.get(value.lower(), value)
    if re.fullmatch(r"\d+(\.\d+)?%", value) and name != "easy_days":
        given = float(value[:-1]) / 100
    if name.endswith("_steps"):
        given = [] if value == "none" else [_seconds(word) for word in value.split()]
    if name == "easy_days":
        given = _shares(value)
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        said = re.sub(r", got .*| - at .*", "", str(error).replace("`", ""))
        for theirs, ours in _KINDS.items():
            said = said.replace(theirs, ours)
        raise FlashError(f"'{value}' as '{name}'", said) from None


_KINDS = {
    "Expected ": "wants ",
    "float": "a number",
    "int": "a whole number",
    "bool": "yes or no",
}


def _shares(value: str) -> list[float]:
    """Read shares such as `sat=50% sun=0`; the days not named stay whole."""
    shares = dict.fromkeys(_DAYS, 1.0)
    for word in value.lower().split() if value != "none" else []:
        day, _, share = word.partition("=")
        if day not in _DAYS or not re.fullmatch(r"(\d\d?|100)%?", share):
            raise FlashError(
                f"'{word}' is no weekday's share", "write 'sat=50% sun=0%'"
            )
        shares[day] = int(share.rstrip("%")) / 100
    return list(shares.values())


def _seconds(word: str) -> int:
    found = re.fullmatch(r"(\d+)([smhd])", word)
    if not found:
        raise FlashError(f"'{word}' is no delay", "write 30s, 10m, 1h or 1d")
    return int(found[1]) * _UNITS[found[2]]
