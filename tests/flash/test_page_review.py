"""A review in Chromium: by keyboard, by touch, in several tabs, beside a terminal."""

from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    PHONE,
    Page,
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

_IS_NEXT_DAY = """() => new Promise((resolve) => {
  const opened = indexedDB.open("flash");
  opened.onsuccess = () => {
    const kept = opened.result.transaction("kept", "readwrite").objectStore("kept");
    kept.get("review").onsuccess = ({ target }) => {
      const review = { ...target.result, day_ends: 0 };
      kept.put(review, "review").onsuccess = () => {
        opened.result.close();
        resolve(true);
      };
    };
  };
})"""
"""Ends the study day of the cards that the page has kept."""

_DOUBLE_TAP = (
    "for (const name of ['show', 'good']) document.querySelector(`.${name}`).click()"
)


def test_first_review_by_keyboard(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        focused = page.tab.locator("section.question:focus")
        assert focused.get_attribute("aria-label") == "Question"
        assert page.tab.locator("section.question math").count() == 1
        page.has(".counts", "new 5 · learning 0 · due 0")
        assert "#key" not in page.tab.url

        page.press("3", "Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.has("section.answer", "The speed of light")
        names = [one.inner_text() for one in page.tab.locator(".rating").all()]
        assert [name.split()[0] for name in names] == ["Again", "Hard", "Good", "Easy"]
        assert "d" in names[3]
        page.press("i")
        page.has("dialog", "No answers yet.")
        page.close_dialog()
        page.press("f")
        page.has("dialog", "blue")
        page.press("4")  # the flag, not a rating
        page.has(".marks", "flag: blue")
        page.tab.locator("dialog").wait_for(state="detached")
        page.rate(4)
        page.has("section.question", "What does a photon lack?")

        mass = page.tab.locator(".choices button", has_text="Mass")
        place = page.tab.locator(".choices button").all_inner_texts()
        page.press(str(1 + next(i for i, one in enumerate(place) if "Mass" in one)))
        assert mass.get_attribute("aria-pressed") == "true"
        mass.click()
        mass.click()
        assert mass.get_attribute("aria-pressed") == "true"
        page.press("Space")  # belongs to the card even after a click
        page.has(".choices .right", "Mass")
        page.press("u")
        page.has(".message", "Undone.")
        page.has("section.question", "Which constant")
        page.answer(3)
        page.answer(3)

        page.tab.wait_for_selector("#typed:focus")
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

        page.wait_for_taps()
        page.tab.evaluate(_DOUBLE_TAP)
        assert "Which constant" in page.question()
        assert page.tab.evaluate(_SMALL) == []
        page.wait_for_taps()
        page.tab.locator(".good").tap()
        page.has("section.question", "What does a photon lack?")
        page.tab.locator(".choices button", has_text="Energy").tap()
        page.wait_for_taps()
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
        assert same.text(".counts") == "new 5 · learning 0 · due 0"
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


def test_a_cram_asks_until_every_card_is_recalled(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        server.flash("review", "--plain", typed="\n4\n\n4\n\n3\nq\n")
        schedule = server.flash("list", "--json")
        learned = server.reviews()
        page = Page(browser.new_context(**DESKTOP))
        page.tab.goto(server.address)
        page.has(".sentences", "No card is due right now.")
        page.review(f"{server.url}#/review?deck=Numbers&cram=1")

        asked = []
        for rating, left in ((1, 3), (2, 3), (3, 2)):
            asked.append(page.answer(rating))
            page.sent()
            page.has(".counts", f"cram · {left} left")
        page.press("u")
        page.has(".message", "Undone.")
        page.sent()
        again = [page.answer(3) for _ in range(3)]
        page.has(".sentences", "Every card was recalled.")
        page.press("Space")
        page.sent()

        assert sorted(asked) == ["Q00", "Q01", "Q02"]
        assert again == [asked[2], asked[0], asked[1]]
        ratings = zip([*asked[:2], *again], (1, 2, 3, 3, 3), strict=True)
        assert server.reviews() == learned + list(ratings)
        assert server.flash("list", "--json") == schedule
        page.has(".sentences h2", "Every card was recalled.")
        assert page.errors == []


def test_a_card_answered_elsewhere_is_not_asked_again(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        server.flash("review", "--plain", typed="\n4\nq\n")

        page.answer(3)
        page.has(".message", "Already answered in another session; not recorded.")
        page.press("u")
        page.has(".message", "Nothing to undo.")
        asked = [page.answer(4), page.answer(4)]
        page.has(".sentences", "No more cards are due today.")
        page.sent()

        assert asked == ["Q01", "Q02"]
        assert server.reviews() == [("Q00", 4), ("Q01", 4), ("Q02", 4)]

        # The end looks for more when the user does.
        for number in range(2):
            file = tmp_path / f"{number}.yaml"
            file.write_text(f"deck: New\ncards:\n- front: N{number}\n  back: b\n")
            server.flash("add", str(file))
            if number:
                page.tab.get_by_role("link", name="Review").click()
            else:
                page.press("Space")
            page.has("section.question", f"N{number}")
            page.answer(4)
            page.has(".sentences", "No more cards are due today.")


def test_more_new_cards_are_for_one_day(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(9)) as server:
        server.flash("config", "new_per_day", "1")
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.answer(4)
        page.tab.get_by_role("link", name="More for today").click()
        page.tab.fill("#more", "3")
        page.tab.get_by_role("button", name="Learn").click()

        page.has(".counts", "new 3")
        page.answer(4)
        page.has(".counts", "new 2")
        page.sent()
        page.tab.reload()
        page.has(".counts", "new 2")
        page.until(_IS_NEXT_DAY)
        page.tab.reload()
        page.has(".sentences", "No more cards are due today.")


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


@pytest.mark.parametrize("decks", [3, 40])
def test_forms_are_reached_without_scrolling_past_many_decks(
    browser: Any, tmp_path: Path, decks: int
) -> None:
    with running(tmp_path) as server:
        for number in range(decks):
            file = tmp_path / f"{number}.yaml"
            file.write_text(
                f"deck: D{number:02}\ncards:\n- front: {number}?\n  back: b\n"
            )
        server.flash("add", *map(str, tmp_path.glob("[0-9]*.yaml")))
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")

        form = page.tab.locator("form.panel").first.bounding_box()["y"]
        last = page.tab.locator("table.decks tr").last.bounding_box()["y"]
        assert min(form, last) < PHONE["viewport"]["height"]
        assert form < (last if decks > 30 else 1000)
        page.has("table.decks", f"D{decks - 1:02}")


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
        page.tab.fill("#question", "The {{c1::photon}} has no mass.")
        page.press("Control+Enter")
        page.has(".message", "deck.yaml:21")
        page.open(f"{server.url}#/search", "Search")
        page.tab.fill("#query", "deck:Physics")
        page.press("Enter")
        page.has(".found", "9 cards found")
        page.tab.fill("#query", "has no mass")
        page.press("Enter")
        page.has(".found", "1 card found")
        page.tab.fill("#query", "zzzz")
        page.press("Enter")
        page.has(".results p:not(.alarm)", "No card matches.")
        page.tab.fill("#query", "is:nonsense")
        page.press("Enter")
        page.has(".results [role=alert] pre", "is:nonsense")
        page.open(f"{server.url}#/stats", "Statistics")
        page.has(".report .body", "Answers per day")
        page.open(f"{server.url}#/exam", "Exam")
        page.has("main", "exam")
        page.tab.goto(f"{server.url}#/review?deck=Nope")
        page.has(".sentences [role=alert]", "no deck 'Nope'")
        other = Page(browser.new_context(**DESKTOP))
        other.open(server.address, "Pair this device")
        other.has("[role=alert]", "this key is wrong or already used")
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
        page.tab.wait_for_selector("dialog", state="detached")

        page.press("y")
        page.tab.wait_for_selector("#typed:focus")
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


@pytest.mark.parametrize("state", ["isComposing: true", "keyCode: 229"])
def test_an_enter_that_ends_a_conversion_is_no_key(
    browser: Any, tmp_path: Path, state: str
) -> None:
    enter = f"new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, {state}}})"
    with running(tmp_path) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.tab.evaluate(f"document.activeElement.dispatchEvent({enter})")
        page.press("t")
        page.tab.keyboard.type("光速")
        page.tab.evaluate(f"document.querySelector('#typed').dispatchEvent({enter})")
        page.tab.wait_for_selector("#typed:focus")
        assert page.tab.locator("section.answer").is_hidden()

        page.press("Enter")
        page.tab.wait_for_selector("section.answer:focus")
        assert page.errors == []
