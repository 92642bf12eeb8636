"""The questions of each kind of note, and their parts."""

import os
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cards.note import Basic, Choice, Cloze, Compare, Content, ListNote, Note, Row
from cards.questions import (
    REVERSED,
    answer_text,
    cell_part,
    cloze_parts,
    parts_of,
    question_of,
    questions,
)
from cards.table_rows import cells_of
from cards.text.html import to_html
from cards.text.terminal import plain_text

WORDS = st.text("abc \u9375|*`", min_size=1, max_size=5).filter(str.strip)
CELLS = WORDS | st.sampled_from(["", "~", " "])
SEVERAL = st.lists(WORDS, min_size=2, max_size=4, unique=True).map(tuple)


@st.composite
def tables(draw: st.DrawFn) -> Compare:
    subjects = draw(SEVERAL)
    wide = st.lists(CELLS, min_size=len(subjects), max_size=len(subjects)).map(tuple)
    asks = st.sampled_from(["", "Which {subject}?"])
    reverses = st.sampled_from(["", "false", "true", "Which for {value}?"])
    rows = wide | st.builds(Row, wide, asks, reverses)
    return Compare(subjects, draw(st.dictionaries(WORDS, rows, min_size=1, max_size=3)))


@st.composite
def clozes(draw: st.DrawFn) -> Cloze:
    hidden = draw(st.lists(st.tuples(st.integers(1, 9), WORDS), min_size=1, max_size=4))
    return Cloze(" and ".join(f"{{{{c{n}::{text}}}}}" for n, text in hidden))


CONTENTS: st.SearchStrategy[Content] = st.one_of(
    st.builds(Basic, WORDS, WORDS, reverse=st.booleans()),
    clozes(),
    st.builds(ListNote, WORDS, SEVERAL, ordered=st.booleans()),
    SEVERAL.map(lambda options: Choice("q", options, options[0])),
    tables(),
)


@given(CONTENTS, st.sampled_from(["", "en", "ja"]))
def test_every_part_has_one_question_in_order(content: Content, language: str) -> None:
    asked = questions(content, language)

    assert tuple(question.part for question in asked) == parts_of(content)
    assert len({question.part for question in asked}) == len(asked)
    for question in asked:
        assert question.question.strip()
        assert question.answer.strip()
        note = Note(content, "D", language=language)
        assert question_of(note, question.part) == question


@given(CONTENTS)
def test_answer_text_contains_every_answer(
    content: Content,
) -> None:
    if not isinstance(content, Basic | Cloze):
        whole = answer_text(content)
        subjects = content.compare if isinstance(content, Compare) else ()
        for question in questions(content):
            assert question.answer in whole or question.answer in subjects


@given(tables())
def test_rows_that_say_so_are_asked_both_ways(table: Compare) -> None:
    for row, cells in cells_of(table).items():
        given = table.by[row]
        wanted = isinstance(given, Row) and given.reverse not in ("", "false")
        for subject, cell in zip(table.compare, cells, strict=True):
            forward = cell_part(row, subject) in parts_of(table)
            backward = cell_part(row, subject, is_reversed=True) in parts_of(table)
            assert forward == (cell.strip() not in ("", "~"))
            assert backward == (forward and wanted and cells.count(cell) == 1)


@given(clozes(), st.permutations(range(1, 10)))
def test_renumbered_clozes_keep_their_parts(content: Cloze, order: list[int]) -> None:
    renumbered = Cloze(
        "".join(
            str(order[int(char) - 1]) if char.isdecimal() else char
            for char in content.cloze
        )
    )

    assert set(cloze_parts(renumbered).values()) == set(cloze_parts(content).values())


TABLE = Compare(
    ("KMS", "HSM"),
    {
        "tenancy": Row(("many", "one"), reverse="true"),
        "keys": Row(("AWS", "AWS"), "Who runs {subject}?", "Who has {value}?"),
        "price": ("low", "high"),
    },
)


def test_a_table_asks_each_cell_both_ways() -> None:
    asked = {question.part: question for question in questions(TABLE)}

    forward = asked[cell_part("tenancy", "KMS")]
    backward = asked[cell_part("tenancy", "KMS", is_reversed=True)]
    assert (forward.question, forward.answer) == ("KMS: tenancy?", "many")
    assert backward.question == "Which has tenancy = many?\n\nKMS \u00b7 HSM"
    assert backward.answer == "KMS"
    assert forward.context == (
        "|  | KMS | HSM |\n| --- | --- | --- |\n"
        "| tenancy | **many** | one |\n| keys | AWS | AWS |\n| price | low | high |"
    )
    assert asked[cell_part("keys", "HSM")].question == "Who runs HSM?"
    reverse = [part for part in asked if part.endswith(REVERSED)]
    assert all(part.startswith("tenancy") for part in reverse)


def test_a_table_asks_in_the_language_of_the_note() -> None:
    forward, backward = questions(TABLE, "ja")[:2]

    assert forward.question == "KMSのtenancyは？"
    assert backward.question.startswith("tenancyが「many」なのはどれ？\n\n")


def test_a_list_shows_the_other_items() -> None:
    asked = questions(ListNote("CIA", ("a", "b"), ordered=True))

    assert [one.question for one in asked] == [
        "CIA\n\n1. […]\n2. b",
        "CIA\n\n1. a\n2. […]",
    ]


def test_a_cloze_shows_its_hint_and_a_bold_answer() -> None:
    first, second = questions(Cloze("{{c1::A::letter}} or {{c2::B}}"))

    assert (first.question, first.answer) == ("[letter] or B", "A")
    assert (second.question, second.context) == ("A or […]", "A or **B**")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{c1::AES}}-{{c1::256}}", "**AES**-**256**"),
        ("a{{c1::(b)}} and {{c1::(c)}}d", "a(b) and (c)d"),
        ("鍵{{c1::(b)}}鍵", "鍵**(b)**鍵"),
    ],
)
def test_bold_is_left_out_where_asterisks_would_show(text: str, shown: str) -> None:
    (question,) = questions(Cloze(text))

    assert question.context == shown


def test_an_unknown_part_raises_keyerror() -> None:
    with pytest.raises(KeyError):
        question_of(Note(Basic("a", "b"), "D"), "back")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Energy: $E = {{c1::mc^2}}$", "Energy: $E = mc^2$"),
        ("$$\nx = {{c1::y}}\n$$", "$$\nx = y\n$$"),
        ("Run `{{c1::ls}} -l`.", "Run `ls -l`."),
        ("``a ` {{c1::b}}`` {{c1::q}}", "``a ` b`` **q**"),
        ("$5 and {{c1::ten}} more, $6", "$5 and **ten** more, $6"),
        (
            "From US$5 with {{c1::Basic}} to US$10",
            "From US$5 with **Basic** to US$10",
        ),
        ("```\nls {{c1::-l}}\n```", "```\nls -l\n```"),
        ("```\nls {{c1::-l}}", "```\nls -l"),
        ("50%% of {{c1::it}} 100%%", "50%% of **it** 100%%"),
        ("%% `{{c1::it}}` %%", "%% `it` %%"),
        ("{{c1::`code`}} and {{c1::$x$}}", "**`code`** and **$x$**"),
    ],
)
def test_answers_in_code_and_math_are_not_bold(text: str, shown: str) -> None:
    (question,) = questions(Cloze(text))

    assert question.context == shown


ODD = st.text("ab *_`#-1.>\n[]()!$\\&;:~<é、|", min_size=1, max_size=8)


@settings(max_examples=int(os.environ.get("EXAMPLES", "100")), deadline=None)
@given(
    before=ODD,
    hidden=ODD.filter(lambda text: text.strip() and "::" not in text),
    between=ODD | st.just(""),
    after=ODD,
)
@example("a", "\n\n- b\n- c\n", "", "d")
@example("", "a", "", " c")
@example("foo", "_bar_", " ", "baz")
@example("a", " b ", "*", "c")
@example("\\", "# a", "", "")
@example("", "~~~\na\n~~~", "\n", "b")
def test_the_answer_of_a_cloze_shows_no_marks_of_bold(
    before: str, hidden: str, between: str, after: str
) -> None:
    pieces = (before, hidden, between, hidden, after)
    text = "{}{{{{c1::{}}}}}{}{{{{c1::{}}}}}{}".format(*pieces)

    (question,) = questions(Cloze(text))

    shown, whole = question.context, "".join(pieces)
    assert plain_text(shown) == plain_text(whole)
    assert letters(to_html(shown)) == letters(to_html(whole))


def letters(html: str) -> str:
    """Return what HTML shows."""
    return re.sub("<[^>]*>", "", html)


GAPS = {
    "a call": ("{{c1::f}}(x)", "[…](x)"),
    "a call in code": ("`{{c1::f}}(x)`", "[…](x)"),
    "a definition": ("{{c1::KMS::name}}: service", "[name]: service"),
    "a definition with title": ("{{c1::a}}:\nb 'c'", "[…]: b 'c'"),
    "a picture": ("!{{c1::f}}(x.png)", "![…](x.png)"),
    "an index": ("{{c1::f}}[x]", "[…][x]"),
}


@pytest.mark.parametrize(("text", "shown"), GAPS.values(), ids=GAPS)
def test_a_gap_is_no_link(text: str, shown: str) -> None:
    (question,) = questions(Cloze(text))

    assert plain_text(question.question) == shown


def test_bold_cells_show_no_asterisks() -> None:
    table = Compare(("a", "b"), {"x": ("`c`", "d\\"), "y": ("*", "# e")})

    contexts = [one.context for one in questions(table)]

    rows = ["| x | **`c`** | d\\ |", "| x | `c` | d\\ |", "| y | * | # e |"]
    asked = [table.splitlines()[2:] for table in contexts]
    assert asked == [
        [rows[0], rows[2]],
        [rows[1], rows[2]],
        [rows[1], rows[2]],
        [rows[1], "| y | * | **# e** |"],
    ]
