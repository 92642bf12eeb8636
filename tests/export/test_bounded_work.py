"""Reading a hostile package or field takes bounded time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import Run
from foreign_packages import database, zipped
from work_limits import assert_linear

from export.anki.html_to_markdown import to_markdown
from export.anki.media_references import media_names

MARKS = [
    "[sound:",
    "<a href='",
    '<a href="',
    "\\(",
    "\\[",
    "<!--",
    "<img ",
    "<img src=",
]
MARKS += [
    '<img src="',
    "{{c1::",
    "}}",
    "::",
    "<",
    "&",
    "&#",
    "<b>",
    "<div>",
    "<![CDATA[",
]
MARKS += ["<?", "<!DOCTYPE ", "<script>", "<style>", "<table><tr><td>", "<ul><li>", "$"]
MARKS += ["`", "*a ", "_a", "[a](", "![", "<br>", "<pre>", "[latex]", "[$]", "<ruby>"]
MARKS += ["<img a=b ", "<svg>", "<p>", "\n", " ", "1. ", "# ", "- ", "| "]
DEEP = "[" * 100_000
JSON_COLUMNS = ["conf", "models", "decks", "dconf"]


@pytest.mark.parametrize("read", [to_markdown, media_names])
@pytest.mark.parametrize("end", ["", ">", "]"])
@pytest.mark.parametrize("mark", MARKS)
def test_marks_are_read_in_linear_time(
    mark: str, end: str, read: Callable[[str], object]
) -> None:
    assert_linear(lambda size: read(mark * size + end))


@pytest.mark.parametrize("column", JSON_COLUMNS)
def test_deep_json_is_an_error(flash: Run, column: str) -> None:
    data = database(f"update col set {column} = '{DEEP}'")
    zipped(Path("x.apkg"), {"collection.anki2": data, "media": b"{}"})

    code, out, err = flash("import", "x.apkg")

    assert (code, out) == (1, "")
    assert err.startswith("flash: x.apkg: damaged collection: JSON nested too deeply")


def test_deep_list_of_media_is_an_error(flash: Run) -> None:
    zipped(Path("x.apkg"), {"collection.anki2": database(), "media": DEEP.encode()})

    assert "damaged list of media" in flash("import", "x.apkg")[2]


def test_lone_surrogate_in_a_deck_name_is_replaced(flash: Run) -> None:
    data = database("""update col set decks = replace(decks, 'Default', '\\ud800x')""")
    zipped(Path("x.apkg"), {"collection.anki2": data, "media": b'{"0": "\\ud800.png"}'})

    assert flash("import", "x.apkg")[0] == 0
    assert [deck["deck"] for deck in flash.json("decks")] == ["?x"]


def test_levels_of_a_deck_are_imported_in_linear_time(flash: Run) -> None:
    def work(levels: int) -> None:
        name = "::".join([f"d{levels}"] * levels)
        data = database(f"update col set decks = replace(decks, 'Default', '{name}')")
        zipped(Path("x.apkg"), {"collection.anki2": data, "media": b"{}"})
        assert flash("import", "x.apkg")[0] == 0

    # The names of the parents are together as long as the square of the levels,
    # which shows when there are more of them.
    assert_linear(work, 4_000)
