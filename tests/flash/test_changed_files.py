"""A review asks the text of deck files as it is now."""

import os
from pathlib import Path

from command_runner import Run

DECK = "deck: D\ncards:\n  - {front: one, back: a}\n  - {front: two, back: b}\n"


def write(name: str, text: str, at_s: int) -> None:
    """Write a file with a certain time of change."""
    Path(name).write_text(text, "utf-8")
    os.utime(name, (at_s, at_s))


def asked(flash: Run) -> tuple[str, str]:
    """Return the first question of a review and what stderr says."""
    code, out, err = flash("review", "--plain", typed="q\n")
    assert code == 0
    return out.split("\n\n")[1].split("\n")[0], err


def test_an_edited_file_is_added_before_the_review(flash: Run) -> None:
    write("a.yaml", DECK, 1)
    flash("add", "a.yaml")

    write("a.yaml", DECK.replace("one", "first"), 2)

    assert asked(flash) == ("first", "")


def test_a_broken_file_is_reported_and_its_old_cards_asked(flash: Run) -> None:
    write("a.yaml", DECK, 1)
    flash("add", "a.yaml")

    write("a.yaml", DECK.replace("back: a", "bakc: a"), 2)
    question, err = asked(flash)

    assert question == "one"
    assert err.endswith("a.yaml:3:18: unknown key 'bakc' (did you mean 'back'?)\n")


def test_a_card_with_answers_is_not_retired_by_a_review(flash: Run) -> None:
    write("a.yaml", DECK, 1)
    flash("add", "a.yaml")
    flash("review", "--plain", typed="\n4\nq\n")

    write("a.yaml", "deck: D\ncards:\n  - {front: two, back: b}\n", 2)
    question, err = asked(flash)

    assert question == "two"
    assert "would retire 1 of 2 cards of 'D', 1 of them with answers" in err
    assert len(flash.json("list")) == 2


def test_a_card_that_moved_between_edited_files_is_the_same(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", DECK, 1)
    write("d/b.yaml", "deck: D\ncards:\n  - {front: three, back: c}\n", 1)
    flash("add", "d")
    flash("review", "--plain", typed="\n4\nq\n")

    write("d/a.yaml", "deck: D\ncards:\n  - {front: two, back: b}\n", 2)
    moved = "deck: D\ncards:\n  - {front: three, back: c}\n  - {front: one, back: a}\n"
    write("d/b.yaml", moved, 2)
    _, err = asked(flash)

    assert err == ""
    assert sorted(card["reps"] for card in flash.json("list")) == [0, 0, 1]


def test_a_file_that_is_gone_changes_nothing(flash: Run) -> None:
    write("a.yaml", DECK, 1)
    flash("add", "a.yaml")

    Path("a.yaml").unlink()

    assert asked(flash) == ("one", "")
