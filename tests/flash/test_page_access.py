"""The page for everybody: names, roles, contrast, 200 % zoom; and its weight."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, PHONE, Page, needs_chromium, running

from flash.messages.web import web_words

_STATIC = Path(str(files("flash.web"))) / "static"
_PAGES = {
    "decks": "Decks",
    "stats": "Statistics",
    "exam": "Exam",
    "search?q=a": "Search",
    "add": "Add a card",
}

_ARABIC = """
deck: Arabic
language: ar
cards:
  - front: "ما هي عاصمة فرنسا؟"
    back: "باريس:\\n\\n- مدينة"
"""
_LEFT_OF = """(selector) => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(selector));
  return range.getBoundingClientRect().left;
}"""
"""Where the text of an element begins, in pixels from the left."""


@pytest.mark.slow
@needs_chromium
def test_axe_finds_nothing_serious(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        # While an answer fades in, its contrast is low.
        still = {"reduced_motion": "reduce"}
        context = browser.new_context(**PHONE, **still)
        page = Page(context).open(server.url, "Pair this device")
        found = problems(page)
        page.review(server.address)
        found |= problems_of_all_pages(page, server.url)
        state = context.storage_state()
        still |= {"color_scheme": "dark", "storage_state": state}
        dark = browser.new_context(**DESKTOP, **still)
        page = Page(dark).review(server.url)
        found |= problems_of_all_pages(page, server.url, ["color-contrast"])

        assert found == set()
        assert page.errors == []


def problems_of_all_pages(
    page: Page, url: str, rules: list[str] | None = None
) -> set[str]:
    """Return what is wrong on the pages and with a question, an answer, a dialog."""
    found = problems(page, rules)
    page.press("Space", "i")
    page.has("dialog", "History")
    found |= problems(page, rules)
    page.close_dialog()
    found |= problems(page, rules)
    page.rate(4)
    page.has("section.question", "What does a photon lack?")
    page.press("1", "Space")
    found |= problems(page, rules)
    page.press("u")
    page.has(".message", "Undone.")
    for address, title in _PAGES.items():
        page.open(f"{url}#/{address}", title)
        found |= problems(page, rules)
    return found


def problems(page: Page, rules: list[str] | None = None) -> set[str]:
    """Return what axe finds serious on a page as it is."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": rules} if rules else None
    result = Axe().run(page.tab, options=options).response
    assert result["passes"]
    return {
        f"{one['id']}: {node['html']}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    }


@pytest.mark.slow
@needs_chromium
def test_page_fits_when_enlarged(browser: Any, tmp_path: Path) -> None:
    # A browser at 200 % lays a page of half the width out.
    half = {"viewport": {"width": 320, "height": 400}}
    with running(tmp_path, _WIDE) as server:
        page = Page(browser.new_context(**half)).review(server.address)
        page.press("Space")
        page.tab.wait_for_selector(".ratings")
        wide = {"review": page.tab.evaluate(_OVERFLOW)}
        focused = page.tab.locator(".card [tabindex='0']")
        names = [one.get_attribute("aria-roledescription") for one in focused.all()]
        assert names == ["Formula", "Formula", "Table", "Code"]
        for address, title in _PAGES.items():
            page.open(f"{server.url}#/{address}", title)
            wide[title] = page.tab.evaluate(_OVERFLOW)

        assert set(wide.values()) == {0}, wide


_WIDE = rf"""
deck: {"Verylong" * 9}
language: en
cards:
  - front: Which is wider, ${"abc+" * 40}d$ or $x$?
    back: |
      The first of two, {"verylong" * 20}.

      $$\frac{{{"abc+" * 40}d}}{{2}}$$

      | a | b | c | d | e | f |
      |---|---|---|---|---|---|
      | 1 | 2 | 3 | 4 | 5 | 6 |

      | a | b |
      |---|---|
      | 1 | 2 |

      ```
      {"code " * 40}
      ```
"""
_OVERFLOW = (
    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
)


def test_page_is_light() -> None:
    texts = [
        file for file in _STATIC.iterdir() if file.suffix in (".html", ".css", ".js")
    ]

    assert sum(file.stat().st_size for file in texts) <= 150_000
    assert max(file.read_text("utf-8").count("\n") for file in texts) <= 400


def test_page_loads_all_modules_at_once() -> None:
    index = (_STATIC / "index.html").read_text("utf-8")

    loaded = set(re.findall(r'="/static/(\w+\.js)"', index))
    assert loaded | {"sw.js"} == {file.name for file in _STATIC.glob("*.js")}
    assert not re.search(r"<style|style=|\son\w+=|https?://", index)


def test_page_has_all_its_words() -> None:
    scripts = "".join(file.read_text("utf-8") for file in _STATIC.glob("*.js"))

    asked = set(re.findall(r'word\(\s*"(\w+)"', scripts))
    words = set(web_words()) - {"lang"}
    assert asked - words == set()
    used = set(re.findall(r'"(\w+)"', scripts)) | set(
        re.findall(r"^  (\w+):", scripts, re.MULTILINE)
    )
    built = {f"flag_{number}" for number in range(8)}
    assert words - used - built == set()


@pytest.mark.slow
@needs_chromium
def test_texts_have_the_direction_of_their_language(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, _ARABIC) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.press("Space")

        sides = page.tab.evaluate(
            """() => ["section.question", "section.answer", "section.answer li"].map(
              (one) => getComputedStyle(document.querySelector(one)).direction)"""
        )
        assert sides == ["rtl", "rtl", "rtl"]
        assert page.tab.evaluate(_LEFT_OF, "section.question div") > 100
        page.open(f"{server.url}#/search?q=deck:Arabic", "Search")
        page.tab.wait_for_selector(".cards p[lang=ar]")
        assert page.tab.evaluate(_LEFT_OF, ".cards p[lang=ar]") > 100
        assert page.errors == []


@pytest.mark.slow
@needs_chromium
def test_counts_stay_in_sight_beside_a_long_deck_name(
    browser: Any, tmp_path: Path
) -> None:
    name = "Betriebswirtschaftslehre::Unternehmensfinanzierung"
    with running(tmp_path, _ARABIC.replace("Arabic", name)) as server:
        narrow = PHONE | {"viewport": {"width": 360, "height": 640}}
        page = Page(browser.new_context(**narrow)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")

        assert (
            page.tab.evaluate(
                """() => {
              const { scrollWidth, clientWidth } = document.querySelector(".scroll");
              return scrollWidth - clientWidth;
            }"""
            )
            == 0
        )
