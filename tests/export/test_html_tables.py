"""Cells of HTML tables stay in their columns, and items of lists keep their markers."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work_limits import assert_linear

from cards.text.terminal import plain_text
from export.anki.html_to_markdown import to_markdown

SPANS = st.tuples(st.integers(1, 3), st.integers(1, 3))
TABLES = st.lists(st.lists(SPANS, min_size=1, max_size=3), min_size=1, max_size=4)


def cells(markdown: str) -> list[list[str]]:
    """Return the cells of a Markdown table without its rule."""
    lines = markdown.split("\n")
    return [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in (lines[0], *lines[2:])
    ]


def drawn(table: list[list[tuple[int, int]]]) -> list[list[str]]:
    """Place numbered cells as HTML says: each in the first free column of its row."""
    taken: set[tuple[int, int]] = set()
    texts: dict[tuple[int, int], str] = {}
    numbers = count()
    for row, spans in enumerate(table):
        column = 0
        for rows, columns in spans:
            while (row, column) in taken:
                column += 1
            texts[row, column] = str(next(numbers))
            taken |= {
                (row + down, column + right)
                for down in range(rows)
                for right in range(columns)
            }
            column += columns
    used = sorted({column for _, column in texts})
    return [[texts.get((row, one), "") for one in used] for row in range(len(table))]


@given(TABLES)
def test_each_cell_stands_in_its_column(table: list[list[tuple[int, int]]]) -> None:
    numbers = count()
    rows = (
        "".join(
            f"<th rowspan={rows} colspan={columns}>{next(numbers)}</th>"
            for rows, columns in spans
        )
        for spans in table
    )
    field = "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    assert cells(to_markdown(field)) == drawn(table)


TABLE_CASES: dict[str, tuple[str, list[list[str]]]] = {
    "a row that spans all that follow": (
        "<tr><th>a<th>b<tr><td rowspan=0>c<td>d<tr><td>e<tr><td>f",
        [["a", "b"], ["c", "d"], ["", "e"], ["", "f"]],
    ),
    "a span ends with its section": (
        "<thead><tr><th rowspan=9>a<th>b</thead><tbody><tr><td>c<td>d</tbody>",
        [["a", "b"], ["c", "d"]],
    ),
    "a cell that is not shown": (
        '<tr><th>a<th>b<tr><td style="display:none">x<td>c<td>d',
        [["a", "b"], ["c", "d"]],
    ),
    "spans that are none": (
        "<tr><th colspan=x>a<th rowspan=-2>b<tr><td colspan='1000000000'>c<td>d",
        [["a", "b", ""], ["c", "", "d"]],
    ),
    "a cloze over two rows": (
        "<tr><th>a<th>b<tr><td rowspan=2>{{c1::c}}<td>d<tr><td>e",
        [["a", "b"], ["{{c1::c}}", "d"], ["", "e"]],
    ),
}


@pytest.mark.parametrize(
    ("rows", "expected"), TABLE_CASES.values(), ids=TABLE_CASES.keys()
)
def test_spans_are_read_as_in_a_browser(rows: str, expected: list[list[str]]) -> None:
    assert cells(to_markdown(f"<table>{rows}</table>")) == expected


def test_time_is_linear_in_the_rows_of_spans() -> None:
    row = "<tr><td rowspan=65534 colspan=1000>a<td>b"
    assert_linear(
        lambda size: to_markdown("<table><tr><td>x" + row * 3 + "<tr>" * size)
    )


LISTS: dict[str, tuple[str, str]] = {
    "upper letters": ("<ol type=A><li>a<li>b</ol>", "A. a\nB. b"),
    "lower letters": ("<ol type=a start=26><li>a<li>b</ol>", "z. a\naa. b"),
    "Roman numbers": ("<ol type=I start=4><li>a<li>b</ol>", "IV. a\nV. b"),
    "a style": (
        '<ol style="color:red; list-style-type: upper-alpha"><li>a<li>b</ol>',
        "A. a\nB. b",
    ),
    "a short style": (
        '<ol type=i style="list-style: inside LOWER-LATIN"><li>a</ol>',
        "a. a",
    ),
    "kana": ('<ol style="list-style:katakana"><li>a<li>b</ol>', "ア、 a\nイ、 b"),
    "a style of an item": ("<ol><li>a<li type=A>b</ol>", "1. a\nB. b"),
    "letters of a list without order": (
        '<ul style="list-style-type:upper-alpha"><li>a<li>b</ul>',
        "A. a\nB. b",
    ),
    "bullets of a list in order": (
        '<ol style="list-style-type:disc"><li>a<li>b</ol>',
        "• a\n• b",
    ),
    "no letter for 0": ("<ol type=A start=0><li>a<li>b</ol>", "0. a\nA. b"),
    "a start": ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
    "a start below 0": ("<ol start=-1><li>a<li>b</ol>", "-1. a\n0. b"),
    "a start that is none": ("<ol start=x><li>a<li>b</ol>", "1. a\n2. b"),
    "a first value": ("<ol><li value=3>a<li>b</ol>", "3. a\n4. b"),
    "a later value": ("<ol><li>a<li value=5>b<li>c</ol>", "1. a\n5. b\n6. c"),
    "a value and letters": ('<ol type=A><li value="2">a<li>b</ol>', "B. a\nC. b"),
    "backwards": ("<ol reversed><li>a<li>b<li>c</ol>", "3. a\n2. b\n1. c"),
    "backwards from a start": ("<ol reversed start=5><li>a<li>b</ol>", "5. a\n4. b"),
    "an empty item": ("<ol><li>a<li><br><li>c</ol>", "1. a\n3. c"),
    "a hidden item": ("<ol><li>a<li hidden>b<li>c</ol>", "1. a\n2. c"),
    "what looks like a marker": ("<ol type=A><li>- a<li>1. b</ol>", "A. - a\nB. 1. b"),
    "a list inside": (
        "<ol type=A><li>a<ul><li>b</ul><li>c</ol>",
        "A. a\n\n• b\n\nB. c",
    ),
    "an item that is no paragraph": (
        "<ol type=A><li><pre>a</pre><li><h2>b</h2></ol>",
        "A.\n\na\n\nB.\n\nb",
    ),
}


@pytest.mark.parametrize(("field", "shown"), LISTS.values(), ids=LISTS.keys())
def test_items_keep_their_markers(field: str, shown: str) -> None:
    assert plain_text(to_markdown(field)) == shown
