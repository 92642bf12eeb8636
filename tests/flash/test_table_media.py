"""Pictures and sounds of tables: missing ones are named and hinder nothing."""

import json
import zipfile
from pathlib import Path

import pytest
from command_runner import Run

TABLES = {
    "HTML": '#separator:tab\n#columns:front\tback\n#html:true\nword\t<img src="pic.png">[sound:a.mp3] m\nw\tm\n',
    "Markdown": "#separator:tab\n#columns:front\tback\n#html:false\nword\t![](pic.png)![](a.mp3) m\nw\tm\n",
}
FOLDER = Path("store.db.media")


@pytest.fixture(params=TABLES.values(), ids=TABLES.keys())
def table(request: pytest.FixtureRequest, flash: Run) -> str:
    Path("in.txt").write_text(request.param, "utf-8")
    return "in.txt"


def media_in(package: str) -> set[str]:
    with zipfile.ZipFile(package) as archive:
        return set(json.loads(archive.read("media")).values())


@pytest.mark.parametrize("words", [(), ("--dry-run",)], ids=["import", "dry run"])
def test_missing_media_are_named_at_the_import(
    flash: Run, table: str, words: tuple[str, ...]
) -> None:
    code, _, err = flash("import", table, *words)

    folder = FOLDER.absolute()
    assert code == 0
    assert err == (
        f"2 media files not found: pic.png, a.mp3 (put them into {folder})\n"
    )


def test_missing_media_are_left_out_of_packages(flash: Run, table: str) -> None:
    flash("import", table)

    code, _, err = flash("export", "out.apkg")

    assert code == 0
    assert [name in err for name in ("pic.png", "a.mp3")] == [True, True]
    assert media_in("out.apkg") == set()
    assert flash("export", "--yaml", "decks")[0] == 0


def test_media_are_found_in_the_folder_that_is_named(flash: Run, table: str) -> None:
    FOLDER.mkdir()
    for name in ("pic.png", "a.mp3"):
        (FOLDER / name).write_bytes(name.encode())

    assert flash("import", table)[2] == ""
    assert flash.json("import", table)["missing_media"] == []
    assert flash("export", "out.apkg")[2] == ""
    assert len(media_in("out.apkg")) == 2
