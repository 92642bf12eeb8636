"""Notes of Obsidian: their own cards, links, marks and pictures."""

from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.note import Basic

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
    assert out.endswith("4 of 5 blocks are asked (80 %)\n")


def test_a_note_counts_its_own_cards_beside_other_decks(
    flash: Run, vault: Path
) -> None:
    (vault / "own.md").write_text(OWN, "utf-8")
    Path("d.yaml").write_text("deck: D\ncards:\n- front: q\n  back: a\n", "utf-8")

    for decks in ("d.yaml", "vault"):
        code, out, err = flash("coverage", "vault", "--decks", decks)
        assert (code, out.splitlines()[-1:], err) == (
            0,
            ["4 of 5 blocks are asked (80 %)"],
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
