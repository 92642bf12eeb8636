"""Answers of other programs as a log that the store reads."""

import sqlite3
from contextlib import closing
from pathlib import Path

from store_fixtures import NOON

from export.programs.schedule import LoggedAnswer, in_order, write_log


def test_answers_of_one_moment_get_moments_in_a_row() -> None:
    answers = [LoggedAnswer(NOON, 3, 5), LoggedAnswer(NOON, 1, -60)]

    found = in_order([*answers, LoggedAnswer(NOON + 1, 4, 9)])

    assert [one.at_ms for one in found] == [NOON, NOON + 1, NOON + 2]


def test_an_answer_after_a_lapse_is_a_relearning_one(tmp_path: Path) -> None:
    intervals = (-60, 5, -60, -60, 3, 7)
    answers = [LoggedAnswer(NOON + n, 3, days) for n, days in enumerate(intervals)]

    write_log(tmp_path / "log.db", [(1, answers)])

    with closing(sqlite3.connect(tmp_path / "log.db")) as log:
        rows = log.execute("select * from log order by 1").fetchall()
    assert [row[-1] for row in rows] == [0, 0, 1, 2, 2, 1]
