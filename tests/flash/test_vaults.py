"""Notes of Obsidian: their own cards, links, marks and pictures."""

import unicodedata
import zipfile
from pathlib import Path
from typing import Literal

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.markdown_notes.note_deck import parse_note_deck
from cards.note import Basic

Form = Literal["NFC", "NFD"]
PICTURE = b"\x89PNG\r\n\x1a\n"

OWN = """\
---
flash: true
---
# Ports

Q: Which port has SSH?
A: 22

more of the answer

---

Prose that no card asks.

TLS::443
"""


@pytest.fixture
def vault() -> Path:
    folder = Path("vault/area")
    folder.mkdir(parents=True)
    return folder


def test_cards_in_a_note_ask_all_their_lines(flash: Run, vault: Path) -> None:
    (vault / "own.md").write_text(OWN, "utf-8")

    code, out, _ = flash("coverage", "vault")

    assert code == 0
    assert "vault/area/own.md:13: Prose that no card asks.\n" in out
    assert out.endswith("4 of 5 blocks are covered (80 %)\n")


def test_a_note_counts_its_own_cards_beside_other_decks(
    flash: Run, vault: Path
) -> None:
    (vault / "own.md").write_text(OWN, "utf-8")
    Path("d.yaml").write_text("deck: D\ncards:\n- front: q\n  back: a\n", "utf-8")

    for decks in ("d.yaml", "vault"):
        code, out, err = flash("coverage", "vault", "--decks", decks)
        assert (code, out.splitlines()[-1:], err) == (
            0,
            ["4 of 5 blocks are covered (80 %)"],
            "",
        )
    assert flash("draft", "vault")[0] == 0


NOTE = """\
# Keys

KMS key: a logical key ![a diagram](kms.png)

## What is an [[HSM]]?

A rack ![[hsm.png|300]] of ==[[modules|two modules]]== and `[[code]]`
"""


@pytest.mark.parametrize(
    ("target", "prefix"), [("vault/area/k.yaml", ""), ("vault/k.yaml", "area/")]
)
def test_a_draft_has_markdown_and_paths_from_its_folder(
    flash: Run, vault: Path, target: str, prefix: str
) -> None:
    (vault / "keys.md").write_text(NOTE, "utf-8")
    for name in ("kms.png", "hsm.png"):
        (vault / name).write_bytes(PICTURE)

    code, _out, err = flash("draft", "vault/area/keys.md", "-o", target)

    assert (code, err) == (0, f"2 cards proposed in {target}\n")
    definition, question = (note.content for note in read_deck(Path(target)).notes)
    assert isinstance(definition, Basic)
    assert isinstance(question, Basic)
    assert prefix + "kms.png" in definition.back
    assert question.front == "What is an HSM?"
    assert question.back == (
        f"A rack ![](<{prefix}hsm.png>) of **two modules** and `[[code]]`"
    )


def test_a_draft_finds_the_pictures_of_a_vault(flash: Run, attachments: Path) -> None:
    attachments.write_text("# Keys\n\nRoot key: a key ![[root.png]]\n", "utf-8")

    assert flash("draft", str(attachments), "-o", "vault/k.yaml")[0] == 0

    content = read_deck(Path("vault/k.yaml")).notes[0].content
    assert isinstance(content, Basic)
    assert content.back == "a key ![](<root.png>)"


def test_a_picture_that_is_a_loop_of_links_is_an_error(flash: Run, vault: Path) -> None:
    (vault / "loop.png").symlink_to("loop.png")
    deck = "deck: D\ncards:\n- front: q\n  back: '![](loop.png)'\n"
    (vault / "d.yaml").write_text(deck, "utf-8")

    code, _out, err = flash("add", "vault")

    assert code == 1
    assert err.startswith("vault/area/d.yaml:4:9: no")
    assert "'loop.png'" in err


def test_a_draft_says_why_it_drops_a_proposal(flash: Run, vault: Path) -> None:
    items = "".join(f"- key {i}: opens {i} ![]({i}.png)\n" for i in range(7))
    (vault / "keys.md").write_text(f"# Keys\n\n{items}", "utf-8")
    for i in range(7):
        (vault / f"{i}.png").write_bytes(PICTURE)

    Path("decks").mkdir()
    words = ("draft", "vault/area/keys.md", "--without", "list", "-o", "decks/k.yaml")
    code, out, err = flash(*words)

    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "0 cards proposed",
        "7 proposals dropped: they would not be valid",
        *(
            f"  ../vault/area/keys.md:{i + 3}: "
            f"'../vault/area/{i}.png' is outside the deck's folder"
            for i in range(5)
        ),
        "  … and 2 more",
    ]
    assert flash.json(*words[:4])["mistakes"] == []
    assert flash(*words, "--review", "--plain")[2].splitlines() == err.splitlines()[1:]


def answers_of(note: Path) -> list[str]:
    notes = parse_note_deck(note.read_text("utf-8"), note).notes
    return [one.content.back for one in notes if isinstance(one.content, Basic)]


@pytest.fixture
def attachments(vault: Path) -> Path:
    """A vault with pictures in three folders, and its hidden ones."""
    for folder in ("vault/.obsidian", "vault/.trash", "vault/files/2026", "vault/area"):
        Path(folder).mkdir(exist_ok=True, parents=True)
    for place in ("root.png", "files/Pasted image 1.png", "files/2026/deep.PNG"):
        Path("vault", place).write_bytes(PICTURE + place.encode())
    Path("vault/.trash/old.png").write_bytes(PICTURE)
    Path("vault/.obsidian/icon.png").write_bytes(PICTURE)
    return Path("vault/area/note.md")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("![[root.png]]", "![](<../root.png>)"),
        ("![[Pasted image 1.png|300]]", "![](<../files/Pasted image 1.png>)"),
        ("![[files/Pasted image 1.png]]", "![](<../files/Pasted image 1.png>)"),
        (
            "![a b](files/Pasted%20image%201.png)",
            "![a b](<../files/Pasted image 1.png>)",
        ),
        ("![x](../root.png)", "![x](../root.png)"),
        ("![[Deep.png]]", "![](<../files/2026/deep.PNG>)"),
        ("![[2026/deep.png]]", "![](<../files/2026/deep.PNG>)"),
        ("![[Another note#^block|text]]", "text"),
        ("![[A drawing.excalidraw]]", "A drawing.excalidraw"),
        ("`![[root.png]]`", "`![[root.png]]`"),
    ],
)
def test_a_vault_has_its_pictures_where_obsidian_finds_them(
    flash: Run, attachments: Path, written: str, shown: str
) -> None:
    attachments.write_text(f"---\nflash: true\n---\nQ: q\nA: {written} x\n", "utf-8")

    assert flash("add", "vault")[0] == 0
    assert answers_of(attachments) == [f"{shown} x"]


def test_a_note_in_a_linked_folder_has_the_pictures_of_the_vault(
    flash: Run, attachments: Path
) -> None:
    outside = Path("elsewhere/deep")
    outside.mkdir(parents=True)
    (outside / "note.md").write_text(
        "---\nflash: true\n---\nQ: q\nA: ![[root.png]] x\n", "utf-8"
    )
    Path("vault/area/linked").symlink_to(outside.absolute())

    assert flash("add", "vault")[0] == 0
    note = Path("vault/area/linked/note.md")
    (answer,) = answers_of(note)
    shown = answer.removeprefix("![](<").removesuffix(">) x")
    assert (note.parent / shown).samefile("vault/root.png")


@pytest.mark.parametrize("name", ["ガ.png", "ポ/ガ.png"])
@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("text", ["A: ![[{}]]", "A: ![](<{}>)"])
def test_names_of_pictures_may_be_decomposed(
    flash: Run, attachments: Path, name: str, forms: tuple[Form, Form], text: str
) -> None:
    typed, on_disk = (unicodedata.normalize(form, name) for form in forms)
    folder = attachments.parent if "](" in text else Path("vault/files")
    (folder / on_disk).parent.mkdir(exist_ok=True)
    (folder / on_disk).write_bytes(PICTURE)
    note = f"---\nflash: true\n---\nQ: q\n{text.format(typed)}\n"
    attachments.write_text(note, "utf-8")
    deck = f"deck: D\ncards:\n  - front: yaml\n    back: '![](<{typed}>)'\n"
    (folder / "deck.yaml").write_text(deck, "utf-8")

    assert flash("add", "vault")[0] == 0
    assert flash("export", "d.apkg", "--deck", "D") == (
        0,
        "d.apkg: 1 note, 1 card, 1 media file\n",
        "",
    )


@pytest.mark.parametrize("field", ["{{date}}", "<% tp.date.now() %>"])
def test_a_template_of_notes_has_no_cards(
    flash: Run, attachments: Path, field: str
) -> None:
    note = "---\nflash: true\n---\na::b\n"
    attachments.write_text(note, "utf-8")
    template = f"---\nflash: true\ndate: {field}\n---\n{{{{title}}}}::x\n"
    Path("vault/template.md").write_text(template, "utf-8")

    assert flash("check", "vault")[:2] == (0, "1 file, 1 note, no mistakes\n")
    assert flash("add", "vault")[0] == 0


def test_the_nearest_of_several_files_of_a_name_is_meant(
    flash: Run, attachments: Path
) -> None:
    Path("vault/files/root.png").write_bytes(PICTURE)
    text = "---\nflash: true\n---\nQ: q\nA: ![[root.png]]\n"
    attachments.write_text(text, "utf-8")
    assert answers_of(attachments) == ["![](<../root.png>)"]

    Path("vault/area/root.png").write_bytes(PICTURE)
    assert answers_of(attachments) == ["![](<root.png>)"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone.png", "no such file: 'gone.png'"),
        ("old.png", "no such file: 'old.png'"),
        (
            "../.obsidian/icon.png",
            "'../.obsidian/icon.png' is outside the deck's folder",
        ),
        ("../../secret.png", "'../../secret.png' is outside the deck's folder"),
    ],
)
def test_a_picture_outside_of_a_vault_is_an_error(
    flash: Run, attachments: Path, path: str, message: str
) -> None:
    Path("secret.png").write_bytes(PICTURE)
    text = f"---\nflash: true\n---\nQ: q\nA: ![]({path})\n"
    attachments.write_text(text, "utf-8")

    code, _out, err = flash("add", "vault")

    assert code == 1
    assert message in err


def test_a_deck_file_in_a_vault_keeps_to_its_folder(
    flash: Run, attachments: Path
) -> None:
    deck = "deck: D\ncards:\n- front: q\n  back: '![](../root.png)'\n"
    Path("vault/area/d.yaml").write_text(deck, "utf-8")

    code, _out, err = flash("add", "vault/area/d.yaml")

    assert code == 1
    assert "'../root.png' is outside the deck's folder" in err


def test_pictures_of_a_vault_are_exported(flash: Run, attachments: Path) -> None:
    text = "---\nflash: true\ndeck: V\n---\nQ: q\nA: ![[root.png]] ![[Deep.png]]\n"
    attachments.write_text(text, "utf-8")
    assert flash("add", "vault")[0] == 0

    assert flash("export", "v.apkg")[0] == 0
    assert flash("export", "--yaml", "out")[0] == 0

    with zipfile.ZipFile("v.apkg") as archive:
        sizes = [archive.getinfo(name).file_size for name in ("0", "1")]
    originals = [Path("vault/root.png"), Path("vault/files/2026/deep.PNG")]
    assert sorted(sizes) == sorted(one.stat().st_size for one in originals)
    back = read_deck(Path("out/V/V.yaml")).notes[0].content
    assert isinstance(back, Basic)
    assert back.back == "![](<root.png>) ![](<files/2026/deep.PNG>)"
    for name, one in zip(("root.png", "files/2026/deep.PNG"), originals, strict=True):
        assert Path("out/V", name).read_bytes() == one.read_bytes()
    assert flash("doctor")[0] == 0


def test_a_renamed_vault_keeps_its_cards_and_settings(flash: Run) -> None:
    Path("V/.obsidian").mkdir(parents=True)
    Path("V/n.md").write_text("#flashcards\n\nq1::yes\n\nq2::yes\n", "utf-8")
    flash("add", "V")
    flash("config", "--deck", "V", "desired_retention", "0.85")
    Path("V").rename("W")

    code, out, err = flash("add", "W")

    assert (code, err) == (0, "Moved the settings of 'V' to 'W'.\n")
    assert out == "  moved     q1  (V → W)\n  moved     q2  (V → W)\n2 moved; 2 cards\n"
