"""Random templates and fields are rendered as by Anki.

The gate runs a part; EXAMPLES=20000 runs more, see docs/reliability.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki_rendering import anki_text, compared, flash_text
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cards.note import Note
from export.anki.anki_model import AnkiNote, NoteType, Template
from export.anki.converted import Unsupported
from export.anki.note_types import convert_note
from srs.models.incoming import LossReason

EXAMPLES = int(os.environ.get("EXAMPLES", "150"))
FIELDS = ("Front", "Back", "Extra")

TAGS = st.sampled_from(
    "{{Front}} {{Back}} {{Extra}} {{type:Back}} {{hint:Extra}} {{text:Front}} "
    "{{kanji:Front}} {{kana:Back}} {{furigana:Front}} {{unknown:Back}} {{tts_x:Front}} "
    "{{Tags}} {{Type}} {{Card}} {{CardFlag}} {{#Front}} {{/Front}} {{^Extra}} {{/Extra}} "
    "{{#Extra}} {{#c1}} {{/c1}} {{^c2}} {{/c2}} {{Nothing}} {{#Nothing}} {{/Nothing}} "
    "{{{Back}}} <hr> <br> <div> </div> <b> </b> {{ }} text".split()
) | st.sampled_from(
    ("<!-- c -->", "{{ Front }}", "{{# Front }}", "{{tts en_US:Front}}")
)
CLOZE_TAGS = TAGS | st.sampled_from(
    "{{cloze:Front}} {{type:cloze:Front}} {{cloze-only:Front}} {{text:cloze:Front}}".split()
)
PIECES = st.sampled_from(
    "a 1 漢[かん] <b>b</b> <i> </i> <br> <div>c</div> <div> </div> &lt; &amp; [x] * _ # - "
    "\\(x\\) 2<sup>3</sup> <ul><li>d</ul> : 。 <img\tsrc=p.png> [sound:s.mp3]".split(
        " "
    )
)
CLOZE_PIECES = PIECES | st.sampled_from(
    "{{c1::a}} {{c1::b::h}} {{c2::c}} {{c1:: {{c2:: :: }} {{c0::d}} {{c1,2::e}} {{c1::}} "
    "&#58; &colon;: &#125; &#125;&#125; &#123;&#123;c2:: <code>x:</code> :<i>:</i> "
    "<code>&#58;&#58;</code> :<!----> \\(x&#125;&#125;\\)".split()
)


def template(tags: st.SearchStrategy[str], start: str, end: str) -> Any:
    middle = st.lists(tags, max_size=5).map(" ".join)
    wrapped = middle.map(lambda text: f"{start} {text} {end}")
    return st.one_of(middle, wrapped)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder: Path = tmp_path_factory.mktemp("anki")
    opened = Collection(str(folder / "c.anki2"))
    for name, is_cloze in (("Plain", 0), ("Gaps", 1)):
        kind = opened.models.new(name)
        kind["type"] = is_cloze
        for field in FIELDS:
            opened.models.add_field(kind, opened.models.new_field(field))
        made = opened.models.new_template("Card 1")
        shown = "{{cloze:Front}}" if is_cloze else "{{Front}}"
        made |= {"qfmt": shown, "afmt": f"{shown}{{{{Back}}}}"}
        opened.models.add_template(kind, made)
        opened.models.add(kind)
    yield opened
    opened.close()


def check(collection: Collection, kind: str, template: Template, fields: Any) -> None:
    """Render a card in both programs."""
    model = collection.models.by_name(kind)
    made = model["tmpls"][0] | {"qfmt": template.question, "afmt": template.answer}
    note = collection.new_note(model)
    note.fields[:] = fields
    card = note.ephemeral_card(custom_note_type=model, custom_template=made)
    output = card.render_output()
    shown = output.question_text + output.answer_text
    is_broken = "errors.html#template-syntax-error" in shown
    # Anki has no card then.
    assume("templates/errors.html#" not in shown or is_broken)
    notetype = NoteType(7, kind, bool(model["type"]), FIELDS, (template,))
    try:
        found = convert_note(AnkiNote(1, "g", 7, 0, (), tuple(fields)), notetype, [0])
    except Unsupported as error:
        if error.reason is LossReason.NOTE_SIDES:
            assert is_broken or anki_text(collection, card).question == ""
        else:
            assert is_broken, error.reason
        return
    assert not is_broken, output.question_text
    theirs = anki_text(collection, card)
    ours = Note(found.content, "D", extra=found.extra)
    differences = list(compared(0, theirs, *flash_text(ours, found.parts[0])))
    assert differences == [], (found.content, found.extra)


QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUIET
@given(
    template(TAGS, "{{Front}}", ""),
    template(TAGS, "{{FrontSide}}<hr id=answer>", "{{Back}}"),
    st.tuples(*[st.lists(PIECES, max_size=4).map(" ".join)] * 3),
)
def test_random_template_is_rendered_as_by_anki(
    collection: Collection, question: str, answer: str, fields: tuple[str, ...]
) -> None:
    check(collection, "Plain", Template("Card 1", question, answer), fields)


@QUIET
@given(
    template(CLOZE_TAGS, "{{cloze:Front}}", ""),
    template(CLOZE_TAGS, "{{cloze:Front}}", "{{Back}}"),
    st.tuples(
        st.lists(CLOZE_PIECES, max_size=6).map(" ".join),
        *[st.lists(PIECES, max_size=3).map(" ".join)] * 2,
    ),
)
def test_random_cloze_template_is_rendered_as_by_anki(
    collection: Collection, question: str, answer: str, fields: tuple[str, ...]
) -> None:
    check(collection, "Gaps", Template("Card 1", question, answer), fields)
