"""Texts of cards are changed in a deck file, and nothing else of it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from cards.deckfile.card_edits import edit_cards
from cards.deckfile.reader import parse_deck
from cards.note import Note

PATH = Path("d.yaml")
DECK = """\
deck: D
tags: [all]
source: A book
cards:
  # The first one.
  - id: one
    front: 'Quoted: yes'
    back: |
      two
      lines

    tags: [own]
  - {front: flow, back: "b", extra: e}

  - front: last
    back: c
"""


def notes(text: str) -> tuple[Note, ...]:
    return parse_deck(text, PATH).notes


def with_texts(note: Note, **texts: str) -> Note:
    return replace(note, content=replace(note.content, **texts))


CHANGES = {
    "a quoted text": (0, {"front": "new"}, ("'Quoted: yes'", '"new"')),
    "a text that needs quotes": (2, {"back": "a: b"}, ("c\n", "'a: b'\n")),
    "a block": (
        0,
        {"back": "three\nother lines"},
        ("|\n      two\n      lines", "|-\n      three\n      other lines"),
    ),
    "a block that becomes a line": (
        0,
        {"back": "one"},
        ("|\n      two\n      lines\n", "one\n"),
    ),
    "a card in braces": (1, {"back": 'a "b", c'}, ('"b"', r'"a \"b\", c"')),
}


@pytest.mark.parametrize(
    ("index", "texts", "lines"), CHANGES.values(), ids=CHANGES.keys()
)
def test_only_the_changed_text_is_replaced(
    index: int, texts: dict[str, str], lines: tuple[str, str]
) -> None:
    old = notes(DECK)[index]

    found = edit_cards(DECK, PATH, [(old, with_texts(old, **texts))])

    assert found == (DECK.replace(lines[0], lines[1]), [])


def test_extra_and_tags_are_added_replaced_and_removed() -> None:
    first, flow, last = notes(DECK)
    edits = [
        (first, replace(first, extra="more", tags=("all", "other"))),
        (flow, replace(flow, extra="", tags=("all", "new"))),
        (last, replace(last, extra="two\nlines")),
    ]

    text, failed = edit_cards(DECK, PATH, edits)

    assert failed == []
    assert [(n.extra, n.tags) for n in notes(text)] == [
        (new.extra, new.tags) for _, new in edits
    ]
    assert text.endswith("    back: c\n    extra: |-\n      two\n      lines\n")


REMOVED = {
    "a list on a line": (
        "  - front: a\n    tags: [x]\n    back: b\n",
        "    tags: [x]\n",
    ),
    "a list of items": (
        "  - front: a\n    back: b\n    tags:\n      - x\n      - y\n",
        "    tags:\n      - x\n      - y\n",
    ),
    "the first key": ("  - tags: [x]\n    front: a\n    back: b\n", "tags: [x]\n    "),
    "in braces": ("  - {front: a, back: b, tags: [x, y]}\n", ", tags: [x, y]"),
    "first in braces": ("  - {tags: [x], front: a, back: b}\n", "tags: [x], "),
    "in the middle of braces": (
        "  - {front: a, tags: [x],\n     back: b}\n",
        ", tags: [x]",
    ),
    "an extra": (
        "  - front: a\n    back: b\n    extra: |\n      # c\n\n      d\n",
        "    extra: |\n      # c\n\n      d\n",
    ),
}


@pytest.mark.parametrize(("card", "gone"), REMOVED.values(), ids=REMOVED.keys())
@pytest.mark.parametrize("below", ["", "    # below\n  - {front: c, back: d}\n"])
def test_a_key_without_value_is_removed(card: str, gone: str, below: str) -> None:
    text = f"deck: D\ncards:\n{card}{below}"
    old = notes(text)[0]

    found = edit_cards(text, PATH, [(old, replace(old, tags=(), extra=""))])

    assert found == (text.replace(gone, ""), [])


def test_comments_of_a_removed_key_stay() -> None:
    head = "deck: D\ncards:\n  - front: a\n    back: b\n"
    text = f"{head}    tags:  # one\n      # two\n      - x\n    # three\n"
    first = "deck: D\ncards:\n  - tags: [x]  # one\n    front: a\n    back: b\n"
    old = notes(text)[0]
    edits = [(old, replace(old, tags=()))]

    assert edit_cards(text, PATH, edits) == (
        f"{head}    # one\n    # two\n    # three\n",
        [],
    )
    assert edit_cards(f"{head}    tags: [x]  # one", PATH, edits) == (
        f"{head}    # one\n",
        [],
    )
    assert edit_cards(first, PATH, edits) == (first.replace("[x]", "[]"), [])


def test_a_key_is_emptied_while_another_one_is_added() -> None:
    head = "deck: D\ncards:\n  - front: a\n    back: b\n"
    old = notes(f"{head}    tags: [x]\n")[0]

    text, failed = edit_cards(
        f"{head}    tags: [x]\n", PATH, [(old, replace(old, tags=(), extra="e"))]
    )

    assert (text, failed) == (f"{head}    tags: []\n    extra: e\n", [])


def test_an_edit_without_a_place_leaves_the_others() -> None:
    first, flow, last = notes(DECK)
    stale = with_texts(flow, back="other in the store")
    edits = [
        (first, replace(first, tags=("own",))),  # the tag of the header
        (stale, with_texts(stale, back="x")),
        (last, with_texts(last, back="done")),
    ]

    text, failed = edit_cards(DECK, PATH, edits)

    assert failed == [first, stale]
    assert text == DECK.replace("back: c", "back: done")


@pytest.mark.parametrize(
    "text", ["deck: D\ncards: 5\n", "", DECK.replace("\n", "\r\n")]
)
def test_a_file_that_cannot_be_edited_stays(text: str) -> None:
    old = notes(DECK)[2]

    assert edit_cards(text, PATH, [(old, with_texts(old, back="x"))]) == (text, [old])


def test_a_changed_question_without_an_id_is_found() -> None:
    old = notes(DECK)[2]

    text, failed = edit_cards(DECK, PATH, [(old, with_texts(old, front="first"))])

    assert (failed, notes(text)[2].content) == (
        [],
        with_texts(old, front="first").content,
    )
