"""Mock exams.  Each answer is saved at once, so that an exam can be continued."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from cards.translate import _
from srs.models.cards import MAX_DURATION_MS, Rating
from srs.models.mock_exam import MockAnswer, MockExam, MockQuestion, without_texts
from srs.store.connection import Store, StoreError
from srs.store.operations import record_operation
from srs.store.queue import card_with_note
from srs.store.revlog import log_answer
from srs.store.settings import Options
from srs.store.stamps import STAMP

_COLUMNS = """id, deck, name, limit_ms, seed, counts, predicted, questions, answers,
       spent_ms, finished_ms"""
_questions = msgspec.json.Decoder(tuple[MockQuestion, ...]).decode
_answers = msgspec.json.Decoder(tuple[MockAnswer, ...]).decode


def start_mock_exam(store: Store, exam: MockExam) -> MockExam:
    """Save a new mock exam; an unfinished one is dropped.

    Returns:
        The exam with an id that is free.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        connection.execute(
            f"update mock_exams set undone = 1, stamp = {STAMP}"
            " where finished_ms = 0 and undone = 0"
        )
        begun = exam.id
        while connection.execute(
            "select 1 from mock_exams where id = ?", (begun,)
        ).fetchone():
            begun += 1
        exam = msgspec.structs.replace(exam, id=begun)
        connection.execute(
            f"""
            insert into mock_exams ({_COLUMNS}, uid, stamp)
            values ({", ".join("?" * 11)}, lower(hex(randomblob(8))), {STAMP})
            """,
            (
                *(exam.id, exam.deck, exam.name, exam.limit_ms, exam.seed),
                *(int(exam.counts), exam.predicted, _text(exam.questions)),
                *(_text(exam.answers), exam.spent_ms, exam.finished_ms),
            ),
        )
    return exam


def save_mock_exam(store: Store, exam: MockExam) -> None:
    """Save the answers and the time used so far.

    Raises:
        StoreError: The exam was dropped or handed in elsewhere, or the store can't be
            written; nothing was.
    """
    with store.transaction():
        _save(store, exam)


def finish_mock_exam(
    store: Store, options: Options, exam: MockExam, now_ms: int
) -> MockExam:
    """Save a mock exam as finished; if it counts, wrong answers become Again.

    Questions without an answer don't count.

    Raises:
        StoreError: See `save_mock_exam`.
    """
    exam = msgspec.structs.replace(exam, finished_ms=now_ms)
    with store.transaction() as connection:
        _save(store, exam)
        again = _count(store, options, exam, now_ms) if exam.counts else []
        before = {"mock": exam.id, "reviews": again, "about": exam.name}
        before["questions"] = len(exam.questions)
        record_operation(connection, now_ms, "mock", before)
    return exam


def _save(store: Store, exam: MockExam) -> None:
    saved = store.connection.execute(
        f"""
        update mock_exams
           set answers = ?, spent_ms = ?, finished_ms = ?, device = '', stamp = {STAMP}
         where id = ? and undone = 0 and finished_ms = 0
        """,
        (_text(exam.answers), exam.spent_ms, exam.finished_ms, exam.id),
    )
    if not saved.rowcount:
        message = _("this mock exam was dropped or handed in elsewhere")
        raise StoreError(store.path, message, _("flash exam mock starts a new one"))


def erase_questions(
    connection: sqlite3.Connection, guids: Sequence[str], stamp: int | None = None
) -> None:
    """Erase the text of questions about notes inside a transaction; scores stay.

    Args:
        connection: The store's.
        guids: Which notes.
        stamp: Leave exams that were changed after this stamp.
    """
    rows = connection.execute(
        """
        select id, questions from mock_exams
         where json_valid(questions) and (:stamp is null or stamp <= :stamp)
           and exists (select 1 from json_each(questions) q
                        where q.value ->> 'guid' in (select value from json_each(:g)))
        """,
        {"g": _text(guids), "stamp": stamp},
    ).fetchall()
    for exam, text in rows:
        with suppress(msgspec.DecodeError):  # flash doctor deletes the row
            questions = without_texts(_questions(text), set(guids))
            sql = "update mock_exams set questions = ? where id = ?"
            connection.execute(sql, (_text(questions), exam))


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _count(
    store: Store, options: Options, exam: MockExam, now_ms: int
) -> list[tuple[int, int, bool]]:
    """Answer the cards of wrong answers Again inside a transaction.

    Returns:
        The id of each answer, its card, and if the card was suspended as a leech.
    """
    moment = options.moment(now_ms)
    each_ms = min(MAX_DURATION_MS, exam.spent_ms // max(1, len(exam.questions)))
    logged: list[tuple[int, int, bool]] = []
    for index in set(exam.misses) - set(exam.unanswered):
        card = card_of_question(store, exam.questions[index])
        found = None if card is None else card_with_note(store, card)
        if found is None:
            continue
        preset = options.preset_on(found[0].deck or found[1].deck, moment.day)
        saved = log_answer(
            store, found[0], Rating.AGAIN, preset, moment, duration_ms=each_ms
        )
        if saved is not None:
            logged.append((saved.review, found[0].id, saved.suspended))
    return logged


def card_of_question(store: Store, asked: MockQuestion) -> int | None:
    """Return the id of the card of a question; None if it is gone or retired."""
    row = store.row(
        "select id from cards where note = :guid and uid = :uid and retired = 0",
        {"guid": asked.guid, "uid": asked.uid},
    )
    return None if row is None else row[0]


def card_uids(store: Store, cards: Sequence[int]) -> dict[int, str]:
    """Return the permanent names of cards inside their notes."""
    sql = "select id, uid from cards where id in (select value from json_each(:cards))"
    return dict(store.rows(sql, {"cards": str(list(cards))}))


def unfinished_mock_exam(store: Store) -> MockExam | None:
    """Return the mock exam that was begun and not handed in; None without one."""
    found = _exams(store, "finished_ms = 0")
    return found[-1] if found else None


def resumed_mock_exam(store: Store) -> MockExam | None:
    """Return the unfinished mock exam without questions whose note was deleted.

    Returns:
        The exam as it is saved now; None without one, or if no question is left.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    exam = unfinished_mock_exam(store)
    if exam is None:
        return None
    both = zip(exam.questions, exam.answers, strict=True)
    left = [(question, answer) for question, answer in both if question.question]
    if len(left) == len(exam.questions):
        return exam
    questions, answers = tuple(one for one, _ in left), tuple(one for _, one in left)
    with store.transaction() as connection:
        connection.execute(
            "update mock_exams set questions = ?, answers = ?, undone = ? where id = ?",
            (_text(questions), _text(answers), int(not left), exam.id),
        )
    exam = msgspec.structs.replace(exam, questions=questions, answers=answers)
    return exam if left else None


def finished_mock_exams(store: Store) -> list[MockExam]:
    """Return the mock exams that were handed in, the oldest first."""
    return _exams(store, "finished_ms > 0")


def _exams(store: Store, condition: str) -> list[MockExam]:
    rows = store.rows(
        f"""
        select {_COLUMNS} from mock_exams
         where undone = 0 and {condition} order by id
        """
    )
    return [_exam(*row) for row in rows]


def _exam(*row: Any) -> MockExam:
    values = list(row)
    values[5:6] = [bool(values[5])]
    values[7:9] = [_questions(values[7]), _answers(values[8])]
    return MockExam(*values)
