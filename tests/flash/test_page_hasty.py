"""The page of someone quick: double taps, keys too early, slow and lost replies."""

import signal
from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    HELD,
    IS_SENT,
    PHONE,
    Page,
    Server,
    needs_chromium,
    numbered_deck,
    running,
    slow_disk,
)

pytestmark = [pytest.mark.slow, needs_chromium]

SIBLINGS = """\
deck: Rays
language: en
cards:
  - cloze: "The {{c1::alpha}}, {{c2::beta}} and {{c3::gamma}} rays"
  - front: Q1
    back: A1
"""
UNSERVED = {**DESKTOP, "service_workers": "block"}
"""Requests of a service worker can't be held back."""
HOLD = "() => { window.held = new Promise((free) => { window.free = free; }); }"
DOUBLE_TAP = """(name) => {
  const place = document.querySelector(name).getBoundingClientRect();
  const tap = () => document.elementFromPoint(place.x + 9, place.y + 9).click();
  tap();
  return new Promise((resolve) => setTimeout(() => resolve(tap()), 100));
}"""
"""Taps twice on the place of a button."""
TWO_CLICKS = "(button) => { button.click(); button.click(); }"


def counts_line(server: Server) -> str:
    """Return what the page should say of the cards left."""
    return " · ".join(f"{name} {count}" for name, count in server.counts().items())


@pytest.mark.parametrize("name", ["[data-action=bury]", "[data-action=suspend]"])
def test_a_double_tap_hides_one_card(browser: Any, tmp_path: Path, name: str) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.wait_for_taps()
        page.tab.evaluate(DOUBLE_TAP, name)

        page.has(".counts", "new 2 · learning 0 · due 0")
        assert page.question() == "Q01"
        page.sent()
        assert server.counts()["new"] == 2


def test_a_double_tap_on_a_rating_reveals_nothing(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.press("Space")
        page.wait_for_taps()
        page.tab.evaluate(DOUBLE_TAP, ".good")

        page.has("section.question", "Q01")
        assert page.tab.locator(".show").is_visible()


def test_space_while_an_answer_is_stored_shows_no_card_early(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        context = browser.new_context(**DESKTOP)
        slow_disk(context)
        page = Page(context).review(server.address)
        page.answer(3)
        page.press("Space")
        page.tab.wait_for_selector(".ratings")

        page.press("3", "Space")

        page.has(".sentences", "No card is due right now.")


def test_a_queue_that_comes_during_a_write_repeats_no_card(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**UNSERVED)
        slow_disk(context, HELD)
        page = Page(context).review(server.address)
        server.flash("review", "--plain", typed="\n4\nq\n")
        held: list[Any] = []

        def hold(route: Any) -> None:
            held.append(route)

        page.tab.route("**/api/queue*", hold, times=1)
        with page.tab.expect_request("**/api/queue*"):
            page.answer(3)
            page.has("section.question", "Q01")

        page.tab.evaluate(HOLD)
        page.press("Space", "4")
        with page.tab.expect_response("**/api/queue*"):
            held[0].continue_()
        page.tab.wait_for_timeout(200)
        server.signal(signal.SIGSTOP)
        page.tab.evaluate("window.free()")
        page.tab.wait_for_selector(".show")

        assert page.question() == "Q02"
        server.signal(signal.SIGCONT)


def test_a_step_that_is_not_stored_yet_is_not_sent(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**UNSERVED)
        slow_disk(context, HELD)
        page = Page(context).review(server.address)
        page.tab.evaluate(HOLD)
        server.signal(signal.SIGSTOP)
        page.press("Space", "4")
        page.tab.evaluate(f"() => {{ window.isSent = ({IS_SENT})(); }}")
        page.tab.evaluate("window.free()")

        assert page.tab.evaluate("window.isSent") is False
        server.signal(signal.SIGCONT)
        page.sent()
        assert server.reviews() == [("Q00", 4)]


def test_one_dialog_opens_for_many_keys(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)

        page.press("e", "e", "e")
        page.tab.wait_for_selector("#edited")
        page.press("Escape")
        page.tab.wait_for_selector("dialog", state="detached")
        page.press("i", "e", "i")
        page.tab.wait_for_selector("dialog")

        assert page.tab.locator("dialog").count() == 1


@pytest.mark.parametrize("key", ["i", "e"])
def test_no_dialog_opens_for_a_card_that_was_left(
    browser: Any, tmp_path: Path, key: str
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        server.signal(signal.SIGSTOP)
        page.press(key)
        page.answer(4)
        page.has("section.question", "Q01")
        server.signal(signal.SIGCONT)
        page.sent()

        assert page.tab.locator("dialog").count() == 0
        assert page.errors == []


def test_a_silent_server_is_waited_for_in_sight(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        server.signal(signal.SIGSTOP)
        page.press("i")
        page.has(".message", "Loading …")
        server.signal(signal.SIGCONT)

        page.has("dialog", "No answers yet.")
        assert page.text(".message") == ""


def test_an_edit_whose_reply_is_lost_is_saved_once(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        page = Page(browser.new_context(**UNSERVED)).review(server.address)

        lost: list[Any] = []

        def lose(route: Any) -> None:
            if route.request.method != "POST" or lost:
                route.continue_()
                return
            lost.append(route.fetch())
            route.abort()

        page.tab.route("**/text", lose)
        page.press("e")
        area = page.tab.locator("#edited")
        area.fill(area.input_value().replace("Q00", "Q77"))
        page.tab.click("dialog .primary")
        page.has("dialog .message", "This needs the network.")
        page.tab.click("dialog .primary")

        page.has("section.question", "Q77")
        page.has(".message", "Changed.")
        assert page.tab.evaluate("document.activeElement.className") == "question"
        page.press("u")
        page.has("section.question", "Q00")
        assert "Q00" in server.flash("list", "--json")


def test_counts_of_a_deck_follow_the_server(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, SIBLINGS) as server:
        page = Page(browser.new_context(**DESKTOP))
        page.review(server.address)
        page.tab.goto(f"{server.url}#/review?deck=Rays")
        page.tab.wait_for_selector(".show")
        first = counts_line(server)
        page.has(".counts", first)
        page.press("b")
        page.has("section.question", "Q1")
        page.sent()

        after = counts_line(server)
        page.has(".counts", after)
        page.press("u")
        page.has(".counts", first)


def test_an_undo_reaches_other_tabs(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(6)) as server:
        context = browser.new_context(**DESKTOP)
        first, second = Page(context).review(server.address), Page(context)
        second.review(server.url)
        first.answer(4)
        second.has(".counts", "new 5")
        first.sent()
        first.press("u")

        second.has(".counts", "new 6 · learning 0 · due 0")


def posts(page: Page) -> list[str]:
    """Return the list of the addresses that the page sends something to."""
    found: list[str] = []

    def note(request: Any) -> None:
        if request.method == "POST":
            found.append(request.url.rpartition("/")[2])

    page.tab.on("request", note)
    return found


@pytest.mark.parametrize(
    ("name", "path", "end"),
    [
        ("Set the exam", "exam", "Change the day"),
        ("Change the day", "exam", "Change the day"),
        ("Remove the exam", "clear", "Set the exam"),
    ],
)
def test_a_double_click_changes_the_exam_once(
    browser: Any, tmp_path: Path, name: str, path: str, end: str
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        if name != "Set the exam":
            server.flash("exam", "set", "2099-01-01")
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/exam", "Exam")
        page.tab.fill("#exam-day", "2099-02-02")
        asked = posts(page)

        page.tab.get_by_role("button", name=name).evaluate(TWO_CLICKS)

        page.tab.wait_for_selector("form.panel:not([aria-busy])")
        page.tab.get_by_role("button", name=end).wait_for()
        assert asked == [path]
        assert page.tab.locator(".alarm").count() == 0
        assert page.errors == []


def test_a_double_click_pairs_once(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP))
        page.tab.goto(server.url)
        page.tab.fill("#address", server.address)
        asked = posts(page)

        page.tab.locator("form button").evaluate(TWO_CLICKS)

        page.has("section.question", "Q00")
        assert asked == ["pair"]


@pytest.mark.parametrize(
    ("name", "dialogs"), [("suspend", 1), ("edit", 2), ("history", 2)]
)
def test_a_double_click_on_a_found_card_is_one(
    browser: Any, tmp_path: Path, name: str, dialogs: int
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/search?q=Q", "Search")
        page.tab.locator(".cards .open").first.click()
        page.tab.wait_for_selector(f"dialog [data-action={name}]")
        asked = posts(page)

        page.tab.locator(f"dialog [data-action={name}]").evaluate(TWO_CLICKS)

        page.tab.locator("dialog").nth(dialogs - 1).wait_for()
        page.tab.wait_for_selector("dialog .row:not([aria-busy])")
        assert page.tab.locator("dialog").count() == dialogs
        assert asked == (["suspend"] if name == "suspend" else [])
        assert page.tab.locator("dialog .alarm").count() == 0


def test_a_double_click_leaves_a_found_card_open(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(30)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/search?q=Q", "Search")
        page.tab.locator(".cards .open").first.dblclick()

        page.has("dialog", "A0")
        page.wait_for_taps()
        page.tab.mouse.click(5, 5)
        page.tab.wait_for_selector("dialog", state="detached")


def test_a_changed_found_card_has_the_focus_again(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(4)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/search?q=Q", "Search")
        page.tab.locator(".cards .open").nth(2).click()
        page.tab.click("dialog [data-action=flag]")
        page.press("3")
        page.has("dialog .marks", "flag")
        page.press("Escape")

        page.tab.wait_for_selector(".cards .open:focus")
        assert page.text(".open:focus") == "Q02"


def test_what_failed_without_network_comes_with_it(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        context.set_offline(True)
        page.press("i")
        page.has(".message.alarm", "This needs the network.")
        context.set_offline(False)
        page.tab.wait_for_selector("#sending:empty", state="attached")
        page.tab.wait_for_selector(".message:empty", state="attached")
        context.set_offline(True)
        page.tab.goto(f"{server.url}#/decks")
        page.has(".alarm", "This page needs the network.")
        context.set_offline(False)

        page.has("table.decks", "Numbers")
