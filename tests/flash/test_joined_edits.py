"""Edits of one note in flash and in Anki are joined, text by text."""

import subprocess
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, Edit, add, note_type, set_fields
from command_runner import Run

DECEMBER = "2026-12-15T09:00:00+00:00"
"""After the first edit in Anki, before the second one."""


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rendered(*fields: str) -> Edit:
    """Add a note whose cards are made of two templates each."""

    def start(collection: Collection) -> None:
        note_type(
            collection, "T", "AB", "Say {{A}} / It is {{B}}", "Why {{B}}? / {{A}}"
        )
        add(collection, "T", *fields)

    return start


def in_deck_file(flash: Run, package: str) -> Path:
    """Import a package and add the notes as a deck file; return the file."""
    flash("import", package)
    flash("export", "--yaml", "decks")
    flash("add", "decks")
    return Path("decks/Default.yaml")


def rewrite(flash: Run, file: Path, old: str, new: str, now: str = "") -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert flash("add", str(file), now=now)[0] == 0


def changed_lines(patch: str) -> list[str]:
    lines = patch.splitlines()
    return [one for one in lines if one[:1] in "+-" and one[:3] not in ("+++", "---")]


def test_a_patch_takes_back_no_edit_of_another_field(
    flash: Run, anki: AnkiSide
) -> None:
    file = in_deck_file(flash, anki.package(lambda one: add(one, "Basic", "q", "a")))
    rewrite(flash, file, "front: q", "front: corrected\n  typed: true")
    edited = anki.package(set_fields("q", "new"))

    flash("import", edited)
    for _ in range(2):  # it stays until it is applied
        out = flash("import", edited, "--update-text")[1]
        assert changed_lines(out) == ["-  back: a", "+  back: new"]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    flash("add", str(file), now=DECEMBER)

    assert flash("import", edited, "--update-text")[1].count("+") == 0
    flash("export", "out.apkg")
    assert anki.take("out.apkg") == [(["corrected", "new"], [])]


def test_an_edit_of_the_same_field_is_shown(flash: Run, anki: AnkiSide) -> None:
    file = in_deck_file(flash, anki.package(lambda one: add(one, "Basic", "q", "a")))
    rewrite(flash, file, "back: a", "back: ours")
    edited = anki.package(set_fields("q", "theirs"))

    out = flash("import", edited, "--update-text")[1]

    assert changed_lines(out) == ["-  back: ours", "+  back: theirs"]


def test_an_edit_after_a_patch_is_not_taken_back(flash: Run, anki: AnkiSide) -> None:
    file = in_deck_file(flash, anki.package(lambda one: add(one, "Basic", "q", "a")))
    out = flash("import", anki.package(set_fields("q", "new")), "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    flash("add", str(file), now=DECEMBER)
    rewrite(flash, file, "back: new", "back: newer", DECEMBER)

    out = flash("import", anki.package(set_fields("q2", "new")), "--update-text")[1]

    assert changed_lines(out) == ["-- front: q", "+- front: q2"]


def test_an_edit_that_was_not_taken_is_still_offered(
    flash: Run, anki: AnkiSide
) -> None:
    file = in_deck_file(flash, anki.package(lambda one: add(one, "Basic", "q", "a")))
    flash("import", anki.package(set_fields("q", "new")))
    rewrite(flash, file, "front: q", "front: corrected", DECEMBER)
    tagged = anki.package(set_fields("q", "new", tags=("x",)))

    out = flash("import", tagged, "--update-text")[1]

    assert changed_lines(out) == ["-  back: a", "+  back: new", "+  tags:", "+  - x"]


def test_questions_of_templates_are_joined(flash: Run, anki: AnkiSide) -> None:
    file = in_deck_file(flash, anki.package(rendered("q", "a")))
    rewrite(flash, file, "Say q", "Please say q")
    edited = anki.package(set_fields("q", "b"))

    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    flash("add", str(file), now=DECEMBER)

    cards = [(one["question"], one["answer"]) for one in flash.json("list")]
    assert cards == [("Please say q", "It is b"), ("Why b?", "q")]


def test_a_patched_note_of_templates_is_that_of_anki(
    flash: Run, anki: AnkiSide
) -> None:
    file = in_deck_file(flash, anki.package(rendered("q", "a")))
    edited = anki.package(set_fields("<b>q</b>", "b"))

    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    flash("add", str(file), now=DECEMBER)

    assert flash("export", "out.apkg")[2] == ""
    assert anki.take("out.apkg") == [(["<b>q</b>", "b"], [])]


@pytest.mark.parametrize(
    ("name", "fields", "old", "new", "edited"),
    [
        ("Basic", ("q", "a"), "front: q", "front: ours", ("q", "new")),
        ("Cloze", ("{{c1::q}}", ""), "cloze: ", "cloze: x ", ("{{c1::q}}", "extra")),
    ],
)
def test_without_a_file_edits_are_joined(
    flash: Run,
    anki: AnkiSide,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fields: tuple[str, ...],
    old: str,
    new: str,
    edited: tuple[str, ...],
) -> None:
    flash("import", anki.package(lambda one: add(one, name, *fields)))
    script = Path("editor.sh")
    script.write_text(f"#!/bin/sh\nsed -i 's/{old}/{new}/' \"$1\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script.absolute()))
    assert flash("edit", "q")[0] == 0

    flash("import", anki.package(set_fields(*edited)), "--update-text")

    (card,) = flash.json("list")
    assert "ours" in card["question"] or card["question"].startswith("x ")
    assert card["answer"] == {"Basic": "new"}.get(name, "q")
