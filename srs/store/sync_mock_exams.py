"""Mock exams as entries of the device log, sent once they are handed in.

Until then an exam stays on its device: two devices that went on with it could not be
merged.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from srs.models.log_entries import MockEntry
from srs.models.mock_exam import MockAnswer, MockQuestion

_TEXTS = ("deck", "name", "questions", "answers")
_NUMBERS = ("limit_ms", "seed", "counts", "predicted", "spent_ms", "finished_ms")
_COLUMNS = (*_TEXTS, *_NUMBERS, "undone")
_questions = msgspec.json.Decoder(tuple[MockQuestion, ...]).decode
_answers = msgspec.json.Decoder(tuple[MockAnswer, ...]).decode


def mock_entries(
    connection: sqlite3.Connection, later: str, values: dict[str, Any]
) -> Iterator[MockEntry]:
    """Yield the chosen exams as entries; what can't be read is left out.

    Args:
        connection: The store's.
        later: The condition that chooses rows of `m`.
        values: Its values, and `me`, the id of this device.
    """
    sql = f"""
        select m.uid, m.stamp, iif(m.device = '', :me, m.device), m.id,
               {", ".join(f"m.{name}" for name in _COLUMNS)}
          from mock_exams m
         where m.finished_ms > 0 and {later}
         order by m.id
    """
    for row in connection.execute(sql, values):
        uid, stamp, device, begun, deck, name, questions, answers, *numbers = row
        try:
            found = _questions(questions), _answers(answers)
        except msgspec.DecodeError:
            continue
        yield MockEntry(uid, stamp, device, begun, deck, name, *found, *numbers)


def check_mock(entry: MockEntry) -> None:
    """Check that an exam can be shown.

    Raises:
        ValueError: It can't.
    """
    if not entry.uid or len(entry.questions) != len(entry.answers):
        raise ValueError("not one answer for each question")
    for asked, given in zip(entry.questions, entry.answers, strict=True):
        options = range(len(asked.options))
        if asked.right not in options or given.chosen not in (None, *options):
            raise ValueError("an option is missing")


def merge_mock(connection: sqlite3.Connection, entry: MockEntry, device: str) -> None:
    """Store an exam inside a transaction if it is later than the stored one.

    Args:
        connection: The store's.
        entry: The exam.
        device: Id of this device.
    """
    run = connection.execute
    columns = ", ".join(_COLUMNS)
    values = (
        *(entry.deck, entry.name, _text(entry.questions), _text(entry.answers)),
        *(getattr(entry, name) for name in (*_NUMBERS, "undone")),
    )
    row = run(
        f"select id, stamp, device, {columns} from mock_exams where uid = ?",
        (entry.uid,),
    ).fetchone()
    key = entry.begun
    if row is not None:
        key, stamp, own, *ours = row
        known = (stamp, own or device, _text(ours))
        if (entry.stamp, entry.device, _text(values)) <= known:
            return
    else:
        while run("select 1 from mock_exams where id = ?", (key,)).fetchone():
            key += 1
    run(
        f"""
        insert or replace into mock_exams (id, uid, stamp, device, {columns})
        values ({", ".join("?" * (len(_COLUMNS) + 4))})
        """,
        (
            *(key, entry.uid, entry.stamp),
            "" if entry.device == device else entry.device,
            *values,
        ),
    )


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
