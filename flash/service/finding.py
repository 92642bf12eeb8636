"""The cards, decks and tags that a user names: numbers, ids, decks and queries."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cards.errors import FlashError
from cards.files import is_file
from cards.text.folding import fold
from cards.translate import _
from flash.messages.queries import (
    NoMatchError,
    nearest,
    no_match,
    no_such_card,
    no_such_deck,
    no_such_number,
    query_error,
    several_cards,
    several_decks,
)
from flash.service.context import AppContext
from srs.models.presets import ancestry
from srs.models.query import (
    AllOf,
    AnyOf,
    Condition,
    InDeck,
    Named,
    Phrase,
    QueryError,
    is_passing,
    parse_query,
)
from srs.store.decks import deck_names, tag_names
from srs.store.search import search_cards


class FoundCards(Struct, frozen=True):
    """The cards that words on the command line name."""

    cards: tuple[int, ...]
    """Their ids; all cards in use if nothing was named."""
    deck: str = ""
    """The deck, if the words name nothing else."""
    query: str = ""
    """The words as they can be typed again; empty if nothing was named."""
    is_passing: bool = False
    """After some answers, or tomorrow, the words mean other cards."""

    @property
    def named(self) -> tuple[int, ...] | None:
        """The ids of the cards; None if nothing was named, so all cards in use."""
        return self.cards if self.query else None


def find(
    app: AppContext,
    words: Sequence[str],
    *,
    deck: str = "",
    tag: str = "",
    order: str = "",
    retired: bool = False,
) -> FoundCards:
    """Find the cards that words name; nothing names all cards.

    A single word is the number of a card, a deck or the id of a note if there is one;
    several words may be numbers and ids.  Anything else is a query.

    Args:
        app: The open store.
        words: Of the command line.
        deck: Only cards of this deck.
        tag: Only cards with this tag.
        order: See `srs.store.search.ORDERS`.
        retired: Find retired cards, too.

    Raises:
        FlashError: There is no such card or deck, the query can't be understood, or
            a plain word matches nothing. A query of several terms may match nothing.
    """
    tag.encode()  # as in `find_deck`
    condition = _condition(app, words) if words else AllOf(())
    only_deck = find_deck(app, deck)
    options: list[Condition] = [InDeck(only_deck)] if deck else []
    options += [Named("tag", tag)] if tag else []
    parts = [condition, *options]
    cards = search_cards(
        app.store,
        app.options,
        AllOf(tuple(parts)),
        app.now(),
        order=order,
        retired=retired,
    )
    if not cards:
        _check_name(app, condition)
    terms = [_term("deck", only_deck)] if deck else []
    terms += [_term("tag", tag)] if tag else []
    match condition:
        case InDeck(name) if not options:
            return FoundCards(tuple(cards), name, " ".join(words))
        case InDeck(name):
            terms.insert(0, _term("deck", name))
        case _ if words:
            terms.insert(0, " ".join(words))
    only_deck = only_deck if len(terms) == 1 else ""
    return FoundCards(tuple(cards), only_deck, " ".join(terms), is_passing(condition))


def find_some(
    app: AppContext, words: Sequence[str], *, retired: bool | None = False
) -> FoundCards:
    """Find the cards that words name, at least one; see `find`.

    Args:
        app: The open store.
        words: Of the command line.
        retired: Find retired cards, too; None for those only if there are no others.

    Raises:
        FlashError: As `find`, or nothing is named, or no card matches.
    """
    if not "".join(words).strip():
        raise FlashError(_("no card is named"), _("flash list shows the card numbers"))
    if retired is None:
        with suppress(NoMatchError):
            found = find(app, words)
            if found.cards:
                return found
    found = find(app, words, retired=retired is not False)
    if not found.cards:
        raise no_match(found.query)
    return found


def find_cards(app: AppContext, names: Sequence[str]) -> list[int]:
    """Find the cards with the given names.

    Args:
        app: The open store.
        names: Card numbers, or note ids for all cards of the note.

    Raises:
        FlashError: A name fits no card.
    """
    cards: list[int] = []
    for name in names:
        named = _named_card(app, name)
        found = _search(app, named) if named else []
        if not found:
            raise no_such_card(name)
        cards += found
    return cards


def find_deck(app: AppContext, name: str, *, may_be_new: bool = False) -> str:
    """Return the whole name of a deck; empty means all decks.

    Args:
        app: The open store.
        name: The name or its last parts, in any case.
        may_be_new: Return the name as it is if there is no such deck.

    Raises:
        FlashError: There is no such deck, or several.
    """
    if not name:
        return ""
    name.encode()  # fails for what is not UTF-8, as a query in SQL would
    names = _all_decks(app)
    found = _decks_called(name, names)
    if not found and may_be_new:
        return name
    if not found:
        raise no_such_deck(name, names)
    if len(found) > 1:
        raise several_decks(name, found)
    return found[0]


def check_tag(app: AppContext, tag: str) -> None:
    """Check that a card has the tag; empty means all cards.

    Raises:
        FlashError: No card has the tag.
    """
    if not tag or tag == "leech" or _search(app, Named("tag", tag)):
        return
    near = nearest(tag, _with_parents(tag_names(app.store)))
    hint = _("did you mean '{name}'?").format(name=near) if near else ""
    message = _("no tag '{name}'").format(name=tag)
    raise FlashError(message, hint or _("flash tag list shows all tags"))


def _condition(app: AppContext, words: Sequence[str]) -> Condition:
    """Return what words mean."""
    if len(words) == 1:
        decks = _decks_called(words[0], _all_decks(app))
        if len(decks) > 1:
            raise several_decks(words[0], decks)
        if decks and not _numbered(app, words[0]):
            return InDeck(decks[0])
    names = [_named_card(app, word) for word in words]
    named = tuple(name for name in names if name is not None)
    if len(named) == len(words):
        return AnyOf(named)
    try:
        condition = parse_query(" ".join(words))
    except QueryError as error:
        raise query_error(error) from None
    match condition:
        case Named("deck", name) if name in _all_decks(app):
            return InDeck(name)
    return condition


def _check_name(app: AppContext, condition: Condition) -> None:
    """Check that a query is not the mere name of a card or deck that doesn't exist."""
    match condition:
        case Phrase(text):
            near = nearest(text, _all_decks(app))
            raise no_match(text, near, is_file=is_file(Path(text)))
        case Named("deck", name) if "*" not in name:
            names = _all_decks(app)
            if not _decks_called(name, names):
                raise no_such_deck(name, names)
        case Named("id" | "card", name) if not _search(app, condition, retired=True):
            raise no_such_card(name)


def _term(key: str, value: str) -> str:
    """Write a term as it can be typed."""
    if re.search(r'[\s()"]', value):
        value = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return f"{key}:{value}"


def _named_card(app: AppContext, word: str) -> Named | None:
    """Return the condition for a card's number or a note's id; None for others."""
    if cards := _numbered(app, word):
        number = fold(word)
        if len(cards) > 1 and int(number) not in cards:
            raise several_cards(number, cards)
        return Named("card", number)
    name = Named("id", word)
    if word and _search(app, name, retired=True):
        return name
    if word.isdecimal():
        raise no_such_number(fold(word))
    return None


def _numbered(app: AppContext, word: str) -> list[int]:
    """Return the cards whose number ends with a word of digits."""
    if not word.isdecimal():
        return []
    return _search(app, Named("card", fold(word)), retired=True)


def _search(
    app: AppContext, condition: Condition, *, retired: bool = False
) -> list[int]:
    return search_cards(app.store, app.options, condition, app.now(), retired=retired)


def _all_decks(app: AppContext) -> list[str]:
    """Return the names of all decks and their parents."""
    return sorted(_with_parents(deck_names(app.store)))


def _decks_called(name: str, names: Sequence[str]) -> list[str]:
    """Return the decks with a name: as written, in any case, or by its last parts."""
    wanted = fold(name)
    if not wanted or name in names:
        return [name] if name else []
    return [one for one in names if fold(one) == wanted] or [
        one for one in names if fold(one).endswith(f"::{wanted}")
    ]


def _with_parents(names: Iterable[str]) -> set[str]:
    return {parent for name in names for parent in ancestry(name)[1:]}
