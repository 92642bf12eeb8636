"""Times away: cards that would be due then move, as far as their fuzz lets them.

Each that moves gets a row by hand in the log, as in a reschedule; later answers
keep off those days by themselves, see `srs.scheduler.load_balancer`.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import SchedulingState
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


class GoneAway(Struct, frozen=True):
    """What became of the cards that are due in times away."""

    due: int
    """Cards that were due then."""
    moved: int


def set_away(store: Store, text: str, now_ms: int) -> GoneAway:
    """Set the times away and move what may move, in one transaction.

    Args:
        store: The store.
        text: As `srs.store.settings.away_days` reads it; empty for none.
        now_ms: UTC milliseconds.

    Returns:
        How many cards are due then, and how many of them moved.

    Raises:
        ValueError: The text names no dates.
        StoreError: The store can't be written; nothing was.
    """
    away_days(text)
    with store.transaction() as connection:
        was = store.setting("away")
        write_setting(connection, "away", text)
        options = Options(store)
        today = options.calendar.day(now_ms)
        due = list(_due(store, today, options.away))
        presets = deck_presets(connection, options)
        load = due_counts(store, today, options.away)
        moved = {}
        for card, seed, progress, deck in due:
            after = _moved(progress, presets[deck], seed, today, load)
            if after is not None:
                moved[card] = after
                load.move(progress.due_day, after.due_day)
        before = {card: progress for card, _, progress, _ in due}
        added = add_reschedule_rows(connection, options, now_ms, before, moved)
        update_card_states(connection, presets, moved.items())
        record_operation(
            connection, now_ms, "away", {"was": was, "runs": runs_of(added)}
        )
    return GoneAway(len(due), len(moved))


def _due(
    store: Store, today: int, away: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, str, SchedulingState, int]]:
    seen: set[int] = set()
    for first, last in away:
        for card, deck in reviews_due_between(store, today, first, last):
            if card.id not in seen:
                seen.add(card.id)
                seed = f"{seed_of(card)}:{card.progress.reps}"
                yield card.id, seed, card.progress, deck


def _moved(
    progress: SchedulingState, preset: Preset, seed: str, today: int, load: DueCounts
) -> SchedulingState | None:
    """Find another day in the range that its memory allows; None for none."""
    last, stability, due = progress.last_day, progress.stability, progress.due_day
    if last is None or stability is None or due != last + progress.interval:
        return None
    spread = day_picker(preset, last, seed, load)
    wanted = interval_days(stability, preset)
    lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
    lower = max(lower, today + 1 - last)
    if spread is None or lower > upper:
        return None
    interval = spread(lower, upper)
    if load.is_away(last + interval):
        return None
    return replace(progress, interval=interval, due_day=last + interval)
