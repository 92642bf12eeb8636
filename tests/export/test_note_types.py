"""Note types of Anki become kinds of ours."""

import pytest

from cards.note import Basic, Choice, Cloze, Content, MultiQuestion, SubQuestion
from export.anki.anki_model import AnkiNote, NoteType, Template
from export.anki.converted import Unsupported
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.html_to_markdown import to_markdown
from export.anki.media_references import media_names
from export.anki.note_types import convert_note
from srs.models.incoming import LossReason

SIDES = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"
FORTH = Template("Card 1", "{{Front}}", SIDES)
BACK = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Front}}"


def notetype(
    *templates: Template, fields: str = "Front Back", **more: object
) -> NoteType:
    values = {"id": 7, "name": "Some", "is_cloze": False, **more}
    return NoteType(fields=tuple(fields.split()), templates=templates, **values)


def taken(kind: NoteType, *fields: str, ordinals: tuple[int, ...] = (0,)) -> Content:
    note = AnkiNote(1, "g", kind.id, 0, (), fields)
    return convert_note(note, kind, list(ordinals)).content


BASIC = notetype(FORTH)
REVERSED = notetype(FORTH, Template("Card 2", "{{Back}}", BACK))
OPTIONAL = notetype(
    FORTH,
    Template("Card 2", "{{#Add}}{{Back}}{{/Add}}", BACK),
    fields="Front Back Add",
)
TYPED = notetype(
    Template(
        "Card 1",
        "{{Front}}\n\n{{type:Back}}",
        "{{Front}}\n\n<hr id=answer>\n\n{{type:Back}}",
    )
)
CLOZE = notetype(
    Template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Extra}}"),
    fields="Text Extra",
    is_cloze=True,
)
WORDS = notetype(
    Template(
        "Recognition", "<b>{{Kanji}}</b>", "{{FrontSide}}<hr>{{Meaning}} {{Note}}"
    ),
    Template("Recall", "{{Meaning}}?{{^Note}}!{{/Note}}", "{{kana:Kanji}}"),
    fields="Kanji Meaning Note",
)

TAKEN: dict[str, tuple[NoteType, tuple[str, ...], Content]] = {
    "basic": (BASIC, ("q", "a <b>b</b>"), Basic("q", "a **b**")),
    "reversed": (REVERSED, ("q", "a"), Basic("q", "a", reverse=True)),
    "optional, not wanted": (OPTIONAL, ("q", "a", ""), Basic("q", "a")),
    "optional, an empty line": (OPTIONAL, ("q", "a", "<br>"), Basic("q", "a")),
    "optional, wanted": (OPTIONAL, ("q", "a", "y"), Basic("q", "a", reverse=True)),
    "typed": (TYPED, ("q", "a"), Basic("q", "a")),
    "cloze": (
        CLOZE,
        ("{{c1::a_b}} and {{c3::c::h}}", ""),
        Cloze("{{c1::a\\_b}} and {{c3::c::h}}"),
    ),
}


@pytest.mark.parametrize(("kind", "fields", "content"), TAKEN.values(), ids=TAKEN)
def test_note_type_is_recognized_by_its_templates(
    kind: NoteType, fields: tuple[str, ...], content: Content
) -> None:
    assert taken(kind, *fields) == content


def test_other_note_type_is_rendered_by_its_templates() -> None:
    content = taken(WORDS, "\u9375", "key", "", ordinals=(0, 1))

    assert content == MultiQuestion(
        (SubQuestion("**\u9375**", "key"), SubQuestion("key?!", "\u9375"))
    )


def test_only_existing_cards_of_such_a_type_are_imported() -> None:
    note = AnkiNote(1, "g", 7, 0, (), ("\u9375", "key", "n"))

    found = convert_note(note, WORDS, [1, 9])

    assert found.content == MultiQuestion((SubQuestion("key?", "\u9375"),))
    assert found.parts == {1: "key?"}


def test_field_names_may_have_dots_and_spaces() -> None:
    kind = NoteType(
        7,
        "Odd",
        is_cloze=False,
        fields=("a.b", "c d"),
        templates=(Template("t", "x {{a.b}}", "{{c d}} {{#c d}}y{{/c d}}"),),
    )

    assert taken(kind, "1", "2") == MultiQuestion((SubQuestion("x 1", "2 y"),))


@pytest.mark.parametrize(
    ("kind", "fields", "why"),
    [
        (BASIC, ("", ""), LossReason.NOTE_SIDES),
        (CLOZE, ("no cloze", ""), LossReason.CLOZE),
        (CLOZE, ("{{c1::image-occlusion:rect}}", ""), LossReason.OCCLUSION),
        (WORDS, ("", "", ""), LossReason.NOTE_SIDES),
    ],
)
def test_note_without_a_question_is_left_out_with_a_reason(
    kind: NoteType, fields: tuple[str, ...], why: LossReason
) -> None:
    with pytest.raises(Unsupported) as caught:
        taken(kind, *fields)

    assert caught.value.reason is why


def test_note_of_our_own_type_keeps_sources_and_dates() -> None:
    kind = notetype(
        id=BASIC_ID, fields=" ".join(f.replace(" ", "_") for f in BASIC_FIELDS)
    )
    values = dict.fromkeys(BASIC_FIELDS, "") | {
        "Front": "q",
        "Back": "b",
        "Options": "<ol><li>a</li><li>b</li></ol>",
        "Source": 'Book · <a href="https://e.org">Page &amp; more</a>',
        "Checked": "2026-11-23",
        "Id": "own",
    }
    found = convert_note(
        AnkiNote(1, "g", BASIC_ID, 0, (), tuple(values.values())), kind, [0]
    )

    assert found.content == Choice("q", ("a", "b"), "b")
    assert [(s.title, s.url) for s in found.sources] == [
        ("Book", ""),
        ("Page & more", "https://e.org"),
    ]
    assert (found.checked, found.id) == ("2026-11-23", "own")


def test_our_table_is_imported_as_its_questions() -> None:
    kind = notetype(id=CLOZE_ID, is_cloze=True)
    asked = (
        '<div class="ask"><div class="about">KMS: tenancy?</div>'
        "<div>{{c3::many}}</div></div>"
    )
    values = (asked, "<table></table>", *[""] * (len(CLOZE_FIELDS) - 2))
    found = convert_note(AnkiNote(1, "g", CLOZE_ID, 0, (), values), kind, [2])

    assert found.content == MultiQuestion((SubQuestion("KMS: tenancy?", "many"),))
    assert found.parts == {2: "KMS: tenancy?"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("plain", "plain"),
        ("a_b * c", "a\\_b \\* c"),
        ("1. not a list", "1\\. not a list"),
        ("costs $5 or $6", "costs \\$5 or \\$6"),
        ("a<br>b", "a\\\nb"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("\\(a_b\\) x", "$a_b$ x"),
        ("\\[a &lt; b\\]", "$$a < b$$"),
        ('<img src="my p(1).png">', "![](my%20p%281%29.png)"),
        ("[sound:a b.mp3]", "![](a%20b.mp3)"),
        ("{{c1::x_y::h}}", "{{c1::x\\_y::h}}"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>b{}</style>x", "x"),
        ("https://e.org/a_b", "https://e.org/a\\_b"),
        ("", ""),
    ],
)
def test_a_field_becomes_markdown(field: str, text: str) -> None:
    assert to_markdown(field) == text


def test_files_of_a_field_are_found() -> None:
    field = (
        "<img src=\"a b.png\"><img alt=x src=c.gif>[sound:d.mp3]<IMG SRC='e&amp;f.jpg'>"
    )

    assert media_names(field) == ["a b.png", "c.gif", "e&f.jpg", "d.mp3"]


def cards(kind: NoteType, fields: tuple[str, ...], *ordinals: int) -> object:
    """Convert a note; return its questions, or its cloze with the extra."""
    note = AnkiNote(1, "g", kind.id, 0, ("t1", "t2"), fields)
    special = {"Deck": "A::B", "Subdeck": "B", "CardFlag": "flag2"}
    found = convert_note(note, kind, list(ordinals or (0,)), lambda _: special)
    if isinstance(found.content, MultiQuestion):
        return [(one.front, one.back) for one in found.content.questions]
    return found.content, found.extra


def odd(question: str, answer: str, *, is_cloze: bool = False) -> NoteType:
    template = Template("Card 1", question, answer)
    return notetype(template, fields="Q A Other", is_cloze=is_cloze)


RENDERED: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "a field to type": (
        "<div>{{Q}}</div>{{Other}}<br>{{type:A}}",
        "{{FrontSide}}<hr id=answer>{{A}}",
        [("q\n\no", "a")],
    ),
    "an answer that is only typed": (
        "{{Q}} {{Other}} {{type:A}}",
        "{{FrontSide}}",
        [("q o", "a")],
    ),
    "a hint": (
        "{{Q}}<br>{{hint:Other}}",
        "{{FrontSide}}<hr id=answer>{{A}}",
        [("q", "a\n\nOther: o")],
    ),
    "a hint that the answer shows": (
        "{{Q}}{{hint:Other}}",
        "{{FrontSide}}<hr>{{A}} {{Other}}",
        [("q", "a o")],
    ),
    "special fields": (
        "{{Deck}} {{Subdeck}} {{Tags}} {{Type}} {{Card}} {{CardFlag}} {{Q}}",
        "{{A}}",
        [("A::B B t1 t2 Some Card 1 flag2 q", "a")],
    ),
    "the question again": (
        "<b>{{Q}}</b>",
        "<b>{{Q}}</b><hr id=answer>{{A}}",
        [("**q**", "a")],
    ),
    "nothing but the question": ("<b>{{Q}}</b>", "{{FrontSide}}", [("**q**", "**q**")]),
}


@pytest.mark.parametrize(
    ("question", "answer", "asked"), RENDERED.values(), ids=RENDERED
)
def test_card_shows_what_its_template_shows(
    question: str, answer: str, asked: list[tuple[str, str]]
) -> None:
    assert cards(odd(question, answer), ("q", "a", "o")) == asked


def test_broken_template_leaves_out_its_card_only() -> None:
    kind = notetype(
        Template("Good", "<b>{{Front}}</b>", "{{Back}}"),
        Template("Bad", "{{#Back}}{{Front}}{{/z}}", "{{Back}}"),
    )
    found = convert_note(AnkiNote(1, "g", 7, 0, (), ("q", "a")), kind, [0, 1])

    assert found.content == MultiQuestion((SubQuestion("**q**", "a"),))
    assert found.broken == {1: "'Some', 'Bad': {{/z}} closes another condition"}


def test_note_with_broken_templates_only_is_left_out() -> None:
    with pytest.raises(Unsupported) as caught:
        cards(odd("{{Nothing}}", "{{A}}"), ("q", "a", ""))

    assert caught.value.reason is LossReason.NOTE_TEMPLATE
    assert caught.value.detail == "'Some', 'Card 1': {{Nothing}}: no such field"


ONE, TWO = "one {{c1::A}}", "two {{c2::B}}"
CLOZE_TYPES: dict[str, tuple[str, str, tuple[str, str, str], object]] = {
    "two fields": (
        "{{cloze:Q}}<br>{{cloze:A}}",
        "{{cloze:Q}}<br>{{cloze:A}}",
        (ONE, TWO, ""),
        (Cloze("one {{c1::A}}\\\ntwo {{c2::B}}"), ""),
    ),
    "fields around it": (
        "<b>{{Other}}</b> {{cloze:Q}}",
        "<b>{{Other}}</b> {{cloze:Q}}<br>{{hint:A}} {{furigana:A}}",
        (ONE, "漢[かん]", "context"),
        (Cloze("**context** one {{c1::A}}"), "漢(かん)\n\nA: 漢\\[かん\\]"),
    ),
    "a field after it": (
        "{{cloze:Q}} {{A}}",
        "{{cloze:Q}} {{Other}}",
        (ONE, "after", "more"),
        (Cloze("one {{c1::A}} after"), "more"),
    ),
    "a field after it that the answer moves": (
        "{{cloze:Q}} {{A}}",
        "{{cloze:Q}} {{Other}} {{A}}",
        (ONE, "after", "more"),
        [("one \\[…\\] after", "one A more after")],
    ),
    "a field to type": (
        "{{cloze:Q}}{{type:cloze:Q}}",
        "{{cloze:Q}}<br>{{type:cloze:Q}}<br>{{A}}",
        (ONE, "more", ""),
        (Cloze(ONE), "more"),
    ),
    "the front side": (
        "{{cloze:Q}}",
        "{{FrontSide}}<hr>{{cloze:Q}}{{A}}",
        (ONE, "more", ""),
        (Cloze(ONE), "more"),
    ),
    "the number 0": (
        "{{cloze:Q}}",
        "{{cloze:Q}}",
        ("{{c0::x}} {{c1::y}}", "", ""),
        (Cloze("x {{c1::y}}"), ""),
    ),
    "several numbers": (
        "{{cloze:Q}}",
        "{{cloze:Q}}",
        ("{{c1,2::x}} y", "", ""),
        [("\\[…\\] y", "x y")],
    ),
    "a condition on the card": (
        "{{#c1}}first{{/c1}} {{cloze:Q}}",
        "{{cloze:Q}}",
        (ONE, "", ""),
        [("first one \\[…\\]", "one A")],
    ),
    "another text on the answer": (
        "{{cloze:Q}}",
        "{{A}} {{cloze:Q}}",
        (ONE, "more", ""),
        [("one \\[…\\]", "more one A")],
    ),
}


@pytest.mark.parametrize(
    ("question", "answer", "fields", "asked"), CLOZE_TYPES.values(), ids=CLOZE_TYPES
)
def test_cloze_type_shows_what_its_template_shows(
    question: str, answer: str, fields: tuple[str, str, str], asked: object
) -> None:
    assert cards(odd(question, answer, is_cloze=True), fields) == asked
