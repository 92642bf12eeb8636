"""Draw docs/pictures/, which show the page of `flash serve` in the README.

Run: python -m docs.pictures; it needs Chromium.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docs.screenshot import NOW_MS, studied_store

_FOLDER = Path(__file__).with_name("pictures")
_PHONE = {"width": 390, "height": 880}
_COMPUTER = {"width": 1000, "height": 760}


def main() -> None:
    """Draw the pictures."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        now = datetime.fromtimestamp(NOW_MS / 1000, UTC).isoformat()
        store = studied_store(Path(folder, "store.db"), "en")
        variables = {"FLASH_DB": str(store), "FLASH_NOW": now, "FLASH_LANG": "en"}
        command = [sys.executable, "-m", "flash", "serve", "--no-open", "--port", "0"]
        with subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            _draw(browser, address)
            browser.close()
            server.terminate()


def _draw(browser: Any, address: str) -> None:
    page = browser.new_page(viewport=_PHONE, has_touch=True, is_mobile=True)
    page.goto(address)
    page.wait_for_selector(".show")
    _answer(page, "FIPS")
    page.screenshot(path=_FOLDER / "phone.png")
    page.set_viewport_size(_COMPUTER)
    page.emulate_media(color_scheme="dark")
    _answer(page, 'deck:"AWS Security::03 Web applications"')
    page.screenshot(path=_FOLDER / "computer.png")


def _answer(page: Any, query: str) -> None:
    """Show the answer of the first card that a query finds."""
    page.goto(f"{page.url.partition('#')[0]}#/review?query={quote(query)}")
    page.reload()
    page.locator(".show").tap()
    page.wait_for_selector(".ratings")
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
