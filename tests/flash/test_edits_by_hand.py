"""Edits made in Anki that have no place in a deck file are shown."""

import subprocess
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, only_note
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
    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)

    place, before, after = out.splitlines()[-3:]
    assert place.endswith("d.yaml:3: edited in Anki; change this card by hand")
    assert before.startswith(f"  {field}: ") and old in before
    assert after.startswith(f"  {' ' * len(field)}→ ") and new in after
    assert flash("add", "d.yaml")[0] == 0
    assert {tag for one in flash.json("list") for tag in one["tags"]} == {"from-anki"}
