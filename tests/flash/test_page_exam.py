"""The page's tables: the forecast of the exam, and the history of a card."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, PHONE, Page, Server, needs_chromium, running

pytestmark = [pytest.mark.slow, needs_chromium]

DECK = """\
deck: Physics
cards:
  - front: Which constant is c?
    back: The speed of light
    tags: ["domain::optics"]
  - front: What does a photon lack?
    back: Mass
    tags: ["domain::particles"]
"""


IS_WHOLE = """() => {
  const box = document.querySelector("table.plain").parentElement;
  return box.scrollWidth <= box.clientWidth;
}"""
"""Whether the table is seen without scrolling sideways."""


def set_exam(server: Server) -> None:
    day = datetime.now(UTC).date() + timedelta(days=30)
    weights = ("domain::optics=60", "domain::particles=40")
    server.flash("exam", "set", str(day), "--weights", ",".join(weights))


def cells(page: Page, row: str) -> list[str]:
    return page.tab.locator(f"{row} > *").all_inner_texts()


def columns(page: Page) -> list[set[int]]:
    """Return where the cells of each column end, in pixels."""
    script = """() => {
      const rows = [...document.querySelectorAll("table.plain tr")];
      return rows.map((row) => [...row.children].map(
        (cell) => Math.round(cell.getBoundingClientRect().right)));
    }"""
    return [set(column) for column in zip(*page.tab.evaluate(script), strict=True)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_exam_forecast_is_a_table(
    browser: Any, tmp_path: Path, size: dict[str, Any], colours: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with running(tmp_path, DECK) as server:
        set_exam(server)
        context = browser.new_context(**size, color_scheme=colours)
        page = Page(context).review(server.address)
        page.open(f"{server.url}#/exam", "Exam")

        page.has("h2", "exam on")
        assert cells(page, "thead tr") == [
            *("domain", "cards", "points", "today", "exam day", "gain")
        ]
        first = cells(page, "tbody tr:first-child")
        assert first[:4] == ["domain::optics", "1", "60 %", "0 %"]
        assert [len(ends) for ends in columns(page)] == [1] * 6
        assert page.tab.evaluate(IS_WHOLE)
        shares = page.tab.locator(".shares dt").all_inner_texts()
        assert shares[0] == "expected on the day"
        assert Axe().run(page.tab).response["violations"] == []
        context.close()


def test_the_page_tells_what_there_is_no_time_for(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        set_exam(server)
        page = Page(browser.new_context(**PHONE)).review(server.address)
        server.flash("config", "new_per_day", "0")
        page.open(f"{server.url}#/exam", "Exam")

        page.has("p", "not seen by then: 2 cards with 100 % of the points")
        page.has("p", "to allow this: flash config new_per_day 1")
        page.has("p", "of these: domain::optics 60 %, domain::particles 40 %")
        assert page.tab.evaluate(IS_WHOLE)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_exam_is_set_moved_and_removed(
    browser: Any, tmp_path: Path, size: dict[str, Any], colours: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    today = datetime.now(UTC).date()
    with running(tmp_path, DECK) as server:
        context = browser.new_context(**size, color_scheme=colours)
        page = Page(context).review(server.address)
        page.open(f"{server.url}#/exam", "Exam")
        page.has("main", "No exam is set.")
        assert Axe().run(page.tab).response["violations"] == []
        page.tab.fill("#exam-day", str(today - timedelta(days=30)))
        page.tab.get_by_role("button", name="Set the exam").click()
        page.has(".message.alarm", "is not in the future")

        page.tab.fill("#exam-day", str(today + timedelta(days=30)))
        page.tab.select_option("#exam-deck", "Physics")
        page.tab.get_by_role("button", name="Set the exam").click()
        page.has("h2", f"exam on {today + timedelta(days=30)}")
        page.tab.fill("#exam-day", str(today + timedelta(days=40)))
        page.tab.get_by_role("button", name="Change the day").click()
        page.has("h2", f"exam on {today + timedelta(days=40)}")
        page.has("h2", "Physics")
        assert Axe().run(page.tab).response["violations"] == []
        page.tab.get_by_role("button", name="Remove the exam").click()
        page.has(".message", f"cleared the exam on {today + timedelta(days=40)}")
        page.has("main", "No exam is set.")
        assert page.errors == []
        context.close()


def test_an_exam_without_cards_can_be_removed(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        set_exam(server)
        page = Page(browser.new_context(**PHONE)).review(server.address)
        server.flash("remove", "Physics", "--yes")
        page.open(f"{server.url}#/exam", "Exam")
        page.has("main", "the exam asks no card")

        page.tab.get_by_role("button", name="Remove the exam").click()

        page.has("main", "No exam is set.")
        assert page.errors == []


def test_a_history_is_a_table(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        context = browser.new_context(**PHONE)
        page = Page(context).review(server.address)
        page.press("i")
        page.has("dialog", "No answers yet.")
        page.close_dialog()
        page.answer(1)
        page.sent()
        page.press("u")
        page.has(".message", "Undone.")
        page.sent()
        page.press("i")

        page.has("dialog td", "Again · undone")
        assert cells(page, "dialog thead tr") == [
            *("Answered", "Rating", "Interval", "Time")
        ]
        assert len(cells(page, "dialog tbody tr")) == 4
        assert page.tab.evaluate(IS_WHOLE)
        assert page.errors == []
        context.close()


def test_large_type_keeps_each_share_on_a_line(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        set_exam(server)
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/exam", "Exam")
        page.tab.evaluate("document.documentElement.style.fontSize = '32px'")

        lines = page.tab.locator(".shares dd").evaluate_all(COUNT_LINES)
        assert lines == [1, 1, 1]


COUNT_LINES = """(all) => all.map((one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map(({ top }) => top)).size;
})"""
