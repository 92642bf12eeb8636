"""Redo after undo: every kind of operation, and what ends it."""

from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run

CHANGED = CELLS.replace("Deoxyribonucleic", "Desoxyribonucleic")


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
    ["add", "--forget", "powerhouse", "cells.yaml"],
    ["add", "more.yaml"],
    ["add", "changed.yaml"],
    ["import", "cells.apkg"],
]


@pytest.mark.parametrize("words", OPERATIONS, ids=" ".join)
def test_a_redo_restores_what_an_undo_took_back(flash: Run, words: list[str]) -> None:
    Path("more.yaml").write_text("deck: M\ncards:\n  - {front: x, back: y}\n", "utf-8")
    if words[0] == "import":
        flash("export", "cells.apkg", "--with-schedule")
        flash("remove", "cells", "--forever", "-y")
    if "changed.yaml" in words:
        Path("cells.yaml").write_text(CHANGED, "utf-8")
        words = ["add", "cells.yaml"]
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


def test_another_operation_ends_the_redo(flash: Run) -> None:
    flash("suspend", "powerhouse")
    flash("undo")
    flash("flag", "1", "powerhouse")

    assert flash("redo")[1] == "Nothing to redo.\n"
    flash("undo")
    assert flash.json("redo")["redone"] == ["Flagged 1 card"]
