"""What a screen reader finds on the page: names, descriptions, languages, the focus."""

from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, PHONE, Page, needs_chromium, running

pytestmark = [pytest.mark.slow, needs_chromium]

CODE = "code " * 60
DECK = f"""
deck: Spoken
language: en
order: 1
cards:
  - front: |
      What does this print?

      ```
      {CODE}
      ```
    back: |
      Nothing.

      | one | two | three | four | five | six |
      |-----|-----|-------|------|------|-----|
      | 1   | 2   | 3     | 4    | 5    | 6   |
  - front: Who wrote it?
    back: Einstein
    typed: true
"""


def focused(page: Page) -> tuple[str, str]:
    """Return the name and the description of what has the focus."""
    session = page.tab.context.new_cdp_session(page.tab)
    found = session.send("Runtime.evaluate", {"expression": "document.activeElement"})
    asked = {"objectId": found["result"]["objectId"], "fetchRelatives": False}
    (node,) = session.send("Accessibility.getPartialAXTree", asked)["nodes"]
    return tuple(
        " ".join(node.get(key, {}).get("value", "").split())
        for key in ("name", "description")
    )


def test_the_text_of_a_card_is_what_is_spoken(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.tab.wait_for_selector("section.question pre[tabindex='0']")
        code = CODE.strip()
        assert focused(page) == (f"Question What does this print? {code}", "")

        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus .scroll[tabindex='0']")
        cells = "one two three four five six 1 2 3 4 5 6"
        assert focused(page) == (f"Answer Nothing. {cells}", "")

        page.rate(4)
        page.tab.wait_for_selector("#typed:focus")
        assert focused(page) == ("Your answer", "Who wrote it?")
        page.press("Escape")
        assert focused(page) == ("Question Who wrote it?", "")


def languages(page: Page) -> dict[str, str]:
    """Return the language of each text of the card that is shown."""
    found: dict[str, str] = page.tab.evaluate(_LANGUAGES)
    return found


_LANGUAGES = """() => {
  const found = {};
  const walker = document.createTreeWalker(
    document.querySelector("article.card"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent: text, parentElement: parent } = walker.currentNode;
    const isSpoken = text.trim() && !parent.closest("[hidden], [aria-hidden]");
    if (isSpoken) found[text.trim()] = parent.closest("[lang]").lang;
  }
  return found;
}"""


def test_each_word_of_a_card_has_its_language(
    browser: Any, tmp_path: Path, translations: None
) -> None:
    with running(tmp_path, LANGUAGES, "ja") as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        assert page.tab.locator(".choices").evaluate("(one) => !one.lang")
        right = page.tab.locator(".choices button", has_text="Mass")
        assert right.get_attribute("lang") == "en"
        wrong = page.tab.locator(".choices button", has_text="Energy")
        wrong.click()
        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        choice = languages(page)
        page.rate(4)
        page.tab.wait_for_selector("#typed:focus")
        page.tab.keyboard.type("Einstien")
        page.press("Enter")
        page.tab.wait_for_selector("mark")
        typed = languages(page)

        english = ["What does a photon lack?", "Mass", "Energy", "SI Brochure"]
        words = page.tab.evaluate("async () => (await fetch('/api/words')).json()")
        japanese = [words[one] for one in ("right", "wrong", "source_is")]
        japanese = [*map(str.strip, japanese), "2026-01-02 確認"]
        assert choice == dict.fromkeys(english, "en") | dict.fromkeys(japanese, "ja")
        assert set(typed.values()) == {"en"}
        assert page.errors == []


LANGUAGES = """
deck: Physics
language: en
order: 1
cards:
  - choice: What does a photon lack?
    options: [Mass, Energy]
    answer: Mass
    source: {title: SI Brochure, url: "https://www.bipm.org/en/si"}
    checked: 2026-01-02
  - front: Who wrote the theory of relativity?
    back: Einstein
    typed: true
"""


def test_a_new_page_has_the_focus(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        for name, title in TITLES.items():
            page.tab.locator(f"#pages a[data-page={name}]").press("Enter")
            page.has("h1", title)
            page.tab.wait_for_selector("h1:focus, #query:focus")
            assert focused(page)[0] in (title, "Query")
        page.tab.keyboard.type("print")
        page.press("Enter")
        page.has(".found", "1 card")
        page.tab.wait_for_selector("h1:focus")


TITLES = {
    "decks": "Decks",
    "stats": "Statistics",
    "exam": "Exam",
    "add": "Add a card",
    "search": "Search",
}


def test_a_button_that_is_replaced_leaves_the_focus(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, DECK) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")
        page.tab.locator(".bundled button").first.press("Enter")
        page.tab.wait_for_selector(".message:not(:empty)")
        page.tab.wait_for_selector("h1:focus")

        page.tab.route("**/api/stats", lambda route: route.abort())
        page.open(f"{server.url}#/stats", "Statistics")
        page.tab.unroute("**/api/stats")
        page.tab.get_by_role("button", name="Try again").press("Enter")
        page.tab.wait_for_selector(".report")
        page.tab.wait_for_selector("h1:focus")


HEADED = """\
deck: Headed
cards:
- front: "# Mass\\n\\n## Unit"
  back: A
"""


def test_the_headings_of_a_card_come_below_that_of_the_page(
    browser: Any, tmp_path: Path
) -> None:
    with running(tmp_path, HEADED) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)

        session = page.tab.context.new_cdp_session(page.tab)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        headings = [one for one in nodes if one["role"]["value"] == "heading"]
        levels = {
            one["name"]["value"]: part["value"]["value"]
            for one in headings
            for part in one["properties"]
            if part["name"] == "level"
        }
        assert levels == {"Headed": 1, "Mass": 2, "Unit": 3}


def test_only_the_count_of_found_cards_is_spoken(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, DECK) as server:
        page = Page(browser.new_context(**DESKTOP)).review(server.address)
        page.open(f"{server.url}#/search?q=deck:Spoken", "Search")
        page.has(".cards", "Who wrote it?")

        spoken = page.tab.evaluate(
            """() => {
              const results = document.querySelector(".results[aria-live=polite]");
              const isSpoken = (one) => one.parentElement.closest("[aria-live]") === results;
              const texts = document.createTreeWalker(results, NodeFilter.SHOW_TEXT);
              const found = [];
              while (texts.nextNode()) {
                if (isSpoken(texts.currentNode)) found.push(texts.currentNode.textContent);
              }
              return found;
            }"""
        )
        assert spoken == ["2 cards found"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_what_a_colour_says(
    browser: Any, tmp_path: Path, scheme: str
) -> None:
    forced = {"forced_colors": "active", "color_scheme": scheme}
    with running(tmp_path, LANGUAGES) as server:
        context = browser.new_context(**DESKTOP, **forced)
        page = Page(context).review(server.address)
        page.answer(4)
        page.tab.wait_for_selector("#typed:focus")
        page.tab.keyboard.type("Einstien")
        page.press("Enter")
        page.tab.wait_for_selector("mark")

        around = page.tab.locator("body").evaluate(COLOUR, "backgroundColor")
        marked = page.tab.locator("mark").first.evaluate(COLOUR, "backgroundColor")
        lines = [
            one.evaluate(COLOUR, "borderBottomColor")
            for one in page.tab.locator("#pages a").all()
        ]
        assert marked != around
        assert lines[0] != around
        assert set(lines[1:]) == {around}


COLOUR = "(one, name) => getComputedStyle(one)[name]"
