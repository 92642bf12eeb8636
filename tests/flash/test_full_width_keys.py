"""Keys while an input method is on: full-width letters and blanks."""

import string
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from store_fixtures import NOON, Clock
from textual.events import Key

from cards.text.width import line_text
from flash.messages.mock_exam import result_lines
from flash.service.adding import add_unasked
from flash.service.browsing import Browser
from flash.service.context import AppContext
from flash.service.coverage import read_notes
from flash.service.deck_reading import read_files
from flash.service.draft_review import DraftReview
from flash.service.drafting import draft_cards
from flash.service.mock_exams import MockWish, new_mock
from flash.service.reviewing import open_session
from flash.tui.app import ReviewApp, ScreenApp
from flash.tui.browse_app import BrowseApp
from flash.tui.draft_app import DraftApp
from flash.tui.mock_app import MockApp
from flash.tui.view import key_name
from srs.store.opening import open_store
from srs.study.mock_session import MockSession

LONG = "".join(f"line {number}\n\n        " for number in range(60))
DECK = f"""\
deck: Keys
cards:
  - front: first
    back: |
        {LONG}
  - front: second
    back: b
  - choice: third
    options: [one, two, three]
    answer: one
  - choice: fourth
    options: [one, two]
    answer: two
"""
NOTE = "# Keys\n\n- KMS\n  - many tenants share it\n- HSM\n  - one tenant owns it\n"
MadeScreen = Callable[[AppContext, Path], ScreenApp]


def mock(context: AppContext, _: Path) -> MockApp:
    drawn = new_mock(context, MockWish(seed=2, questions=3))
    session = MockSession(context.store, context.clock, drawn.exam)
    return MockApp(session, partial(result_lines, asks=drawn.asks))


def draft(_: AppContext, folder: Path) -> DraftApp:
    (folder / "keys.md").write_text(NOTE, "utf-8")
    target = folder / "keys.yaml"
    made = draft_cards(read_notes([folder / "keys.md"]), (), target=target)
    return DraftApp(DraftReview(made, target))


SCREENS: dict[str, tuple[MadeScreen, tuple[str, ...]]] = {
    "review": (
        lambda context, _: ReviewApp(open_session(context)),
        (" ", " j", " jjjk", " 3", " 3u", "?", "s", "b", "i", "t", " x"),
    ),
    "browse": (
        lambda context, _: BrowseApp(Browser(context)),
        ("j", "jjk", "s", "b", "r", " ", "  s", "3", "su", "suU", "/", "d", "o"),
    ),
    "draft": (draft, ("k", "a", "d", "au", "kk")),
    "mock exam": (mock, ("a", "m", "n", " ", "h", "?")),
}
CASES = [(name, keys) for name, (_, tried) in SCREENS.items() for keys in tried]


@pytest.fixture
def contexts(tmp_path: Path) -> Iterator[list[AppContext]]:
    """Two stores with the same cards."""
    found = []
    (tmp_path / "deck.yaml").write_text(DECK, "utf-8")
    for number in range(2):
        store = open_store(tmp_path / f"{number}.db", NOON)
        found.append(AppContext(store, Clock()))
        add_unasked(found[-1], read_files([tmp_path / "deck.yaml"]))
    yield found
    for context in found:
        context.store.close()


def full_width(key: str) -> str:
    return "\u3000" if key == " " else chr(ord(key) + 0xFEE0)


async def page_after(app: ScreenApp, keys: str) -> list[str]:
    async with app.run_test(size=(80, 24)) as pilot:
        before = shown(app)
        for key in keys:
            # Textual names a character as Unicode does.
            app.post_message(Key("space" if key == " " else f"key_{ord(key)}", key))
            await pilot.pause()
        after = shown(app)
    assert after != before or keys[-1] in "uU　ｕＵ"
    return after


def shown(app: ScreenApp) -> list[str]:
    return [line_text(line).rstrip() for line in app.widget.page.lines]


@pytest.mark.parametrize(("screen", "keys"), CASES)
async def test_full_width_keys_do_what_the_others_do(
    contexts: list[AppContext], tmp_path: Path, screen: str, keys: str
) -> None:
    build, _ = SCREENS[screen]
    pages = []
    for number, (context, typed) in enumerate(
        zip(contexts, (keys, "".join(map(full_width, keys))), strict=True)
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        pages.append(await page_after(build(context, folder), typed))

    assert pages[0] == pages[1]


@pytest.mark.parametrize("character", string.printable.strip())
def test_a_key_is_named_by_its_half_width_character(character: str) -> None:
    assert key_name("some_name", character) == character
    assert key_name("some_name", full_width(character)) == character


@pytest.mark.parametrize(
    ("key", "character"), [("enter", "\r"), ("escape", "\x1b"), ("up", None)]
)
def test_a_key_that_types_nothing_keeps_its_name(
    key: str, character: str | None
) -> None:
    assert key_name(key, character) == key
