"""Notes from Anki that were edited in flash, on the way back."""

import json
import zipfile
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import GENERATIONS, MEDIA_FILES, media_package, package

DECK = Path("decks/Default.yaml")


def edit(flash: Run, deck: Path, old: str, new: str) -> None:
    """Write deck files, edit one and add it."""
    flash("export", "--yaml", "decks")
    text = deck.read_text("utf-8")
    assert old in text
    deck.write_text(text.replace(old, new), "utf-8")
    assert flash("add", "decks")[0] == 0


def test_only_the_edited_field_of_a_note_changes(flash: Run, tmp_path: Path) -> None:
    field = '<b style="color: red">q</b>'
    script = f"update notes set flds = '{field}' || char(31) || 'a'"
    flash("import", str(package(tmp_path / "in.apkg", script)))
    Path("decks/new").mkdir(parents=True)
    Path("decks/new/p.png").write_bytes(b"new")
    edit(flash, DECK, "back: a", "back: '![](new/p.png)'")

    assert flash.json("export", str(tmp_path / "out.apkg"))["items"] == []

    with zipfile.ZipFile(tmp_path / "out.apkg") as archive:
        ((entry, name),) = json.loads(archive.read("media")).items()
        assert archive.read(entry) == b"new"
        database = archive.read("collection.anki2")
    assert f'{field}\x1f<img src="{name}"'.encode() in database


def test_edit_that_no_field_can_hold_is_reported(flash: Run, tmp_path: Path) -> None:
    flash("import", str(media_package(tmp_path / "in.apkg", MEDIA_FILES)))
    edit(flash, Path("decks/Default/Default.yaml"), "back: a", "back: ab")

    code, _, err = flash("export", str(tmp_path / "out.apkg"))

    assert code == 0
    assert err == (
        "1 note keeps its text in Anki: its note type can't hold the edit\n"
        "  Default: q\n"
    )


def test_a_missing_file_of_a_note_from_anki_is_named_once(
    flash: Run, tmp_path: Path
) -> None:
    sound, picture = f"[sound:{'s' * 300}.mp3]", '<img src="http://x.org/p.png">'
    field = f'<img src="a b.png">{sound}{picture}'
    script = f"""
        update notes set flds = flds || '{field}';
        insert into notes select 2, 'other', mid, mod, usn, tags, flds, sfld, csum,
               flags, data from notes;
        insert into cards select 3, 2, did, ord, mod, usn, type, queue, due, ivl,
               factor, reps, lapses, left, odue, odid, flags, data from cards;
    """
    flash("import", str(package(tmp_path / "in.apkg", script)))

    code, _, err = flash("export", str(tmp_path / "out.apkg"))

    assert code == 0
    assert err == (
        "not found, left out: a b.png\n"
        "  Default: q\n"
        f"not found, left out: {'s' * 300}.mp3\n"
        "  Default: q\n"
    )


@pytest.mark.parametrize(
    "fields",
    ['q|see <img src="a b.png"> and [sound:c.mp3]', "<img src='p.png'>|[sound:p.mp3]"],
)
def test_files_that_flash_lacks_stay_in_the_fields(
    flash: Run, tmp_path: Path, fields: str
) -> None:
    fields = fields.replace("|", "\x1f")
    text = fields.replace("'", "''")
    flash(
        "import",
        str(package(tmp_path / "in.apkg", f"update notes set flds = '{text}'")),
    )
    flash("export", "--yaml", "decks")
    assert flash("add", "decks")[0] == 0

    found = flash.json("export", str(tmp_path / "out.apkg"))["items"]

    assert {one["reason"].partition(":")[0] for one in found} == {"not found, left out"}
    with zipfile.ZipFile(tmp_path / "out.apkg") as archive:
        assert fields.encode() in archive.read("collection.anki2")


def test_extra_that_anki_can_not_hold_is_reported(flash: Run, tmp_path: Path) -> None:
    flash("import", str(GENERATIONS["newest"](tmp_path)))
    out = str(tmp_path / "out.apkg")
    flash("export", "--yaml", "decks")
    assert flash("add", "decks")[::2] == (0, "")
    assert flash.json("export", out)["items"] == []

    edit(
        flash, next(Path("decks").rglob("*.yaml")), "back: o2", "back: o2\n  extra: new"
    )

    (item,) = flash.json("export", out)["items"]
    assert "can't hold the edit" in item["reason"]
