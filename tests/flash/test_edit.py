"""`flash edit` opens a deck file, or a card without one as YAML."""

import json
import sys
from pathlib import Path

import pytest
from command_runner import CELLS, Run, list_without_a_file


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    Path("table.csv").write_text("front,back\nNumber of cells?,many\n", "utf-8")
    flash("import", "table.csv", "--header")
    return flash


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))


def edits(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    monkeypatch.setenv("VISUAL", f"sed -i s/{old}/{new}/")


def test_a_deck_file_is_opened_and_added(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits(monkeypatch, "ATP", "energy")
    file = Path("cells.yaml").absolute()

    assert flash("edit", "powerhouse") == (0, f"{file} was added again.\n", "")

    asked = [one["question"] for one in flash.json("list", "powerhouse")]
    assert asked == ["Which organelle makes most energy?"]
    assert flash("undo")[1] == (
        "Undid editing cells.yaml (1 changed note is restored). Files on disk are"
        " unchanged: undo the edit there, too, or it comes back.\n"
    )


def test_the_editor_opens_the_line_of_the_card(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "vi"
    script.write_text('#!/bin/sh\necho "$@" > words\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))

    shown = flash("edit", "DNA")

    assert shown == (0, "The deck file was not changed.\n", "")
    assert Path("words").read_text() == f"+9 {Path('cells.yaml').absolute()}\n"


def test_a_card_without_a_file_is_edited_as_yaml(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits(monkeypatch, "many", "billions")
    (card,) = flash.json("list", "Number")

    done = flash.json("edit", str(card["card"]))

    number = card["card"]
    assert done == {"changed": True, "cards": [number], "retired_cards": []}
    assert "billions" in flash("show", str(card["card"]))[1]
    assert flash("edit", "Number")[1] == "The card was not changed.\n"
    flash("undo")
    assert "many" in flash("show", "Number")[1]


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_an_edit_names_the_answered_cards_that_it_retires(
    flash: Run, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    list_without_a_file(flash)
    flash("review", "--plain", "Storage", typed="\n3\nq\n")
    edits(monkeypatch, "S3", "Glacier")

    code, out, err = flash("edit", "Storage", *option)

    assert (code, err) == (0, "")
    if option:
        (gone,) = json.loads(out)["retired_cards"]
        assert (gone["answer"], gone["answered"]) == ("S3", True)
    else:
        assert out == "The card was changed. Retired: 'Storage: S3'.\n"


def test_a_mistake_in_a_file_changes_no_card(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits(monkeypatch, "back:", "bakc:")
    before = flash.json("list")

    code, out, err = flash("edit", "powerhouse")

    assert (code, out) == (1, "")
    assert "cells.yaml:7:5: unknown key 'bakc' (did you mean 'back'?)" in err
    hint = "(correct the file, then add it with flash add)"
    assert f"cells.yaml:5:1: no card was changed {hint}" in err
    assert flash.json("list") == before


def answered(flash: Run) -> list[tuple[int, int]]:
    """Return the cards of the deck file with the numbers of their answers."""
    return [(card["card"], card["reps"]) for card in flash.json("list", "Cells")]


@pytest.mark.parametrize(("lines", "is_taken"), [(10, True), (11, False)])
def test_an_edit_that_retires_many_cards_is_refused(
    flash: Run, monkeypatch: pytest.MonkeyPatch, lines: int, is_taken: bool
) -> None:
    cards = "".join(f"- {{front: q{n}, back: a{n}}}\n" for n in range(12))
    Path("many.yaml").write_text(f"deck: Many\ncards:\n{cards}", "utf-8")
    flash("add", "many.yaml")
    flash("review", "--plain", "Many", typed="\n4\n" * 12)
    monkeypatch.setenv("VISUAL", f"sed -i 3,{lines + 2}d")

    code, _, err = flash("edit", "q11")

    assert (code == 0) == is_taken
    assert ("would retire 11 of 12 cards" in err) == (not is_taken)
    assert len(flash.json("list", "Many")) == (2 if is_taken else 12)


GONE = {"a card": "5,8d", "a side": "s/true/false/", "a gap": "s/{{c2::oxygen}}/air/"}


@pytest.mark.parametrize("script", GONE.values(), ids=GONE)
@pytest.mark.parametrize("option", [[], ["--json"]], ids=["text", "json"])
def test_an_edit_of_a_file_names_the_answered_cards_that_go(
    flash: Run, monkeypatch: pytest.MonkeyPatch, script: str, option: list[str]
) -> None:
    flash("config", "bury_siblings", "false")
    flash("review", "--plain", "Cells", typed="\n3\n" * 5 + "q\n")
    before = answered(flash)
    monkeypatch.setenv("VISUAL", f"sed -i {script}")

    code, out, err = flash("edit", "DNA", *option)

    assert (code, err) == (0, "")
    assert len(answered(flash)) == len(before) - 1
    if option:
        (gone,) = json.loads(out)["retired_cards"]
        assert gone["answered"]
    else:
        assert "cells.yaml was added again. Retired: '" in out
    flash("undo")
    assert answered(flash) == before


def test_a_text_with_a_mistake_is_kept(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits(monkeypatch, "back:", "bakc:")

    code, out, err = flash("edit", "Number")

    (kept,) = Path("tmp").glob("*/card.yaml")
    assert (code, out) == (1, "")
    assert f"flash: no card was changed; your text is in {kept.absolute()}" in err
    assert "bakc: many" in kept.read_text("utf-8")


def test_a_text_that_changed_meanwhile_is_not_overwritten(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = "import sys; from flash.__main__ import main; sys.exit(main(sys.argv[1:]))"
    script = tmp_path / "slow-editor"
    script.write_text(
        "#!/bin/sh\n"
        f"VISUAL='sed -i s/many/trillions/' {sys.executable} -c '{inner}' edit Number\n"
        'sed -i s/many/billions/ "$1"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))

    code, _out, err = flash("edit", "Number")

    (kept,) = Path("tmp").glob("*/card.yaml")
    assert code == 1
    assert "this card has been changed since you opened it; nothing was saved" in err
    assert flash.json("list", "Number")[0]["question"] == "Number of cells?"
    assert "trillions" in flash("show", "Number")[1]
    assert kept.read_text("utf-8").splitlines()[0] == (
        "# The card was changed elsewhere. Saving replaces this text:"
    )
    assert "#   back: trillions" in kept.read_text("utf-8")
    assert "\n  back: billions" in kept.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Cells"], "5 cards match, of several notes"),
        (["mitosis"], "no card matches 'mitosis'"),
        (["suspended", "is:suspended"], "no card matches 'suspended is:suspended'"),
    ],
    ids=["a deck", "no card", "no card of a query"],
)
def test_the_words_must_name_one_note(
    flash: Run, words: list[str], message: str
) -> None:
    code, out, err = flash("edit", *words)

    assert (code, out) == (1, "")
    assert message in err


def test_a_missing_deck_file_is_an_error(flash: Run) -> None:
    file = Path("cells.yaml").absolute()
    file.unlink()

    shown = flash("edit", "powerhouse")

    message = "the deck file of this card was not found"
    assert shown == (1, "", f"flash: {file}:5:1: {message}\n")


def test_device_with_the_deck_file_is_named(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").mkdir()
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nhead -n 1 "$1" >> heads\nsed -i s/ATP/energy/ "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    flash("sync", "log", "--name", "my\nlaptop")
    for db in ("b.db", "c.db"):
        flash("sync", "log", "--name", db, "--db", db)

    for db in ("b.db", "c.db"):
        assert flash("edit", "powerhouse", "--db", db)[0] == 0
        flash("sync", "--db", db)
    flash("edit", "Number", "--db", "b.db")

    named = "# The deck file of this card is on my laptop; flash add there reports the edit."
    heads = (tmp_path / "heads").read_text().splitlines()
    assert heads[:2] == [named, named]
    assert heads[2] == "deck: Imported"
    flash("sync")
    assert "energy" in flash("list", "powerhouse")[1]
    assert flash("add", "cells.yaml")[1].startswith("1 newer, 2 unchanged")


def test_card_with_a_picture_is_edited_without_its_file(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("log", "source"):
        (tmp_path / folder).mkdir()
    text = 'deck: P\ncards:\n- {front: "What? ![](a.png)", back: b}\n'
    (tmp_path / "source" / "p.yaml").write_text(text)
    (tmp_path / "source" / "a.png").write_bytes(b"\x89PNG")
    flash("add", "source/p.yaml")
    for db in ("store.db", "b.db"):
        flash("sync", "log", "--name", db, "--db", db)
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nsed -i "$CHANGE" "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))

    monkeypatch.setenv("CHANGE", "s/What/Which/")
    done = flash("edit", "deck:P", "--db", "b.db")
    assert done == (0, "The card was changed.\n", "")
    monkeypatch.setenv("CHANGE", "s/a.png/b.png/")
    code, _out, err = flash("edit", "deck:P", "--db", "b.db")

    assert code == 1
    assert err.startswith("card:4:10: no such file: 'b.png' (a card without a deck")
    flash("sync", "--db", "b.db")
    flash("sync")
    assert "Which?" in flash("list", "Which")[1]
