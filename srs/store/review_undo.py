"""Undo in a review: its last step, or the last answer of the session."""

from collections.abc import Container

import msgspec

from srs.store.connection import Store
from srs.store.operations import DURING_REVIEW, Operation, last_done
from srs.store.settings import Options
from srs.store.undo import Undone, undo_last, undo_operation


def undo_step(
    store: Store, options: Options, among: Container[str], answers: Container[int]
) -> Undone | None:
    """Undo the last operation if it is a step of a review, else the last answer.

    Args:
        store: The store.
        options: The user's settings.
        among: The kinds of operations that may be undone.
        answers: The answers of the session, by review id.  The last one is undone where
            operations that were not made in a review came after it.

    Returns:
        None if nothing can be undone.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction():
        undone = undo_last(store, options, among)
        own = _last_answer(store, answers) if undone is None else None
        return undone if own is None else undo_operation(store, options, own)


def blocking_operation(store: Store, among: Container[str]) -> Operation | None:
    """Return the last operation if it is why no step of a review can be undone.

    Args:
        store: The store.
        among: The kinds of operations that may be undone.
    """
    sql = "select distinct name from operations where undone = 0"
    if any(name in among for (name,) in store.rows(sql)):
        return last_done(store)
    return None


def _last_answer(store: Store, answers: Container[int]) -> int | None:
    """Return the id of the last operation of a review if it is one of the answers."""
    sql = """
        select id, before ->> 'review' from operations
         where undone = 0 and name in (select value from json_each(:names))
         order by id desc limit 1
    """
    names = msgspec.json.encode(sorted(DURING_REVIEW)).decode()
    row = store.row(sql, {"names": names})
    return row[0] if row is not None and row[1] in answers else None
