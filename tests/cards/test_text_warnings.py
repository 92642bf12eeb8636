"""Texts that will not appear as typed are warned about, and only those."""

import json
from pathlib import Path

import pytest

from cards.deckfile.reader import parse_deck
from cards.errors import DeckError, with_hint
from cards.questions import questions
from cards.text.markdown import plain_as_markdown
from cards.text.terminal import plain_text

HEAD = "deck: D\ncards:\n"


def warnings(card: str) -> list[str]:
    """Return the warnings of a card without file and hint."""
    deck = parse_deck(f"{HEAD}  - {card}\n", Path("d.yaml"))
    return [warning.message for warning in deck.warnings]


LOST = {
    "stars in an action": ("2*3*4", "'*' is not shown near '2*3*4'"),
    "stars after a path": (
        '\'a/*" or "b/*"\'',
        "'*' is not shown near 'a/*\" or \"b/*'",
    ),
    "the second pair": ("kms:* but 2*3*4", "'*' is not shown near 'ms:* but 2*3*4'"),
    "three stars": ("a*b*c*d", "'*' is not shown near 'a*b*c*d'"),
    "stars between two prices": (
        "US$5 for a*b*c, or US$10",
        "'*' is not shown near 'US$5 for a*b*c, or U'",
    ),
    "stars after a backtick that stays open": (
        "a ``b` and 2*3*4",
        "'*' is not shown near '``b` and 2*3*4'",
    ),
    "a dunder name": ("see __init__ there", "'_' is not shown near 'see __init__ t'"),
    "bold that stays open": (
        "x **(a)**b **c",
        "'**' stays visible: it does not open or close emphasis",
    ),
    "cloze marks": ("The {{c1::KMS}} key", "cloze marks in 'front' are shown as typed"),
}


@pytest.mark.parametrize(("text", "expected"), LOST.values(), ids=LOST.keys())
def test_a_text_that_changes_is_warned_about(text: str, expected: str) -> None:
    quoted = text if text.startswith("'") else f"'{text}'"

    assert warnings(f"{{front: {quoted}, back: a}}") == [expected]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("deck: D\nlanguage: jp", "unknown language 'jp' (did you mean 'ja'?)"),
        (
            "deck: D\nlanguage: english",
            "unknown language 'english' (did you mean 'en'?)",
        ),
        (
            "deck: D\nlanguage: zz-ZZ",
            "unknown language 'zz-ZZ' (write en, ja or pt-BR)",
        ),
        ("deck: A:::B", "the colons of 'A:::B' are not '::' (did you mean 'A::B'?)"),
        ("deck: A：:B", "the colons of 'A：:B' are not '::' (did you mean 'A::B'?)"),
    ],
)
def test_a_header_that_is_hardly_meant_is_warned_about(
    head: str, expected: str
) -> None:
    deck = parse_deck(f"{head}\ncards:\n- {{front: a, back: b}}\n", Path("d.yaml"))
    assert [with_hint(one.message, one.hint) for one in deck.warnings] == [expected]


@pytest.mark.parametrize(
    "head", ["A::B", "A：：B", "D\nlanguage: pt-BR", "D\nlanguage: fil", "A:B"]
)
def test_a_header_that_is_meant_is_fine(head: str) -> None:
    deck = parse_deck(f"deck: {head}\ncards:\n- {{front: a, back: b}}\n", Path("d"))
    assert deck.warnings == ()


VANISHING = ["#", "##", ">", ">>", "```", "~~~ py", "[a]: b", "+", "-", "*", "---"]
VANISHING += ["* * *", "> -", "&nbsp;", "` `"]


@pytest.mark.parametrize("text", VANISHING)
def test_a_text_of_which_nothing_is_shown_is_warned_about(text: str) -> None:
    assert warnings(f"{{front: a, back: {json.dumps(text)}}}") == [
        f"no text of '{text}' is shown: it is markup"
    ]
    meant = json.dumps(plain_as_markdown(text))
    assert warnings(f"{{front: {meant}, back: {meant}}}") == []


@pytest.mark.parametrize(
    "text", ["~", "=", "♥", "1.", "$+$", "`#`", r"\#", "|", "&amp;", "- [ ] b", "[a]"]
)
def test_signs_that_are_shown_are_fine(text: str) -> None:
    assert warnings(f"{{front: a, back: {json.dumps(text)}}}") == []


def test_an_empty_cell_is_no_vanished_text() -> None:
    assert warnings("{compare: [a, b], by: {r: [~, c], s: [d, '']}}") == []


MISTYPED = ["{{c1：：水}}", "｛｛c2::NaCl｝｝", "{{1::x}}", "{{c1-2::x}}", "{{c１::x}}"]
MISTYPED_SIGNS = ["{{c1;;x}}", "{{c1 x}}", "{{C1：x}}", "｛c1::x｝", "{{c2｝｝"]


@pytest.mark.parametrize("mark", MISTYPED + MISTYPED_SIGNS)
def test_what_looks_like_a_cloze_is_warned_about(mark: str) -> None:
    (found,) = warnings(f"cloze: '{{{{c1::a}}}} and {mark}'")
    assert found.startswith("not a cloze: '")

    shown = ["cloze marks in 'front' are shown as typed"] if mark in MISTYPED else []
    assert warnings(f"{{front: '{mark}', back: a}}") == shown


@pytest.mark.parametrize(
    "text", ["`{{c1 x}}`", r"$\frac{{c}}{{b}}$", "{{x}}", "{{date:: y}}", "{{c1::{b}}}"]
)
def test_braces_that_hide_nothing_are_fine(text: str) -> None:
    assert warnings(f"cloze: '{{{{c1::a}}}} and {text}'") == []


FINE = [
    "**bold** and *em* and _em_",
    "a_b_c and snake_case",
    "2 * 3 * 4",
    "`s3:*` and `__init__`",
    "$x_1*y*z$",
    r"\*x\* and 2\*3\*4",
    "``a ` 2*3*4``",
    "$$2*3*4$$",
    "**鍵（KMS）**と**HSM**。AWSの**KMS**",
    "kms:* or s3:Get* then",
    "a**b** c",
    "$x$**b** and `y`*i* and **b**$z$",
    r"\!**b** and \)*i* and 1\)**b**",
]


@pytest.mark.parametrize("text", FINE)
def test_a_text_that_appears_as_meant_is_fine(text: str) -> None:
    found = warnings(f"{{front: '{text}', back: a}}")

    assert found == (["'*' is not shown near 'a**b** c'"] if text == "a**b** c" else [])


@pytest.mark.parametrize("marked", ["*no note*", "**no** note", "_no_"])
def test_marks_after_a_line_break_are_fine(marked: str) -> None:
    assert warnings(f'{{front: "eat\\\\\\n{marked}", back: a}}') == []


@pytest.mark.parametrize("name", ["arn:aws:s3:::b", r"arn:aws:s3\:::b", r"a\::b"])
def test_the_suggested_spelling_of_a_name_works(name: str) -> None:
    deck = parse_deck(f"{HEAD}  - cloze: 'It is {{{{c1::{name}}}}}.'\n", Path("d.yaml"))
    (warning,) = deck.warnings

    spelling = warning.hint.removeprefix("write ").split(" if ")[0]
    text = f"It is {{{{c1::{spelling}}}}}."
    deck = parse_deck(f"{HEAD}  - cloze: '{text}'\n", Path("d.yaml"))

    assert deck.warnings == ()
    (question,) = questions(deck.notes[0].content)
    assert question.question == "It is […]."
    assert plain_text(question.answer) == name.replace("\\", "")


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("・機密性\n・完全性\n・可用性", "・完全性"),
        ("三つの要素：\n①**機密性**\n②完全性", "①**機密性**"),
        ("順番は\n１．申請\n２．承認", "１．申請"),
        ("順番は\n（１）申請\n（２）承認", "（１）申請"),
        ("- 要素\n  ・機密性", "・機密性"),
        ("順番は\\\n1）申請\n2）承認", "2）承認"),
    ],
)
@pytest.mark.parametrize("key", ["front", "cloze"])
def test_a_lost_break_before_an_item_is_warned_about(
    key: str, text: str, item: str
) -> None:
    text = text.replace("\n", "\n      ")
    more = "\n      {{c1::x}}" if key == "cloze" else "\n    back: b"

    assert warnings(f"{key}: |\n      {text}{more}") == [
        f"the line break before '{item}' is not shown"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "・機密性\\\n・完全性\\\n・可用性",
        "・機密性  \n・完全性",
        "- ・機密性\n- ・完全性",
        "・機密性\n\n・完全性",
        "```\n・機密性\n・完全性\n```",
        "機密性・\n完全性",
        "A\n1. B\n2. C",
    ],
)
def test_items_on_lines_of_their_own_are_fine(text: str) -> None:
    text = text.replace("\n", "\n      ")

    assert warnings(f"front: |\n      {text}\n    back: b") == []


def test_code_that_is_cut_by_a_hint_is_warned_about() -> None:
    assert warnings("cloze: 'x {{c1::`a::b`}} y'") == ["'::' makes 'b`' a hint"]


def test_a_hint_that_is_meant_is_fine() -> None:
    assert warnings("cloze: '{{c1::KMS::a service}} and {{c2::std}}'") == []


@pytest.mark.parametrize(
    "text",
    [
        r"The factor is {{c1::$\frac{1}{\sqrt{1-x^2}}$}} for all x.",
        r"$$ {{c1::\cos x}} = {{c2::\sum_k \frac{x^{2k}}{2k!} }} $$",
    ],
)
def test_braces_that_cut_math_in_a_cloze_are_an_error(text: str) -> None:
    with pytest.raises(DeckError) as caught:
        parse_deck(f"{HEAD}  - cloze: '{text}'\n", Path("d.yaml"))

    assert "in the math ends the cloze" in str(caught.value)
    fixed = text.replace("}}$", "} }$").replace("^{2k}}{", "^{2k} }{")
    parse_deck(f"{HEAD}  - cloze: '{fixed}'\n", Path("d.yaml"))


def test_a_long_text_is_not_parsed_for_each_of_its_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[int] = []

    def count(text: str) -> str:
        parsed.append(len(text))
        return plain_text(text)

    monkeypatch.setattr("cards.deckfile.text_warnings.plain_text", count)

    assert warnings(f"front: '{'**a' * 6666}'\n    back: b")
    assert sum(parsed) < 5 * 20_000
