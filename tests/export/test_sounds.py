"""Anki plays the sounds of a card when it shows it, and no others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_backend import cards_of, import_package
from command_runner import Run

CARDS = {
    "questions": """\
- questions:
  - {front: "![](a.mp3) one?", back: "![](b.mp3)"}
  - {front: two?, back: "![](c.mp4)"}
""",
    "compare": """\
- compare: [x, y]
  by:
    n: ["![](a.mp3)", "![](b.mp3)"]
    m: ["![](c.mp4)", d]
""",
}


@pytest.mark.parametrize("cards", CARDS.values(), ids=CARDS)
def test_sounds_of_hidden_sections_are_not_played(
    flash: Run, tmp_path: Path, cards: str
) -> None:
    for name in ("a.mp3", "b.mp3", "c.mp4"):
        Path(name).write_bytes(name.encode())
    Path("d.yaml").write_text(f"deck: D\ncards:\n{cards}", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")

    collection = Collection(str(tmp_path / "anki.anki2"))
    import_package(collection, Path("out.apkg"))

    for card in cards_of(collection).values():
        output = collection.get_card(card).render_output()
        assert (output.question_av_tags, output.answer_av_tags) == ([], [])
        assert 'controls preload="none" src="flash-' in output.answer_text
    assert len(list(Path(collection.media.dir()).iterdir())) == 3
    collection.close()


def test_sounds_come_back_as_they_were(flash: Run) -> None:
    Path("a.mp3").write_bytes(b"sound")
    Path("d.yaml").write_text(
        "deck: D\ncards:\n- questions:\n  - {front: q, back: '![](a.mp3)'}\n", "utf-8"
    )
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    other = ("--db", "other.db")

    flash("import", "out.apkg", *other)

    with closing(sqlite3.connect("other.db")) as connection:
        (fields,) = connection.execute("select fields from notes").fetchone()
    assert '"back":"![](flash-' in fields
