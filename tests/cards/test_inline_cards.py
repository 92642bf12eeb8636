"""Odd Markdown around the cards of a note."""

from pathlib import Path
from time import process_time

import pytest

from cards.errors import DeckError
from cards.markdown_notes.note_deck import parse_note_deck
from cards.questions import texts_of

HEAD = "---\nflash: true\n---\n"
CASES = {
    "a dash inside a line": ("AWS - KMS::x", [("AWS - KMS", "x")]),
    "a plus inside a line": ("C++ std::list", [("C++ std", "list")]),
    "tabs": ("- a\n\t- b::c", [("b", "c")]),
    "a task": ("- [ ] b::c", [("b", "c")]),
    "a quotation": ("> b::c", [("b", "c")]),
    "a callout": ("> [!note]- b::c", [("b", "c")]),
    "a callout with marked words": (
        "> [!tip] a ==b==\n> c",
        [("a {{c1::b}}\nc",)],
    ),
    "a row of a table": ("| a | b::c |\n|---|---|\n\nd::e", [("d", "e")]),
    "indented code": ("text\n\n    b::c\n\nd::e", [("d", "e")]),
    "a paragraph of an item": ("- a\n\n    b::c", [("b", "c")]),
    "a link": ("[a::b](http://x)::c", [("[a::b](http://x)", "c")]),
    "a link of a wiki": ("[[a::b]]::c", [("a::b", "c")]),
    "code": ("`a::b`::c", [("`a::b`", "c")]),
    "comments over lines": ("<!--\na::b\n-->\n\n%%\na::b\n%%\n\nd::e", [("d", "e")]),
    "a comment of Obsidian": ("%% a::b %%\nd::e", [("d", "e")]),
    "marked words beside cards": (
        "a ==b==\nc::d\n==e== f",
        [("a {{c1::b}}",), ("c", "d"), ("{{c1::e}} f",)],
    ),
    "full width": (
        "Ｑ：問い\nＡ：答え\nＣ：[京]都",
        [("問い", "答え"), ("{{c1::京}}都",)],
    ),
    "a task in a cloze": ("C: [a] [ ] [x](y)", [("{{c1::a}} [ ] [x](y)",)]),
    "an answer in code": ("Q: a\n```\nA: b\n```\nA: c", [("a\n```\nA: b\n```", "c")]),
    "tests of a shell": (
        "Q: a\nA: b `[[x]]` [[y]]\n```\n[[ -f z ]] # <!-- c -->\n```",
        [("a", "b `[[x]]` y\n```\n[[ -f z ]] # <!-- c -->\n```")],
    ),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_odd_markdown_is_read_as_it_looks(
    text: str, expected: list[tuple[str, ...]], end: str
) -> None:
    deck = parse_note_deck((HEAD + text).replace("\n", end), Path("note.md"))

    assert [
        tuple(part for _, part in texts_of(note.content)) for note in deck.notes
    ] == expected


def test_open_front_matter_is_an_error() -> None:
    with pytest.raises(DeckError) as caught:
        parse_note_deck("---\ndeck: D\nQ: a\nA: b\n", Path("note.md"))

    expected = "note.md:1:1: front matter without end (write '---' below it)"
    assert str(caught.value) == expected


@pytest.mark.parametrize("text", ["\n", "`a ", "[[", "> ", "%% a\n", "    a::b\n"])
def test_a_hostile_note_takes_no_time(text: str) -> None:
    large = HEAD + "a::b\n\n" + text * (40_000 // len(text))
    started = process_time()

    assert len(parse_note_deck(large, Path("note.md")).notes) == 1
    assert process_time() - started < 2
