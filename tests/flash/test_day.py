"""What stays on the terminal at the end of a review."""

from pathlib import Path

import pytest
from command_runner import Run
from msgspec.structs import replace

from flash.messages.day import end_lines
from srs.store.settings import Options
from srs.study.day_report import DayReport
from srs.study.queue import Counts
from srs.study.results import Summary
from srs.study.session import Session

DECK = "deck: Some::Facts\ncards:\n" + "".join(
    f"  - {{front: Q{number:02}, back: A}}\n" for number in range(40)
)
SUMMARY = Summary(answered=1, correct=1, again=0, duration_ms=1)
DONE = DayReport(
    answered=38,
    correct=32,
    duration_ms=360_000,
    streak=12,
    left=Counts(0, 0, 0),
    tomorrow=Counts(20, 1, 30),
    overdue=0,
    more_new=10,
    more_due=0,
    ahead=30,
)


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("deck.yaml").write_text(DECK, "utf-8")
    flash("add", "deck.yaml")
    return flash


def test_a_finished_day_offers_what_could_come_next() -> None:
    assert end_lines(SUMMARY, DONE) == [
        "Today: 38 answers, 84 % correct, 6 min. Streak: 12 days.",
        "Tomorrow: 31 due, 20 new.",
        "10 more new cards: flash review --more 10",
        "30 cards of tomorrow: flash review --ahead 1",
        "Practice without changing the schedule: flash review --cram",
    ]


def test_offered_commands_repeat_the_query() -> None:
    chosen = replace(DONE, query="deck:IAM -is:leech", more_new=1, ahead=0)

    assert end_lines(SUMMARY, chosen)[2:] == [
        "1 more new card: flash review 'deck:IAM -is:leech' --more 1",
        "Practice without changing the schedule:"
        " flash review 'deck:IAM -is:leech' --cram",
    ]


def test_an_unfinished_day_says_what_is_left() -> None:
    chosen = replace(DONE, left=Counts(1, 2, 3), rest=Counts(1, 2, 3))

    assert end_lines(SUMMARY, chosen)[1:] == [
        "If you stop now, tomorrow: 31 due, 20 new.",
        "Left today: new 1 · learning 2 · due 3. Continue with: flash review",
    ]


def test_a_finished_deck_does_not_end_the_day_of_others(flash: Run) -> None:
    Path("other.yaml").write_text("deck: Other\ncards: [{front: Q, back: A}]", "utf-8")
    flash("add", "other.yaml")

    shown = flash("review", "Other", "--plain", typed="\n4\n")[1]
    after = flash("review", "Some", "--plain", typed="\n4\n" * 20)[1]

    assert "Today: 1 answer, " in shown
    assert "\nNo more of these cards are due today.\n" in shown
    assert "If you stop now, tomorrow: 0 due, 20 new." in shown
    left = "Other cards left today: new 20 · learning 0 · due 0."
    assert f"\n{left} Continue with: flash review\n" in shown
    assert "Today: 21 answers, " in after
    assert "\nTomorrow: 0 due, 20 new." in after
    assert "Other cards" not in after


def test_overdue_cards_beyond_the_cap_are_offered() -> None:
    chosen = replace(DONE, overdue=70, more_new=0, more_due=70)

    lines = end_lines(SUMMARY, chosen)

    assert lines[2:-1] == ["70 more overdue cards: flash review --ahead 1"]


def test_while_catching_up_nothing_is_asked_ahead() -> None:
    chosen = replace(DONE, tomorrow=Counts(0, 0, 50), overdue=128, is_catching_up=True)

    lines = end_lines(SUMMARY, chosen)

    assert lines[1] == (
        "Tomorrow: 50 due, no new cards while catching up; 128 are overdue."
    )
    assert not any("--ahead" in line for line in lines)


def test_a_second_run_reports_the_day(flash: Run) -> None:
    flash("review", "--plain", typed="\n4\n" * 20)

    code, out, err = flash("review", "--plain", typed="")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "No more cards are due today.",
        "Today: 20 answers, 100 % correct, 0 s. Streak: 1 day.",
        "Tomorrow: 0 due, 20 new.",
        "10 more new cards: flash review --more 10",
        "Practice without changing the schedule: flash review --cram",
    ]


def test_the_offer_of_new_cards_works_as_printed(flash: Run) -> None:
    flash("review", "--plain", typed="\n4\n" * 20)

    out = flash("review", "--more", "10", "--plain", typed="\n4\n" * 10)[1]

    assert "new 10 · learning 0 · due 0" in out
    assert "Today: 30 answers, 100 % correct, 0 s. Streak: 1 day." in out


@pytest.mark.parametrize(
    "words",
    [
        ["--more", "1", "--cram"],
        ["--ahead", "1", "--confused"],
        ["--more", "1", "--new", "2"],
        ["--more", "0"],
    ],
)
def test_options_that_exclude_each_other_are_refused(
    flash: Run, words: list[str]
) -> None:
    assert flash("review", *words)[0] == 2


def test_the_day_stays_after_leaving_the_screen(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_one(session: Session, *_others: object) -> Summary:
        assert isinstance(session.options, Options)
        session.next()
        session.answer(4, 1000)
        return session.summary()

    monkeypatch.setattr("flash.cli.commands.review._is_terminal", lambda: True)
    monkeypatch.setattr("flash.tui.app.run_screen", answer_one)

    code, out, err = flash("review")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Today: 1 answer, 100 % correct, 1 s. Streak: 1 day.",
        "If you stop now, tomorrow: 0 due, 20 new.",
        "Left today: new 19 · learning 0 · due 0. Continue with: flash review",
    ]


@pytest.mark.parametrize("query", ["is:new", "is:due", "rated:1", "prop:reps<1"])
def test_a_passing_query_says_the_same_of_tomorrow_as_none(
    flash: Run, query: str
) -> None:
    flash("review", "--plain", typed="\n4\n" * 15 + "\n1\n" * 2)
    now = "2026-12-20T09:00:00+00:00"
    typed = "\n3\n" * 3 + "q\n"
    shown = flash("review", query, "--plain", typed=typed, now=now)[1].splitlines()
    whole = flash("review", "--plain", typed="q\n", now=now)[1].splitlines()

    (line,) = [one for one in whole if "omorrow: " in one]
    assert line in shown
    assert not any("--cram" in one or "--ahead" in one for one in shown)


def test_a_lasting_query_is_offered_again(flash: Run) -> None:
    shown = flash("review", "tag:none or Q0", "--plain", typed="\n4\n" * 10)[1]

    assert "flash review 'tag:none or Q0' --cram" in shown
