"""No command writes its output over a file that it reads."""

import os
from pathlib import Path

import pytest
from command_runner import Run

NOTE = "# Keys\n\nA KMS key is kept by AWS.\n"
DECK = "deck: Keys\ncards:\n- front: a\n  back: b\n"


@pytest.fixture(autouse=True)
def files(flash: Run) -> None:
    """Write files of a user, some with several names."""
    Path("keys.txt").write_text(NOTE, "utf-8")
    Path("keys.md").write_text(NOTE, "utf-8")
    Path("deck.yaml").write_text(DECK, "utf-8")
    Path("thesis.tex").write_text("\\section{One}\n", "utf-8")
    Path("ignored").write_text("A KMS key is kept by AWS.\n", "utf-8")
    Path("link.yaml").symlink_to("keys.txt")
    os.link("keys.txt", "twin.yaml")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("draft keys.md -o keys.md --force", "can't be written into a note"),
        ("draft keys.md -o keys.md --append", "can't be written into a note"),
        ("draft keys.txt -o keys.md --review", "can't be written into a note"),
        ("draft keys.txt -o keys.txt --force", "this file is read here"),
        ("draft keys.txt -o keys.txt --review", "this file is read here"),
        ("draft keys.txt -o link.yaml --force", "this file is read here"),
        ("draft keys.txt -o twin.yaml --force", "this file is read here"),
        ("draft keys.txt -o thesis.tex --force", "this is not a deck file"),
        ("coverage keys.md --html keys.md", "this file is read here"),
        ("coverage keys.md --html deck.yaml", "this file is read here"),
        ("coverage keys.md --ignore ignored --html ignored", "this file is read"),
        ("coverage keys.md --html my.db", "that is the store itself"),
        ("export my.csv --db my.csv", "that is the store itself"),
        ("backup thesis.tex", "this file is not a backup"),
    ],
)
def test_no_output_replaces_an_input(flash: Run, words: str, message: str) -> None:
    for store in ("my.db", "my.csv"):
        flash("add", "deck.yaml", "--db", store)
    paths = [path for path in Path().iterdir() if path.suffix not in (".db", ".csv")]
    before = {path: path.read_bytes() for path in paths if path.is_file()}
    db = () if "--db" in words or words.startswith("draft") else ("--db", "my.db")

    code, _, err = flash(*words.split(), *db)

    assert (code, message in err) == (1, True), err
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DECK + "- front: c\n  back: d\n", "edits that were not added yet"),
        ("# mine\n" + DECK, "has comments"),
        (DECK + "# mine\n", "has comments"),
    ],
)
def test_a_yaml_export_keeps_own_text(flash: Run, text: str, message: str) -> None:
    path = Path("decks", "Keys.yaml")
    path.parent.mkdir()
    path.write_text(text if "#" in text else DECK, "utf-8")
    flash("add", "decks")
    if "#" not in text:
        path.write_text(text, "utf-8")

    code, _, err = flash("export", "--yaml", "decks")

    assert (code, message in err) == (1, True), err
    assert path.read_text("utf-8") == text
    assert flash("export", "--yaml", "elsewhere")[0] == 0


def test_a_yaml_export_replaces_an_export(flash: Run) -> None:
    Path("deck.yaml").write_text(DECK.replace("b\n", "|\n    # b\n    c\n"), "utf-8")
    flash("add", "deck.yaml")

    assert flash("export", "--yaml", "out")[0] == 0
    assert flash("export", "--yaml", "out")[0] == 0


def test_force_replaces_an_empty_file(flash: Run) -> None:
    Path("keys.md").write_text("# K\n\n- KMS: a service\n", "utf-8")
    Path("new.yaml").touch()

    assert flash("draft", "keys.md", "-o", "new.yaml", "--force")[0] == 0
    assert Path("new.yaml").read_text("utf-8").startswith("deck: K\n")


PICTURES = [
    "a.png",
    "a b.png",
    "図 (1).png",
    "it's.png",
    'q"q.png',
    "50%.png",
    "sub/a.png",
]


@pytest.mark.parametrize("name", PICTURES)
def test_a_yaml_export_keeps_foreign_pictures(flash: Run, name: str) -> None:
    write_deck_with_picture(name)
    flash("add", "deck.yaml")
    foreign = Path("out", "Keys", name)
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"of another program")

    for _ in range(2):
        assert flash("export", "--yaml", "out")[0] == 0

    assert foreign.read_bytes() == b"of another program"
    others = {path for path in Path("out", "Keys").rglob("*.png") if path != foreign}
    assert [path.read_bytes() for path in others] == [b"a picture"]
    assert flash("check", "out")[0] == 0


@pytest.mark.parametrize("name", PICTURES)
def test_a_yaml_export_renews_its_pictures(flash: Run, name: str) -> None:
    write_deck_with_picture(name)
    flash("add", "deck.yaml")
    flash("export", "--yaml", "out")
    Path(name).write_bytes(b"a better picture")

    assert flash("export", "--yaml", "out")[0] == 0

    (exported,) = Path("out", "Keys").rglob("*.png")
    assert exported.read_bytes() == b"a better picture"


def write_deck_with_picture(name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_bytes(b"a picture")
    text = f"deck: Keys\ncards:\n- front: |\n    ![](<{name}>)\n  back: b\n"
    Path("deck.yaml").write_text(text, "utf-8")
