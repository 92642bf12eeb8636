"""`flash move` and `flash rename`: in the store, and in deck files."""

from pathlib import Path

import pytest
from command_runner import CELLS, Run

TABLE = """\
#separator:tab
#deck column:3
#columns:front	back	deck
one	eins	Numbers::Small
two	zwei	Numbers::Small
hundred	hundert	Numbers
"""
REVERSED = "deck: Words\ncards:\n- {front: dog, back: Hund, reverse: true}\n"


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("table.txt").write_text(TABLE, "utf-8")
    flash("import", "table.txt")
    return flash


def decks_of(flash: Run) -> dict[str, str]:
    return {card["question"]: card["deck"] for card in flash.json("list")}


def test_cards_move_to_a_deck_and_back(flash: Run) -> None:
    before = decks_of(flash)

    moved = flash("move", "Zahlen", "one")

    assert moved == (0, "", "Moved 1 card to the new deck 'Zahlen'.\n")
    assert decks_of(flash) == before | {"one": "Zahlen"}
    assert flash("move", "Zahlen", "two")[2] == "Moved 1 card to 'Zahlen'.\n"
    assert flash("move", "Zahlen", "two")[2] == "Moved 0 cards to 'Zahlen'.\n"
    assert "Moved 1 card to 'Zahlen'" in flash("log")[1].splitlines()[0]
    assert flash("undo")[1] == "Moved 1 card back from 'Zahlen'.\n"
    assert decks_of(flash) == before | {"one": "Zahlen"}
    assert flash("undo")[0] == flash("doctor")[0] == 0
    assert decks_of(flash) == before


def test_one_card_of_a_note_may_move_alone(flash: Run) -> None:
    Path("words.yaml").write_text(REVERSED, "utf-8")
    flash("add", "words.yaml")
    flash("export", "words.apkg", "Words")
    flash("remove", "Words", "--forever", "-y")
    flash("import", "words.apkg")
    number = next(c["card"] for c in flash.json("list") if c["question"] == "Hund")

    assert flash("move", "Back", str(number))[0] == 0

    assert decks_of(flash) == {
        "one": "Numbers::Small",
        "two": "Numbers::Small",
        "hundred": "Numbers",
        "dog": "Words",
        "Hund": "Back",
    }
    flash("rename", "Back", "Production")
    assert decks_of(flash)["Hund"] == "Production"
    flash("move", "All", "dog")
    assert (decks_of(flash)["dog"], decks_of(flash)["Hund"]) == ("All", "All")


def test_a_card_of_a_deck_file_is_named(flash: Run) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")

    code, out, err = flash("move", "Numbers", "powerhouse", "--json")
    assert (code, err) == (0, "")
    found = flash.json("move", "Numbers", "powerhouse")
    assert found["moved"] == 0
    (line,) = found["by_hand"]
    assert line.startswith(f"{Path('cells.yaml').resolve()}:5: ")
    assert flash("move", "Numbers", "powerhouse")[2] == f"{line}\n"
    assert "3 cards to a file" in flash("move", "Numbers", "Cells")[2]
    assert out


def test_a_deck_is_renamed_with_its_settings(flash: Run) -> None:
    flash("config", "new_per_day", "5", "--deck", "Numbers")
    flash("config", "new_per_day", "7", "--deck", "Numbers::Small")
    flash("exam", "set", "2027-01-10", "--deck", "Numbers")

    renamed = flash("rename", "numbers", "Deutsch::Zahlen")

    line = "Renamed 'Numbers' to 'Deutsch::Zahlen': 3 cards.\n"
    assert renamed == (0, "", line)
    assert set(decks_of(flash).values()) == {
        "Deutsch::Zahlen",
        "Deutsch::Zahlen::Small",
    }
    for deck, limit in (("Zahlen", "5"), ("Small", "7")):
        options = flash("config", "--deck", deck, "new_per_day")[1]
        assert options.split()[:2] == ["new_per_day", limit]
    assert flash.json("exam")["exam"]["deck"] == "Deutsch::Zahlen"
    assert flash("undo")[0] == 0
    assert "Numbers" in decks_of(flash).values()
    assert flash.json("exam")["exam"]["deck"] == "Numbers"


YAML = "deck: 'Numbers::Big'  # a comment\ncards:\n- {front: million, back: Million}\n"
NOTE = "---\ndeck: Numbers::Big\n---\n\nbillion::Milliarde\n"
TAGGED = "#flashcards/Numbers/Tags\n\ntrillion::Billion\n"


def test_files_name_the_new_deck(flash: Run) -> None:
    for name, text in (("big.yaml", YAML), ("note.md", NOTE), ("tag.md", TAGGED)):
        Path(name).write_text(text, "utf-8")
        assert flash("add", name)[0] == 0, name
    flash("config", "new_per_day", "5", "--deck", "Numbers")

    code, out, err = flash("rename", "Numbers", "Zahlen: 1")

    assert code == 0
    assert "+deck: 'Zahlen: 1::Big'  # a comment" in out
    line = "Nothing was renamed yet; --write renames the deck and its files.\n"
    assert err.startswith(line)
    assert "Numbers" in decks_of(flash).values()

    code, out, err = flash("rename", "Numbers", "Zahlen: 1", "--write")

    assert (code, out) == (0, "")
    assert err.startswith("Renamed 'Numbers' to 'Zahlen: 1': 5 cards.\n")
    assert "Edited 2 deck files.\n" in err
    assert "tag.md:3: " in err
    assert "'Zahlen: 1::Tags'" in err
    assert Path("big.yaml").read_text("utf-8").startswith("deck: 'Zahlen: 1::Big'  #")
    assert Path("note.md").read_text("utf-8").startswith("---\ndeck: 'Zahlen: 1::Big'")
    assert decks_of(flash) == {
        "one": "Zahlen: 1::Small",
        "two": "Zahlen: 1::Small",
        "hundred": "Zahlen: 1",
        "million": "Zahlen: 1::Big",
        "billion": "Zahlen: 1::Big",
        "trillion": "Numbers::Tags",
    }
    # Its options stay while a card is left.
    assert flash("config", "--deck", "Numbers", "new_per_day")[1].split()[1] == "5"


def test_a_missing_deck_file_is_named(flash: Run) -> None:
    Path("big.yaml").write_text(YAML, "utf-8")
    flash("add", "big.yaml")
    Path("big.yaml").unlink()

    code, _, err = flash("rename", "Numbers::Big", "Large", "--write")

    place = f"{Path('big.yaml').absolute()}:3"
    assert (code, err) == (0, f"{place}: the deck file of this card was not found\n")


def test_the_settings_follow_the_last_note(flash: Run) -> None:
    Path("big.yaml").write_text(YAML, "utf-8")
    flash("add", "big.yaml")
    flash("config", "new_per_day", "5", "--deck", "Numbers")

    flash("rename", "Numbers", "Zahlen", "--write")

    options = flash("config", "--deck", "Zahlen", "new_per_day")[1]
    assert options.split()[1] == "5"
    assert flash("undo", "2")[0] == 0
    options = flash("config", "--deck", "Numbers", "new_per_day")[1]
    assert options.split()[1] == "5"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rename", "Numbers", "Other"), "there is a deck 'Other' already"),
        (("rename", "Numbers", "Numbers"), "there is a deck 'Numbers' already"),
        (("rename", "Number", "X"), "no deck 'Number'"),
        (("rename", "", "X"), "no deck ''"),
        (("rename", "Numbers", "X:: "), "empty deck name"),
        (("move", "::X", "one"), "empty deck name"),
        (("rename", "Numbers", "X:::Y"), "the colons of 'X:::Y' are not '::'"),
        (("move", "X：:Y", "one"), "the colons of 'X：:Y' are not '::'"),
        (("move", "", "one"), "empty deck name"),
        (("move", "X", "nothing"), "no card matches 'nothing'"),
    ],
)
def test_what_can_not_be_done_changes_nothing(
    flash: Run, words: tuple[str, ...], message: str
) -> None:
    flash("move", "Other", "hundred")
    before = decks_of(flash)

    code, out, err = flash(*words)

    assert (code, out) == (1, "")
    assert message in err
    assert decks_of(flash) == before


def test_a_deck_goes_below_itself_and_up_again(flash: Run) -> None:
    before = decks_of(flash)

    assert flash("rename", "Numbers", "Numbers::All")[0] == 0
    assert set(decks_of(flash).values()) == {"Numbers::All", "Numbers::All::Small"}
    assert flash("rename", "Numbers::All", "Numbers")[0] == 0

    assert decks_of(flash) == before
