"""FSRS parameters of decks: which cards they apply to, fitting, adopting.

A deck's own parameters apply to it and to its children, unless these have their
own.  New parameters change memory states at once, but no due days; see
`srs.optimizer.reschedule`.
"""

from msgspec import Struct

from srs.models.presets import Preset, ancestry
from srs.optimizer.fit import Fit, NotOptimizable, Parameters, fit
from srs.optimizer.training import read_training_set
from srs.scheduler.study_day import DAY_S
from srs.store.connection import Store
from srs.store.decks import card_ids, deck_names_by_id
from srs.store.operations import record_operation
from srs.store.replay import rebuild_card_states
from srs.store.revlog import newest_review
from srs.store.settings import FITTED, Options, write_options, write_setting


class DeckFit(Struct, frozen=True):
    """Fitted parameters of a deck."""

    deck: str
    """Empty for the global parameters."""
    old: Parameters
    fit: Fit


def owners(options: Options) -> list[str]:
    """Return the decks with their own parameters, after "" for the global ones."""
    return ["", *(d for d in options.decks() if d and "parameters" in options.own(d))]


def _owner(deck: str, owners: list[str]) -> str:
    """Return the deck whose parameters apply to a deck."""
    return next(name for name in reversed(ancestry(deck)) if name in owners)


def _decks_of(store: Store, options: Options, owner: str) -> list[int]:
    """Return the ids of the decks to which an owner's parameters apply."""
    known = [*owners(options), owner]
    names = deck_names_by_id(store)
    return sorted(deck for deck, name in names.items() if _owner(name, known) == owner)


def fit_deck(store: Store, options: Options, deck: str) -> DeckFit:
    """Fit the parameters of a deck; write nothing.

    Args:
        store: The store.
        options: The user's settings.
        deck: Name of the deck; empty for the global parameters.

    Raises:
        NoOptimizer: The extra isn't installed.
        NotOptimizable: The optimizer failed.
    """
    preset = options.preset(deck)
    # A deck without its own parameters was fitted when their owner was.
    seen = int(store.setting(FITTED + _owner(deck, owners(options))) or 0)
    decks = _decks_of(store, options, deck)
    answers = read_training_set(store, decks, options.rollover)
    steps = _steps_in_a_day(preset)
    try:
        found = fit(answers, preset.parameters, seen=seen, relearning_steps=steps)
    except NotOptimizable as error:
        error.place = deck or None
        raise
    return DeckFit(deck, preset.parameters, found)


def _steps_in_a_day(preset: Preset) -> int:
    steps = preset.relearning_steps
    return sum(sum(steps[: n + 1]) < DAY_S for n in range(len(steps)))


def adopt(store: Store, found: DeckFit, now_ms: int) -> int:
    """Use fitted parameters from now on, in one transaction.

    Args:
        store: The store.
        found: The result of `fit_deck`.
        now_ms: UTC milliseconds.

    Returns:
        Number of cards whose memory state was recomputed.

    Raises:
        StoreError: The store can't be written; nothing was changed.
        ValueError: Nothing was fitted.
    """
    if found.fit.parameters is None:
        raise ValueError("nothing was fitted")
    with store.transaction() as connection:
        own = Options(store).own(found.deck)
        setting = FITTED + found.deck
        before = {
            "deck": found.deck,
            "parameters": own.get("parameters"),
            "fitted": store.setting(setting),
        }
        options = own | {"parameters": found.fit.parameters}
        write_options(connection, found.deck, options)
        write_setting(connection, setting, str(newest_review(store)))
        record_operation(connection, now_ms, "optimize", before)
        changed = Options(store)
        cards = card_ids(store, _decks_of(store, changed, found.deck))
        return rebuild_card_states(connection, changed, cards)
