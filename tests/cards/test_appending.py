"""Cards are appended to a deck file whose own text stays as it is."""

from pathlib import Path

import pytest

from cards.deckfile.appending import append_cards, empty_deck
from cards.deckfile.reader import parse_deck
from cards.deckfile.writer import card_yaml
from cards.errors import FlashError
from cards.note import Basic, Note

NEW = Note(Basic("A: #1?", "one\n\ntwo"), "D", tags=("t",))
CARD = """\
- front: 'A: #1?'
  back: |-
    one

    two
  tags:
  - t
"""
INDENTED = "".join(
    f"  {line}" if line.strip() else line for line in CARD.splitlines(keepends=True)
)
FILES = {
    "without a last line end": (
        "deck: D\ncards:\n- front: a\n  back: b",
        "\n" + CARD,
        "",
    ),
    "indented, spaced, with comments at the end": (
        "# top\ndeck: D\ncards:  # c\n\n  - front: a\n    back: b\n\n"
        "  # second\n  - front: c\n    back: d\n\n  # more to come\n",
        "\n" + INDENTED,
        "",
    ),
    "spaced": (
        "deck: D\ncards:\n\n  - front: a\n    back: b\n\n  - front: c\n    back: d\n",
        "\n" + INDENTED,
        "",
    ),
    "with a block and a key after the cards": (
        "cards:\n- front: a\n  back: |+\n    b\n\n",
        CARD,
        "# the name\ndeck: D\n",
    ),
    "with brackets and a comment at the last key": (
        "deck: D\ncards:\n- front: a\n  back: b\n  tags: [x,\n    y]  \n",
        CARD,
        "...\n",
    ),
    "with line ends of Windows": (
        "deck: D\r\ncards:\r\n- front: a\r\n  back: b\r\n",
        CARD.replace("\n", "\r\n"),
        "",
    ),
    "without cards": (empty_deck("D"), INDENTED, ""),
}


@pytest.mark.parametrize(("before", "added", "after"), FILES.values(), ids=FILES)
def test_a_card_is_added_after_the_last_one(
    before: str, added: str, after: str
) -> None:
    text = append_cards(before + after, [card_yaml(NEW)])

    assert text == before + added + after
    notes = parse_deck(text, Path("d.yaml")).notes
    assert (notes[-1].content, notes[-1].tags) == (NEW.content, NEW.tags)


def test_cards_in_brackets_are_refused_with_a_hint() -> None:
    with pytest.raises(FlashError, match="in brackets .begin each one with '- '"):
        append_cards("deck: D\ncards: [{front: a, back: b}]\n", [card_yaml(NEW)])
