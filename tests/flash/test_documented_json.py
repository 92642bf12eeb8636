"""docs/json.md names the keys of `--json`: all of them, and no others."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anki_edits import AnkiSide, add
from command_runner import CELLS, Run

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
SECTIONS = {
    section.partition("\n")[0]: section
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]
}
FACT = """  - front: Which city has the seat of the WHO?
    back: Geneva
    recheck: 2026-01-01
    changed: {was: Lausanne, since: 2020}
"""
COMMANDS = {
    "flash list": [("list",)],
    "flash show": [("show", "Cells")],
    "flash decks": [("decks",)],
    "flash stats": [("stats", "--full"), ("stats",)],
    "flash stale": [("stale",)],
    "flash check": [("check", "cells.yaml")],
    "flash add": [("add", "cells.yaml", "--yes"), ("add", "cells.yaml", "--dry-run")],
    "flash sync": [("sync", "log", "--yes")],
    "flash log": [("log",)],
    "flash undo": [("undo", "--dry-run")],
    "flash exam": [("exam",)],
    "flash config": [("config",), ("config", "--deck", "Cells")],
}


@pytest.fixture
def study(flash: Run) -> Run:
    """A store with answers, an exam, and something to add and to import."""
    Path("cells.yaml").write_text(CELLS + FACT, "utf-8")
    Path("words.csv").write_text("a,b\n", "utf-8")
    Path("log").mkdir()
    flash("add", "cells.yaml")
    flash("review", "Cells", "--plain", "--limit", "1", typed="\n3\nq\n")
    flash("exam", "set", "2027-01-01", "--deck", "Cells")
    less = CELLS.replace("reverse: true", "typed: true")
    Path("cells.yaml").write_text(less + FACT, "utf-8")
    return flash


def documented(section: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]*) \|", SECTIONS[section], re.MULTILINE)
    return {key for row in rows for key in re.findall("`([^`]+)`", row)}


def keys_of(value: Any, wanted: set[str], above: str = "") -> Iterator[str]:
    """Yield the keys of a value; those inside a key if some of them are documented."""
    for one in value if isinstance(value, list) else [value]:
        for key, inner in one.items():
            yield above + key
            mark = "[]." if isinstance(inner, list) else "."
            below = f"{above}{key}{mark}"
            if any(name.startswith(below) for name in wanted):
                yield from keys_of(inner, wanted, below)


@pytest.mark.parametrize(
    ("section", "words"),
    [(name, words) for name, all_words in COMMANDS.items() for words in all_words],
)
def test_the_documented_keys_are_the_real_ones(
    study: Run, section: str, words: tuple[str, ...]
) -> None:
    wanted = documented(section)

    assert set(keys_of(study.json(*words), wanted)) == wanted


def test_an_export_has_the_documented_keys(study: Run) -> None:
    table, package = study.json("export", "a.csv"), study.json("export", "a.apkg")
    folder = study.json("export", "--yaml", "decks")

    assert set(table) | set(package) == documented("flash export")
    assert set(folder) - set(package) == {"files"}


def test_imports_have_the_documented_keys(study: Run, tmp_path: Path) -> None:
    package = AnkiSide(tmp_path).package(lambda one: add(one, "Basic", "q", "a"))
    wanted = documented("flash import")

    found = study.json("import", "words.csv"), study.json("import", package)

    assert {key for one in found for key in keys_of(one, wanted)} == wanted


def test_errors_have_the_documented_keys(study: Run) -> None:
    Path("bad.yaml").write_text("deck: D\ncards:\n  - {fornt: a}\n", "utf-8")
    code, _, err = study("check", "bad.yaml", "--json")
    found = json.loads(err)["error"]
    assert (code, set(documented("Errors"))) == (1, set(found))
    assert found["problems"][0] == {k: found[k] for k in found if k != "problems"}

    code, _, err = study("show", "nothing here", "--json")
    assert code == 1
    assert set(found) - set(json.loads(err)["error"]) == {"hint", "problems"}


def test_every_section_is_checked() -> None:
    assert SECTIONS.keys() == COMMANDS.keys() | {
        "Errors",
        "flash export",
        "flash import",
    }
