"""Removing a deck: hidden and undoable, or deleted after a backup and a question."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run
from store_fixtures import NOON

from flash.service import removing
from srs.store.backups import back_up
from srs.store.card_actions import suspend
from srs.store.confusions import record_confusion
from srs.store.opening import open_store

OTHER = """\
deck: Cellsius
cards:
  - front: At how many degrees does water boil?
    back: "100"
"""


@pytest.fixture
def flash(flash: Run) -> Run:
    """Two decks whose names begin alike, with two answers in the first."""
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("other.yaml").write_text(OTHER, "utf-8")
    flash("add", "cells.yaml", "other.yaml")
    flash("review", "--plain", "Cells", typed="\n3\n\n1\nq\n")
    return flash


def decks(flash: Run) -> list[str]:
    return [line["deck"] for line in flash.json("decks")]


def test_a_removed_deck_is_hidden_and_an_undo_restores_it(flash: Run) -> None:
    before = flash.json("list"), flash.json("stats")

    code, out, err = flash("remove", "Cells")

    assert (code, err) == (0, "")
    assert out == (
        "Removed 'Cells': 5 cards. Their history is kept; flash undo, or adding the deck"
        " file again, brings them back.\n"
    )
    assert decks(flash) == ["Cellsius"]
    assert [card["deck"] for card in flash.json("list")] == ["Cellsius"]
    assert "new 1 · learning 0 · due 0" in flash("review", "--plain", typed="q\n")[1]
    assert flash("log")[1].splitlines()[0].endswith("Removed 'Cells': 5 cards")
    assert flash("undo")[1] == "'Cells' is back: 5 cards.\n"
    assert (flash.json("list"), flash.json("stats")) == before
    assert flash("doctor")[0] == 0


def test_a_deck_that_lost_a_card_before_keeps_it_retired(flash: Run) -> None:
    text = Path("cells.yaml").read_text("utf-8")
    shorter = text.replace(text[text.index("  - cloze") :], "")
    Path("cells.yaml").write_text(shorter, "utf-8")
    flash("add", "cells.yaml")
    before = flash.json("list", "--retired")

    flash("remove", "Cells")
    flash("undo")

    assert flash.json("list", "--retired") == before


def test_adding_the_file_again_brings_the_history_back(flash: Run) -> None:
    before = flash.json("list")
    flash("remove", "Cells")

    flash("add", "cells.yaml")

    assert sorted(c["card"] for c in flash.json("list")) == [c["card"] for c in before]
    assert sum(card["reps"] for card in flash.json("list")) == 2


def test_a_subdeck_is_removed_alone(flash: Run) -> None:
    Path("more.yaml").write_text(OTHER.replace("Cellsius", "Cells::More"), "utf-8")
    flash("add", "more.yaml")

    flash("remove", "Cells::Basics")

    assert decks(flash) == ["Cells", "Cells::More", "Cellsius"]


@pytest.mark.parametrize("words", [[], ["--forever"]], ids=["retire", "delete"])
def test_a_dry_run_of_a_removal_changes_nothing(flash: Run, words: list[str]) -> None:
    before = flash.json("list")

    code, out, _ = flash("remove", "Cells", "--dry-run", *words)

    assert code == 0
    assert out.endswith("(dry run: nothing was changed)\n")
    assert flash.json("list") == before
    assert flash.json("log")[0]["name"] == "answer"


def test_unknown_and_removed_decks_are_refused(flash: Run) -> None:
    code, _, err = flash("remove", "Celsius")
    assert (code, err) == (
        1,
        "flash: no card matches 'Celsius' (did you mean the deck 'Cellsius'?)\n",
    )
    assert flash("remove", "")[0] == 1

    flash("remove", "Cells")
    code, _, err = flash("remove", "Cells")
    assert (code, err) == (
        1,
        "flash: 'Cells' has no cards left to remove"
        " (add --forever to delete the history, too)\n",
    )


def test_deletion_needs_a_yes_without_a_terminal(flash: Run) -> None:
    code, _, err = flash("remove", "Cells", "--forever", typed="y\n")

    assert (code, err) == (
        1,
        "flash: nothing was deleted (add --yes to delete them)\n",
    )
    assert decks(flash) == ["Cells", "Cells::Basics", "Cellsius"]


def test_deleted_deck_is_gone_except_from_the_backup(flash: Run) -> None:
    assert flash("config", "new_per_day", "3", "--deck", "Cells::Basics")[0] == 0
    flash("suspend", "powerhouse")
    before = flash.json("list")

    found = flash.json("remove", "Cells", "--forever", "--yes")

    backup = found.pop("backup")
    assert found == {
        "deck": "Cells",
        "query": "Cells",
        "notes": 3,
        "cards": 5,
        "reviews": 2,
        "mock_exams": 0,
        "forever": True,
        "dry_run": False,
    }
    assert [card["deck"] for card in flash.json("list", "--retired")] == ["Cellsius"]
    assert flash("remove", "Cells", "--forever", "-y")[0] == 1
    assert flash("doctor")[:2] == (0, "No problems found.\n")
    assert flash("restore", backup, "--yes")[0] == 0
    assert flash.json("list") == before


def test_a_deletion_forgets_confusions_with_its_cards(flash: Run) -> None:
    with closing(open_store(Path("store.db"), NOON)) as store:
        (missed,) = store.row("select id from reviews where rating = 1")
        sql = "select c.id from cards c join notes n on n.guid = c.note join decks d"
        (other,) = store.row(f"{sql} on d.id = n.deck where d.name = 'Cellsius'")
        assert record_confusion(store, missed, other, NOON)

    assert flash("remove", "Cellsius", "--forever", "--yes")[0] == 0

    assert flash.json("list", "--retired")[0]["deck"] == "Cells::Basics"
    assert flash("doctor")[:2] == (0, "No problems found.\n")


def test_a_change_since_the_backup_stops_a_deletion(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def back_up_then_change(*args: Any, **more: Any) -> Path:
        made = back_up(*args, **more)
        with closing(open_store(Path("store.db"), NOON)) as store:
            suspend(store, [first], NOON, suspended=True)
        return made

    first = flash.json("list")[0]["card"]
    monkeypatch.setattr(removing, "back_up", back_up_then_change)

    code, _, err = flash("remove", "Cells", "--forever", "--yes")

    assert (code, "changed it since the backup" in err) == (1, True)
    assert len(flash.json("list")) == 6


def test_a_deletion_says_what_mock_exams_lose(flash: Run) -> None:
    choice = "deck: Quiz\ncards: [{choice: Which?, options: [one, two], answer: one}]\n"
    Path("quiz.yaml").write_text(choice, "utf-8")
    flash("add", "quiz.yaml")
    assert flash("exam", "mock", "--deck", "Quiz", typed="a\nh\nh\n")[0] == 0
    line = "1 mock exam keeps its score, without the text of these questions.\n"

    planned, asked, done = (
        flash("remove", "Quiz", "--forever", *words)[1]
        for words in (["--dry-run"], [], ["--yes"])
    )

    assert [line in text for text in (planned, asked, done)] == [True] * 3


def test_nothing_before_a_deletion_can_be_undone(flash: Run) -> None:
    flash("remove", "Cells", "--forever", "--yes")
    flash("suspend", flash.json("list")[0]["guid"])

    assert flash("undo")[0] == 0
    code, _, err = flash("undo")

    assert code == 1
    assert "'Cells' was deleted for good; that can't be undone" in err
    assert "flash restore 2026-11-23T" in err
    assert "Deleted 'Cells' for good: 5 cards" in flash("log")[1]
    assert flash("log")[0] == 0


def test_a_retired_deck_can_be_deleted(flash: Run) -> None:
    flash("remove", "Cells")

    code, out, _ = flash("remove", "Cells", "--forever", "-y")

    assert code == 0
    assert out.startswith("Deleted 'Cells': 5 cards and 2 reviews.")
    assert flash("add", "cells.yaml")[1].endswith("3 new; 5 cards\n")


@pytest.mark.parametrize("word", ["Cells", "deck:Cells"])
def test_a_deck_named_as_a_query_is_deleted_as_a_deck(flash: Run, word: str) -> None:
    flash("remove", word, "--forever", "--yes")

    assert decks(flash) == ["Cellsius"]
    assert flash("doctor")[0] == 0


def test_a_removed_card_that_its_file_brings_back_is_named(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("d.yaml")
    cards = "".join(f"  - {{front: q{n}, back: a{n}}}\n" for n in range(5))
    file.write_text(f"deck: D\ncards:\n{cards}", "utf-8")
    flash("add", "d.yaml")
    flash("remove", "q0")

    tagged = flash("tag", "add", "t", "q1", "--write")

    assert tagged[2].splitlines()[0] == "back, as d.yaml has it: q0"
    flash("remove", "q0")
    monkeypatch.setenv("VISUAL", "sed -i s/a2/edited/")
    assert flash("edit", "q2")[2] == "back, as d.yaml has it: q0\n"
    flash("remove", "deck:D -q4", "--yes")
    file.write_text(file.read_text("utf-8").replace("a4", "other"), "utf-8")
    assert flash("review", "--plain", typed="q\n")[2].splitlines() == [
        *(f"back, as d.yaml has it: q{n}" for n in range(3)),
        "… and 1 more",
    ]
    assert flash("review", "--plain", typed="q\n")[2] == ""
