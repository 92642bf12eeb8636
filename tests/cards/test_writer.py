"""Notes become YAML that people read, and that reads back as the same notes."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cards.deckfile.card_edits import edit_cards
from cards.deckfile.reader import parse_deck
from cards.deckfile.writer import card_yaml, deck_yaml
from cards.note import Basic, ListNote, Note, Source

PATH = Path("deck.yaml")
signs = st.sampled_from("a #:-'\"\n東é🎉𠮷👩‍👩‍👧ﷺ🇯🇵")
texts = st.text(signs, min_size=1).map(str.strip).filter(bool)


def contents(text: str) -> list[object]:
    return [note.content for note in parse_deck(text, PATH).notes]


@given(front=texts, back=texts)
@example(front="q2 🎉", back="line 1\n\n- 🎉")
@example(front="a \\U0001F389", back=': \n"🎉" \\U0001F389 \u2028 \ufeff\x85')
def test_every_sign_is_written_as_it_is(front: str, back: str) -> None:
    note = Note(ListNote(front, (back, "one more 🎉")), "D 🎉", tags=("𠮷",))

    card, deck = card_yaml(note), deck_yaml("D 🎉", "ja", [(note, "")])

    for text in (card, deck):
        assert text.count("\\U") == (front + back).count("\\U")
        assert "- 𠮷\n" in text
    (read,) = yaml.load(card, Loader=yaml.CSafeLoader)
    assert read["items"] == [back, "one more 🎉"]
    assert read["list"] == front


@pytest.mark.parametrize("text", ["🎉", "𠮷野家", "one 🎉\ntwo\n\n- three"])
@pytest.mark.parametrize(
    "card",
    [
        "- front: a\n  back: b\n",
        "- front: 'a'\n  back: 'b'\n",
        "- {front: a, back: b}\n",
    ],
)
def test_an_edit_writes_every_sign_as_it_is(card: str, text: str) -> None:
    before = f"deck: D\ncards:\n{card}"
    (old,) = parse_deck(before, PATH).notes
    new = Note(Basic("a", text), "D", extra=text, file=old.file, line=old.line)

    after, left = edit_cards(before, PATH, [(old, new)])

    assert left == []
    assert "\\U" not in after
    assert contents(after) == [new.content]


def test_a_text_of_several_lines_with_an_emoji_is_a_block() -> None:
    note = Note(
        Basic("q", "one 🎉\ntwo"), "D", sources=(Source(note="a.md", lines="1"),)
    )

    assert card_yaml(note) == (
        "- front: q\n"
        "  back: |-\n"
        "    one 🎉\n"
        "    two\n"
        "  source: {note: a.md, lines: 1}\n"
    )


def test_a_deck_may_have_no_cards() -> None:
    assert deck_yaml("D", "", []).endswith("deck: D\ncards: []\n")
