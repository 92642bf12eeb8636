"""The review log as FSRS learns from it: one item for each answer that tells something.

An item is a card's answers up to one of them, with the study days between.  What
is left out is what Anki leaves out: changes by hand, cram answers, all before a
card was last learned anew, cards that were never learned here, and as the last
answer of an item one that came on the same day as the answer before it.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from srs.calendar import DAY_S
from srs.rows import STUDY_DAY
from srs.store import Store

_LEARNED, _OTHER, _CRAM, _RESET = range(4)

# One number for each row, so that they sort by time: its millisecond times 256, plus
# 64 times the study day as counted from the day in UTC less two, and so on.
_ROWS = f"""
    select card, group_concat(
             id * 256
             + ({STUDY_DAY} - id / 86400000 + 2) * 64
             + case when kind = 3 and difficulty = 0 and ease = 0 then 2
                    when kind = 4 and difficulty = 0 and ease = 0
                         and rating = 0 then 3
                    when kind = 0 and rating > 0 then 0
                    else 1 end * 8
             + rating)
      from reviews not indexed
     where void = 0
       and card in (select id from cards
                     where suspended = 0
                       and deck in (select value from json_each(:decks)))
     group by card
"""

_DAY_MS = DAY_S * 1000


class Answer(Struct, frozen=True):
    """An answer as FSRS sees it."""

    review: int
    """Its id in the log, UTC milliseconds."""
    rating: int
    """1 to 4."""
    elapsed: int
    """Study days since the answer before it, 0 for the first."""


class Lesson(Struct, frozen=True):
    """What was learned of one card since it was last new."""

    card: int
    answers: tuple[Answer, ...]


class Material(Struct, frozen=True):
    """What FSRS can learn from, in the order of time."""

    reviews: int
    """Answers that count."""
    lessons: tuple[Lesson, ...]
    places: tuple[tuple[int, int, int], ...]
    """For each item: the id of its last answer, its lesson's index, its length."""


def read_material(store: Store, decks: Sequence[int], rollover: int) -> Material:
    """Read the answers to the cards of some decks.

    Args:
        store: The store.
        decks: Ids; cards in them that are suspended are left out.
        rollover: Hour at which a study day begins.
    """
    values = {"shift": rollover * 3600, "decks": str(list(decks))}
    lessons = [
        Lesson(card, answers)
        for card, text in store.connection.execute(_ROWS, values)
        if (answers := tuple(_answers(sorted(map(int, text.split(","))))))
    ]
    return material(lessons)


def material(lessons: Iterable[Lesson]) -> Material:
    """Put the items of lessons in the order of time, as Anki trains."""
    telling = tuple(
        lesson
        for lesson in lessons
        if any(answer.elapsed > 0 for answer in lesson.answers[1:])
    )
    places = sorted(
        (answer.review, index, length)
        for index, lesson in enumerate(telling)
        for length, answer in enumerate(lesson.answers, 1)
        if length > 1 and answer.elapsed > 0
    )
    reviews = sum(len(lesson.answers) for lesson in telling)
    return Material(reviews, telling, tuple(places))


def _answers(rows: list[int]) -> Iterator[Answer]:
    before = 0
    for row in rows[_beginning(rows) :]:
        if row & 7 and row >> 3 & 7 != _CRAM:
            review = row >> 8
            day = review // _DAY_MS - 2 + (row >> 6 & 3)
            # A clock that was put back makes the same day.
            elapsed = max(0, day - before) if before else 0
            yield Answer(review, row & 7, elapsed)
            before = day


def _beginning(rows: list[int]) -> int:
    """Find where a card was last begun; behind the end where it never was."""
    found = len(rows)
    for index in range(len(rows) - 1, -1, -1):
        what = rows[index] >> 3 & 7
        if what == _LEARNED:
            found = index
        elif what != _CRAM and (found < len(rows) or what == _RESET):
            break
    return found
