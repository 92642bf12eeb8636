"""What is seen of a card that is longer than the screen, in Chromium."""

import re
from pathlib import Path
from typing import Any

import pytest
from web_page import DESKTOP, PHONE, Page, needs_chromium, running

pytestmark = [pytest.mark.slow, needs_chromium]

LANDSCAPE = PHONE | {"viewport": {"width": 844, "height": 390}}
SIZES = pytest.mark.parametrize(
    "size", [PHONE, LANDSCAPE, DESKTOP], ids=["phone", "landscape", "desktop"]
)

IS_SEEN = """(part) => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  return [top + 1, bottom - 1].every(
    (y) => part.contains(document.elementFromPoint((left + right) / 2, y)));
}"""
"""Whether the top and the bottom of an element are on the screen and not covered."""


def long_deck() -> str:
    """Return a deck of cards whose questions end near the bottom of a screen."""
    cards = "".join(
        f"  - front: Q{lines} {'Lorem ipsum dolor sit amet ' * lines}\n    back: Paris\n"
        for lines in (16, 17, 18, 19, 26)
    )
    return f"deck: Long\nlanguage: en\ncards:\n{cards}"


def is_seen(page: Page, selector: str) -> bool:
    found: bool = page.tab.locator(selector).evaluate(IS_SEEN)
    return found


@SIZES
def test_a_shown_answer_is_seen_whole(
    browser: Any, tmp_path: Path, size: dict[str, Any]
) -> None:
    with running(tmp_path, long_deck()) as server:
        page = Page(browser.new_context(**size)).review(server.address)
        for lines in (16, 17, 18, 19, 26):
            page.has("section.question", f"Q{lines}")
            top = page.tab.locator("section.question").bounding_box()["y"]
            page.press("Space")
            page.tab.wait_for_selector("section.answer:focus")

            assert top > 0  # though the answer before was scrolled to
            assert is_seen(page, "section.answer .answer")
            page.rate(4)


LOW = {"viewport": {"width": 740, "height": 360}}
ZOOMED = {"viewport": {"width": 720, "height": 450}}


@pytest.mark.parametrize("size", [PHONE | LOW, ZOOMED], ids=["phone", "200 %"])
def test_on_a_low_screen_a_card_is_answered_without_scrolling(
    browser: Any, tmp_path: Path, size: dict[str, Any]
) -> None:
    with running(tmp_path, long_deck()) as server:
        page = Page(browser.new_context(**size)).review(server.address)
        for lines in (16, 17, 18, 19, 26):
            page.has("section.question", f"Q{lines}")
            assert is_seen(page, ".show")
            page.press("Space")
            page.tab.wait_for_selector("section.answer:focus")

            assert is_seen(page, ".rating.good")
            assert is_seen(page, "section.answer .answer")
            assert page.tab.locator(".near").bounding_box()["height"] < 60
            page.rate(4)


def test_an_answer_is_seen_whole_once_its_picture_is_there(
    browser: Any, tmp_path: Path
) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="240"></svg>'
    (tmp_path / "p.svg").write_text(picture, "utf-8")
    deck = long_deck().replace("back: Paris", 'back: "![p](p.svg)"')
    with running(tmp_path, deck) as server:
        context = browser.new_context(**PHONE)
        held: list[Any] = []
        shown: list[bool] = []

        def hold(route: Any) -> None:
            if shown:
                route.continue_()
            else:
                held.append(route)

        context.route("**/media/*", hold)
        page = Page(context).review(server.address)
        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.until("document.querySelector('section.answer img')")
        shown.append(True)
        for route in held:
            route.continue_()

        page.until("document.querySelector('section.answer img').naturalHeight")
        page.until(f"({IS_SEEN})(document.querySelector('section.answer .answer'))")


def test_the_choices_stay_as_they_stand_when_they_are_marked(
    browser: Any, tmp_path: Path
) -> None:
    words = "`arn:aws:iam::123456789012:role/OneRole` and a text of some lines"
    deck = f"""\
deck: Roles
cards:
  - choice: Which one?
    options: ["{words} 1", "{words} 2", "{words} 3"]
    answer: "{words} 2"
"""
    with running(tmp_path, deck) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        texts = page.tab.locator(".choices .text")
        before = texts.evaluate_all(SIZES_OF)
        page.press("1", "Space")
        page.tab.wait_for_selector(".choices .right")

        assert texts.evaluate_all(SIZES_OF) == before
        # The marked option is the answer; it is not shown twice.
        repeated = page.tab.locator("section.answer .answer").bounding_box()
        assert (repeated["width"], repeated["height"]) == (1, 1)


SIZES_OF = """(all) => all.map((one) => {
  const { width, height } = one.getBoundingClientRect();
  return [width, height];
})"""


@SIZES
def test_a_message_is_seen_on_a_long_card(
    browser: Any, tmp_path: Path, size: dict[str, Any]
) -> None:
    with running(tmp_path, long_deck().replace("Q16", "Q16 first " * 90)) as server:
        page = Page(browser.new_context(**size)).review(server.address)
        page.press("o")
        page.has(".message", "This card has no source link.")
        assert is_seen(page, ".message")

        page.press("Space")
        page.tab.wait_for_selector("section.answer:focus")
        page.press("o")
        page.has(".message", "This card has no source link.")
        assert is_seen(page, ".message")
        assert is_seen(page, "section.answer .answer")


def test_the_keyboard_reaches_nothing_behind_the_buttons(
    browser: Any, tmp_path: Path
) -> None:
    deck = f"""\
deck: Fruit
cards:
  - choice: {"Lorem ipsum dolor sit amet " * 19}
    options: [apple, stone, sand, iron, glass]
    answer: apple
"""
    with running(tmp_path, deck) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        for number in range(1, 6):
            page.press("Tab")
            place = f".choices li:nth-child({number}) button"
            page.tab.wait_for_selector(f"{place}:focus")
            page.until(f"({IS_SEEN})(document.querySelector('{place}'))")


def test_a_comparison_moves_no_answer_behind_the_buttons(
    browser: Any, tmp_path: Path
) -> None:
    deck = long_deck().replace("back: Paris", "back: Paris\n    typed: true")
    with running(tmp_path, deck) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.tab.fill("#typed", "Pariss")
        page.press("Enter")
        page.has(".message", "2 Hard is suggested.")

        page.until(f"({IS_SEEN})(document.querySelector('section.answer .answer'))")


@pytest.mark.parametrize("address", ["search?q=", "review?query="])
def test_an_error_of_a_query_fits_a_phone(
    browser: Any, tmp_path: Path, address: str
) -> None:
    query = "tag:one tag:two tag:three tag:four tag:five is:x"
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.tab.goto(f"{server.url}#/{address}{query}")
        page.has("[role=alert] pre", query)

        lines = page.tab.locator("[role=alert] > *").all_inner_texts()
        first, excerpt, hint = lines
        assert first == "unknown state 'x'"
        assert excerpt == f"  {query}\n{' ' * (len(query) + 1)}^"
        assert hint.startswith("known: due, new, learn")
        for text in page.tab.locator("[role=alert] p").all():
            assert text.evaluate("(one) => one.scrollWidth <= one.clientWidth")
        # Of a long query the lines stay below each other; they scroll, also by keyboard.
        page.tab.wait_for_selector("[role=alert] pre[tabindex='0']")
        width = page.tab.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["viewport"]["width"]


def test_a_narrow_rating_keeps_its_key_off_the_japanese_word(
    browser: Any, tmp_path: Path, translations: None
) -> None:
    deck = "deck: 生物\nlanguage: ja\ncards:\n- front: 細胞\n  back: 核\n"
    with running(tmp_path, deck, "ja") as server:
        narrow = {"viewport": {"width": 360, "height": 740}}
        page = Page(browser.new_context(**narrow)).review(server.address)
        page.press("Space")
        page.tab.wait_for_selector(".rating kbd")

        covered = page.tab.evaluate(
            """() => [...document.querySelectorAll(".rating")].filter((rating) => {
              const range = document.createRange();
              range.selectNodeContents(rating.firstChild);
              const word = range.getBoundingClientRect();
              const key = rating.querySelector("kbd").getBoundingClientRect();
              return key.right > word.left && key.left < word.right
                && key.bottom > word.top && key.top < word.bottom;
            }).length"""
        )
        assert covered == 0
        breaks = page.tab.evaluate(
            """() => ["section.question", "section.answer"].map(
              (one) => getComputedStyle(document.querySelector(one)).lineBreak)"""
        )
        assert breaks == ["strict", "strict"]


ENLARGED = {"viewport": {"width": 320, "height": 200}}
"""A screen of 1280 × 800 at 400 %."""


@pytest.mark.parametrize("size", [ENLARGED, DESKTOP], ids=["400 %", "100 %"])
def test_a_question_begins_on_the_screen(
    browser: Any, tmp_path: Path, size: dict[str, Any]
) -> None:
    with running(tmp_path, long_deck()) as server:
        page = Page(browser.new_context(**size)).review(server.address)
        for lines in (16, 17, 18, 19, 26):
            page.has("section.question", f"Q{lines}")
            top, height = page.tab.evaluate(
                """() => {
                  const text = document.querySelector("section.question > div");
                  return [text.getBoundingClientRect().top, innerHeight];
                }"""
            )
            assert 0 < top < height / 3
            # Where it need not scroll, the name of the deck stays in sight.
            assert is_seen(page, ".status h1") == (size is DESKTOP)
            page.answer(4)


def test_large_type_breaks_no_word_of_a_deck(browser: Any, tmp_path: Path) -> None:
    deck = "deck: Certified Security::Specialty\ncards:\n- {front: a, back: b}\n"
    with running(tmp_path, deck) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/decks", "Decks")
        page.tab.evaluate("document.documentElement.style.fontSize = '24px'")

        broken = page.tab.locator("table.decks tbody a").evaluate_all(BROKEN_WORDS)
        assert broken == []
        width = page.tab.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["viewport"]["width"]


BROKEN_WORDS = r"""(links) => links.flatMap(({ firstChild: text }) =>
  [...text.data.matchAll(/\S+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1;
  }).map(([word]) => word))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_has_contrast(
    browser: Any, tmp_path: Path, scheme: str
) -> None:
    with running(tmp_path) as server:
        context = browser.new_context(**DESKTOP, color_scheme=scheme)
        page = Page(context).review(server.address)
        page.open(f"{server.url}#/add", "Add a card")
        field = page.tab.locator("#question")
        edge = luminance(field.evaluate("(one) => getComputedStyle(one).borderColor"))

        for around in ("body", "#question"):
            ground = luminance(page.tab.locator(around).evaluate(BACKGROUND))
            dark, light = sorted((edge, ground))
            assert (light + 0.05) / (dark + 0.05) >= 3


BACKGROUND = "(one) => getComputedStyle(one).backgroundColor"


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG, of `rgb(…)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_finger_opens_the_data_of_a_chart(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/stats", "Statistics")

        box = page.tab.locator("summary").first.bounding_box()
        assert box["height"] >= 44
        page.tab.locator("summary").first.tap(position={"x": 5, "y": 3})
        page.tab.wait_for_selector("details[open]")


RICH = r"""
deck: Rich
cards:
  - front: |
      # Heading

      First

      | a | b |
      |---|---|
      | 1 | 2 |

      Second

      ## Smaller

      - item

      ```
      code
      ```

      Third

      > quoted

      Fourth
    back: A
    source: {title: SI, url: "https://www.bipm.org/en/si"}
"""
GAPS = """() => {
  const parts = [...document.querySelector("#question-text").children];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  return boxes.slice(1).map(({ top }, index) => top - boxes[index].bottom);
}"""


def test_the_parts_of_a_card_stand_apart(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, RICH) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)

        assert page.tab.evaluate(GAPS) == [12] * 9
        sizes = page.tab.locator("#question-text > :is(h1, p, h2)").evaluate_all(
            "(all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert sizes[0] > sizes[3] > sizes[1]


def test_a_finger_opens_a_source(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, RICH) as server:
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.press("Space")

        link = page.tab.locator(".source a").bounding_box()
        assert link["height"] >= 44


def test_no_date_is_broken(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path, RICH) as server:
        server.flash("exam", "set", "2099-02-03")
        page = Page(browser.new_context(**PHONE)).review(server.address)
        page.open(f"{server.url}#/exam", "Exam")
        for width in range(320, 480, 8):
            page.tab.set_viewport_size({"width": width, "height": 800})
            lines = page.tab.locator("h2 .date").evaluate(
                "(date) => date.getClientRects().length"
            )
            assert lines == 1
