"""Draw docs/review.svg, docs/browse.svg and the same in Japanese from the screens.

Run: python -m docs.screenshot
"""

import asyncio
import html
import os
import re
import tempfile
from pathlib import Path

from textual.app import App

from cards.deckfile.discovery import find_decks
from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from cards.text.width import width_of
from flash.language import choose_language
from flash.service.browsing import Browser
from flash.service.context import AppContext
from flash.tui.app import ReviewApp
from flash.tui.browse_app import BrowseApp
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store
from srs.study.due_cards import CardFilter
from srs.study.session import Session

_ENDINGS = {"en": ".svg", "ja": ".ja.svg"}
NOW_MS = 1_795_424_400_000
_ID = "m13-kms-fips"
_DECKS = {
    "en": "AWS Security::13 Keys and secrets",
    "ja": "AWS Security::13 キーとシークレット",
}
_SIZE = (84, 26)


def studied_store(path: Path, language: str) -> Path:
    """Create a store with some days of study history."""
    root = Path(__file__).parent.parent / "cards" / "decks" / "aws-security" / language
    files = find_decks([root]).files
    notes = [note for file in files for note in read_deck(file).notes]
    store = open_store(path, NOW_MS)
    apply_plan(store, make_plan(notes, [], FileScope(frozenset())), NOW_MS)
    day = NOW_MS // 86_400_000
    with store.transaction() as connection:
        connection.execute(
            "update cards set state = 2, stability = 9.3, difficulty = 5.1,"
            " interval = 8, due_day = ? - position % 3, last_day = ? - 8,"
            " last_ms = ?, reps = 4 where position % 2 = 0 or note in"
            " (select guid from notes where id like ? || '%')",
            (day, day, NOW_MS - 8 * 86_400_000, _ID),
        )
        connection.execute(
            "update cards set due_day = 0 where note in"
            " (select guid from notes where id like ? || '%')",
            (_ID,),
        )
    store.close()
    return path


async def _review(path: Path, deck: str) -> str:
    session = Session(
        open_store(path, NOW_MS), lambda: NOW_MS, CardFilter(deck, new=12)
    )
    picture = await _draw(ReviewApp(session), "review", "space")
    session.close()
    return picture


async def _browse(path: Path, deck: str) -> str:
    store = open_store(path, NOW_MS)
    browser = Browser(AppContext(store, lambda: NOW_MS), f'deck:"{deck}"')
    picture = await _draw(BrowseApp(browser), "browse", "down", "space", "down")
    store.close()
    return picture


async def _draw(app: App[None], name: str, *keys: str) -> str:
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        picture = app.export_screenshot(title=f"flash {name}")
    return re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]+)<', _widened, picture)


def _widened(found: re.Match[str]) -> str:
    """Give a text the room of its columns; Rich counts its characters."""
    length, rest, text = found.groups()
    shown = html.unescape(text)
    length = float(length) / len(shown) * width_of(shown)
    return f'textLength="{length:.1f}"{rest}>{text}<'


def main() -> None:
    """Draw the pictures."""
    for language, ending in _ENDINGS.items():
        os.environ["FLASH_LANG"] = language
        choose_language()
        for name, draw in (("review", _review), ("browse", _browse)):
            with tempfile.TemporaryDirectory() as folder:
                store = studied_store(Path(folder, "store.db"), language)
                picture = asyncio.run(draw(store, _DECKS[language]))
            file = Path(__file__).with_name(name + ending)
            file.write_text(picture + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
