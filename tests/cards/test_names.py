"""Names of decks and tags are kept composed, and nest with `：：`, too."""

from pathlib import Path

import pytest

from cards.deckfile.exam_file import parse_exam_file
from cards.deckfile.reader import Deck, parse_deck
from cards.markdown_notes.note_deck import parse_note_deck

TYPED = "カ\u3099ス：：有機"
KEPT = "ガス::有機"
CARDS = "cards:\n  - {front: q, back: a, tags: [%s, x]}\n"


def names(deck: Deck) -> tuple[str, tuple[str, ...]]:
    (note,) = deck.notes
    return note.deck, note.tags


def test_names_in_a_deck_file_are_kept_tidy() -> None:
    text = f"deck: {TYPED}\ntags: [x, {TYPED}]\n{CARDS % TYPED}"

    deck = parse_deck(text, Path("d.yaml"))

    assert deck.name == KEPT
    assert names(deck) == (KEPT, ("x", KEPT))


@pytest.mark.parametrize(
    "text",
    [
        f"---\ndeck: {TYPED}\ntags: x {TYPED}\n---\nq::a",
        f"---\ndeck: {TYPED}\ntags: [x, {TYPED}]\n---\nq::a",
        f"---\ntags: x，{TYPED}、flashcards/{TYPED}\n---\nq::a",
        f"---\nflash: true\ntags: [x, {TYPED}]\n---\n#flashcards/{TYPED.replace('：：', '/')}\n\nq::a",
    ],
)
def test_names_in_a_note_are_kept_tidy(text: str) -> None:
    assert names(parse_note_deck(text, Path("n.md"))) == (KEPT, ("x", KEPT))


def test_a_deck_named_after_a_folder_is_composed() -> None:
    note = Path("カ\u3099ス", "n.md")

    deck = parse_note_deck("---\nflash: true\n---\nq::a", note)

    assert deck.name.rpartition("::")[2] == "ガス"


def test_tags_of_an_exam_are_kept_tidy() -> None:
    text = f"exam: E\nquestions: 1\nminutes: 1\ndomains: [{{tag: {TYPED}, weight: 1}}]"

    assert parse_exam_file(text, Path("exam.yaml")).blueprint.weights == {KEPT: 1}


@pytest.mark.parametrize("tag", ["暗号、鍵", "暗号，鍵", "'a,b'"])
def test_a_comma_in_a_tag_is_warned_about(tag: str) -> None:
    text = f"deck: D\ntags: [{tag}]\ncards:\n  - {{front: q, back: a}}\n"

    (warning,) = parse_deck(text, Path("d.yaml")).warnings

    assert str(warning).startswith("d.yaml:2:8: warning: comma in the tag ")
