"""The text of a card is edited in Chromium."""

from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, Page, needs_chromium, numbered_deck, running

pytestmark = [pytest.mark.slow, needs_chromium]


def replace_text(page: Page, old: str, new: str) -> None:
    """Replace a part of the text in the dialog."""
    area = page.tab.locator("#edited")
    area.fill(area.input_value().replace(old, new))


def test_a_newer_text_is_shown_before_it_is_replaced(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.press("e")
        replace_text(page, "A00", "typed")
        file = tmp_path / "deck.yaml"
        file.write_text(file.read_text("utf-8").replace("A00", "newer"), "utf-8")

        page.tab.click("dialog .primary")
        page.has("dialog .message", "back: newer")
        page.has("dialog .message", "changed since you opened it")
        assert "back: typed" in page.tab.locator("#edited").input_value()
        assert "back: newer" in file.read_text("utf-8")
        page.tab.click("dialog .primary")
        page.has(".message", "Changed.")

        assert "back: typed" in file.read_text("utf-8")
        assert page.errors == []


def test_an_unchanged_text_is_not_sent(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        sent: list[str] = []
        page.tab.on(
            "request", lambda one: one.method == "POST" and sent.append(one.url)
        )
        page.press("e")
        page.tab.click("dialog .primary")
        page.has(".message", "The card was not changed.")
        page.tab.wait_for_selector("dialog", state="detached")

        assert sent == []
        page.press("u")
        page.has(".message", "Nothing to undo.")
        assert page.errors == []


def test_a_click_beside_a_changed_text_does_not_close_it(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.press("e")
        replace_text(page, "A00", "typed")
        page.tab.mouse.click(5, 5)
        assert "typed" in page.tab.locator("#edited").input_value()

        replace_text(page, "typed", "A00")
        page.wait_for_taps()
        page.tab.mouse.click(5, 5)
        page.tab.wait_for_selector("dialog", state="detached")


def test_back_closes_a_dialog_and_keeps_its_text(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.tab.click("#pages a[data-page=decks]")
        page.has("h1", "Decks")
        page.tab.click("#pages a[data-page=review]")
        page.tab.wait_for_selector(".show")
        page.press("e")
        replace_text(page, "A00", "typed")

        page.tab.go_back()
        page.has("h1", "Decks")
        page.tab.wait_for_selector("dialog", state="detached")
        page.tab.go_forward()
        page.tab.wait_for_selector(".show")
        page.press("e")

        page.until("document.querySelector('#edited')?.value.includes('typed')")
        assert page.errors == []


def test_a_held_ctrl_enter_adds_one_card(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/add", "Add a card")
        requests: list[str] = []
        page.tab.on(
            "request", lambda one: one.method == "POST" and requests.append(one.url)
        )
        page.tab.fill("#question", "Held?")
        page.tab.fill("#answer", "Yes")
        page.tab.fill("#deck", "Numbers")

        page.tab.evaluate("""() => {
          const options = { key: "Enter", ctrlKey: true, bubbles: true };
          for (let n = 0; n < 5; n += 1) {
            document.querySelector("#answer").dispatchEvent(
              new KeyboardEvent("keydown", options));
          }
        }""")

        page.tab.wait_for_selector(".message:not(:empty)")
        assert page.tab.locator(".message.alarm").count() == 0
        assert requests == [f"{server.url}api/cards"]


def test_undo_after_an_edit_brings_the_text_back(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        file = tmp_path / "deck.yaml"
        before = file.read_text("utf-8")
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.press("e")
        replace_text(page, "Q01", "Changed")
        page.tab.click("dialog .primary")
        page.has("section.question", "Changed")

        page.press("u")
        page.has("section.question", "Q01")
        page.has(".message", "Undone.")
        assert file.read_text("utf-8") == before
        assert server.reviews() == [("Q00", 4)]
        page.press("u")
        page.has("section.question", "Q00")
        page.sent()

        assert server.reviews() == []
        assert page.errors == []


def test_a_half_written_card_is_kept_until_it_is_added(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/add", "Add a card")
        page.tab.fill("#question", "Half?")
        page.tab.fill("#deck", "Other")
        page.tab.click("#pages a[data-page=search]")
        page.has("h1", "Search")
        page.tab.click("#pages a[data-page=add]")
        page.until("document.querySelector('#question')?.value === 'Half?'")
        assert page.tab.input_value("#deck") == "Other"

        page.tab.fill("#answer", "Whole")
        page.press("Control+Enter")
        page.has(".message", "Other")
        page.tab.click("#pages a[data-page=search]")
        page.has("h1", "Search")
        page.tab.click("#pages a[data-page=add]")
        page.has("h1", "Add a card")
        fields = [page.tab.input_value(f"#{one}") for one in ("question", "answer")]
        assert fields == ["", ""]
        assert "Half?" in server.flash("list", "deck:Other")
        assert page.errors == []


def edit(page: Page, old: str, new: str) -> None:
    """Edit the shown card."""
    page.press("e")
    replace_text(page, old, new)
    page.press("Control+Enter")
    page.has(".message", "Changed.")
    page.tab.wait_for_selector("dialog", state="detached")


def test_an_edit_is_undone_in_its_turn(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        file = tmp_path / "deck.yaml"
        before = file.read_text("utf-8")
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        edit(page, "Q01", "Changed")
        page.press("f")
        page.tab.get_by_role("button", name="blue").click()
        page.has(".marks", "flag: blue")
        page.answer(3)
        page.has("section.question", "Q02")
        page.sent()
        page.tab.reload()  # loses no step
        page.has("section.question", "Q02")

        page.press("u")
        page.has("section.question", "Changed")
        page.has(".marks", "flag: blue")
        page.press("u")
        page.tab.wait_for_selector(".marks", state="hidden")
        page.has("section.question", "Changed")
        page.sent()
        assert file.read_text("utf-8") != before
        assert server.reviews() == [("Q00", 4)]
        page.press("u")
        page.has("section.question", "Q01")
        page.has(".message", "Undone.")
        assert file.read_text("utf-8") == before
        page.press("u")
        page.has("section.question", "Q00")
        page.sent()

        assert server.reviews() == []
        assert page.errors == []


def test_an_edit_waits_for_the_network_to_be_undone(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        edit(page, "Q01", "Changed")
        page.sent()
        context.set_offline(True)
        for _ in range(2):
            page.press("u")
            page.has(".message.alarm", "This needs the network.")
        assert page.question() == "Changed"
        context.set_offline(False)
        page.tab.wait_for_selector("#sending:empty", state="attached")

        page.press("u")
        page.has("section.question", "Q01")
        page.has(".message", "Undone.")
        assert server.reviews() == [("Q00", 4)]
        assert page.errors == []


def test_an_edit_that_stays_keeps_no_answer_from_undo(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        file = tmp_path / "deck.yaml"
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.has("section.question", "Q01")
        edit(page, "Q01", "Changed")
        file.write_text(file.read_text("utf-8").replace("A01", "newer"), "utf-8")

        page.press("u")
        page.has(".message.alarm", "changed since you opened it")
        page.press("u")
        page.has("section.question", "Q00")
        page.sent()

        assert "front: Changed" in file.read_text("utf-8")
        assert server.reviews() == []
        assert page.errors == []
