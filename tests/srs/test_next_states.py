"""Next states of a card, compared with the real Anki."""

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from anki_memory import AnkiScheduler, Offer, apart
from fsrs import scheduler
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from replay_reference import replayed

from srs.models.cards import Rating, ReviewKind, SchedulingState, State
from srs.models.presets import (
    DEFAULT_PARAMETERS,
    PARAMETER_RANGES,
    Preset,
    ancestry,
    resolve,
    summed_by_deck,
)
from srs.scheduler.fsrs6 import forgetting_curve, interval_days, next_memory
from srs.scheduler.fuzz import fuzz_factor, fuzzed, uniform
from srs.scheduler.next_states import (
    AnswerTime,
    NextStep,
    next_states,
    review_kind,
)
from srs.scheduler.study_day import DAY_MS

NOON = 20_000 * DAY_MS + DAY_MS // 2
PLAIN = Preset(fuzz=False)
ALMOST_ONE = 1 - 2**-48


def at(day: int, second: int = 0) -> AnswerTime:
    """Return a moment relative to noon of a fixed study day."""
    return AnswerTime(NOON + day * DAY_MS + second * 1000)


def intervals(
    progress: SchedulingState, preset: Preset, moment: AnswerTime, seed: str = "card"
) -> list[tuple[State, int, int]]:
    found = next_states(progress, preset, moment, seed)
    return [(one.state, one.step, one.interval) for one in found.values()]


def in_review(
    stability: float = 10.0, interval: int = 10, **more: Any
) -> SchedulingState:
    values = {"difficulty": 5.0, "last_day": 20_000, "last_ms": NOON, "reps": 3}
    return SchedulingState(
        state=State.REVIEW,
        stability=stability,
        interval=interval,
        due_day=20_000 + interval,
        **(values | more),
    )


# Fuzz


@pytest.mark.parametrize(
    ("interval", "bounds"),
    [
        (1, (1, 1)),
        (2.4, (2, 2)),
        (2.5, (2, 4)),
        (3, (2, 4)),
        (5, (4, 6)),
        (7, (5, 9)),
        (10, (8, 12)),
        (20, (17, 23)),
        (30, (27, 33)),
        (100, (93, 107)),
        (365, (345, 385)),
        (36500, (34673, 36500)),
    ],
)
def test_the_fuzz_range_is_that_of_anki(
    interval: float, bounds: tuple[int, int]
) -> None:
    found = tuple(fuzzed(interval, 1, 36500, uniform(f)) for f in (0.0, ALMOST_ONE))

    assert found == bounds


days = st.floats(0.01, 40_000)
limits = st.integers(1, 36_500)


@given(interval=days, minimum=limits, maximum=limits, factor=st.floats(0, ALMOST_ONE))
def test_fuzz_stays_within_its_limits(
    interval: float, minimum: int, maximum: int, factor: float
) -> None:
    lowest = min(minimum, maximum)

    assert lowest <= fuzzed(interval, minimum, maximum, uniform(factor)) <= maximum
    assert lowest <= fuzzed(interval, minimum, maximum, None) <= maximum


@given(interval=days, one=st.floats(0, ALMOST_ONE), other=st.floats(0, ALMOST_ONE))
def test_fuzz_grows_with_its_factor(interval: float, one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert fuzzed(interval, 1, 36500, uniform(low)) <= fuzzed(
        interval, 1, 36500, uniform(high)
    )


def test_fuzz_reaches_every_day_of_its_range() -> None:
    found = {
        fuzzed(10, 1, 36500, uniform(fuzz_factor(f"card:{n}"))) for n in range(200)
    }

    assert found == {8, 9, 10, 11, 12}


def test_fuzz_is_the_same_on_every_machine() -> None:
    assert [round(fuzz_factor(seed), 6) for seed in ("a:0:1", "a:0:2", "b:0:1")] == [
        0.811612,
        0.749369,
        0.962067,
    ]


# Properties

presets = st.builds(
    Preset,
    desired_retention=st.floats(0.70, 0.99),
    learning_steps=st.lists(st.integers(1, 200_000), max_size=3).map(tuple),
    relearning_steps=st.lists(st.integers(1, 200_000), max_size=3).map(tuple),
    maximum_interval=st.sampled_from([36500, 365, 30, 1]),
    fuzz=st.booleans(),
)
review_cards = st.builds(
    in_review,
    stability=st.floats(0.001, 36500),
    interval=st.integers(1, 36500),
    difficulty=st.floats(1, 10),
    reps=st.integers(1, 1000),
)
steps_of_a_card = st.lists(
    st.tuples(st.sampled_from(Rating), st.integers(0, 400), st.integers(0, 600)),
    min_size=1,
    max_size=12,
)


@given(card=review_cards, preset=presets, elapsed=st.integers(0, 4000))
def test_hard_is_shorter_than_good_and_good_than_easy(
    card: SchedulingState, preset: Preset, elapsed: int
) -> None:
    found = next_states(card, preset, at(elapsed), "card")
    hard, good, easy = (found[r].interval for r in list(Rating)[1:])
    maximum = preset.maximum_interval

    assert 1 <= hard <= maximum
    assert good == min(maximum, max(good, hard + 1))
    assert easy == min(maximum, max(easy, good + 1))


@given(answers=steps_of_a_card, preset=presets)
def test_a_card_is_due_by_day_or_by_minute(
    answers: list[tuple[Rating, int, int]], preset: Preset
) -> None:
    progress, day = SchedulingState(), 0
    for rating, gap, second in answers:
        day += gap
        moment = at(day, second)
        progress = next_states(progress, preset, moment, "card")[rating]

        assert (progress.due_day is None) != (progress.due_ms is None)
        assert (progress.state is State.REVIEW) == (progress.due_day is not None)
        assert (progress.interval > 0) == (progress.state is State.REVIEW)
        assert progress.due_day is None or progress.due_day > moment.day
        assert progress.due_ms is None or progress.due_ms > moment.at_ms
        assert 0.001 <= (progress.stability or 0) <= 36500
        assert 1 <= (progress.difficulty or 0) <= 10


@given(answers=steps_of_a_card, preset=presets)
def test_replaying_the_log_gives_the_same_progress(
    answers: list[tuple[Rating, int, int]], preset: Preset
) -> None:
    lived, again, day = SchedulingState(), SchedulingState(), 0
    for rating, gap, second in answers:
        day += gap
        moment = at(day, second)
        lived = next_states(lived, preset, moment, "card")[rating]
        result = NextStep(lived.state, lived.step, lived.interval)
        again = replayed(again, rating, result, moment, preset.parameters)

    assert again == lived


@given(card=review_cards, preset=presets, elapsed=st.integers(0, 400))
def test_next_states_are_reproducible(
    card: SchedulingState, preset: Preset, elapsed: int
) -> None:
    one = next_states(card, preset, at(elapsed), "card")

    assert next_states(card, preset, at(elapsed), "card") == one


@given(stability=st.floats(0.1, 5000), retention=st.floats(0.70, 0.99))
def test_recall_at_the_interval_is_the_desired_retention(
    stability: float, retention: float
) -> None:
    preset = Preset(desired_retention=retention)

    recall = forgetting_curve(DEFAULT_PARAMETERS[20])
    found = recall(stability, interval_days(stability, preset))

    assert math.isclose(found, retention, rel_tol=1e-9)


def test_a_clock_set_back_counts_as_the_same_day() -> None:
    card = in_review()

    assert next_states(card, PLAIN, at(-3), "card")[Rating.GOOD].stability == (
        next_states(card, PLAIN, at(0), "card")[Rating.GOOD].stability
    )


def test_days_are_study_days_not_periods_of_24_hours() -> None:
    late = AnswerTime(NOON + 11 * 3_600_000)
    early = AnswerTime(NOON + 17 * 3_600_000)
    card = in_review(stability=2.0, interval=2, last_ms=late.at_ms)

    found = next_states(card, PLAIN, early, "card")[Rating.GOOD]

    assert early.day - late.day == 1
    assert (found.stability, found.difficulty) == next_memory(
        card, Rating.GOOD, 1, DEFAULT_PARAMETERS
    )


# Steps

NEW, LEARNING, REVIEW, RELEARNING = State
M, H, D = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("steps", "step", "expected"),
    [
        ((), 0, [(LEARNING, -18316), (REVIEW, 1), (REVIEW, 2), (REVIEW, 8)]),
        ((M,), 0, [(LEARNING, -60), (LEARNING, -90), (REVIEW, 2), (REVIEW, 8)]),
        (
            (M, 10 * M),
            0,
            [(LEARNING, -60), (LEARNING, -330), (LEARNING, -600), (REVIEW, 8)],
        ),
        ((M, 10 * M), 1, [(LEARNING, -60), (LEARNING, -600), (REVIEW, 2), (REVIEW, 8)]),
        (
            (M, 10 * M, H),
            1,
            [(LEARNING, -60), (LEARNING, -600), (LEARNING, -3600), (REVIEW, 8)],
        ),
        (
            (M, 10 * M, H),
            2,
            [(LEARNING, -60), (LEARNING, -3600), (REVIEW, 2), (REVIEW, 8)],
        ),
        ((M,), 5, [(LEARNING, -60), (LEARNING, -90), (REVIEW, 2), (REVIEW, 8)]),
        ((D,), 0, [(LEARNING, -D), (LEARNING, -2 * D), (REVIEW, 2), (REVIEW, 8)]),
        (
            (4 * D,),
            0,
            [(LEARNING, -4 * D), (LEARNING, -5 * D), (REVIEW, 2), (REVIEW, 8)],
        ),
        (
            (D, 4 * D),
            0,
            [(LEARNING, -D), (LEARNING, -3 * D), (LEARNING, -4 * D), (REVIEW, 8)],
        ),
    ],
    ids=[
        "no steps",
        "one step",
        "the first of two",
        "the second of two",
        "the second of three",
        "the last of three",
        "a step that no longer exists",
        "one step of a day",
        "one step of four days",
        "steps of days",
    ],
)
def test_new_cards_go_through_their_steps(
    steps: tuple[int, ...], step: int, expected: list[tuple[State, int]]
) -> None:
    preset = replace(PLAIN, learning_steps=steps)
    card = SchedulingState(state=State.LEARNING if step else State.NEW, step=step)

    found = intervals(card, preset, at(0))

    assert [(state, interval) for state, _, interval in found] == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), (REVIEW, 0, 1)),
        ((10 * M,), (RELEARNING, 0, -600)),
        ((10 * M, H, D), (RELEARNING, 0, -600)),
    ],
    ids=["no steps", "one step", "three steps"],
)
def test_a_lapsed_card_goes_through_the_relearning_steps(
    steps: tuple[int, ...], expected: tuple[State, int, int]
) -> None:
    preset = replace(PLAIN, relearning_steps=steps)

    found = next_states(in_review(), preset, at(10), "card")[Rating.AGAIN]

    assert (found.state, found.step, found.interval) == expected
    assert found.lapses == 1


def test_only_a_forgotten_review_is_a_lapse() -> None:
    forgotten = next_states(in_review(), PLAIN, at(10), "card")[Rating.AGAIN]
    again = next_states(forgotten, PLAIN, at(10, 600), "card")[Rating.AGAIN]
    new = next_states(SchedulingState(), PLAIN, at(0), "card")[Rating.AGAIN]

    assert (forgotten.lapses, again.lapses, new.lapses) == (1, 1, 0)


@pytest.mark.parametrize(
    ("second", "delay", "due"),
    [
        (0, 600, 600),
        (57_600 - 600, 600, 57_600),
        (57_600 - 600, 601, 57_601),
        (57_600 - 600, 700, 57_601),
        (0, D, 57_601),
        (0, 2 * D, 57_601 + D),
    ],
    ids=[
        "within the day",
        "at its last second",
        "at the first of the next",
        "beyond it",
        "a day",
        "two days",
    ],
)
def test_a_step_across_the_rollover_is_due_at_the_day_start(
    second: int, delay: int, due: int
) -> None:
    preset = replace(PLAIN, learning_steps=(delay,))

    found = next_states(SchedulingState(), preset, at(0, second), "card")[Rating.AGAIN]

    assert found.due_ms == at(0, due).at_ms
    assert found.interval == -delay


def test_the_kind_of_a_review_depends_on_the_state_before() -> None:
    assert [review_kind(SchedulingState(state), 5) for state in State] == [
        ReviewKind.LEARN,
        ReviewKind.LEARN,
        ReviewKind.REVIEW,
        ReviewKind.RELEARN,
    ]
    ready, early = (SchedulingState(State.REVIEW, due_day=day) for day in (5, 6))
    assert review_kind(ready, 5) is ReviewKind.REVIEW
    assert review_kind(early, 5) is ReviewKind.EARLY


# Presets


@pytest.mark.parametrize(
    "options",
    [
        {"desired_retention": 0.69},
        {"desired_retention": 0.991},
        {"desired_retention": 0},
        {"desired_retention": "high"},
        {"maximum_interval": 0},
        {"maximum_interval": 36501},
        {"maximum_interval": -1},
        {"new_per_day": -1},
        {"reviews_per_day": 2.5},
        {"learning_steps": [0]},
        {"learning_steps": [60] * 11},
        {"relearning_steps": [-600]},
        {"leech_threshold": 0},
        {"parameters": list(DEFAULT_PARAMETERS[:19])},
        {"parameters": [*DEFAULT_PARAMETERS[:20], 0.0]},
        {"parameters": [*DEFAULT_PARAMETERS[:20], float("nan")]},
        {"fuzzy": True},
    ],
    ids=str,
)
def test_a_preset_outside_its_range_is_rejected(options: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        resolve("", {"": options})


def test_default_parameters_and_ranges_are_those_of_fsrs() -> None:
    low, high = scheduler.LOWER_BOUNDS_PARAMETERS, scheduler.UPPER_BOUNDS_PARAMETERS

    assert tuple(zip(low, high, strict=True)) == PARAMETER_RANGES
    assert scheduler.DEFAULT_PARAMETERS == DEFAULT_PARAMETERS


def test_a_deck_inherits_from_its_parents() -> None:
    options = {
        "": {"new_per_day": 5, "fuzz": False},
        "A": {"new_per_day": 7, "reviews_per_day": 50},
        "A::B": {"new_per_day": 9},
        "A::BC": {"new_per_day": 1},
    }

    found = resolve("A::B::C", options)

    assert found == Preset(new_per_day=9, reviews_per_day=50, fuzz=False)
    assert ancestry("A::B::C") == ["", "A", "A::B", "A::B::C"]


def test_counts_of_a_deck_are_part_of_those_of_its_parents() -> None:
    rows = [("A::B::C", (1, 2)), ("A::B", (10, 20)), ("D", (3, 0))]

    assert summed_by_deck(rows) == {
        "A": [11, 22],
        "A::B": [11, 22],
        "A::B::C": [1, 2],
        "D": [3, 0],
    }


# The real Anki


@pytest.fixture(scope="module")
def anki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnkiScheduler]:
    scheduler = AnkiScheduler(tmp_path_factory.mktemp("anki"))
    yield scheduler
    scheduler.close()


STEPS = [(), (M,), (M, 10 * M), (M, 10 * M, H), (D, 3 * D), (30, 90), (100_000,)]


def some_preset(dice: random.Random) -> Preset:
    parameters = tuple(
        min(max(round(w * dice.uniform(0.8, 1.2), 4), lowest), highest)
        for w, (lowest, highest) in zip(
            DEFAULT_PARAMETERS, PARAMETER_RANGES, strict=True
        )
    )
    return Preset(
        desired_retention=dice.choice([0.7, 0.8, 0.9, 0.95, 0.99]),
        learning_steps=dice.choice(STEPS),
        relearning_steps=dice.choice(STEPS),
        maximum_interval=dice.choice([36500, 36500, 365, 30]),
        parameters=dice.choice([DEFAULT_PARAMETERS, parameters]),
        fuzz=False,
    )


def gap(progress: SchedulingState, dice: random.Random) -> int:
    """Choose how many days pass: same day, early, in time or late."""
    due = max(0, progress.interval)
    return dice.choice([0, 1, 2, due // 2, due, due, due + 1, due * 2, 400])


def is_near(ours: SchedulingState, theirs: Offer, preset: Preset) -> bool:
    """Compare within the single precision of Anki."""
    exact = interval_days(theirs.stability, preset)
    off = abs(ours.interval - theirs.interval)
    on_the_edge = abs(exact % 1 - 0.5) < 1e-5 * exact
    return (
        (ours.state, ours.step) == (theirs.state, theirs.step)
        and off <= int(on_the_edge or theirs.interval < 0)
        and math.isclose(ours.stability or 0, theirs.stability, rel_tol=1e-4)
        and math.isclose(ours.difficulty or 0, theirs.difficulty, rel_tol=1e-4)
    )


def has_room(progress: SchedulingState, preset: Preset) -> bool:
    """Return False where Anki crashes: Easy in learning beyond the maximum."""
    if progress.state is State.REVIEW:
        return True
    roomy = replace(preset, maximum_interval=36500)
    good = next_states(replace(progress, step=99), roomy, at(9_000), "card")[
        Rating.GOOD
    ]
    return good.interval < preset.maximum_interval


def compared(
    anki: AnkiScheduler, preset: Preset, dice: random.Random
) -> list[tuple[SchedulingState, Rating, SchedulingState, Offer]]:
    """Answer one card many times and collect differences from Anki."""
    anki.use(preset)
    progress, day = SchedulingState(), 0
    different = []
    for answer in range(10):
        elapsed = gap(progress, dice) if answer else 0
        day += elapsed
        if not has_room(progress, preset):
            break
        ours = next_states(progress, preset, at(day, answer), "card")
        theirs = anki.offers(progress, elapsed)
        different += [
            (progress, rating, ours[rating], theirs[rating])
            for rating in Rating
            if not is_near(ours[rating], theirs[rating], preset)
        ]
        after = ours[dice.choices(list(Rating), [2, 2, 5, 2])[0]]
        # Anki stores four decimals of stability and three of difficulty.
        progress = replace(
            after,
            stability=max(0.0001, round(after.stability or 0, 4)),
            difficulty=round(after.difficulty or 0, 3),
        )
    return different


@pytest.mark.parametrize("seed", range(6))
def test_anki_offers_the_same_intervals_by_default(
    anki: AnkiScheduler, seed: int
) -> None:
    dice = random.Random(seed)

    different = [one for _ in range(10) for one in compared(anki, PLAIN, dice)]

    assert different == []


@pytest.mark.parametrize("seed", range(8))
def test_anki_offers_the_same_intervals_with_other_presets(
    anki: AnkiScheduler, seed: int
) -> None:
    dice = random.Random(100 + seed)

    different = [
        one for _ in range(10) for one in compared(anki, some_preset(dice), dice)
    ]

    assert different == []


@pytest.mark.parametrize("maximum", [36500, 30, 5, 1])
def test_fuzz_never_goes_below_the_last_interval_as_in_anki(
    anki: AnkiScheduler, maximum: int
) -> None:
    preset = replace(PLAIN, maximum_interval=maximum, relearning_steps=())
    anki.use(preset)

    different = [
        (stability, last, elapsed, rating)
        for stability in (0.9, 5.3481, 50.0)
        for last in (1, 4, 6, 7, 8, 10, 12, 51, 52, 55, 60, 80, 200)
        for elapsed in (0, 1, 3, 10, 50)
        for card in [in_review(stability, last, difficulty=9.0)]
        for rating, ours in next_states(card, preset, at(elapsed), "card").items()
        if not is_near(ours, anki.offers(card, elapsed)[rating], preset)
    ]

    assert different == []


def test_short_term_learning_needs_short_term_parameters(
    anki: AnkiScheduler,
) -> None:
    parameters = (*DEFAULT_PARAMETERS[:17], 0.0, *DEFAULT_PARAMETERS[18:])
    preset = replace(
        PLAIN, learning_steps=(), relearning_steps=(), parameters=parameters
    )
    anki.use(preset)

    ours = next_states(SchedulingState(), preset, at(0), "card")

    theirs = anki.offers(SchedulingState(), 0)
    assert [(one.state, one.interval) for one in ours.values()] == [
        (one.state, one.interval) for one in theirs.values()
    ]


FUZZY: list[tuple[Preset, SchedulingState, int]] = [
    (Preset(), in_review(10.0, 10), 10),
    (Preset(), in_review(41.05, 41), 0),
    (Preset(relearning_steps=()), in_review(9.0215, 9), 9),
    (Preset(), replace(in_review(12.1387), state=RELEARNING, interval=-600), 0),
    (
        Preset(learning_steps=()),
        replace(in_review(6.3278), state=LEARNING, interval=-600),
        1,
    ),
    (Preset(maximum_interval=15), in_review(13.0, 13), 5),
]


@pytest.mark.slow
def test_anki_fuzzes_to_the_same_days(tmp_path: Path) -> None:
    theirs = apart("fuzzy_offers", FUZZY, tmp_path, zone="UTC", fuzz=True)

    ours = [
        sorted(
            {
                tuple(interval for _, _, interval in intervals(card, preset, now, seed))
                for seed in map(str, range(1500))
            }
        )
        for preset, card, elapsed in FUZZY
        for now in [at(elapsed)]
    ]
    assert [[list(row) for row in case] for case in ours] == theirs


def some_histories(seed: int) -> list[list[tuple[int, int, int]]]:
    dice = random.Random(seed)
    found = []
    for _ in range(60):
        day, rows = dice.randrange(100, 900), set()
        while day > 0 and len(rows) < 15:
            second = dice.choice([dice.randrange(1, D), 1, 2, D - 1, D])
            rows.add((-day, second))
            day -= dice.choice([0, 0, 1, 1, 3, 10, 60, 200])
        found.append([(-d, s, dice.randrange(1, 5)) for d, s in sorted(rows)])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_anki_computes_the_same_memory_from_the_review_log(
    zone: str, tmp_path: Path
) -> None:
    states = apart("memories", some_histories(len(zone)), tmp_path, zone=zone)

    different = [
        state
        for state in states
        if not math.isclose(state[0], state[2], rel_tol=1e-4)
        or not math.isclose(state[1], state[3], rel_tol=1e-4)
    ]
    assert len(states) == 60
    assert different == []
