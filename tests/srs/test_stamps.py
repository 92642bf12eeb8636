"""Stamps, uids and file bases are kept on every write."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_fixtures import DAY_MS, NOON, add, basic, give, ids, new_store

from cards.note import Cloze, Note
from srs.models.cards import Rating
from srs.store.card_actions import bury, set_due_today, suspend
from srs.store.connection import Store
from srs.store.settings import Options, save_options, save_setting
from srs.store.stamps import take_stamp
from srs.store.undo import undo_last


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    yield opened
    opened.close()


def clock(store: Store) -> int:
    return int(store.row("select stamp from clock")[0])


def test_clock_never_goes_back(store: Store) -> None:
    store.connection.execute("update clock set stamp = ?", ((NOON * 2) << 16,))

    take_stamp(store.connection, NOON)

    assert clock(store) == ((NOON * 2) << 16) + 1


def test_marks_are_stamped_when_they_change(store: Store) -> None:
    add(store, [basic("one"), basic("two")])
    one, two = ids(store)
    give(store, one, Rating.EASY, NOON)
    suspend(store, [two], NOON, suspended=True)
    suspended = clock(store)
    bury(store, [one, two], NOON, 20_800)
    buried = clock(store)
    set_due_today(store, Options(store), [one], NOON + 1)

    rows = store.rows("select card, mark, stamp from mark_stamps order by card, mark")

    assert suspended < buried < clock(store)
    assert rows == [
        (one, "buried", buried),
        (two, "buried", buried),
        (two, "suspended", suspended),
    ]


def test_answer_is_stamped_and_its_undo_as_well(store: Store) -> None:
    add(store, [basic("one")])
    give(store, ids(store)[0], Rating.GOOD, NOON)
    answered = clock(store)
    undo_last(store, Options(store))

    row = store.row("select device, stamp, undone_stamp from reviews")

    assert row == ("", answered, clock(store))


def test_options_and_settings_are_stamped_also_when_removed(store: Store) -> None:
    save_options(store, "A", {"fuzz": False, "new_per_day": 5})
    first = clock(store)
    save_options(store, "A", {"new_per_day": 5})
    save_setting(store, "rollover", "5")
    save_setting(store, "rollover", "")

    options = dict(store.rows("select name, stamp from option_stamps"))
    settings = dict(store.rows("select name, stamp from setting_stamps"))

    assert options["new_per_day"] == first < options["fuzz"]
    assert settings["rollover"] == clock(store)


def test_note_is_stamped_when_its_text_changes(store: Store) -> None:
    add(store, [basic("one"), basic("two", id="two")])
    added = clock(store)
    add(store, [basic("one"), basic("2", id="two")], NOON + DAY_MS)

    stamps = dict(store.rows("select fields ->> 'front', stamp from notes"))

    assert stamps == {"one": added, "2": clock(store)}


def test_uid_is_the_part_a_card_was_created_with(store: Store) -> None:
    add(store, [Note(Cloze("{{c1::S3}} stores objects"), "A", id="s3")])
    uid = store.row("select uid, part from cards")
    assert uid[0] == uid[1]
    add(
        store,
        [Note(Cloze("{{c1::S3 Glacier}} stores objects"), "A", id="s3")],
        NOON + 1,
    )

    rows = store.rows("select uid, count(*) from cards group by note, uid")

    assert all(count == 1 for _, count in rows)
    assert uid[0] in dict(rows)


def test_file_base_follows_add_and_undo(store: Store) -> None:
    def base() -> list[tuple[str, str, str]]:
        return store.rows("select note, file, hash from file_bases order by note")

    add(store, [basic("one", id="x"), basic("two")])
    first = base()
    add(store, [basic("uno", id="x")], NOON + DAY_MS)
    second = base()
    undo_last(store, Options(store))

    assert (len(first), len(second)) == (2, 1)
    assert second[0] not in first
    assert base() == first
