"""Cards that are due early because of an exam, and how they get their usual days."""

from pathlib import Path

from store_fixtures import DAY_MS, NOON, TODAY, Clock, add, new_store, numbered
from store_fixtures import set_exam as set_exam_of

from srs.forecast.after_exam import count_early
from srs.models.cards import Rating
from srs.models.exam import Exam
from srs.optimizer.reschedule import reschedule_cards
from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.day_report import day_report
from srs.study.due_cards import CardFilter
from srs.study.session import Session

DAYS = 20
EXAM = Exam(TODAY + DAYS, "A")


def prepared(folder: Path) -> Store:
    """Study every day before the exam, its cards and others."""
    store = new_store(folder)
    add(store, [*numbered(6, "A"), *numbered(6, "B")])
    set_exam_of(store, EXAM)
    for day in range(DAYS):
        study(store, NOON + day * DAY_MS)
    return store


def study(store: Store, now_ms: int) -> None:
    session = Session(store, Clock(now_ms))
    while session.next() is not None:
        session.answer(Rating.EASY, 900)


def due_days(store: Store, deck: str) -> list[int]:
    rows = store.rows(
        "select c.due_day from cards c join decks d on d.id = c.deck where d.name = ?",
        (deck,),
    )
    return [day for (day,) in rows]


def test_cards_of_an_exam_are_due_early_after_it(tmp_path: Path) -> None:
    store = prepared(tmp_path)
    now_ms = NOON + DAYS * DAY_MS

    assert set(due_days(store, "A")) == {EXAM.day}
    assert count_early(store, Options(store), EXAM) == 6
    assert count_early(store, Options(store), EXAM, "B") == 0
    found = reschedule_cards(store, Options(store), now_ms)
    assert (found.moved, found.sooner) == (6, 0)
    assert min(due_days(store, "A")) > EXAM.day + 20
    assert count_early(store, Options(store), EXAM) == 0
    store.close()


def test_a_reschedule_before_an_exam_ends_on_its_eve(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(6))
    for day in range(10):
        study(store, NOON + day * DAY_MS)
    now_ms = NOON + 10 * DAY_MS
    usual = due_days(store, "A")

    set_exam_of(store, EXAM)
    reschedule_cards(store, Options(store), now_ms)

    assert max(usual) > EXAM.day
    assert max(due_days(store, "A")) < EXAM.day
    assert reschedule_cards(store, Options(store), now_ms).moved == 0
    store.close()


def test_the_report_of_the_eve_names_the_exam(tmp_path: Path) -> None:
    store = prepared(tmp_path)
    eve = NOON + (DAYS - 1) * DAY_MS

    found = {
        (deck, days): day_report(
            store, Options(store), CardFilter(deck), eve - days * DAY_MS
        ).is_exam_tomorrow
        for deck in ("", "A", "B")
        for days in (0, 1)
    }

    assert [key for key, is_eve in found.items() if is_eve] == [
        ("", 0),
        ("A", 0),
        ("B", 0),
    ]
    store.close()
