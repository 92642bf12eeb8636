"""Settings and presets: read, change, resolve for a deck."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cards.files import absolute
from cards.numbers import whole_number
from cards.translate import _
from srs.models.exam import before_exam, read_exam
from srs.models.presets import Preset, resolve
from srs.scheduler.next_states import AnswerTime
from srs.scheduler.study_day import Calendar, UnknownZone, date_day, zone_offset
from srs.store.connection import Store, StoreError
from srs.store.operations import record_operation
from srs.store.stamps import stamp_option, stamp_setting

FITTED = "fitted:"
"""Prefix of a setting per deck: the last answer used to fit its parameters."""


class Options:
    """The user's settings.

    They are read again when another program has written, at the next call: attributes
    that are read without one stay as they were.
    """

    def __init__(self, store: Store) -> None:
        """Read all settings and presets of a store."""
        self._store = store
        self._read()

    def _read(self) -> None:
        store = self._store
        self._version = store.version()
        self._own: dict[str, dict[str, Any]] = {
            deck: msgspec.json.decode(options)
            for deck, options in store.rows("select deck, options from presets")
        }
        settings = dict(store.rows("select name, value from settings"))
        self.rollover = int(settings.get("rollover", "4"))
        self.time_zone: str = settings.get("time_zone", "")
        self.away = self._away(settings.get("away", ""))
        """First and last study day of each vacation."""
        self.exam = read_exam(settings.get("exam", ""))
        self.auto_sync = settings.get("auto_sync", "") == "yes"
        self.catch_up = settings.get("catch_up", "") != "no"
        """Whether a backlog is spread over days, see `srs.study.backlog`."""
        self.inbox = settings.get("inbox") or str(
            absolute(store.path).with_name("inbox.yaml")
        )
        """The deck file of new cards for which no deck is named; absolute."""
        self.keys: str = settings.get("keys", "")
        """Keys chosen for a review, such as `undo=z`."""
        self.opener: str = settings.get("opener", "")
        """The program for pictures and sounds; empty for that of the system."""
        self._presets: dict[str, Preset] = {}
        try:
            offset = zone_offset(self.time_zone)
        except UnknownZone:
            # This machine doesn't know the zone: use its own.
            offset = zone_offset("")
        self.calendar = Calendar(offset, self.rollover)

    def _away(self, text: str) -> tuple[tuple[int, int], ...]:
        try:
            return away_days(text)
        except ValueError as error:
            message = _("the setting 'away' can't be read: {error}").format(error=error)
            hint = _("flash doctor --fix removes it")
            raise StoreError(self._store.path, message, hint) from None

    def _follow(self) -> None:
        """Notice an optimize or config that ran during a review."""
        if self._store.version() != self._version:
            self._read()

    def preset(self, deck: str) -> Preset:
        """Return the preset of a deck, with inherited options."""
        self._follow()
        if deck not in self._presets:
            self._presets[deck] = resolve(deck, self._own)
        return self._presets[deck]

    def preset_on(self, deck: str, day: int) -> Preset:
        """Return the preset of a deck on a study day; an exam may change it."""
        return before_exam(self.preset(deck), self.exam, deck, day)

    def own(self, deck: str) -> dict[str, Any]:
        """Return the options of a deck itself, without inherited ones."""
        self._follow()
        return dict(self._own.get(deck, {}))

    def decks(self) -> list[str]:
        """Return the decks that have options of their own."""
        self._follow()
        return sorted(self._own)

    def moment(self, at_ms: int) -> AnswerTime:
        """Return a moment with its offset and rollover."""
        self._follow()
        return AnswerTime(at_ms, self.calendar.offset_of(at_ms), self.rollover)


def away_days(text: str) -> tuple[tuple[int, int], ...]:
    """Parse vacations, such as `2026-12-24..2027-01-02 2027-05-01`.

    Returns:
        First and last study day of each, in the order of time.

    Raises:
        ValueError: A date is none, or a last day comes before its first.
    """
    found = []
    for span in text.split():
        first, _sign, last = span.partition("..")
        ends = date_day(first), date_day(last or first)
        if ends[1] < ends[0]:
            raise ValueError(f"{last} is before {first}")
        found.append(ends)
    return tuple(sorted(found))


def save_options(
    store: Store, deck: str, options: dict[str, Any], now_ms: int | None = None
) -> None:
    """Replace the options of a deck; an empty mapping removes them.

    Args:
        store: The store.
        deck: Its name; empty for what holds everywhere.
        options: As `srs.models.presets.Preset` has them.
        now_ms: UTC milliseconds of the step, which can be undone then.

    Raises:
        StoreError: The store can't be written.
    """
    with store.transaction() as connection:
        own = Options(store).own(deck)
        write_options(connection, deck, options)
        names = [one for one in own | options if own.get(one) != options.get(one)]
        if now_ms is not None and names:
            before = {"deck": deck, "names": names, "options": own}
            record_operation(connection, now_ms, "config", before)


def write_options(
    connection: sqlite3.Connection, deck: str, options: Mapping[str, Any]
) -> None:
    """Do what `save_options` does, inside a transaction."""
    own = own_options(connection, deck)
    if options and own == options:
        return
    for name in own.keys() | options.keys():
        if own.get(name) != options.get(name):
            stamp_option(connection, deck, name)
    if options:
        connection.execute(
            "insert or replace into presets (deck, options) values (?, ?)",
            (deck, msgspec.json.encode(options).decode()),
        )
    else:
        connection.execute("delete from presets where deck = ?", (deck,))


def take_anki_presets(
    connection: sqlite3.Connection, options: Mapping[str, Mapping[str, Any]]
) -> None:
    """Replace what decks keep of their presets in Anki, for Anki only.

    Args:
        connection: In a transaction.
        options: All options of each deck in Anki.
    """
    rows = connection.execute("select deck from presets").fetchall()
    stored = {deck: own_options(connection, deck) for (deck,) in rows}
    for deck in sorted(options, key=len):
        ours = resolve(deck, stored).anki_preset
        # A preset that flash made has no name.
        named = {key: ours[key] for key in ("name",) if key in ours}
        theirs = {**named, **options[deck]["anki_preset"]}
        if theirs != ours:
            stored[deck] = {**stored.get(deck, {}), "anki_preset": theirs}
            write_options(connection, deck, stored[deck])


def own_options(connection: sqlite3.Connection, deck: str) -> dict[str, Any]:
    """Return the options of a deck itself; none if they can't be read."""
    sql = "select options from presets where deck = ?"
    row = connection.execute(sql, (deck,)).fetchone()
    if row is None:
        return {}
    try:
        return msgspec.json.decode(row[0], type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def save_setting(
    store: Store, name: str, value: str, now_ms: int | None = None
) -> None:
    """Set or, with an empty value, remove a setting; see `save_options`.

    Args:
        store: The store.
        name: The setting.
        value: Its text, already checked.
        now_ms: UTC milliseconds of the operation to undo; None records none.

    Raises:
        StoreError: The store can't be written.
    """
    with store.transaction() as connection:
        was = store.setting(name)
        write_setting(connection, name, value)
        if now_ms is not None and was != value:
            before = {"deck": "", "names": [name], "setting": was}
            record_operation(connection, now_ms, "config", before)


def write_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Do what `save_setting` does, inside a transaction."""
    stamp_setting(connection, name)
    if value:
        connection.execute(
            "insert or replace into settings (name, value) values (?, ?)",
            (name, value),
        )
    else:
        connection.execute("delete from settings where name = ?", (name,))


def restore_options(
    connection: sqlite3.Connection, deck: str, was: Mapping[str, Any]
) -> int:
    """Put options of a deck back, except those that another device has set since.

    Returns:
        How many were left as the other device set them.
    """
    sql = "select name from option_stamps where deck = ? and device <> ''"
    theirs = {row[0] for row in connection.execute(sql, (deck,))}
    own = own_options(connection, deck)
    kept = {name: value for name, value in own.items() if name in theirs}
    back = {name: value for name, value in was.items() if name not in theirs}
    write_options(connection, deck, kept | back)
    return sum(own.get(name) != was.get(name) for name in theirs)


def restore_setting(connection: sqlite3.Connection, name: str, was: str) -> bool:
    """Put a setting back; return False if another device has set it since."""
    sql = "select 1 from setting_stamps where name = ? and device <> ''"
    if connection.execute(sql, (name,)).fetchone() is not None:
        return False
    write_setting(connection, name, was)
    return True


def remove_invalid_settings(store: Store) -> int:
    """Remove settings and options that can't be read; return how many."""
    count = 0
    for name, read in _READERS.items():
        if not _is_readable(read, store.setting(name)):
            write_setting(store.connection, name, "")
            count += 1
    for deck, text in store.rows("select deck, options from presets"):
        options = _options(text)
        valid = {
            name: value
            for name, value in options.items()
            if _is_readable(_as_preset, {name: value})
        }
        if valid != options or not valid:
            write_options(store.connection, deck, valid)
            count += max(1, len(options) - len(valid))
    return count


def _rollover(text: str) -> None:
    if text and whole_number(text, 23) is None:
        raise ValueError(text)


_READERS: dict[str, Callable[[str], Any]] = {
    "rollover": _rollover,
    "away": away_days,
    "exam": read_exam,
}


def check_setting(name: str, value: str) -> bool:
    """Return True if a setting can be read."""
    return name not in _READERS or not value or _is_readable(_READERS[name], value)


def check_option(name: str, value: Any) -> bool:
    """Return True if an option can be read; None means that it was removed."""
    return value is None or _is_readable(_as_preset, {name: value})


def _as_preset(options: dict[str, Any]) -> Preset:
    return msgspec.convert(options, Preset)


def _is_readable(read: Callable[[Any], Any], value: Any) -> bool:
    try:
        read(value)
    except (msgspec.MsgspecError, ValueError):
        return False
    return True


def _options(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
