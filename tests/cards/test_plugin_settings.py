"""Settings of Obsidian's Spaced Repetition plugin, and cards in its way."""

import os
from pathlib import Path

import pytest

from cards.deckfile.discovery import is_deck
from cards.markdown_notes.note_deck import parse_note_deck
from cards.markdown_notes.plugin_settings import PluginSettings, plugin_settings
from cards.questions import texts_of

NOTE = """\
#flashcards
Phases?
?
First.

- prophase

# Second
<!--SR:!2026-12-16,34,290-->
+++
one::line
+++
Two?
??
two
+++

Q: labelled
A: with

a blank line
+++
Three?
?
three

no answer
"""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    (tmp_path / ".obsidian/plugins/obsidian-spaced-repetition").mkdir(parents=True)
    return tmp_path


def write_settings(vault: Path, text: str) -> Path:
    folder = vault / ".obsidian/plugins/obsidian-spaced-repetition"
    (folder / "data.json").write_text(text, "utf-8")
    return vault / "n.md"


def cards(text: str, path: Path) -> list[tuple[str, ...]]:
    notes = parse_note_deck(text, path).notes
    return [tuple(text for _, text in texts_of(note.content)) for note in notes]


@pytest.mark.parametrize("marker", ["+++", "---"])
def test_a_card_ends_where_the_plugin_says(vault: Path, marker: str) -> None:
    data = f'{{"settings": {{"multilineCardEndMarker": "{marker}"}}, "buryDate": ""}}'
    path = write_settings(vault, data)

    assert cards(NOTE.replace("+++", marker), path) == [
        ("Phases?", "First.\n\n- prophase\n\n# Second"),
        ("one", "line"),
        ("Two?", "two"),
        ("labelled", "with\n\na blank line"),
        ("Three?", "three"),
    ]


@pytest.mark.parametrize(
    "data", ["", "[]", "{}", '{"settings": {"multilineCardEndMarker": 3}}', "\x00"]
)
def test_other_settings_change_nothing(vault: Path, data: str) -> None:
    path = write_settings(vault, data)

    assert plugin_settings(path) == PluginSettings()
    assert cards("#flashcards\na\n?\nb\n\nc", path) == [("a", "b")]


TAGGED = {
    "in the text": ("#karten\nq::a #karten/Bio", "Bio", "q", ()),
    "in front matter": ("---\ntags: [x, karten/Bio]\n---\nq::a", "Bio", "q", ("x",)),
    "a list": ("---\ntags:\n- '#karten/Bio/A'\n---\nq::a", "Bio::A", "q", ()),
    "one in another": ("#my/cards/Bio\nq::a", "Bio", "q", ()),
    "the first one of all": ("#flashcards/Bio\nq #my::a", "Bio", "q #my", ()),
}


@pytest.mark.parametrize(
    ("text", "deck", "front", "tags"), TAGGED.values(), ids=TAGGED.keys()
)
def test_tags_of_cards_are_those_of_the_plugin(
    vault: Path, text: str, deck: str, front: str, tags: tuple[str, ...]
) -> None:
    data = '{"settings": {"flashcardTags": ["#karten", "#my/cards", 3, ""]}}'
    path = write_settings(vault, data)

    (note,) = parse_note_deck(text, path).notes

    assert (note.deck, note.content.front, note.tags) == (deck, front, tags)


@pytest.mark.parametrize("text", ["#kartenspiel q::a", "#karte", "#my", "tags: karten"])
def test_other_tags_make_no_cards(vault: Path, text: str) -> None:
    path = write_settings(vault, '{"settings": {"flashcardTags": ["karten"]}}')
    path.write_text(f"{text}\nq::a\n", "utf-8")

    assert not is_deck(path)


def test_settings_are_read_again_when_they_change(vault: Path) -> None:
    for number, tags in enumerate((("flashcards", "a"), ("flashcards", "b"))):
        path = write_settings(
            vault, f'{{"settings": {{"flashcardTags": ["{tags[1]}"]}}}}'
        )
        file = next(vault.rglob("data.json"))
        os.utime(file, ns=(number, number))

        assert plugin_settings(path).tags == tags


def test_a_note_outside_of_a_vault_has_no_settings(tmp_path: Path) -> None:
    assert plugin_settings(tmp_path / "n.md") == PluginSettings()


def test_a_callout_with_a_schedule_is_no_text(tmp_path: Path) -> None:
    callout = "> [!sr|card-metadata] \n>  <!--SR:!2026-12-16,34,290-->\n"
    text = (
        f"#flashcards\n\nQ::A\n{callout}\nThe ==x== is.\n{callout}\n"
        f"W?\n?\nw\n{callout}\nQ: q\nA: a\n{callout}\n> said\n"
    )

    assert cards(text, tmp_path / "n.md") == [
        ("Q", "A"),
        ("The {{c1::x}} is.",),
        ("W?", "w"),
        ("q", "a\n\n\n\n> said"),
    ]
