"""Where the cells of an HTML table stand.

A cell that spans rows or columns is in the first of them, as a browser draws it, and
the others stay empty: a picture, a sound or a cloze must not be there twice.
"""

from msgspec import Struct

from export.anki.html_tree import Element, Node, is_hidden

_SECTIONS = ("thead", "tbody", "tfoot")
_MOST_COLUMNS = 1000
_MOST_ROWS = 65534


class Grid(Struct, frozen=True):
    """The rows of a table, all as wide as it is."""

    rows: list[list[Element | None]]
    others: list[Node]
    """What stands outside of the cells."""

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    @property
    def first(self) -> list[Element | None]:
        """The first row."""
        return self.rows[0] if self.rows else []

    @property
    def cells(self) -> list[Element]:
        """The cells in the order of the text."""
        return [cell for row in self.rows for cell in row if cell is not None]


def table_grid(table: Element) -> Grid:
    """Return the cells of a table by row and column.

    Args:
        table: An element `table`.

    Source: https://html.spec.whatwg.org/#forming-a-table; columns in which no cell
    begins are dropped.
    """
    placed: list[dict[int, Element]] = []
    others: list[Node] = []
    _read_section(table, placed, others)
    columns = sorted({column for row in placed for column in row})
    return Grid([[row.get(one) for one in columns] for row in placed], others)


def _read_section(
    section: Element, placed: list[dict[int, Element]], others: list[Node]
) -> None:
    spans: list[_Span] = []
    for child in section.children:
        if not isinstance(child, Element):
            others.append(child)
        elif is_hidden(child):
            continue
        elif child.name in _SECTIONS:
            _read_section(child, placed, others)
        elif child.name == "tr":
            cells = [one for one in child.children if _is_cell(one)]
            shown = [
                one for one in cells if isinstance(one, Element) and not is_hidden(one)
            ]
            row, spans = _row(shown, spans)
            placed.append(row)
            others += [one for one in child.children if not _is_cell(one)]
        else:
            others.append(child)


class _Span(Struct, frozen=True):
    """Columns that a cell takes in the next rows."""

    start: int
    end: int
    rows: int


def _row(
    cells: list[Element], spans: list[_Span]
) -> tuple[dict[int, Element], list[_Span]]:
    """Place the cells of a row, and return the columns they take in the next rows."""
    row: dict[int, Element] = {}
    taken = sorted(spans, key=lambda one: one.start)
    kept = [_Span(one.start, one.end, one.rows - 1) for one in taken if one.rows > 1]
    column = 0
    for cell in cells:
        while taken and taken[0].start <= column:
            column = max(column, taken.pop(0).end)
        row[column] = cell
        end = column + _number(cell, "colspan", 1, _MOST_COLUMNS)
        rows = _number(cell, "rowspan", 0, _MOST_ROWS) or _MOST_ROWS
        if rows > 1:
            kept.append(_Span(column, end, rows - 1))
        column = end
    return row, kept


def _number(cell: Element, name: str, least: int, most: int) -> int:
    text = cell.attributes.get(name, "").strip()
    number = int(text[:9]) if text.isdecimal() else 1
    return min(max(number, least), most)


def _is_cell(node: Node) -> bool:
    return isinstance(node, Element) and node.name in ("td", "th")
