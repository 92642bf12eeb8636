"""An extra or tags that were edited in flash reach Anki, or are named."""

from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import LATER, AnkiSide, Edit, add, edit_card, note_type, set_fields
from command_runner import Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def cloze_type(answer: str) -> Edit:
    """Add a cloze type with the fields A, B and C that shows A."""

    def edit(collection: Collection) -> None:
        note_type(collection, "T", "ABC", "{{cloze:A}} / {{cloze:A}}" + answer)
        kind = collection.models.by_name("T")
        kind["type"] = 1
        collection.models.update_dict(kind)

    return edit


def stock(*fields: str) -> Edit:
    return lambda one: add(one, "Cloze", *fields)


BRACES = "&#123;{c1&#58;:b&#125;&#125;"
"""They make no card."""
EXTRAS = {
    "another": ("old", "extra: old", "extra: new", "new"),
    "a first one": ("", "A {{c1::b}}", "A {{c1::b}}\n  extra: new", "new"),
    "none": ("old", "extra: old", "", ""),
    "a cloze": ("old", "extra: old", "extra: '{{c1::b}}'", BRACES),
}


@pytest.mark.parametrize(("before", "old", "new", "after"), EXTRAS.values(), ids=EXTRAS)
def test_edited_extra_goes_into_its_field(
    flash: Run,
    anki: AnkiSide,
    before: str,
    old: str,
    new: str,
    after: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flash("import", anki.package(stock("A {{c1::b}}", before)))

    edit_card(flash, "A", old, new, monkeypatch)

    assert flash("export", "out.apkg")[2] == ""
    assert anki.take("out.apkg") == [(["A {{c1::b}}", after], [])]


def test_extra_of_several_fields_stays_in_anki_by_name(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = "A {{c1::b}}", "more", "notes"
    first = anki.package(
        cloze_type("<br>{{B}}<br>{{C}}"), lambda one: add(one, "T", *fields)
    )
    flash("import", first)
    anki.package(set_fields(*fields[:2], "corrected"))

    edit_card(flash, "A", "more", "other", monkeypatch)
    err = flash("export", "out.apkg")[2]

    assert err == (
        "1 note keeps its text in Anki: its note type can't hold the edit\n"
        "  Default: A {{c1::b}}\n"
    )
    assert anki.take("out.apkg") == [([*fields[:2], "corrected"], [])]


def test_extra_edited_in_anki_is_not_written_back(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(stock("A {{c1::b}}", "old")))
    flash("import", anki.package(set_fields("A {{c1::b}}", "corrected")))

    edit_card(flash, "A", "A {{", "An {{", monkeypatch)
    flash("export", "out.apkg")

    assert anki.take("out.apkg") == [(["An {{c1::b}}", "corrected"], [])]


def test_changed_template_makes_no_edit_of_the_extra(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = ["A {{c1::b}}", "more", "notes"]
    first = anki.package(cloze_type("<br>{{B}}"), lambda one: add(one, "T", *fields))
    flash("import", first)

    def edit(collection: Collection) -> None:
        kind = collection.models.by_name("T")
        kind["tmpls"][0]["afmt"] = "{{cloze:A}}<br>{{C}}"
        collection.models.update_dict(kind)

    flash("import", anki.package(edit))
    edit_card(flash, "A", "A {{", "An {{", monkeypatch)

    assert flash("export", "out.apkg")[2] == ""
    assert anki.take("out.apkg") == [(["An {{c1::b}}", *fields[1:]], [])]


def test_tags_arrive_although_the_text_has_no_field(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = anki.package(
        lambda one: note_type(one, "T", "AB", "Say {{A}} / It is {{B}}"),
        lambda one: add(one, "T", "word", "meaning"),
    )
    flash("import", first)
    edit_card(flash, "Say", "Say word", "Say words", monkeypatch)

    flash("tag", "add", "new", "Say", now=LATER)
    err = flash("export", "out.apkg")[2]

    assert err.startswith("1 note keeps its text in Anki: ")
    assert anki.take("out.apkg") == [(["word", "meaning"], ["new"])]
