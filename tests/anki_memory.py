"""The real Anki as a judge of schedules: what it would offer for a card.

Anki reads the clock itself, so a card is dated back: its last review is written
as many study days before Anki's today as are to have passed.
"""

import json
from pathlib import Path
from typing import Any

from anki.collection import Collection
from msgspec import Struct

from srs.memory import Progress, Rating, State
from srs.presets import Preset

DAY_S = 86_400


class Offer(Struct, frozen=True):
    """What Anki would make of a card."""

    state: State
    step: int
    interval: int
    """Days when positive, seconds when negative."""
    stability: float
    difficulty: float


class AnkiScheduler:
    """One card in a collection of its own, with FSRS switched on."""

    def __init__(self, folder: Path) -> None:
        self.collection = Collection(str(folder / "collection.anki2"))
        self.collection.set_config("fsrs", True)
        self.collection.set_config("loadBalancerEnabled", False)
        note = self.collection.new_note(self.collection.models.by_name("Basic"))
        note["Front"] = "asked"
        self.collection.add_note(note, 1)
        self.card = note.card_ids()[0]
        self._preset = Preset()

    def close(self) -> None:
        self.collection.close()

    def use(self, preset: Preset) -> None:
        """Take over a preset of ours."""
        self._preset = preset
        options = self.collection.decks.config_dict_for_deck_id(1)
        options["fsrsParams6"] = list(preset.parameters)
        options["desiredRetention"] = preset.desired_retention
        options["new"]["delays"] = [s / 60 for s in preset.learning_steps]
        options["lapse"]["delays"] = [s / 60 for s in preset.relearning_steps]
        options["rev"]["maxIvl"] = preset.maximum_interval
        self.collection.decks.update_config(options)

    def offers(self, progress: Progress, elapsed_days: int) -> dict[Rating, Offer]:
        """Ask for the states that the four buttons would lead to."""
        self._write(progress, elapsed_days)
        states = self.collection._backend.get_scheduling_states(self.card)
        return {
            rating: self._offer(getattr(states, rating.name.lower()).normal)
            for rating in Rating
        }

    def _write(self, progress: Progress, elapsed_days: int) -> None:
        timing = self.collection._backend.sched_timing_today()
        last = timing.next_day_at - (elapsed_days + 1) * DAY_S + 1
        memory = {"s": progress.stability, "d": progress.difficulty, "lrt": last}
        steps = self._steps(progress.state)
        self.collection.db.execute(
            "update cards set type = ?, queue = ?, due = ?, ivl = ?, left = ?,"
            " reps = ?, lapses = ?, factor = 2500, data = ? where id = ?",
            int(progress.state),
            int(progress.state) % 3 or (1 if progress.state else 0),
            last if progress.state in {1, 3} else timing.days_elapsed,
            max(0, progress.interval),
            max(1, len(steps) - progress.step) if progress.state in {1, 3} else 0,
            progress.reps,
            progress.lapses,
            json.dumps(memory) if progress.state else "{}",
            self.card,
        )

    def _steps(self, state: State) -> tuple[int, ...]:
        if state is State.RELEARNING:
            return self._preset.relearning_steps
        return self._preset.learning_steps

    def _offer(self, normal: Any) -> Offer:
        kind = normal.WhichOneof("kind")
        found = getattr(normal, kind)
        if kind == "review":
            days, memory = found.scheduled_days, found.memory_state
            return Offer(State.REVIEW, 0, days, memory.stability, memory.difficulty)
        state = State.RELEARNING if kind == "relearning" else State.LEARNING
        learning = found.learning if state is State.RELEARNING else found
        memory = learning.memory_state
        step = max(0, len(self._steps(state)) - learning.remaining_steps)
        return Offer(
            state, step, -learning.scheduled_secs, memory.stability, memory.difficulty
        )
