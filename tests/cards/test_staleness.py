"""Stale notes."""

from datetime import date

import pytest

from cards.note import Basic, Note
from cards.staleness import stale_notes

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("checked", "recheck", "expected"),
    [
        ("2026-11-23", "", []),
        ("2025-11-23", "", []),
        ("2025-11-22", "", [("2026-11-23", "checked")]),
        ("", "", []),
        ("2026-11-01", "2026-11-23", [("2026-11-23", "recheck")]),
        ("2026-11-01", "2026-11-24", []),
        ("2020-01-01", "2026-06-01", [("2021-01-01", "checked")]),
        ("9999-12-31", "", []),
    ],
    ids=[
        "checked today",
        "the last day it keeps",
        "a day too old",
        "never checked",
        "recheck today",
        "recheck tomorrow",
        "the earlier end counts",
        "the last day there is",
    ],
)
def test_a_fact_is_stale_after_a_year_or_at_recheck(
    checked: str, recheck: str, expected: list[tuple[str, str]]
) -> None:
    note = Note(Basic("q", "a"), "D", checked=checked, recheck=recheck)

    found = stale_notes([note], TODAY, 365)

    assert [(one.since, one.reason) for one in found] == expected


def test_the_oldest_note_comes_first() -> None:
    days = ["2024-05-01", "2023-05-01", "2022-05-01"]
    notes = [Note(Basic(day, "a"), "D", checked=day) for day in days]

    found = stale_notes(notes, TODAY, 365)

    assert [one.note.checked for one in found] == sorted(days)


def test_any_number_of_days_is_accepted() -> None:
    notes = [Note(Basic("q", "a"), "D", checked="0001-01-01")]

    assert stale_notes(notes, TODAY, 10**9) == []
