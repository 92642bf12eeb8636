"""`flash exam` and `flash simulate`."""

import json
from pathlib import Path

import pytest
from command_runner import Run

from cards.text.width import width_of

DECK = """\
deck: Course::One
cards:
  - front: one
    back: 1
    tags: [domain::logs]
  - front: two
    back: 2
    tags: [domain::keys]
"""


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("deck.yaml").write_text(DECK, "utf-8")
    assert flash("add", "deck.yaml")[0] == 0
    return flash


def test_the_date_of_an_exam_may_be_full_width(flash: Run) -> None:
    assert flash.json("exam", "set", "２０２７－０３－０１")["day"] == "2027-03-01"


def test_exam_is_set_shown_and_cleared(flash: Run) -> None:
    weights = ("--weights", "domain::logs=30", "--weights", "domain::keys=10")

    assert flash("exam", "set", "2026-12-23", "--deck", "Course", *weights) == (
        0,
        "exam on 2026-12-23: Course; see the forecast with flash exam\n",
        "",
    )
    code, out, err = flash("exam")
    assert (code, err) == (0, "")
    assert out.startswith("exam on 2026-12-23, in 30 days: Course\n2 cards, 2 new\n")
    assert "to see all with days left to review, 1 new card per day" in out
    assert flash("exam", "clear") == (0, "cleared the exam on 2026-12-23\n", "")
    assert flash("exam", "clear") == (0, "no exam is set\n", "")
    assert flash("undo") == (0, "Restored the exam.\n", "")
    assert flash("exam")[0] == 0
    flash("exam", "clear")
    assert flash("exam") == (
        1,
        "",
        "flash: no exam is set (set one: flash exam set DATE)\n",
    )


def test_exam_forecast_has_every_figure(flash: Run) -> None:
    flash("exam", "set", "2026-12-23", "--minutes", "20", "--json")

    code, out, _ = flash("exam", "--json")

    found = json.loads(out)
    assert code == 0
    assert found["exam"] == {
        "day": "2026-12-23",
        "deck": "",
        "weights": {},
        "minutes": 20.0,
        "blueprint": None,
    }
    assert found["fits"] is True
    assert {one["name"]: one["cards"] for one in found["domains"]} == {
        "domain::keys": 1,
        "domain::logs": 1,
    }
    assert 0.8 < found["expected"] <= 1


@pytest.mark.parametrize(("minutes", "is_named"), [("0.5", True), ("9", False)])
def test_a_review_longer_than_the_minutes_is_named(
    flash: Run, minutes: str, is_named: bool
) -> None:
    flash("exam", "set", "2026-11-25", "--minutes", minutes)

    shown = flash("exam")[1]

    line = "all that a review asks: 1 min per day; to stop in time: flash review"
    assert (f"{line} --minutes {minutes}\n" in shown) == is_named


def test_cards_without_time_are_named(flash: Run) -> None:
    weights = "domain::logs=30,domain::keys=10"
    flash("exam", "set", "2026-11-24", "--weights", weights)
    whole = flash("exam")[1]
    flash("config", "new_per_day", "1")

    lines = flash("exam")[1].splitlines()

    assert "not seen" not in whole
    start = lines.index("not seen by then: 1 card with 25 % of the points")
    assert lines[start + 1] == "of these: domain::keys 25 %"
    assert lines[start + 2] == "not a single card of: domain::keys"
    assert lines[start + 3].startswith("to see all in time, 2 new cards per day: ")
    assert lines[start + 4] == "to allow this: flash config new_per_day 2"
    found = flash.json("exam")
    assert found["unseen_points"] == 0.25
    assert {one["name"]: one["begun"] for one in found["domains"]} == {
        "domain::logs": 1,
        "domain::keys": 0,
    }
    assert found["needed_limits"] == [{"deck": "", "new_per_day": 2}]
    flash(*lines[start + 4].partition("flash ")[2].split())
    assert "not seen" not in flash("exam")[1]


def test_the_command_names_the_deck_with_the_limit(flash: Run) -> None:
    Path("deck.yaml").write_text(DECK.replace("Course::One", "My course"), "utf-8")
    flash("add", "deck.yaml")
    flash("exam", "set", "2026-11-24")
    flash("config", "new_per_day", "1", "--deck", "My course")

    lines = flash("exam")[1].splitlines()

    command = "flash config new_per_day 2 --deck 'My course'"
    assert f"to allow this: {command}" in lines


EXAM = """\
exam: X-1
domains:
  - {tag: "domain::logs", name: Logs, weight: 70}
  - {tag: "domain::nets", name: Networks, weight: 30}
questions: 20
minutes: 30
"""
BY_COUNT = (
    "each domain is weighted by its number of cards: no exam.yaml gives weights\n"
)


def test_an_exam_without_domains_has_no_table_of_them(flash: Run) -> None:
    other = "deck: Plain\ncards:\n- {front: one, back: a}\n- {front: two, back: b}\n"
    Path("plain.yaml").write_text(other, "utf-8")
    flash("add", "plain.yaml")
    about = "all cards count alike: no exam.yaml gives weights"

    set_plain = flash("exam", "set", "2026-12-23", "--deck", "Plain")[1]
    plain = flash("exam")[1]
    flash("exam", "set", "2026-12-23")
    both = flash("exam")[1]

    assert set_plain.splitlines()[1:] == [about]
    assert about in plain.splitlines()
    assert "other" not in plain
    assert plain.splitlines()[-1].startswith("to see all with days left")
    assert BY_COUNT in both
    assert any(line.startswith("other ") for line in both.splitlines())


def test_exam_beside_the_deck_gives_the_weights(flash: Run) -> None:
    Path("exam.yaml").write_text(EXAM, "utf-8")

    assert flash("exam", "set", "2026-12-23") == (
        0,
        "exam on 2026-12-23: all decks; see the forecast with flash exam\n"
        "X-1: 20 questions, 30 minutes\nno card covers: Networks\n",
        "",
    )
    code, out, _ = flash("exam")
    assert (code, out.splitlines()[1:3]) == (
        0,
        ["X-1: 20 questions, 30 minutes", "no card covers: Networks"],
    )
    assert [line.split()[:3] for line in out.splitlines()[-2:]] == [
        ["Logs", "1", "100"],
        ["other", "1", "0"],
    ]
    assert flash.json("exam")["exam"]["weights"] == {
        "domain::logs": 70.0,
        "domain::nets": 30.0,
    }
    flash("exam", "set", "2026-12-23", "--weights", "domain::keys=5")
    found = flash.json("exam")["exam"]
    assert found["weights"] == {"domain::keys": 5.0}
    assert found["blueprint"]["exam"] == "X-1"


def test_new_cards_without_a_domain_of_the_exam_are_named(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = ("new", "--deck", "Course::One")
    exam = ("exam", "set", "2026-12-23", "--deck", "Course")
    weights = ("--weights", "domain::logs=30", "--weights", "domain::keys=10")
    flash(*exam)
    assert flash(*new, "four", "4")[2] == ""

    flash(*exam, *weights)

    assert flash(*new, "five", "5")[2] == (
        "1 new note has no domain of the exam and comes last; "
        "give it a tag such as domain::logs\n"
    )
    assert flash(*new, "six", "6", "--tag", "domain::logs::trail")[2] == ""
    assert flash("new", "--deck", "Other", "six", "6")[2] == ""
    Path("more.yaml").write_text(
        DECK.replace("domain::", "").replace("front: ", "front: my ")
    )
    for words in (["--dry-run"], []):
        assert flash("add", "more.yaml", *words)[2] == (
            "2 new notes have no domain of the exam and come last; "
            "give them a tag such as domain::logs\n"
        )
    assert flash("add", "more.yaml")[2] == ""
    monkeypatch.setenv("FLASH_NOW", "2026-12-24T09:00:00+00:00")
    assert flash(*new, "seven", "7")[2] == ""


def test_points_follow_the_cards_without_one_exam(flash: Run) -> None:
    lines = flash("exam", "set", "2026-12-23")[1].splitlines(keepends=True)
    assert lines[1:] == [BY_COUNT]
    assert flash("exam")[1].splitlines(keepends=True)[1] == BY_COUNT

    # Another deck, which has nothing to do with the exam.
    Path("exam.yaml").write_text(EXAM, "utf-8")
    Path("other").mkdir()
    Path("other/deck.yaml").write_text(DECK.replace("Course", "Other"), "utf-8")
    flash("add", "other")
    assert flash("exam", "set", "2026-12-23")[1].endswith(BY_COUNT)
    words = ("--deck", "Course")
    assert "X-1: 20 questions" in flash("exam", "set", "2026-12-23", *words)[1]

    Path("other/exam.yaml").write_text(EXAM.replace("X-1", "X-2"), "utf-8")
    assert flash("exam", "set", "2026-12-23")[1].endswith(BY_COUNT)


def test_exam_file_is_checked_with_its_decks(flash: Run) -> None:
    Path("exam.yaml").write_text(EXAM, "utf-8")
    warning = (
        "exam.yaml:4:11: warning: no card has the tag 'domain::nets' "
        "(did you mean 'domain::keys'?)\n"
    )

    assert flash("check", ".") == (
        0,
        "1 file, 2 notes, 1 exam, no mistakes, 1 warning\n",
        warning,
    )
    assert flash("check", "--only-decks", "exam.yaml")[0] == 0
    assert flash.json("check", "exam.yaml")["exams"] == 1
    assert flash("add", ".")[0] == 0
    assert flash("add", "exam.yaml") == (
        1,
        "",
        "flash: exam.yaml: an exam, not a deck "
        "(add the decks beside it, such as their folder)\n",
    )

    Path("exam.yaml").write_text(EXAM.replace("70", "-1"), "utf-8")
    mistake = "exam.yaml:3:47: invalid 'weight': '-1.0' (write a number above 0)\n"
    assert flash("check", ".") == (1, "", mistake)
    assert flash("check", "--only-decks", "exam.yaml") == (1, "", mistake)
    code, out, err = flash("exam", "set", "2026-12-23")
    assert (code, out) == (1, "")
    assert err.endswith(mistake)


REFUSED = {
    "no date": (["soon"], "can't read 'soon' (write it as 2027-03-01)"),
    "slashes": (["2027/03/01"], "can't read '2027/03/01' (write it as 2027-03-01)"),
    "no day": (["2027-02-30"], "no such day: '2027-02-30' (check the calendar)"),
    "past": (
        ["2026-11-23"],
        "2026-11-23 is not in the future (give the day of the exam)",
    ),
    "deck": (
        ["2027-01-01", "--deck", "Curse"],
        "no deck 'Curse' (did you mean 'Course'?)",
    ),
    "weight": (
        ["2027-01-01", "--weights", "domain::logs"],
        "'domain::logs' is not a weight (write TAG=POINTS, such as domain::detection=16)",
    ),
    "negative": (
        ["2027-01-01", "--weights", "domain::logs=-1"],
        "'domain::logs=-1' is not a weight "
        "(write TAG=POINTS, such as domain::detection=16)",
    ),
    "tag": (
        ["2027-01-01", "--weights", "domain::log=1"],
        "no card of the exam has the tag 'domain::log' (did you mean 'domain::logs'?)",
    ),
}


@pytest.mark.parametrize(("words", "expected"), REFUSED.values(), ids=REFUSED)
def test_invalid_exam_is_an_error(flash: Run, words: list[str], expected: str) -> None:
    assert flash("exam", "set", *words) == (1, "", f"flash: {expected}\n")
    assert flash("exam")[0] == 1


def study(flash: Run, date: str) -> str:
    """Answer all cards of a day Easy, at nine in the morning; return the output."""
    now = f"{date}T09:00:00+00:00"
    return flash("review", "--plain", typed="\n4\n" * 9, now=now)[1]


def test_past_exam_is_an_error(flash: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    flash("exam", "set", "2026-12-23")
    monkeypatch.setenv("FLASH_NOW", "2026-12-24T09:00:00+00:00")

    assert flash("exam") == (
        1,
        "",
        "flash: the exam was on 2026-12-23 (flash exam clear, or set another one)\n",
    )


def test_on_its_day_an_exam_shows_what_is_recalled_now(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("exam", "set", "2026-12-03")
    study(flash, "2026-12-02")
    monkeypatch.setenv("FLASH_NOW", "2026-12-03T07:00:00+00:00")

    code, out, err = flash("exam")

    assert (code, err) == (0, "")
    assert out == (
        f"the exam is today, 2026-12-03: all decks\n{BY_COUNT}2 cards, 0 new\n\n"
        "expected today  98 % of the points\n\n"
        "domain        cards  points  today\n"
        "domain::keys      1    50 %   98 %\n"
        "domain::logs      1    50 %   98 %\n"
    )
    found = flash.json("exam")
    assert (found["days"], found["fits"], found["expected"]) == (
        0,
        None,
        found["today"],
    )


def test_after_an_exam_the_way_to_usual_days_is_named(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("exam", "set", "2026-12-03", "--deck", "Course")
    study(flash, "2026-11-23")
    assert "The exam is tomorrow." in study(flash, "2026-12-02")

    early = (
        "2 cards come back early because of the exam on 2026-12-03; "
        "their usual days: flash reschedule Course --dry-run"
    )
    monkeypatch.setenv("FLASH_NOW", "2026-12-04T09:00:00+00:00")
    hint = "(flash exam clear, or set another one)"
    assert flash("exam") == (1, "", f"flash: {early} {hint}\n")
    assert early in flash("review", "--plain", typed="q\n")[1]
    assert early not in flash("review", "--plain", "--cram", typed="q\n")[1]
    assert flash("exam", "clear") == (
        0,
        f"cleared the exam on 2026-12-03\n{early}\n",
        "",
    )
    assert early not in flash("review", "--plain", typed="q\n")[1]
    assert flash("reschedule")[1].startswith("moved 2 of 2 review cards, 0 to an")
    assert flash("due")[1] == "new 0 · learning 0 · due 0\n"


def test_simulation_lists_each_retention(flash: Run) -> None:
    code, out, err = flash("simulate", "--days", "30")

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "2 cards, 2 of them new; 30 days from now"
    assert [line.split()[0] for line in lines[4:]] == [
        *("0.70", "0.75", "0.80", "0.85", "0.88", "0.90", "0.92", "0.95", "0.97")
    ]
    assert [line for line in lines if line.endswith("as set")] == [lines[9]]
    assert json.loads(flash("simulate", "--json", "--seed", "4")[1])["cards"] == 2


def test_simulation_without_cards_is_an_error(
    flash: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "other.db"))

    assert flash("simulate") == (
        1,
        "",
        "flash: no cards to simulate (add some with flash add)\n",
    )


SHADOWED = {
    "as long": ("iam=3,bio=2", "'iam'", "name 'bio' first"),
    "longer": (
        "cells=3,bio=2",
        "'cells'",
        "the longest tag of a card counts: leave 'bio' out",
    ),
}


@pytest.mark.parametrize(("weights", "other", "hint"), SHADOWED.values(), ids=SHADOWED)
def test_a_tag_whose_cards_count_elsewhere_is_named(
    flash: Run, weights: str, other: str, hint: str
) -> None:
    Path("d.yaml").write_text(
        "deck: D\ncards:\n  - {front: q, back: a, tags: [iam, cells, bio]}\n"
        "  - {front: r, back: a, tags: [iam, cells]}\n"
    )
    flash("add", "d.yaml")

    refused = flash("exam", "set", "2027-01-01", "--weights", weights)

    message = f"all cards with the tag 'bio' count for {other} already"
    assert refused == (1, "", f"flash: {message} ({hint})\n")
    assert flash("exam", "set", "2027-01-01", "--weights", "bio=2,iam=3")[0] == 0


@pytest.mark.parametrize(
    ("columns", "has_bars"), [(40, False), (60, False), (90, True)]
)
def test_the_table_of_domains_fits_the_terminal(
    flash: Run, monkeypatch: pytest.MonkeyPatch, columns: int, *, has_bars: bool
) -> None:
    long = EXAM.replace("name: Logs", "name: Logs and whatever else is to be kept")
    Path("exam.yaml").write_text(long, "utf-8")
    flash("add", ".")
    flash("exam", "set", "2026-12-23")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    table = flash("exam")[1].partition("\x1b[2mdomain")[2].splitlines()[1:]
    table = [row for row in table if not row.startswith("\x1b")]

    assert len(table) >= 2
    assert max(map(width_of, table)) <= columns
    assert any("█" in row for row in table) is has_bars
