"""Read a collection of hashcards: Markdown, and a database beside it.

The database knows a card by the BLAKE3 hash of its text.  Its times are local.

Source: `src/schema.sql`, `src/parser.rs` and `src/types/card.rs` of
https://github.com/eudoxia0/hashcards
"""

import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from cards.deckfile.discovery import read_text
from cards.errors import DeckError, FlashError, Place, Problem
from cards.extras import install_command
from cards.files import absolute
from cards.note import Basic, Cloze, Note
from cards.translate import _
from export.anki.cloze_escapes import with_syntax
from export.anki.cloze_marks import CLOSE, NUMBERED, OPEN
from export.database_file import typed_rows
from export.programs.schedule import (
    CardSchedule,
    LoggedAnswer,
    Moved,
    MovedNote,
    in_order,
)
from srs.models.incoming import Loss, LossReason
from srs.scheduler.study_day import Calendar, date_day

HASHCARDS_TABLES = ("cards", "reviews", "sessions")
_GRADES = {"forgot": 1, "hard": 2, "good": 3, "easy": 4}
_LABELS = ("Q:", "A:", "C:")
_PICTURE = re.compile(r"(!\[[^\]]*\]\()(<?)([^)<>\s]+)(?=[)>\s])")
_NOT_IN_PATH = re.compile(r"[%\s()<>\\]")
"""What the path of a picture in Markdown can't have as it is."""
_CARDS = """
    select card_hash, due_date, interval_days, stability, difficulty,
           last_reviewed_at, review_count
      from cards
"""
_REVIEWS = "select card_hash, reviewed_at, grade, interval_days from reviews"


class _Card(Struct, array_like=True):
    """A row of `_CARDS`; one that was never asked has only a name."""

    name: str
    due: str | None
    interval: float | None
    stability: float | None
    difficulty: float | None
    last: str | None
    reps: int


class _Review(Struct, array_like=True):
    """A row of `_REVIEWS`."""

    name: str
    at: str
    grade: str
    interval: float


_Report = Callable[[int, str, str], None]
"""Adds a problem: line, message, hint."""


class _Hash(Struct, frozen=True):
    """The texts and numbers that make the hash of a card."""

    parts: tuple[bytes, ...]

    def hex(self) -> str:
        """Return the name of the card in the database."""
        from blake3 import blake3

        return blake3(b"".join(self.parts)).hexdigest()


def read_hashcards(
    connection: sqlite3.Connection, database: Path, calendar: Calendar
) -> Moved:
    """Read a collection.

    Args:
        connection: The opened database.
        database: Its path; the Markdown lies beside it and in the folders below.
        calendar: Study days in the user's time zone.

    Raises:
        DeckError: A Markdown file can't be read.
        ValueError: A value in the database is impossible.
        FlashError: The package that computes the hashes is missing.
    """
    schedules = _schedules(connection, calendar)
    problems: list[Problem] = []
    notes: list[MovedNote] = []
    seen: set[str] = set()
    for file in sorted(database.parent.rglob("*.md")):
        for note, hashes in _notes(file, database.parent, problems):
            names = _names(hashes)
            if seen.issuperset(names):
                continue  # the same card twice is one card there, too
            seen.update(names)
            known = {i: schedules[name] for i, name in enumerate(names)}
            kept = {i: one for i, one in known.items() if one is not None}
            notes.append(MovedNote(note, kept))
    if problems:
        raise DeckError(problems)
    losses = [
        Loss(LossReason.CARD_TEXT, first_field=name[:12])
        for name in sorted(schedules.keys() - seen)
    ]
    if (database.parent / "macros.tex").exists():
        losses.append(Loss(LossReason.MACROS, detail="macros.tex"))
    return Moved(tuple(notes), tuple(losses), absolute(database.parent))


def _names(hashes: list[_Hash]) -> list[str]:
    try:
        return [one.hex() for one in hashes]
    except ModuleNotFoundError:
        message = _("blake3 is not installed")
        raise FlashError(message, install_command("blake3")) from None


class _Schedules(dict[str, CardSchedule | None]):
    """By hash; None for cards that were never asked or that the database lacks."""

    def __missing__(self, _key: str) -> None:
        return None


def _schedules(connection: sqlite3.Connection, calendar: Calendar) -> _Schedules:
    answers: dict[str, list[LoggedAnswer]] = {}
    for one in typed_rows(connection, _REVIEWS, _Review):
        if one.grade not in _GRADES:
            text = _("unknown grade '{grade}' of card {card}")
            raise ValueError(text.format(grade=one.grade, card=one.name[:12]))
        answer = LoggedAnswer(
            _moment(one.at, calendar), _GRADES[one.grade], max(1, int(one.interval))
        )
        answers.setdefault(one.name, []).append(answer)
    found = _Schedules()
    for card in typed_rows(connection, _CARDS, _Card):
        log = in_order(answers.get(card.name, ()))
        found[card.name] = _schedule(card, log, calendar)
    return found


def _schedule(
    card: _Card, log: tuple[LoggedAnswer, ...], calendar: Calendar
) -> CardSchedule | None:
    """Return the schedule of a card; None if it was never asked."""
    if card.due is None:
        return None
    interval = card.interval if log else card.stability
    if interval is None or card.difficulty is None or card.last is None:
        raise ValueError(_("a value is missing"))
    return CardSchedule(
        due_day=date_day(card.due),
        due_ms=None,
        interval=max(1, round(interval)),
        difficulty=min(10.0, max(1.0, card.difficulty)),
        last_ms=_moment(card.last, calendar),
        reps=max(card.reps, len(log)),
        answers=log,
    )


def _moment(text: str, calendar: Calendar) -> int:
    """Return the UTC milliseconds of a local time."""
    there = datetime.fromisoformat(text).replace(tzinfo=UTC)
    local = round(there.timestamp() * 1000)
    guess = local - calendar.offset_of(local) * 60_000
    return local - calendar.offset_of(guess) * 60_000


def _notes(
    file: Path, root: Path, problems: list[Problem]
) -> Iterator[tuple[Note, list[_Hash]]]:
    """Yield the notes of a file with the hashes of their cards."""

    def report(line: int, message: str, hint: str) -> None:
        problems.append(Problem(Place(str(file), line), message, hint))

    lines = read_text(file).removeprefix("\ufeff").split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    deck, start = _front_matter(lines, report)
    shown = partial(_from_root, file.parent.relative_to(root).as_posix())
    for line, texts in _blocks(lines, start, report):
        if "C:" in texts:
            found = _cloze(texts["C:"])
            if found is None:
                hint = _("put the hidden words in [brackets]")
                report(line, _("no part is hidden"), hint)
                continue
            text, hashes = found
            content: Basic | Cloze = Cloze(shown(text))
        else:
            front, back = texts["Q:"], texts["A:"]
            hashes = [_Hash((b"Basic", front.encode(), back.encode()))]
            content = Basic(shown(front), shown(back))
        place = str(absolute(file))
        yield Note(content, deck or file.stem, file=place, line=line), hashes


def _front_matter(lines: list[str], report: _Report) -> tuple[str, int]:
    """Return the name of the deck, and the number of lines to skip."""
    if lines[0].strip() != "---":
        return "", 0
    ends = (i for i in range(1, len(lines)) if lines[i].strip() == "---")
    end = next(ends, None)
    if end is None:
        report(1, _("front matter without end"), _("write '---' below it"))
        return "", len(lines)
    try:
        name = tomllib.loads("\n".join(lines[1:end])).get("name", "")
    except tomllib.TOMLDecodeError as error:
        text = _("front matter is not valid TOML: {error}").format(error=error)
        report(1, text, _('write name = "Deck"'))
        return "", end + 1
    return str(name).strip(), end + 1


def _blocks(
    lines: list[str], start: int, report: _Report
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and texts, by label, of each card."""
    texts: dict[str, list[str]] = {}
    first = 0
    for number, line in enumerate([*lines[start:], "---"], start + 1):
        label = line[:2] if line[:2] in _LABELS else ""
        if label == "A:" and list(texts) == ["Q:"]:
            texts["A:"] = [line[2:].strip()]
        elif label == "A:":
            hint = _("write 'Q:' and the question above it")
            report(number, _("an answer without question"), hint)
        elif label or line.strip() == "---":
            if list(texts) == ["Q:"]:
                hint = _("write 'A:' and the answer below it")
                report(first, _("a question without answer"), hint)
            elif texts:
                yield first, {key: "\n".join(one).strip() for key, one in texts.items()}
            texts = {label: [line[2:].strip()]} if label else {}
            first = number
        elif texts:
            texts[list(texts)[-1]].append(line)
        elif line.strip():
            hint = _("begin it with 'Q:' or 'C:'")
            report(number, _("text outside of a card"), hint)


def _cloze(text: str) -> tuple[str, list[_Hash]] | None:
    """Return a text with numbered clozes, and the hashes; None without any."""
    whole, spans = _without_brackets(text.encode())
    if not spans:
        return None
    made, end = "", 0
    for number, (start, stop) in enumerate(spans, 1):
        hidden = f"{OPEN}{number}{NUMBERED}{whole[start:stop].decode()}{CLOSE}"
        made += whole[end:start].decode() + hidden
        end = stop
    hashes = [
        _Hash((b"Cloze", whole, _usize(start), _usize(stop - 1)))
        for start, stop in spans
    ]
    return with_syntax(made + whole[end:].decode()), hashes


def _usize(number: int) -> bytes:
    return (number % (1 << 64)).to_bytes(8, "little")


def _without_brackets(text: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    r"""Remove the brackets of clozes, not those of pictures, nor `\[` and `\]`.

    Returns:
        The text, and start and end of each cloze in it, in bytes.
    """
    kept = bytearray()
    spans: list[tuple[int, int]] = []
    start: int | None = None
    in_picture = is_escaped = False
    for i in range(len(text)):
        char, following = text[i : i + 1], text[i + 1 : i + 2]
        if char in (b"[", b"]") and (in_picture or is_escaped):
            kept += char
            in_picture = in_picture and char == b"["
            is_escaped = False
        elif char == b"[":
            start = len(kept)
        elif char == b"]":
            if start is not None:
                spans.append((start, len(kept)))
            start = None
        elif char == b"\\" and following in (b"[", b"]"):
            is_escaped = True
        else:
            in_picture = in_picture or (char == b"!" and following == b"[")
            kept += char
    return bytes(kept), spans


def _from_root(folder: str, text: str) -> str:
    """Write the paths of pictures and sounds as seen from the root."""
    folder = _NOT_IN_PATH.sub(lambda found: quote(found[0]), folder)

    def moved(found: re.Match[str]) -> str:
        path = found[3]
        if "://" not in path:
            path = path[2:] if path.startswith("@/") else f"{folder}/{path}"
        return found[1] + found[2] + path.removeprefix("./")

    return _PICTURE.sub(moved, text)
