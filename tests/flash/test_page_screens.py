"""Pages without a card to review, and what stands beside a review, in Chromium."""

from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    PHONE,
    Page,
    Server,
    needs_chromium,
    numbered_deck,
    running,
)

pytestmark = [pytest.mark.slow, needs_chromium]

IS_ON_SCREEN = """(part) => {
  const { top, bottom } = part.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


def is_on_screen(page: Page, selector: str) -> bool:
    found: bool = page.tab.locator(selector).evaluate(IS_ON_SCREEN)
    return found


def links(page: Page, place: str) -> list[str]:
    """Return the addresses after the `#` that links lead to."""
    found = page.tab.locator(f"{place} a").all()
    return [str(one.get_attribute("href")).partition("#")[2] for one in found]


def without_cards(server: Server) -> None:
    server.flash("remove", "Physics", "--yes")


def test_a_store_without_cards_says_how_to_get_some(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        without_cards(server)
        page = Page(browser.new_context(**PHONE))
        page.tab.goto(server.address)
        page.has(".sentences h2", "No cards yet.")
        assert links(page, ".offers") == ["/decks", "/add"]
        assert page.tab.locator(".sentences [role=status]").count() == 0

        page.tab.get_by_role("link", name="Decks").last.tap()
        page.has("h1", "Decks")
        page.has("main", "No decks yet.")
        assert page.tab.locator("form.panel").count() == 0
        page.open(f"{server.url}#/exam", "Exam")
        page.has("main", "No exam is set.")
        assert page.errors == []


def test_a_started_deck_is_announced_with_its_review(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")
        page.has(".bundled", "AWS Security")
        page.tab.locator(".bundled button").first.tap()

        page.has(".message", "cards")
        assert is_on_screen(page, ".message")
        page.tab.get_by_role("link", name="Review now").tap()
        page.has(".status h1", "AWS Security")
        page.tab.wait_for_selector(".show")
        assert page.errors == []


@pytest.mark.parametrize("query", ["tag:nosuch", "tag:nosuch is:due"])
def test_a_query_without_a_card_is_no_finished_day(
    browser: Any, tmp_path: Path, query: str
) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        for cram in ("", "&cram=1"):
            page.tab.goto(f"{server.url}#/review?query={query}{cram}")
            page.has(".sentences h2", "No card matches.")
            page.has(".sentences p", query)
        assert links(page, ".offers")[1] == "/decks"
        page.tab.get_by_role("link", name="Search").last.click()
        page.has("h1", "Search")
        assert page.tab.input_value("#query") == query


def test_a_query_that_is_used_up_is_a_finished_day(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.tab.goto(f"{server.url}#/review?query=is:new")
        page.has(".counts", "new 2")
        page.tab.wait_for_selector(".show")
        page.answer(4)
        page.answer(4)

        page.has(".sentences h2", "No more of these cards are due today.")


@pytest.mark.parametrize(
    ("choice", "offered"),
    [("query=(((", ["/search?q=%28%28%28", "/decks"]), ("deck=nosuch", ["/decks"])],
)
def test_what_stays_refused_is_not_tried_again(
    browser: Any, tmp_path: Path, choice: str, offered: list[str]
) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.tab.goto(f"{server.url}#/review?{choice}")

        page.has(".sentences h2", "These cards can't be reviewed.")
        assert links(page, ".offers") == offered
        assert page.tab.locator(".offers button").count() == 0


@pytest.mark.parametrize("choice", ["", "?deck=Other", "?query=deck:Other"])
def test_the_end_sums_up_the_day_as_the_terminal_does(
    browser: Any, tmp_path: Path, choice: str
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        other = tmp_path / "other.yaml"
        other.write_text("deck: Other\ncards:\n- {front: a, back: b}\n", "utf-8")
        server.flash("add", str(other))
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        for _ in range(3):
            page.answer(4)
        page.has(".sentences p", "Today: 3 answers, 100 % correct")
        page.tab.goto(f"{server.url}#/review{choice}")
        page.has(".sentences [role=status]", "Today: 3 answers, 100 % correct")

        shown = page.tab.locator(".sentences :is(h2, p)").all_inner_texts()
        words = [part.partition("=")[2] for part in [choice] if part]
        terminal = server.flash("review", *words, "--plain").splitlines()
        assert len(shown) == 3
        assert set(shown) <= set(terminal)
        tools = page.tab.locator(".tools button").all()
        visible = [one.inner_text() for one in tools if one.is_visible()]
        assert visible == ["Undo", "?"]


def test_what_came_of_a_new_card_is_seen_on_a_phone(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/add", "Add a card")
        page.tab.fill("#question", "What is $h$?")
        page.tab.fill("#answer", "Planck's constant")
        page.tab.fill("#tags", "domain::quanta, exam")
        page.tab.locator(".form .primary").tap()
        page.has(".message", "Added 1 card")
        page.until(f"({IS_ON_SCREEN})(document.querySelector('.message'))")
        found = server.flash("list", "tag:domain::quanta", "tag:exam")
        assert "What is" in found

        page.tab.locator(".form .primary").scroll_into_view_if_needed()
        page.tab.fill("#question", "The {{c1::photon}} has no mass.")
        page.tab.fill("#answer", "Mass")
        page.tab.locator(".form .primary").tap()
        page.has(".message.alarm", "a cloze has its answer in the question")
        page.until(f"({IS_ON_SCREEN})(document.querySelector('.message'))")


def test_a_found_card_is_opened_and_marked(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        before = server.flash("list", "photon", "--json")
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/search?q=photon", "Search")
        page.tab.locator(".cards li .hint").tap()
        page.has("dialog .choices .right", "Mass")
        page.tab.locator("dialog [data-action=history]").tap()
        page.has("dialog", "No answers yet.")
        page.press("Escape")

        page.tab.locator("dialog [data-action=suspend]").tap()
        page.has("dialog .message", "Suspended.")
        page.tab.locator("dialog [data-action=flag]").tap()
        page.tab.get_by_role("button", name="blue").tap()
        page.has("dialog .marks", "flag: blue")
        page.tab.locator("dialog [data-action=edit]").tap()
        area = page.tab.locator("#edited")
        area.fill(area.input_value().replace("photon", "quantum"))
        page.tab.locator("dialog .primary").tap()
        page.has("dialog section.question", "quantum")
        assert "quantum" in server.flash("list", "flag:4 is:suspended")
        page.press("Escape")
        page.has(".results", "No card matches.")

        page.open(f"{server.url}#/search?q=quantum", "Search")
        page.has(".cards .hint", "blue")
        page.tab.locator(".cards .open").tap()
        page.tab.locator("dialog [data-action=unsuspend]").tap()
        page.has("dialog .message", "Unsuspended.")
        server.flash("flag", "--yes", "0", "quantum")
        after = server.flash("list", "quantum", "--json")
        assert after == before.replace("photon", "quantum")
        assert server.reviews() == []
        assert page.errors == []


def test_a_page_that_is_not_paired_has_no_tabs(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE))
        page.open(server.url, "Pair this device")
        assert page.tab.locator("#pages").is_hidden()

        page.tab.fill("#address", server.address)
        page.press("Enter")
        page.tab.wait_for_selector(".show")
        assert page.tab.locator("#pages").is_visible()
