"""What can be wrong in a store that opens, found and mended, one thing each.

A cure runs inside a transaction, mends what it finds and tells it; whoever only
wants to look rolls the transaction back.  Nothing of the review log is dropped as
long as there is a card that it may belong to: a lost note gets a stand-in, which
gives way as soon as its file is added again.
"""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cards.cloze import ClozeError
from cards.media import media_paths
from cards.note import Basic, Change, Content, Source
from cards.questions import parts_of
from srs.cache import NEVER_ANSWERED, deck_presets, is_leech, rebuild_all, save_all
from srs.memory import Progress
from srs.options import Options, write_options, write_setting
from srs.presets import Preset
from srs.store import Store

SKEW_MS = 60_000
"""So far ahead of the clock a review may be."""

_LOST = msgspec.json.encode(
    Basic("(the text of this card was lost)", "add its deck file again")
).decode()
_SHOWN = 5


class Finding(Struct, frozen=True):
    """Something that is wrong."""

    what: str
    """index, settings, text, orphans, log, memory, order, decks, clock, media or
    damage."""
    sentence: str
    count: int
    mend: str
    """What was done or would be; where that is nothing, what the person can do."""
    mended: bool
    """Whether `flash doctor --fix` does it."""


Cure = Callable[[Store, int], Iterator[Finding]]
"""Takes the store, in a transaction, and now, UTC milliseconds."""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def settings(store: Store, now_ms: int) -> Iterator[Finding]:
    """Remove what can't be a setting: all else reads them first."""
    bad = 0
    hour = store.setting("rollover")
    if hour and not (hour.isdecimal() and int(hour) < 24):
        write_setting(store.connection, "rollover", "")
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
            f"{_counted(bad, 'setting')} can't be read",
            bad,
            "back to what the parents or flash itself say",
            mended=True,
        )


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


def decks(store: Store, now_ms: int) -> Iterator[Finding]:
    """Name the decks that notes and cards are in; forget those without any."""
    run = store.connection.execute
    lost = run(
        """
        select deck from notes where deck not in (select id from decks)
         union
        select deck from cards where deck not in (select id from decks)
        """
    ).fetchall()
    for (deck,) in lost:
        sql = "insert into decks (id, name) values (?, ?)"
        run(sql, (deck, f"Lost deck {deck}"))
    if lost:
        told = f"{_counted(len(lost), 'deck')} of notes or cards has no name"
        mend = "named 'Lost deck' until the files are added again"
        yield Finding("orphans", told, len(lost), mend, mended=True)
    unused = run(
        """
        delete from decks
         where not exists (select 1 from notes n where n.deck = decks.id)
           and not exists (select 1 from cards c where c.deck = decks.id)
        """
    ).rowcount
    if unused:
        told = f"{_counted(unused, 'deck')} without notes"
        yield Finding("decks", told, unused, "forgotten", mended=True)


def texts(store: Store, now_ms: int) -> Iterator[Finding]:
    """Put a stand-in where a note can't be read."""
    bad = [guid for guid, *texts in _raw_notes(store) if not _is_readable(*texts)]
    store.connection.executemany(
        """
        update notes
           set id = '', text_key = '', kind = 'basic', fields = ?, extra = '',
               language = '', tags = '[]', sources = '[]', changed = '', checked = '',
               recheck = '', file = '', line = 0, retired = 1
         where anki_id = ?
        """,
        [(_LOST, one) for one in bad],
    )
    sql = """
        update cards set retired = 1
         where note = (select guid from notes where anki_id = ?)
    """
    store.connection.executemany(sql, [(one,) for one in bad])
    if bad:
        told = f"{_counted(len(bad), 'note')} can't be read"
        mend = "set aside with their history until their files are added again"
        yield Finding("text", told, len(bad), mend, mended=True)


def _raw_notes(store: Store) -> list[tuple[Any, ...]]:
    """Read the notes without asking that their text is text."""
    connection = store.connection
    usual, connection.text_factory = connection.text_factory, bytes
    try:
        return connection.execute(
            """
            select anki_id, fields, tags, sources, changed, id, text_key, language,
                   extra, checked, recheck, file
              from notes
            """
        ).fetchall()
    finally:
        connection.text_factory = usual


def _is_readable(
    fields: bytes, tags: bytes, sources: bytes, changed: bytes, *others: bytes
) -> bool:
    try:
        parts_of(msgspec.json.decode(fields, type=Content))
        msgspec.json.decode(tags, type=tuple[str, ...])
        msgspec.json.decode(sources, type=tuple[Source, ...])
        if changed:
            msgspec.json.decode(changed, type=Change)
        for text in others:
            text.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, ClozeError):
        return False
    return True


def orphans(store: Store, now_ms: int) -> Iterator[Finding]:
    """Give cards without a note a stand-in, and drop what belongs to no card."""
    run = store.connection.execute
    deck_of = dict(
        run(
            "select note, min(deck) from cards"
            " where note not in (select guid from notes) group by note"
        )
    )
    first = run("select coalesce(max(anki_id), 0) from notes").fetchone()[0] + 1
    store.connection.executemany(
        """
        insert into notes (guid, anki_id, id, text_key, kind, deck, language, fields,
                           extra, tags, sources, changed, checked, recheck, file,
                           line, retired, created, modified)
        values (?, ?, '', '', 'basic', ?, '', ?, '', '[]', '[]', '', '', '', '', 0, 1,
                ?, ?)
        """,
        [
            (guid, max(first, now_ms) + index, deck, _LOST, now_ms, now_ms)
            for index, (guid, deck) in enumerate(deck_of.items())
        ],
    )
    found = [(guid,) for guid in deck_of]
    store.connection.executemany("update cards set retired = 1 where note = ?", found)
    if found:
        told = f"{_counted(len(found), 'note')} of cards is gone"
        mend = "set aside with their history until their files are added again"
        yield Finding("orphans", told, len(found), mend, mended=True)
    for table, rows, condition in _BEREFT:
        count = run(f"delete from {table} where {condition}").rowcount
        if count:
            told = f"{_counted(count, rows)} without what it belongs to"
            yield Finding("orphans", told, count, "dropped", mended=True)


_CARDS, _GONE = "(select id from cards)", "select id from reviews where card not in"
_MIXED = f"""
    card not in {_CARDS} or other not in {_CARDS}
    or review not in (select id from reviews) or review in ({_GONE} {_CARDS})
"""
_KEPT = """
    guid not in (select guid from notes)
    or notetype not in (select id from anki_notetypes)
"""
_BEREFT = (
    ("confusions", "mix-up", _MIXED),
    ("reviews", "answer", f"card not in {_CARDS}"),
    ("anki_notes", "note of Anki", _KEPT),
)


def questions(store: Store, now_ms: int) -> Iterator[Finding]:
    """Give each question of a note in use a card."""
    cards: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
    for note, *card in store.rows(
        "select note, ordinal, id, part, retired from cards order by ordinal"
    ):
        cards[note].append((card[0], card[1], card[2], card[3]))
    made = 0
    sql = "select guid, deck, fields from notes where retired = 0 order by anki_id"
    for guid, deck, fields in store.rows(sql):
        parts = parts_of(msgspec.json.decode(fields, type=Content))
        asked = {part for _, _, part, retired in cards[guid] if not retired}
        missing = [part for part in parts if part not in asked]
        if missing:
            _ask(store.connection, guid, deck, missing, cards[guid], now_ms)
            made += len(missing)
    unnamed = "update cards set retired = 1 where part = '' and retired = 0"
    store.connection.execute(unnamed)
    if made:
        told = f"{_counted(made, 'question')} without a card"
        mend = "named by the order in their note, else new"
        yield Finding("orphans", told, made, mend, mended=True)


def _ask(
    connection: sqlite3.Connection,
    guid: str,
    deck: int,
    missing: list[str],
    cards: list[tuple[int, int, str, int]],
    now_ms: int,
) -> None:
    """Name cards that have lost their question, wake retired ones, make the rest."""
    bare = [card for _, card, part, _ in cards if not part]
    known = {part: card for _, card, part, _ in cards if part}
    if len(bare) == len(missing):
        known |= dict(zip(missing, bare, strict=True))
    ordinal = max((one for one, _, _, _ in cards), default=-1)
    last = connection.execute("select coalesce(max(id), 0) from cards").fetchone()[0]
    for part in missing:
        if part in known:
            connection.execute(
                "update cards set part = ?, retired = 0 where id = ?",
                (part, known[part]),
            )
            continue
        ordinal, last = ordinal + 1, max(now_ms, last + 1)
        connection.execute(
            "insert into cards (id, note, ordinal, part, deck, position)"
            " values (?, ?, ?, ?, ?, 0)",
            (last, guid, 1 if part == "back" else ordinal, part, deck),
        )


def log(store: Store, now_ms: int) -> Iterator[Finding]:
    """Take answers out of the count that can't have been given."""
    count = store.connection.execute(
        """
        update reviews set void = 1
         where void = 0
           and (rating not between 0 and 4 or state not between 0 and 3
                or before not between 0 and 3 or kind not between 0 and 5
                or (rating > 0) <> (kind < 4) or id <= 0 or step not between 0 and 99
                or abs(offset_min) > 1440 or abs(interval) > 100000000
                or difficulty not between 0 and 10 or ease not between 0 and 1000000)
        """
    ).rowcount
    if count:
        told = f"{_counted(count, 'answer')} of the log can't be: no such rating or day"
        yield Finding("log", told, count, "marked as undone", mended=True)
    late = store.row(
        "select count(*), max(id) from reviews where void = 0 and id > :end",
        {"end": now_ms + SKEW_MS},
    )
    if late[0]:
        until = Options(store).calendar.iso(late[1])[:16].replace("T", " ")
        told = f"{_counted(late[0], 'answer')} in the future, the last at {until}"
        mend = "is the clock right? they count as they stand until then"
        yield Finding("clock", told, late[0], mend, mended=False)


def steps(store: Store, now_ms: int) -> Iterator[Finding]:
    """Forget steps of which nobody can read how to take them back."""
    count = store.connection.execute(
        "delete from operations where not json_valid(before)"
    ).rowcount
    if count:
        told = f"{_counted(count, 'step')} that can't be taken back any more"
        yield Finding("log", told, count, "forgotten", mended=True)


def memory(store: Store, now_ms: int) -> Iterator[Finding]:
    """Compute anew what cards carry of the log, where they carry something else."""
    connection, options = store.connection, Options(store)
    presets = deck_presets(connection, options)
    log = dict(rebuild_all(connection, lambda deck: presets[deck], options.rollover))
    wrong: dict[int, Progress] = {}
    marks = 0
    for card, deck, leech, *carried in connection.execute(_CARRIED):
        said = log.get(card, Progress())
        if not _agrees(carried, msgspec.structs.astuple(said)):
            wrong[card] = said
        elif leech != is_leech(said, presets[deck]):
            wrong[card] = said
            marks += 1
    save_all(connection, presets, wrong.items())
    unanswered = [(card,) for card in wrong if card not in log]
    connection.executemany(NEVER_ANSWERED, unanswered)
    if len(wrong) > marks:
        count = len(wrong) - marks
        told = f"{_counted(count, 'card')} with another memory than the log says"
        yield Finding("memory", told, count, "computed anew", mended=True)
    if marks:
        told = f"{_counted(marks, 'card')} wrongly marked, or not, as a leech"
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
        told = f"{_counted(count, 'card')} without a place in the row of new ones"
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
        told = f"{_counted(len(missing), 'media file')} not found: {shown}"
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
    orphans,
    decks,
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
