"""Odd Markdown around the cards of a note."""

import re
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
    "rows without a rule": (
        "a::b\n| c::d | e |\n> | ==f== |\ng::h",
        [("a", "b"), ("g", "h")],
    ),
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
    "full-width separators": (
        "- 鍵：：key\n- 塩：：：salt\n\n何？\n？\n水\n\n誰\n？？\n私\n\na：b：：：：c",
        [("鍵", "key"), ("塩", "salt"), ("何？", "水"), ("誰", "私")],
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
        "Q: a\nA: b\n\nc\n\n```\nd::e\n```\n\nf::g\nh::i\n\nC: [j]\n\nk ==l==\n\nC: [m]\n\nn\n?\no\n\np ==q==",
        [
            ("a", "b\n\nc\n\n```\nd::e\n```"),
            ("f", "g"),
            ("h", "i"),
            ("{{c1::j}}\n\nk ==l==",),
            ("{{c1::m}}",),
            ("n", "o"),
            ("p {{c1::q}}",),
        ],
    ),
    "an answer that begins below": (
        "Q: a\n\nb::c\nA:\n\n- d ==e==\nf\n\ng ==h==\n\ni::j",
        [("a\n\nb::c", "- d ==e==\nf\n\ng ==h=="), ("i", "j")],
    ),
    "cards right above a question": (
        "a::b\n<!--SR:!2026-12-09,4,270-->\nc:::d\ne\nf\n?\ng",
        [("a", "b"), ("c", "d"), ("e\nf", "g")],
    ),
    "a separator in a question": ("std::map\n?\na", [("std::map", "a")]),
    "names in a question": (
        "What is std::vector?::An array\nstd::moveとは？：：所有権\nVec::newは何か::関数"
        "\n**What are ::1 and fe80::/10?** ::: Addresses\nDoes Foo::a? Foo::b?::Yes",
        [
            ("What is std::vector?", "An array"),
            ("std::moveとは？", "所有権"),
            ("Vec::newは何か", "関数"),
            ("**What are ::1 and fe80::/10?**", "Addresses"),
            ("Does Foo::a? Foo::b?", "Yes"),
        ],
    ),
    "a separator behind a name alone": (
        "std::vector :: An array\n- DNA::RNA ::: copied\nid::id :: a -> a",
        [("std::vector", "An array"), ("DNA::RNA", "copied"), ("id", "id :: a -> a")],
    ),
    "a separator in an answer": (
        "a::What is b?::c\nA :: What?::b\n型::id? :: a\nWhat?::Is it::so?::Yes\nd :: e :: f",
        [
            ("a::What is b?", "c"),
            ("A", "What?::b"),
            ("型", "id? :: a"),
            ("What?", "Is it::so?::Yes"),
            ("d", "e :: f"),
        ],
    ),
    "addresses of IPv6": (
        "2001:db8::1 is an example\n2001:db8::/32::Examples\nfe80::1%eth0::Link-local"
        "\n- 9:00::21:00\n12:30:: lunch\nface::visage",
        [
            ("2001:db8::/32", "Examples"),
            ("fe80::1%eth0", "Link-local"),
            ("9:00", "21:00"),
            ("12:30", "lunch"),
            ("face", "visage"),
        ],
    ),
    "signs of two widths": (
        "鍵:：key\n塩：:：salt\n\n何\n?？\n水",
        [("鍵", "key"), ("塩", "salt"), ("何", "水")],
    ),
    "signs of items in plain text": (
        "・鍵：：key\n• a::b\n・::c\n・・",
        [("鍵", "key"), ("a", "b")],
    ),
    "properties of Logseq": (
        "- a::b\n  id:: 64f0e2a1-1234-4abc-9def-0123456789ab\n  collapsed:: true\n- id:: c"
        "\n  card-last-interval:: 4\n  card-last-reviewed:: 2024-01-01T10:00:00.000Z\n- card-x:: d",
        [("a", "b"), ("id", "c"), ("card-x", "d")],
    ),
    "fields of Dataview": (
        "Met [who:: Bob] at (time: now:: 9:30)\n- [ ] call [due:: 2024-01-01] [a:: [[b]]]"
        "\nIs (a:: b) it? (c)::d (e:: f)\nf(x)[0]::g (h",
        [("Is (a:: b) it? (c)", "d (e:: f)"), ("f(x)[0]", "g (h")],
    ),
    "states of tasks": (
        "- [/] a::b\n- [>] ==c== d\n* [x] e::f\n- [1] g::h\n- [i](j)::k",
        [("a", "b"), ("{{c1::c}} d",), ("e", "f"), ("[1] g", "h"), ("[i](j)", "k")],
    ),
    "footnotes": (
        "a::b[^1]\n[^1]: c::d\n\n[^2]: e ==f==\n> [^x]: g::h\n\ni ==j==[^1]",
        [("a", "b[^1]"), ("i {{c1::j}}",)],
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


TABLES = {
    "two columns": "a | b\n---|---\nc::d | ==e==\n==f== g | What?::",
    "alignment": "a::b | c\n:-- | :-:\nd::e | DNA::RNA::protein\n`f` | g::h",
    "pipes in cells": "a::b \\| c | d\n--- | ---\ne::f \\| g | h",
    "empty cells": "a | b\n--|--\n | c::d\n==e== | ",
}
AROUND_TABLES = {
    "alone": "{}",
    "outer pipes": "|{}|",
    "a pipe at the end": "{}|",
    "an item": "  {}",
    "a quotation": "> {}",
    "a quotation with outer pipes": "> |{}|",
}


@pytest.mark.parametrize("around", AROUND_TABLES.values(), ids=AROUND_TABLES.keys())
@pytest.mark.parametrize("above", ["- x\n\n", "- x::y\n"], ids=["gap", "tight"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_a_table_of_any_form_holds_no_cards(
    table: str, above: str, around: str
) -> None:
    lines = "\n".join(map(around.format, table.split("\n")))

    deck = parse_note_deck(f"{HEAD}{above}{lines}\nq::r\n\ns\n?\n{lines}", Path("n.md"))

    read = [tuple(t for _, t in texts_of(note.content)) for note in deck.notes]
    first = [("x", "y")] if "::" in above else []
    assert read == [*first, ("q", "r"), ("s", lines.strip())]
    assert deck.warnings == ()


NO_TABLES = {
    "fewer cells than headers": "a | b | c\n---|---\nd::e | f",
    "a heading": "# a | b\n---|---\nd::e | f",
    "a label": "C: [a] | b\n---|---\n\nd::e | f",
    "a list": "a | b\n- | -\nd::e | f",
    "a rule": "a | b\n\n---\nd::e | f",
    "another quotation": "> a | b\n---|---\nd::e | f",
    "a row below another": "a | b\n---|---\nc | g\n\nd::e | f",
    "an item below": "a | b\n---|---\n- d::e | f",
    "text below": "a | b\n---|---\nc | g\nd::e `|` f",
}


@pytest.mark.parametrize("text", NO_TABLES.values(), ids=NO_TABLES.keys())
def test_a_card_with_a_pipe_outside_of_a_table_is_read(text: str) -> None:
    deck = parse_note_deck(HEAD + text, Path("note.md"))

    assert dict(texts_of(deck.notes[-1].content))[("front",)] == "d"


@pytest.mark.parametrize("begin", ["", "> ", "- "])
def test_a_line_that_only_begins_with_a_pipe_is_read(begin: str) -> None:
    text = f"{begin}|x|::absolute value"

    deck = parse_note_deck(f"{HEAD}{text}\n", Path("note.md"))

    shown = [text for _, text in texts_of(deck.notes[0].content)]
    assert shown == ["|x|", "absolute value"]


PARTS_OF_ANSWERS = {
    "marked words": "c ==d== e",
    "only marked words": "==c==",
    "a list with one marked item": "- c ==d==\n- e",
    "a list of marked items": "- ==c==\n- ==d== e",
    "a list with one card": "- c::d\n- e",
    "a numbered list with one card": "1. c\n2. d::e",
    "a card and marked words": "- c::d\n- e ==f==",
    "a card and text below it": "c::d\ne",
    "a card with text in its item": "- c::d\n  e",
    "a loose list that begins with a card": "- c::d\n\n- e",
    "a loose list that ends with a card": "- c\n\n- d::e",
    "a loose list below a text": "c:\n- d\n\n- e::f\n- g::h",
    "a paragraph in an item": "- c::d\n\n  e",
    "code in an item": "- c::d\n\n  ```\n  e\n  ```",
    "indented code in an item": "- c::d\n\n      e",
    "code right below a card": "c::d\n```\ne\n```",
    "a table right below a card": "c::d\n| e |\n|---|",
    "a quotation of paragraphs": "> c::d\n>\n> e",
    "words hidden in steps": "c ==d==[^ash]",
}


@pytest.mark.parametrize("part", PARTS_OF_ANSWERS.values(), ids=PARTS_OF_ANSWERS.keys())
def test_an_answer_keeps_what_is_not_all_cards(part: str) -> None:
    end = "\n\nz ==y==\n\nx::w\n"
    text = f"Q: a\nA: b\n\n{part}{end}---\nC: [b]\n\n{part}{end}"

    deck = parse_note_deck(HEAD + text, Path("note.md"))

    below = f"\n\n{part}\n\nz ==y=="
    assert [tuple(t for _, t in texts_of(note.content)) for note in deck.notes] == [
        ("a", "b" + below),
        ("x", "w"),
        ("{{c1::b}}" + below,),
        ("x", "w"),
    ]


CARDS_BELOW_ANSWERS = {
    "a line": ("c::d", [("c", "d")]),
    "lines": ("c::d\ne:::f", [("c", "d"), ("e", "f")]),
    "items": ("- c::d\n- e:::f", [("c", "d"), ("e", "f")]),
    "numbered items": ("1. c::d\n2. e::f", [("c", "d"), ("e", "f")]),
    "a loose list": (
        "- c::d\n\n  - e::f\n\n- g::h",
        [("c", "d"), ("e", "f"), ("g", "h")],
    ),
    "a list below another text": ("c::d\n\n- e::f", [("c", "d"), ("e", "f")]),
    "a mark": ("c\n?\nd ==e==", [("c", "d ==e==")]),
    "clozes of Anki": ("c {{c1::d}}\ne", [("c {{c1::d}}\ne",)]),
    "a tag above": ("#flashcards/D\nc::d", [("c", "d")]),
    "a comment below": ("c::d\n<!--SR:!2026-11-05,172,310-->", [("c", "d")]),
    "fenced cards": ("```flash\n- front: c\n  back: d\n```", [("c", "d")]),
    "fenced cards below a card": (
        "- c::d\n```flash\n- front: e\n  back: f\n```",
        [("c", "d"), ("e", "f")],
    ),
}


@pytest.mark.parametrize("above", ["", "- x\n- y ==z==\n\nw\n\n"], ids=["", "a list"])
@pytest.mark.parametrize(
    ("text", "expected"), CARDS_BELOW_ANSWERS.values(), ids=CARDS_BELOW_ANSWERS.keys()
)
def test_an_answer_ends_at_cards(
    text: str, expected: list[tuple[str, ...]], above: str
) -> None:
    lines = f"- v\nQ: a\nA: b\n\n{above}{text}\n"

    deck = parse_note_deck(HEAD + lines, Path("note.md"))

    read = [tuple(t for _, t in texts_of(note.content)) for note in deck.notes]
    assert read == [("a", f"b\n\n{above}".strip()), *expected]


BELOW_ANSWERS = {
    "a paragraph": ("c::d\n\n==e==\n\nf\n\ng", [11]),
    "a line of a paragraph": ("c::d\n\ne::f\ng", [10]),
    "code": ("c\n?\n```\nd\n```\n\n```\ne\n```", [13]),
    "a table": ("1. c::d\n\n| e |", [9]),
    "only cards": ("c::d\n\n==e==\n\n#flashcards/D\n<!-- f -->\n\ng\n?\n## h", []),
    "text below a rule": ("c::d\n\n---\ne", []),
    "text below a heading": ("c::d\n\n# e\nf", []),
    "text below each answer": ("c::d\n\ne\n\nC: [f]\n\ng::h\n\ni", [9, 15]),
    "text below fenced cards": ("```flash\n- front: c\n  back: d\n```\ne", []),
    "no cards": ("c\n\n- d ==e==", []),
}


@pytest.mark.parametrize(
    ("text", "lines"), BELOW_ANSWERS.values(), ids=BELOW_ANSWERS.keys()
)
def test_text_below_an_ended_answer_is_warned_about(
    text: str, lines: list[int]
) -> None:
    head = f"{HEAD}Q: a\nA: b\n\n"

    deck = parse_note_deck(f"{head}{text}\n", Path("note.md"))

    message = "warning: the text below cards at the end of an answer belongs to no card"
    hint = "(move it above them, or write '---' at the end of the answer)"
    assert [str(one) for one in deck.warnings] == [
        f"note.md:{line}:1: {message} {hint}" for line in lines
    ]


NAME = "a name, which makes no card: '{}' (write spaces around the '::' before the answer, or put the name in backticks)"
NO_ANSWER = "a question without answer (write the answer after the '::')"
HEADING = "a heading, which makes no card (write question and answer in a line of text)"
LABELS = "a question and an answer that make no card (write 'Q: ' and 'A: ' at the beginning of their lines)"
MISSED = {
    "a name of words": ("- DNA::RNA::protein ^abc", NAME.format("DNA::RNA::protein")),
    "a name in bold": ("- **DNA::RNA::protein**", NAME.format("DNA::RNA::protein")),
    "a name and an article": (
        "std::vector::A dynamic array",
        NAME.format("std::vector"),
    ),
    "a name behind words": (
        "Central dogma::DNA::protein",
        NAME.format("dogma::DNA::protein"),
    ),
    "a name between words": (
        "Two phases::Light::Calvin cycle",
        NAME.format("phases::Light::Calvin"),
    ),
    "a name behind words and an article": (
        "Central dogma::DNA::the protein.",
        NAME.format("dogma::DNA"),
    ),
    "a name in Japanese": (
        "流れはdna::RNA::proteinだ",
        NAME.format("dna::RNA::protein"),
    ),
    "a heading": ("## What is DNA?::A molecule", HEADING),
    "a heading with blanks": ("# DNA :: a molecule #", HEADING),
    "a heading in Japanese": ("### 核：：nucleus", HEADING),
    "a heading in bold": ("## **What is DNA?::A molecule**", HEADING),
    "a heading that asks": ("# What is KMS? :: Keys", HEADING),
    "a heading that asks in Japanese": ("# 鍵とは :: Keys", HEADING),
    "a heading without text": ("## KMS :: Key Management\n\n---\n\na", HEADING),
    "no answer": ("**What is DNA?**::", NO_ANSWER),
    "no answer on the line": ("> DNAとは？：：\n> 分子", NO_ANSWER),
    "full-width marks": (
        "首都は＝＝東京＝＝です",
        "not a cloze: '＝＝東京＝＝' (hidden words are written ==words==)",
    ),
    "a cloze without blank": (
        "C:首都は[東京]です",
        "a cloze that makes no card (write a space after 'C:')",
    ),
    "labels without blanks": ("Q:何？\nA:水", LABELS),
    "small labels": ("q: a\n\na: b", LABELS),
    "labels in items": ("- Q: a\n  b\n- A: c", LABELS),
    "labels in a quotation": ("> Q: a\n> A: b", LABELS),
    "labels in bold": ("**Q:** a\n\n**A:** b", LABELS),
    "labels in words": ("問：何？\n答：水", LABELS),
    "labels with points": ("Q1. a\nA1. b", LABELS),
}


@pytest.mark.parametrize(("text", "expected"), MISSED.values(), ids=MISSED.keys())
def test_a_line_that_looks_like_a_card_is_warned_about(
    text: str, expected: str
) -> None:
    deck = parse_note_deck(f"{HEAD}x::y\n\n{text}\n", Path("note.md"))
    with pytest.raises(DeckError) as caught:
        parse_note_deck(f"{HEAD}{text}\n", Path("note.md"))

    assert [str(one) for one in deck.warnings] == [f"note.md:6:1: warning: {expected}"]
    hint = "(write 'Q:' and 'A:' lines, or question::answer)"
    assert [str(one) for one in caught.value.problems] == [
        f"note.md:1:1: no cards in this note {hint}",
        f"note.md:4:1: {expected}",
    ]


TAG = "the tag '{}' makes no card (write 'Q:' and 'A:' lines, or question::answer, in a note with 'flash: true' at its top)"
CLOZE = "not a cloze: '{}' (a cloze is written {{{{c1::text}}}})"
TAGGED = {
    "an item": ("- What? #card\n\t- b", TAG.format("#card")),
    "a heading": ("## What? #card/reverse\nb", TAG.format("#card/reverse")),
    "a link as a tag": ("- What? #[[card]]\n  - b", TAG.format("#[[card]]")),
    "hidden words": ("- a {{cloze b c}} #card", CLOZE.format("{{cloze b c}}")),
}


@pytest.mark.parametrize(("text", "expected"), TAGGED.values(), ids=TAGGED.keys())
def test_a_card_of_logseq_is_named(text: str, expected: str) -> None:
    deck = parse_note_deck(f"{HEAD}x::y\n\n{text}\n", Path("note.md"))
    with pytest.raises(DeckError) as caught:
        parse_note_deck(f"a\n{text}\n", Path("note.md"))

    assert [str(one) for one in deck.warnings] == [f"note.md:6:1: warning: {expected}"]
    hint = "(begin it with the lines '---', 'flash: true' and '---')"
    assert [str(problem) for problem in caught.value.problems] == [
        f"note.md:1:1: no cards in this note {hint}",
        f"note.md:2:1: {expected}",
    ]


ORDINARY = {
    "other tags": "#cards and `#card` and a#card\n\n```\n#card {{cloze a}}\n```\n%% #card %%\n\n    #card {{cloze a}}",
    "a list with a question mark": "- Alice\n- ?\n- Bob\n\n1. a\n2. ?\n3. b",
    "a card with a tag": "a::b #card",
    "a macro": "{{query (task TODO)}} {{clozes}}",
    "addresses of IPv6": "- ::1\n- fe80::/10\nPing ::1 and 2001:db8::1.",
    "names in C++": "Use std::chrono::seconds here.\n- A std::optional is empty",
    "paths of Rust": "- std::io::Read\n- serde_json::value::Value\n- crate::a::b",
    "paths of modules": "tokio::sync::mpsc\n\n- use tokio::sync::mpsc\n- tokio::io::Result",
    "names in sentences": "Call Net::HTTP::Get here.\nDoes Net::HTTP::Get help?\nNet::HTTP::Getを使う。",
    "classes among words": "Use Foo::Bar::Baz\n- Net::HTTP::Tiny gets pages\n- Perl: File::Spec::catfile\nHTTP::Tiny::UAを使う",
    "names in code and links": "a `Foo::Bar::Baz`, [Foo::Bar::Baz](u), [[Foo::Bar::Baz]], <https://e.org/Foo::Bar::Baz> b\n# `a :: b`\n# [a :: b](u)\n# [[a :: b]]",
    "titles": "# C++ :: Templates\n\na\n\n## Perl :: Moose :: Roles\n- a\n\n## Rust :: `a`\n\n1. a\n\n### 鍵 ：： 種類\na",
    "classes in bold": "**Foo::Bar::Baz** is one",
    "types": "- AWS::IAM::Role\n\nAWS::S3::Bucket is a type.",
    "a link": "- [[DNA::RNA::protein]] and [[a DNA::RNA::protein b]]",
    "code": "`DNA::RNA::protein`\n\n```\nDNA::RNA::protein\nQ:a\nA:b\n```\n\n    What?::",
    "a table": "| DNA::RNA::protein |\n|---|\n| What?:: |",
    "attributes": ":toc:\n:author: Jane\n:PROPERTIES:\n:ID: 1\n:END:",
    "fields of Dataview": "key:: value\nempty::\n(a:: b)",
    "escaped colons": "What?\\::",
    "headings": "## DNA::RNA::protein\n# std::vector\n## Use C++ std::list",
    "an answer": "Q: a\nA: DNA\n\nDNA::RNA::protein\n\nWhat?::\n\nＱ. c\nＡ. d",
    "options": "Q. Which?\nA. one\nB. two",
    "a label alone": "Q1. Sales rise.\n\nSome text.\n\nA. Smith agrees.",
    "a rule": "＝＝＝＝＝\n＝＝ a ＝＝",
    "a path of Windows": "C:\\a[1]",
}


@pytest.mark.parametrize("mark", ["?", "??", "？"])
@pytest.mark.parametrize(
    "text", ["> What?\n> {}\n> b", "> [!faq] a\n> {}\n> b", "- a\n  - {}\n  - b"]
)
def test_a_mark_in_a_quotation_or_item_is_warned_about(text: str, mark: str) -> None:
    note = f"{HEAD}x::y\n\n{text.format(mark)}\n\n- c\n- ?\n\n> ?\n"

    deck = parse_note_deck(note, Path("note.md"))

    expected = (
        f"a '{mark}' that makes no card (write it outside of quotations and items)"
    )
    assert [str(one) for one in deck.warnings] == [f"note.md:7:1: warning: {expected}"]


def test_a_path_of_modules_beside_a_card_is_warned_about() -> None:
    text = f"{HEAD}- cat::gato\n- {{}}\n- std::io::read\n\n- a::b::c\n"

    for path, words in (("dog::perro::canis", ""), ("Apple::NYC::City", "Big ")):
        deck = parse_note_deck(text.format(words + path), Path("note.md"))

        warned = f"note.md:5:1: warning: {NAME.format(path)}"
        assert [str(one) for one in deck.warnings] == [warned]


PARTS = ["DNA", "mRNA", "Gene", "phage", "two words", "a-b", "B12", "核", "né", "Ядро"]


@pytest.mark.parametrize("sign", ["::", ":::"])
@pytest.mark.parametrize("first", PARTS)
def test_no_line_with_two_separators_is_lost(first: str, sign: str) -> None:
    backs = [f"{second}::{third}" for second in PARTS for third in PARTS]
    lines = [f"{first}{sign}{back}" for back in backs]
    name = re.compile(r"(?<![^\s-])(\w+::){2}\w+(?![^\s-])", re.ASCII).search
    path = re.compile(r"\b[a-z]+::[a-z]+::", re.ASCII).search

    deck = parse_note_deck(f"{HEAD}x::y\n\n" + "\n\n".join(lines), Path("note.md"))

    read = [tuple(t for _, t in texts_of(note.content)) for note in deck.notes[1:]]
    split = zip(lines, backs, strict=True)
    assert read == [(first, back) for line, back in split if not name(line)]
    missed = [i for i, one in enumerate(lines) if name(one) and not path(one)]
    warned = [int(str(one).split(":")[1]) for one in deck.warnings]
    assert warned == [6 + 2 * i for i in missed]


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_text_is_not_warned_about(text: str) -> None:
    deck = parse_note_deck(f"{HEAD}x::y\n\n{text}\n", Path("note.md"))

    assert deck.warnings == ()


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


def test_mistyped_marks_of_a_cloze_are_an_error() -> None:
    text = "a::b\nxは｛｛c1::分解｝｝を行う\n\n- y {{c２：：z}}\n\n`{{c1：：z}}`\n\n{{1::x}}"

    with pytest.raises(DeckError) as caught:
        parse_note_deck(HEAD + text, Path("note.md"))

    hint = "(a cloze is written {{c1::text}})"
    assert [str(problem) for problem in caught.value.problems] == [
        f"note.md:5:1: not a cloze: '｛｛c1::' {hint}",
        f"note.md:7:1: not a cloze: '{{{{c２：：' {hint}",
        f"note.md:11:1: not a cloze: '{{{{1::' {hint}",
    ]


EMPHASIZED = {
    "**a::b**": ("**a**", "**b**"),
    "- x _a :: b_.": ("x _a_", "_b_."),
    "**用語：：意味**です": ("**用語**", "**意味**です"),
    "***a::b***": ("***a***", "***b***"),
    "**_a_ x::_b_**": ("**_a_ x**", "**_b_**"),
    "**_a::b_ x**": ("**_a_**", "**_b_ x**"),
    "==a::b==": ("==a==", "==b=="),
    "**a::** b": ("**a**", "b"),
    "**a**::**b**": ("**a**", "**b**"),
    "**a** 2 * 3::4 * 5 **b**": ("**a** 2 * 3", "4 * 5 **b**"),
    "`**`a::b`**`": ("`**`a", "b`**`"),
    "snake_a::b_c": ("snake_a", "b_c"),
    r"\*a::b\*": (r"\*a", r"b\*"),
    "**a::b": ("**a", "b"),
}


@pytest.mark.parametrize("sign", ["::", ":::"])
@pytest.mark.parametrize(("text", "sides"), EMPHASIZED.items(), ids=EMPHASIZED.keys())
def test_emphasis_around_a_separator_is_in_both_sides(
    text: str, sides: tuple[str, str], sign: str
) -> None:
    text = text.replace("::", sign)

    (note,) = parse_note_deck(f"{HEAD}{text}\n", Path("note.md")).notes

    assert tuple(one for _, one in texts_of(note.content)) == sides


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
    "a::b ",
    "a-::b?",
    "か ",
    "＝＝a",
    "Q. a\nA. b\n\n",
    "(a::",
    "[a:b ",
    "a-DNA::",
    "a|b\n-|-\n",
    "a|",
    "#card {{cloze ",
    "*a::b ",
    "_a ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_note_takes_no_time(text: str) -> None:
    large = HEAD + text * (40_000 // len(text)) + "\n\na::b\n"
    started = process_time()

    with suppress(DeckError):
        parse_note_deck(large, Path("note.md"))
    assert process_time() - started < 2
