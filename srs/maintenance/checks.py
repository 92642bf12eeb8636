"""What can be wrong in a store that opens, found and mended, one thing each.

A cure runs inside a transaction, mends what it finds and tells it; whoever only
wants to look rolls the transaction back.
"""

import math
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from cards.text.media import media_paths
from srs.maintenance.findings import Finding, counted
from srs.maintenance.relations import decks, orphans, questions, texts
from srs.models.cards import SchedulingState
from srs.models.exam import read_exam
from srs.models.presets import Preset
from srs.scheduler.study_day import END_MS
from srs.store.connection import Store
from srs.store.operations import REQUIRED_KEYS
from srs.store.replay import (
    NEVER_ANSWERED,
    deck_presets,
    is_leech,
    replay_cards,
    update_card_states,
)
from srs.store.settings import Options, away_days, write_options, write_setting

SKEW_MS = 60_000
"""So far ahead of the clock a review may be."""

_SHOWN = 5


Cure = Callable[[Store, int], Iterator[Finding]]
"""Takes the store, in a transaction, and now, UTC milliseconds."""


def settings(store: Store, now_ms: int) -> Iterator[Finding]:
    """Remove what can't be a setting: all else reads them first."""
    bad = 0
    for name, is_sound in _SOUND.items():
        if not is_sound(store.setting(name)):
            write_setting(store.connection, name, "")
            bad += 1
    for deck, text in store.rows("select deck, options from presets"):
        options = _options(text)
        kept = {name: one for name, one in options.items() if _fits({name: one})}
        if kept != options or not kept:
            write_options(store.connection, deck, kept)
            bad += max(1, len(options) - len(kept))
    if bad:
        yield Finding(
            "settings",
            f"{counted(bad, 'setting')} can't be read",
            bad,
            "back to what the parents or flash itself say",
            mended=True,
        )


def _is_hour(text: str) -> bool:
    return not text or (text.isdecimal() and int(text) < 24)


def _is_away(text: str) -> bool:
    try:
        away_days(text)
    except ValueError:
        return False
    return True


def _is_exam(text: str) -> bool:
    try:
        read_exam(text)
    except (msgspec.DecodeError, UnicodeError):
        return False
    return True


_SOUND = {"rollover": _is_hour, "away": _is_away, "exam": _is_exam}
"""Tells of each setting that is no plain word whether it can be read."""


def _options(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _fits(options: dict[str, Any]) -> bool:
    try:
        msgspec.convert(options, Preset)
    except (msgspec.ValidationError, ValueError):
        return False
    return True


def log(store: Store, now_ms: int) -> Iterator[Finding]:
    """Take answers out of the count that can't have been given."""
    count = store.connection.execute(
        f"""
        update reviews set undone = 1
         where undone = 0
           and (rating not between 0 and 4 or state not between 0 and 3
                or state_before not between 0 and 3 or kind not between 0 and 5
                or (rating > 0) <> (kind < 4) or step not between 0 and 99
                or abs(offset_min) > 1440 or abs(interval) > 100000000
                or id not between 1 and {END_MS}
               or difficulty not between 0 and 10 or ease not between 0 and 1000000)
        """
    ).rowcount
    if count:
        told = f"{counted(count, 'answer')} of the log can't be: no such rating or day"
        yield Finding("log", told, count, "marked as undone", mended=True)
    late = store.row(
        "select count(*), max(id) from reviews where undone = 0 and id > :end",
        {"end": now_ms + SKEW_MS},
    )
    if late[0]:
        until = Options(store).calendar.iso(late[1])[:16].replace("T", " ")
        told = f"{counted(late[0], 'answer')} in the future, the last at {until}"
        mend = "is the clock right? they count as they stand until then"
        yield Finding("clock", told, late[0], mend, mended=False)


def steps(store: Store, now_ms: int) -> Iterator[Finding]:
    """Forget steps of which nobody can read how to take them back."""
    run = store.connection.execute
    count = run(
        f"""
        delete from operations
         where not json_valid(before) or json_type(before) <> 'object'
            or at_ms not between 0 and {END_MS}
        """
    ).rowcount
    count += run(
        """
        delete from operations
         where name = 'answer' and before ->> 'card' not in (select id from cards)
        """
    ).rowcount
    for name, keys in REQUIRED_KEYS.items():
        lacking = " or ".join(f"json_type(before, '$.{key}') is null" for key in keys)
        sql = f"delete from operations where name = ? and ({lacking})"
        count += run(sql, (name,)).rowcount
    if count:
        told = f"{counted(count, 'step')} that can't be taken back any more"
        yield Finding("log", told, count, "forgotten", mended=True)


def memory(store: Store, now_ms: int) -> Iterator[Finding]:
    """Compute anew what cards carry of the log, where they carry something else."""
    connection, options = store.connection, Options(store)
    presets = deck_presets(connection, options)
    log = replay_cards(connection, presets, options.rollover)
    wrong: dict[int, SchedulingState] = {}
    marks = 0
    for card, deck, leech, *carried in connection.execute(_CARRIED):
        said = log.get(card, SchedulingState())
        if not _agrees(carried, msgspec.structs.astuple(said)):
            wrong[card] = said
        elif leech != is_leech(said, presets[deck]):
            wrong[card] = said
            marks += 1
    update_card_states(connection, presets, wrong.items())
    unanswered = [(card,) for card in wrong if card not in log]
    connection.executemany(NEVER_ANSWERED, unanswered)
    if len(wrong) > marks:
        count = len(wrong) - marks
        told = f"{counted(count, 'card')} with another memory than the log says"
        yield Finding("memory", told, count, "computed anew", mended=True)
    if marks:
        told = f"{counted(marks, 'card')} wrongly marked, or not, as a leech"
        yield Finding("memory", told, marks, "marked anew", mended=True)


_CARRIED = """
    select id, deck, leech, state, step, stability, difficulty, interval, due_ms,
           due_day, last_ms, last_day, reps, lapses
      from cards
"""


def _agrees(carried: list[Any], said: tuple[Any, ...]) -> bool:
    return all(
        one == other
        # Two machines may differ in the last digit.
        or (
            isinstance(one, float)
            and other is not None
            and math.isclose(one, other, rel_tol=1e-9)
        )
        for one, other in zip(carried, said, strict=True)
    )


def order(store: Store, now_ms: int) -> Iterator[Finding]:
    """Give each card a place in the row of new ones."""
    rows = store.rows("select id from cards where position <= 0 order by id")
    last = max(0, store.row("select coalesce(max(position), 0) from cards")[0])
    store.connection.executemany(
        "update cards set position = ? where id = ?",
        [(last + place, card) for place, (card,) in enumerate(rows, 1)],
    )
    count = len(rows)
    if count:
        told = f"{counted(count, 'card')} without a place in the row of new ones"
        yield Finding("order", told, count, "placed at its end", mended=True)


def media(store: Store, now_ms: int) -> Iterator[Finding]:
    """Look for the pictures and sounds that notes name."""
    rows = store.rows(
        """
        select file, line, fields, extra from notes
         where retired = 0 and file <> ''
           and (instr(fields, '![') or instr(extra, '!['))
        """
    )
    missing: dict[str, None] = {}
    for file, line, fields, extra in rows:
        for text in (*_strings(msgspec.json.decode(fields)), extra):
            for path, _ in media_paths(text):
                if not _is_file(Path(file).parent / path):
                    missing[f"{path} of {file}:{line}"] = None
    if missing:
        more = len(missing) - _SHOWN
        shown = ", ".join(list(missing)[:_SHOWN]) + (
            f" and {more} more" if more > 0 else ""
        )
        told = f"{counted(len(missing), 'media file')} not found: {shown}"
        mend = "put them there, or add the file again from where it is"
        yield Finding("media", told, len(missing), mend, mended=False)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


CURES: tuple[Cure, ...] = (
    settings,
    texts,
    decks,
    orphans,
    questions,
    log,
    steps,
    memory,
    order,
    media,
)
"""In this order: the later ones trust what the earlier ones have mended."""


def damages(connection: sqlite3.Connection) -> tuple[list[str], bool]:
    """Ask SQLite whether the file is whole.

    Returns:
        What it complains about, and whether only indexes are broken.
    """
    try:
        rows = connection.execute("pragma integrity_check(20)").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)], False
    told = [row[0] for row in rows if row[0] != "ok"]
    return told, all(one.startswith(("row ", "wrong # of entries")) for one in told)
