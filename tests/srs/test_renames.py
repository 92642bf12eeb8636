"""A deck gets another name in its file: its settings go along, and come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_fixtures import (
    NOON,
    Rating,
    add,
    basic,
    contradictions,
    give,
    ids,
    new_store,
)

from srs.maintenance.checks import examine
from srs.models.exam import Exam, exam_text
from srs.store.connection import Store
from srs.store.decks import deck_names
from srs.store.settings import FITTED, Options, save_options, save_setting
from srs.store.undo import undo_last

OPTIONS = {"desired_retention": 0.95}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    add(opened, [basic("one", "A::B"), basic("two", "A::C")])
    yield opened
    opened.close()


def retention(store: Store, deck: str) -> float:
    return Options(store).preset(deck).desired_retention


@pytest.mark.parametrize(
    ("of", "decks", "followed"),
    [
        ("A::B", ("X::B", "A::C"), {"X::B"}),
        ("A::B", ("A::X", "A::C"), {"A::X"}),
        ("A", ("X::B", "X::C"), {"X"}),
        ("A", ("X::Y::B", "X::Y::C"), {"X::Y"}),
        ("A", ("X::B", "A::C"), set()),
        ("A", ("X::B", "Y::C"), set()),
        ("A", ("B", "C"), set()),
        ("A::B", ("A::C", "A::C"), set()),
    ],
)
def test_settings_follow_the_notes_of_a_deck_that_all_moved(
    store: Store, of: str, decks: tuple[str, str], followed: set[str]
) -> None:
    save_options(store, of, OPTIONS)
    save_setting(store, FITTED + of, "7")
    save_setting(store, "exam", exam_text(Exam(99_999, of)))
    before = store.rows("select * from presets"), deck_names(store)

    applied = add(store, [basic("one", decks[0]), basic("two", decks[1])])

    wanted = followed or {of}
    assert applied.renamed == tuple((of, name) for name in followed)
    assert set(Options(store).decks()) == wanted
    exam = Options(store).exam
    assert exam is not None
    assert {exam.deck} == wanted
    assert [store.setting(FITTED + name) for name in wanted] == ["7"]
    assert store.setting(FITTED + of) == ("" if followed else "7")
    assert set(deck_names(store)) == set(decks)
    assert examine(store, NOON).findings == ()

    assert undo_last(store, Options(store)) is not None
    assert (store.rows("select * from presets"), deck_names(store)) == before
    assert store.setting(FITTED + of) == "7"
    assert examine(store, NOON).findings == ()


def test_a_deck_that_has_settings_keeps_them(store: Store) -> None:
    save_options(store, "A::B", OPTIONS)
    save_options(store, "X", {"desired_retention": 0.8})

    applied = add(store, [basic("one", "X"), basic("two", "A::C")])

    assert applied.renamed == ()
    assert (retention(store, "A::B"), retention(store, "X")) == (0.95, 0.8)


def test_parameters_go_along_and_memory_stays_what_the_log_says(store: Store) -> None:
    from srs.models.presets import DEFAULT_PARAMETERS

    own = (*DEFAULT_PARAMETERS[:2], 5.0, *DEFAULT_PARAMETERS[3:])
    save_options(store, "A::B", {"parameters": own})
    card = ids(store)[0]
    give(store, card, Rating.GOOD, NOON)
    carried = store.row("select stability from cards where id = ?", (card,))
    assert carried == (5.0,)

    add(store, [basic("one", "X::B"), basic("two", "A::C")])

    assert store.row("select stability from cards where id = ?", (card,)) == carried
    assert contradictions(store) == []
    undo_last(store, Options(store))
    assert store.row("select stability from cards where id = ?", (card,)) == carried
    assert contradictions(store) == []
