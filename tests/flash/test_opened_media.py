"""Pictures and sounds of a card, opened outside the terminal."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_runner import Run
from terminal_review import ReviewSetup

from flash.service import note_media
from flash.tui.app import ReviewApp
from flash.tui.page import layout

DECK = """\
deck: Pictures
cards:
  - front: "What is this? ![map](a.png)"
    back: "A map ![sound](sound.mp3)"
"""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """What was started instead of the programs."""
    started: list[list[str]] = []

    def start(words: list[str], **_: Any) -> None:
        started.append([Path(word).name for word in words])

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(
        note_media.shutil, "which", lambda name: None if name == "nothing" else name
    )
    yield started
    note_media._opened.clear()


def add(flash: Run) -> None:
    for name in ("a.png", "sound.mp3"):
        Path(name).touch()
    Path("deck.yaml").write_text(DECK, "utf-8")
    flash("add", "deck.yaml")


def test_p_opens_what_the_shown_side_has(flash: Run, opened: list[list[str]]) -> None:
    add(flash)
    flash("config", "opener", "feh -F")

    lines = flash("review", "--plain", typed="p\n\np\nq\n")[1].split("\n")

    assert "Opened a.png." in lines
    assert "Opened a.png, sound.mp3." in lines
    assert opened == [["feh", "-F", one] for one in ("a.png", "a.png", "sound.mp3")]


def test_p_says_why_nothing_is_opened(flash: Run, opened: list[list[str]]) -> None:
    add(flash)
    flash("config", "opener", "nothing")

    refused = flash("review", "--plain", typed="p\nq\n")[1]
    Path("a.png").unlink()
    missing = flash("review", "--plain", typed="p\nq\n")[1]

    assert "No program opens files here. Choose one with flash config" in refused
    assert "Not found: a.png." in missing
    assert opened == []


@pytest.mark.parametrize("value", ["'x", " "])
def test_an_opener_is_a_program(flash: Run, value: str) -> None:
    shown = f"flash: opener must be a program, with its options, not '{value}'\n"

    assert flash("config", "opener", value) == (1, "", shown)


async def test_the_screen_names_the_key_and_what_was_opened(
    tmp_path: Path, opened: list[list[str]]
) -> None:
    setup = ReviewSetup(tmp_path)
    (tmp_path / "a.png").touch()
    (tmp_path / "sound.mp3").touch()
    app = ReviewApp(setup.session(DECK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "p")
        page = layout(app.review.view, 80, 24)
    setup.close()

    rows = ["".join(span.text for span in line) for line in page.lines]
    assert "p media" in rows[-1]
    assert " Opened a.png, sound.mp3." in rows
    assert [words[-1] for words in opened] == ["a.png", "sound.mp3"]


def test_p_opens_no_file_that_may_be_a_program(
    flash: Run, opened: list[list[str]]
) -> None:
    names = "run.desktop page.html a.sh evil.jar a.png d.SVG png b.png.exe".split()
    for name in (*names, "sound.mp3"):
        Path(name).touch()
    shown = " ".join(f"![x]({name})" for name in names)
    Path("deck.yaml").write_text(DECK.replace("![map](a.png)", shown), "utf-8")
    flash("add", "deck.yaml")
    flash("config", "opener", "feh")

    lines = flash("review", "--plain", typed="p\nq\n")[1].split("\n")

    others = "run.desktop, page.html, a.sh, evil.jar, png, b.png.exe"
    assert (
        "Opened a.png. Not opened, not a picture, sound or video by its extension: "
        f"{others}. Not opened, SVG may run scripts in a browser: d.SVG. "
        "flash serve shows it."
    ) in lines
    assert opened == [["feh", "a.png"]]


def test_file_of_another_device_is_opened_under_its_ending(tmp_path: Path) -> None:
    received = tmp_path / "0a1b"
    received.write_bytes(b"<script>")

    named = note_media._named("x/page.png", received)

    assert (named.name, named.read_bytes()) == ("0a1b.png", b"<script>")
    assert note_media._named("x/page.png", named) == named
