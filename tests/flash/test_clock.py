"""Clocks and exams that are far off."""

import time
from pathlib import Path

import pytest
from command_runner import CELLS, Run


@pytest.mark.parametrize(
    "now",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "1970-01-01T00:00:00+00:00",
        "9998-12-31T00:00:00+00:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_clock_far_off_is_an_error(flash: Run, now: str) -> None:
    for words in (["list"], ["stats"], ["review", "--plain"], ["add", "x.yaml"]):
        code, out, err = flash(*words, now=now)

        assert (code, out) == (1, "")
        assert err == (
            "flash: the clock is not between 1971 and 9000 (set the date of this "
            "computer)\n"
        )


def test_flat_battery_is_an_error(flash: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASH_NOW", raising=False)
    monkeypatch.setattr(time, "time", lambda: 3600.0)

    assert "the clock is not between" in flash("list")[2]


@pytest.mark.parametrize("year", [1971, 8999])
def test_odd_but_possible_year_works(flash: Run, year: int) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    now = f"{year}-06-01T12:00:00+00:00"
    for words in (
        ["add", "cells.yaml"],
        ["list"],
        ["stats", "--full"],
        ["stale"],
        ["backup"],
        ["export", "o.apkg", "--with-schedule"],
        ["import", "o.apkg"],
        ["reschedule"],
        ["log"],
        ["doctor"],
    ):
        code, _, err = flash(*words, now=now)
        assert code == 0, (words, err)
    assert flash("review", "--plain", typed="\n4\n\n3\n\n1\n", now=now)[0] == 0
    assert flash("stats", "--json", now=now)[0] == 0


@pytest.mark.parametrize("date", ["2126-12-01", "9999-12-31"])
def test_exam_beyond_a_century_is_an_error(flash: Run, date: str) -> None:
    code, out, err = flash("exam", "set", date)

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {date} is more than a century ahead (")
