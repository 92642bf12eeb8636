"""Draw docs/review.svg and review.ja.svg, the pictures in the two READMEs.

Run: python -m docs.screenshot
"""

import asyncio
import os
import tempfile
from pathlib import Path

from cards.deckfile.discovery import find_decks
from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from flash.language import choose_language
from flash.tui.app import ReviewApp
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store
from srs.study.due_cards import CardFilter
from srs.study.session import Session

_PICTURES = {"en": "review.svg", "ja": "review.ja.svg"}
_NOW_MS = 1_795_424_400_000
_ID = "m13-kms-fips"
_DECKS = {
    "en": "AWS Security::13 Keys and secrets",
    "ja": "AWS Security::13 キーとシークレット",
}
_SIZE = (84, 26)


def _store(path: Path, language: str) -> Path:
    """Create a store with some days of study history."""
    root = Path(__file__).parent.parent / "cards" / "decks" / "aws-security" / language
    files = find_decks([root]).files
    notes = [note for file in files for note in read_deck(file).notes]
    store = open_store(path, _NOW_MS)
    apply_plan(store, make_plan(notes, [], FileScope(frozenset())), _NOW_MS)
    day = _NOW_MS // 86_400_000
    with store.transaction() as connection:
        connection.execute(
            "update cards set state = 2, stability = 9.3, difficulty = 5.1,"
            " interval = 8, due_day = ? - position % 3, last_day = ? - 8,"
            " last_ms = ?, reps = 4 where position % 2 = 0 or note in"
            " (select guid from notes where id like ? || '%')",
            (day, day, _NOW_MS - 8 * 86_400_000, _ID),
        )
        connection.execute(
            "update cards set due_day = 0 where note in"
            " (select guid from notes where id like ? || '%')",
            (_ID,),
        )
    store.close()
    return path


async def _draw(path: Path, deck: str) -> str:
    session = Session(
        open_store(path, _NOW_MS), lambda: _NOW_MS, CardFilter(deck, new=12)
    )
    app = ReviewApp(session)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.press("space")
        await pilot.pause()
        picture = app.export_screenshot(title="flash review")
    session.close()
    return picture


def main() -> None:
    """Draw the pictures."""
    for language, name in _PICTURES.items():
        os.environ["FLASH_LANG"] = language
        choose_language()
        with tempfile.TemporaryDirectory() as folder:
            store = _store(Path(folder, "store.db"), language)
            picture = asyncio.run(_draw(store, _DECKS[language]))
        Path(__file__).with_name(name).write_text(picture + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
