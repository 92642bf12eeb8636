"""Media files of fields, templates and styles travel with the notes."""

import json
import zipfile
from pathlib import Path

from command_runner import Run
from foreign_packages import database, zipped

from export.anki.media_references import media_names, template_files

FILES = {
    "_logo.png": b"logo",
    "_style.css": b"@font-face{src:url('_font.ttf')}",
    "_font.ttf": b"font",
    "_other.png": b"of another type",
    "clip.mp4": b"video",
}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    import genanki

    model = genanki.BASIC_MODEL.to_json(0, 1) | {"id": "5"}
    model["tmpls"][0]["qfmt"] = '<img src="_logo.png">{{Front}}'
    model["css"] = '@import url("_style.css");'
    models = json.dumps({"5": model}).replace("'", "''")
    field = '<video src="clip.mp4"></video>'
    script = (
        f"update col set models = '{models}'; update notes set flds = '{field}' || flds"
    )
    names = {str(index): name for index, name in enumerate(files)}
    entries = {str(index): data for index, data in enumerate(files.values())}
    media = {"media": json.dumps(names).encode()}
    return zipped(path, {"collection.anki2": database(script)} | media | entries)


def media_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        names = json.loads(archive.read("media"))
        return {name: archive.read(entry) for entry, name in names.items()}


def test_files_of_templates_and_videos_come_back(flash: Run, tmp_path: Path) -> None:
    code, out, _ = flash("import", str(packed(tmp_path / "in.apkg", FILES)))
    assert (code, "5 media files" in out) == (0, True)

    assert flash("export", str(tmp_path / "out.apkg"))[0] == 0

    used = FILES.keys() - {"_other.png"}
    assert media_of(tmp_path / "out.apkg") == {name: FILES[name] for name in used}


def test_two_files_of_one_name_are_kept_apart(flash: Run, tmp_path: Path) -> None:
    Path("store.db.media").mkdir()
    Path("store.db.media/_logo.png").write_bytes(b"of another collection")

    flash("import", str(packed(tmp_path / "in.apkg", FILES)))
    flash("export", str(tmp_path / "out.apkg"))

    found = media_of(tmp_path / "out.apkg")
    name = next(name for name, data in found.items() if data == b"logo")
    assert name.startswith("_logo-")
    with zipfile.ZipFile(tmp_path / "out.apkg") as archive:
        assert f'"{name}\\'.encode() in archive.read("collection.anki2")


def test_files_that_files_name_are_found(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)

    found = template_files('{"css": "@import url(_style.css)"}', tmp_path)

    assert found == {"_style.css", "_font.ttf"}


def test_names_in_a_field_are_found_in_any_tag() -> None:
    field = (
        '<img alt="a" src="a b.png"><video src=v.mp4></video><audio><source src="x.ogg">'
        "</audio><object data='o.svg'></object>[sound:s&amp;t.mp3]"
    )

    assert media_names(field) == ["a b.png", "v.mp4", "x.ogg", "o.svg", "s&t.mp3"]
