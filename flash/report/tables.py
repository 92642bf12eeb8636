"""Tables of the page: the figures behind a chart, decks, cards, pairs."""

from collections.abc import Sequence

from flash.report.markup import tag, text
from srs.stats.difficult_cards import CardQuestion, ConfusedPair, DifficultCard
from srs.stats.overview import DeckSummary


def behind(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make the table of a chart's figures, folded away until it is wanted.

    Args:
        head: Names of the columns; all but the first hold numbers.
        rows: Texts.
    """
    cells = [[_cell(row[0]), *(_number(one) for one in row[1:])] for row in rows]
    numbers = range(1, len(head))
    folded = tag("summary", "Statistics") + _table(head, cells, numbers)
    return tag("details", folded)


def decks(found: Sequence[DeckSummary]) -> str:
    """Make the table of decks, children indented under their parents."""
    head = ("Deck", "Cards", "New", "Mature", "Kept", "Min")
    rows = []
    for one in found:
        share = one.retention.share
        depth, name = one.deck.count("::"), one.deck.split("::")[-1]
        rows.append(
            [
                tag("td", text(name), style=f"padding-left:{0.75 * depth:g}rem"),
                _number(str(one.cards)),
                _number(str(one.new)),
                _number(str(one.mature)),
                _number("–" if share is None else f"{100 * share:.0f} %"),
                _number(f"{one.minutes_a_week:.1f}"),
            ]
        )
    return _table(head, rows, range(1, 6))


def forgotten(found: Sequence[DifficultCard]) -> str:
    """Make the table of cards that were forgotten most often."""
    if not found:
        return tag("p", "No card was forgotten three times.")
    rows = []
    for one in found:
        mark = "suspended" if one.suspended else "leech" if one.leech else ""
        rows.append(
            [
                _number(str(one.lapses)),
                _question(one.asked, mark),
                _number(f"{one.difficulty:.1f}"),
            ]
        )
    return _table(("Lapses", "Question", "Difficulty"), rows, (0, 2))


def pairs(found: Sequence[ConfusedPair]) -> str:
    """Make the table of pairs that are mixed up."""
    rows = [
        [_number(str(one.times)), _question(one.first), _question(one.second)]
        for one in found
    ]
    return _table(("AnswerTimes", "One", "The other"), rows, (0,))


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]
) -> str:
    """Put cells, already elements, under a head."""
    names = (
        tag("th", text(name), scope="col", class_="number" if i in numbers else None)
        for i, name in enumerate(head)
    )
    body = (tag("tr", *row) for row in rows)
    whole = tag("table", tag("thead", tag("tr", *names)), tag("tbody", *body))
    return tag("div", whole, class_="scroll")


def _cell(value: str) -> str:
    return tag("td", text(value))


def _number(value: str) -> str:
    return tag("td", text(value), class_="number")


def _question(asked: CardQuestion, mark: str = "") -> str:
    """Show a question in its language, its deck and a mark under it."""
    words = tag("bdi", text(asked.question), lang=asked.language or None)
    place = " · ".join(one for one in (asked.deck.replace("::", " › "), mark) if one)
    return tag("td", words, tag("br"), tag("small", text(place)))
