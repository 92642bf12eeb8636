"""Templates of Anki are filled as Anki fills them."""

import pytest
from work_limits import assert_linear

from export.anki.anki_cloze import parse_anki_cloze, strict_text
from export.anki.template_filters import apply_filter, without_tags
from export.anki.templates import FRONT_SIDE, Context, TemplateError, render
from export.anki.text_scanner import PairScanner

FIELDS = {
    "Front": "q <b>x</b>",
    "Back": "a",
    "Empty": "<br>",
    "Text": "{{c1::one::h}} {{c2::two}}",
    "Other": "{{c2::three}}",
    "Word": "日本[にほん] の 国[くに]",
    "a.b": "dotted",
    "Deck": "A::B",
}

FILLED: dict[str, tuple[str, str]] = {
    "a field": ("{{Front}}", "q <b>x</b>"),
    "blanks inside a tag": ("{{ Front }}{{# Front }}y{{/ Front }}", "q <b>x</b>y"),
    "a third brace": ("{{{Back}}}", "a}"),
    "a dot in a name": ("{{a.b}}", "dotted"),
    "a condition": ("{{#Front}}y{{/Front}}{{#Empty}}n{{/Empty}}", "y"),
    "a negated condition": ("{{^Empty}}y{{^Front}}n{{/Front}}{{/Empty}}", "y"),
    "a condition on the card": ("{{#c1}}y{{/c1}}{{#c2}}n{{/c2}}{{^c2}}z{{/c2}}", "yz"),
    "a comment": ("<!-- {{Nothing}} -->x", "<!-- {{Nothing}} -->x"),
    "other braces": ("{{=<% %>=}}<%Back%>{{Back}}", "a{{Back}}"),
    "text": ("{{text:Front}}", "q x"),
    "cloze": ("{{cloze:Text}}", "[h] two"),
    "a cloze of another card": ("{{cloze:Other}}", ""),
    "only the cloze": ("{{cloze-only:Text}}", "h"),
    "kanji": ("{{kanji:Word}}", "日本 の国"),
    "kana": ("{{kana:Word}}", "にほん のくに"),
    "furigana": (
        "{{furigana:Word}}",
        "<ruby><rb>日本</rb><rt>にほん</rt></ruby> の"
        "<ruby><rb>国</rb><rt>くに</rt></ruby>",
    ),
    "speech": ("{{tts en_US voices=Apple_Otoya:Front}}x", "x"),
    "a filter of an add-on": ("{{unknown:Back}}{{another:}}", "a"),
    "a field to type": ("{{Back}}{{type:Front}}{{type:nc:Front}}", "a"),
    "a special field": ("{{Deck}}", "A::B"),
    "the front side": ("{{FrontSide}}", ""),
    "no tag": ("{{", "{{"),
}


def filled(template: str, *, is_answer: bool = False) -> str:
    return render(template, Context(FIELDS, 1, is_answer=is_answer)).html


@pytest.mark.parametrize(("template", "text"), FILLED.values(), ids=FILLED)
def test_template_is_filled_as_by_anki(template: str, text: str) -> None:
    assert filled(template) == text


def test_answer_shows_what_the_question_hides() -> None:
    answer = "{{FrontSide}}|{{type:Back}}|{{type:cloze:Text}}|{{cloze:Text}}"

    assert filled(answer, is_answer=True) == f"{FRONT_SIDE}|a|one|one two"


def test_hint_is_kept_apart() -> None:
    side = render("{{hint:Back}}{{hint:Empty}}", Context(FIELDS, 1))

    assert (side.html, side.hints) == ("", (("Back", "a"), ("Empty", "<br>")))


def test_question_without_a_filled_field_is_blank() -> None:
    assert render("text {{Empty}}", Context(FIELDS, 1)).is_blank
    assert not render("{{#Front}}{{Front}}{{/Front}}", Context(FIELDS, 1)).is_blank


BROKEN = {
    "{{Nothing}}": "{{Nothing}}: no such field",
    "{{^Front}}{{Nothing}}{{/Front}}": "{{Nothing}}: no such field",
    "{{#Nothing}}{{/Nothing}}": "{{#Nothing}}: no such field",
    "{{#Front}}": "{{/Front}} is missing",
    "{{/Front}}": "{{/Front}} closes nothing",
    "{{#Front}}{{/Back}}": "{{/Back}} closes another condition",
    "{{ text : Front }}": "{{ Front}}: no such field",
}


@pytest.mark.parametrize(("template", "reason"), BROKEN.items(), ids=BROKEN)
def test_broken_template_is_refused_with_a_reason(template: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        filled(template)

    assert str(caught.value) == reason


CLOZES: dict[str, tuple[str, str, str]] = {
    "a hint": ("{{c1::a::b}}", "[b]", "a"),
    "several numbers": ("{{c1,2::a}} {{c2::b}}", "[…] b", "a b"),
    "the number 0": ("{{c0::a}}{{c1::b}}", "a[…]", "ab"),
    "nested": ("{{c2::a {{c1::b}} c}}", "a […] c", "a b c"),
    "no text": ("{{c1::}}x", "[…]x", "x"),
    "never closed": ("x{{c1::a}}{{c2::b", "x[…]", "xa"),
    "closed twice": ("{{c1::a}}}}", "[…]}}", "a}}"),
    "no number": ("{{c::a}}{{c1::b}}", "{{c::a}}[…]", "{{c::a}}b"),
}


@pytest.mark.parametrize(("text", "asked", "shown"), CLOZES.values(), ids=CLOZES)
def test_cloze_is_read_as_by_anki(text: str, asked: str, shown: str) -> None:
    assert apply_filter("cloze", text, 1, is_answer=False) == asked
    assert apply_filter("cloze", text, 1, is_answer=True) == shown


def test_cloze_is_written_with_one_number_or_not_at_all() -> None:
    assert strict_text("{{c0::a}}{{c2::b {{c1::c}}::d}}") == "a{{c2::b {{c1::c}}::d}}"
    assert strict_text("{{c1,2::a}}") is None


HOSTILE = ("{{", "{{#a}}", "<!--", "<script", "{{c1::", "[", "a[", "<", "}}", "{{c1,")


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_on_a_field_is_bounded(piece: str) -> None:
    def work(size: int) -> None:
        text = piece * size
        without_tags(text)
        parse_anki_cloze(text)
        apply_filter("furigana", text + "]", 1, is_answer=False)
        list(PairScanner(text, {"{{": "}}", "<!--": "-->"}).pairs())
        with pytest.raises(TemplateError):
            filled(text + "{{/x}}")

    assert_linear(work, 20_000)
