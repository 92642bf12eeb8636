"""Fields behind buttons are hints; what no button shows stays hidden."""

import json

import pytest
from work_limits import assert_linear

from cards.note import Cloze, MultiQuestion
from export.anki.anki_model import AnkiNote, NoteType, Template
from export.anki.hidden_fields import with_hints
from export.anki.note_types import convert_note

FIELDS = {"Q": "question", "A": "answer", "More": "more text", "Data": "raw data"}
BUTTON = "<button onclick=\"show('more')\"><img src=_icon.png> Press</button>"


def kind(
    question: str, answer: str, css: str = "", *, is_cloze: bool = False
) -> NoteType:
    templates = (Template("Card 1", question, answer),)
    model = json.dumps({"css": css})
    return NoteType(7, "Buttons", is_cloze, tuple(FIELDS), templates, model)


def shown(question: str, answer: str, css: str = "") -> tuple[str, str]:
    """Return question and answer of a note, blanks aside."""
    note = AnkiNote(1, "g", 7, 0, (), tuple(FIELDS.values()))
    content = convert_note(note, kind(question, answer, css), [0]).content
    assert isinstance(content, MultiQuestion)
    (card,) = content.questions
    return " ".join(card.front.split()), " ".join(card.back.split())


def answered(answer: str, css: str = "") -> str:
    return shown("<b>{{Q}}</b>", "{{FrontSide}}<hr id=answer>" + answer, css)[1]


HINTS: dict[str, str] = {
    "a button before it": f'{BUTTON}<div style="display: none">{{{{More}}}}</div>',
    "a button after it": f"<div hidden>{{{{edit:More}}}}</div>{BUTTON}",
    "a button beside it in an element": (
        f"<span>{BUTTON}<div style='display:none;'>{{{{More}}}}</div></span>"
    ),
    "a link that calls a script": (
        '<a href="#" onclick="x()">Press</a><p style="DISPLAY:NONE">{{More}}</p>'
    ),
    "a button elsewhere that names it": (
        "<div><button onclick=\"show('more')\">Press</button></div>"
        '<section><div id="more" style="display:none">{{More}}</div></section>'
    ),
    "a label of a box": (
        "<label for=box>Press</label><input id=box type=checkbox>"
        '<div class="off">{{More}}</div>'
    ),
    "a field deep inside": (
        f"{BUTTON}<div hidden><b>More:</b><ul><li>{{{{text:More}}}}</ul></div>"
    ),
    "a condition inside": (
        f"{BUTTON}<div hidden>{{{{#More}}}}<i>{{{{More}}}}</i>{{{{/More}}}}</div>"
    ),
}


@pytest.mark.parametrize("html", HINTS.values(), ids=HINTS.keys())
def test_field_behind_a_button_is_a_hint(html: str) -> None:
    found = answered("{{A}}" + html, ".off { display: none }")

    assert found.replace("Press", "").replace("[](#)", "").split() == [
        *("answer", "More:", "more", "text")
    ]


def test_hint_of_the_question_is_under_the_answer() -> None:
    hidden = f"{BUTTON}<div hidden>{{{{More}}}}</div>"

    assert shown("{{Q}}" + hidden, "{{A}}") == ("question", "answer More: more text")


HIDDEN: dict[str, tuple[str, str]] = {
    "data for a script": ("<div id=d hidden>{{Data}}</div><script>d</script>", ""),
    "a label of a button": ("<button>{{Data}}</button>", ""),
    "a field that is shown anyway": (
        "{{More}}<button>x</button><div hidden>{{More}}</div>",
        "more text",
    ),
    "a class that the style hides": ("<p class='a off b'>{{Data}}</p>", ""),
    "an id that the style hides": ("<p id=off>{{Data}}</p>", ""),
    "an element that the style hides": ("<aside>{{Data}}</aside>", ""),
    "a class that a later rule shows": ("<p class='off on'>{{Data}}</p>", "raw data"),
    "an id that is shown": ("<p class=off id=on>{{Data}}</p>", "raw data"),
    "an attribute that shows": (
        "<p class=off style='display:block'>{{Data}}</p>",
        "raw data",
    ),
    "rules for small screens": ("<p class=small>{{Data}}</p>", "raw data"),
    "rules for an element in another": ("<p class=inner>{{Data}}</p>", "raw data"),
    "a comment": ("<p class=remark>{{Data}}</p>", "raw data"),
}
CSS = """
@import url("_x.css");
.off, #off, aside { color: red; display: none !important }
.on, #on { display: inline }
@media (max-width: 9em) { .other { color: red } .small { display: none } }
.mobile .inner { display: none }
/* .remark { display: none } */
"""


@pytest.mark.parametrize(("html", "more"), HIDDEN.values(), ids=HIDDEN.keys())
def test_only_what_a_browser_shows_is_shown(html: str, more: str) -> None:
    assert answered("{{A}} <p></p>" + html, CSS) == f"answer {more}".strip()


def test_cloze_that_is_there_to_be_edited_is_shown_once() -> None:
    text = "<div class=cloze>{{cloze:Q}}</div>"
    edit = "<div class=edit>{{edit:cloze:Q}}</div>"
    hint = f"<span>{BUTTON}<div hidden>{{{{edit:More}}}}</div></span>"
    css = ".edit, .mobile .cloze { display: none } .cloze { display: block }"
    fields = ("one {{c1::two}}", "", "more text", "y")
    note = AnkiNote(1, "g", 7, 0, (), fields)

    made = convert_note(note, kind(text, text + edit + hint, css, is_cloze=True), [0])

    assert made.content == Cloze("one {{c1::two}}")
    assert made.shown == {"cloze": 0}
    assert made.extra == "More: more text"


def test_template_without_hidden_elements_stays() -> None:
    given = kind("{{Q}}", "<p class=a>{{A}}</p>", ".a { display: block }")

    assert with_hints(given) is given


@pytest.mark.parametrize(
    "piece",
    [
        "<a href='",
        "<div hidden>",
        "<div hidden>{{A}}",
        "<script>",
        "<button onclick='a b'>",
        "{{",
        "<!--",
        "</div>",
    ],
)
def test_time_is_linear_in_the_length_of_a_template(piece: str) -> None:
    assert_linear(lambda size: with_hints(kind("<div hidden>", piece * size)))


@pytest.mark.parametrize("piece", ["/*", ".a{", "}", ".a{display:none}", "@media{"])
def test_time_is_linear_in_the_length_of_a_style(piece: str) -> None:
    assert_linear(lambda size: with_hints(kind("", "<p hidden>", piece * size)))
