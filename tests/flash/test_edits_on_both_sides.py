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


def add_file(flash: Run, front: str, back: str, now: str) -> None:
    text = f"deck: D\ncards:\n- {{front: {front}, back: {back}}}\n"
    Path("d.yaml").write_text(text, "utf-8")
    assert flash("add", "d.yaml", now=now)[0] == 0


EARLY, LATE = "2026-09-01T09:00:00+00:00", "2027-06-01T09:00:00+00:00"
"""Before and after an edit in Anki."""
NEXT = "2027-06-02T09:00:00+00:00"


def field_there(anki: AnkiSide, flash: Run, index: int, text: str) -> str:
    """Send the deck file to Anki and edit a field there; return a package."""
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    fields[index] = text
    anki.package()
    return anki.package(set_fields(*fields))


@pytest.mark.parametrize("when", [EARLY, LATE], ids=["before Anki", "after Anki"])
def test_edits_of_a_deck_file_are_joined(flash: Run, anki: AnkiSide, when: str) -> None:
    add_file(flash, "question", "answer", "2026-08-01T09:00:00+00:00")
    edited = field_there(anki, flash, 1, "there")
    add_file(flash, "Question", "answer", when)

    found = flash.json("import", edited, "--update-text")

    (patch,) = found["patches"]
    assert '+- {front: Question, back: "there"}' in patch
    assert found["conflicts"] == []
    add_file(flash, "Question", "there", NEXT)
    again = flash.json("import", edited, "--update-text")
    assert (again["patches"], again["conflicts"]) == ([], [])


def test_a_text_of_a_deck_file_edited_there_too_is_named(
    flash: Run, anki: AnkiSide
) -> None:
    add_file(flash, "question", "answer", "2026-08-01T09:00:00+00:00")
    edited = field_there(anki, flash, 1, "there")
    add_file(flash, "question", "here", LATE)

    (found,) = flash.json("import", edited, "--update-text")["conflicts"]

    assert (found["ours"], found["theirs"]) == ("here", "there")
    assert found["outcome"] == "kept"


def test_a_text_that_anki_takes_back_is_an_edit(flash: Run, anki: AnkiSide) -> None:
    add_file(flash, "question", "answer", "2026-08-01T09:00:00+00:00")
    add_file(flash, "question", "other", EARLY)
    edited = field_there(anki, flash, 1, "answer")

    (patch,) = flash.json("import", edited, "--update-text")["patches"]

    assert '+- {front: question, back: "answer"}' in patch


def test_an_old_package_of_ours_brings_no_edit(flash: Run, anki: AnkiSide) -> None:
    add_file(flash, "question", "answer", "2026-08-01T09:00:00+00:00")
    flash("export", "out.apkg")
    for back, when in (("one", EARLY), ("two", LATE)):
        add_file(flash, "question", back, when)

    found = flash.json("import", "out.apkg", "--update-text")

    assert (found["patches"], found["conflicts"], found["differing"]) == ([], [], 0)
