"""Files of notes from Anki, wherever they are named."""

import json
import zipfile
from pathlib import Path

import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, Edit, add, note_type
from command_runner import Run


def test_files_named_by_templates_come_and_go(flash: Run, tmp_path: Path) -> None:
    anki = AnkiSide(tmp_path)

    def fill(collection: Collection) -> None:
        for name in ("a b.png", "c.mp3", "own.png", "unused.png"):
            collection.media.write_data(name, name.encode())
        note_type(
            collection,
            "T",
            "ABC",
            '<img src="own.png">{{A}} / <img src="{{B}}.png">[sound:{{text:C}}]',
        )
        add(collection, "T", "q", "a b", "c.mp3")

    assert flash("import", anki.whole(fill))[2] == (
        "1 media file left out, used by no note: unused.png\n"
    )

    names = ["a b.png", "c.mp3", "own.png"]
    assert sorted(one.name for one in Path("store.db.media").iterdir()) == names
    assert flash("export", "out.apkg")[2] == ""
    with zipfile.ZipFile("out.apkg") as archive:
        assert sorted(json.loads(archive.read("media")).values()) == names


def test_missing_file_named_by_a_template_is_reported(
    flash: Run, tmp_path: Path
) -> None:
    package = AnkiSide(tmp_path).package(
        lambda one: note_type(one, "T", "AB", '{{A}} / <img src="{{B}}">'),
        lambda one: add(one, "T", "q", "gone.png"),
    )

    assert flash("import", package)[2] == (
        "1 media file not found in the package: gone.png\n"
    )


def test_files_that_no_note_uses_are_named(flash: Run, tmp_path: Path) -> None:
    unused = ["a b.pdf", "sub_dir.png", *(f"{n}.png" for n in range(4)), "が.png"]

    def fill(collection: Collection) -> None:
        for name in ("used.png", "ぱ.png", "_style.css", *unused):
            collection.media.write_data(name, name.encode())
        add(collection, "Basic", "q", '<img src="used.png"><img src="ぱ.png">')

    package = AnkiSide(tmp_path).whole(fill)
    line = (
        "7 media files left out, used by no note:"
        " 0.png, 1.png, 2.png, 3.png, a b.pdf and 2 more"
    )

    assert flash("import", package, "--dry-run")[2] == line + "\n"
    assert flash("import", package, "--reviews-only")[2] == ""
    found = json.loads(flash("import", package, "--json")[1])
    assert (found["losses"], found["unused_media"]) == ([line], sorted(unused))
    assert files().keys() == {"used.png", "ぱ.png", "_style.css"}
    assert flash("import", package)[2] == line + "\n"


def test_a_whole_collection_has_files_of_scripts(flash: Run, tmp_path: Path) -> None:
    def fill(collection: Collection) -> None:
        collection.media.write_data("_flag-jp.svg", b"named by a script")
        add(collection, "Basic", "q", "a")

    flash("import", AnkiSide(tmp_path).whole(fill))
    flash("export", "out.colpkg")

    with zipfile.ZipFile("out.colpkg") as archive:
        assert json.loads(archive.read("media")) == {"0": "_flag-jp.svg"}


def test_imported_pictures_move_with_the_store(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(collection: Collection) -> None:
        collection.media.write_data("own.png", b"own")
        note_type(collection, "T", "AB", "{{A}} / {{B}}")
        add(collection, "T", "q", '<img src="own.png">')

    package = AnkiSide(tmp_path).package(fill)
    flash("import", package)
    moved = Path("elsewhere")
    moved.mkdir()
    for path in Path().glob("store.db*"):
        path.rename(moved / path.name.replace("store.db", "my.db"))
    db = ("--db", str(moved / "my.db"))

    assert flash("doctor", *db)[:2] == (0, "No problems found.\n")
    assert flash("export", "out.apkg", *db)[2] == ""
    assert flash("export", "--yaml", "out", *db)[2] == ""
    assert [one.read_bytes() for one in Path("out").rglob("own.png")] == [b"own"]
    assert json.loads(flash("list", "--json", *db)[1])[0]["file"] == ""
    monkeypatch.setenv("VISUAL", "sed -i s/q/Q/")
    assert flash("edit", "q", *db)[0] == 0
    flash("undo", *db)
    # Undone and imported again, it is the same note.
    flash("undo", *db)
    assert json.loads(flash("import", package, "--json", *db)[1])["new_notes"] == 1


def test_an_interrupted_import_leaves_no_media(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(collection: Collection) -> None:
        for name in ("a.png", "b.png"):
            collection.media.write_data(name, name.encode())
        add(collection, "Basic", "q", '<img src="a.png"><img src="b.png">')

    package = AnkiSide(tmp_path).package(fill)
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        replace(self, target)
        if target.name == "b.png":
            raise KeyboardInterrupt
        return target

    monkeypatch.setattr(Path, "replace", interrupted)

    assert flash("import", package)[0] == 130
    assert list(Path("store.db.media").iterdir()) == []


def picture(content: bytes) -> Edit:
    """Write a picture under one name."""

    def edit(collection: Collection) -> None:
        Path(collection.media.dir(), "p.png").write_bytes(content)

    return edit


def with_picture(name: str) -> Edit:
    return lambda one: add(one, "Basic", name, '<img src="p.png">')


def files() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in Path("store.db.media").iterdir()}


KEPT = "1 media file replaced in Anki, those here were kept: p.png\n"


def test_a_picture_replaced_in_anki_follows(flash: Run, tmp_path: Path) -> None:
    anki = AnkiSide(tmp_path)
    flash("import", anki.package(picture(b"old"), with_picture("q")))
    replaced = anki.package(picture(b"new"))

    kept = flash("import", replaced)
    assert (kept[2], files()) == (KEPT, {"p.png": b"old"})
    taken = flash("import", replaced, "--update-text")

    assert (taken[2], files()) == ("", {"p.png": b"new"})
    assert flash("import", replaced)[2] == ""


def test_a_picture_of_other_notes_stays(flash: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    anki, other = AnkiSide(tmp_path), AnkiSide(tmp_path / "other")
    flash("import", anki.package(picture(b"old"), with_picture("q")))
    flash("import", other.package(picture(b"old"), with_picture("r")))

    err = flash("import", anki.package(picture(b"new")), "--update-text")[2]

    assert (err, files()) == (KEPT, {"p.png": b"old"})


def test_a_failed_import_puts_a_replaced_picture_back(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anki = AnkiSide(tmp_path)
    flash("import", anki.package(picture(b"old"), with_picture("q")))
    replaced = anki.package(picture(b"new"))

    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flash.service.importing.merge", interrupted)

    assert flash("import", replaced, "--update-text")[0] == 130
    assert files() == {"p.png": b"old"}
