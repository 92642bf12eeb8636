"""Rows of a comparison table: their cells, questions and Markdown."""

from cards.added_words import in_japanese
from cards.note import Compare, Row
from cards.text.bold import in_bold

SUBJECT, VALUE = "{subject}", "{value}"
"""Placeholders in the questions of a table row."""


def row_of(row: tuple[str, ...] | Row) -> Row:
    """Return a row of a table in its long form."""
    return row if isinstance(row, Row) else Row(row)


def cells_of(content: Compare) -> dict[str, tuple[str, ...]]:
    """Return the cells of each row of a table."""
    return {name: row_of(row).cells for name, row in content.by.items()}


def is_empty_cell(cell: str) -> bool:
    """Return True if a table cell makes no card: empty, blank or `~`."""
    return cell.strip() in ("", "~")


def is_reversed(row: Row) -> bool:
    """Return True if a row also asks from value to subject."""
    return row.reverse not in ("", "false")


def ask_cell(row: Row, name: str, subject: str, language: str) -> str:
    """Return the question for the cell of a subject."""
    if row.ask:
        return row.ask.replace(SUBJECT, subject)
    return f"{subject}の{name}は？" if in_japanese(language) else f"{subject}: {name}?"


def ask_subject(row: Row, name: str, cell: str, language: str) -> str:
    """Return the question from the value of a cell to its subject."""
    if VALUE in row.reverse:
        return row.reverse.replace(VALUE, cell)
    if in_japanese(language):
        return f"{name}が「{cell}」なのはどれ？"
    return f"Which has {name} = {cell}?"


def table_markdown(content: Compare, asked_row: str, asked_subject: str) -> str:
    """Return the table as Markdown, the asked cell in bold."""
    lines = [
        _table_row(["", *content.compare]),
        _table_row(["---"] * (len(content.compare) + 1)),
    ]
    for row, cells in cells_of(content).items():
        marked = [
            in_bold(cell) if (row, subject) == (asked_row, asked_subject) else cell
            for subject, cell in zip(content.compare, cells, strict=True)
        ]
        lines.append(
            _table_row([row, *("" if is_empty_cell(c) else c for c in marked)])
        )
    return "\n".join(lines)


def _table_row(cells: list[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(escaped) + " |"
