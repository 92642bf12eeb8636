"""The page of `flash serve` in Chromium, on a server and a store of its own."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flash.__main__ import main

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing")

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
DECK = r"""
deck: Physics
language: en
order: 1
cards:
  - front: Which constant is $c$?
    back: The speed of light
    source: {title: SI Brochure, url: "https://www.bipm.org/en/si"}
  - choice: What does a photon lack?
    options: [Mass, Momentum, Energy]
    answer: Mass
  - front: Who wrote the theory of relativity?
    back: Einstein
    typed: true
  - front: State the energy of a mass.
    back: $$E = mc^2 \cdot \frac{1}{\sqrt{1 - v^2/c^2}}$$
  - compare: [electron, proton, neutron]
    by: {charge: [negative, positive, none]}
"""


def numbered_deck(count: int) -> str:
    """Return a deck of cards that are asked in the order of their numbers."""
    cards = "".join(f"  - front: Q{n:02}\n    back: A{n:02}\n" for n in range(count))
    return f"deck: Numbers\nlanguage: en\ncards:\n{cards}"


class Server:
    """`flash serve` on a store in a folder."""

    def __init__(self, folder: Path, deck: str = DECK, language: str = "en") -> None:
        self.db = folder / "store.db"
        self._env = os.environ | {"FLASH_DB": str(self.db), "FLASH_LANG": language}
        self._env.pop("FLASH_NOW", None)
        file = folder / "deck.yaml"
        file.write_text(deck, "utf-8")
        self.flash("config", "new_per_day", "50")
        # Clocks are real here: no study day must end while a test runs.
        self.flash("config", "rollover", str((datetime.now(UTC).hour + 12) % 24))
        self.flash("add", str(file))
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.start()

    def flash(self, *words: str, typed: str = "") -> str:
        """Run a command on the store, which the server has open; return its output."""
        shown = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(shown):
            patch.delenv("FLASH_NOW", raising=False)
            patch.setenv("FLASH_DB", str(self.db))
            patch.setattr("sys.stdin", io.StringIO(typed))
            with redirect_stderr(shown):
                assert main(list(words)) == 0, shown.getvalue()
        return shown.getvalue()

    def start(self) -> None:
        command = [sys.executable, "-m", "flash", "serve", "--no-open", "--port"]
        self._process = subprocess.Popen(
            [*command, str(self.port)],
            env=self._env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        self.url = self.address.partition("#")[0]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def signal(self, number: int) -> None:
        """Send the server a signal, such as one that stops it for a while."""
        assert self._process is not None
        self._process.send_signal(number)

    def reviews(self) -> list[tuple[str, int]]:
        """Return the question and rating of each standing answer, in their order."""
        with sqlite3.connect(self.db) as db:
            rows = db.execute(
                """
                select json_extract(notes.fields, '$.front'), reviews.rating
                  from reviews
                  join cards on cards.id = reviews.card
                  join notes on notes.guid = cards.note
                 where not reviews.undone
                 order by reviews.id
                """
            ).fetchall()
        db.close()
        return rows

    def counts(self) -> dict[str, int]:
        """Return the cards left as `flash due` counts them."""
        found = json.loads(self.flash("due", "--json"))
        return {name: found[name] for name in ("new", "learning", "due")}


@contextmanager
def running(folder: Path, deck: str = DECK, language: str = "en") -> Iterator[Server]:
    """Run a server until the end of the block."""
    server = Server(folder, deck, language)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


SLOW = "await new Promise((resolve) => setTimeout(resolve, 100));"
HELD = "await window.held;"


def slow_disk(context: Any, wait: str = SLOW) -> None:
    """Let each transaction of the page's database wait for a script first."""
    start = "export async function transact(work) {"

    def answer(route: Any) -> None:
        reply = route.fetch()
        body = reply.text()
        assert start in body
        route.fulfill(response=reply, body=body.replace(start, start + wait))

    context.route("**/static/database.js", answer)


class Page:
    """One tab, as a user sees it."""

    def __init__(self, context: Any) -> None:
        self.tab = context.new_page()
        self.tab.set_default_timeout(30_000)
        self.errors: list[str] = []
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, address: str, title: str) -> "Page":
        """Open the address of a page and wait until it is filled."""
        self.tab.goto(address)
        self.has("h1", title)
        self.tab.wait_for_selector("[aria-busy]", state="detached")
        return self

    def review(self, address: str) -> "Page":
        """Open an address that shows a question."""
        self.tab.goto(address)
        self.tab.wait_for_selector(".show")
        return self

    def text(self, selector: str) -> str:
        return self.tab.locator(selector).inner_text()

    def question(self) -> str:
        return self.text("section.question")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def answer(self, rating: int = 3) -> str:
        """Show the answer and rate it by keyboard; return the question."""
        question = self.question()
        self.press("Space")
        self.rate(rating)
        return question

    def rate(self, rating: int) -> None:
        """Rate the shown answer; keys count again once the next card is there."""
        self.press(str(rating))
        self.tab.wait_for_selector(".show, .sentences")

    def wait_for_taps(self) -> None:
        """Wait until taps count: one at once after a question or answer is ignored."""
        self.tab.wait_for_timeout(300)

    def has(self, selector: str, text: str) -> None:
        """Wait until an element has a text."""
        self.tab.locator(selector, has_text=text).first.wait_for()

    def close_dialog(self) -> None:
        self.press("Escape")
        self.tab.wait_for_selector("dialog", state="detached")

    def until(self, script: str) -> None:
        """Wait until a script, which may be asynchronous, returns something true."""
        for _ in range(600):
            if self.tab.evaluate(script):
                return
            self.tab.wait_for_timeout(50)
        raise TimeoutError(script)

    def sent(self) -> None:
        """Wait until everything is stored and sent."""
        self.until(IS_SENT)


IS_SENT = """async () => {
  const { transact } = await import("/static/database.js");
  return (await transact((outbox) => outbox.count())) === 0;
}"""
"""As a transaction of the page itself, it comes after each step that is not stored yet."""
