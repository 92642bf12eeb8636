"""The way back: every step that a person makes leaves the store as it was before."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from store_fixtures import (
    DAY_MS,
    NOON,
    add,
    basic,
    both_ways,
    contradictions,
    give,
    ids,
    new_store,
)

from cards.errors import DeckError
from cards.note import Basic, Cloze, ListNote, Note
from srs.maintenance.checks import examine
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import Rating
from srs.models.presets import DEFAULT_PARAMETERS
from srs.optimizer.reschedule import reschedule_cards
from srs.scheduler.study_day import day_date
from srs.store.card_actions import bury, set_due_today, suspend
from srs.store.connection import Store, StoreError
from srs.store.operations import (
    DUE_TODAY,
    DURING_REVIEW,
    Operation,
    last_operations,
    record_operation,
)
from srs.store.redo import redo_operations
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import Undone, undo_last, undo_operations
from srs.study.vacation import set_vacations

TABLES = ("settings", "presets", "decks", "notes", "cards", "reviews", "confusions")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = new_store(tmp_path)
    yield opened
    opened.close()


def contents(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Read all that counts, without undone answers and lines in a file.

    A text that comes back is later than the undone one, see below.
    """
    found = {}
    for table in TABLES:
        cursor = store.connection.execute(f"select * from {table} order by 1, 2")
        names = [column[0] for column in cursor.description]
        found[table] = [
            {
                name: value
                for name, value in zip(names, row, strict=True)
                if name not in ("line", "modified") and not name.endswith("stamp")
            }
            for row in cursor
        ]
    found["reviews"] = [row for row in found["reviews"] if not row["undone"]]
    return found


def undone(store: Store) -> Undone | None:
    return undo_last(store, Options(store))


def test_a_deck_that_an_add_emptied_returns_with_its_id(store: Store) -> None:
    add(store, [basic("one", "A"), basic("two", "C")])
    before = contents(store)
    add(store, [basic("one", "B"), basic("two", "C")], NOON + 1000)

    undone(store)

    assert contents(store) == before


def test_a_text_that_comes_back_is_later_than_the_undone_one(store: Store) -> None:
    times = "select max(modified) from notes where retired = 0"
    add(store, [basic("one")])
    found = []
    edits = [[basic("one", extra="more")], [basic("one", tags=("new",))], []]
    for minute, edited in enumerate(edits, 1):
        add(store, edited, NOON + minute * 60_000)
        found.append(store.row(times)[0])
        undone(store)
        found.append(store.row(times)[0])
        redo_operations(store, 1)
        found.append(store.row(times)[0])
        undone(store)
        found.append(store.row(times)[0])

    seconds = [at // 1000 for at in found if at is not None]
    assert seconds == sorted(set(seconds))


def test_a_text_from_elsewhere_goes_back_to_its_time(store: Store) -> None:
    add(store, [basic("one")])
    before = store.rows("select guid, modified from notes")
    edited = TextUpdate(before[0][0], basic("one", extra="more"), None, {}, NOON + 5000)
    update_notes(store, [edited], NOON + 9000)

    undone(store)

    assert store.rows("select guid, modified from notes") == before


def test_added_notes_vanish_with_their_deck(store: Store) -> None:
    before = contents(store)
    add(store, [basic("one", "A::B"), basic("two", "C")])

    found = undone(store)

    operation = Operation(
        "add", NOON, count=2, undone=True, about="one.yaml", files=1, actions={"new": 2}
    )
    assert found == Undone(operation)
    assert contents(store) == before


def test_a_note_that_was_ever_answered_is_retired_with_its_log(store: Store) -> None:
    add(store, [basic("one"), basic("two")])
    give(store, ids(store)[0], Rating.GOOD, NOON)
    undo_operations(store, 2)

    assert store.rows("select retired from notes") == [(1,)]
    assert store.rows("select retired, reps from cards") == [(1, 0)]
    assert store.rows("select rating, undone from reviews") == [(3, 1)]

    add(store, [basic("one"), basic("two")])

    assert store.rows("select retired from notes") == [(0,), (0,)]


def test_an_answer_after_the_adding_is_taken_back_first(store: Store) -> None:
    add(store, [basic("one")])
    give(store, ids(store)[0], Rating.GOOD, NOON)

    assert [one.operation.name for one in undo_operations(store, 9)] == [
        "answer",
        "add",
    ]


def test_edits_moves_and_retirements_go_back_to_the_letter(store: Store) -> None:
    cloze = Note(Cloze("{{c1::S3}} and {{c2::DynamoDB}} have gateways"), "A")
    table = Note(both_ways(("KMS", "HSM"), {"tenancy": ("multi", "single")}), "A")
    listed = Note(ListNote("colours", ("red", "green", "blue")), "A", id="colours")
    add(store, [basic("one"), basic("two"), cloze, table, listed])
    for card in ids(store)[:6]:
        give(store, card, Rating.EASY, NOON + card % 1000)
    suspend(store, ids(store)[:1], NOON, suspended=True)
    before = contents(store)
    other = Note(Cloze("{{c1::S3}} and {{c2::DynamoDB}} have no gateways"), "B")
    changed = replace(table, content=both_ways(("KMS", "HSM"), {"keys": ("a", "b")}))
    kind = Note(Basic("colours", "red, green, blue"), "A", id="colours")
    add(store, [basic("uno", "A"), other, changed, kind], NOON + DAY_MS)
    assert contents(store) != before

    undone(store)

    assert contents(store) == before
    assert contradictions(store) == []


def test_a_moved_card_follows_the_parameters_of_its_deck(
    store: Store,
) -> None:
    parameters = (0.3, *DEFAULT_PARAMETERS[1:])
    save_options(store, "B", {"parameters": parameters, "leech_threshold": 1})
    add(store, [basic("one", "A"), basic("two", "A")])
    for day in range(3):
        give(
            store,
            ids(store)[0],
            Rating.AGAIN if day else Rating.EASY,
            NOON + day * DAY_MS * 20,
        )
    before = contents(store)

    add(store, [basic("one", "B"), basic("two", "A")], NOON + 1)
    assert contradictions(store) == []
    assert store.row("select leech from cards order by id") == (1,)

    undone(store)
    assert contents(store) == before


def test_what_woke_up_is_retired_again(store: Store) -> None:
    add(store, [basic("one"), basic("two")])
    add(store, [basic("two")], NOON + 1)
    before = contents(store)
    add(store, [basic("one"), basic("two")], NOON + 2)

    undone(store)

    assert contents(store) == before


def test_a_dry_run_tells_the_steps_and_changes_nothing(store: Store) -> None:
    add(store, [basic("one")])
    suspend(store, ids(store), NOON, suspended=True)
    before = contents(store)

    found = undo_operations(store, 5, dry_run=True)

    assert [one.operation.name for one in found] == ["suspend", "add"]
    assert contents(store) == before
    assert undo_operations(store, 5) == found


def test_files_added_again_as_they_are_leave_no_step(store: Store) -> None:
    add(store, [basic("one"), basic("two")])
    add(store, [basic("one"), basic("two")], NOON + 1)
    add(store, [basic("two"), basic("one")], NOON + 2)

    assert [one.name for one in last_operations(store)] == ["add"]


@pytest.mark.parametrize(
    "deck",
    ["", "A"],
    ids=["everywhere", "one deck"],
)
def test_an_option_goes_back_and_its_leeches_with_it(store: Store, deck: str) -> None:
    save_options(store, deck, {"new_per_day": 5})
    add(store, [basic("one")])
    for day in range(8):
        rating = Rating.AGAIN if day % 2 else Rating.EASY
        give(store, ids(store)[0], rating, NOON + day * DAY_MS)
    before = contents(store)
    save_options(store, deck, {"new_per_day": 5, "leech_threshold": 1}, NOON)
    rebuild_cache(store, Options(store))
    assert store.row("select leech from cards") == (1,)

    assert undone(store) == Undone(
        Operation("config", NOON, undone=True, about=deck, names=("leech_threshold",))
    )
    assert contents(store) == before


def test_a_setting_goes_back_and_the_study_days_with_it(store: Store) -> None:
    add(store, [basic("one")])
    give(store, ids(store)[0], Rating.EASY, NOON - 9 * 3_600_000)
    before = contents(store)
    save_setting(store, "rollover", "2", NOON)
    rebuild_cache(store, Options(store))
    assert contents(store)["cards"] != before["cards"]

    undone(store)

    assert contents(store) == before


def test_a_setting_set_to_what_it_is_is_no_step(store: Store) -> None:
    save_setting(store, "rollover", "2", NOON)
    save_setting(store, "rollover", "2", NOON)
    save_options(store, "A", {}, NOON)

    assert [one.names for one in last_operations(store)] == [("rollover",)]


def test_a_review_takes_back_only_what_a_review_does(store: Store) -> None:
    add(store, [basic("one")])
    bury(store, ids(store), NOON, 20_000)

    taken = [undo_last(store, Options(store), DURING_REVIEW) for _ in range(2)]

    assert taken == [
        Undone(Operation("bury", NOON, 1, undone=True, about="one"), ids(store)[0]),
        None,
    ]
    assert store.row("select count(*) from notes") == (1,)


def test_the_log_of_steps_tells_each_with_what_it_was_about(store: Store) -> None:
    add(store, [basic("one"), basic("two")])
    first, second = ids(store)
    give(store, first, Rating.EASY, NOON)
    suspend(store, [first, second], NOON + 1, suspended=True)
    suspend(store, [second], NOON + 2, suspended=False)
    bury(store, [second], NOON + 3, 20_000)
    set_due_today(store, Options(store), [first], NOON + 4)
    save_options(store, "A", {"fuzz": False}, NOON + 5)
    undone(store)

    assert last_operations(store) == [
        Operation("config", NOON + 5, undone=True, about="A", names=("fuzz",)),
        Operation(DUE_TODAY, NOON + 4, 1, about="one"),
        Operation("bury", NOON + 3, 1, about="two"),
        Operation("unsuspend", NOON + 2, 1, about="two"),
        Operation("suspend", NOON + 1, 2),
        Operation("answer", NOON, 1, about="one", rating=4),
        Operation("add", NOON, 2, about="one.yaml", files=1, actions={"new": 2}),
    ]
    assert last_operations(store, 2) == last_operations(store)[:2]


def test_a_step_of_a_newer_flash_is_not_skipped(store: Store) -> None:
    add(store, [basic("one")])
    with store.transaction() as connection:
        record_operation(connection, NOON, "dream", {})
    assert last_operations(store, 1) == [Operation("dream", NOON)]

    with pytest.raises(StoreError) as caught:
        undone(store)

    assert (
        caught.value.message == "the last operation, 'dream', was made by a newer flash"
    )
    assert [one.undone for one in last_operations(store)] == [False, False]


def test_undone_import_keeps_answers_given_here(store: Store) -> None:
    add(store, [basic("one")])
    (card,) = ids(store)
    give(store, card, Rating.GOOD, NOON)
    give(store, card, Rating.EASY, NOON + DAY_MS)
    with store.transaction() as connection:
        # The import brought the first row; the second one was here before.
        connection.execute("update reviews set origin = 'anki' where id = ?", (NOON,))
        reviews = [row[0] for row in connection.execute("select id from reviews")]
        before = {"notes": [], "reviews": reviews, "marks": []}
        record_operation(connection, NOON + 2 * DAY_MS, "import", before)

    found = undone(store)

    assert found is not None
    assert found.operation.name == "import"
    assert store.rows("select id, rating from reviews") == [(NOON + DAY_MS, 4)]
    assert contradictions(store) == []


def test_a_large_run_takes_little_room(store: Store) -> None:
    notes = [basic(f"question {number}") for number in range(3000)]
    size = "select length(before) from operations order by id desc limit 1"

    add(store, notes)
    assert store.row(size)[0] < 300

    add(store, [replace(note, deck="B") for note in notes], NOON + 1)
    assert store.row(size)[0] < 90_000


def test_undone_parameters_give_the_old_memory(
    store: Store,
) -> None:
    add(store, [basic("one")])
    give(store, ids(store)[0], Rating.AGAIN, NOON)
    before = contents(store)
    parameters = (0.2, *DEFAULT_PARAMETERS[1:])
    save_options(store, "", {"parameters": parameters}, NOON + 1)
    rebuild_cache(store, Options(store))

    undo_last(store, Options(store))

    assert contents(store) == before


# Any steps, and as many back

WORDS = ("alpha", "beta", "gamma")
texts = st.sampled_from(WORDS)
notes = st.one_of(
    st.builds(Basic, texts, texts, st.booleans()),
    st.builds(lambda a, b: Cloze(f"{{{{c1::{a}}}}} of {{{{c2::{b}}}}}"), texts, texts),
    st.builds(lambda a, b: ListNote(a, tuple(b)), texts, st.permutations(WORDS)),
)


def decks() -> st.SearchStrategy[list[Note]]:
    return st.lists(
        st.builds(
            Note,
            notes,
            st.sampled_from(["A", "A::B", "C"]),
            st.sampled_from(["", "x", "y"]),
        ),
        max_size=4,
        unique_by=(lambda n: str(n.content), lambda n: n.id or str(n.content)),
    )


def reschedule_all(store: Store, now_ms: int) -> None:
    reschedule_cards(store, Options(store), now_ms)


class Steps(RuleBasedStateMachine):
    """A person at work, who remembers what the store was before each step."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.store = new_store(self.folder)
        self.now = NOON
        self.before: list[dict[str, Any]] = []

    def count(self) -> int:
        sql = "select count(*) from operations where undone = 0"
        return int(self.store.row(sql)[0])

    def do(self, step: Any, *arguments: Any, **named: Any) -> None:
        self.now += 1000
        before = contents(self.store)
        try:
            step(self.store, *arguments, **named)
        except DeckError:
            return
        if self.count() > len(self.before):
            self.before.append(before)

    @rule(deck=decks(), file=st.sampled_from(["/decks/one.yaml", "/decks/two.yaml"]))
    def add(self, deck: list[Note], file: str) -> None:
        self.do(add, deck, self.now, file)

    @rule(
        which=st.integers(0, 20), rating=st.sampled_from(Rating), days=st.integers(0, 9)
    )
    def answer(self, which: int, rating: Rating, days: int) -> None:
        sql = "select id from cards where retired = 0 and suspended = 0 order by id"
        found = self.store.rows(sql)
        self.now += days * DAY_MS
        if found:
            self.do(give, found[which % len(found)][0], rating, self.now)

    @rule(which=st.integers(0, 20), suspended=st.booleans())
    def suspend(self, which: int, suspended: bool) -> None:
        chosen = ids(self.store)[which : which + 3]
        self.do(suspend, chosen, self.now, suspended=suspended)

    @rule(which=st.integers(0, 20))
    def bury(self, which: int) -> None:
        self.do(bury, ids(self.store)[which : which + 2], self.now, 20_800)

    @rule(hour=st.sampled_from(["", "0", "4", "11"]))
    def turn_over(self, hour: str) -> None:
        self.do(save_setting, "rollover", hour, self.now)
        rebuild_cache(self.store, Options(self.store))

    @rule(deck=st.sampled_from(["", "A", "A::B"]), threshold=st.sampled_from([0, 1, 2]))
    def call_leeches(self, deck: str, threshold: int) -> None:
        options = {"leech_threshold": threshold} if threshold else {}
        self.do(save_options, deck, options, self.now)
        rebuild_cache(self.store, Options(self.store))

    @rule(deck=st.sampled_from(["", "A", "C"]), first=st.sampled_from([0.2, 2.5]))
    def fit(self, deck: str, first: float) -> None:
        parameters = (first, *DEFAULT_PARAMETERS[1:])
        self.do(save_options, deck, {"parameters": parameters}, self.now)
        rebuild_cache(self.store, Options(self.store))

    @rule(first=st.integers(1, 30), length=st.integers(0, 20))
    def go_away(self, first: int, length: int) -> None:
        days = (day_date(NOON // DAY_MS + first + n) for n in (0, length))
        self.do(set_vacations, "..".join(map(str, days)), self.now)

    @rule(retention=st.sampled_from([0.75, 0.9, 0.96]))
    def reschedule_cards(self, retention: float) -> None:
        self.do(save_options, "C", {"desired_retention": retention}, self.now)
        self.do(reschedule_all, self.now)

    @rule()
    def take_back(self) -> None:
        found = undo_last(self.store, Options(self.store))
        assert (found is None) == (not self.before)
        if self.before:
            self.compare(self.before.pop())

    def compare(self, before: dict[str, Any]) -> None:
        """Nothing differs but notes that stay for the sake of an undone answer."""
        now = contents(self.store)
        answered = {row[0] for row in self.store.rows("select card from reviews")}
        known = {row["id"] for row in before["cards"]}
        kept = [c for c in now["cards"] if c["id"] in answered - known]
        assert all(card["retired"] for card in kept)
        guids = {card["note"] for card in kept} - {n["guid"] for n in before["notes"]}
        decks = {row["id"] for row in before["decks"]}
        now["cards"] = [card for card in now["cards"] if card not in kept]
        now["notes"] = [note for note in now["notes"] if note["guid"] not in guids]
        now["decks"] = [row for row in now["decks"] if row["id"] in decks]
        assert now == before

    @invariant()
    def the_cards_follow_from_the_log(self) -> None:
        assert contradictions(self.store) == []
        found = examine(self.store, self.now).findings
        assert [one for one in found if one.category not in ("clock", "decks")] == []

    def teardown(self) -> None:
        while self.before:
            self.take_back()
        self.store.close()
        shutil.rmtree(self.folder)


Steps.TestCase.settings = settings(max_examples=30, stateful_step_count=20)
TestSteps = pytest.mark.slow(Steps.TestCase)
