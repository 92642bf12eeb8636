"""Front matter of notes that other programs read, too."""

from pathlib import Path

import pytest

from cards.deckfile.discovery import is_deck, unread_in
from cards.deckfile.reader import Deck
from cards.errors import DeckError
from cards.markdown_notes.note_deck import parse_note_deck
from cards.note import Source

PATH = Path("/folder/n.md")


def read(matter: str) -> Deck:
    return parse_note_deck(f"---\n{matter}\n---\n\nQ::A\n", PATH)


@pytest.mark.parametrize(
    "other",
    [
        "description: A clip about\n  two lines # and more",
        "description: >\n  deck: none\n\n  text",
        'description: "one\n  deck: none"',
        "cover: a.png # remark",
        "base: &base {a: 1}\ncopy: *base",
        "x: 1\nx: 2",
        "x: !!str 5",
        "title: one: two",
        "? [a, b]\n: c",
        "'my key': [a,\n  b]\n\"other\": {{c}}",
        "aliases:\n- a # b\n- c",
        "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: n}}}}}}}}}}}}",
        "order:\nlanguage:\nsource:\ndeck:",
        "tags: [flashcards] # once more",
    ],
)
def test_other_keys_are_ignored(other: str) -> None:
    for matter in (f"tags: [flashcards]\n{other}", f"{other}\ntags:\n  - flashcards"):
        deck = read(matter)

        assert (deck.name, len(deck.notes), deck.warnings) == ("folder", 1, ())


def test_a_value_of_another_program_is_a_warning() -> None:
    deck = read(
        "language: [en, ja]\norder: first\nsource: a book\n  of two lines\n"
        "tags: flashcards"
    )

    assert [str(problem) for problem in deck.warnings] == [
        "/folder/n.md:2:11: warning: 'language' must be text (put the text in double"
        " quotes)",
        "/folder/n.md:3:8: warning: invalid 'order': 'first' (write a number)",
    ]
    (note,) = deck.notes
    assert (note.language, note.sources) == ("", (Source(title="a book of two lines"),))


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        (
            "deck: one\n  two\nx: one\n  two",
            "2:7: line breaks of an unquoted text become spaces",
        ),
        ("deck: one\nx: 1\ndeck: two", "4:1: duplicate key 'deck' (already on line 2:"),
        ("x: 1\nflash: true\norder: first", "4:8: invalid 'order': 'first'"),
        ("x: 1\ntags: [flashcards", "3:7: the list is never closed"),
    ],
)
def test_a_mistake_in_the_own_keys_is_an_error(matter: str, expected: str) -> None:
    with pytest.raises(DeckError) as caught:
        read(matter)

    assert str(caught.value).startswith(f"/folder/n.md:{expected}")


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("flash: true\nlanguge: ja", ["3:1: warning: unknown key 'languge' (did you"]),
        ("deck: D\ntag: a", ["3:1: warning: unknown key 'tag' (did you mean 'tags'?)"]),
        ("dekc: D\ntags: flashcards", ["2:1: warning: unknown key 'dekc' (did you"]),
        ("languge: ja\ntags: flashcards", []),
        ("deck: D\ntag: a\ntags: [b]\nresource: x\nsource_url: y\ndate: z", []),
    ],
)
def test_a_misspelt_key_is_warned_about(matter: str, expected: list[str]) -> None:
    found = [str(one).removeprefix("/folder/n.md:") for one in read(matter).warnings]

    assert len(found) == len(expected)
    assert all(
        one.startswith(start) for one, start in zip(found, expected, strict=True)
    )


def test_a_note_that_means_to_have_cards_is_told_how() -> None:
    with pytest.raises(DeckError) as caught:
        read("title: x\ndekc: D")

    assert [str(one) for one in caught.value.problems] == [
        "/folder/n.md:3:1: unknown key 'dekc' (did you mean 'deck'?)"
    ]


WITH_CARDS = {
    "a tag": "\n\n#flashcards\n",
    "a tag in front matter": "\ntags: [flashcards]\n",
    "a deck": "\ndeck: D\n",
    "a fence": "\n---\n\n```flash\n- front: a\n  back: b\n```\n",
}


@pytest.mark.parametrize("value", ["false", "False # for now", "'false'", "no", "off"])
@pytest.mark.parametrize("rest", WITH_CARDS.values(), ids=WITH_CARDS.keys())
def test_a_note_is_switched_off(rest: str, value: str, tmp_path: Path) -> None:
    text = f"---\nx: y\nflash: {value}{rest}"
    text += "" if "---" in rest else "---\n"
    path = tmp_path / "n.md"
    path.write_text(f"{text}\n#flashcards\n\n#card Q::A\n", "utf-8")

    deck = parse_note_deck(path.read_text("utf-8"), path)

    assert deck.notes == ()
    assert [str(one) for one in deck.warnings] == [
        f"{path}:1:1: warning: 'flash: false' at its top: the cards of this note are"
        " not read"
    ]
    assert not is_deck(path)
    assert unread_in([path], is_warning=True) == []


@pytest.mark.parametrize(
    "matter", ["x:\n  flash: false", "flash: false alarm", "y: 'flash: false'"]
)
def test_other_values_switch_no_note_off(matter: str) -> None:
    assert len(read(f"tags: [flashcards]\n{matter}").notes) == 1
