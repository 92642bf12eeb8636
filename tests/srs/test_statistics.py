"""Statistics of a simulated log, each compared with a slow and obvious count."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_reference import replayed
from simulated_learner import START_DAY, fill, live
from store_fixtures import (
    DAY_MS,
    NOON,
    add,
    basic,
    new_store,
    numbered,
    overview_of,
    put_in_deck,
)

from srs.models.cards import SchedulingState, State
from srs.models.presets import DEFAULT_PARAMETERS, Preset
from srs.scheduler.fsrs6 import forgetting_curve, memory_from_sm2
from srs.scheduler.next_states import AnswerTime, NextStep
from srs.scheduler.study_day import day_date, study_day
from srs.stats.calibration import (
    EDGES,
    Calibration,
    CalibrationBin,
    calibration,
    evaluate,
    predictions,
)
from srs.stats.difficult_cards import confused_pair_counts, difficult_cards
from srs.stats.distributions import (
    EDGES_S,
    STABILITIES,
    AnswerTimeGroup,
    CardGroup,
    answer_times,
    memory_distribution,
    percentile,
)
from srs.stats.overview import (
    DayCount,
    DeckSummary,
    deck_summaries,
)
from srs.stats.retention import (
    INTERVALS,
    Retention,
    confidence_interval,
    retention_breakdown,
    young_and_mature,
)
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.store.statistics import DeckFilter, deck_filter
from srs.study.day_counts import day_statistics

DAYS = 540
TODAY = START_DAY + DAYS
NOW = TODAY * DAY_MS + 12 * 3_600_000
OWN = tuple(round(w * 1.05, 4) for w in DEFAULT_PARAMETERS)
DECKS = ("A", "A::B", "AB")


class Row(NamedTuple):
    """A row of the review log."""

    id: int
    card: int
    rating: int
    duration_ms: int
    before: int
    kind: int
    offset_min: int
    state: int
    step: int
    interval: int
    last_interval: int
    difficulty: float
    ease: int
    deck: str

    @property
    def day(self) -> int:
        return study_day(self.id, self.offset_min, 4)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A year and a half in three decks, with undone answers, cram reviews, due days
    set by hand, a journey, and slow answers."""
    store = new_store(tmp_path_factory.mktemp("lived"))
    notes = [
        basic(f"{deck} {number:02}", deck) for deck in DECKS for number in range(40)
    ]
    add(store, notes, NOON - 900 * DAY_MS)
    ids = [row[0] for row in store.rows("select id from cards order by id")]
    fill(store, live(ids[:-4], DAYS))
    store.db.execute("update reviews set duration_ms = id % 70001")
    store.db.execute("update reviews set offset_min = 540 where id / 86400000 % 50 < 9")
    store.db.execute(
        "update reviews set undone = 1 where id % 11 = 0 and state_before > 0"
    )
    store.db.execute(
        "update reviews set kind = 3, difficulty = 0 where id % 13 = 0 and state_before > 0"
    )
    store.db.execute(
        "update reviews set rating = 0, kind = 5 where id % 47 = 0 and state_before > 0"
    )
    store.db.execute("update cards set suspended = 1 where id % 10 = 3")
    store.db.execute("update cards set retired = 1 where id % 10 = 4")
    save_options(store, "A::B", {"parameters": OWN, "leech_threshold": 3})
    rebuild_cache(store, Options(store))
    yield store
    store.close()


def log(store: Store, deck: str = "") -> list[Row]:
    """Read the rows that were not undone, oldest first."""
    rows = store.rows(
        """
        select r.id, r.card, r.rating, r.duration_ms, r.state_before, r.kind, r.offset_min,
               r.state, r.step, r.interval, r.last_interval, r.difficulty, r.ease,
               d.name
          from reviews r join cards c on c.id = r.card join decks d on d.id = c.deck
         where r.undone = 0
         order by r.id
        """
    )
    return [row for row in (Row(*one) for one in rows) if belongs(row.deck, deck)]


def answers(store: Store, deck: str = "", since: int = 0) -> list[Row]:
    return [row for row in log(store, deck) if row.rating and row.id >= since]


def belongs(deck: str, chosen: str) -> bool:
    return not chosen or deck == chosen or deck.startswith(f"{chosen}::")


def kept(rows: list[Row]) -> Retention:
    """Return the retention of answers to review cards."""
    seen = [row for row in rows if row.kind == 1]
    return Retention(sum(row.rating > 1 for row in seen), len(seen))


CHOICES = pytest.mark.parametrize("deck", ["", "A", "A::B", "AB"])


@CHOICES
def test_retention_counts_answers_to_review_cards(lived: Store, deck: str) -> None:
    since = NOW - 200 * DAY_MS
    seen = answers(lived, deck, since)
    chosen = deck_filter(lived, deck)

    young, mature = young_and_mature(lived, since, chosen)
    found = retention_breakdown(lived, since, chosen)

    assert young == kept([row for row in seen if row.last_interval < 21])
    assert mature == kept([row for row in seen if row.last_interval >= 21])
    ends = zip((-math.inf, *INTERVALS), (*INTERVALS, math.inf), strict=True)
    assert found.by_interval == tuple(
        kept([row for row in seen if low < row.last_interval <= high])
        for low, high in ends
    )
    minutes = [(row, row.id // 60_000 + row.offset_min) for row in seen]
    assert found.by_hour == tuple(
        kept([row for row, minute in minutes if minute // 60 % 24 == hour])
        for hour in range(24)
    )
    assert young.reviews > 20
    assert sum(one.reviews for one in found.by_hour) == young.reviews + mature.reviews


@CHOICES
def test_a_year_of_days_matches_the_log(lived: Store, deck: str) -> None:
    found = overview_of(lived, NOW, deck).days

    seen = answers(lived, deck)
    count = Counter(row.day for row in seen)
    spent: Counter[int] = Counter()
    for row in seen:
        spent[row.day] += row.duration_ms
    days = range(TODAY - 364, TODAY + 1)
    assert found == tuple(DayCount(day, count[day], spent[day] / 1000) for day in days)
    assert sum(one.reviews for one in found) > 50


@CHOICES
def test_today_and_streak_count_the_deck_only(lived: Store, deck: str) -> None:
    options, seen = Options(lived), answers(lived, deck)
    days = {options.calendar.day(row.id) for row in seen}
    today = max(days)
    start = options.calendar.start_ms(today)

    found = overview_of(lived, start + 1000, deck)

    this_day = [row for row in seen if row.id >= start]
    assert found.reviewed_today == len(this_day)
    assert found.again_today == sum(row.rating == 1 for row in this_day)
    assert found.seconds_today == sum(row.duration_ms for row in this_day) / 1000
    assert found.streak == next(n for n in range(999) if today - n not in days)
    assert found.reviews == len(seen)


@CHOICES
def test_answer_times_are_rounded_to_tenths(lived: Store, deck: str) -> None:
    since = NOW - 300 * DAY_MS

    found = answer_times(lived, since, deck_filter(lived, deck))

    tenths: dict[int, list[int]] = defaultdict(list)
    for row in answers(lived, deck, since):
        tenths[row.rating].append((row.duration_ms + 50) // 100)
    together = sorted(one for times in tenths.values() for one in times)
    assert found.all == slow_times(None, together)
    assert found.by_rating == tuple(
        slow_times(rating, sorted(tenths[rating])) for rating in (1, 2, 3, 4)
    )
    edges = (0, *EDGES_S, math.inf)
    assert found.groups == tuple(
        sum(low * 10 <= one < high * 10 for one in together)
        for low, high in zip(edges, edges[1:], strict=False)
    )


def slow_times(rating: int | None, tenths: list[int]) -> AnswerTimeGroup:
    """Find the percentiles in a sorted list."""
    count = len(tenths)
    median = tenths[math.ceil(count * 0.5) - 1] / 10
    return AnswerTimeGroup(
        rating, count, median, tenths[math.ceil(count * 9 / 10) - 1] / 10
    )


@given(
    st.dictionaries(st.integers(0, 50), st.integers(1, 9), min_size=1),
    st.integers(1, 100),
)
def test_percentile_is_the_nearest_rank(counts: dict[int, int], percent: int) -> None:
    values = sorted(Counter(counts).elements())

    found = percentile(counts, percent)

    assert found is not None
    assert sum(value / 10 <= found for value in values) * 100 >= percent * len(values)
    assert sum(value / 10 < found for value in values) * 100 < percent * len(values)


@CHOICES
def test_memory_distribution_counts_cards_in_use(lived: Store, deck: str) -> None:
    found = memory_distribution(lived, deck_filter(lived, deck))

    cards = [
        (stability, difficulty)
        for stability, difficulty, name in lived.rows(
            "select stability, difficulty, d.name from cards c"
            " join decks d on d.id = c.deck"
            " where stability is not null and not suspended and not retired"
        )
        if belongs(name, deck)
    ]
    edges = (0, *STABILITIES, None)
    assert found.stability == tuple(
        CardGroup(low, high, sum(low <= s < (high or math.inf) for s, _ in cards))
        for low, high in zip(edges, edges[1:], strict=False)
    )
    assert found.difficulty == tuple(
        CardGroup(low, low + 1, sum(min(int(d), 9) == low for _, d in cards))
        for low in range(1, 10)
    )
    assert len(cards) > 5


def test_group_includes_its_lower_bound(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(4))
    memories = [(0.999, 1.0), (1.0, 9.99), (730.0, 10.0), (729.0, 2.0)]
    for card, memory in zip(store.rows("select id from cards"), memories, strict=True):
        store.db.execute(
            "update cards set stability = ?, difficulty = ? where id = ?",
            (*memory, *card),
        )

    found = memory_distribution(store, DeckFilter())

    firm = {(one.low, one.high): one.cards for one in found.stability if one.cards}
    assert firm == {(0, 1): 1, (1, 3): 1, (365, 730): 1, (730, None): 1}
    hard = {(one.low, one.high): one.cards for one in found.difficulty if one.cards}
    assert hard == {(1, 2): 1, (2, 3): 1, (9, 10): 2}
    store.close()


@pytest.mark.parametrize(
    ("deck", "held"), [("A", True), ("A::B", True), ("AB", False), ("", False)]
)
def test_deck_contains_its_children_only(deck: str, held: bool) -> None:
    assert DeckFilter("A", (1,)).contains(deck) is held


@CHOICES
def test_deck_summary_includes_its_children(lived: Store, deck: str) -> None:
    found = deck_summaries(lived, NOW, deck_filter(lived, deck))

    assert found == tuple(
        slow_deck(lived, name) for name in DECKS if belongs(name, deck)
    )


def slow_deck(store: Store, deck: str) -> DeckSummary:
    cards = [
        (None if suspended else state, interval)
        for state, interval, suspended, name in store.rows(
            "select state, interval, suspended, d.name"
            " from cards c join decks d on d.id = c.deck where not retired"
        )
        if belongs(name, deck)
    ]
    seen = answers(store, deck, NOW - 30 * DAY_MS)
    spent = sum(row.duration_ms for row in seen)
    return DeckSummary(
        deck,
        len(cards),
        sum(state == 0 for state, _ in cards),
        sum(state == 2 and interval >= 21 for state, interval in cards),
        kept(seen),
        spent / 60_000 / 30 * 7,
    )


@CHOICES
def test_cards_with_most_lapses_come_first(lived: Store, deck: str) -> None:
    found = difficult_cards(lived, deck_filter(lived, deck))

    rows = [
        row[:-1]
        for row in lived.rows(
            "select c.id, lapses, difficulty, leech, suspended, d.name from cards c"
            " join decks d on d.id = c.deck where not retired"
        )
        if belongs(row[-1], deck)
    ]
    rows.sort(key=lambda row: (-row[1], -(row[2] or 0), row[0]))
    assert found.leeches == sum(row[3] for row in rows)
    assert [
        (one.asked.card, one.lapses, one.difficulty, one.leech, one.suspended)
        for one in found.cards
    ] == [row for row in rows if row[1] >= 3][:20]
    assert found.cards[0].asked.question.startswith(found.cards[0].asked.deck)


def slow_predictions(
    store: Store, options: Options, since: int, deck: str
) -> list[tuple[float, bool]]:
    """Replay every card with the scheduler."""
    cards: dict[int, SchedulingState] = {}
    found = []
    for row in log(store, deck):
        if row.rating == 0 or (row.kind == 3 and not row.difficulty and not row.ease):
            continue
        before = cards.get(row.card, SchedulingState())
        parameters = options.preset(row.deck).parameters
        if row.kind == 1 and row.id >= since and before.stability is not None:
            elapsed = row.day - (before.last_day or 0)
            if elapsed > 0:
                chance = forgetting_curve(parameters[20])(before.stability, elapsed)
                found.append((chance, row.rating > 1))
        cards[row.card] = replayed(
            before,
            row.rating,
            NextStep(State(row.state), row.step, row.interval),
            AnswerTime(row.id, row.offset_min, 4),
            parameters,
        )
    return found


@CHOICES
def test_predictions_match_the_scheduler(lived: Store, deck: str) -> None:
    options = Options(lived)
    since = NOW - 365 * DAY_MS

    found = list(predictions(lived, options, since, deck_filter(lived, deck)))

    slow = slow_predictions(lived, options, since, deck)
    assert len(found) > 100
    assert in_order(found) == in_order(slow)
    total = calibration(lived, options, since, deck_filter(lived, deck))
    assert total == slow_calibration(found)


def in_order(found: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """Sort predictions, rounded: the last bits depend on the order of operations."""
    return sorted((round(chance, 9), right) for chance, right in found)


def slow_calibration(found: list[tuple[float, bool]]) -> Calibration:
    edges = (0.0, *EDGES, 1.0)
    bins = []
    squares = 0.0
    for low, high in zip(edges, edges[1:], strict=False):
        inside = [one for one in found if low <= one[0] < high]
        if not inside:
            bins.append(CalibrationBin(low, high, 0, None, None))
            continue
        chance = sum(one[0] for one in inside) / len(inside)
        share = sum(one[1] for one in inside) / len(inside)
        bins.append(approx(CalibrationBin(low, high, len(inside), chance, share)))
        squares += len(inside) * (chance - share) ** 2
    losses = [-math.log(chance if right else 1 - chance) for chance, right in found]
    return approx(
        Calibration(
            len(found),
            sum(chance for chance, _ in found) / len(found),
            sum(right for _, right in found) / len(found),
            sum(losses) / len(losses),
            math.sqrt(squares / len(found)),
            tuple(bins),
        )
    )


class approx:  # noqa: N801
    """Equal to a struct except for the last bits of its numbers."""

    def __init__(self, wanted: Any) -> None:
        self.wanted = wanted

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self.wanted) and all(
            getattr(other, name) == pytest.approx(getattr(self.wanted, name), rel=1e-9)
            if isinstance(getattr(self.wanted, name), float)
            else getattr(other, name) == getattr(self.wanted, name)
            for name in self.wanted.__struct_fields__
        )

    __hash__ = None  # type: ignore[assignment]


def test_calibration_matches_a_hand_computed_example() -> None:
    found = evaluate(iter([(0.9, True), (0.92, False), (0.6, True), (0.5, False)]))

    assert (found.reviews, found.recalled) == (4, 0.5)
    assert found.predicted == pytest.approx(0.73)
    assert found.log_loss == pytest.approx(
        -(math.log(0.9) + math.log(0.08) + math.log(0.6) + math.log(0.5)) / 4
    )
    # Bins: 0.5 predicted, 0 recalled; 0.6 and 1; 0.91 and a half.
    assert found.rmse == pytest.approx(math.sqrt((0.5**2 + 0.4**2 + 2 * 0.41**2) / 4))
    assert [one.low for one in found.bins if one.reviews] == [0.5, 0.6, 0.9]


def test_calibration_without_reviews_is_none() -> None:
    found = evaluate(iter([]))

    assert found.log_loss is found.rmse is found.predicted is found.recalled is None
    assert len(found.bins) == len(EDGES) + 1


ANSWER = (
    "insert into reviews (id, card, origin_ms, rating, duration_ms, state_before, kind,"
    " offset_min, state, step, interval, last_interval, difficulty, ease)"
    " values (?1, ?2, ?1, ?3, 1000, ?4, ?5, 0, 2, 0, ?6, 0, ?7, ?8)"
)

ANSWER_THERE = ANSWER.replace("1000, ?4, ?5, 0,", "1000, ?4, ?5, ?9,")


def one_card(
    folder: Path, *rows: tuple[int, int, int, int, int, float, int]
) -> tuple[Store, Options]:
    """Create a store with a card and a log: day, rating, state before, kind, interval,
    difficulty, ease."""
    store = new_store(folder)
    add(store, numbered(1), NOON - 99 * DAY_MS)
    card = store.row("select id from cards")[0]
    for day, *row in rows:
        store.db.execute(ANSWER, (NOON + day * DAY_MS, card, *row))
    return store, Options(store)


def chances(store: Store, options: Options, since: int = 0) -> list[float]:
    return [one[0] for one in predictions(store, options, since, DeckFilter())]


FIRST = (0, 3, 0, 0, 5, 5.0, 0)
S, DECAY = DEFAULT_PARAMETERS[2], DEFAULT_PARAMETERS[20]


def test_reset_card_is_predicted_as_a_new_one(tmp_path: Path) -> None:
    store, options = one_card(
        tmp_path,
        (-40, 4, 0, 0, 30, 5.0, 0),
        (-30, 0, 2, 4, 0, 0.0, 0),  # reset by hand
        FIRST,
        (5, 3, 2, 1, 9, 5.0, 0),
    )

    assert chances(store, options) == [forgetting_curve(DECAY)(S, 5)]
    store.close()


def test_log_that_starts_late_is_predicted_from_its_interval(tmp_path: Path) -> None:
    store, options = one_card(
        tmp_path, (0, 3, 2, 1, 20, 0.0, 2300), (18, 3, 2, 1, 40, 5.0, 0)
    )

    stability, _ = memory_from_sm2(2.3, 20, DEFAULT_PARAMETERS)
    assert chances(store, options) == [forgetting_curve(DECAY)(stability, 18)]
    assert chances(store, options, NOON + 19 * DAY_MS) == []
    store.close()


def test_cram_and_same_day_answers_are_not_predicted(tmp_path: Path) -> None:
    store, options = one_card(
        tmp_path,
        FIRST,
        (2, 1, 2, 3, 5, 0.0, 0),  # a cram review
        (3, 0, 2, 5, 9, 5.0, 0),  # another interval for the same memory
        (7, 3, 2, 1, 9, 5.0, 0),
    )
    store.db.execute(
        ANSWER,
        (NOON + 7 * DAY_MS + 9, *store.row("select id from cards"), 1, 2, 1, 5, 5.0, 0),
    )

    assert chances(store, options) == [forgetting_curve(DECAY)(S, 7)]
    assert chances(store, options, NOON + 8 * DAY_MS) == []
    assert calibration(store, options, NOON + 8 * DAY_MS, DeckFilter()).reviews == 0
    store.close()


WILSON = {
    "most": (8, 10, 0.4902, 0.9433),
    "none": (0, 10, 0.0, 0.2775),
    "all": (10, 10, 0.7225, 1.0),
    "many": (900, 1000, 0.87985, 0.9171),
}


@pytest.mark.parametrize(("right", "count", "low", "high"), WILSON.values(), ids=WILSON)
def test_confidence_interval_is_wilsons(
    right: int, count: int, low: float, high: float
) -> None:
    found = confidence_interval(Retention(right, count))

    assert found == pytest.approx((low, high), abs=5e-5)


def test_confidence_interval_without_answers_is_everything() -> None:
    assert confidence_interval(Retention(0, 0)) == (0.0, 1.0)


BERLIN = {
    # 2026-03-29: two o'clock becomes three; 2026-10-25: three becomes two.
    "before the rollover in spring": ("2026-03-29T01:59:59Z", "2026-03-28"),
    "after the rollover in spring": ("2026-03-29T02:00:02Z", "2026-03-29"),
    "before the rollover in autumn": ("2026-10-25T02:59:59Z", "2026-10-24"),
    "after the rollover in autumn": ("2026-10-25T03:00:02Z", "2026-10-25"),
    "at midnight": ("2026-11-01T23:30:00Z", "2026-11-01"),
}


@pytest.mark.parametrize(("at", "day"), BERLIN.values(), ids=BERLIN)
def test_answer_counts_on_its_study_day(tmp_path: Path, at: str, day: str) -> None:
    from datetime import datetime

    store = new_store(tmp_path, "Europe/Berlin")
    add(store, numbered(1), NOON - 400 * DAY_MS)
    calendar = Options(store).calendar
    moment = int(datetime.fromisoformat(at).timestamp() * 1000)
    store.db.execute(
        ANSWER, (moment, *store.row("select id from cards"), 3, 0, 0, 5, 5.0, 0)
    )
    store.db.execute("update reviews set offset_min = ?", (calendar.offset_of(moment),))

    found = overview_of(store, NOON).days

    busy = {str(day_date(one.day)): one.reviews for one in found if one.reviews}
    assert busy == {day: 1}
    store.close()


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
@pytest.mark.parametrize("rollover", [0, 4, 23])
def test_day_is_that_of_the_time_zone_of_the_answer(
    tmp_path: Path, zone: str, rollover: int
) -> None:
    store = new_store(tmp_path, zone)
    save_setting(store, "rollover", str(rollover))
    add(store, numbered(1), NOON - 400 * DAY_MS)
    card = store.row("select id from cards")[0]
    calendar = Options(store).calendar
    dice = random.Random(rollover)
    wanted: Counter[int] = Counter()
    rows = []
    for _ in range(600):
        at = NOON - dice.randrange(30 * DAY_MS)
        there = dice.choice([calendar.offset_of(at)] * 3 + [-720, -300, 0, 540, 840])
        rows.append((at, card, 3, 0, 0, 5, 5.0, 0, there))
        wanted[study_day(at, there, rollover)] += 1
    with store.transaction() as connection:
        connection.executemany(ANSWER_THERE, rows)

    found = overview_of(store, NOON).days[-20:]

    today = calendar.day(NOON)
    days = range(today - 19, today + 1)
    assert [one.reviews for one in found] == [wanted[day] for day in days]
    store.close()


def test_hour_is_that_of_the_time_zone_of_the_answer(
    tmp_path: Path,
) -> None:
    store, _ = one_card(tmp_path, FIRST, (5, 3, 2, 1, 9, 5.0, 0))
    store.db.execute("update reviews set offset_min = 330")

    found = retention_breakdown(store, 0, DeckFilter()).by_hour

    assert found.index(Retention(1, 1)) == 17  # noon in UTC, half past five there
    store.close()


def test_pairs_count_both_ways_and_without_undone_misses(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic("one"), basic("two"), basic("other", "B"), basic("last", "B")])
    one, two, other, last = (
        row[0] for row in store.rows("select id from cards order by id")
    )
    said = [
        (one, two),
        (two, one),
        (one, other),
        (last, other),
        (other, last),
        (last, other),
    ]
    for index, (card, with_) in enumerate([*said, (one, last)]):
        at = NOON + index
        store.db.execute(ANSWER, (at, card, 1, 2, 1, 5, 5.0, 0))
        store.db.execute("insert into confusions values (?, ?, ?)", (at, card, with_))
    store.db.execute("update reviews set undone = 1 where id = ?", (NOON + len(said),))

    def counts(deck: str) -> list[tuple[str, str, int]]:
        return [
            (pair.first.question, pair.second.question, pair.times)
            for pair in confused_pair_counts(store, deck_filter(store, deck))
        ]

    assert counts("") == [("other", "last", 3), ("one", "two", 2), ("one", "other", 1)]
    assert counts("A") == [("one", "two", 2), ("one", "other", 1)]
    assert counts("B") == [("other", "last", 3), ("one", "other", 1)]
    store.close()


def test_a_pair_names_the_decks_of_its_cards(tmp_path: Path) -> None:
    with closing(new_store(tmp_path)) as store:
        add(store, [basic("one"), basic("two")])
        one, two = (row[0] for row in store.rows("select id from cards order by id"))
        put_in_deck(store, two, "A::Produce")
        store.db.execute(ANSWER, (NOON, one, 1, 2, 1, 5, 5.0, 0))
        store.db.execute("insert into confusions values (?, ?, ?)", (NOON, one, two))

        (pair,) = confused_pair_counts(store, DeckFilter())

    assert (pair.first.deck, pair.second.deck) == ("A", "A::Produce")


def test_answer_statistics_are_computed_on_request(lived: Store) -> None:
    options = Options(lived)

    brief, full = (
        day_statistics(lived, options, "", NOW, full=False),
        day_statistics(lived, options, "", NOW, full=True),
    )

    assert brief.answers is None
    assert full.answers is not None
    assert full.answers.times.all.answers == sum(
        one.reviews for one in full.overview.days
    )
    assert full.answers.retention == retention_breakdown(
        lived, options.calendar.start_ms(TODAY - 364), DeckFilter()
    )
    assert Preset().desired_retention == full.desired_retention
