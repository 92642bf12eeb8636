"""One note edited in flash and in Anki, exchanged as packages."""

from pathlib import Path

import pytest
from anki_edits import AnkiSide, add, edit_here, note_type, set_fields
from command_runner import Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


@pytest.fixture
def pair(flash: Run, anki: AnkiSide) -> None:
    """A note of Anki's with question, answer and another field."""
    first = anki.package(
        lambda one: note_type(one, "T", "ABC", "{{A}} / {{B}}"),
        lambda one: add(one, "T", "question", "answer", ""),
    )
    assert flash("import", first)[0] == 0


def sides(flash: Run) -> tuple[str, str]:
    """Return question and answer of the only note."""
    (found,) = flash.json("list")
    return found["question"], found["answer"]


def test_an_edit_that_anki_got_back_with_ours_is_still_taken(
    flash: Run, anki: AnkiSide, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(set_fields("question", "there", "")))
    edit_here(flash, "front: question", "front: here", monkeypatch)
    flash("export", "out.apkg")
    assert anki.take("out.apkg") == [(["here", "there", ""], [])]

    out = flash("import", anki.package(), "--update-text")[1]

    assert "1 note updated with the text of Anki" in out
    assert sides(flash) == ("here", "there")


def test_a_text_edited_on_both_sides_is_named(
    flash: Run, anki: AnkiSide, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = anki.package(set_fields("question", "there", ""))
    edit_here(flash, "back: answer", "back: here", monkeypatch)

    _, _, err = flash("import", edited, "--update-text")

    assert err == (
        "'question' was edited on both sides; the text of flash, the later one,"
        " was kept (flash edit writes another one)\n  flash: here\n  Anki: there\n"
    )
    assert sides(flash) == ("question", "here")
