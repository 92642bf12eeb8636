"""The real Anki as a judge of schedules: what it would offer for a card.

Anki reads the clock itself, so a card is dated back: its last review is written
as many study days before Anki's today as are to have passed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from anki.collection import Collection
from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import Rating, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.next_states import AnswerTime, next_states, review_kind
from srs.scheduler.study_day import DAY_S


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
        self._cards = 1_700_000_000_000
        self.card = self.new_card()
        self._preset = Preset()

    def close(self) -> None:
        self.collection.close()

    def new_card(self) -> int:
        """Add a note with one card and give its id."""
        note = self.collection.new_note(self.collection.models.by_name("Basic"))
        note["Front"] = "asked"
        self.collection.add_note(note, 1)
        # Fuzz follows from the id, which would be the moment of this run.
        self._cards += 1
        self.collection.db.execute(
            "update cards set id = ? where nid = ?", self._cards, note.id
        )
        return self._cards

    def log(
        self,
        card: int,
        at_ms: int,
        rating: int,
        before: SchedulingState,
        after: SchedulingState,
    ) -> None:
        """Write one answer as a package with a review log carries it."""
        difficulty = after.difficulty or 0.0
        self.collection.db.execute(
            "insert into revlog values (?, ?, -1, ?, ?, ?, ?, 5000, ?)",
            at_ms,
            card,
            rating,
            after.interval,
            before.interval,
            round(((difficulty - 1) / 9 + 0.1) * 1000),
            int(review_kind(before, after.last_day or 0)),
        )

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

    def offers(
        self, progress: SchedulingState, elapsed_days: int
    ) -> dict[Rating, Offer]:
        """Ask for the states that the four buttons would lead to."""
        self._write(progress, elapsed_days)
        states = self.collection._backend.get_scheduling_states(self.card)
        return {
            rating: self._offer(getattr(states, rating.name.lower()).normal)
            for rating in Rating
        }

    def _write(self, progress: SchedulingState, elapsed_days: int) -> None:
        queues = {State.NEW: 0, State.LEARNING: 1, State.REVIEW: 2, State.RELEARNING: 1}
        learning = progress.state in {State.LEARNING, State.RELEARNING}
        timing = self.collection._backend.sched_timing_today()
        last = timing.next_day_at - (elapsed_days + 1) * DAY_S + 1
        memory = {"s": progress.stability, "d": progress.difficulty, "lrt": last}
        steps = self._steps(progress.state)
        self.collection.db.execute(
            "update cards set type = ?, queue = ?, due = ?, ivl = ?, left = ?,"
            " reps = ?, lapses = ?, factor = 2500, data = ? where id = ?",
            int(progress.state),
            queues[progress.state],
            last if learning else timing.days_elapsed,
            max(0, progress.interval),
            max(1, len(steps) - progress.step) if learning else 0,
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


def memories(folder: Path, histories: list[list[tuple[int, int, int]]]) -> list[Any]:
    """Let Anki compute memory states from our review log.

    Args:
        folder: Where the collection is made.
        histories: For each card its answers: study days before today, seconds
            after the rollover, rating; the oldest first.

    Returns:
        For each card our stability and difficulty, then Anki's.
    """
    anki = AnkiScheduler(folder)
    timing = anki.collection._backend.sched_timing_today()
    # The offset that Anki has today; it counts old reviews by it too.
    offset_min = (4 * 3600 - timing.next_day_at) // 60
    offset_min = (offset_min + 720) % 1440 - 720
    found = []
    for index, history in enumerate(histories):
        card = anki.new_card()
        progress = SchedulingState()
        for days_ago, second, rating in history:
            start = timing.next_day_at - (days_ago + 1) * DAY_S
            # A millisecond of its own for each card: ids are unique in the log.
            moment = AnswerTime((start + second) * 1000 + index, offset_min)
            after = next_states(progress, Preset(), moment, str(card))[Rating(rating)]
            anki.log(card, moment.at_ms, rating, progress, after)
            progress = after
        theirs = anki.collection._backend.compute_memory_state(card).state
        found.append(
            [
                progress.stability,
                progress.difficulty,
                theirs.stability,
                theirs.difficulty,
            ]
        )
    anki.close()
    return found


def fuzzy_offers(
    folder: Path, cases: list[tuple[Preset, SchedulingState, int]]
) -> list[list[list[int]]]:
    """Collect the intervals that Anki's fuzz makes of a card, over many reviews."""
    anki = AnkiScheduler(folder)
    found = []
    for preset, progress, elapsed_days in cases:
        anki.use(preset)
        intervals = set()
        for reps in range(1, 1000):
            offers = anki.offers(replace(progress, reps=reps), elapsed_days)
            intervals.add(tuple(offers[rating].interval for rating in Rating))
        found.append([list(row) for row in sorted(intervals)])
    anki.close()
    return found


def apart(
    function: str, argument: object, folder: Path, *, zone: str, fuzz: bool = False
) -> Any:
    """Run a function of this module in a process of its own.

    Anki's backend reads its environment, the time zone among it, only once.
    """
    environment = {
        name: value for name, value in os.environ.items() if name != "ANKI_TEST_MODE"
    }
    environment |= {"TZ": zone, "PYTHONPATH": str(Path(__file__).parents[1])}
    if not fuzz:
        environment["ANKI_TEST_MODE"] = "1"
    command = [sys.executable, __file__, function, str(folder)]
    done = subprocess.run(
        command,
        input=msgspec.json.encode(argument),
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout)


def main() -> None:
    """Read the argument from stdin and write the result to stdout."""
    function, folder = sys.argv[1:]
    text = sys.stdin.buffer.read()
    if function == "memories":
        histories = msgspec.json.decode(text, type=list[list[tuple[int, int, int]]])
        result: object = memories(Path(folder), histories)
    else:
        cases = msgspec.json.decode(
            text, type=list[tuple[Preset, SchedulingState, int]]
        )
        result = fuzzy_offers(Path(folder), cases)
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
