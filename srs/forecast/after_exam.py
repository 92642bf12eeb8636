"""After an exam: the cards that are due early because of it.

Until the exam no interval was longer than to the day before it, so all of its cards are
due at once.  `srs.optimizer.reschedule` gives them the days that their memory asks for.
"""

from srs.models.exam import Exam, before_exam
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_range
from srs.store.connection import Store
from srs.store.decks import deck_ids, deck_names_by_id
from srs.store.forecast_queries import ReviewInterval, intervals_until
from srs.store.settings import Options


def count_early(store: Store, options: Options, exam: Exam, deck: str = "") -> int:
    """Count the cards that are due early because of an exam, today or later.

    Args:
        store: The store.
        options: The user's settings.
        exam: The exam.
        deck: Only this deck and its children; empty for all.
    """
    chosen, names = deck_ids(store, deck), deck_names_by_id(store)
    decks = {
        key: (names[key], options.preset(names[key]))
        for key in chosen
        if exam.covers(names[key])
    }
    found = intervals_until(store, list(decks), exam.day)
    return sum(_is_early(card, exam, *decks[card.deck]) for card in found)


def _is_early(card: ReviewInterval, exam: Exam, deck: str, preset: Preset) -> bool:
    """Return True if the exam made an interval shorter than fuzz could make it."""
    wanted = interval_days(card.stability, preset)
    shortest, _ = fuzz_range(wanted, 1, preset.maximum_interval)
    if card.interval >= shortest:
        return False
    limited = before_exam(preset, exam, deck, card.last_day).maximum_interval
    return fuzz_range(wanted, 1, limited)[0] <= card.interval <= limited
