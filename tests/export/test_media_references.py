"""Media files of fields, templates and styles travel with the notes."""

import json
import zipfile
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import MEDIA_FILES, media_package

from export.anki.media_references import (
    media_names,
    shared_files,
    template_files,
    with_names,
)


def media_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        names = json.loads(archive.read("media"))
        return {name: archive.read(entry) for entry, name in names.items()}


def test_a_name_is_found_however_it_is_written() -> None:
    names = {"a & b.png": "c.png"}

    written = ("a & b.png", "a &amp; b.png", "a%20%26%20b.png")
    found = {with_names(f'<img src="{one}">', names) for one in written}

    assert found == {'<img src="c.png">'}


def test_files_of_templates_and_videos_come_back(flash: Run, tmp_path: Path) -> None:
    code, out, _ = flash(
        "import", str(media_package(tmp_path / "in.apkg", MEDIA_FILES))
    )
    assert (code, "5 media files" in out) == (0, True)

    assert flash("export", str(tmp_path / "out.apkg"))[0] == 0

    used = MEDIA_FILES.keys() - {"_other.png"}
    assert media_of(tmp_path / "out.apkg") == {name: MEDIA_FILES[name] for name in used}


def test_files_of_templates_survive_deck_files(flash: Run, tmp_path: Path) -> None:
    flash("import", str(media_package(tmp_path / "in.apkg", MEDIA_FILES)))
    flash("export", "--yaml", "decks")
    flash("add", "decks")

    flash("export", str(tmp_path / "out.apkg"))

    found = media_of(tmp_path / "out.apkg").keys()
    assert found == MEDIA_FILES.keys() - {"_other.png"}


def test_two_files_of_one_name_are_kept_apart(flash: Run, tmp_path: Path) -> None:
    Path("store.db.media").mkdir()
    Path("store.db.media/_logo.png").write_bytes(b"of another collection")

    flash("import", str(media_package(tmp_path / "in.apkg", MEDIA_FILES)))
    flash("export", str(tmp_path / "out.apkg"))

    found = media_of(tmp_path / "out.apkg")
    name = next(name for name, data in found.items() if data == b"logo")
    assert name.startswith("_logo-")
    with zipfile.ZipFile(tmp_path / "out.apkg") as archive:
        assert f'"{name}\\'.encode() in archive.read("collection.anki2")


def test_files_that_files_name_are_found(tmp_path: Path) -> None:
    for name, data in MEDIA_FILES.items():
        (tmp_path / name).write_bytes(data)

    found = template_files('{"css": "@import url(_style.css)"}', shared_files(tmp_path))

    assert found == {"_style.css", "_font.ttf"}


def test_names_in_a_field_are_found_in_any_tag() -> None:
    field = (
        '<img alt="a" src="a%20b.png"><video src=v.mp4></video><audio><source src="x.ogg">'
        "</audio><object data='o.svg'></object>[sound:s&amp;t.mp3]"
    )

    assert media_names(field) == ["a b.png", "v.mp4", "x.ogg", "o.svg", "s&t.mp3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<img src="1.png"><img src="11.png">', '<img src="2.png"><img src="11.png">'),
        ('page 1.png <img src="1.png">', 'page 1.png <img src="2.png">'),
        ("<img src=1.png>[sound:1.png]", "<img src=2.png>[sound:2.png]"),
        ('<img src="a%20b.png">', '<img src="c &amp; d.png">'),
        ('<img src="2.png">', '<img src="1.png">'),
        ("1.png", "2.png"),
        (".x { background: url('1.png') }", ".x { background: url('2.png') }"),
    ],
)
def test_names_are_replaced_where_they_name_a_file(text: str, expected: str) -> None:
    names = {"1.png": "2.png", "2.png": "1.png", "a b.png": "c & d.png"}

    assert with_names(text, names) == expected
