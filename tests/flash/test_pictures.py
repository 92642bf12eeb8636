"""Pictures in the terminal, drawn over the free rows of the page."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from terminal_review import ReviewSetup
from textual_image import renderable
from textual_image.widget import TGPImage

from flash.tui.app import ReviewApp
from flash.tui.pictures import PictureBox, picture_widget
from srs.store.notes import shows_pictures

DECK = """\
deck: Pictures
cards:
  - front: "What is this? ![map](wide.png)"
    back: "A square ![square](square.png)"
  - front: "Broken? ![none](broken.png)"
    back: "Yes"
"""


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[ReviewSetup]:
    Image.new("RGB", (400, 100), "blue").save(tmp_path / "wide.png")
    Image.new("RGB", (900, 900), "red").save(tmp_path / "square.png")
    (tmp_path / "broken.png").write_text("no picture")
    made = ReviewSetup(tmp_path)
    yield made
    made.close()


async def test_picture_is_below_the_text_of_the_shown_side(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(DECK), picture=TGPImage)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        box = app.query_one(PictureBox)
        # 400 × 100 pixels in cells of 10 × 20, in the middle of the row.
        assert (box.size, box.region.x) == ((40, 5), 20)
        assert box.region.y >= app.widget.page.free[0]

        await pilot.press("space")
        await pilot.pause()
        width, height = box.size
        assert width == 2 * height
        assert height == app.widget.page.free[1] - 1
        assert box.region.bottom <= 30

        await pilot.press("question_mark")
        await pilot.pause()
        assert not box.display


async def test_without_room_or_picture_nothing_is_drawn(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(DECK), picture=TGPImage)
    async with app.run_test(size=(80, 9)) as pilot:
        await pilot.pause()
        assert not app.query_one(PictureBox).display

        await pilot.resize_terminal(80, 30)
        await pilot.pause()
        assert app.query_one(PictureBox).display

        await pilot.press("space", "3")
        await pilot.pause()
        assert not app.query_one(PictureBox).display


async def test_postscript_named_like_a_picture_is_not_run(setup: ReviewSetup) -> None:
    header = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 100\n%%EndComments\n"
    (setup.path.parent / "wide.png").write_text(header + "showpage\n%%EOF\n")
    app = ReviewApp(setup.session(DECK), picture=TGPImage)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        assert not app.query_one(PictureBox).display


def test_only_terminals_that_draw_pictures_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert picture_widget() is None  # not a terminal

    monkeypatch.setattr(renderable, "Image", renderable.SixelImage)
    assert picture_widget() is not None
    monkeypatch.setenv("TERM", "linux")
    assert picture_widget() is None


def test_pictures_are_sought_in_the_cards_of_today(setup: ReviewSetup) -> None:
    session = setup.session(DECK)
    cards = session.cards_left()

    assert len(cards) == 2
    assert shows_pictures(session.store, cards)
    assert not shows_pictures(session.store, [])


def test_a_terminal_is_asked_only_if_a_card_has_a_picture() -> None:
    code = "import sys, flash.tui.app; print('textual_image' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
