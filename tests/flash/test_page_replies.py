"""What the page shows when a reply has a newer state of it, in Chromium."""

import json
from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    Page,
    needs_chromium,
    numbered_deck,
    running,
)

pytestmark = [pytest.mark.slow, needs_chromium]

CHOICES = """\
deck: Fruit
language: en
cards:
  - choice: Which is a fruit?
    options: [apple, stone, sand, iron]
    answer: apple
  - front: Q2
    back: A2
"""

SLEEPS = "const now = Date.now; self.slept = 0; Date.now = () => now() + self.slept;"
WAKE = """() => {
  self.slept += 200_000;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Opens the page again after more than two minutes in the background."""


def options(page: Page) -> list[str]:
    return page.tab.locator(".choices .text").all_inner_texts()


def answer_in_another_order(page: Page, path: str) -> None:
    """Let the replies of an address have the choices in an order that isn't shown."""

    def answer(route: Any) -> None:
        response = route.fetch()
        reply = response.json()
        for card in reply.get("cards") or [reply["card"]]:
            if card["choices"]:
                right = card["choices"][card["correct"][0]]
                card["choices"] = [*shown[1:], shown[0]]
                card["correct"] = [card["choices"].index(right)]
        reply["counts"]["new"] = 77
        route.fulfill(response=response, body=json.dumps(reply))

    shown = options(page)
    page.tab.route(path, answer)


def choose(page: Page, text: str) -> None:
    page.press(str(1 + options(page).index(text)))
    page.press("Space")
    page.tab.wait_for_selector("section.answer")


@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_a_choice_after_an_undo_is_marked_as_shown(
    browser: Any, tmp_path: Path, *, right: bool
) -> None:
    with running(tmp_path, CHOICES) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        shown = options(page)
        answer_in_another_order(page, "**/api/undo*")
        page.answer(4)
        page.sent()
        page.press("u")
        page.has(".counts", "new 77")

        assert options(page) == shown
        choose(page, "apple" if right else "sand")
        page.has(".choices .right", "apple")
        wrong = page.tab.locator(".choices .wrong").all_inner_texts()
        assert [one.split()[1] for one in wrong] == ([] if right else ["sand"])
        assert page.errors == []


def test_a_choice_after_a_while_is_marked_as_shown(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, CHOICES) as server:
        context = browser.new_context(**DESKTOP)
        context.add_init_script(SLEEPS)
        page = Page(context).review(server.address)
        shown = options(page)
        answer_in_another_order(page, "**/api/queue*")
        page.tab.evaluate(WAKE)
        page.has(".counts", "new 77")

        assert options(page) == shown
        choose(page, "apple")
        page.has(".choices .right", "apple")
        assert page.tab.locator(".choices .wrong").count() == 0


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [("sand", "plum", "apple"), ("answer: apple", "answer: sand", "sand")],
    ids=["option", "answer"],
)
def test_a_question_with_other_choices_is_asked_anew(
    browser: Any, tmp_path: Path, old: str, new: str, right: str
) -> None:
    with running(tmp_path, CHOICES) as server:
        context = browser.new_context(**DESKTOP)
        context.add_init_script(SLEEPS)
        page = Page(context).review(server.address)
        page.press("1")
        file = tmp_path / "deck.yaml"
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
        page.tab.evaluate(WAKE)
        page.tab.wait_for_selector("[aria-pressed=true]", state="detached")

        choose(page, right)
        page.has(".choices .right", right)
        assert page.tab.locator(".choices .wrong").count() == 0


def test_marks_set_elsewhere_are_shown(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, CHOICES) as server:
        context = browser.new_context(**DESKTOP)
        context.add_init_script(SLEEPS)
        page = Page(context).review(server.address)
        server.flash("flag", "--yes", "4", "Which is a fruit?")
        page.tab.evaluate(WAKE)

        page.has(".marks", "flag: blue")


def test_a_rating_after_a_sleep_is_followed_by_the_present_cards(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        context.add_init_script(SLEEPS)
        page = Page(context).review(server.address)
        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        server.flash("suspend", "--yes", "Q01")
        page.tab.evaluate(WAKE)
        page.rate(4)

        page.has("section.question", "Q02")
        page.sent()
        assert server.reviews() == [("Q00", 4)]


def test_a_flag_can_be_chosen_for_a_card_that_left(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, CHOICES) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        other = Page(context).review(server.url)
        page.press("f")
        page.has("dialog h2", "Flag")
        other.answer(4)
        page.has("section.question", "Q2")
        page.tab.get_by_role("button", name="blue").click()
        page.sent()

        assert "Which is a fruit?" in server.flash("list", "flag:4")
        assert page.errors == []


def test_an_undone_bury_asks_no_card_answered_elsewhere(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        state = page.tab.context.storage_state()
        other = Page(browser.new_context(**DESKTOP, storage_state=state))
        other.review(server.url)
        page.press("b")
        page.has("section.question", "Q01")
        page.sent()
        other.answer(4)
        other.sent()

        page.press("u")
        page.has(".message", "Undone.")
        page.has("section.question", "Q01")
        page.has(".counts", "new 2 · learning 0 · due 0")
        page.answer(4)
        page.answer(4)
        page.has(".sentences", "No more cards are due today.")
        page.sent()

        assert server.reviews() == [("Q00", 4), ("Q01", 4), ("Q02", 4)]
        assert page.errors == []
