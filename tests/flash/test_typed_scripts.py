"""Texts typed on the full screens in scripts that need joiners or an input method."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run
from store_fixtures import NOON, Clock
from terminal_review import ReviewSetup
from textual.app import App
from textual.events import Key, Paste
from textual.geometry import Offset
from textual.widgets import TextArea

from cards.text.width import line_text, width_of
from flash.service.browsing import Browser
from flash.service.context import AppContext
from flash.service.coverage import read_notes
from flash.service.draft_review import DraftReview
from flash.service.drafting import draft_cards
from flash.tui.app import ReviewApp, ScreenApp
from flash.tui.browse_app import BrowseApp
from flash.tui.draft_app import DraftApp
from srs.store.opening import open_store

DECK = """
deck: Persian
cards:
  - {front: I want?, back: می\u200cخواهم, typed: true}
"""
ANSWER = "می\u200cخواهم"


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[ReviewSetup]:
    setup = ReviewSetup(tmp_path)
    yield setup
    setup.close()


@pytest.fixture
def browse_app(flash: Run) -> Iterator[BrowseApp]:
    Path("deck.yaml").write_text(DECK, "utf-8")
    flash("add", "deck.yaml")
    with closing(open_store(Path("store.db"), NOON)) as store:
        yield BrowseApp(Browser(AppContext(store, Clock())))


@pytest.fixture
def draft_app(tmp_path: Path) -> DraftApp:
    notes, target = tmp_path / "keys.md", tmp_path / "keys.yaml"
    notes.write_text("# Keys\n\n- KMS\n  - many tenants share it\n", "utf-8")
    made = draft_cards(read_notes([notes]), (), target=target)
    return DraftApp(DraftReview(made, target))


def type_keys(app: App[None], text: str) -> None:
    """Send the keys that a terminal reads for a text."""
    for character in text:
        app.post_message(Key(character, character))


def shown(app: ScreenApp) -> list[str]:
    return [line_text(line).strip() for line in app.widget.page.lines]


@pytest.mark.parametrize("is_pasted", [False, True])
async def test_an_answer_with_a_joiner_is_typed_and_right(
    setup: ReviewSetup, is_pasted: bool
) -> None:
    app = ReviewApp(setup.session(DECK))
    async with app.run_test(size=(80, 24)) as pilot:
        if is_pasted:
            app.post_message(Paste(ANSWER))
        else:
            type_keys(app, ANSWER)
        await pilot.pause()
        typing = shown(app)
        await pilot.press("enter")
        await pilot.pause()

    assert f"› {ANSWER}▏" in typing
    assert "Right: 3 Good is suggested." in shown(app)


async def test_a_compared_answer_shows_no_code_of_a_joiner(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(DECK))
    async with app.run_test(size=(80, 24)) as pilot:
        type_keys(app, ANSWER.replace("\u200c", ""))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()

    assert [ANSWER.replace("\u200c", ""), ANSWER, "", ANSWER] == shown(app)[8:12]


async def test_a_card_edited_in_place_takes_a_joiner(draft_app: DraftApp) -> None:
    app = draft_app
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        type_keys(app, f"{ANSWER}\u202f!")
        await pilot.pause()
        text = app.screen.query_one(TextArea).text

    assert text.startswith(f"{ANSWER}\u202f!")


async def test_an_input_method_shows_its_text_where_it_is_typed(
    setup: ReviewSetup,
) -> None:
    app = ReviewApp(setup.session(DECK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        places = [(app.cursor_position, place_of_mark(app))]
        type_keys(app, "東京")
        await pilot.pause()
        places.append((app.cursor_position, place_of_mark(app)))
        await pilot.press("enter", "x", "w")
        await pilot.pause()
        places.append((app.cursor_position, place_of_mark(app)))
        await pilot.press("escape")
        await pilot.pause()
        at_rest = app.cursor_position

    assert all(found == wanted for found, wanted in places)
    assert len({found for found, _wanted in places}) == len(places)
    assert at_rest == Offset(0, 0)


async def test_an_input_method_shows_its_text_in_a_query(
    browse_app: BrowseApp,
) -> None:
    app = browse_app
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        type_keys(app, "東京")
        await pilot.pause()
        found = app.cursor_position

    assert found == place_of_mark(app)


def place_of_mark(app: ScreenApp) -> Offset:
    """Return where the mark of a typed line is drawn."""
    for row, line in enumerate(app.widget.page.lines):
        before, mark, _after = line_text(line).partition("▏")
        if mark:
            return Offset(width_of(before), row)
    raise AssertionError(shown(app))
