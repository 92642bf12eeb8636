"""Read flashcards of org-fc: headings with the tag `fc` and two drawers.

`REVIEW_DATA` has a row for each card of the heading: when it is due, with SM-2 ease,
box and interval, with FSRS state, stability and difficulty.  Answers are in a table
of their own, `org-fc-reviews.tsv`.

Source: `awk/index.awk`, `org-fc-review-data.el`, `org-fc-algo-*.el` and `docs/` of
https://github.com/l3kn/org-fc
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from cards.deckfile.discovery import read_text
from cards.errors import DeckError, Place, Problem
from cards.files import absolute
from cards.note import Basic, Cloze, Content, Note
from cards.numbers import whole_number
from cards.text.verbatim import replaced, verbatim_spans
from cards.translate import _
from export.anki.cloze_escapes import with_syntax
from export.anki.cloze_marks import CLOSE, HINT, NUMBERED, OPEN
from export.programs.org_markup import org_inline, org_to_markdown
from export.programs.org_outline import Heading, read_outline
from export.programs.schedule import (
    CardSchedule,
    LoggedAnswer,
    Moved,
    MovedNote,
    in_order,
    whole_interval,
)
from srs.models.cards import State
from srs.models.incoming import Loss, LossReason
from srs.scheduler.study_day import DAY_MS, Calendar

LOG = "org-fc-reviews.tsv"
"""The table of answers; org-fc keeps it in the folder of Emacs."""
_RATINGS = {"again": 1, "hard": 2, "good": 3, "easy": 4}
_HOLE = re.compile(
    r"\{\{((?:\$[^$]+\$|[^}])*)\}(?:\{((?:\$[^$]+\$|[^}])*)\})?(?:@(\d+))?\}"
)
_POSITIONS = {"front": 0, "back": 1}
_SUSPENDED = frozenset(range(500))
"""The tag suspends all cards of a heading."""


class _Row(Struct, frozen=True, order=True):
    """An answer in the log."""

    at_ms: int
    rating: int
    before: float | None
    """The interval before it in days; None if it isn't logged."""
    duration_ms: int


_Log = dict[tuple[str, str], list[_Row]]
"""By the id of the heading and the position."""


def read_org_fc(files: Sequence[Path], log: Path, calendar: Calendar) -> Moved:
    """Read the cards of Org files.

    Args:
        files: The files.
        log: The table of answers, which may be missing.
        calendar: Study days in the user's time zone.

    Raises:
        DeckError: A drawer or the log can't be read; carries all problems.
    """
    problems: list[Problem] = []
    logged = _read_log(log, problems) if log.exists() else {}
    reader = _Reader(calendar, logged, problems)
    notes = [note for file in files for note in reader.notes(file)]
    if not notes and not problems and not reader.losses:
        hint = _("org-fc marks its headings with the tag :fc:")
        problems.append(Problem(Place(str(files[0])), _("no cards of org-fc"), hint))
    if problems:
        raise DeckError(problems)
    lost = sum(len(rows) for key, rows in logged.items() if key[0] not in reader.seen)
    losses = [*reader.losses, *([Loss(LossReason.REVIEW, lost)] if lost else [])]
    if not log.exists():
        losses.append(Loss(LossReason.NO_LOG, detail=str(log)))
    return Moved(tuple(notes), tuple(losses))


def _read_log(path: Path, problems: list[Problem]) -> _Log:
    found: _Log = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        cells = line.split("\t")
        try:
            at, _file, name, position, _ease, _box, before, rating = cells[:8]
            seconds = float(cells[8]) if len(cells) > 8 and cells[8] else 0.0
            answer = _Row(
                _moment(at),
                _RATINGS[rating],
                float(before) if before else None,
                round(seconds * 1000),
            )
        except (ValueError, KeyError, OverflowError):
            message = _("not a review of org-fc: '{line}'").format(line=line[:60])
            hint = _("correct or remove the line")
            problems.append(Problem(Place(str(path), number), message, hint))
        else:
            found.setdefault((name, position), []).append(answer)
    return found


class _Reader:
    def __init__(
        self, calendar: Calendar, logged: _Log, problems: list[Problem]
    ) -> None:
        self.losses: list[Loss] = []
        self.seen: set[str] = set()
        """Ids of headings."""
        self._calendar, self._logged, self._problems = calendar, logged, problems

    def notes(self, file: Path) -> Iterator[MovedNote]:
        """Yield the notes of a file."""
        outline = read_outline(read_text(file), str(file), self._problems)
        deck = " ".join(outline.title.split()) or file.stem
        for heading in outline.headings:
            if "fc" not in heading.tags:
                continue
            kind = heading.properties.get("FC_TYPE", "")
            made = _content(kind, heading)
            if made is None:
                shown = _HOLE.sub(r"\1", heading.title)[:60]
                shown = f"{file.name}:{heading.line}: {shown}"
                loss = Loss(
                    LossReason.CARD_TYPE, deck=deck, first_field=shown, detail=kind
                )
                self.losses.append(loss)
                continue
            content, extra = made
            name = heading.properties.get("ID", "")
            self.seen.add(name)
            tags = [tag for tag in heading.all_tags if tag not in ("fc", "suspended")]
            note = Note(
                content,
                deck,
                id=name,
                extra=extra,
                tags=tuple(tags),
                file=str(absolute(file)),
                line=heading.line,
            )
            is_suspended = "suspended" in heading.all_tags
            yield MovedNote(
                note,
                dict(self._schedules(heading, name, str(file))),
                _SUSPENDED if is_suspended else frozenset(),
            )

    def _schedules(
        self, heading: Heading, name: str, file: str
    ) -> Iterator[tuple[int, CardSchedule]]:
        for line, row in heading.review_data:
            try:
                position = row["position"]
                ordinal = _POSITIONS.get(position)
                ordinal = int(position) if ordinal is None else ordinal
                found = self._schedule(row, self._logged.get((name, position), ()))
            except (ValueError, KeyError, OverflowError):
                message = _("not a row of org-fc's review data")
                hint = _(
                    "it has a position, a due time and numbers; correct or remove it"
                )
                self._problems.append(Problem(Place(file, line), message, hint))
                continue
            if found is not None:
                yield ordinal, found

    def _schedule(
        self, row: dict[str, str], logged: Iterable[_Row]
    ) -> CardSchedule | None:
        """Return a schedule; None for a new card."""
        due_ms = _moment(row["due"])
        answers = in_order(_answers(sorted(logged), due_ms))
        last_ms = answers[-1].at_ms if answers else 0
        days, ease, difficulty, state = 0.0, 0.0, 0.0, State.REVIEW
        if row.get("stability", "nil") != "nil":
            days, difficulty = float(row["stability"]), float(row["difficulty"])
            last_ms, state = _moment(row["last-review"]), State(int(row["state"]))
        elif "interval" in row:
            days, ease = float(row["interval"]), float(row["ease"])
            last_ms = last_ms or due_ms - round(days * DAY_MS)
            state = State.REVIEW if days >= 1 else State.LEARNING
        if not days and not answers:
            return None
        in_steps = state in (State.LEARNING, State.RELEARNING)
        return CardSchedule(
            due_day=self._calendar.day(due_ms),
            due_ms=due_ms if in_steps else None,
            interval=max(1, round(days)),
            ease=round(ease * 1000),
            difficulty=min(10.0, max(1.0, difficulty)) if difficulty else 0.0,
            last_ms=last_ms,
            reps=len(answers),
            state=state,
            answers=answers,
        )


def _answers(log: Sequence[_Row], due_ms: int) -> Iterator[LoggedAnswer]:
    """Yield the answers, each with its interval: up to the next one if not logged."""
    for i, one in enumerate(log):
        following = log[i + 1] if i + 1 < len(log) else None
        seconds = ((following.at_ms if following else due_ms) - one.at_ms) / 1000
        if following and following.before is not None:
            seconds = following.before * 86_400
        interval = whole_interval(max(0, seconds))
        yield LoggedAnswer(one.at_ms, one.rating, interval, one.duration_ms)


def _moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _content(kind: str, heading: Heading) -> tuple[Content, str] | None:
    """Return the content of a card and what is shown below; None for other types."""
    title, below = org_inline(heading.title), heading.body
    if kind == "cloze":
        return Cloze(_cloze(heading.title, below)), ""
    if kind not in ("normal", "double", "vocab", "text-input"):
        return None
    if heading.back is not None:
        text = org_to_markdown(below)
        title, below = "\n\n".join(filter(None, (title, text))), heading.back
    answer = org_to_markdown(below)
    if kind == "text-input":
        first, _end, rest = answer.partition("\n")
        return Basic(title, first, typed=True), rest.strip("\n")
    return Basic(title, answer, reverse=kind != "normal"), ""


def _cloze(title: str, body: Sequence[str]) -> str:
    """Convert a text with holes; what is in them is converted by itself."""
    holes: list[re.Match[str]] = []

    def keep(found: re.Match[str]) -> str:
        holes.append(found)
        return f"\ue000{len(holes) - 1}\ue001"

    # Characters of no meaning stand for the holes while the rest is converted.
    first = org_inline(_HOLE.sub(keep, title))
    lines = _HOLE.sub(keep, "\n".join(body)).split("\n")
    text = "\n\n".join(filter(None, (first, org_to_markdown(lines))))
    spans = verbatim_spans(text, comments=False)
    text = replaced(text, spans, lambda _, inside: _filled(inside, holes, str))
    return with_syntax(_filled(text, holes, org_inline))


def _filled(
    text: str, holes: Sequence[re.Match[str]], convert: Callable[[str], str]
) -> str:
    """Put the holes back, with marks for what is hidden."""

    def hole(found: re.Match[str]) -> str:
        hidden, hint, number = holes[int(found[1])].groups("")
        if not number:
            return convert(hidden)
        hint = HINT + convert(hint) if hint else ""
        ordinal = whole_number(number)
        # One that is too large is refused as a number of a cloze.
        shown = number if ordinal is None else ordinal + 1
        return f"{OPEN}{shown}{NUMBERED}{convert(hidden)}{hint}{CLOSE}"

    return re.sub("\ue000(\\d+)\ue001", hole, text)
