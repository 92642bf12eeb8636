"""`flash draft` for notes that ask the same question."""

from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.questions import question_text

KMS = "# KMS\n\n## What does it cost?\n\nOne dollar per key and month.\n"
HSM = "# HSM\n\n## What does it cost?\n\nA few dollars per hour.\n"
CHANGED = KMS.replace("One dollar per key and month", "Nothing at all, today")


@pytest.fixture(autouse=True)
def notes(flash: Run) -> None:
    """Write two notes with one question."""
    Path("kms.md").write_text(KMS, "utf-8")
    Path("hsm.md").write_text(HSM, "utf-8")


def _questions(file: str) -> list[str]:
    return [question_text(note.content) for note in read_deck(Path(file)).notes]


def test_a_question_of_two_notes_names_the_second(flash: Run) -> None:
    assert flash("draft", "kms.md", "hsm.md", "-o", "d.yaml")[2] == (
        "2 cards proposed in d.yaml\n"
    )

    assert _questions("d.yaml") == ["What does it cost?", "What does it cost? (HSM)"]
    assert flash.json("coverage", "kms.md", "hsm.md")["uncovered"] == []


def test_a_question_of_another_day_names_its_note(flash: Run) -> None:
    flash("draft", "kms.md", "-o", "d.yaml")

    assert flash("draft", "hsm.md", "-o", "d.yaml", "--append")[0] == 0

    assert _questions("d.yaml") == ["What does it cost?", "What does it cost? (HSM)"]


def test_a_question_asked_twice_in_a_note_names_its_heading(flash: Run) -> None:
    text = "# Prices\n\n" + KMS.replace("#", "##") + "\n" + HSM.replace("#", "##")
    Path("prices.md").write_text(text, "utf-8")

    flash("draft", "prices.md", "-o", "d.yaml")

    assert _questions("d.yaml") == ["What does it cost?", "What does it cost? (HSM)"]


def test_a_list_of_plain_text_names_its_note(flash: Run) -> None:
    for stem in ("a", "b_c"):
        Path(f"{stem}.txt").write_text(f"Steps\n- {stem} one\n- {stem} two\n", "utf-8")

    flash("draft", "a.txt", "b_c.txt", "-o", "d.yaml")

    assert _questions("d.yaml") == ["Steps", "Steps (b\\_c)"]


def test_no_heading_that_two_texts_share_tells_them_apart(flash: Run) -> None:
    lists = "Examples:\n\n- {0} one\n- {0} two\n\nBut now others.\n\n"
    text = "# Ports\n\n## Keys\n\n" + lists.format("a") + lists.format("b")
    Path("ports.md").write_text(text, "utf-8")

    err = flash("draft", "ports.md", "-o", "d.yaml")[2]

    assert err.startswith("1 card proposed in d.yaml\n1 proposal left out: ")
    assert _questions("d.yaml") == ["Examples (Keys)"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "deck: D\ncards:\n\n\n\n- front: What does it cost?\n  back: a lot\n",
    ],
    ids=["stale", "without a source"],
)
def test_a_question_that_may_be_the_same_is_named(flash: Run, text: str) -> None:
    flash("draft", "kms.md", "-o", "d.yaml")
    if text:
        Path("d.yaml").write_text(text, "utf-8")
    Path("kms.md").write_text(CHANGED, "utf-8")

    assert flash.json("coverage", "kms.md")["covered"] == 0
    assert flash("draft", "kms.md")[1:] == (
        "",
        "0 cards proposed\n"
        "1 proposal left out: this card asks the same question\n"
        f"  d.yaml:{6 if text else 5} · "
        "source: {note: kms.md, lines: 5, hash: 8505a338}\n",
    )


def test_stale_shows_the_source_to_write(flash: Run) -> None:
    flash("draft", "kms.md", "-o", "d.yaml")
    Path("kms.md").write_text("\n" + KMS.replace("One dollar", "A dollar"), "utf-8")
    shown = flash("stale", "d.yaml")[1]
    deck = Path("d.yaml").read_text("utf-8")
    before = next(line for line in deck.splitlines() if "source:" in line)

    after = shown.partition("write: ")[2].partition("\n")[0]
    Path("d.yaml").write_text(deck.replace(before.strip(), after), "utf-8")

    assert after.startswith("source: {note: kms.md, lines: 6, hash: ")
    assert "has changed" not in flash("stale", "d.yaml")[1]
    assert flash.json("coverage", "kms.md")["covered"] == 1
