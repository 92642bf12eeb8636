"""Cards as a person names them on the command line."""

from collections.abc import Sequence

from cards.errors import FlashError
from flash.service.context import AppContext


def named_cards(store: AppContext, names: Sequence[str]) -> list[int]:
    """Find the cards of all names.

    Args:
        store: The open store.
        names: Numbers of cards, or ids of notes for all their cards.

    Returns:
        Their ids.

    Raises:
        Trouble: A name fits no card.
    """
    from srs.store.card_actions import cards_named

    cards: list[int] = []
    for name in names:
        found = cards_named(store.store, name)
        if not found:
            hint = "flash list shows their numbers"
            raise FlashError(f"no card is called '{name}'", hint)
        cards += found
    return cards


def check_tag(store: AppContext, tag: str) -> None:
    """Refuse a tag that no card has; empty stands for all.

    Raises:
        Trouble: There is no such tag.
    """
    if not tag or tag == "leech":
        return
    import difflib

    sql = "select distinct t.value from notes n, json_each(n.tags) t"
    tags = {one for (name,) in store.store.rows(sql) for one in _above(name)}
    if tag not in tags:
        near = difflib.get_close_matches(tag, sorted(tags), 1, 0.4)
        hint = f"did you mean '{near[0]}'?" if near else "no card has it"
        raise FlashError(f"no tag '{tag}'", hint)


def _above(name: str) -> list[str]:
    from srs.models.presets import ancestry

    return ancestry(name)[1:]


def check_deck(store: AppContext, deck: str) -> None:
    """Refuse a deck that the store doesn't have; empty stands for all.

    Raises:
        Trouble: There is no such deck.
    """
    if not deck:
        return
    import difflib

    from srs.models.presets import ancestry
    from srs.store.decks import deck_ids, deck_names

    if deck_ids(store.store, deck):
        return
    names = {name for one in deck_names(store.store) for name in ancestry(one)[1:]}
    near = difflib.get_close_matches(deck, sorted(names), 1, 0.4)
    hint = f"did you mean '{near[0]}'?" if near else "flash decks lists them"
    raise FlashError(f"no deck '{deck}'", hint)
