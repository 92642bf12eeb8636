"""What `flash export --yaml` writes, `flash add` takes."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
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


def test_exported_files_name_a_schema_that_is_there(flash: Run) -> None:
    Path("x.png").write_bytes(b"a picture")
    Path("a.yaml").write_text(deck_file("A", "one"), "utf-8")
    Path("b.yaml").write_text(deck_file("B", "two ![](x.png)"), "utf-8")
    flash("add", ".")

    for _time in range(2):
        assert flash("export", "out", "--yaml")[0] == 0

    files = sorted(Path("out").rglob("*.yaml"))
    assert files == [Path("out/A.yaml"), Path("out/B/B.yaml")]
    for file in files:
        text = file.read_text("utf-8")
        schema = text.partition("\n")[0].partition("$schema=")[2]
        check = json.loads((file.parent / schema).read_text("utf-8"))
        jsonschema.validate(yaml.safe_load(text), check)


ALIKE = ["A B", "A-B", "A/B", "a b"]
"""Names of decks that are the same as names of files."""


def texts(folder: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in Path(folder).rglob("*.yaml")
    }


def deck_file(deck: str, *fronts: str) -> str:
    cards = "".join(f"  - front: {front}\n    back: x\n" for front in fronts)
    return f"deck: {deck}\ncards:\n{cards}"


@pytest.mark.parametrize("name", ["A-B.yaml", "A-B/A-B.yaml"], ids=["file", "folder"])
def test_an_export_leaves_files_of_other_decks(flash: Run, name: str) -> None:
    Path("in").mkdir()
    Path("in/x.png").write_bytes(b"a picture")
    fronts = ["b1 ![](x.png)", "b2"] if "/" in name else ["b1", "b2"]
    Path("in/other.yaml").write_text(deck_file("A-B", *fronts), "utf-8")
    present = Path("out", name)
    present.parent.mkdir(parents=True)
    present.write_text(deck_file("A B", "a1", "a2", "a3"), "utf-8")
    flash("add", "in/other.yaml", str(present))
    flash("review", "--plain", typed="\n4\nq\n")
    second = name.replace("A-B", "A-B-2")

    assert flash("export", "out", "--yaml", "--deck", "A-B")[0] == 0
    once = texts("out")
    assert flash("export", "out", "--yaml", "--deck", "A-B")[0] == 0

    assert once == texts("out")
    assert once[name] == deck_file("A B", "a1", "a2", "a3")
    assert set(once) == {name, second}
    assert "deck: A-B\n" in once[second]


@pytest.mark.parametrize("order", [ALIKE, ALIKE[::-1]], ids=["first", "last"])
def test_exports_into_one_folder_keep_all_decks(flash: Run, order: list[str]) -> None:
    for number, deck in enumerate(ALIKE):
        Path(f"{number}.yaml").write_text(deck_file(deck, f"q{number}"), "utf-8")
    flash("add", ".")

    for deck in order:
        assert flash("export", "out", "--yaml", "--deck", deck)[0] == 0
    once = texts("out")
    for deck in ALIKE:
        assert flash("export", "out", "--yaml", "--deck", deck)[0] == 0
    assert flash("export", "out", "--yaml")[0] == 0

    assert set(once) == set(texts("out"))
    assert len(once) == len(ALIKE)
    for deck in ALIKE:
        assert sum(f"deck: {deck}\n" in text for text in once.values()) == 1


@pytest.mark.parametrize(
    "text",
    ["exam: An exam\n", "jobs: {}\n", "deck: [broken\n", "", "deck: E\nlanguage: ja\n"],
)
def test_an_export_leaves_files_that_are_not_its_own(flash: Run, text: str) -> None:
    Path("in.yaml").write_text(deck_file("exam", "q"), "utf-8")
    flash("add", "in.yaml")
    Path("exam.yaml").write_text(text, "utf-8")

    assert flash("export", ".", "--yaml")[0] == 0

    assert Path("exam.yaml").read_text("utf-8") == text
    assert Path("exam-2.yaml").exists()


@pytest.mark.parametrize("folder", ["decks", "link"])
def test_a_file_with_notes_that_stay_is_not_replaced(flash: Run, folder: str) -> None:
    Path("decks").mkdir()
    Path("link").symlink_to("decks")
    deck = deck_file("A", "one", "two") + "    tags: [some]\n"
    Path("decks/A.yaml").write_text(deck, "utf-8")
    flash("add", "decks/A.yaml")

    assert flash("export", folder, "--yaml", "--tag", "some") == (
        1,
        "",
        f"flash: {folder}/A.yaml: this deck file has notes that are not exported"
        " (export into another folder)\n",
    )
    assert Path("decks/A.yaml").read_text("utf-8") == deck
    assert flash("export", folder, "--yaml")[0] == 0


@pytest.mark.parametrize(
    "deck", ["a  b", "x\x07y", "ガ：：b", "no", "1.0", "a::b::", "# x", "x" * 90]
)
def test_a_repeated_export_writes_the_same_files(flash: Run, deck: str) -> None:
    Path("in.csv").write_text(f"deck,front,back\n{deck},q,a\n", "utf-8")
    flash("import", "in.csv")

    assert flash("export", "out", "--yaml")[0] == 0
    once = texts("out")
    assert flash("export", "out", "--yaml")[0] == 0

    assert texts("out") == once
    assert len(once) == 1
