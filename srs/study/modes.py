"""The modes of a review session: the day's study, a cram, a drill of confusions."""

from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.confusion_drill import ConfusionDrill
from srs.study.cram import Cram, CramOptions
from srs.study.daily import DailyStudy
from srs.study.due_cards import CardFilter
from srs.study.unscheduled import UnscheduledStudy

StudyMode = DailyStudy | UnscheduledStudy
"""Where a session takes its cards from, and what an answer does."""


def start_mode(
    store: Store,
    options: Options,
    card_filter: CardFilter,
    now_ms: int,
    cram: CramOptions | None = None,
) -> StudyMode:
    """Choose the cards of a session.

    Args:
        store: The store.
        options: The user's settings.
        card_filter: Which cards.
        now_ms: UTC milliseconds.
        cram: Cards to review without changing the schedule; None for the due ones.
    """
    if cram is None:
        return DailyStudy(store, options, card_filter, now_ms)
    if cram.confused:
        return ConfusionDrill(store, options, card_filter, now_ms)
    return Cram(store, options, card_filter, now_ms, cram.forgotten)
