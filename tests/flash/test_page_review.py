"""A review in Chromium: by keyboard, by touch, in several tabs, beside a terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    PHONE,
    Page,
    chromium,
    needs_chromium,
    numbered_deck,
    running,
)

pytestmark = [pytest.mark.slow, needs_chromium]

_SMALL = """() => Array.from(document.querySelectorAll("button, a[href], input"))
  .filter((one) => one.checkVisibility() && !one.matches(".skip, .source a"))
  .map((one) => [one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([text]) => text)"""

_INDENTS = """(links) => links.map((one) => [
  one.textContent, parseFloat(getComputedStyle(one).paddingLeft)])"""

_DOUBLE_TAP = (
    "for (const name of ['show', 'good']) document.querySelector(`.${name}`).click()"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def test_first_review_by_keyboard(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        focused = page.tab.locator("section.question:focus")
        assert focused.get_attribute("aria-label") == "Question"
        assert page.tab.locator("section.question math").count() == 1
        assert page.text(".counts") == "new 5 · learning 0 · due 0"
        assert "#key" not in page.tab.url

        page.press("3", "Space")
        assert page.tab.locator("section.answer:focus").count() == 1
        assert "The speed of light" in page.text("section.answer")
        names = [one.inner_text() for one in page.tab.locator(".rating").all()]
        assert [name.split()[0] for name in names] == ["Again", "Hard", "Good", "Easy"]
        assert "d" in names[3]
        page.press("i")
        page.has("dialog", "No answers yet.")
        page.close_dialog()
        page.rate(4)
        page.has("section.question", "What does a photon lack?")

        mass = page.tab.locator(".choices button", has_text="Mass")
        place = page.tab.locator(".choices button").all_inner_texts()
        page.press(str(1 + next(i for i, one in enumerate(place) if "Mass" in one)))
        assert mass.get_attribute("aria-pressed") == "true"
        page.press("Space")
        page.has(".choices .right", "Mass")
        page.press("u")
        page.has(".message", "Undone.")
        assert "Which constant" in page.question()
        page.answer(3)
        page.answer(3)

        assert page.tab.locator("#typed:focus").count() == 1
        page.tab.keyboard.type("einstien")
        page.press("Enter")
        page.has(".message", "Nearly right: 2 Hard is suggested.")
        page.rate(2)
        page.press("?")
        page.has("dialog", "rate Again, Hard, Good, Easy")
        page.close_dialog()
        page.press("b")
        page.has(".message", "Buried until tomorrow.")
        page.press("s")
        page.has(".message", "Suspended.")
        page.has("section.question", "proton: charge?")
        page.sent()

        assert [rating for _front, rating in server.reviews()] == [3, 3, 2]
        assert server.counts() == {"new": 1, "learning": 3, "due": 0}
        assert page.errors == []


def test_first_review_by_touch(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        assert page.tab.evaluate(_SMALL) == []

        page.tab.evaluate(_DOUBLE_TAP)
        assert "Which constant" in page.question()
        assert page.tab.evaluate(_SMALL) == []
        page.wait_for_taps()
        page.tab.locator(".good").tap()
        page.has("section.question", "What does a photon lack?")
        page.tab.locator(".choices button", has_text="Energy").tap()
        page.tab.locator(".show").tap()
        page.has(".choices .wrong", "Energy")
        page.tab.get_by_role("button", name="Flag").tap()
        page.tab.get_by_role("button", name="blue").tap()
        page.has(".marks", "flag: blue")
        page.wait_for_taps()
        page.tab.get_by_role("button", name="Again").tap()
        page.has("section.question", "Who wrote the theory")
        page.sent()

        assert [rating for _front, rating in server.reviews()] == [3, 1]
        found = server.flash("list", "flag:4")
        assert "What does a photon lack?" in found
        width = page.tab.evaluate("document.documentElement.scrollWidth")
        assert width == 390
        assert page.errors == []


def test_thirty_cards_in_the_order_of_the_terminal(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(30)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)

        asked = [page.answer(4) for _ in range(30)]
        page.has(".sentences", "No more cards are due today.")
        page.sent()

        assert server.reviews() == [(question, 4) for question in asked]
        assert asked == [f"Q{number:02}" for number in range(30)]


def test_two_clients_and_a_terminal(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(6)) as server:
        context = browser.new_context(**DESKTOP)
        one = Page(context).review(server.address)
        same = Page(context).review(server.url)
        state = context.storage_state()
        other = Page(browser.new_context(**DESKTOP, storage_state=state))
        other.review(server.url)

        one.answer(4)
        same.has("section.question", "Q01")  # tabs tell each other
        one.sent()
        other.answer(1)  # answered in another browser a moment ago
        other.has(".message", "Already answered in another session; not recorded.")
        same.answer(4)
        one.has("section.question", "Q02")
        same.sent()
        server.flash("review", "--plain", typed="\n4\nq\n")
        one.answer(4)
        one.has(".message", "Already answered in another session; not recorded.")
        one.answer(4)
        for page in (one, same, other):
            page.sent()

        expected = [("Q00", 4), ("Q01", 4), ("Q02", 4), ("Q03", 4)]
        assert server.reviews() == expected


def test_decks_are_indented_below_those_they_are_in(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        for number, name in enumerate(
            ("Physics::A", "Physics::A::B", "X::Y::Z", "Physics 2")
        ):
            file = tmp_path / f"{number}.yaml"
            file.write_text(f"deck: {name}\ncards:\n- front: {name}?\n  back: b\n")
            server.flash("add", str(file))
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")

        links = page.tab.locator("table.decks tbody th a")
        assert links.evaluate_all(_INDENTS) == [
            ["Physics", 12],
            ["A", 28],
            ["B", 44],
            ["Physics 2", 12],
            ["X", 12],
            ["Y", 28],
            ["Z", 44],
        ]


def test_decks_search_and_new_card(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")
        assert page.tab.locator("table.decks tbody tr").count() == 1

        page.open(f"{server.url}#/add", "Add a card")
        page.tab.fill("#question", "What is $h$?")
        page.tab.fill("#answer", "Planck's constant")
        page.tab.get_by_role("button", name="Add the card").click()
        page.has(".message", "Physics")
        page.open(f"{server.url}#/search", "Search")
        page.tab.fill("#query", "deck:Physics")
        page.press("Enter")
        page.has(".found", "8 cards found")
        page.tab.fill("#query", "is:nonsense")
        page.press("Enter")
        page.has(".results [role=alert]", "is:nonsense")
        page.open(f"{server.url}#/stats", "Statistics")
        assert "Answers per day" in page.text(".report .body")
        page.open(f"{server.url}#/exam", "Exam")
        page.has("main", "exam")
        assert page.errors == []


def test_a_card_is_edited_and_typed_with_chosen_keys(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path) as server:
        server.flash("config", "keys", "edit=w type=y")
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.press("e", "t")
        assert page.tab.locator("dialog, #typed").count() == 0

        page.press("w")
        page.has("dialog h2", "Edit")
        text = page.tab.input_value("#edited")
        page.tab.fill("#edited", text.replace("front:", "frnt:"))
        page.tab.get_by_role("button", name="Save").click()
        page.has("dialog .message", "did you mean 'front'?")
        page.press("Escape")
        page.press("w")
        # What was not saved is still there.
        page.until("document.querySelector('#edited')?.value.includes('frnt:')")
        changed = text.replace("The speed of light", "299 792 458 m/s")
        page.tab.fill("#edited", changed)
        page.press("Control+Enter")
        page.has(".message", "Changed.")
        assert page.tab.locator("dialog").count() == 0

        page.press("y")
        assert page.tab.locator("#typed:focus").count() == 1
        page.tab.keyboard.type("299792458 m/s")
        page.press("Enter")
        page.has(".message", "Nearly right: 2 Hard is suggested.")
        page.has("section.answer", "299 792 458 m/s")
        page.press("w")
        page.tab.fill("#edited", changed.replace("m/s", "metres a second"))
        page.press("Control+Enter")
        page.has("section.answer", "metres a second")
        page.rate(3)
        page.sent()
        assert [rating for _question, rating in server.reviews()] == [3]
        assert "metres a second" in (tmp_path / "deck.yaml").read_text("utf-8")
        page.press("?")
        keys = page.tab.locator("dialog dl div").all_inner_texts()
        assert "w\nchange the card's text" in keys
        assert [one for one in page.errors if "400" not in one] == []
