"""Redo after undo: every kind of operation, and what ends it."""

from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run
from devices import contents
from store_fixtures import NOON

from srs.store.opening import open_store

TEXTS = {
    "changed.yaml": CELLS.replace("Deoxyribonucleic", "Desoxyribonucleic"),
    "renamed.yaml": CELLS.replace("deck: Cells", "deck: Biology::Cells"),
}


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("review", "--plain", typed="\n3\n\n1\nq\n")
    return flash


def state(flash: Run) -> Any:
    cards = flash.json("list", "--retired")
    settings = flash.json("config", "--deck", "Cells")
    shown = flash.json("show", "is:retired or -is:retired")
    return cards, settings, shown, flash.json("stats"), flash.json("log")


OPERATIONS = [
    ["suspend", "cells"],
    ["bury", "powerhouse"],
    ["flag", "3", "cells"],
    ["set-due", "3-7", "cells"],
    ["reset", "cells"],
    ["config", "new_per_day", "5", "--deck", "Cells"],
    ["config", "away", "2026-11-24..2026-12-24"],
    ["config", "rollover", "7"],
    ["reschedule"],
    ["remove", "cells"],
    ["add", "--due-today", "powerhouse", "cells.yaml"],
    ["add", "more.yaml"],
    ["add", "changed.yaml"],
    ["import", "cells.apkg"],
]


def prepare(flash: Run, words: list[str]) -> list[str]:
    """Make what the words need; return those to type."""
    Path("more.yaml").write_text("deck: M\ncards:\n  - {front: x, back: y}\n", "utf-8")
    if words[0] in ("import", "tag", "move", "rename"):
        flash("export", "cells.apkg", "--with-schedule")
        flash("remove", "cells", "--forever", "-y")
    if words[0] in ("tag", "move", "rename"):
        flash("import", "cells.apkg")
    if words[-1] in TEXTS:
        Path("cells.yaml").write_text(TEXTS[words[-1]], "utf-8")
        return ["add", "cells.yaml"]
    return words


@pytest.mark.parametrize("words", OPERATIONS, ids=" ".join)
def test_a_redo_restores_what_an_undo_took_back(flash: Run, words: list[str]) -> None:
    words = prepare(flash, words)
    assert flash(*words)[0] == 0
    before = state(flash)

    for _ in range(2):
        flash("undo")
        code, out, err = flash("redo")

        assert (code, err) == (0, "")
        assert out.startswith("Redone: ")
        assert state(flash) == before
    assert flash("doctor")[1] == "No problems found.\n"
    assert flash("redo")[1] == "Nothing to redo.\n"


SYNCED = [
    *OPERATIONS,
    ["config", "time_zone", "Asia/Tokyo"],
    ["exam", "set", "2027-01-10", "--deck", "Cells"],
    ["tag", "add", "hard", "cells"],
    ["move", "Other", "cells"],
    ["rename", "Cells", "Biology"],
    ["add", "renamed.yaml"],
]


@pytest.mark.parametrize("words", SYNCED, ids=" ".join)
def test_a_redo_reaches_the_other_devices(
    flash: Run, tmp_path: Path, words: list[str]
) -> None:
    def synced() -> list[dict[str, Any]]:
        for db in ("store.db", "b.db", "store.db"):
            assert flash("sync", "--db", db)[0] == 0
        stores = [open_store(tmp_path / db, NOON) for db in ("store.db", "b.db")]
        found = [contents(store) for store in stores]
        for store in stores:
            store.close()
        return found

    (tmp_path / "log").mkdir()
    flash("config", "--deck", "Cells", "new_per_day", "7")
    for db in ("store.db", "b.db"):
        flash("sync", "log", "--name", db, "--db", db)
    words = prepare(flash, words)
    assert flash(*words)[0] == 0, words
    for command in ("sync", "undo", "redo"):
        assert flash(command)[0] == 0
        ours, theirs = synced()
        assert theirs == ours


def test_several_steps_are_redone_in_order(flash: Run) -> None:
    flash("suspend", "powerhouse")
    flash("flag", "1", "powerhouse")
    before = state(flash)
    flash("undo", "4")

    assert flash.json("redo", "9")["redone"][-2:] == [
        "Suspended 1 card",
        "Flagged 1 card",
    ]
    assert state(flash) == before


SEVERAL = [
    ["flag", "3", "four"],
    ["tag", "add", "a", "four"],
    ["tag", "add", "b", "four"],
    ["suspend", "four"],
    ["move", "Other", "four"],
    ["set-due", "3", "four"],
    ["tag", "remove", "a", "four"],
    ["move", "Cells::More", "four"],
    ["rename", "Cells::More", "Rest"],
    ["flag", "2", "cells"],
    ["add", "changed.yaml"],
    ["add", "renamed.yaml"],
    ["config", "new_per_day", "5", "--deck", "Biology::Cells"],
    ["rename", "Rest", "Last"],
    ["remove", "four"],
]


def test_changes_of_one_card_are_redone_one_by_one(flash: Run) -> None:
    Path("table.csv").write_text("front,back\nfour,many\n", "utf-8")
    flash("import", "table.csv", "--header", "--deck", "Cells::Few")
    states = [content(flash)]
    for words in SEVERAL:
        if words[0] == "add":
            words = prepare(flash, words)
        assert flash(*words)[0] == 0, words
        states.append(content(flash))

    for _ in range(2):
        for before in reversed(states[:-1]):
            assert flash("undo")[0] == 0
            assert content(flash) == before
        for after in states[1:]:
            code, _, err = flash("redo")
            assert (code, err) == (0, "")
            assert content(flash) == after
    assert flash("doctor")[1] == "No problems found.\n"


TWICE = [
    (["config", "new_per_day", "8"], ["config", "new_per_day", "9"]),
    (["config", "rollover", "5"], ["config", "rollover", "7"]),
    (
        ["config", "away", "2026-12-24..2027-01-02"],
        ["config", "away", "2026-12-25..2027-01-02"],
    ),
    (["exam", "set", "2027-01-10"], ["exam", "set", "2027-01-11"]),
    (["flag", "1", "powerhouse"], ["flag", "2", "powerhouse"]),
    *(
        (
            ["config", "--deck", "Cells", "new_per_day", "5"],
            ["config", "--deck", "Cells", *words],
        )
        for words in (["new_per_day", "6"], ["leech_threshold", "3"])
    ),
    (["exam", "set", "2027-01-10", "--deck", "Cells"], ["add", "renamed.yaml"]),
]


@pytest.mark.parametrize(("first", "second"), TWICE, ids=str)
def test_a_redo_restores_what_was_replaced(
    flash: Run, first: list[str], second: list[str]
) -> None:
    states = []
    for words in (first, prepare(flash, second), ["suspend", "cells"]):
        states.append((content(flash), flash("config")[1], flash("exam")[1]))
        assert flash(*words)[0] == 0, words
    for count in (1, 2, 3):
        assert flash("undo", str(count))[0] == 0
        for place in range(3 - count, 3):
            now = (content(flash), flash("config")[1], flash("exam")[1])
            assert now == states[place]
            assert flash("redo")[0] == 0


def content(flash: Run) -> Any:
    """Return what the cards are like, in any order, and the options of their deck."""
    cards = flash.json("list", "--retired")
    settings = [flash("config", "--deck", one)[1] for one in ("Cells", "Biology")]
    return sorted(cards, key=lambda one: one["card"]), settings


def test_another_operation_ends_the_redo(flash: Run) -> None:
    flash("suspend", "powerhouse")
    flash("undo")
    flash("flag", "1", "powerhouse")

    assert flash("redo")[1] == "Nothing to redo.\n"
    flash("undo")
    assert flash.json("redo")["redone"] == ["Flagged 1 card"]
