"""Commands that mark, reschedule and reset cards, and their undo."""

from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("review", "--plain", "powerhouse", typed="\n4\nq\n")
    return flash


def state(flash: Run, *words: str) -> Any:
    return flash.json("list", *words), flash.json("show", "powerhouse")


COMMANDS = [
    (["suspend"], "is:suspended", "Suspended 5 of 5 cards.", "Unsuspended 5 cards."),
    (["bury"], "is:buried", "Buried 5 of 5 cards.", "Unburied 5 cards."),
    (
        ["flag", "2"],
        "flag:2",
        "Flagged 5 of 5 cards.",
        "Restored the flags of 5 cards.",
    ),
    (
        ["set-due", "3"],
        "prop:due=3",
        "Set the due day of 5 of 5 cards.",
        "Restored the due day of 5 cards.",
    ),
    (
        ["set-due", "2026-11-23"],
        "is:due",
        "Set the due day of 5 of 5 cards.",
        "Restored the due day of 5 cards.",
    ),
    (
        ["reset"],
        "is:new",
        "Reset 1 of 5 cards.",
        "Restored the schedule of 'Which organelle makes most ATP?'.",
    ),
]


@pytest.mark.parametrize(
    ("words", "query", "done", "undone"), COMMANDS, ids=lambda v: "".join(v[:2])
)
def test_a_command_changes_cards_and_an_undo_restores_them(
    flash: Run, words: list[str], query: str, done: str, undone: str
) -> None:
    before = flash.json("list")

    assert flash(*words, "cells") == (0, f"{done}\n", "")

    assert len(flash.json("list", query)) == 5
    assert flash("doctor")[1] == "No problems found.\n"
    assert flash("undo")[1] == f"{undone}\n"
    assert flash.json("list") == before


@pytest.mark.parametrize(
    ("words", "back"),
    [
        (["suspend"], ["unsuspend"]),
        (["bury"], ["unbury"]),
        (["flag", "1"], ["flag", "0"]),
    ],
    ids=str,
)
def test_a_mark_can_be_taken_away(
    flash: Run, words: list[str], back: list[str]
) -> None:
    before = flash.json("list")
    flash(*words, "cells")

    found = flash.json(*back, "cells")

    assert (list(found.values())[0], len(found["cards"])) == (5, 5)
    assert flash.json("list") == before
    assert list(flash.json(*back, "cells").values())[0] == 0
    flash("undo")
    assert len(flash.json("list", "is:suspended or is:buried or flag:1")) == 5


def test_a_new_card_becomes_a_review_card(flash: Run) -> None:
    flash("set-due", "7", "is:new")

    cards = flash.json("list", "-id:powerhouse")
    assert {(card["state"], card["due"][:10], card["reps"]) for card in cards} == {
        ("review", "2026-11-30", 0)
    }
    assert all(card["stability"] > 1 for card in cards)


def test_a_reviewed_card_keeps_its_memory(flash: Run) -> None:
    before = flash.json("list", "powerhouse")[0]

    flash("set-due", "0", "powerhouse")

    after = flash.json("list", "powerhouse")[0]
    assert after == {**before, "due": after["due"]}
    assert after["due"].startswith("2026-11-23T04:00")


def test_days_are_spread_over_a_span(flash: Run) -> None:
    cards = "".join(f"  - {{front: q{n}, back: a}}\n" for n in range(40))
    Path("many.yaml").write_text(f"deck: Many\ncards:\n{cards}", "utf-8")
    flash("add", "many.yaml")

    flash("set-due", "3-7", "many")

    days = {card["due"][:10] for card in flash.json("list", "many")}
    assert days == {f"2026-11-{day}" for day in (26, 27, 28, 29, 30)}


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ("３", 26, 26),
        ("３－７", 26, 30),
        ("3〜7", 26, 30),
        ("２０２６－１１－３０", 30, 30),
    ],
)
def test_days_may_be_full_width(flash: Run, days: str, first: int, last: int) -> None:
    assert flash("set-due", days, "powerhouse")[0] == 0

    (card,) = flash.json("list", "powerhouse")
    assert first <= int(card["due"][8:10]) <= last


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("new_per_day", "３", 3),
        ("desired_retention", "９２％", 0.92),
        ("learning_steps", "１ｍ　１０ｍ", [60, 600]),
        ("rollover", "３", 3),
        ("catch_up", "ＹＥＳ", True),
        (
            "away",
            "２０２６－１２－２４..２０２６－１２－２６",
            "2026-12-24..2026-12-26",
        ),
    ],
)
def test_a_setting_may_be_full_width(
    flash: Run, name: str, value: str, kept: object
) -> None:
    assert flash("config", name, value)[0] == 0
    assert flash.json("config", name)[name] == kept


def test_a_number_of_a_card_may_be_full_width(flash: Run) -> None:
    (card,) = flash.json("list", "powerhouse")
    number = "".join(chr(ord(digit) + 0xFEE0) for digit in card["number"])

    assert flash("show", number) == flash("show", card["number"])


@pytest.mark.parametrize(
    "days", ["x", "3-", "-1", "2026-11-22", "99999", "2026/12/10", ""]
)
def test_wrong_days_are_refused(flash: Run, days: str) -> None:
    code, _, err = flash("set-due", "--", days, "cells")

    assert code == 1
    assert err.endswith("(write 3, 3-7 or 2027-01-10)\n")
    assert len(flash.json("log")) == 2


def test_a_day_that_does_not_exist_is_named(flash: Run) -> None:
    shown = flash("set-due", "2026-02-30", "cells")

    message = "no such day: '2026-02-30' (check the calendar)"
    assert shown == (1, "", f"flash: {message}\n")


def test_a_reset_card_keeps_its_answers(flash: Run) -> None:
    flash("reset", "powerhouse")

    (shown,) = flash.json("show", "powerhouse")
    assert shown["line"]["state"] == "new"
    assert [line["rating"] for line in shown["history"]] == [0, 4]


@pytest.mark.parametrize(
    ("days", "right"), [("3-1", "1-3"), ("7-3", "3-7"), ("100-20", "20-100")]
)
def test_a_range_the_wrong_way_round_is_named(
    flash: Run, days: str, right: str
) -> None:
    message = f"flash: {days} ends before it begins (write {right})\n"

    assert flash("set-due", days, "cells") == (1, "", message)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("flag", "red", "cells"), "'red' is not a whole number."),
        (("undo", "abc"), "'abc' is not a whole number."),
        (("exam", "mock", "--minutes", "long"), "'long' is not a number."),
    ],
)
def test_a_wrong_number_is_named_without_types_of_python(
    flash: Run, words: tuple[str, ...], message: str
) -> None:
    code, _, err = flash(*words)

    assert code == 2
    assert message in " ".join(err.replace("│", " ").split())


def test_the_history_says_what_was_done_by_hand(flash: Run) -> None:
    number = str(flash.json("list", "is:new", "water")[0]["card"])
    for words in (("set-due", "5"), ("set-due", "3"), ("reset",), ("set-due", "9")):
        flash(*words, number, "--yes")

    lines = flash("show", number)[1].splitlines()

    start = next(n for n, line in enumerate(lines) if line.startswith("answered"))
    shown = [" ".join(line.split()[2:]) for line in lines[start + 1 : start + 5]]
    assert shown == ["due day set 9 d", "reset", "due day set 3 d", "due day set 5 d"]
