"""Parts of a proposal that was split in the review."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.questions import question_text

DEFINITION = "# Keys\n\n- KMS: a service with many tenants\n"
LIMITS = "# Limits\n\n- a1\n- b2\n- c3\n- d4\n"
NESTED = "# Keys\n\n- Limits\n  - a1\n  - b2\n  - c3\n  - d4\n"
EIGHT = "# Limits\n\n" + "".join(f"- item {letter}\n" for letter in "abcdefgh")
TABLE = "| | KMS | HSM |\n|---|---|---|\n| cost | low | high |\n| owner | AWS | you |\n"


def reviewed(flash: Run, keys: Sequence[str]) -> list[str]:
    """Press keys in the review of the note; return the questions of the deck."""
    typed = "".join(f"{key}\n" for key in keys)
    words = ("draft", "n.md", "-o", "d.yaml", "--review", "--plain")
    code, _, err = flash(*words, typed=typed)
    assert (code, err.count("error")) == (0, 0)
    return questions()


def questions() -> list[str]:
    file = Path("d.yaml")
    text = file.read_text("utf-8") if file.exists() else ""
    return [
        question_text(note.content)
        for note in (read_deck(file).notes if "cards:" in text else ())
    ]


@pytest.mark.parametrize("first", ["a", "d", "k"])
@pytest.mark.parametrize("again", [0, 1])
@pytest.mark.parametrize(
    "note", [DEFINITION, LIMITS, NESTED, EIGHT, TABLE], ids="dlnet"
)
def test_the_other_parts_are_offered_later(
    flash: Run, note: str, first: str, again: int
) -> None:
    Path("n.md").write_text(note, "utf-8")
    every = reviewed(flash, "s" + "s" * again + "a" * 9)
    Path("d.yaml").unlink()

    reviewed(flash, ["s", *"s" * again, first, "q"])
    rest = reviewed(flash, (["s", *"s" * again] if first == "k" else []) + ["a"] * 9)

    assert sorted(rest) == sorted(every if first != "d" else every[1:])
    assert reviewed(flash, "aaa") == rest


@pytest.mark.parametrize("note", [DEFINITION, LIMITS, NESTED, TABLE], ids="dlnt")
def test_parts_that_are_decided_are_not_offered_again(flash: Run, note: str) -> None:
    Path("n.md").write_text(note, "utf-8")
    reviewed(flash, "sadddd")

    assert len(reviewed(flash, "aaa")) == 1
    assert flash("draft", "n.md", "-o", "d.yaml", "--append")[0] == 0
    assert len(questions()) == 1


@pytest.mark.parametrize(
    ("note", "lines", "blocks"), [(LIMITS, "3-4", 2), (NESTED, "3-5", 3)]
)
def test_half_a_list_names_its_own_items(
    flash: Run, note: str, lines: str, blocks: int
) -> None:
    Path("n.md").write_text(note, "utf-8")
    reviewed(flash, "sad")

    (card,) = read_deck(Path("d.yaml")).notes
    (source,) = card.sources
    assert (source.lines, len(str(source.hash).split())) == (lines, blocks)
    uncovered = flash.json("coverage", "n.md")["uncovered"]
    assert [one["text"] for one in uncovered] == ["c3", "d4"]

    Path("n.md").write_text(note.replace("d4", "d5"), "utf-8")
    assert flash.json("stale", "d.yaml") == []
    Path("n.md").write_text(note.replace("b2", "b3"), "utf-8")
    assert [one["blocks"] for one in flash.json("stale", "d.yaml")] == [
        [{"was": "b2", "now": "b3"}]
    ]


def test_a_split_can_be_undone(flash: Run) -> None:
    Path("n.md").write_text(LIMITS, "utf-8")

    assert reviewed(flash, "sauua") == ["Limits"]
    assert "split" not in Path("d.yaml").read_text("utf-8")
