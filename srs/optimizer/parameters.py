"""Parameters of a deck: which cards they apply to, and how they are optimised.

A deck's own parameters hold for it and its children, as far as these have none of
their own.  Memory states follow from them, so all are computed anew when they
change; due days stay, see `srs.optimizer.reschedule`.
"""

import sqlite3

import msgspec
from msgspec import Struct

from srs.models.presets import Preset, ancestry
from srs.optimizer.fit import Fit, Parameters, fit
from srs.optimizer.training import read_training_set
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.replay import rebuild_card_states
from srs.store.settings import FITTED, Options, write_options, write_setting

_DAY_S = 86_400


class Optimized(Struct, frozen=True):
    """What became of a deck's parameters."""

    deck: str
    """Empty for what holds everywhere."""
    old: Parameters
    fit: Fit


def owners(options: Options) -> list[str]:
    """Name what has parameters: everywhere first, then decks with their own."""
    return ["", *(d for d in options.decks() if d and "parameters" in options.own(d))]


def decks_of(store: Store, options: Options, owner: str) -> list[int]:
    """Give the ids of the decks for which an owner's parameters hold.

    Args:
        store: The store.
        options: The person's settings.
        owner: A deck, also one that has no parameters yet; empty for everywhere.
    """
    known = {*owners(options), owner}
    return [
        deck
        for deck, name in store.rows("select id, name from decks order by id")
        if next(one for one in reversed(ancestry(name)) if one in known) == owner
    ]


def optimize(store: Store, options: Options, deck: str) -> Optimized:
    """Fit the parameters of a deck; nothing is written.

    Args:
        store: The store.
        options: The person's settings.
        deck: Its name; empty for what holds everywhere.

    Raises:
        NoOptimizer: The extra isn't installed.
        NotOptimizable: The optimizer gave up.
    """
    preset = options.preset(deck)
    # What a parent was fitted to, a deck without parameters of its own was too.
    owner = next(one for one in reversed(ancestry(deck)) if one in owners(options))
    seen = int(store.setting(FITTED + owner) or 0)
    material = read_training_set(
        store, decks_of(store, options, deck), options.rollover
    )
    steps = _steps_in_a_day(preset)
    fitted = fit(material, preset.parameters, seen=seen, relearning_steps=steps)
    return Optimized(deck, preset.parameters, fitted)


def _steps_in_a_day(preset: Preset) -> int:
    steps = preset.relearning_steps
    return sum(sum(steps[: n + 1]) < _DAY_S for n in range(len(steps)))


def adopt(store: Store, found: Optimized, now_ms: int) -> int:
    """Use fitted parameters from now on, in one transaction.

    Args:
        store: The store.
        found: What `optimize` found, to be used.
        now_ms: UTC milliseconds.

    Returns:
        How many cards have another memory state now.

    Raises:
        StoreError: The store can't be written; nothing was.
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
        last = store.row("select coalesce(max(id), 0) from reviews where void = 0")[0]
        write_options(
            connection, found.deck, own | {"parameters": found.fit.parameters}
        )
        write_setting(connection, setting, str(last))
        record_operation(connection, now_ms, "optimize", before)
        return _rewrite(store, connection, found.deck)


def _rewrite(store: Store, connection: sqlite3.Connection, deck: str) -> int:
    options = Options(store)
    sql = "select id from cards where deck in (select value from json_each(?))"
    ids = msgspec.json.encode(decks_of(store, options, deck)).decode()
    cards = [row[0] for row in connection.execute(sql, (ids,))]
    return rebuild_card_states(connection, options, cards)
