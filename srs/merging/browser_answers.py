"""Merge the answers of browsers: each one once, also one that comes late.

A browser goes on without a network, so an answer may come after others to the same
card.  It is then inserted where it belongs, and the replay decides what follows, as
for the answers of another device.
"""

import sqlite3
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from srs.models.browser_answers import CRAM, AnswerStatus, BrowserAnswer, seen_token
from srs.models.cards import MAX_DURATION_MS, StoredCard
from srs.scheduler.next_states import AnswerTime, next_states, review_kind
from srs.store.browsers import card_named, find_step, free_moment, save_step
from srs.store.card_replay import CardReplay
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.replay import card_log
from srs.store.revlog import (
    Recorded,
    insert_reviews,
    last_review,
    log_row,
    rebuild_card,
    record,
    record_cram,
    seed_of,
)
from srs.store.settings import Options

if TYPE_CHECKING:
    from srs.scheduler.load_balancer import DueCounts

_AT_ONCE_MS = 10_000
"""An answer sent later than this waited for a network."""


class MergedAnswer(Struct, frozen=True):
    """What became of an answer."""

    status: AnswerStatus
    card: int | None = None
    recorded: Recorded | None = None
    """None unless it was recorded just now, as the last answer to its card."""


def merge_answer(
    store: Store,
    options: Options,
    answer: BrowserAnswer,
    now_ms: int,
    load: "DueCounts | None" = None,
) -> MergedAnswer:
    """Record an answer unless it is known; it is on disk when this returns.

    Args:
        store: The store.
        options: The user's settings.
        answer: From a browser.
        now_ms: UTC milliseconds; a later answer is given now.
        load: What is due on the days to come, as it was when the card was shown.

    Returns:
        `stale` if the card was answered elsewhere since it was shown, and the answer
        comes at once: nothing is written, and the user may answer again.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    duration_ms = min(answer.duration_ms, MAX_DURATION_MS)
    answer = replace(answer, duration_ms=duration_ms)
    with store.transaction() as connection:
        card = card_named(store, answer.guid, answer.uid)
        step = find_step(store, answer.id)
        if step is not None:
            status: AnswerStatus = "undone" if step.undone else "duplicate"
            return MergedAnswer(status, card.id if card else None)
        if card is None:
            return MergedAnswer("unknown")
        mode = answer.seen.partition(":")[0]
        is_last = answer.seen == seen_token(card, mode)
        is_at_once = now_ms - answer.at <= _AT_ONCE_MS and not answer.repeat
        if is_at_once and not is_last:
            return MergedAnswer("stale", card.id)
        at_ms = max(1, min(answer.at, now_ms))
        moment = AnswerTime(at_ms, answer.offset_min, options.rollover)
        if mode == CRAM:
            recorded = record_cram(
                store, card, answer.rating, moment, duration_ms=answer.duration_ms
            )
            if recorded is None:
                return MergedAnswer("stale", card.id)
            review = recorded.review
        else:
            # With the token of now it follows the others, whatever the clocks say.
            is_last = is_last or moment.at_ms > last_review(connection, card.id)
            args = store, options, card, answer, moment
            recorded = _record(*args, load) if is_last else None
            review = recorded.review if recorded else _insert(*args)
        save_step(connection, answer.id, review=review)
    return MergedAnswer("recorded", card.id, recorded)


def _record(
    store: Store,
    options: Options,
    card: StoredCard,
    answer: BrowserAnswer,
    moment: AnswerTime,
    load: "DueCounts | None",
) -> Recorded | None:
    """Record the last answer of a card; None if it is suspended or retired."""
    preset = options.preset_on(card.deck, moment.day)
    return record(
        store,
        card,
        answer.rating,
        preset,
        moment,
        duration_ms=answer.duration_ms,
        load=load,
    )


def _insert(
    store: Store,
    options: Options,
    card: StoredCard,
    answer: BrowserAnswer,
    moment: AnswerTime,
) -> int:
    """Insert an answer among those of its card and replay them; return its id."""
    connection, preset = store.connection, options.preset(card.deck)
    at_ms = free_moment(connection, card.id, moment.at_ms)
    moment = replace(moment, at_ms=at_ms)
    replay = CardReplay(preset, options.rollover, seed_of(card))
    for row in card_log(connection, card.id):
        if row[0] < at_ms:
            replay.add(row)
    before = replay.state()
    after = next_states(before, preset, moment, seed_of(card))[answer.rating]
    row = log_row(
        card.id,
        moment,
        review_kind(before, moment.day),
        before,
        after,
        rating=answer.rating,
        duration_ms=answer.duration_ms,
    )
    # The answers before and after it have another origin: the replay checks whether
    # they knew each other.
    insert_reviews(connection, [row._replace(origin=f"web:{answer.id[:8]}")])
    rebuild_card(store, card.id, preset, options.rollover)
    _record_operation(connection, at_ms, card.id)
    return at_ms


def _record_operation(connection: sqlite3.Connection, review: int, card: int) -> None:
    before = {"review": review, "card": card, "suspended": False}
    record_operation(connection, review, "answer", before)
