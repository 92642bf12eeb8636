"""The page in a browser whose storage is cleared or fails, in Chromium."""

from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, Page, needs_chromium, numbered_deck, running

pytestmark = [pytest.mark.slow, needs_chromium]

FAILING = """(isFailing) => {
  self.transaction ??= IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = isFailing ? function fail() {
    throw new DOMException("disk is full", "UnknownError");
  } : self.transaction;
}"""

ABORTING = """() => {
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function abortOnce(...options) {
    IDBDatabase.prototype.transaction = begin;
    const transaction = begin.apply(this, options);
    queueMicrotask(() => transaction.abort());
    return transaction;
  };
}"""

DELETED = """() => new Promise((resolve, reject) => {
  const deleting = indexedDB.deleteDatabase("flash");
  deleting.onsuccess = () => resolve(true);
  deleting.onblocked = reject;
})"""


@pytest.mark.parametrize("way", ["by the browser", "by a script"])
def test_a_review_goes_on_after_its_data_are_cleared(
    browser: Any, tmp_path: Path, way: str
) -> None:
    with running(tmp_path, numbered_deck(4)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        page.sent()
        if way == "by a script":
            page.until(DELETED)
        else:
            context.new_cdp_session(page.tab).send(
                "Storage.clearDataForOrigin",
                {"origin": server.url.rstrip("/"), "storageTypes": "indexeddb"},
            )

        page.answer(4)
        page.has("section.question", "Q02")
        page.answer(4)
        page.has("section.question", "Q03")
        page.press("u")
        page.has(".message", "Undone.")
        page.has("section.question", "Q02")
        page.sent()

        assert server.reviews() == [("Q00", 4), ("Q01", 4)]
        assert page.errors == []


def test_a_connection_lost_while_an_answer_is_stored_is_replaced(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        page.sent()

        page.tab.evaluate(ABORTING)
        page.answer(4)
        page.has("section.question", "Q02")
        page.sent()

        assert server.reviews() == [("Q00", 4), ("Q01", 4)]


def test_what_can_not_be_stored_is_not_done(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(4)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        page.sent()
        page.tab.evaluate(FAILING, True)

        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.press("3")
        page.has(".message.alarm", "could not store the answer")
        page.press("u")
        page.has(".message.alarm", "Nothing was undone.")
        page.press("b")
        page.has(".message.alarm", "could not store the answer")
        assert page.question() == "Q01"
        page.has(".counts", "new 3 · learning 0 · due 0")

        page.tab.evaluate(FAILING, False)
        page.press("3")
        page.has("section.question", "Q02")
        page.sent()
        for question in ("Q01", "Q00"):
            page.press("u")
            page.has("section.question", question)
        page.sent()
        assert server.reviews() == []
        assert page.errors == []
