"""What `flash export --yaml` writes, `flash add` takes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import GENERATIONS, Make, package

from flash.__main__ import main

ODD_FIELDS = {
    "a missing picture": '<img src="gone.png"> x',
    "only a missing picture": '<img src="gone.png">',
    "a picture outside": '<img src="../up.png"> x',
    "an absolute picture": '<img src="/etc/hostname">',
    "a missing sound": "[sound:gone.mp3]",
    "a name with blanks and brackets": '<img src="a (b) [c].png"> x',
    "a control character": "a' || char(7) || 'b",
    "a line separator": "a' || char(8232) || 'b",
    "no answer": "",
    "a tilde as the answer": "~",
    "a comment of YAML": "x # y: z",
}
MAKERS: dict[str, Make] = {
    **GENERATIONS,
    **{
        name: lambda folder, field=field: package(
            folder / "in.apkg", f"update notes set flds = 'q' || char(31) || '{field}'"
        )
        for name, field in ODD_FIELDS.items()
    },
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_yaml_export_of_a_package_is_accepted_by_add(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    make: Callable[[Path], Path],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    assert main(["import", str(make(tmp_path))]) == 0
    assert main(["export", "--yaml", "out"]) == 0
    capfd.readouterr()

    assert main(["add", "out"]) == 0

    out, _ = capfd.readouterr()
    assert " new" not in out
    assert "retired" not in out


@pytest.mark.parametrize("where", [".", "out"], ids=["with the store", "alone"])
def test_adding_some_imported_notes_leaves_the_others(flash: Run, where: str) -> None:
    Path("words.csv").write_text("deck,front,back\nA,one,a\nB,two,b\nB,three,c\n")
    flash("import", "words.csv")
    flash("review", "--plain", typed="\n4\nq\n")
    flash("export", "--yaml", "out", "--deck", "A")

    code, out, _ = flash("add", where)

    assert (code, out.count("retired")) == (0, 0)
    assert len(flash.json("list")) == 3


def test_left_out_control_characters_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    Path("in.csv").write_text("q5,a\x07b\nq6,![](gone.png)\x07\n", "utf-8")
    assert main(["import", "in.csv"]) == 0
    capfd.readouterr()

    assert main(["export", "--yaml", "out"]) == 0

    assert capfd.readouterr().err == (
        "not found, left out: gone.png of q6\n"
        "control characters left out: q5\n"
        "control characters left out: q6\n"
    )
