"""The training set of FSRS: which answers of the log it can learn from.

A training item is an answer with those before it and the study days between them.
As in Anki these are left out: changes by hand, cram reviews, answers before a card
was last learned anew, cards that were not learned here, and items that end with a
second answer on the same study day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from srs.models.cards import ReviewKind
from srs.scheduler.study_day import study_day
from srs.store.connection import Store
from srs.store.decks import card_ids
from srs.store.replay import read_logs

Answer = tuple[int, int]
"""As FSRS sees it: the rating, 1 to 4, and the study days since the answer before it,
0 for the first."""


class CardHistory(Struct, frozen=True):
    """The answers to a card since it was last new."""

    card: int
    answers: Sequence[Answer]


class TrainingItem(NamedTuple):
    """An answer to be predicted from those before it."""

    review: int
    """Id of the answer."""
    history: int
    """Index of the history."""
    length: int
    """Number of answers, this one included."""


class TrainingSet(Struct, frozen=True):
    """What FSRS can learn from."""

    reviews: int
    """Number of answers in the histories."""
    histories: Sequence[CardHistory]
    items: Sequence[TrainingItem]
    """In the order of time."""


def read_training_set(store: Store, decks: Sequence[int], rollover: int) -> TrainingSet:
    """Read the training set of decks.

    Args:
        store: The store.
        decks: Ids; suspended cards in them are left out.
        rollover: Hour at which a study day begins.
    """
    cards = card_ids(store, decks, suspended=False)
    return training_set(read_logs(store.connection, cards), rollover)


def training_set(rows: Iterable[Sequence[Any]], rollover: int) -> TrainingSet:
    """Build a training set from rows of `srs.store.replay.read_logs`."""
    logs: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        logs[row[-1]].append(row)
    histories: list[CardHistory] = []
    items: list[TrainingItem] = []
    for card in sorted(logs):
        answers, ends = _history(logs[card], rollover)
        if ends:
            place = len(histories)
            histories.append(CardHistory(card, answers))
            items += (TrainingItem(review, place, length) for review, length in ends)
    reviews = sum(len(history.answers) for history in histories)
    return TrainingSet(reviews, histories, sorted(items))


def _history(
    log: Iterable[Sequence[Any]], rollover: int
) -> tuple[list[Answer], list[tuple[int, int]]]:
    """Return the answers since a card was last new, and its items: review, length."""
    answers: list[Answer] = []
    ends: list[tuple[int, int]] = []
    is_learned = was_learning = False
    last_day = 0
    for review, rating, offset_min, *_, kind, _, difficulty, ease, _ in log:
        is_plain = not (difficulty or ease)
        if kind == ReviewKind.EARLY and is_plain:
            continue  # a cram review
        is_learning = kind == ReviewKind.LEARN and rating > 0
        is_reset = kind == ReviewKind.MANUAL and is_plain and not rating
        if is_reset or (is_learning and not was_learning):
            answers, ends = [], []
            last_day, is_learned = 0, is_learning
        was_learning = is_learning
        if is_learned and rating:
            day = study_day(review, offset_min, rollover)
            # A clock that was set back gives the same day.
            elapsed = day - last_day if last_day and day > last_day else 0
            answers.append((rating, elapsed))
            if elapsed:
                ends.append((review, len(answers)))
            last_day = day
    return answers, ends
