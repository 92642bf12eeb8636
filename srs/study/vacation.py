"""Vacations: cards that are due then move to another day within their fuzz range.

Each moved card gets a manual row in the review log, as in a reschedule.  Later answers
avoid those days by themselves, see `srs.scheduler.load_balancer`.
"""

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import SchedulingState, StoredCard
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_range
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import day_picker
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.queue import due_counts, reviews_due_between
from srs.store.replay import deck_presets, update_card_states
from srs.store.reschedule_rows import add_reschedule_rows, runs_of
from srs.store.revlog import seed_of
from srs.store.settings import Options, away_days, write_setting


class VacationResult(Struct, frozen=True):
    """Number of cards that were due in vacations, and how many moved."""

    due: int
    moved: int


def set_vacations(store: Store, text: str, now_ms: int) -> VacationResult:
    """Set the vacations and move the cards due in them, in one transaction.

    Args:
        store: The store.
        text: As `srs.store.settings.away_days` reads it; empty for none.
        now_ms: UTC milliseconds.

    Raises:
        ValueError: The text is not a list of dates.
        StoreError: The store can't be written; nothing was.
    """
    away_days(text)
    with store.transaction() as connection:
        was = store.setting("away")
        write_setting(connection, "away", text)
        options = Options(store)
        today = options.calendar.day(now_ms)
        due = {
            card.id: (card, deck)
            for first, last in options.away
            for card, deck in reviews_due_between(store, today, first, last)
        }
        presets = deck_presets(connection, options)
        counts = due_counts(store, today, options.away)
        before: dict[int, SchedulingState] = {}
        moved: dict[int, SchedulingState] = {}
        for card, deck in due.values():
            before[card.id] = card.progress
            after = _moved(card, presets[deck], today, counts)
            if after is not None:
                moved[card.id] = after
                counts.move(card.progress.due_day, after.due_day)
        added = add_reschedule_rows(connection, options, now_ms, before, moved)
        update_card_states(connection, presets, moved.items())
        record_operation(
            connection, now_ms, "away", {"was": was, "runs": runs_of(added)}
        )
    return VacationResult(len(due), len(moved))


def _moved(
    card: StoredCard, preset: Preset, today: int, counts: DueCounts
) -> SchedulingState | None:
    """Find another day within the fuzz range; None if there is none."""
    state = card.progress
    last, stability, due = state.last_day, state.stability, state.due_day
    if last is None or stability is None or due != last + state.interval:
        return None
    picker = day_picker(preset, last, f"{seed_of(card)}:{state.reps}", counts)
    lower, upper = fuzz_range(
        interval_days(stability, preset), 1, preset.maximum_interval
    )
    lower = max(lower, today + 1 - last)
    if picker is None or lower > upper:
        return None
    interval = picker(lower, upper)
    if counts.is_away(last + interval):
        return None
    return replace(state, interval=interval, due_day=last + interval)
