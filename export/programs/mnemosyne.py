"""Read a database of Mnemosyne 2.

A fact has one card for each view of its card type.  Cards of types that flash doesn't
have (maps, sentences, types of the user) become questions with the texts that
Mnemosyne keeps of them.

Source: `libmnemosyne/databases/SQLite.py`, `SQLite_logging.py`, `card_types/` and
`schedulers/SM2_mnemosyne.py` of https://github.com/mnemosyne-proj/mnemosyne
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from msgspec import Struct

from cards.note import Basic, Cloze, Content, Note
from cards.numbers import whole_number
from cards.translate import _
from export.anki.html_to_markdown import to_markdown
from export.database_file import typed_rows
from export.programs.schedule import (
    CardSchedule,
    LoggedAnswer,
    Moved,
    MovedNote,
    in_order,
)
from srs.models.cards import State
from srs.models.incoming import Loss, LossReason
from srs.scheduler.study_day import DAY_S, Calendar

MNEMOSYNE_TABLES = ("facts", "data_for_fact", "cards", "tags", "tags_for_card", "log")
DECK = "Mnemosyne"
"""Mnemosyne has tags and no decks."""
_CARDS = """
    select _id, cast(id as text), cast(card_type_id as text), _fact_id,
           cast(fact_view_id as text), grade, next_rep, last_rep, easiness,
           acq_reps + ret_reps, lapses, cast(extra_data as text), active,
           {question}, {answer}
      from cards order by _id
"""
_FACTS = """
    select f._id, cast(f.id as text), d.key, cast(d.value as text)
      from facts f join data_for_fact d on d._fact_id = f._id
"""
_TAGS = """
    select c._card_id, t.name from tags_for_card c join tags t on t._id = c._tag_id
     where t.name <> '__UNTAGGED__' order by t.name
"""
_REPETITION = 9
_LOG = f"""
    select cast(object_id as text), timestamp, grade, next_rep, thinking_time
      from log where event_type = {_REPETITION}
"""
_RATINGS = (1, 1, 2, 2, 3, 4)
"""For grades 0 to 5: 0 and 1 are forgotten, 4 leaves the easiness as it is."""
_MEMORIZED = 2
"""The least grade of a card that is remembered."""
_CLOZE = re.compile(r"\[(.+?)\]", re.DOTALL)
_TWIN = re.compile(r"(?<=:):|(?<=\})\}|(?<=\{)\{|\}(?=\])|:(?=:)")
_MATH = (
    ("<$>", "[$]"),
    ("</$>", "[/$]"),
    ("<$$>", "[$$]"),
    ("</$$>", "[/$$]"),
    ("<latex>", "[latex]"),
    ("</latex>", "[/latex]"),
)


class _Card(Struct, array_like=True):
    """A row of `_CARDS`."""

    row: int
    id: str
    type: str
    fact: int
    view: str
    grade: int
    next_rep: int
    last_rep: int
    easiness: float
    reps: int
    lapses: int
    extra: str | None
    active: int | None
    question: str | None
    answer: str | None


class _Value(Struct, array_like=True):
    """A row of `_FACTS`."""

    fact: int
    name: str
    key: str
    value: str | None


class _Tag(Struct, array_like=True):
    """A row of `_TAGS`."""

    card: int
    name: str


class _Answer(Struct, array_like=True):
    """A row of `_LOG`."""

    card: str
    at: int
    grade: int
    next_rep: int | None
    seconds: int | None


def read_mnemosyne(
    connection: sqlite3.Connection, database: Path, calendar: Calendar
) -> Moved:
    """Read the cards and the log.

    Args:
        connection: The opened database.
        database: Its path; pictures and sounds lie in a folder beside it.
        calendar: Study days in the user's time zone.

    Raises:
        ValueError: A value in the database is impossible.
    """
    reader = _Reader(connection, database, calendar)
    notes = tuple(reader.notes())
    return Moved(notes, tuple(reader.losses))


class _Reader:
    def __init__(
        self, connection: sqlite3.Connection, database: Path, calendar: Calendar
    ) -> None:
        self.losses: list[Loss] = []
        self._connection, self._calendar = connection, calendar
        media = database.absolute().parent / f"{database.name}_media"
        self._file = str(media / database.name)
        self._facts: dict[int, dict[str, str]] = {}
        self._names: dict[int, str] = {}
        for one in typed_rows(connection, _FACTS, _Value):
            self._facts.setdefault(one.fact, {})[one.key] = one.value or ""
            self._names[one.fact] = one.name
        self._tags: dict[int, list[str]] = {}
        for tag in typed_rows(connection, _TAGS, _Tag):
            self._tags.setdefault(tag.card, []).append("-".join(tag.name.split()))

    def notes(self) -> Iterator[MovedNote]:
        """Yield the notes in the order of their first cards."""
        answers = self._answers()
        cards_of: dict[int, list[_Card]] = {}
        for card in self._cards():
            cards_of.setdefault(card.fact, []).append(card)
        for fact, cards in cards_of.items():
            data = self._facts.get(fact, {})
            content, extra = _content(cards[0].type.split("::")[0], data)
            if content is not None:
                by_ordinal = {_ordinal(card): card for card in cards}
                yield self._note(
                    self._names.get(fact, ""), content, extra, by_ordinal, answers
                )
                continue
            for card in cards:
                # Without the texts, there is only the name to report.
                if card.question is None or card.answer is None:
                    name = next(iter(data.values()), card.id)
                    self._lose(LossReason.CARD_TYPE, name, card.type)
                else:
                    sides = Basic(_markdown(card.question), _markdown(card.answer))
                    yield self._note(card.id, sides, "", {0: card}, answers)

    def _cards(self) -> Iterable[_Card]:
        info = self._connection.execute("pragma table_info(cards)")
        columns = {row[1] for row in info}
        texts = {
            name: f"cast({name} as text)" if name in columns else "null"
            for name in ("question", "answer")
        }
        return typed_rows(self._connection, _CARDS.format(**texts), _Card)

    def _answers(self) -> dict[str, list[LoggedAnswer]]:
        found: dict[str, list[LoggedAnswer]] = {}
        for one in typed_rows(self._connection, _LOG, _Answer):
            if one.grade not in range(len(_RATINGS)):
                text = _("unknown grade '{grade}' of card {card}")
                raise ValueError(text.format(grade=one.grade, card=one.card))
            interval, at_ms = -60, one.at * 1000
            if one.grade >= _MEMORIZED:
                if one.next_rep is None:
                    raise ValueError(_("a value is missing"))
                days = one.next_rep // DAY_S - self._calendar.day(at_ms)
                interval = max(1, days)
            answer = LoggedAnswer(
                at_ms, _RATINGS[one.grade], interval, (one.seconds or 0) * 1000
            )
            found.setdefault(one.card, []).append(answer)
        return found

    def _note(
        self,
        name: str,
        content: Content,
        extra: str,
        cards: dict[int, _Card],
        answers: dict[str, list[LoggedAnswer]],
    ) -> MovedNote:
        schedules = {
            ordinal: self._schedule(card, in_order(answers.get(card.id, ())))
            for ordinal, card in cards.items()
            if card.grade >= 0
        }
        tags = dict.fromkeys(
            tag for card in cards.values() for tag in self._tags.get(card.row, ())
        )
        note = Note(
            content, DECK, id=name, extra=extra, tags=tuple(tags), file=self._file
        )
        suspended = {ordinal for ordinal, card in cards.items() if not card.active}
        return MovedNote(note, schedules, frozenset(suspended))

    def _schedule(self, card: _Card, answers: tuple[LoggedAnswer, ...]) -> CardSchedule:
        last_ms, due_ms, state = card.last_rep * 1000, None, State.REVIEW
        due_day = card.next_rep // DAY_S
        if card.grade < _MEMORIZED:
            due_ms = last_ms + 60_000
            due_day = self._calendar.day(due_ms)
            state = State.RELEARNING if card.lapses else State.LEARNING
        elif len(answers) < card.reps and answers:
            name = next(iter(self._facts.get(card.fact, {}).values()), card.id)
            self._lose(LossReason.LOG_PART, name)
        return CardSchedule(
            due_day=due_day,
            due_ms=due_ms,
            interval=max(1, due_day - self._calendar.day(last_ms)),
            ease=round(card.easiness * 1000),
            last_ms=last_ms,
            reps=card.reps,
            lapses=card.lapses,
            state=state,
            answers=answers,
        )

    def _lose(self, reason: LossReason, name: str, detail: str = "") -> None:
        shown = " ".join(_markdown(name).split())[:60]
        self.losses.append(Loss(reason, deck=DECK, first_field=shown, detail=detail))


def _content(kind: str, data: dict[str, str]) -> tuple[Content | None, str]:
    """Return the content of a fact and what is shown below; None for other types."""
    text = {key: _markdown(value) for key, value in data.items()}
    if kind in ("1", "2") and {"f", "b"} <= text.keys():
        return Basic(text["f"], text["b"], reverse=kind == "2"), ""
    if kind == "3" and {"f", "m_1"} <= text.keys():
        shown = (text.get("p_1", ""), text.get("n", ""))
        sides = Basic(text["f"], text["m_1"], reverse=True)
        return sides, "\n\n".join(filter(None, shown))
    if kind == "5" and "text" in text:
        return Cloze(_cloze(data["text"])), ""
    return None, ""


def _ordinal(card: _Card) -> int:
    """Return the ordinal of a card: its cloze, or the number of its view."""
    if card.view != "5.1":
        number = card.view.rpartition(".")[2]
        return max(0, (whole_number(number) or 0) - 1)
    found = re.search(r"'index': (\d+)", str(card.extra))
    index = whole_number(found[1]) if found else None
    if index is None:
        text = _("cloze without number in card '{card}'").format(card=card.id)
        raise ValueError(text)
    return index


def _cloze(text: str) -> str:
    """Convert a text with `[hidden:hint]`."""
    numbers = count(1)

    def written(found: re.Match[str]) -> str:
        hidden, _sign, hint = found[1].partition(":")
        shown = f"{hidden}::{hint}" if hint else hidden
        return f"{{{{c{next(numbers)}::{shown}}}}}"

    # Entities are text where Anki would find the marks of a cloze.
    return _markdown(_CLOZE.sub(written, _TWIN.sub(_entity, text)))


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _markdown(text: str) -> str:
    """Convert HTML of Mnemosyne, in which line ends count."""
    for theirs, ours in _MATH:
        text = text.replace(theirs, ours)
    return to_markdown(text.replace("\r\n", "\n").replace("\n", "<br>"))
