"""The review log as FSRS learns from it: one item for each answer that tells something.

An item is a card's answers up to one of them, with the study days between.  What
is left out is what Anki leaves out: changes by hand, cram answers, all before a
card was last learned anew, cards that were never learned here, and as the last
answer of an item one that came on the same day as the answer before it.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

import msgspec
from msgspec import Struct

from srs.store.connection import Store
from srs.store.rows import STUDY_DAY, listed

LEARNED, OTHER, CRAM, RESET = range(4)
"""What a row of the log is to FSRS; it takes the place of the state in an answer."""

_WHAT = f"""
    case when kind = 3 and difficulty = 0 and ease = 0 then {CRAM}
         when kind = 4 and difficulty = 0 and ease = 0 and rating = 0 then {RESET}
         when kind = 0 and rating > 0 then {LEARNED}
         else {OTHER} end
"""
_ROWS = f"""
    select {listed("card", "1")}, {listed("id", "1")},
           {listed(f"{STUDY_DAY} * 64 + {_WHAT} * 8 + rating", "1")}
      from reviews not indexed
     where void = 0
"""
"""All rows in the order of time: their cards, their ids, and they themselves."""

_CARDS = """
    select id from cards
     where suspended = 0 and deck in (select value from json_each(?))
"""

Answer = tuple[int, int]
"""As FSRS sees it: the rating, 1 to 4, and the study days since the answer before it,
0 for the first."""


class TrainingItem(Struct, frozen=True):
    """What was learned of one card since it was last new."""

    card: int
    answers: Sequence[Answer]


class TrainingSet(Struct, frozen=True):
    """What FSRS can learn from, in the order of time."""

    reviews: int
    """Answers that count."""
    lessons: Sequence[TrainingItem]
    places: Sequence[tuple[int, int, int]]
    """For each item: the id of its last answer, its lesson's index, its length."""


def read_training_set(store: Store, decks: Sequence[int], rollover: int) -> TrainingSet:
    """Read the answers to the cards of some decks.

    Args:
        store: The store.
        decks: Ids; cards in them that are suspended are left out.
        rollover: Hour at which a study day begins.
    """
    run = store.connection.execute
    texts = run(_ROWS, {"shift": rollover * 3600}).fetchone()
    cards, ids, rows = (msgspec.json.decode(text, type=list[int]) for text in texts)
    chosen = {row[0] for row in run(_CARDS, (str(list(decks)),))}
    return training_set(cards, ids, rows, chosen)


def training_set(
    cards: Sequence[int],
    ids: Sequence[int],
    rows: Sequence[int],
    chosen: Container[int],
) -> TrainingSet:
    """Make items of a log, in the order of time, as Anki trains.

    Args:
        cards: The card of each row, in the order of time.
        ids: When it was, UTC milliseconds.
        rows: The rows, as `fsrs6.packed` writes them, with what they are in
            place of the state.
        chosen: The cards that count.
    """
    rows_of: dict[int, list[int]] = defaultdict(list)
    for card, row in zip(cards, rows, strict=True):
        rows_of[card].append(row)
    lessons: list[TrainingItem] = []
    items: dict[int, tuple[int, Iterator[int]]] = {}
    for card in sorted(rows_of):
        if card in chosen:
            answers, lengths = _lesson(rows_of[card])
            if any(lengths):
                items[card] = len(lessons), iter(lengths)
                lessons.append(TrainingItem(card, answers))
    places: list[tuple[int, int, int]] = []
    for review, card in zip(ids, cards, strict=True):
        if card in items:
            index, left = items[card]
            length = next(left)
            if length:
                places.append((review, index, length))
    return TrainingSet(sum(len(one.answers) for one in lessons), lessons, places)


def _lesson(rows: Sequence[int]) -> tuple[list[Answer], list[int]]:
    """Give the answers since a card was last begun, and the items that rows end.

    An item is given by its length, 0 for none: its first answer tells nothing, and
    nor does a second one on a study day.
    """
    answers: list[Answer] = []
    lengths: list[int] = []
    begun = is_first = False
    before = 0
    for row in rows:
        what, length = row >> 3 & 7, 0
        if what != CRAM:
            if what == RESET or (what == LEARNED and not is_first):
                answers, lengths = [], [0] * len(lengths)
                before, begun = 0, what == LEARNED
            is_first = what == LEARNED
            if begun and row & 7:
                day = row >> 6
                # A clock that was put back makes the same day.
                elapsed = day - before if before and day > before else 0
                answers.append((row & 7, elapsed))
                length = len(answers) if elapsed else 0
                before = day
        lengths.append(length)
    return answers, lengths
