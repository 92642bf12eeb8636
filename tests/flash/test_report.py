"""`flash stats` on a terminal, as JSON, and as a page."""

import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from command_runner import Run
from simulated_learner import START_DAY, fill, live
from store_fixtures import DAY_MS, NOON, add, basic, new_store

from cards.text.width import width_of
from flash.language import choose_language
from flash.messages.dates import month_name
from flash.report.charts import Bar, column_chart, heat_map_chart
from flash.report.markup import tag, text_node
from flash.report.plots import HeatMap, column_plot, heat_map, left_edge, range_plot
from flash.report.text import _month_names
from srs.stats.overview import DayCount
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options

HOSTILE = "</td><script>alert('1')</script> & \"<b>\" \x1b[31m"
JAPANESE = "「桜」の読み方は何ですか？とても長い質問文がここに続いて画面の端を越えます"


@pytest.fixture
def flash(flash: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T12:00:00+00:00")
    return flash


@pytest.fixture
def lived(flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A year of answers to cards with all sorts of text."""
    store = new_store(tmp_path)
    asked = [HOSTILE, JAPANESE, *(f"question {number:02}" for number in range(30))]
    notes = [basic(one, "語学::基礎", language="ja") for one in asked[:16]]
    notes += [basic(one, 'B "&" <i>') for one in asked[16:]]
    add(store, notes, NOON - 900 * DAY_MS)
    ids = [row[0] for row in store.rows("select id from cards order by position")]
    fill(store, live(ids[:-3], 400))
    rebuild_cache(store, Options(store))
    store.db.execute("update cards set lapses = 40, leech = 1 where id = ?", (ids[0],))
    store.db.execute(
        "insert into confusions select max(id), ?, ? from reviews where card = ?",
        (ids[0], ids[1], ids[0]),
    )
    store.close()
    monkeypatch.setenv("FLASH_NOW", f"{_date(START_DAY + 400)}T20:00:00+00:00")
    return flash


def _date(day: int) -> str:
    from srs.scheduler.study_day import day_date

    return str(day_date(day))


ROWS = [
    # day, hour, rating, seconds, state before, kind, interval, last interval
    (-40, 9, 3, 4.0, 0, 0, 5, 0),
    (-35, 9, 3, 3.0, 2, 1, 14, 5),
    (-20, 9, 1, 9.5, 2, 1, -600, 14),
    (-20, 10, 3, 2.5, 3, 2, 8, -600),
    (-11, 22, 3, 5.0, 2, 1, 20, 8),
    (-1, 22, 2, 61.0, 0, 0, 3, 0),
    (0, 9, 4, 1.0, 0, 0, 16, 0),
]


@pytest.fixture
def small(flash: Run, tmp_path: Path) -> Run:
    """Three cards with a short log."""
    store = new_store(tmp_path)
    add(store, [basic("Which organelle makes most ATP?"), basic("two"), basic("three")])
    first, second, third = (row[0] for row in store.rows("select id from cards"))
    for index, row in enumerate(ROWS):
        day, hour, rating, seconds, before, kind, interval, last = row
        card = first if index < 5 else (second, third)[index - 5]
        at = NOON + day * DAY_MS + (hour - 12) * 3_600_000
        state = 2 if interval > 0 else 3
        store.db.execute(
            "insert into reviews (id, card, origin_ms, rating, duration_ms, state_before, kind,"
            " offset_min, state, step, interval, last_interval, difficulty)"
            " values (?1, ?2, ?1, ?3, ?4, ?5, ?6, 0, ?7, 0, ?8, ?9, 5.0)",
            (
                at,
                card,
                rating,
                int(seconds * 1000),
                before,
                kind,
                state,
                interval,
                last,
            ),
        )
    rebuild_cache(store, Options(store))
    store.close()
    return flash


def test_full_statistics_of_three_cards(small: Run) -> None:
    code, out, err = small("stats", "--full")

    assert (code, err) == (0, "")
    assert out == SMALL


SMALL = """\
today   1 answer, 100 % correct, 1 s; 0 due
streak  2 days

3 cards, 7 reviews
  new             0
  learning        0
  young           3  ██████████████████████████████
  mature          0
  suspended       0

true retention, last 30 days
  young      50.0 %  ███████████████ 2
  mature          –  no reviews yet

7 answers in 53 weeks
       Dec Jan Feb Mar  Apr May  Jun Jul Aug  Sep Oct Nov
  Mon ···············································░····░
      ·················································▒··
  Wed ··············································░·····
      ··················································░·
  Fri ····················································
      ····················································
  Sun ···················································░
      ░ 1+  ▒ 2+

due in the next 30 days: 3
  1     █             █             █
        █             █             █
        █             █             █
        █             █             █
  0     █             █             █
    11-23         11-30         12-07         12-14
  today 0, tomorrow 0, in 7 days 1

true retention by interval, last year
                   0%                        100%
  4–7 d   100.0 %        ───────────────────────●      1
  8–14 d   50.0 %     ───────────●────────────         2

true retention by hour, last year
                  0%                        100%
  09:00   50.0 %     ───────────●────────────         2
  22:00  100.0 %        ───────────────────────●      1

predicted and actual recall, last year
  predicted  recalled  answers
     76.7 %   100.0 %        1
     83.9 %   100.0 %        1
     91.3 %     0.0 %        1
     84.0 %    66.7 %        3  total
  log loss 0.9593, RMSE (bins) 55.16 %

answer times, last year
           median  90 % within  answers
  all       4.0 s       61.0 s        7
  again     9.5 s        9.5 s        1
  hard     61.0 s       61.0 s        1
  good      3.0 s        5.0 s        4
  easy      1.0 s        1.0 s        1
  0–2 s           1  ███████████████
  2–4 s           2  ██████████████████████████████
  4–6 s           2  ██████████████████████████████
  6–8 s           0
  8–10 s          1  ███████████████
  10–15 s         0
  15–20 s         0
  20–30 s         0
  30–60 s         0
  60+ s           1  ███████████████

stability, days until recall is 90 %
  0–1 d           0
  1–3 d           1  ███████████████
  3–7 d           0
  7–14 d          2  ██████████████████████████████
  14–30 d         0
  30–90 d         0
  90–180 d        0
  180–365 d       0
  365–730 d       0
  730+ d          0

difficulty, 1 to 10
  1–2             1  ██████████████████████████████
  2–3             0
  3–4             0
  4–5             0
  5–6             1  ██████████████████████████████
  6–7             0
  7–8             1  ██████████████████████████████
  8–9             0
  9–10            0

decks, last 30 days
     cards    new  mature  recalled  min/week
  A      3      0       0      50 %       0.3

most lapses (0 leeches)
  no card has three lapses
"""


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("words", [(), ("--full",)], ids=["brief", "full"])
def test_lines_fit_the_terminal(
    lived: Run, monkeypatch: pytest.MonkeyPatch, columns: int, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    code, out, err = lived("stats", *words)

    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert [line for line in out.splitlines() if width_of(line) > columns] == []


def test_a_new_month_is_named_at_once(
    small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FLASH_NOW", "2026-12-02T12:00:00+00:00")

    _, out, _ = small("stats")

    months = out.splitlines()[15]
    assert months == "        May  Jun Jul Aug Sep Oct Nov Dec"


@pytest.mark.parametrize("each", [1, 2])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_heat_map_names_the_present_month(
    translations: None, monkeypatch: pytest.MonkeyPatch, language: str, each: int
) -> None:
    monkeypatch.setenv("FLASH_LANG", language)
    choose_language()
    for today in range(20_000, 20_365, 3):
        grid = heat_map(daily(today - 364, *[1] * 365)).last(34)

        line = _month_names(grid, each)

        names = [month_name(first) for _week, first in grid.months()]
        shown = line.split()
        assert width_of(line) <= 34 * each
        assert shown == names[-len(shown) :]
        assert len(shown) >= len(names) - 2


def test_styles_need_a_terminal_without_no_color(
    small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    _, styled, _ = small("stats", "--full")
    monkeypatch.setenv("NO_COLOR", "1")
    _, plain, _ = small("stats", "--full")

    assert plain == SMALL
    assert re.sub(r"\x1b\[\d*m", "", styled) == SMALL != styled


def test_statistics_of_a_deck_count_it_only(lived: Run) -> None:
    _, whole, _ = lived("stats", "--json")
    _, part, _ = lived("stats", "語学", "--json", "--full")
    figures, all_figures = json.loads(part), json.loads(whole)

    assert figures["deck"] == "語学"
    assert [one["deck"] for one in figures["decks"]] == ["語学", "語学::基礎"]
    assert figures["cards"] == figures["decks"][0]["cards"] == 16
    assert 0 < figures["reviews"] < all_figures["reviews"]
    reviews = sum(one["reviews"] for one in figures["by_interval"])
    assert reviews == sum(one["reviews"] for one in figures["by_hour"])


def test_unknown_deck_suggests_the_nearest(lived: Run) -> None:
    code, out, err = lived("stats", "語学::基本")

    assert (code, out) == (1, "")
    assert err == "flash: no deck '語学::基本' (did you mean '語学::基礎'?)\n"


def test_markdown_of_questions_is_not_shown(flash: Run, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic("Is **this** `code`?"), basic("Is *that*?")], NOON - DAY_MS)
    first, second = [row[0] for row in store.rows("select id from cards order by id")]
    fill(store, live([first, second], 60))
    run = store.db.execute
    run("update cards set lapses = 9")
    run(
        "insert into confusions select max(id), ?, ? from reviews where card = ?",
        (first, second, first),
    )
    store.close()

    text = flash("stats", "--full")[1]
    flash("stats", "--html", "page.html")
    page = Path("page.html").read_text("utf-8")

    assert text.count("Is this code?") == text.count("Is that?") == 2
    assert page.count("Is this code?") == page.count("Is that?") == 2


FIRST_KEYS = (
    "cards new learning young mature suspended due overdue buried reviews reviewed_today"
    " again_today seconds_today streak forecast retention"
).split()
LATER_KEYS = "deck days stability difficulty decks leeches forgotten confused".split()
FULL_KEYS = "by_interval by_hour calibration answer_times".split()


def test_json_keys_are_stable_and_null_if_not_requested(small: Run) -> None:
    _, brief, _ = small("stats", "--json")
    _, full, _ = small("stats", "--json", "--full")
    found, whole = json.loads(brief), json.loads(full)

    assert list(found) == list(whole) == [*FIRST_KEYS, *LATER_KEYS, *FULL_KEYS]
    assert [found[key] for key in FULL_KEYS] == [None] * 4
    assert {key: found[key] for key in [*FIRST_KEYS, *LATER_KEYS]} == {
        key: whole[key] for key in [*FIRST_KEYS, *LATER_KEYS]
    }
    assert found["retention"] == {
        "young": {"recalled": 1, "reviews": 2, "share": 0.5},
        "mature": {"recalled": 0, "reviews": 0, "share": None},
    }
    assert found["days"][-1] == {"date": "2026-11-23", "reviews": 1, "seconds": 1.0}
    assert len(found["days"]) == 365
    assert whole["by_interval"][2] == {
        "from": 4,
        "to": 7,
        "recalled": 1,
        "reviews": 1,
        "share": 1.0,
    }
    assert whole["by_interval"][-1]["to"] is None
    assert whole["by_hour"][22] == {
        "hour": 22,
        "recalled": 1,
        "reviews": 1,
        "share": 1.0,
    }
    assert whole["answer_times"]["all"] == {
        "rating": None,
        "answers": 7,
        "median": 4.0,
        "slowest": 61.0,
    }
    assert whole["answer_times"]["groups"][-1] == {"from": 60, "to": None, "answers": 1}
    assert whole["calibration"]["reviews"] == 3


class Page(HTMLParser):
    """Parses a page and checks that its elements are nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page_of(run: Run, *words: str) -> str:
    code, _, err = run("stats", *words, "--html", "report.html")
    assert (code, err) == (0, "")
    return Path("report.html").read_text("utf-8")


@pytest.fixture
def drawn(lived: Run) -> Iterator[str]:
    yield page_of(lived)


def test_page_is_well_formed_and_states_its_language(drawn: str) -> None:
    page = Page(drawn)

    names = [name for name, _ in page.elements]
    assert names.count("h1") == 1
    assert ("html", {"lang": "en"}) in page.elements
    assert ("bdi", {"lang": "ja"}) in page.elements
    assert ("meta", {"charset": "utf-8"}) in page.elements


def test_page_loads_nothing_and_has_no_script(drawn: str) -> None:
    page = Page(drawn)

    asking = {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}
    assert not {name for name, _ in page.elements} & {"script", "link", "img", "iframe"}
    assert not {key for _, attributes in page.elements for key in attributes} & asking
    assert not any(key.startswith("on") for _, held in page.elements for key in held)
    assert re.findall(r"https?:|//[a-z]|url\(|@import", drawn) == []


def test_every_chart_has_a_label_and_a_data_table(drawn: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", drawn, re.DOTALL)

    assert len(charts) == 9
    for chart in charts:
        root = ET.fromstring(chart)
        assert root.get("role") == "img"
        assert len(root.get("aria-label") or "") > 20
        assert root.find(".//title") is not None
        _, _, wide, high = map(float, (root.get("viewBox") or "").split())
        for mark in root.iter():
            for key, most in (("x", wide), ("y", high), ("cx", wide), ("cy", high)):
                assert 0 <= float(mark.get(key, "0")) <= most
    # Both halves of the year share a table.
    assert drawn.count("<details>") == len(charts) - 1


def test_card_text_is_escaped_on_the_page(drawn: str) -> None:
    page = Page(drawn)

    shown = "".join(page.texts)
    assert HOSTILE.replace("\x1b", "␛") in shown
    assert JAPANESE in shown
    assert 'B "&" <i>' in shown
    assert "\x1b" not in drawn
    assert [name for name, _ in page.elements if name in ("script", "b", "i")] == []


def test_page_is_reproducible(lived: Run) -> None:
    assert page_of(lived) == page_of(lived)


def test_page_of_a_deck_has_its_name(lived: Run) -> None:
    page = page_of(lived, "語学::基礎")

    assert "<title>語学 › 基礎 · flash</title>" in page
    assert "question 20" not in page


def test_empty_store_has_a_page(flash: Run, tmp_path: Path) -> None:
    open_store(tmp_path / "store.db", NOON).close()

    page = page_of(flash)

    assert "No reviews in the last year" in Page(page).texts
    assert page.count("<svg") == 2


def test_failed_page_leaves_no_file(small: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())

    code, out, err = small("stats", "--html", "nowhere/report.html")

    assert (code, out) == (1, "")
    assert err.startswith("flash: nowhere/report.html: No such file or directory")
    assert sorted(tmp_path.iterdir()) == before


def test_page_and_json_can_be_combined(small: Run) -> None:
    code, out, _ = small("stats", "--html", "report.html", "--json")

    assert code == 0
    assert json.loads(out)["calibration"]["reviews"] == 3
    assert Path("report.html").exists()


def test_markup_escapes_text_and_attributes() -> None:
    made = tag(
        "p",
        text_node('<&"\x07\u3000\ud800\n'),
        tag("br"),
        class_='a"<',
        x=1.0,
        y=None,
        r=0.126,
    )

    assert (
        made == '<p class="a&quot;&lt;" x="1" r="0.13">&lt;&amp;&quot;\u3000\n<br></p>'
    )


def test_column_heights_are_proportional() -> None:
    chart = ET.fromstring(
        column_chart("some", [Bar("a", 4, "four"), Bar("b", 1, "one"), Bar("", 0, "")])
    )

    marks = [one for one in chart.iter("rect") if one.get("class") == "mark"]
    highs = [float(one.get("height") or "") for one in marks]
    assert highs == [110, 27.5, 0]
    assert {
        float(one.get("y") or "") + h for one, h in zip(marks, highs, strict=True)
    } == {126}
    assert [one.text for one in chart.iter("text")] == ["4", "a", "1", "b"]


def daily(first: int, *reviews: int) -> list[DayCount]:
    return [DayCount(first + n, count, 60.0 * count) for n, count in enumerate(reviews)]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([10, 10, 3, 10], ["10", "3", "10"]),
        ([7, 6, 1], ["7", "6", "1"]),
        ([100, 100, 100], ["100", "100"]),
        ([100, 1, 100], ["100", "1", "100"]),
    ],
)
def test_numbers_above_columns_do_not_overlap(
    values: list[int], written: list[str]
) -> None:
    bars = [Bar("", value, "") for value in values + [0] * (30 - len(values))]

    found = ET.fromstring(column_chart("some", bars))

    assert [one.text for one in found.iter("text")] == written


def test_heat_map_weeks_start_on_monday() -> None:
    # 2026-11-26 is a Thursday.
    days = daily(20_783, 5, 0, 9, 1, 7, 3)

    grid = heat_map(days)

    thursday, monday = days[:4], days[4:]
    assert grid.weeks == ((None,) * 3 + tuple(thursday), (*monday, *(None,) * 5))
    assert [(week, str(first)) for week, first in grid.months()] == [(1, "2026-12-01")]
    assert grid.last(1) == HeatMap(grid.weeks[1:], grid.edges)
    assert grid.first(1) == HeatMap(grid.weeks[:1], grid.edges)


def test_every_month_is_named_on_the_page(drawn: str) -> None:
    names = re.findall(r">([A-Z][a-z]{2})</text>", drawn)

    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    assert sorted(one for one in names if one in months) == sorted(months)


@pytest.mark.parametrize("first", range(20_000, 20_031))
def test_month_in_the_last_week_is_named_inside(first: int) -> None:
    grid = heat_map(daily(first, *[1] * 60))

    chart = ET.fromstring(heat_map_chart("a chart", grid, len(grid.weeks)))

    wide = float((chart.get("viewBox") or "").split()[2])
    places = {
        text.text: (float(text.get("x") or ""), text.get("text-anchor"))
        for text in chart.iter("text")
    }
    named = [places[f"{date:%b}"] for _, date in grid.months()]
    assert len(named) >= 1
    assert all(x + 24 <= wide or anchor == "end" for x, anchor in named)


SHADES = {
    "nothing": ([0, 0], [0, 0]),
    "one day": ([0, 3], [0, 1]),
    "all alike": ([4, 4, 4], [1, 1, 1]),
    "quarters": ([1, 2, 3, 4, 5, 6, 7, 8, 0], [1, 1, 1, 2, 2, 3, 3, 4, 0]),
    "a day of zeal": ([1, 1, 1, 900], [1, 1, 1, 2]),
}


@pytest.mark.parametrize(("reviews", "shades"), SHADES.values(), ids=SHADES)
def test_shades_divide_busy_days_into_quarters(
    reviews: list[int], shades: list[int]
) -> None:
    grid = heat_map(daily(20_000, *reviews))

    assert [grid.shade(one) for one in reviews] == shades
    assert max(grid.edges, default=0) < max(*reviews, 1)


def test_column_plot_uses_eighths() -> None:
    assert column_plot([16, 1, 0, 9], rows=2, each=2) == ["█     ▁ ", "█ ▁   █ "]
    assert column_plot([0, 0], rows=1, each=1) == ["  "]


def test_range_plot_marks_the_share_on_its_interval() -> None:
    assert range_plot(0.6, 0.8, 0.9, left=0.5, columns=11) == "  ────●──"
    assert range_plot(0.0, 1.0, 1.0, left=0.5, columns=5) == "────●"
    assert [left_edge(lows) for lows in ([0.83], [0.79, 0.95], [0.0], [])] == [
        0.8,
        0.7,
        0.0,
        0.8,
    ]


@pytest.mark.parametrize(("rows", "is_paged"), [(200, False), (12, True)])
def test_long_statistics_go_through_the_pager(
    flash: Run, monkeypatch: pytest.MonkeyPatch, rows: int, *, is_paged: bool
) -> None:
    paged: list[str] = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("flash.terminal.sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("LINES", str(rows))

    _, out, _ = flash("stats")

    assert len(paged) == is_paged
    assert "streak" in "".join([out, *paged])
