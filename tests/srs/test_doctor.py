"""What is wrong in a store is found, fixed once, and fixed for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_fixtures import (
    DAY_MS,
    NOON,
    add,
    basic,
    both_ways,
    cards,
    contradictions,
    give,
    ids,
    new_store,
    numbered,
    shelf,
)

from cards.note import Cloze, Note
from srs.maintenance.checks import Finding, examine, repair
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.settings import Options, save_options


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    cloze = Note(Cloze("{{c1::S3}} and {{c2::DynamoDB}}"), "A::B")
    add(opened, [*numbered(3), cloze])
    for number, card in enumerate(ids(opened)):
        give(opened, card, Rating.GOOD, NOON + number)
        give(opened, card, Rating.EASY, NOON + 3 * DAY_MS + number)
    yield opened
    opened.close()


NOW = NOON + 4 * DAY_MS


def break_it(store: Store, *statements: str) -> None:
    """Do what no program of ours does."""
    store.connection.execute("pragma foreign_keys = off")
    for one in statements:
        store.connection.execute(one)
    store.connection.execute("pragma foreign_keys = on")


def everything(store: Store) -> list[list[tuple[object, ...]]]:
    """Read all tables byte by byte."""
    tables = store.rows(
        "select name from sqlite_master where type = 'table' and name <> 'clock'"
    )
    store.connection.text_factory = bytes
    found = [store.rows(f"select * from {name}") for (name,) in tables]
    store.connection.text_factory = str
    return found


def found(store: Store) -> tuple[Finding, ...]:
    return examine(store, NOW).findings


def test_a_healthy_store_is_well(store: Store) -> None:
    before = everything(store)

    assert repair(store, NOW).findings == ()
    assert repair(store, NOW).backup is None
    assert everything(store) == before


BREAKS = {
    "memory": (
        "update cards set stability = 3, due_day = 1 where position = 1",
        Finding("memory", "states", 1),
    ),
    "counters": (
        "update cards set reps = 9, lapses = 4",
        Finding("memory", "states", 5),
    ),
    "leech": (
        "update cards set leech = 1 where position = 2",
        Finding("memory", "leeches", 1),
    ),
    "never answered": (
        "update reviews set undone = 1 where card = (select min(id) from cards)",
        Finding("memory", "states", 1),
    ),
    "position": (
        "update cards set position = 0 where position < 3",
        Finding("order", "positions", 2),
    ),
    "deck unused": (
        "insert into decks (name) values ('Old')",
        Finding("decks", "decks_empty", 1),
    ),
    "deck gone": (
        "delete from decks where name = 'A'",
        Finding("orphans", "decks_lost", 1),
    ),
    "note gone": (
        "delete from notes where anki_id = (select min(anki_id) from notes)",
        Finding("orphans", "notes_lost", 1),
    ),
    "note and deck gone": (
        "delete from decks; delete from notes where kind = 'basic'",
        Finding("orphans", "notes_lost", 3),
    ),
    "text unreadable": (
        "update notes set fields = '{\"type\":\"basic\",' where kind = 'cloze'",
        Finding("text", "notes_unreadable", 1),
    ),
    "text no text": (
        "update notes set extra = cast(x'c328' as text) where kind = 'cloze'",
        Finding("text", "notes_unreadable", 1),
    ),
    "card that asks nothing": (
        "update cards set part = 'gone' where ordinal = 1",
        Finding("orphans", "cards_stray", 1),
    ),
    "question without a card": (
        "update cards set part = 'gone' where ordinal = 1",
        Finding("orphans", "cards_missing", 1),
    ),
    "log": (
        "update reviews set rating = 7 where id = (select max(id) from reviews)",
        Finding("log", "reviews_invalid", 1),
    ),
    "setting": (
        "insert into presets values ('A', '{\"new_per_day\":-3,\"fuzz\":false}')",
        Finding("settings", "settings", 1),
    ),
    "setting no JSON": (
        "insert into presets values ('A', '{')",
        Finding("settings", "settings", 1),
    ),
    "rollover": (
        "insert or replace into settings values ('rollover', 'noon')",
        Finding("settings", "settings", 1),
    ),
    "away": (
        "insert or replace into settings values ('away', 'soon')",
        Finding("settings", "settings", 1),
    ),
    "exam": (
        "insert or replace into settings values ('exam', '{\"day\":\"x\"}')",
        Finding("settings", "settings", 1),
    ),
    "date": (
        "update notes set checked = '2026-02-30' where kind = 'cloze'",
        Finding("text", "dates", 1),
    ),
    "step no object": (
        "update operations set before = '7' where id = 1",
        Finding("log", "operations", 1),
    ),
    "step before all time": (
        "update operations set at_ms = -4611686018427387904 where id = 1",
        Finding("log", "operations", 1),
    ),
    "step": (
        "update operations set before = '{' where id = 1",
        Finding("log", "operations", 1),
    ),
}


@pytest.mark.parametrize(("statement", "expected"), BREAKS.values(), ids=BREAKS.keys())
def test_what_is_wrong_is_reported_fixed_and_then_well(
    store: Store, statement: str, expected: Finding
) -> None:
    break_it(store, *statement.split("; "))
    broken = everything(store)

    assert expected in found(store)
    assert everything(store) == broken

    report = repair(store, NOW)
    assert expected in report.findings
    assert report.backup is not None
    kept = open_store(report.backup, NOW)
    assert everything(kept) == broken
    kept.close()
    repaired = everything(store)
    assert repair(store, NOW).findings == ()
    assert everything(store) == repaired
    assert contradictions(store) == []
    assert store.rows("pragma foreign_key_check") == []


def test_answers_of_a_lost_card_go_and_it_is_new_again(
    store: Store,
) -> None:
    lost = ids(store)[0]
    break_it(
        store,
        f"insert into confusions select id, card, card from reviews where card = {lost}",
        f"delete from cards where id = {lost}",
    )

    codes = [(one.code, one.count) for one in repair(store, NOW).findings]

    assert codes == [
        ("dangling_confusions", 2),
        ("dangling_reviews", 2),
        ("cards_missing", 1),
        ("operations", 2),
        ("positions", 1),
    ]
    assert found(store) == ()
    assert len(cards(store)) == 3
    assert len(ids(store)) == 5


@pytest.mark.parametrize("named", [True, False], ids=["with ids", "without ids"])
def test_a_lost_note_comes_back_to_its_history_with_its_file(
    tmp_path: Path, named: bool
) -> None:
    store = new_store(tmp_path)
    table = Note(both_ways(("KMS", "HSM"), {"tenancy": ("multi", "single")}), "A")
    cloze = Note(Cloze("{{c1::S3}} and {{c2::DynamoDB}}"), "A")
    notes = [basic("one", id="first" if named else ""), table, cloze]
    add(store, notes)
    for number, card in enumerate(ids(store)):
        give(store, card, Rating.EASY, NOON + number)
    before = store.rows("select * from cards order by id")
    guids = store.rows("select guid from notes order by guid")
    break_it(store, "delete from notes", "update cards set retired = 0")

    repair(store, NOW)
    assert [note.retired for note in shelf(store)] == [True] * 3
    add(store, notes, NOW)

    assert store.rows("select * from cards order by id") == before
    assert store.rows("select guid from notes order by guid") == guids
    assert found(store) == ()
    store.close()


def test_answers_in_the_future_are_told_and_left_alone(store: Store) -> None:
    give(store, ids(store)[0], Rating.GOOD, NOW + 9 * DAY_MS)
    before = everything(store)

    assert found(store) == (
        Finding(
            "clock",
            "reviews_future",
            1,
            is_fixable=False,
            details=("2026-12-06 12:00",),
        ),
    )
    assert repair(store, NOW).backup is None
    assert everything(store) == before


def test_pictures_that_are_not_there_are_told(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    file = tmp_path / "deck.yaml"
    (tmp_path / "here.png").touch()
    notes = [basic(f"![]({name}.png) of {name}") for name in ("here", "gone", "away")]
    add(store, notes, file=str(file))

    details = f"gone.png ({file}:2)", f"away.png ({file}:3)"
    assert found(store) == (
        Finding("media", "media", 2, is_fixable=False, details=details),
    )
    store.close()


def test_an_index_that_lacks_rows_is_made_anew(store: Store) -> None:
    store.connection.execute("pragma writable_schema = on")
    store.connection.execute(
        "update sqlite_master set sql = replace(sql, 'state = 0', 'state = 7')"
        " where name = 'cards_new'"
    )
    store.close()
    again = open_store(store.path, NOON)
    add(
        again,
        [
            *numbered(3),
            Note(Cloze("{{c1::S3}} and {{c2::DynamoDB}}"), "A::B"),
            basic("new"),
        ],
        NOW,
    )
    again.connection.execute("pragma writable_schema = on")
    again.connection.execute(
        "update sqlite_master set sql = replace(sql, 'state = 7', 'state = 0')"
        " where name = 'cards_new'"
    )
    again.close()
    broken = open_store(store.path, NOON)

    report = repair(broken, NOW)

    assert [(one.category, one.is_fixable) for one in report.findings] == [
        ("index", True)
    ]
    assert broken.row("pragma integrity_check") == ("ok",)
    assert found(broken) == ()
    broken.close()


def test_readable_settings_stay_beside_unreadable_ones(
    store: Store,
) -> None:
    save_options(store, "A", {"fuzz": False})
    break_it(
        store,
        'update presets set options = \'{"fuzz":false,"new_per_day":"x"}\'',
    )

    repair(store, NOW)

    assert Options(store).own("A") == {"fuzz": False}
