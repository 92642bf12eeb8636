"""Odd Markdown around the cards of a note."""

from contextlib import suppress
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
    "colons in brackets": (
        "C: std [a::b] x [a:::b] [`c::d`]",
        [("std {{c1::a:\\:b}} x {{c2::a:\\:\\:b}} {{c3::c:\\:d}}",)],
    ),
    "braces of math in brackets": (
        "C: Value [$e^{x^{2}}$] of [$a[0]$].",
        [("Value {{c1::$e^{x^{2} }$}} of {{c2::$a[0]$}}.",)],
    ),
    "marked math and code": (
        "==$E=mc^2$== ==`git push`== ==a = b== ==E=mc²==",
        [("{{c1::$E=mc^2$}} {{c2::`git push`}} {{c3::a = b}} {{c4::E=mc²}}",)],
    ),
    "comparisons": ("a == b, c == d, `e==f` g==h, $i==j$\n\nk::l", [("k", "l")]),
    "escaped marks": ("\\==a== b\n\nc\\::d\n\ne::f", [("e", "f")]),
    "a heading above the mark": ("### What is X? ##\n?\nb", [("What is X?", "b")]),
    "a heading below the mark": (
        "a\n?\n## B\nc\n## D\n",
        [("a", "## B\nc")],
    ),
    "hints and groups": (
        "==a==^[b] ==c==[^1] ==d==[^2] ==e==^[f][^1]",
        [("{{c3::a::b}} {{c1::c}} {{c2::d}} {{c1::e::f}}",)],
    ),
    "hints and groups inside": (
        "==2;;a;;b $c$== ==d;;e== ==1;;f==",
        [("{{c2::a::b $c$}} {{c3::d::e}} {{c1::f}}",)],
    ),
    "blocks of math": ("$$\na::b\n\nc::d\n$$\n\ne::f", [("e", "f")]),
    "amounts": ("a::$5 or $6", [("a", "$5 or $6")]),
    "comments in lines": (
        "a %%b::c%% d\n\ne::f %%g%% <!-- h -->\n\ni <!-- j\nk::l -->\nm::n",
        [("e", "f"), ("m", "n")],
    ),
    "comments without end": (
        "%% a::b\nc::d\n\n<!-- e::f\n\ng::h",
        [("c", "d"), ("g", "h")],
    ),
    "clozes of Anki": (
        "The {{c1::a}} is {{c2::b}}\nc::d\n- {{c1::e::f}} [g]\n\n`{{c1::j}}` k\n\nC: {{c2::h}} [i]",
        [
            ("The {{c1::a}} is {{c2::b}}",),
            ("c", "d"),
            ("{{c1::e::f}} [g]",),
            ("{{c2::h}} [i]",),
        ],
    ),
    "items in items of a loose list": (
        "- a::b\n\n  c::d\n\n    - e::f\n\n        g::h\n\n  i\n\ntext\n\n    j::k",
        [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")],
    ),
    "code in an item": ("- a\n\n      b::c\n      d::e\n\n- f::g", [("f", "g")]),
    "code below a heading": ("# a\n    b::c\n\nd::e", [("d", "e")]),
    "code in a quotation or an item": (
        "> ```\n> a::b\n> ```\n\n- ```\n  c::d\n\n  e::f\n  ```\n- g::h",
        [("g", "h")],
    ),
    "a card below an answer": (
        "Q: a\nA: b\n\nc\n\n```\nd::e\n```\n\nf::g\nh::i\n\nC: [j]\n\nk ==l==\n\nC: [m]\n\nn\n?\no",
        [
            ("a", "b\n\nc\n\n```\nd::e\n```"),
            ("f", "g"),
            ("h", "i"),
            ("{{c1::j}}",),
            ("k {{c1::l}}",),
            ("{{c1::m}}",),
            ("n", "o"),
        ],
    ),
    "an answer that begins below": (
        "Q: a\n\nb::c\nA:\n\n- d ==e==\nf\n\ng ==h==",
        [("a\n\nb::c", "- d ==e==\nf"), ("g {{c1::h}}",)],
    ),
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


def test_words_hidden_in_steps_are_an_error() -> None:
    with pytest.raises(DeckError) as caught:
        parse_note_deck(HEAD + "a\n\n- ==b==[^ash] c\n- ==sha;;d==\n", Path("note.md"))

    hint = "(number the words that are hidden together: ==words==[^1])"
    assert [str(problem) for problem in caught.value.problems] == [
        f"note.md:6:1: a cloze with steps: 'ash' {hint}",
        f"note.md:7:1: a cloze with steps: 'sha' {hint}",
    ]


HOSTILE = ["\n", "`a ", "[[", "> ", "%% a\n", "    a::b\n", "``a `", "<!-- ", "$a "]
HOSTILE += [
    "a$$ ",
    "==a ",
    "- \n\n",
    "%%a\n\n",
    "$a$ $",
    "{{c1::",
    "A: a\n\n",
    "x[^1] ==",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_note_takes_no_time(text: str) -> None:
    large = HEAD + text * (40_000 // len(text)) + "\n\na::b\n"
    started = process_time()

    with suppress(DeckError):
        parse_note_deck(large, Path("note.md"))
    assert process_time() - started < 2
