"""`flash tag` changes notes in the store, and the text of deck files."""

import subprocess
from pathlib import Path

import pytest
from command_runner import Run

CARDS = """\
# Mine.
deck: D
tags: [top]
cards:
  - front: one
    back: red
    tags: [a, b]  # two tags
    reverse: true

  # The second.
  - front: two
    back: green
    tags:
      - 'a'  # quoted
      # between
      - a::c
  - {front: three, back: blue}
"""
EXAM = """\
exam: E
questions: 10
minutes: 10
domains:
  - {tag: a, name: A, weight: 1}
"""


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("d.yaml").write_text(CARDS, "utf-8")
    flash("add", "d.yaml")
    Path("table.csv").write_text("front,back,tags\nfour,many,a\n", "utf-8")
    flash("import", "table.csv", "--header")
    return flash


ADDED = CARDS.replace("[a, b]", "[a, b, new]").replace(
    "      - a::c\n", "      - a::c\n      - new\n"
)
CHANGES = {
    "add": (
        ["add", "new", "tag:a", "-three"],
        ADDED,
        {"a": 4, "a::c": 1, "b": 2, "new": 4, "top": 4},
    ),
    "remove": (
        ["remove", "a", "is:new"],
        CARDS.replace("[a, b]", "[b]").replace("      - 'a'  # quoted\n", ""),
        {"a::c": 1, "b": 2, "top": 4},
    ),
    "rename": (
        ["rename", "a", "x"],
        CARDS.replace("[a,", "[x,").replace("'a'", '"x"').replace("a::c", "x::c"),
        {"b": 2, "top": 4, "x": 4, "x::c": 1},
    ),
    "rename to one that is there": (
        ["rename", "b", "a"],
        CARDS.replace("[a, b]", "[a]"),
        {"a": 4, "a::c": 1, "top": 4},
    ),
    "rename at the top": (
        ["rename", "top", "high"],
        CARDS.replace("[top]", "[high]"),
        {"a": 4, "a::c": 1, "b": 2, "high": 4},
    ),
}


@pytest.mark.parametrize(
    ("words", "text", "counts"), CHANGES.values(), ids=CHANGES.keys()
)
def test_tags_change_and_comments_stay(
    flash: Run, words: list[str], text: str, counts: dict[str, int]
) -> None:
    shown = flash("tag", *words, "--write")

    assert shown[:2] == (0, "")
    assert Path("d.yaml").read_text("utf-8") == text
    assert flash.json("tag", "list") == counts
    assert flash("add", "d.yaml")[1].splitlines()[-1] == "3 unchanged; 4 cards"


def test_without_write_a_patch_is_printed(flash: Run) -> None:
    before = flash.json("tag", "list")

    code, out, err = flash("tag", "add", "new", "one")

    assert (code, err) == (0, "Deck files are unchanged; --write edits them.\n")
    assert Path("d.yaml").read_text("utf-8") == CARDS
    assert flash.json("tag", "list") == before
    subprocess.run(["patch", "-p0", "-s"], input=out, text=True, check=True)
    assert "[a, b, new]  # two tags" in Path("d.yaml").read_text("utf-8")


def test_a_note_without_a_file_changes_in_the_store(flash: Run) -> None:
    shown = flash("tag", "add", "new", "four")

    assert shown == (0, "", "Changed 1 note.\n")
    assert flash.json("tag", "list")["new"] == 1
    flash("undo")
    assert "new" not in flash.json("tag", "list")


def test_a_tag_of_the_whole_file_is_left_to_the_user(flash: Run) -> None:
    done = flash.json("tag", "remove", "top", "two", "--write")

    place = f"{Path('d.yaml').absolute()}:11"
    message = "flash can't change its tags there; change this card by hand"
    assert done == {
        "changed": 0,
        "files": [],
        "written": True,
        "patches": [],
        "by_hand": [f"{place}: {message}"],
    }
    assert Path("d.yaml").read_text("utf-8") == CARDS


def test_a_renamed_tag_of_an_exam_is_reported(flash: Run) -> None:
    exam = Path("exam.yaml")
    exam.write_text(EXAM, "utf-8")

    err = flash("tag", "rename", "a", "x", "--write")[2]

    place = f"{exam.absolute()}:5:11"
    assert f"{place}: the exam has the old tag; rename it by hand\n" in err


def test_many_cards_change_only_after_a_question(flash: Run) -> None:
    rows = "".join(f"question {n},answer {n}\n" for n in range(51))
    Path("many.csv").write_text(f"front,back\n{rows}", "utf-8")
    flash("import", "many.csv", "--header")

    code, out, err = flash("tag", "add", "new", "question")

    assert (code, out) == (1, "")
    assert "51 cards would change; nothing was changed (add --yes" in err
    assert flash("tag", "add", "new", "question", "-y")[2] == "Changed 51 notes.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rename", "zz", "x"], "no tag 'zz' (flash tag list shows all tags)"),
        (["add", "a b", "one"], "space in the tag 'a b' (write 'a-b')"),
        (["rename", "a", ""], "the tag is empty"),
        (["add", "x", "mitosis"], "no card matches 'mitosis'"),
    ],
    ids=["no tag", "a space", "empty", "no card"],
)
def test_a_wrong_tag_is_an_error(flash: Run, words: list[str], message: str) -> None:
    code, out, err = flash("tag", *words)

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {message}")
