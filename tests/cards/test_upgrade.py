"""A new version of a deck is merged into an edited copy, card by card."""

from pathlib import Path

import pytest

from cards.deckfile.discovery import bundled_path, decks_in, read_text
from cards.deckfile.reader import parse_deck
from cards.deckfile.upgrade import Difference, KeptEdit, Texts, upgraded
from cards.errors import DeckError
from cards.note import Basic

FOLDER = Path("/copy")


def deck(*cards: str, head: str = "deck: D\n") -> str:
    """Write a deck of `id: answer` cards."""
    return f"{head}cards:\n" + "\n".join(map(card, cards))


def card(text: str) -> str:
    name, _, back = text.partition(": ")
    return f"  - id: {name}\n    front: What is {name}?\n    back: {back}\n"


def answers(texts: Texts) -> dict[str, list[str]]:
    """Read the cards of each file as `id: answer`."""
    return {
        file: [
            f"{note.id}: {note.content.back}"
            for note in parse_deck(text, FOLDER / file).notes
            if isinstance(note.content, Basic)
        ]
        for file, text in texts.items()
    }


BASE = ["a: 1", "b: 1", "c: 1"]
CASES = {
    "an untouched card gets the new text": (
        ["a: 1", "b: 1", "c: mine"],
        ["a: 2", "b: 1", "c: 1"],
        ["a: 2", "b: 1", "c: mine"],
        {},
    ),
    "a new card comes to its place": (
        ["a: mine", "b: 1", "c: 1"],
        ["a: 1", "x: 1", "b: 1", "c: 1", "y: 1"],
        ["a: mine", "x: 1", "b: 1", "c: 1", "y: 1"],
        {},
    ),
    "an untouched card that was removed goes": (
        ["a: mine", "b: 1", "c: 1"],
        ["a: 1", "c: 1"],
        ["a: mine", "c: 1"],
        {},
    ),
    "an edited card that was changed stays": (
        ["a: mine", "b: 1", "c: 1"],
        ["a: 2", "b: 1", "c: 1"],
        ["a: mine", "b: 1", "c: 1"],
        {"a": Difference.CHANGED},
    ),
    "an edited card that was removed stays": (
        ["a: mine", "b: 1", "c: 1"],
        ["b: 1", "c: 1"],
        ["a: mine", "b: 1", "c: 1"],
        {"a": Difference.REMOVED},
    ),
    "the same edit on both sides is no difference": (
        ["a: 2", "b: 1", "c: 1"],
        ["a: 2", "b: 2", "c: 1"],
        ["a: 2", "b: 2", "c: 1"],
        {},
    ),
    "a deleted card stays deleted": (
        ["a: 1", "b: 1"],
        ["a: 2", "b: 1", "c: 1"],
        ["a: 2", "b: 1"],
        {},
    ),
    "a deleted card that was changed is reported": (
        ["a: 1", "b: 1"],
        ["a: 1", "b: 1", "c: 2"],
        ["a: 1", "b: 1"],
        {"c": Difference.DELETED_HERE},
    ),
    "an own card and an own order stay": (
        ["c: 1", "own: 1", "b: 1", "a: 1"],
        ["a: 2", "b: 1", "c: 1"],
        ["c: 1", "own: 1", "b: 1", "a: 2"],
        {},
    ),
}


@pytest.mark.parametrize(
    ("mine", "new", "merged", "kept"), CASES.values(), ids=CASES.keys()
)
def test_each_card_is_merged(
    mine: list[str], new: list[str], merged: list[str], kept: dict[str, Difference]
) -> None:
    found = upgraded(FOLDER, {"d": deck(*mine)}, {"d": deck(*BASE)}, {"d": deck(*new)})

    assert answers(found.texts) == {"d": merged}
    assert found.kept == tuple(
        KeptEdit("d", f"What is {name}?", difference)
        for name, difference in kept.items()
    )


def test_a_copy_without_edits_becomes_the_new_version() -> None:
    base, new = {"a": deck("x: 1"), "b": deck("y: 1")}, {"c": deck("z: 1")}

    assert upgraded(FOLDER, base, base, new).texts == new
    assert upgraded(FOLDER, {}, {}, new).texts == new


def test_without_a_new_version_the_copy_stays_to_the_letter() -> None:
    mine = {"d": deck("a: mine") + "\n\n# a remark  \n"}

    assert (
        upgraded(FOLDER, mine, {"d": deck("a: 1")}, {"d": deck("a: 1")}).texts == mine
    )


def test_an_unknown_base_counts_every_difference_as_an_edit() -> None:
    found = upgraded(FOLDER, {"d": deck("a: mine", "b: 1")}, {}, {"d": deck(*BASE)})

    assert answers(found.texts) == {"d": ["a: mine", "b: 1", "c: 1"]}
    assert [one.difference for one in found.kept] == [Difference.CHANGED]


def test_a_card_that_moved_to_another_file_follows() -> None:
    base = {"a": deck("x: 1", "y: 1"), "b": deck("z: 1")}
    new = {"a": deck("x: 1"), "b": deck("y: 2", "z: 1")}
    edited = {**base, "b": deck("z: mine")}

    assert answers(upgraded(FOLDER, edited, base, new).texts) == {
        "a": ["x: 1"],
        "b": ["y: 2", "z: mine"],
    }


def test_an_edited_card_stays_in_its_file() -> None:
    base = {"a": deck("x: 1", "y: 1"), "b": deck("z: 1")}
    new = {"a": deck("x: 1"), "b": deck("y: 2", "z: 1")}
    edited = {**base, "a": deck("x: 1", "y: mine")}

    found = upgraded(FOLDER, edited, base, new)

    assert answers(found.texts) == {"a": ["x: 1", "y: mine"], "b": ["z: 1"]}
    assert [one.question for one in found.kept] == ["What is y?"]


def test_files_come_and_go() -> None:
    base = {"a": deck("x: 1"), "b": deck("z: 1")}
    mine = {**base, "b": deck("z: mine"), "own": deck("o: 1")}
    new = {"b": deck("z: 1"), "c": deck("n: 1")}

    assert answers(upgraded(FOLDER, mine, base, new).texts) == {
        "b": ["z: mine"],
        "own": ["o: 1"],
        "c": ["n: 1"],
    }


def test_the_lines_above_the_cards_are_merged_as_one() -> None:
    renamed, reordered = "deck: Mine\n", "deck: D\norder: 5\n"
    base, mine = {"d": deck("a: 1")}, {"d": deck("a: 1", head=renamed)}

    follows = upgraded(
        FOLDER, {"d": deck("a: mine")}, base, {"d": deck("a: 1", head=reordered)}
    )
    stays = upgraded(FOLDER, mine, base, {"d": deck("a: 2", head=reordered)})

    assert follows.texts["d"].startswith(reordered)
    assert stays.texts["d"] == deck("a: 2", head=renamed)
    assert stays.kept == (KeptEdit("d", "", Difference.CHANGED),)


def test_an_exam_file_is_merged_as_a_whole() -> None:
    cards, old, new = {"d": deck("a: mine")}, {"exam.yaml": "exam: X\n"}, "exam: Y\n"
    base, mine = {"d": deck("a: 1")}, {"exam.yaml": "exam: Mine\n"}

    def merged(copy: Texts, base_exam: Texts) -> tuple[str | None, list[str]]:
        fresh = {"d": deck("a: 1"), "exam.yaml": new}
        found = upgraded(FOLDER, cards | copy, base | base_exam, fresh)
        return found.texts.get("exam.yaml"), [one.difference for one in found.kept]

    assert merged(old, old) == (new, [])
    assert merged({}, {}) == (new, []), "comes with the new version"
    assert merged(mine, old) == (mine["exam.yaml"], [Difference.CHANGED])
    assert merged({}, old) == (None, [Difference.DELETED_HERE])


def test_another_indent_is_no_edit_and_stays() -> None:
    mine = deck(*BASE, "own: 1").replace("\n  ", "\n")
    new = deck("a: 2", "b: 1", "c: 1", "x: 1")

    found = upgraded(FOLDER, {"d": mine}, {"d": deck(*BASE)}, {"d": new})

    merged = deck("a: 2", "b: 1", "c: 1", "x: 1", "own: 1").replace("\n  ", "\n")
    assert found.texts == {"d": merged}


def test_a_mistake_in_an_edited_file_is_reported() -> None:
    mine = {"d": deck(*BASE).replace("back: 1", "bakc: 1", 1)}

    with pytest.raises(DeckError, match=r"^/copy/d:5:5: unknown key 'bakc'"):
        upgraded(FOLDER, mine, {"d": deck(*BASE)}, {"d": deck("a: 2")})


def test_an_old_file_that_is_now_invalid_is_replaced() -> None:
    old = {"d": deck("a: 1").replace("back", "answer"), "e": deck("x: 1")}
    mine, new = {**old, "e": deck("x: mine")}, {"d": deck("a: 2"), "e": deck("x: 1")}

    found = upgraded(FOLDER, mine, old, new)

    assert answers(found.texts) == {"d": ["a: 2"], "e": ["x: mine"]}


def test_cards_that_share_a_line_cannot_be_merged() -> None:
    flow = "deck: D\ncards: [{id: a, front: q, back: 1}, {id: b, front: r, back: 1}]\n"

    with pytest.raises(DeckError, match="a new version can't be merged"):
        upgraded(FOLDER, {"d": flow}, {"d": deck(*BASE)}, {"d": deck("a: 2")})


def test_a_bundled_file_is_written_as_it_was_read() -> None:
    folder = bundled_path("aws-security", "ja")
    assert folder is not None
    new = {file.name: read_text(file) for file in decks_in(folder).files[:3]}
    mine = {**new, "own.yaml": deck("own: 1")}
    base = {**new, "gone.yaml": deck("g: 1")}

    assert upgraded(folder, mine, base, new).texts == mine
