"""The end of a review without network, and what comes after it, in Chromium."""

import json
from pathlib import Path
from typing import Any

import pytest
from web_page import (
    DESKTOP,
    Page,
    Server,
    needs_chromium,
    numbered_deck,
    running,
)

pytestmark = [pytest.mark.slow, needs_chromium]

ALL_DONE = "No more cards are due today."
SOME_DONE = "No more of these cards are due today."


def add_card(server: Server, folder: Path, front: str) -> None:
    file = folder / f"{front}.yaml"
    file.write_text(f"deck: New\ncards:\n- front: {front}\n  back: b\n", "utf-8")
    server.flash("add", str(file))


def change_cards(page: Page, **values: Any) -> None:
    """Let the server's next reply with cards have other values."""

    def answer(route: Any) -> None:
        response = route.fetch()
        reply = response.json()
        reply["cards"] = reply["cards"][:2]
        body = json.dumps(reply | values)
        route.fulfill(response=response, body=body)

    page.tab.route("**/api/queue*", answer, times=1)


def test_the_end_says_that_cards_could_not_be_loaded(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context)
        change_cards(page)
        page.review(server.address)
        context.set_offline(True)
        page.answer(4)
        page.answer(4)

        page.has(".sentences h2", "More cards could not be loaded.")
        page.has(".sentences p", "Cards left for today: 1.")
        context.set_offline(False)
        page.has("section.question", "Q02")
        page.answer(4)
        page.has(".sentences", ALL_DONE)
        assert page.errors == []


@pytest.mark.parametrize(
    ("choice", "lines"),
    [("", ["Cards finished today: 1."]), ("?deck=Numbers", []), ("?query=Q00", [])],
)
def test_the_end_without_network_counts_only_all_cards(
    browser: Any, tmp_path: Path, choice: str, lines: list[str]
) -> None:
    with running(tmp_path, numbered_deck(1)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        page.tab.goto(f"{server.url}#/review{choice}")
        page.tab.wait_for_selector(".show")
        context.set_offline(True)
        page.answer(4)

        page.has(".sentences", SOME_DONE if choice else ALL_DONE)
        assert page.tab.locator(".sentences p").all_inner_texts() == lines


def test_new_cards_are_asked_once_the_network_is_back(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(1)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        context.set_offline(True)
        page.answer(4)
        page.has(".sentences", ALL_DONE)
        add_card(server, tmp_path, "N1")

        context.set_offline(False)
        page.has("section.question", "N1")


def test_cards_come_though_the_server_was_silent_at_the_end(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(3)) as server:
        page = Page(browser.new_context(**DESKTOP))
        change_cards(page)
        page.review(server.address)
        page.answer(4)
        page.sent()
        server.kill()
        page.answer(4)
        page.has(".sentences h2", "More cards could not be loaded.")

        server.start()
        page.has("section.question", "Q02")
        page.sent()
        assert server.reviews() == [("Q00", 4), ("Q01", 4)]


def test_a_review_that_could_not_be_opened_opens_by_itself(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, numbered_deck(1)) as server:
        context = browser.new_context(**DESKTOP)
        page = Page(context).review(server.address)
        context.set_offline(True)
        page.tab.goto(f"{server.url}#/review?deck=Numbers")
        page.has(".sentences", "only the review that was open last goes on")

        context.set_offline(False)
        page.has("section.question", "Q00")


def test_the_next_day_is_asked_for_until_it_comes(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, numbered_deck(1)) as server:
        page = Page(browser.new_context(**DESKTOP))
        page.tab.clock.install()
        page.review(server.address)
        page.answer(4)
        page.has(".sentences", ALL_DONE)
        add_card(server, tmp_path, "N1")
        error = {"error": "database is locked"}
        page.tab.route(
            "**/api/queue*",
            lambda route: route.fulfill(status=500, json=error),
            times=1,
        )

        page.tab.clock.fast_forward("24:00:00")
        page.has(".message", "database is locked")
        page.tab.clock.fast_forward("01:00")
        page.has("section.question", "N1")
