"""Cards from Anki show what Anki shows: every card is rendered by both programs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from anki.collection import Collection, ExportAnkiPackageOptions
from anki_rendering import differences, opened
from foreign_packages import GENERATIONS, package
from store_fixtures import NOON, new_store

from flash.service.context import AppContext
from flash.service.importing import import_package
from srs.models.cards import StoredNote
from srs.store.notes import stored_notes

Template = tuple[str, str]
Type = tuple[str, bool, tuple[str, ...], tuple[Template, ...]]
"""Name, cloze or not, fields, templates."""

FRONT = "{{FrontSide}}\n\n<hr id=answer>\n\n"

TYPES: tuple[Type, ...] = (
    (
        "Words",
        False,
        ("Word", "Meaning", "Picture"),
        (
            ("<b>{{kanji:Word}}</b>", f"{FRONT}{{{{furigana:Word}}}} {{{{Meaning}}}}"),
            ("{{Meaning}}{{^Picture}}!{{/Picture}}", f"{FRONT}{{{{kana:Word}}}}"),
            ("{{#Picture}}{{Picture}}?{{/Picture}}", f"{FRONT}{{{{text:Word}}}}"),
        ),
    ),
    (
        "Typed",
        False,
        ("Q", "A", "More"),
        (
            ("<div>{{Q}}</div>{{More}}<br>{{type:A}}", f"{FRONT}{{{{A}}}}"),
            ("{{Q}} {{More}} {{type:A}}", "{{Q}}<hr id=answer>{{type:A}}"),
            ("{{Q}}<br>{{hint:More}}", f"{FRONT}{{{{A}}}}"),
            ("{{tts en_US:Q}}{{Q}}", f"{FRONT}{{{{tts en_US:A}}}}{{{{A}}}}"),
        ),
    ),
    (
        "Special",
        False,
        ("Q", "A"),
        (
            (
                "{{Deck}}|{{Subdeck}}|{{Tags}}|{{Type}}|{{Card}}|{{CardFlag}}: {{ Q }}",
                "{{FrontSide}} is {{ A }}<script>x()</script>",
            ),
            ("{{=<% %>=}}<%Q%> {{Q}}", "<% FrontSide %><hr><%A%>"),
            ("<style>b {}</style><b>{{Q}}</b><!-- {{X}} -->", "{{A}}{{{Q}}}"),
        ),
    ),
    (
        "Wrapped",
        False,
        ("Front", "Back"),
        (
            (
                '<div class="card"><span>{{Front}}</span></div>',
                '{{FrontSide}}<hr><div class="x">{{Back}}</div>',
            ),
        ),
    ),
    (
        "Around",
        True,
        ("Text", "Header", "Extra"),
        (
            (
                "<b>{{Header}}</b> {{cloze:Text}}",
                "<b>{{Header}}</b> {{cloze:Text}}<br>{{hint:Extra}} {{furigana:Extra}}",
            ),
        ),
    ),
    (
        "Typed cloze",
        True,
        ("Text", "Header", "Extra"),
        (
            (
                "{{Header}}<br>{{cloze:Text}}{{type:cloze:Text}}",
                "{{cloze:Text}}<br>{{type:cloze:Text}}<br>{{Extra}}",
            ),
        ),
    ),
    (
        "Only cloze",
        True,
        ("Text", "Header", "Extra"),
        (
            (
                "{{cloze-only:Text}} {{Header}} {{#c1}}one{{/c1}} {{cloze:Text}}",
                "{{cloze-only:Text}} {{Extra}} {{cloze:Text}}",
            ),
        ),
    ),
    (
        "Answer first",
        True,
        ("Text", "Header", "Extra"),
        (("{{cloze:Text}}", "{{Extra}}<hr>{{cloze:Text}}"),),
    ),
)

VALUES = {
    "plain": ("日本[にほん] x", "a & b &lt;c&gt;", "more [x]"),
    "markup": ("<b>q:</b>1<br>2<sup>10</sup>", "<ul><li>a<li>b</ul>", "\\(x_1\\)5"),
    "media": ('<img src="p.png">[sound:s.mp3]', "<i>a</i><b>b</b>", ""),
    "odd": ("# q * _x_ `y` $5", "1. a<div>- b</div>", "<table><tr><td>1<td>2</table>"),
    "line ends": ("<div>a</div><br><div>b</div>", "a<br><br>b", "<br>"),
}
CLOZES = {
    "two": "{{c1::x}} y {{c2::z::h}}",
    "markup": "<b>{{c1::a</b> b}}, <i>{{c2::c:}}</i>d {{c3::- e}}",
    "nested": "a {{c2::b {{c1::c::d}} e}}",
    "odd": "{{c1,3::a}} {{c0::b}} {{c2::}} }}",
    "blocks": "<ul><li>{{c1::a<br>}}</li><li>{{c2::b}}</li></ul>\\({{c3::x}}^2\\)",
    "hint": "{{c1::a::b::c}} std::vector",
    "hardly any": "{{c0::a}} {{c1}} {{c2::}} {{c99999::x}} {{c1::b}} {{c::d}}",
    "several at once": "{{c1,2::a {{c3,1::b::h}}}} {{c2::c}} {{c0,2::d}} {{c4,4::e}}",
    "entities": "{{c1::std&#58;&#58;a::b&#58;&#58;c}} {{c2::a:&colon;b&#125;&#125; c}}",
    "at the ends": "{{c1::a&#58;::&#58;h&#125;}} {{c2::&#123;b&#125;}} &#123;&#123;c3::x}}",
    "tags between": "{{c1::a:<i>:</i>b:<!-- -->:c}} {{c2::<code>d&#58;&#58;e</code>}}",
    "math": "\\({{c1::a}}\\)5 {{c2::5}}\\(b\\) \\(c\\){{c3::6}} 7{{c4::\\(d\\)}}",
    "deep": "{{c1::a {{c1::b {{c2::c}} d}} e}} {{c3::",
}


def made(collection: Collection) -> None:
    deck = collection.decks.id("Über::Deck")
    for name, is_cloze, fields, templates in TYPES:
        kind = collection.models.new(name)
        kind["type"] = int(is_cloze)
        for field in fields:
            collection.models.add_field(kind, collection.models.new_field(field))
        for number, (question, answer) in enumerate(templates):
            template = collection.models.new_template(f"{name} {number}")
            template |= {"qfmt": question, "afmt": answer}
            collection.models.add_template(kind, template)
        collection.models.add(kind)
        for values in VALUES.values():
            texts = CLOZES.values() if is_cloze else values[:1]
            for text in texts:
                note = collection.new_note(kind)
                filled = (text, *(values[:2] if is_cloze else values[1:]))
                note.fields[:] = filled[: len(fields)]
                note.tags = ["one", "two::three"]
                collection.add_note(note, deck)


@pytest.fixture
def odd_types(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    collection = Collection(str(tmp_path / "made" / "made.anki2"))
    made(collection)
    path = tmp_path / "odd.apkg"
    collection.export_anki_package(
        out_path=str(path),
        options=ExportAnkiPackageOptions(
            with_scheduling=True, with_deck_configs=True, with_media=True, legacy=False
        ),
        limit=None,
    )
    collection.close()
    return path


def compared(file: Path, folder: Path) -> tuple[list[str], int]:
    """Import a package in both programs; return the differences and the cards."""
    folder.mkdir()
    store = new_store(folder)
    import_package(AppContext(store, lambda: NOON), file)
    notes: list[StoredNote] = list(stored_notes(store))
    collection = opened(file, folder)
    found = [
        f"{one.side}: {one.anki!r} in Anki, {one.flash!r} in flash"
        for one in differences(collection, notes)
    ]
    collection.close()
    store.close()
    return found, sum(len(note.cards) for note in notes)


@pytest.mark.parametrize("name", GENERATIONS)
def test_stock_note_types_are_shown_as_in_anki(name: str, tmp_path: Path) -> None:
    file = GENERATIONS[name](tmp_path)

    assert compared(file, tmp_path / "both") == ([], 9)


def by_genanki(folder: Path) -> Path:
    """Make a package with note types of genanki, with and without clozes."""
    import genanki

    deck = genanki.Deck(7, "Made")
    for model in (
        genanki.BASIC_MODEL,
        genanki.BASIC_AND_REVERSED_CARD_MODEL,
        genanki.BASIC_TYPE_IN_THE_ANSWER_MODEL,
    ):
        for name, values in VALUES.items():
            guid = f"{model.name} {name}"
            deck.add_note(genanki.Note(model, list(values[:2]), guid=guid))
    for name in ("two", "markup", "hint"):
        deck.add_note(genanki.Note(genanki.CLOZE_MODEL, [CLOZES[name], "more"]))
    path = folder / "genanki.apkg"
    genanki.Package(deck).write_to_file(str(path))
    return path


def by_hand(folder: Path) -> Path:
    """Make a package from SQL."""
    import genanki

    html = "<div>one</div><br>2<sup>10</sup><ul><li>x<br></li></ul>"
    model = genanki.BASIC_MODEL.to_json(0, 1) | {"id": "5"}
    models = json.dumps({"5": model}).replace("'", "''")
    return package(
        folder / "hand.apkg",
        f"update notes set flds = '{html}' || flds; update col set models = '{models}'",
    )


@pytest.mark.parametrize(("make", "cards"), [(by_genanki, 26), (by_hand, 1)])
def test_package_of_other_programs_is_shown_as_in_anki(
    tmp_path: Path, make: Callable[[Path], Path], cards: int
) -> None:
    assert compared(make(tmp_path), tmp_path / "both") == ([], cards)


def test_odd_note_types_are_shown_as_in_anki(odd_types: Path, tmp_path: Path) -> None:
    found, cards = compared(odd_types, tmp_path / "both")

    assert found == []
    assert cards > 200
