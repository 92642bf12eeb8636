"""The page without network, and crashes: every answer is in the store exactly once."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest
from web_page import (
    CHROMIUM,
    DESKTOP,
    Page,
    needs_chromium,
    numbered_deck,
    running,
    slow_disk,
)

pytestmark = [pytest.mark.slow, needs_chromium]

_IS_KEPT = """async () => {
  const cache = await caches.open("flash-1");
  return Boolean(await cache.match("/static/app.js"));
}"""


def test_network_is_lost_halfway(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(12)) as server:
        context = browser.new_context(**DESKTOP)
        slow_disk(context)  # counts must be right even then
        page = Page(context).review(server.address)
        for _ in range(3):
            page.answer(4)
        page.sent()

        context.set_offline(True)
        for rating in (1, 4, 4, 3, 4):
            page.answer(rating)
        page.press("u")
        page.has(".message", "Undone.")
        page.has("#sending", "offline · 4 answers kept here")
        page.has(".counts", "new 5 · learning 2 · due 0")
        assert len(server.reviews()) == 3
        context.set_offline(False)
        page.sent()
        page.tab.wait_for_selector("#sending:empty", state="attached")

        ratings = [4, 4, 4, 1, 4, 4, 3]
        assert server.reviews() == [(f"Q{n:02}", one) for n, one in enumerate(ratings)]
        assert server.counts() == {"new": 5, "learning": 2, "due": 0}
        page.has(".counts", "new 5 · learning 2 · due 0")
        assert page.errors == []


def test_learning_steps_go_on_without_network(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(2)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        context.set_offline(True)

        asked = [page.answer(1), page.answer(4)]
        page.has(".sentences", "The next card is due in")
        assert re.search(r"due in \d+:\d\d\.", page.text(".sentences"))
        page.press("Space")
        page.has(".marks", "before it is due")
        asked += [page.answer(3), page.answer(3)]
        page.has(".sentences", "No more cards are due today.")
        context.set_offline(False)
        page.sent()

        assert asked == ["Q00", "Q01", "Q00", "Q00"]
        expected = zip(asked, (1, 4, 3, 3), strict=True)
        assert server.reviews() == list(expected)
        assert server.counts() == {"new": 0, "learning": 0, "due": 0}


def test_learning_steps_go_on_after_the_end_of_the_day(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context)
        page.tab.clock.install()
        page.review(server.address)
        context.set_offline(True)
        page.answer(4)
        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.tab.clock.fast_forward("25:00:00")
        page.rate(1)
        page.answer(4)

        page.has(".sentences", "The next card is due in")
        page.press("Space")
        page.has(".marks", "before it is due")
        page.answer(4)
        page.has(".sentences", "Cards finished today: 2.")


@pytest.mark.parametrize("rating", [4, 1], ids=["finished", "learning"])
def test_an_undone_answer_of_yesterday_counts_as_none_of_today(
    browser: Any, tmp_path: Path, rating: int
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context)
        page.tab.clock.install()
        page.review(server.address)
        context.set_offline(True)
        page.answer(4)
        page.answer(rating)
        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.tab.clock.fast_forward("25:00:00")
        page.rate(4)

        page.press("u")
        page.has("section.question", "Q02")
        page.press("u")
        page.has("section.question", "Q01")
        page.has(".counts", "new 2 · learning 0 · due 0")
        asked = [page.answer(4), page.answer(4)]

        assert asked == ["Q01", "Q02"]
        page.has(".sentences", "Cards finished today: 2.")
        assert page.errors == []


def test_page_opens_without_network(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        page.until(_IS_KEPT)
        page.answer(4)
        page.sent()

        context.set_offline(True)
        page.answer(4)
        page.press("i")
        page.has(".message", "This needs the network.")
        page.tab.reload()
        page.has("section.question", "Q02")
        page.has("#sending", "offline · 1 answer kept here")
        page.press("u")
        page.has("section.question", "Q01")
        page.answer(3)
        context.set_offline(False)
        page.sent()

        assert server.reviews() == [("Q00", 4), ("Q01", 3)]


def test_killed_browser_loses_nothing(browser: Any, tmp_path: Path) -> None:
    from playwright.sync_api import Error

    with running(tmp_path, numbered_deck(5)) as server:
        launch = browser.browser_type.launch_persistent_context
        options = {"executable_path": CHROMIUM, "args": ["--no-sandbox"], **DESKTOP}
        profile = str(tmp_path / "profile")
        context = launch(profile, **options)
        page = Page(context).review(server.address)
        context.set_offline(True)
        for _ in range(3):
            page.answer(4)
        page.has("#sending", "offline · 3 answers kept here")
        cookies = context.cookies()  # written to the disk once in a while only
        with pytest.raises(Error):
            context.new_cdp_session(page.tab).send("Browser.crash")

        context = launch(profile, **options)
        context.add_cookies(cookies)
        page = Page(context).review(server.url)
        page.sent()
        page.has("section.question", "Q03")
        context.close()

        assert server.reviews() == [(f"Q{number:02}", 4) for number in range(3)]


def test_a_server_that_cannot_write_is_asked_again(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        error = {"error": "database is locked"}
        page.tab.route(
            "**/api/answers*",
            lambda route: route.fulfill(status=503, json=error),
            times=1,
        )

        page.answer(4)
        page.has(".message", "The server could not do this: database is locked")
        assert "offline" not in page.text("#sending")
        page.sent()

        assert server.reviews() == [("Q00", 4)]


def test_answer_whose_reply_is_lost_counts_once(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        posts = []

        def lose_the_first(route: Any) -> None:
            posts.append(route.request.post_data)
            if len(posts) > 1:
                route.continue_()
                return
            route.fetch()
            server.kill()
            route.abort()

        page.tab.route("**/api/answers*", lose_the_first)
        page.answer(4)
        page.has("#sending", "offline · 1 answer kept here")
        page.answer(4)
        server.start()
        page.sent()

        assert "repeat" in posts[0]
        assert len(posts) > 1
        assert server.reviews() == [("Q00", 4), ("Q01", 4)]


def test_answers_wait_for_the_server_of_their_store(
    browser: Any, tmp_path: Path
) -> None:
    for name in "one", "other":
        (tmp_path / name).mkdir()
    with (
        running(tmp_path / "other", numbered_deck(9)) as other,
        running(tmp_path / "one", numbered_deck(9)) as one,
    ):
        other.kill()
        page = Page(browser.new_context(**DESKTOP)).review(one.address)
        one.kill()
        for _ in range(3):
            page.answer(4)
        page.has("#sending", "offline · 3 answers kept here")
        other.port = one.port
        other.start()
        page.has("h1", "Pair this device")

        page.tab.fill("#address", other.address)
        page.press("Enter")
        page.has("#sending", "3 unsent, for another store")
        page.has("section.question", "Q00")
        page.answer(3)
        page.until("!document.querySelector('#sending').textContent.includes('·')")
        page.tab.reload()
        page.has("#sending", "3 unsent, for another store")
        other.kill()
        one.start()
        page.tab.goto(one.address)
        page.sent()

        assert other.reviews() == [("Q00", 3)]
        assert one.reviews() == [(f"Q{number:02}", 4) for number in range(3)]
        assert page.errors == []


def test_an_answer_to_a_deleted_card_is_reported(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        page.has("section.question", "Q00")
        context.set_offline(True)
        page.answer(4)
        server.flash("remove", "--forever", "--yes", "Q00")
        context.set_offline(False)

        page.has("#sending", "1 not recorded: the card was deleted")


def test_an_answer_after_a_sleep_has_the_right_time(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        # The timer stands still while the device sleeps; here its clock runs ahead.
        context.add_init_script(
            "const now = Date.now; self.slept = 0; Date.now = () => now() + self.slept;"
        )
        page = Page(context).review(server.address)
        page.answer(4)
        page.sent()
        before = page.tab.evaluate("Date.now()")

        page.tab.evaluate("self.slept = 3_600_000")
        with page.tab.expect_request("**/api/answers*") as sent:
            page.answer(4)

        (answer,) = sent.value.post_data_json
        assert abs(answer["at"] - before - 3_600_000) < 30_000
        page.sent()
        with page.tab.expect_request("**/api/answers*") as sent:
            page.answer(4)
        (answer,) = sent.value.post_data_json
        assert abs(answer["at"] - before) < 30_000


def test_page_opens_though_the_server_is_silent(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(4)) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.until(_IS_KEPT)
        page.answer(4)
        page.sent()

        server.signal(signal.SIGSTOP)
        page.tab.goto(server.url, wait_until="commit")
        page.has("section.question", "Q01")
        page.has("#sending", "offline")
        page.answer(4)
        page.has("#sending", "offline · 1 answer kept here")
        page.tab.reload()
        page.has("section.question", "Q02")
        server.signal(signal.SIGCONT)
        page.sent()
        page.tab.wait_for_selector("#sending:empty", state="attached")

        assert server.reviews() == [("Q00", 4), ("Q01", 4)]
        assert page.errors == []
