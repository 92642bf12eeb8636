"""Random devices, commands and deliveries end in equal stores.

`FLASH_SYNC_RUNS=5000` runs as many examples, other ones each time.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from anki_exchange import package
from devices import OwnDevice, exchange, rebuilt
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from store_fixtures import DAY_MS, NOON, Clock, add, basic, give

from cards.errors import FlashError
from cards.note import Basic, Cloze, Note
from flash.service.context import AppContext
from flash.service.deck_changes import apply_change, plan_move
from flash.service.importing import import_package
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import Rating
from srs.models.mock_exam import MockAnswer, MockExam, MockQuestion
from srs.store import connection as store_connection
from srs.store.backups import back_up
from srs.store.card_actions import bury, set_due_today, suspend
from srs.store.confusions import record_confusion
from srs.store.connection import Store
from srs.store.decks import card_ids, deck_ids
from srs.store.mock_exams import (
    finish_mock_exam,
    start_mock_exam,
    unfinished_mock_exam,
)
from srs.store.notes import stored_notes
from srs.store.redo import redo_operations
from srs.store.removal import erase_notes, retire_notes
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import undo_operations

RUNS = int(os.environ.get("FLASH_SYNC_RUNS", "0"))


def of_size(examples: int) -> settings:
    return settings(
        max_examples=RUNS or examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=not RUNS,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


chance = st.integers(0, 1 << 30)


class Devices(RuleBasedStateMachine):
    """Up to five devices, each with a clock of its own and a copy of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.devices: list[OwnDevice] = []
        self.now_ms = NOON
        self.packages: list[Path] = []
        self.acknowledged: set[tuple[str, str, int]] = set()
        self._time = store_connection.time

    @initialize(
        offsets=st.lists(st.sampled_from([-2, 0, 0, 1, 2]), min_size=2, max_size=3)
    )
    def start(self, offsets: list[int]) -> None:
        for days in offsets:
            self._new(days * DAY_MS)

    def _new(self, offset: int) -> OwnDevice:
        name = f"{len(self.devices)}"
        device = OwnDevice(self.folder / name, Clock(self.now_ms + offset))
        self.devices.append(device)
        return device

    def _use(self, number: int) -> OwnDevice:
        """Let time pass and take a device with its clock."""
        self.now_ms += 7_000
        device = self.devices[number % len(self.devices)]
        device.clock.turn(minutes=7_000 / 60_000)
        store_connection.time = SimpleNamespace(  # type: ignore[assignment]
            time_ns=lambda: device.clock() * 1_000_000
        )
        return device

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.now_ms += days * DAY_MS
        for device in self.devices:
            device.clock.turn(days=days)

    @rule(number=chance, which=chance)
    def add_file(self, number: int, which: int) -> None:
        device, choose = self._use(number), random.Random(which)
        deck = choose.choice(["A", "A::B"])
        cloze = " ".join(f"{{{{c{i}::x{i}}}}}" for i in range(1, choose.randint(2, 4)))
        ids = choose.choice([("", "gaps"), ("zero", "gaps"), ("", "")])
        notes = [basic(f"q{i}", deck) for i in range(1, 3) if choose.random() < 0.8]
        notes.append(basic("q0", deck, id=ids[0]))
        notes.append(Note(Cloze(cloze), deck, id=ids[1]))
        if choose.random() < 0.5:
            notes.append(basic("![a](a.png)", deck))
            (device.folder / "a.png").write_bytes(
                choose.randbytes(choose.randint(1, 3))
            )
        with device.opened() as store, suppress(FlashError):
            file = device.folder / f"{choose.choice('xy')}.yaml"
            add(store, notes, device.clock(), file=str(file))

    @rule(number=chance, other=chance)
    def add_twin(self, number: int, other: int) -> None:
        """Let a device reword a note, and another one add the new text and answer."""
        both = (number, ["before", "after"]), (other, ["after"])
        for one, questions in both:
            device = self._use(one)
            for question in questions:
                note, file = Note(Basic(question, "same"), "A"), device.folder / "t"
                with device.opened() as store, suppress(FlashError):
                    add(store, [note], device.clock(), file=str(file))
        self.answer(other, -1, Rating.GOOD)
        self.export(other)

    @rule(number=chance, which=chance)
    def edit(self, number: int, which: int) -> None:
        device, choose = self._use(number), random.Random(which)
        with device.opened() as store:
            notes = list(stored_notes(store))
            if notes:
                one = choose.choice(notes)
                content, part = one.note.content, choose.random()
                if part < 0.3:
                    tags = tuple(choose.sample("abc", choose.randint(0, 2)))
                    note = replace(one.note, tags=tags, extra=choose.choice("xy"))
                    update_notes(store, [TextUpdate(one.guid, note)], device.clock())
                    return
                if part < 0.5:
                    cards = [card.id for card in one.cards if choose.random() < 0.7]
                    app = AppContext(store, device.clock)
                    change = plan_move(app, cards, choose.choice(["A", "C::D"]))
                    apply_change(app, change, write=False)
                    return
                if isinstance(content, Cloze):
                    gaps = range(1, choose.randint(2, 5))
                    content = Cloze(" ".join(f"{{{{c{i}::y{i}}}}}" for i in gaps))
                else:
                    content = basic(choose.choice(["q0", "q1", "other"])).content
                note = replace(one.note, content=content)
                if choose.random() < 0.5:
                    note = Note(content, choose.choice(["A", "C"]), id=one.note.id)
                update_notes(store, [TextUpdate(one.guid, note)], device.clock())

    @rule(number=chance, which=chance, rating=st.sampled_from(list(Rating)))
    def answer(self, number: int, which: int, rating: Rating) -> None:
        device = self._use(number)
        with device.opened() as store:
            cards = [
                card.id
                for note in stored_notes(store)
                for card in note.cards
                if not card.suspended
            ]
            if cards:
                card = cards[which % len(cards)]
                review = give(store, card, rating, device.clock()).review
                name = store.row(
                    "select note, uid from cards where id = :c", {"c": card}
                )
                self.acknowledged.add((*name, review))

    @rule(
        number=chance,
        other=chance,
        which=chance,
        ratings=st.tuples(*[st.sampled_from(list(Rating))] * 2),
    )
    def answer_in_one_millisecond(
        self, number: int, other: int, which: int, ratings: tuple[Rating, Rating]
    ) -> None:
        """Let two devices answer a card at once, whatever their clocks say."""
        devices = self._use(number), self._use(other)
        names = [self._names(device) for device in devices]
        common = sorted(names[0].keys() & names[1].keys())
        if devices[0] is devices[1] or not common:
            return
        name = common[which % len(common)]
        for device, known, rating in zip(devices, names, ratings, strict=True):
            with device.opened() as store:
                review = give(store, known[name], rating, self.now_ms).review
            self.acknowledged.add((*name, review))

    def _names(self, device: OwnDevice) -> dict[tuple[str, str], int]:
        with device.opened() as store:
            sql = """
                select note, uid, id from cards where not retired and not suspended
            """
            return {(note, uid): card for note, uid, card in store.rows(sql)}

    @rule(number=chance)
    def export(self, number: int) -> None:
        """Write a package for Anki, with the notes that are not hidden then."""
        device = self._use(number)
        file = self.folder / f"{len(self.packages)}.apkg"
        with device.opened() as store, suppress(FlashError):
            self.packages.append(package(store, file, device.clock()))

    @precondition(lambda self: self.packages)
    @rule(number=chance, which=chance)
    def import_reviews(self, number: int, which: int) -> None:
        """Import the answers of a package, some of which may be of hidden notes."""
        device = self._use(number)
        file = self.packages[which % len(self.packages)]
        with device.opened() as store:
            app = AppContext(store, device.clock)
            import_package(app, file, reviews_only=True)

    @rule(number=chance, which=chance, action=st.integers(0, 10))
    def command(self, number: int, which: int, action: int) -> None:
        device, choose = self._use(number), random.Random(which)
        now = device.clock()
        with device.opened() as store:
            cards = [row[0] for row in store.rows("select id from cards order by id")]
            some = choose.sample(cards, min(2, len(cards)))
            options: list[Callable[[], object]] = [
                lambda: suspend(store, some, now, suspended=choose.random() < 0.7),
                lambda: bury(store, some, now, now // DAY_MS),
                lambda: set_due_today(store, Options(store), some, now),
                lambda: save_options(
                    store,
                    choose.choice(["", "A", "A::B"]),
                    choose.choice(
                        [
                            {},
                            {"desired_retention": 0.8},
                            {"new_per_day": 3, "leech_threshold": 2},
                        ]
                    ),
                    now,
                ),
                lambda: save_setting(
                    store, "rollover", str(choose.choice([0, 4])), now
                ),
                lambda: self._undo(store, choose.randint(1, 3)),
                lambda: self._retire(store, choose.choice(["A", "C"]), now),
                lambda: self._delete(store, choose.choice(["A::B", "C"]), now),
                lambda: self._confuse(store, choose, now),
                lambda: self._take_mock(store, choose, now),
                lambda: self._redo(store, choose.randint(1, 3)),
            ]
            options[action]()

    def _undo(self, store: Store, count: int) -> None:
        with suppress(FlashError):
            undo_operations(store, count)

    def _redo(self, store: Store, count: int) -> None:
        with suppress(FlashError):
            redo_operations(store, count)

    def _retire(self, store: Store, deck: str, now: int) -> None:
        retire_notes(store, card_ids(store, deck_ids(store, deck)), deck, now)

    def _delete(self, store: Store, deck: str, now: int) -> None:
        backup = back_up(store, now)
        erase_notes(
            store,
            card_ids(store, deck_ids(store, deck)),
            deck,
            now,
            deck=deck,
            backup=backup,
            version=store.version(),
        )

    def _confuse(self, store: Store, choose: random.Random, now: int) -> None:
        reviews = store.rows("select id from reviews where rating = 1")
        cards = store.rows("select id from cards")
        if reviews:
            record_confusion(
                store, choose.choice(reviews)[0], choose.choice(cards)[0], now
            )

    def _take_mock(self, store: Store, choose: random.Random, now: int) -> None:
        """Begin a mock exam, or hand one in that was begun."""
        exam = unfinished_mock_exam(store)
        if exam is None:
            cards = store.rows("select note, uid from cards order by id")
            asked = tuple(
                MockQuestion(*card, "", "q", ("a", "b"), 0)
                for card in choose.sample(cards, min(2, len(cards)))
            )
            answers = (MockAnswer(choose.choice([None, 0, 1])),) * len(asked)
            counts = choose.random() < 0.5
            exam = MockExam(now, "", "", 60_000, 1, counts, 0.5, asked, answers)
            exam = start_mock_exam(store, exam)
        if choose.random() < 0.7:
            finish_mock_exam(store, Options(store), exam, now)

    @rule(number=chance)
    def sync(self, number: int) -> None:
        device = self._use(number)
        with suppress(FlashError):
            device.sync()

    @rule(source=chance, goal=chance, which=chance)
    def deliver_some(self, source: int, goal: int, which: int) -> None:
        """Copy files in any order, some of them twice, cut or damaged."""
        choose = random.Random(which)
        one = self.devices[source % len(self.devices)].log
        other = self.devices[goal % len(self.devices)].log
        files = sorted(one.rglob("*-*.flashlog"))
        for file in choose.sample(files, choose.randint(0, len(files))):
            copy = other / file.relative_to(one)
            copy.parent.mkdir(exist_ok=True)
            if not copy.exists():
                data = file.read_bytes()
                copy.write_bytes(data[: choose.choice([len(data)] * 4 + [20, 0])])

    @precondition(lambda self: len(self.devices) < 5)
    @rule(number=chance)
    def clone(self, number: int) -> None:
        """Copy a store to a new device, with or without its identity."""
        source = self._use(number)
        device = self._new(source.clock() - self.now_ms)
        if source.path.exists():
            with source.opened() as store:
                store.connection.execute("pragma wal_checkpoint(truncate)")
            shutil.copyfile(source.path, device.path)
            identity = source.path.with_name("store.db.device")
            if identity.exists():
                shutil.copyfile(identity, device.path.with_name(identity.name))

    @rule(number=chance)
    def keep(self, number: int) -> None:
        device = self._use(number)
        with device.opened() as store:
            back_up(store, device.clock(), device.folder / "kept.db")

    @rule(number=chance)
    def restore(self, number: int) -> None:
        """Go back to an older state; what was never sent since is lost."""
        device = self._use(number)
        kept = device.folder / "kept.db"
        if kept.exists():
            for ending in ("-wal", "-shm"):
                device.path.with_name(f"store.db{ending}").unlink(missing_ok=True)
            shutil.copyfile(kept, device.path)
            self.acknowledged.clear()

    def teardown(self) -> None:
        try:
            if self.devices:
                self._compare()
        finally:
            store_connection.time = self._time
            shutil.rmtree(self.folder)

    def _compare(self) -> None:
        for device in self.devices:
            self._whole(device)
        self._use(0)
        shared = self.folder / "shared"
        exchange(self.devices, shared)
        for which in range(len(self.packages)):
            self.import_reviews(which, which)
        exchange(self.devices, shared)
        found = [device.contents() for device in self.devices]
        for other in found[1:]:
            assert other == found[0]
        assert rebuilt(self.folder / "rebuilt", shared) == found[0]
        reviews = [row[:3] for row in found[0]["reviews"]]
        assert len(reviews) == len(set(reviews))
        gone = {guid for guid, _ in found[0]["erased"]}
        lost = {one for one in self.acknowledged if one[0] not in gone} - set(reviews)
        assert lost == set()

    def _whole(self, device: OwnDevice) -> None:
        """Remove cut copies of foreign segments; the file service copies them again."""
        for file in device.log.rglob("*.flashlog"):
            size = max(
                (one.log / file.relative_to(device.log)).stat().st_size
                for one in self.devices
                if (one.log / file.relative_to(device.log)).exists()
            )
            if file.stat().st_size < size:
                file.unlink()


@pytest.mark.parametrize(
    "examples", [4, pytest.param(40, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_devices_become_equal(examples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    run_state_machine_as_test(Devices, settings=of_size(examples))
