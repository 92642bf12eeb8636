"""Edits made in Anki that have no place in a deck file are shown."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, Edit, only_note
from command_runner import Run

CARDS = {
    "an item of a list": (
        "- list: Phases\n  items: [prophase, anaphase]",
        ("Text", "anaphase", "telophase"),
    ),
    "the question of a choice": (
        "- choice: Which?\n  options: [a, b]\n  answer: a",
        ("Front", "Which", "What"),
    ),
    "a cell of a table": (
        "- compare: [A, B]\n  by:\n    size: [small, large]",
        ("Text", "large", "huge"),
    ),
}


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


@pytest.mark.parametrize(("card", "edit"), CARDS.values(), ids=CARDS)
def test_edit_by_hand_is_shown_and_its_tags_are_patched(
    flash: Run, anki: AnkiSide, card: str, edit: tuple[str, str, str]
) -> None:
    Path("d.yaml").write_text(f"deck: D\ncards:\n{card}\n", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    anki.take("out.apkg")
    anki.package()
    field, old, new = edit

    def change(collection: Collection) -> None:
        note = only_note(collection)
        note[field] = note[field].replace(old, new)
        note.tags = ["from-anki"]
        collection.update_note(note)

    edited = anki.package(change)
    _, out, err = flash("import", edited, "--update-text")
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)

    place, before, after = err.splitlines()
    assert place.endswith("d.yaml:3: edited in Anki; change this card by hand")
    assert before.startswith(f"  {field}: ") and old in before
    assert after.startswith(f"  {' ' * len(field)}→ ") and new in after
    assert flash("add", "d.yaml")[0] == 0
    assert {tag for one in flash.json("list") for tag in one["tags"]} == {"from-anki"}


NOTES = {
    "a line": "- one::red <!-- why -->\n",
    "labels": "Q: one\nA: red\n",
    "several cards": "zero::blue\n\n- one::red ^mine\n\nA ==b== c\n",
}


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("front", ["one", "Entirely new?"])
@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES)
def test_texts_of_a_note_are_patched_and_its_tags_shown(
    flash: Run, anki: AnkiSide, text: str, front: str
) -> None:
    Path("d.md").write_text(f"---\ndeck: D\ntags: [a]\n---\n{text}", "utf-8")
    flash("add", "d.md")
    flash("export", "out.apkg")
    anki.take("out.apkg")
    anki.package()

    def edit(collection: Collection) -> None:
        note = only_note(collection, "Front:one")
        note["Front"], note["Back"] = front, "crimson"
        note.tags = ["a", "b"]
        collection.update_note(note)

    edited = anki.package(edit)
    _, out, err = flash("import", edited, "--update-text")
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)

    place = f"{Path('d.md').absolute()}:{_line(text) + 4}"
    assert err == (
        f"{place}: edited in Anki; change this card by hand\n"
        '  tags: ["a"]\n      → ["a", "b"]\n'
        "  (tags of a Markdown note are in 'tags:' at its top and hold for all its cards;"
        " only a card in a fenced block 'flash' has its own 'tags:')\n"
    )
    count = len(flash.json("list"))
    assert flash("add", "d.md")[0] == 0
    assert len(flash.json("list")) == count
    assert flash.json("import", edited, "--update-text")["patches"] == [err.rstrip()]


def with_picture(folder: Path) -> Edit:
    """Return an edit of both sides of the only note, one with a new picture."""
    picture = folder / "of anki" / "a cell.png"
    picture.parent.mkdir()
    picture.write_bytes(b"new")

    def edit(collection: Collection) -> None:
        name = collection.media.add_file(str(picture))
        note = only_note(collection)
        note["Front"] = "What is this?"
        note["Back"] = f'a cell <img src="{name}">'
        collection.update_note(note)

    return edit


PICTURES = {
    "a deck file": ("d.yaml", "deck: D\ncards:\n- {front: one, back: red}\n", ""),
    "a note": ("d.md", "---\ndeck: D\n---\n- one::red\n", ""),
    "another file of this name": (
        "d.yaml",
        "deck: D\ncards:\n- {front: one, back: red}\n",
        "other",
    ),
}


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize(("name", "text", "other"), PICTURES.values(), ids=PICTURES)
def test_a_picture_added_in_anki_is_to_be_copied(
    flash: Run, anki: AnkiSide, name: str, text: str, other: str, tmp_path: Path
) -> None:
    Path("decks").mkdir()
    deck = Path("decks", name)
    deck.write_text(text, "utf-8")
    if other:
        Path("decks/a cell.png").write_text(other)
    flash("add", "decks")
    flash("export", "out.apkg")
    anki.take("out.apkg")
    anki.package()
    edited = anki.package(with_picture(tmp_path))

    dry = flash("import", edited, "--update-text", "--dry-run")[2]
    _, out, err = flash("import", edited, "--update-text")
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    place, words = err.split(": edited in Anki; ")
    copy, source, to, target = shlex.split(words)
    shutil.copyfile(source, target)

    assert (copy, to, place) == ("copy", "to", f"{deck.absolute()}:{_line(text)}")
    assert other or dry == err
    assert flash("add", "decks")[0] == 0
    flash("export", "again.apkg")
    ((fields, _),) = anki.take("again.apkg")
    assert fields[0] == "What is this?"
    shown = fields[1].partition('<img src="')[2].partition('"')[0]
    assert (tmp_path / "anki.media" / shown).read_bytes() == b"new"


def _line(text: str) -> int:
    return text.count("\n", 0, text.index("one")) + 1
