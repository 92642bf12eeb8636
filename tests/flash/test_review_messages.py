"""Messages of a review."""

import pytest

from cards.note import Basic, Change, Note, Option, Source
from cards.questions import Question
from flash.messages.cards import (
    breadcrumb,
    checked_line,
    duration_label,
    interval_label,
    option_letter,
    right_option,
    source_addresses,
    source_names,
    source_url,
    was_line,
)
from flash.messages.due import backlog_line
from flash.messages.review import (
    answered_line,
    counts_label,
    exam_line,
    history_lines,
    summary_lines,
    waiting_lines,
)
from srs.models.cards import SchedulingState
from srs.models.day_counts import Backlog
from srs.store.revlog import HistoryLine
from srs.study.queue import Counts
from srs.study.results import Answered, Summary

INTERVALS = {
    -1: "1 s",
    -59: "59 s",
    -60: "1 min",
    -600: "10 min",
    -3569: "59 min",
    -3571: "1 h",
    -5400: "1.5 h",
    -86400: "1 d",
    -129600: "1.5 d",
    0: "0 d",
    1: "1 d",
    30: "30 d",
    31: "1 mo",
    37: "1.2 mo",
    364: "12 mo",
    365: "1 y",
    840: "2.3 y",
    36500: "99.9 y",
}


@pytest.mark.parametrize(("interval", "label"), INTERVALS.items())
def test_an_interval_label_is_short(interval: int, label: str) -> None:
    assert interval_label(interval) == label


@pytest.mark.parametrize(
    ("milliseconds", "label"),
    [(-5, "0 s"), (499, "0 s"), (45_000, "45 s"), (360_000, "6 min")],
)
def test_a_duration_label_is_short(milliseconds: int, label: str) -> None:
    assert duration_label(milliseconds) == label


def test_a_deck_name_becomes_a_clean_path() -> None:
    assert breadcrumb("AWS Security::13 Secrets") == "AWS Security › 13 Secrets"
    assert breadcrumb(" A ::\x1b[31mB\n") == "A › ␛[31mB"


def test_counts_label_names_each_state() -> None:
    assert counts_label(Counts(12, 3, 48)) == "new 12 · learning 3 · due 48"


@pytest.mark.parametrize(
    ("changed", "language", "line"),
    [
        (None, "en", ""),
        (Change("**Level** 2"), "", "the notes said: Level 2"),
        (Change("Level\n2", "2023-05"), "en", "until 2023-05: Level 2"),
        (Change("レベル 2", "2023-05"), "ja", "2023-05 まで：レベル 2"),
        (Change("レベル 2"), "ja-JP", "ノートの記述：レベル 2"),
    ],
)
def test_the_former_answer_fits_a_line(
    changed: Change | None, language: str, line: str
) -> None:
    assert was_line(changed, language) == line


def note(*sources: Source, checked: str = "") -> Note:
    return Note(Basic("Q", "A"), "D", sources=sources, checked=checked)


def test_sources_that_can_be_opened_are_marked() -> None:
    cited = note(
        Source("Book"),
        Source("Script", "javascript:alert(1)"),
        Source(url="https://a.example/b"),
        Source("Guide", "HTTP://c.example"),
        Source(),
    )

    assert source_names(cited) == [
        "Book",
        "Script",
        "https://a.example/b ↗",
        "Guide ↗",
    ]
    assert source_addresses(cited) == [
        "Book",
        "Script",
        "https://a.example/b",
        "Guide HTTP://c.example",
    ]
    assert source_addresses(note(Source(url="s3://a/b"))) == ["s3://a/b"]
    assert source_url(cited) == "https://a.example/b"
    assert source_url(note(Source("x", "file:///etc/passwd"))) == ""
    assert source_url(note(Source("x", "https://a.example/\x1b[31m"))) == ""


def test_checked_line_shows_the_date() -> None:
    assert checked_line(note(checked="2026-11-23")) == "checked 2026-11-23"
    assert checked_line(note()) == ""


def test_right_option_is_an_index_as_shown() -> None:
    options = (Option("No"), Option("Yes "), Option("Both", "last"))

    assert right_option(Question("choice", "?", "Yes", options=options)) == 1
    assert right_option(Question("front", "?", "Yes")) is None
    assert [option_letter(index) for index in (0, 25, 26)] == ["A", "Z", "27"]


def answered(*, suspended: bool) -> Answered:
    state = SchedulingState(lapses=8)
    return Answered(applied=True, state=state, became_leech=True, suspended=suspended)


def test_answered_line_reports_leeches_and_lost_answers() -> None:
    fine = Answered(applied=True, state=SchedulingState())
    question = "What  does\nthe *" + "long " * 12 + "text* say?"
    name = "What does the long long long long long long lon…"

    assert answered_line(fine, question) == ""
    assert (
        answered_line(Answered(applied=False), question)
        == "Already answered in another session; not recorded."
    )
    assert (
        answered_line(answered(suspended=False), question)
        == f"Leech: '{name}', forgotten 8 times. Reword or split it."
    )
    assert (
        answered_line(answered(suspended=True), "Why?")
        == "Leech, now suspended: 'Why?', forgotten 8 times. Reword it."
    )


@pytest.mark.parametrize(
    ("wait_ms", "when"),
    [(0, "1 s"), (1_001, "2 s"), (59_000, "59 s"), (540_000, "9:00")],
)
def test_waiting_counts_down(wait_ms: int, when: str) -> None:
    assert waiting_lines(wait_ms)[1] == f"The next card is due in {when}."


def test_summary_lines_count_answers_and_time() -> None:
    done = Summary(answered=38, correct=32, again=6, duration_ms=360_000, name="cram")
    none = Summary(answered=0, correct=0, again=0, duration_ms=0, name="cram")

    assert summary_lines(done) == (
        "38 answers, 84 % correct, 6 min.",
        "The schedule is unchanged.",
    )
    assert summary_lines(none)[0] == "No cards were answered."


def line(rating: int, interval: int, *, undone: bool = False) -> HistoryLine:
    at_ms = 1_795_435_200_000
    return HistoryLine(at_ms, 540, rating, interval, 4_000, 1, undone)


def test_history_lines_are_aligned_in_local_time() -> None:
    assert history_lines([line(3, 8), line(1, -600, undone=True), line(0, 30)]) == [
        "2026-11-23 21:00  Good             8 d  took 4 s",
        "2026-11-23 21:00  Again         10 min  took 4 s  undone",
        "2026-11-23 21:00  due day set     30 d",
    ]
    assert history_lines([]) == ["No answers yet."]


def test_a_backlog_is_announced_with_its_portion() -> None:
    assert backlog_line(None) == ""
    assert backlog_line(Backlog(52, 326, 0)) == (
        "Catching up: 52 of 326 overdue cards today, fastest-fading first."
        " No new cards."
    )


def test_a_backlog_says_nothing_false_of_new_cards() -> None:
    assert backlog_line(Backlog(52, 326, 3)) == (
        "Catching up: 52 of 326 overdue cards today, fastest-fading first."
    )
    assert backlog_line(Backlog(0, 326, 3)) == ""  # review --only new


@pytest.mark.parametrize(
    ("left", "cards"), [(1, "1 overdue card is"), (9, "9 overdue cards are")]
)
def test_a_finished_portion_says_that_others_are_left(left: int, cards: str) -> None:
    line = backlog_line(Backlog(0, left, 0))

    assert line.startswith(f"Catching up: {cards} left for ")
    assert line.endswith(". No new cards.")


def test_an_exam_is_announced_with_its_days() -> None:
    assert exam_line(1, 0) == "Exam tomorrow: cards worth the most points come first."
    assert exam_line(61, 0) == (
        "Exam in 61 days: cards worth the most points come first."
    )


def test_before_an_exam_a_backlog_is_announced_without_cap() -> None:
    rest = (
        "317 cards overdue: new cards, then the reviews that gain the most. "
        "No cap before an exam; stop at any time."
    )

    assert exam_line(1, 317) == f"Exam tomorrow, {rest}"
    assert exam_line(61, 317) == f"Exam in 61 days, {rest}"
