"""Errors in queries, and errors about names of cards and decks."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from cards.errors import FlashError
from cards.text.width import clean, width_of
from cards.translate import N_, _
from srs.models.query import EXAMPLES, PROPERTIES, STATES, Mistake, QueryError

_SHOWN = 8
"""Names that an error lists at most."""


_KNOWN = N_("known: {known}")
_QUOTED = N_('to find the text, write "{text}"')
_MISTAKES: dict[Mistake, tuple[str, str]] = {
    "open quote": (N_("a quotation mark is never closed"), N_('add another "')),
    "open parenthesis": (N_("'(' is never closed"), N_("add ')'")),
    "stray parenthesis": (N_("')' without '('"), N_('to find the sign, write ")"')),
    "too deep": (N_("parentheses nested too deeply"), ""),
    "too long": (N_("the query is too long"), ""),
    "nothing before or": (N_("nothing comes before 'or'"), _QUOTED),
    "nothing after": (N_("nothing follows '{text}'"), _QUOTED),
    "unknown key": (N_("unknown key '{key}:'"), _QUOTED),
    "unknown state": (N_("unknown state '{text}'"), _KNOWN),
    "unknown property": (N_("unknown property '{text}'"), _KNOWN),
    "no value": (N_("'{text}:' has no value"), N_("write {examples}")),
    "bad value": (N_("'{text}:' can't have this value"), N_("write {examples}")),
}
"""Message and hint."""


def query_error(error: QueryError) -> FlashError:
    """Explain a mistake in a query, with a caret below it."""
    message, hint = _MISTAKES[error.mistake]
    if error.mistake == "unknown key" and "::" in error.text:
        message = N_("no deck '{text}'")
        hint = N_('flash decks lists them; to find the text, write "{text}"')
    if error.near:
        hint = N_("did you mean '{near}'?")
    values = {
        "text": error.text,
        "key": error.text.partition(":")[0],
        "near": error.near,
        "known": ", ".join(STATES if error.mistake == "unknown state" else PROPERTIES),
        "examples": EXAMPLES.get(error.text, ""),
    }
    before = clean(error.query[: error.column]).replace("\n", " ")
    shown = clean(error.query).replace("\n", " ")
    caret = " " * width_of(before) + "^"
    text = f"{_(message).format_map(values)}\n  {shown}\n  {caret}"
    return FlashError(text, _(hint).format_map(values) if hint else "")


class NoMatchError(FlashError):
    """No card matches a query, or there is no card or deck of a name."""


def no_match(query: str, near: str = "", *, is_file: bool = False) -> NoMatchError:
    """Make the error for a query that no card matches.

    Args:
        query: As the user typed it.
        near: The deck with the most similar name.
        is_file: There is a file of that name.
    """
    message = _("no card matches '{query}'").format(query=query)
    hint = _("did you mean the deck '{name}'?").format(name=near)
    if is_file:
        hint = _("add the file first: flash add {file}").format(file=query)
    return NoMatchError(
        message, hint if near or is_file else _("flash list shows all cards")
    )


def no_such_card(name: str) -> NoMatchError:
    """Make the error for a name that fits no card."""
    message = _("no card is called '{name}'").format(name=name)
    return NoMatchError(message, _("flash list shows the card numbers"))


def no_such_number(number: str) -> FlashError:
    """Make the error for a number that no card has."""
    message = _("no card has the number {number}").format(number=number)
    hint = _("""to find the text, write '"{number}"'""").format(number=number)
    return FlashError(message, hint)


def several_cards(number: str, cards: Sequence[int]) -> FlashError:
    """Make the error for a number with which several cards end."""
    message = _("the numbers of several cards end with {number}").format(number=number)
    return FlashError(message, _listed(map(str, cards)))


def no_such_deck(deck: str, names: Sequence[str]) -> NoMatchError:
    """Make the error for a deck that doesn't exist, given those that do."""
    near = nearest(deck, names)
    hint = _("flash decks lists them") if names else _("add one with flash add FILE")
    if near:
        hint = _("did you mean '{name}'?").format(name=near)
    return NoMatchError(_("no deck '{name}'").format(name=deck), hint)


def several_decks(deck: str, names: Sequence[str]) -> FlashError:
    """Make the error for a name that several decks have."""
    message = _("several decks are called '{name}'").format(name=deck)
    return FlashError(message, _listed(names))


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the most similar name; empty if none is similar."""
    return "".join(get_close_matches(name, sorted(names), 1, 0.4))


def _listed(names: Iterable[str]) -> str:
    """Suggest to write one of some names."""
    found = list(names)
    shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    return _("write one of: {names}").format(names=shown)
