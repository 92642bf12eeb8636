"""The training set of FSRS: which answers of the log it can learn from.

A training item is an answer with those before it and the study days between them.
As in Anki these are left out: changes by hand, cram reviews, answers before a card
was last learned anew, cards that were not learned here, and items that end with a
second answer on the same study day.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from srs.models.cards import ReviewKind
from srs.store.connection import Store
from srs.store.review_logs import CardLog, LoggedReview, card_logs

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
    return training_set(card_logs(store, rollover, decks, suspended=False))


def training_set(logs: Iterable[CardLog]) -> TrainingSet:
    """Build a training set from the logs of cards."""
    histories: list[CardHistory] = []
    items: list[TrainingItem] = []
    for card, _, log in logs:
        answers, ends = _history(log)
        if ends:
            place = len(histories)
            histories.append(CardHistory(card, answers))
            items += (TrainingItem(review, place, length) for review, length in ends)
    reviews = sum(len(history.answers) for history in histories)
    return TrainingSet(reviews, histories, sorted(items))


def _history(log: Sequence[LoggedReview]) -> tuple[list[Answer], list[tuple[int, int]]]:
    """Return the answers since a card was last new, and its items: review, length."""
    answers: list[Answer] = []
    ends: list[tuple[int, int]] = []
    is_learned = was_learning = False
    last_day = 0
    for row in log:
        is_learning = row.kind == ReviewKind.LEARN and row.rating > 0
        if row.is_reset or (is_learning and not was_learning):
            answers, ends = [], []
            last_day, is_learned = 0, is_learning
        was_learning = is_learning
        if is_learned and row.rating:
            # A clock that was set back gives the same day.
            elapsed = row.day - last_day if last_day and row.day > last_day else 0
            answers.append((row.rating, elapsed))
            if elapsed:
                ends.append((row.id, len(answers)))
            last_day = row.day
    return answers, ends
