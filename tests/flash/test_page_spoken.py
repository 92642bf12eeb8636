"""What a screen reader finds on the page: names, descriptions, languages, the focus."""

from pathlib import Path
from typing import Any

import pytest
from web_page import PHONE, Page, needs_chromium, running

pytestmark = [pytest.mark.slow, needs_chromium]

CODE = "code " * 60
DECK = f"""
deck: Spoken
language: en
order: 1
cards:
  - front: |
      What does this print?

      ```
      {CODE}
      ```
    back: |
      Nothing.

      | one | two | three | four | five | six |
      |-----|-----|-------|------|------|-----|
      | 1   | 2   | 3     | 4    | 5    | 6   |
  - front: Who wrote it?
    back: Einstein
    typed: true
"""


def focused(page: Page) -> tuple[str, str]:
    """Return the name and the description of what has the focus."""
    session = page.tab.context.new_cdp_session(page.tab)
    found = session.send("Runtime.evaluate", {"expression": "document.activeElement"})
    asked = {"objectId": found["result"]["objectId"], "fetchRelatives": False}
    (node,) = session.send("Accessibility.getPartialAXTree", asked)["nodes"]
    return tuple(
        " ".join(node.get(key, {}).get("value", "").split())
        for key in ("name", "description")
    )


def test_the_text_of_a_card_is_what_is_spoken(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.tab.wait_for_selector("section.question pre[tabindex='0']")
        code = CODE.strip()
        assert focused(page) == (f"Question What does this print? {code}", "")

        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus .scroll[tabindex='0']")
        cells = "one two three four five six 1 2 3 4 5 6"
        assert focused(page) == (f"Answer Nothing. {cells}", "")

        page.rate(4)
        page.tab.wait_for_selector("#typed:focus")
        assert focused(page) == ("Your answer", "Who wrote it?")
        page.press("Escape")
        assert focused(page) == ("Question Who wrote it?", "")
