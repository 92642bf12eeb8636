"""The cards that a browser asks for, and how the day of their review ended."""

from msgspec import Struct

from flash.messages.day import day_lines
from flash.service.context import AppContext
from flash.service.reviewing import card_filter
from srs.store.rows import has_notes
from srs.study.day_report import day_report
from srs.study.due_cards import CardFilter


class Selected(Struct, frozen=True):
    """The cards of a deck, of a query, or of both; all cards without either."""

    deck: str = ""
    query: str = ""
    is_cram: bool = False
    """Whether the schedule stays."""


def selected_cards(app: AppContext, choice: Selected) -> CardFilter:
    """Return the filter for the cards that a browser asks for.

    Raises:
        FlashError: There is no such deck, or the query has a mistake.
    """
    words = [choice.query] if choice.query.strip() else []
    return card_filter(app, words, deck=choice.deck)


def finds_nothing(app: AppContext, chosen: CardFilter) -> bool:
    """Return True if a filter finds no card, due or not."""
    if chosen.deck or chosen.query:
        return chosen.cards is not None and not chosen.cards
    return not has_notes(app.store, in_use=True)


def day_of(app: AppContext) -> list[str]:
    """Sum up the study day; answers of every screen count."""
    return day_lines(day_report(app.store, app.options, CardFilter(), app.now()))
