"""Files that commands write: never the store, a backup, an input or a device."""

import os
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from export.files import ExportError, replace_file

NOTE = "# Cells\n\nMitochondria make ATP.\n"


@pytest.fixture
def shelf(flash: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A store named like an export, with a backup, a deck file and a note."""
    monkeypatch.setenv("FLASH_DB", "store.csv")
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("note.md").write_text(NOTE, "utf-8")
    Path("ignored.txt").write_text("Cells\n", "utf-8")
    flash("add", "cells.yaml")
    flash("backup", "store.csv.backups/2026-11-01T000000.db")
    Path("link").symlink_to("store.csv")
    return flash


def contents() -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in sorted(Path().rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


STORES = [
    "store.csv",
    "store.csv-wal",
    "link",
    "store.csv.backups/2026-11-01T000000.db",
]
WRITERS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "stats": (("stats", "--html"), STORES),
    "coverage": (
        (
            *("coverage", "note.md", "--decks", "cells.yaml"),
            *("--ignore", "ignored.txt", "--html"),
        ),
        [*STORES, "note.md", "cells.yaml", "ignored.txt"],
    ),
    "coverage of a deck": (
        ("coverage", "note.md", "--deck", "Cells::Basics", "--html"),
        ["note.md", "cells.yaml"],
    ),
    "backup": (("backup",), STORES),
    "export": (("export",), ["store.csv"]),
}


@pytest.mark.parametrize(
    ("words", "target"),
    [(words, target) for words, targets in WRITERS.values() for target in targets],
)
def test_a_command_does_not_write_over_what_it_reads(
    shelf: Run, words: tuple[str, ...], target: str
) -> None:
    before = contents()

    code, out, err = shelf(*words, target)

    assert (code, out) == (1, "")
    assert target in err
    assert contents() == before


PAGE_OF_0_1_0 = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" \
content="default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>All decks · flash</title>
"""
PAGES = [("stats", "--html"), ("coverage", "note.md", "--html")]
OTHERS = {
    "cells.yaml": CELLS,
    "notes.md": NOTE,
    "words.csv": "front,back\na,b\n",
    "mine.html": '<!doctype html>\n<html lang="en">\n<head>\n<title>Me</title>',
}


@pytest.mark.parametrize("words", [*PAGES, ("backup",)], ids=lambda words: words[0])
@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_the_user_is_not_replaced(
    flash: Run, words: tuple[str, ...], name: str
) -> None:
    Path("note.md").write_text(NOTE, "utf-8")
    Path(name).write_text(OTHERS[name], "utf-8")

    code, out, err = flash(*words, name)

    assert (code, out) == (1, "")
    assert "would be replaced" in err
    assert Path(name).read_text("utf-8") == OTHERS[name]


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "words.csv"])
def test_an_export_has_the_ending_of_its_format(flash: Run, name: str) -> None:
    Path(name).write_text(OTHERS[name], "utf-8")

    assert flash("export", name)[0] == 2
    assert Path(name).read_text("utf-8") == OTHERS[name]


@pytest.mark.parametrize("words", PAGES, ids=lambda words: words[0])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_is_replaced_by_a_newer_one(
    flash: Run, words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("note.md").write_text(NOTE, "utf-8")
    Path("page.html").touch()

    assert flash(*words, "page.html")[0] == 0
    monkeypatch.setenv("FLASH_LANG", language)
    assert flash(*words, "page.html")[0] == 0


@pytest.mark.parametrize("words", PAGES, ids=lambda words: words[0])
def test_a_page_of_the_first_release_is_replaced(
    flash: Run, words: tuple[str, ...]
) -> None:
    Path("note.md").write_text(NOTE, "utf-8")
    Path("page.html").write_text(PAGE_OF_0_1_0, "utf-8")

    assert flash(*words, "page.html")[0] == 0
    assert Path("page.html").read_text("utf-8") != PAGE_OF_0_1_0


def test_deck_files_are_not_exported_over_themselves(flash: Run) -> None:
    deck = CELLS.replace("Cells::Basics", "Cells") + "# a remark\n"
    Path("Cells.en.yaml").write_text(deck, "utf-8")
    flash("add", "Cells.en.yaml")

    assert flash("export", "--yaml", ".") == (
        1,
        "",
        "flash: Cells.en.yaml: this deck file has comments, which would be lost"
        " (export into another folder)\n",
    )
    assert Path("Cells.en.yaml").read_text("utf-8") == deck


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize(
    "words",
    [
        ("backup", "pipe.csv"),
        ("export", "pipe.csv"),
        ("stats", "--html", "pipe.csv"),
        ("coverage", "note.md", "--html", "pipe.csv"),
    ],
    ids=lambda words: words[0],
)
def test_a_pipe_is_not_replaced_by_a_file(shelf: Run, words: tuple[str, ...]) -> None:
    os.mkfifo("pipe.csv")

    assert shelf(*words)[0] == 1

    assert Path("pipe.csv").is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_no_writer_replaces_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ExportError, match="not a regular file"):
        replace_file(tmp_path / "pipe", b"new")


@pytest.mark.parametrize("length", [200, 255])
def test_a_file_with_a_long_name_can_be_written(flash: Run, length: int) -> None:
    def name(end: str) -> str:
        return "x" * (length - len(end)) + end

    Path(name(".yaml")).write_text(CELLS, "utf-8")
    flash("add", name(".yaml"))

    assert flash("tag", "add", "new", "powerhouse", "--write")[0] == 0
    assert "new" in Path(name(".yaml")).read_text("utf-8")
    assert flash("export", name(".csv"))[0] == 0
    assert flash("backup", name(".db"))[0] == 0
    assert flash("restore", name(".db"), "--yes")[0] == 0
