"""Elements of HTML and SVG, the frame of a page, and the tables of the statistics.

Text goes through `text_node` and attributes are escaped, so that no text of a card can
become a tag.
"""

from collections.abc import Sequence
from html import escape
from unicodedata import category

from cards.text.terminal import plain_text
from cards.translate import _
from flash.language import interface_language
from flash.messages import statistics as messages
from flash.messages.cards import one_line
from flash.messages.phrases import percent
from srs.stats.difficult_cards import CardQuestion, ConfusedPair, DifficultCard
from srs.stats.overview import DeckSummary

_EMPTY = frozenset(("meta", "br"))
_REFUSED = frozenset(("Cc", "Cs"))
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_VIEWPORT = "width=device-width, initial-scale=1"


def text_node(value: str) -> str:
    """Escape text, without control characters."""
    return escape("".join(c for c in value if category(c) not in _REFUSED or c == "\n"))


def tag(name: str, /, *inside: str, **attributes: str | float | None) -> str:
    """Make an element.

    Args:
        name: Name of the element.
        inside: Markup.
        attributes: Values; None omits an attribute.  An underscore in a name
            becomes a hyphen, and one at its end is dropped (`class_`).  Numbers
            get at most two decimals.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return f"<{name}{written}>"
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def _value(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def html_page(title: str, style: str, *body: str) -> str:
    """Make a page that loads nothing and runs nothing, and tells the browser so.

    Args:
        title: In the bar of the browser.
        style: CSS.
        body: Markup, on lines of its own.
    """
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content=_VIEWPORT),
        tag("title", text_node(title)),
        tag("style", style),
    )
    lines = (
        "<!doctype html>",
        f'<html lang="{interface_language()}">',
        tag("head", "\n", "\n".join(head), "\n"),
        tag("body", "\n", "\n".join(body), "\n"),
        "</html>",
    )
    return "\n".join(lines) + "\n"


def data_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make the folded table with the data of a chart.

    Args:
        head: Names of the columns; all but the first hold numbers.
        rows: Texts.
    """
    cells = [
        [tag("td", text_node(row[0])), *(_number(value) for value in row[1:])]
        for row in rows
    ]
    table = _table(_("Data"), head, cells, range(1, len(head)))
    return tag("details", tag("summary", text_node(_("Data"))), table)


def deck_summary_table(found: Sequence[DeckSummary]) -> str:
    """Make the table of decks, children indented below their parents."""
    head = (
        _("Deck"),
        _("Cards"),
        _("New"),
        _("Mature"),
        _("Recalled"),
        _("Min/week"),
    )
    rows = []
    for deck in found:
        depth, name = deck.deck.count("::"), deck.deck.split("::")[-1]
        rows.append(
            [
                tag("td", text_node(name), style=f"padding-left:{0.75 * depth:g}rem"),
                _number(str(deck.cards)),
                _number(str(deck.new)),
                _number(str(deck.mature)),
                _number(percent(deck.retention.share)),
                _number(f"{deck.minutes_a_week:.1f}"),
            ]
        )
    return _table(_("Decks"), head, rows, range(1, 6))


def difficult_table(found: Sequence[DifficultCard]) -> str:
    """Make the table of the cards with the most lapses."""
    if not found:
        return tag("p", text_node(_("No card has three lapses.")))
    rows = [
        [
            _number(str(card.lapses)),
            _question(card.asked, messages.card_mark(card)),
            _number(f"{card.difficulty:.1f}"),
        ]
        for card in found
    ]
    head = (_("Lapses"), _("Question"), _("Difficulty"))
    return _table(_("Most lapses"), head, rows, (0, 2))


def pair_table(found: Sequence[ConfusedPair]) -> str:
    """Make the table of confused pairs."""
    rows = [
        [_number(str(pair.times)), _question(pair.first), _question(pair.second)]
        for pair in found
    ]
    head = (_("Times"), _("First card"), _("Second card"))
    return _table(_("Confused pairs"), head, rows, (0,))


def _table(
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
) -> str:
    """Make a table of cells that are elements already; the keyboard can scroll it."""
    names = (
        tag(
            "th",
            text_node(column),
            scope="col",
            class_="number" if i in numbers else None,
        )
        for i, column in enumerate(head)
    )
    body = (tag("tr", *row) for row in rows)
    table = tag("table", tag("thead", tag("tr", *names)), tag("tbody", *body))
    return tag(
        "div", table, class_="scroll", role="group", aria_label=name, tabindex="0"
    )


def _number(value: str) -> str:
    return tag("td", text_node(value), class_="number")


def _question(asked: CardQuestion, mark: str = "") -> str:
    """Make a cell with a question in its language, above its deck and a mark."""
    text = text_node(one_line(plain_text(asked.question)))
    question = tag("bdi", text, lang=asked.language or None)
    parts = (asked.deck.replace("::", " › "), mark)
    details = " · ".join(part for part in parts if part)
    return tag("td", question, tag("br"), tag("small", text_node(details)))
