"""`flash tag` changes notes in the store, and the text of deck files."""

import subprocess
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from store_fixtures import NOON, Clock

from cards.deckfile.tag_edits import renamed
from flash.service.browsing import Browser
from flash.service.context import AppContext
from srs.store.opening import open_store

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


@pytest.mark.parametrize(
    "words", [["add", "new", "one"], ["rename", "a", "x"]], ids=" ".join
)
def test_a_file_with_several_line_ends_is_left_alone(
    flash: Run, words: list[str]
) -> None:
    mixed = CARDS.replace("blue}\n", "blue}\r\n").encode()
    Path("d.yaml").write_bytes(mixed)

    done = flash.json("tag", *words, "--write")

    assert any("change this card by hand" in line for line in done["by_hand"])
    assert Path("d.yaml").read_bytes() == mixed


def test_a_tag_that_is_there_already_keeps_its_place() -> None:
    assert renamed(("a", "x", "b"), "a", "b") == ("x", "b")
    assert renamed(("b", "x", "a::c"), "a", "b") == ("b", "x", "b::c")


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


@pytest.mark.parametrize("words", [["two"], ["red"], ["deck:D"]])
def test_a_tag_of_the_whole_file_is_left_to_the_user(
    flash: Run, words: list[str]
) -> None:
    done = flash.json("tag", "remove", "top", *words, "--write")

    message = "'top' is a tag of all cards of this file; change it there by hand"
    assert done == {
        "changed": 0,
        "files": [],
        "written": True,
        "patches": [],
        "by_hand": [f"d.yaml:3:1: {message}"],
    }
    assert Path("d.yaml").read_text("utf-8") == CARDS


MATTERS = {
    "a list": ("deck: N\ntags: [x, top]", "n.md:3:1"),
    "a block": ("deck: N\ntags:\n  - x\n  - 'top'", "n.md:5:1"),
    "of Obsidian": ("deck: N\ntags: x, top", "n.md:3:1"),
}


@pytest.mark.parametrize("change", [["remove", "top"], ["rename", "top", "high"]])
@pytest.mark.parametrize(("matter", "place"), MATTERS.values(), ids=MATTERS)
def test_a_tag_of_front_matter_is_named_with_its_line(
    flash: Run, matter: str, place: str, change: list[str]
) -> None:
    Path("n.md").write_text(f"---\n{matter}\n---\n\nnq::a\n\nnr::b\n", "utf-8")
    flash("add", "n.md")
    words = ["deck:N", "--write"] if change[0] == "remove" else ["--write"]

    done = flash.json("tag", *change, *words)

    here = [one for one in done["by_hand"] if "n.md" in one]
    message = "'top' is a tag of all cards of this file; change it there by hand"
    assert here == [f"{place}: {message}"]


def test_a_card_that_also_gets_a_tag_is_left_to_the_user(flash: Run) -> None:
    """Its other tags have not changed."""
    store = open_store(Path("store.db"), NOON)
    browser = Browser(AppContext(store, Clock()), "two")

    message = browser.tag("-top new")
    store.close()

    assert "d.yaml:3:1: 'top' is a tag of all cards of this file" in message
    assert "d.yaml:11: flash can't change its tags there" in message


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


DECOMPOSED = "カ\u3099ス"


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        (["add", "new", "gas"], {"b", "new", "ガス", "ガス::a"}),
        (["add", DECOMPOSED, "gas"], {"b", "ガス", "ガス::a"}),
        (["add", "新：：x", "gas"], {"b", "ガス", "ガス::a", "新::x"}),
        (["remove", DECOMPOSED, "gas"], {"b", "ガス::a"}),
        (["rename", "ガス", "気体：：x"], {"b", "気体::x", "気体::x::a"}),
    ],
)
@pytest.mark.parametrize("place", ["g.yaml", "g.csv"])
def test_spellings_of_a_tag_are_one_tag(
    flash: Run, place: str, words: list[str], tags: set[str]
) -> None:
    typed = [DECOMPOSED, "ガス：：a", "b"]
    texts = {
        "g.yaml": "deck: G\ncards:\n  - front: gas\n    back: x\n    tags: [{}]\n".format(
            ", ".join(typed)
        ),
        "g.csv": f"front,back,tags\ngas,x,{'　'.join(typed)}\n",
    }
    Path(place).write_text(texts[place], "utf-8")
    flash("add" if place == "g.yaml" else "import", place)

    assert flash("tag", *words, *(["--write"] if place == "g.yaml" else []))[0] == 0

    (card,) = flash.json("list", "gas")
    assert set(card["tags"]) == tags


def test_a_decomposed_tag_of_an_old_store_is_found(flash: Run) -> None:
    with open_store(Path("store.db"), NOON).connection as connection:
        connection.execute("update notes set tags = ?", (f'["{DECOMPOSED}"]',))

    assert flash("tag", "remove", "ガス", "four")[2] == "Changed 1 note.\n"
    assert [len(one["tags"]) for one in flash.json("list", "tag:ガス")] == [1] * 4


def test_a_file_that_differs_from_the_store_is_to_be_added_first(flash: Run) -> None:
    Path("e.yaml").write_text("deck: E\ncards: [{front: E1, back: a}]\n", "utf-8")
    flash("add", "e.yaml")
    flash("tag", "add", "one", "E1", "--write")
    flash("undo")

    err = flash("tag", "add", "two", "E1", "--write")[2]

    assert "e.yaml:2: the file differs from the store, as after an undo; " in err
    assert "by hand" not in err
    flash("add", "e.yaml")
    assert "by hand" not in flash("tag", "add", "two", "E1", "--write")[2]
    assert "E1" in flash("list", "tag:one", "tag:two")[1]


@pytest.mark.parametrize("change", [("add", "new"), ("remove", "biology")])
def test_a_card_whose_file_is_away_is_named(
    flash: Run, change: tuple[str, str]
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    Path("cells.yaml").rename("away.yaml")
    tags = flash.json("list")[0]["tags"]

    code, _, err = flash("tag", *change, "powerhouse", "--write")

    assert code == 0
    assert err.endswith(
        "cells.yaml:5: the deck file of this card was not found;"
        " change this card by hand\n"
    )
    assert flash.json("list")[0]["tags"] == tags


def test_a_rename_names_cards_whose_file_is_away(flash: Run) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    Path("cells.yaml").unlink()

    err = flash("tag", "rename", "biology", "life", "--write", "--yes")[2]

    assert err.count("was not found; change this card by hand") == 3
    assert flash.json("tag", "list")["biology"] == 5


@pytest.mark.parametrize(
    "words", [["add", "全、角", "four"], ["rename", "a", "全、角"]]
)
def test_a_tag_that_looks_like_several_is_warned_about(
    flash: Run, words: list[str]
) -> None:
    code, _out, err = flash("tag", *words)

    warning = "comma in the tag '全、角' (add one tag at a time)"
    assert (code, err.split("\n")[0]) == (0, f"flash: warning: {warning}")
    assert flash.json("tag", "list")["全、角"] == 1
    assert "warning" not in flash("tag", "remove", "全、角", "four")[2]


def test_new_tag_of_a_card_in_a_note_says_where_tags_are(flash: Run) -> None:
    Path("n.md").write_text("---\nflash: true\n---\n\nnq::a\n\nnr::b\n", "utf-8")
    flash("add", "n.md")

    done = flash.json("tag", "add", "new", "deck:*", "--write")

    reason = "flash can't change its tags there; change this card by hand"
    assert [line.rpartition("/")[2] for line in done["by_hand"]] == [
        f"n.md:5: {reason}",
        f"n.md:7: {reason}",
        "  (tags of a Markdown note are in 'tags:' at its top and hold for all its cards;"
        " only a card in a fenced block 'flash' has its own 'tags:')",
    ]
