"""`flash exam mock`: line by line and on the full screen."""

import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from command_runner import Run
from hypothesis import given
from hypothesis import strategies as st
from store_fixtures import NOON, Clock
from textual.pilot import Pilot

from cards.blueprint import Blueprint, Domain
from cards.text.width import line_text, line_width
from flash.messages.mock_exam import (
    following_label,
    hand_in_lines,
    result_label,
    result_lines,
)
from flash.service.adding import apply_adding, plan_adding
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.mock_exams import MockWish, new_mock
from flash.tui.mock_app import MockApp
from flash.tui.mock_page import mock_layout
from flash.tui.mock_view import MockMode, MockView
from srs.models.exam import Exam
from srs.models.mock_exam import MockAnswer, MockExam, MockQuestion
from srs.store.mock_exams import finished_mock_exams, unfinished_mock_exam
from srs.store.opening import open_store
from srs.study.mock_session import MockSession

DECK = """\
deck: Course
language: en
cards:
  - choice: Who records calls?
    options: [CloudTrail, Config, Macie, Detective]
    answer: CloudTrail
    extra: Config records resources.
    tags: [domain::logs]
    source: {title: A guide, url: "https://example.org/a"}
    checked: 2026-11-23
  - choice: Which key is rotated every year?
    options: [AWS managed, Customer managed, Imported, Asymmetric]
    answer: AWS managed
    tags: [domain::keys]
  - compare: [S3, EBS, EFS]
    by:
      kind: {ask: "Which kind of storage is {subject}?", cells: [object, block, file]}
    tags: [domain::keys]
"""
EXAM = """\
exam: An exam (X-1)
domains:
  - {tag: "domain::logs", name: Logs, weight: 50}
  - {tag: "domain::keys", name: Keys, weight: 50}
questions: 4
minutes: 6
passing: 70 %
"""
MOCK = ("exam", "mock", "--seed", "2")


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("deck.yaml").write_text(DECK, "utf-8")
    Path("exam.yaml").write_text(EXAM, "utf-8")
    assert flash("add", ".")[0] == 0
    return flash


def right_letters(flash: Run) -> list[str]:
    """Return the right answers of the unfinished exam, as letters."""
    with_store = open_store(Path("store.db"), NOON)
    exam = unfinished_mock_exam(with_store)
    with_store.close()
    assert exam is not None
    return ["abcd"[one.right] for one in exam.questions]


def test_a_mock_exam_without_domains_names_none(flash: Run) -> None:
    cards = "".join(
        f"- {{choice: Q{n}, options: [a, b, c, d], answer: a}}\n" for n in range(2)
    )
    Path("plain.yaml").write_text(f"deck: Plain\ncards:\n{cards}", "utf-8")
    flash("add", "plain.yaml")
    Path("exam.yaml").unlink()
    flash("exam", "set", "2026-12-23", "--deck", "Plain")

    begun = flash(*MOCK, "--questions", "3", typed="a\nh\nh\nh\n\n\n")[1].splitlines()
    out = flash("exam", "mock", "--last", typed="q\n")[1].splitlines()

    assert begun[2] == "Questions that the deck lacks: 1."
    assert not any("other" in line or "domain" in line for line in (*begun, *out))
    assert "The schedule is unchanged." in out


def test_a_plain_exam_from_begin_to_score(flash: Run) -> None:
    code, out, err = flash(*MOCK, typed="")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:6] == [
        "Mock exam: An exam (X-1): 3 questions, 5 minutes, seed 2.",
        "Each question has one right answer; the real exam may also have multiple "
        "response, ordering and matching.",
        "1 question was made from a table or a list: its domain has too few choices.",
        "Questions that the deck lacks: Logs 1.",
        "",
        "question 1 of 3 · 5:00 left",
    ]
    assert (
        lines[-1] == "The mock exam is saved, 5:00 left. flash exam mock continues it."
    )
    letters = right_letters(flash)

    wrong = "abcd".replace(letters[1], "")[0]
    typed = f"{letters[0]}\nm\n{wrong}\n{letters[2]}\nn\nh\n\nH\nh\n\n"
    code, out, err = flash("exam", "mock", typed=typed)

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == (
        "Mock exam: An exam (X-1), continued: 0 of 3 answered. --new drops it."
    )
    assert "question 2 of 3 · 5:00 left · marked" in lines
    assert "Marked for later: question 2" in lines
    start = lines.index(
        "Score: 2 of 3, 67 % (95 % confidence interval 21-94 %, Wilson)"
    )
    assert lines[start + 1 : start + 6] == [
        "Predicted when it began: 0 % of the points recalled",
        "Passing: 70 %",
        "Time: 0:00 of 5:00",
        "The schedule is unchanged.",
        "",
    ]
    assert [line for line in lines if "1 of " in line][-2:] == [
        "miss 1 of 1",
        "right answer 1 of 2",
    ]
    assert lines[-1] == "(Enter: continue, d: due today, x: confuse, q: end)"


def test_a_plain_right_answer_shows_its_explanation(flash: Run) -> None:
    flash(*MOCK, typed="")
    letters = "\n".join(right_letters(flash))

    lines = flash("exam", "mock", typed=f"{letters}\nh\nh\n\n\n\n")[1].splitlines()

    assert not any(line.startswith("miss ") for line in lines)
    assert [line for line in lines if line.startswith("right answer ")] == [
        f"right answer {number} of 3" for number in (1, 2, 3)
    ]
    asked = lines.index("Who records calls?", lines.index("right answer 1 of 3"))
    answer, right, *explanation = lines[asked + 1 : asked + 5]
    assert answer.removeprefix("your answer") == right.removeprefix("right")
    assert explanation == [
        "Config records resources.",
        "source: A guide https://example.org/a",
    ]


@given(st.lists(st.sampled_from([None, 0, 1]), min_size=1, max_size=9))
def test_misses_come_before_right_answers(chosen: list[int | None]) -> None:
    exam = an_exam([MockAnswer(option) for option in chosen])

    order = exam.misses_first
    places = [result_label(exam, place) for place in range(len(order))]

    assert order[: len(exam.misses)] == exam.misses
    assert sorted(order) == list(range(len(chosen)))
    assert places == [
        *(f"miss {n + 1} of {len(exam.misses)}" for n in range(len(exam.misses))),
        *(f"right answer {n + 1} of {exam.right}" for n in range(exam.right)),
    ]
    followed = [following_label(exam, place) != "" for place in range(-1, len(order))]
    assert followed == [True] * len(order) + [False]


SCALES = {
    "70 %": "70 %",
    "７０％": "７０％",
    "750 on a scale from 100 to 1,000": "750 on a scale from 100 to 1,000 "
    "(the exam's own scale, not a percentage of right answers)",
}


@pytest.mark.parametrize(("passing", "shown"), SCALES.items())
def test_a_score_on_a_scale_is_no_percentage(passing: str, shown: str) -> None:
    blueprint = Blueprint("X", (Domain("domain::0", 1),), 12, 60, passing)

    lines = result_lines(an_exam([MockAnswer(0)]), Exam(1, blueprint=blueprint))

    assert f"Passing: {shown}" in lines


def an_exam(answers: list[MockAnswer], domains: int = 1) -> MockExam:
    """Make an exam whose right options are all A."""
    questions = tuple(
        MockQuestion("g", "u", f"domain::{n % domains}", "Q?", ("a", "b"), 0)
        for n in range(len(answers))
    )
    return MockExam(1, "", "", 60_000, 1, False, 0.5, questions, tuple(answers))


@pytest.mark.parametrize(
    ("open_", "named"),
    [
        ([0], "question 1"),
        ([0, 3], "questions 1, 4"),
        ([1, 2], "questions 2-3"),
        ([0, 2, 3, 4], "questions 1, 3-5"),
    ],
)
def test_open_questions_are_named_by_number(open_: list[int], named: str) -> None:
    given = [MockAnswer(None if n in open_ else 0) for n in range(6)]
    marked = [MockAnswer(0, is_marked=n in open_) for n in range(6)]

    assert hand_in_lines(an_exam(given)) == [
        f"Without an answer, which counts as wrong: {named}"
    ]
    assert hand_in_lines(an_exam(marked)) == [f"Marked for later: {named}"]


@pytest.mark.parametrize("columns", range(24, 100, 4))
def test_the_numbers_of_a_domain_stay_on_one_row(columns: int) -> None:
    names = ("Threat Detection and Incident Response", "Logs", "脅威の検出と対応" * 3)
    domains = tuple(Domain(f"domain::{n}", 1, name) for n, name in enumerate(names))
    asks = Exam(1, blueprint=Blueprint("X", domains, 12, 60))
    exam = an_exam([MockAnswer(0)] * 9 + [MockAnswer(1)] * 3, 3)

    lines = tuple(result_lines(exam, asks))
    page = mock_layout(MockView(mode=MockMode.SCORE, lines=lines), columns, 60)

    shown = [line_text(line).strip() for line in page.lines]
    assert sum(row.startswith("3 of 4  75 %  ") for row in shown) == 3


def test_the_last_question_names_the_key_to_hand_in(flash: Run) -> None:
    lines = flash(*MOCK, typed="3\n?\n2\nq\n")[1].splitlines()

    asked = [line for line in lines if line.startswith("(A letter")]
    last = "(A letter answers, h hands the exam in, ? for help)"
    other = "(A letter answers, ? for help)"
    assert asked == [other, last, last, other]


def test_the_only_deck_with_an_exam_is_examined(flash: Run) -> None:
    flash("new", "A question of another deck?", "No.", "--deck", "Other")

    lines = flash(*MOCK, typed="")[1].splitlines()

    assert lines[0] == "Mock exam: An exam (X-1): 3 questions, 5 minutes, seed 2."


def test_a_plain_exam_takes_only_numbers_of_its_questions(flash: Run) -> None:
    wrong = ["9" * 5000, "0", "99"]

    code, out, _ = flash(*MOCK, typed="".join(f"{word}\n" for word in wrong))
    shown = [line for line in out.splitlines() if line.startswith("question ")]

    assert (code, shown) == (0, ["question 1 of 3 · 5:00 left"] * 4)


def test_a_plain_miss_shows_answer_and_source(flash: Run) -> None:
    typed = "?\nq\n"
    out = flash(*MOCK, "--questions", "1", "--minutes", "1", typed=typed)[1]
    assert "A letter answers and goes on; a number goes to a question." in out

    out = flash("exam", "mock", typed="h\nh\nd\nx kind\nx 1\nzzz\nq\n")[1]

    lines = out.splitlines()
    shown = lines[lines.index("miss 1 of 1") + 2 :]
    assert shown[0] in ("Who records calls?", "Which key is rotated every year?")
    assert "your answer: not answered" in shown
    assert any(line.startswith("right: ") for line in shown)
    assert "The card is new, or due already." in shown
    assert "Confused card recorded; flash undo removes it." in shown
    steps = [line[18:] for line in flash("log")[1].splitlines()[:3]]
    assert steps[0] == "Recorded a confused card"
    assert steps[1].startswith("Crammed, Again: ")
    assert steps[2] == "Took a mock exam: 1 question"


def test_results_stand_beside_the_forecast(flash: Run) -> None:
    flash("exam", "set", "2026-12-23")
    assert flash.json("exam")["mocks"] == []
    flash(*MOCK, typed="a\na\na\nh\nh\nq\n")

    lines = flash("exam")[1].splitlines()
    (found,) = flash.json("exam")["mocks"]

    assert lines[-2].split() == [
        "mock",
        "exam",
        "questions",
        "scored",
        *"95 %".split(),
        "predicted",
    ]
    assert lines[-1].startswith("2026-11-23          3")
    assert lines[-1].endswith("%        0 %")
    assert (found["name"], found["seed"], found["questions"]) == ("An exam (X-1)", 2, 3)
    assert found["low"] <= found["share"] <= found["high"]

    assert (
        flash("exam", "mock", "--last", typed="q\n")[1]
        .splitlines()[1]
        .startswith("Score: ")
    )
    assert flash("undo")[1] == "Removed the result of the mock exam.\n"
    assert flash.json("exam")["mocks"] == []
    assert flash("exam", "mock", "--last") == (
        1,
        "",
        "flash: no mock exam was finished (flash exam mock)\n",
    )


def test_wrong_answers_count_only_on_request(flash: Run) -> None:
    flash(*MOCK, "--count", typed="")
    letters = right_letters(flash)
    wrong = ["abc".replace(letter, "")[0] for letter in letters]
    typed = f"{wrong[0]}\n{wrong[1]}\nh\nh\nq\n"

    out = flash("exam", "mock", typed=typed)[1]

    assert "Wrong answers were recorded as Again." in out
    assert flash.json("due")["learning"] == 2
    assert flash("undo")[1] == (
        "Removed the result of the mock exam; 2 answers no longer count.\n"
    )
    assert flash.json("due")["learning"] == 0


def test_an_unfinished_exam_is_not_replaced_unasked(flash: Run) -> None:
    flash(*MOCK, typed="")

    code, out, err = flash(*MOCK)
    assert (code, out, err) == (
        1,
        "",
        "flash: a mock exam is unfinished "
        "(flash exam mock continues it, --new drops it)\n",
    )
    assert flash(*MOCK, "--new", typed="")[0] == 0
    assert flash("exam", "mock", "--last", "--new")[0] == 2
    assert flash("exam", "mock", "--deck", "Curse") == (
        1,
        "",
        "flash: no deck 'Curse' (did you mean 'Course'?)\n",
    )


def test_time_is_up_in_a_plain_exam(flash: Run) -> None:
    flash(*MOCK, "--minutes", "0.1", typed="a\n")
    store = open_store(Path("store.db"), NOON)
    store.connection.execute("update mock_exams set spent_ms = 6000")
    store.close()

    lines = flash("exam", "mock", typed="")[1].splitlines()

    assert lines[1] == "The time is up: the exam was handed in."
    assert lines[3].startswith("Score: ")


def last_score(run: Callable[..., tuple[int, str, str]]) -> tuple[str, bool]:
    """Return the score of the last exam, and if its questions have no text."""
    out = run("exam", "mock", "--last", typed="\n" * 9)[1]
    return out.splitlines()[1], "The text of this question was deleted." in out


def test_a_removed_deck_leaves_the_scores_of_its_exams(flash: Run) -> None:
    flash(*MOCK, typed="a\nh\nh\nq\n")
    score, _ = last_score(flash)

    assert flash("remove", "Course", "--forever", "--yes")[0] == 0

    assert score.startswith("Score: ")
    assert last_score(flash) == (score, True)
    assert flash("doctor")[0] == 0


def test_a_finished_exam_reaches_the_other_device(flash: Run) -> None:
    Path("log").mkdir()
    other = partial(flash, "--db", "other.db")
    flash(*MOCK, typed="a\n")
    flash("sync", "log")
    assert other("sync", "log")[0] == 0
    hint = "flash --db other.db exam mock"
    nothing = (1, "", f"flash: no mock exam was finished ({hint})\n")
    assert other("exam", "mock", "--last", typed="q\n") == nothing

    flash("exam", "mock", typed="a\nh\nh\nq\n")
    assert flash("sync")[1] == "Sent 1, received 0.\n"
    other("sync")

    here = flash("exam", "mock", "--last", typed="q\n")[1].splitlines()
    there = other("exam", "mock", "--last", typed="q\n")[1].splitlines()
    assert here[1].startswith("Score: ")
    assert there[1] == here[1]
    assert there[-8:] == here[-8:]
    assert other("sync")[1] == "Nothing to send, nothing new.\n"
    flash("undo")
    flash("sync")
    other("sync")
    assert other("exam", "mock", "--last", typed="q\n") == nothing
    flash("redo")
    flash("sync")
    other("sync")
    there = other("exam", "mock", "--last", typed="q\n")[1].splitlines()
    assert there[1] == here[1]


def test_questions_asked_on_another_device_are_repeats(flash: Run) -> None:
    Path("log").mkdir()
    other = partial(flash, "--db", "other.db")
    flash("exam", "set", "2026-12-23")
    for run in (flash, other):
        run("sync", "log")
    flash(*MOCK, typed="h\nh\nq\n")
    for run in (flash, other):
        run("sync")

    begun = [run("exam", "mock", "--seed", "3", typed="q\n") for run in (flash, other)]

    # The domain of the keys has another question, that of the logs has none.
    repeated = "1 question was in an earlier mock exam: its domain has too few others."
    assert [repeated in out.splitlines() for _code, out, _err in begun] == [True, True]


def test_a_deck_deleted_elsewhere_leaves_the_scores(flash: Run) -> None:
    Path("log").mkdir()
    other = partial(flash, "--db", "other.db")
    flash("sync", "log")
    other("sync", "log")
    flash(*MOCK, typed="a\nh\nh\nq\n")
    score, _ = last_score(flash)
    assert other("remove", "Course", "--forever", "--yes")[0] == 0

    for _ in range(2):
        flash("sync")
        other("sync")

    assert last_score(flash) == last_score(other) == (score, True)
    assert flash("doctor")[0] == 0


class MockSetup:
    """A store with a deck, and a clock."""

    def __init__(self, folder: Path) -> None:
        (folder / "deck.yaml").write_text(DECK, "utf-8")
        (folder / "exam.yaml").write_text(EXAM, "utf-8")
        self.clock = Clock()
        self.store = open_store(folder / "store.db", NOON)
        self.context = AppContext(self.store, self.clock)
        plan = plan_adding(self.store, read_files([folder]))
        apply_adding(self.context, plan)

    def app(self, *, counts: bool = False) -> MockApp:
        drawn = new_mock(self.context, MockWish(seed=2, counts=counts))
        session = MockSession(self.store, self.clock, drawn.exam)
        return MockApp(session, partial(result_lines, asks=drawn.asks), ["A notice."])

    def stored(self) -> MockExam:
        found = unfinished_mock_exam(self.store)
        return found or finished_mock_exams(self.store)[-1]


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[MockSetup]:
    found = MockSetup(tmp_path)
    yield found
    found.store.close()


def rows_of(app: MockApp) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]


def right_key(app: MockApp) -> str:
    asked = app.mock.view.asked
    assert asked is not None
    return "abcd"[asked.right]


async def press(pilot: Pilot[None], *keys: str) -> list[str]:
    await pilot.press(*keys)
    await pilot.pause()
    assert isinstance(pilot.app, MockApp)
    return rows_of(pilot.app)


async def test_a_question_is_laid_out_as_designed(setup: MockSetup) -> None:
    app = setup.app()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await press(pilot, "right", "m")
        asked = app.mock.view.asked
        assert asked is not None

        assert rows[1] == " " + "─" * 50 + "  0 of 3 answered · 1 marked"
        assert rows[0].startswith(" Mock exam: An exam (X-1)  ")
        assert rows[0].endswith("marked · question 2 of 3 · 5:00 left")
        shown = [row.strip() for row in rows]
        for letter, option in zip("ABCD", asked.options, strict=False):
            assert f"{letter}  {option}" in shown
        assert rows[-1] == (
            " A… answer  ←→ go  m mark  n next open  h hand in  ? help  q pause"
        )


@pytest.mark.slow
async def test_an_exam_on_the_screen_to_the_last_miss(setup: MockSetup) -> None:
    app = setup.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, right_key(app), "space")
        wrong = "abc".replace(right_key(app), "")[0]
        rows = await press(pilot, wrong, "right")
        assert rows[1].endswith("2 of 3 answered")
        await press(pilot, "z", "n")
        assert setup.stored().answers[1].chosen is not None
        rows = await press(pilot, "h")
        assert "       Without an answer, which counts as wrong: question 3" in rows
        rows = await press(pilot, "x")
        assert not app.mock.view.is_handing_in
        rows = await press(pilot, "h", "h")
        assert any("Score: 1 of 3, 33 %" in row for row in rows)
        assert not any("✗" in row for row in rows)

        rows = await press(pilot, "space")
        assert any("✗" in row for row in rows)
        assert any("✓" in row for row in rows)
        rows = await press(pilot, "d")
        assert " The card is new, or due already." in rows
        rows = await press(pilot, "x", *"who", "enter")
        assert rows[0].endswith("miss 1 of 2")
        assert any(row.endswith("Space  next miss") for row in rows)
        rows = await press(pilot, "right")
        assert rows[0].endswith("miss 2 of 2")
        assert any("not answered" in row for row in rows)
        assert any(row.endswith("Space  show the right answers") for row in rows)
        rows = await press(pilot, "right", "right", "right")
        assert rows[0].endswith("right answer 1 of 1")
        assert any("✓" in row for row in rows)
        assert not any("✗" in row for row in rows)
        assert any(row.endswith("q  quit") for row in rows)
        await press(pilot, "left", "left", "left")
        assert app.mock.view.mode.value == "score"
        await press(pilot, "?", "?", "q")
    assert app.return_code == 0
    assert setup.stored().finished_ms == NOON


async def test_the_clock_hands_the_exam_in(setup: MockSetup) -> None:
    app = setup.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "a")
        setup.clock.turn(minutes=4)
        app.tick()
        await pilot.pause()
        assert rows_of(app)[0].endswith("question 1 of 3 · 1:00 left")
        setup.clock.turn(minutes=2)
        app.tick()
        await pilot.pause()
        assert " The time is up: the exam was handed in." in rows_of(app)
    assert setup.stored().finished_ms == setup.clock.now_ms


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_the_screen_keeps_every_answer(
    setup: MockSetup, key: str
) -> None:
    app = setup.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "b")
        setup.clock.turn(minutes=1)
        await pilot.press(key)
    assert app.ended_by == (signal.SIGINT if key == "ctrl+c" else None)
    stored = setup.stored()
    assert (stored.answers[0].chosen, stored.finished_ms) == (1, 0)


@pytest.mark.parametrize("size", [(1, 1), (20, 8), (40, 12), (80, 24), (120, 40)])
async def test_the_page_fits_every_size(
    setup: MockSetup, size: tuple[int, int]
) -> None:
    app = setup.app()
    columns, rows = size
    for keys in ((), ("?",), ("x", "h"), ("h",), ("space",), ("x",)):
        for key in keys:
            app.mock.press(key)
        page = mock_layout(app.mock.view, columns, rows)
        assert len(page.lines) == rows
        assert all(line_width(line) <= max(columns, 2) for line in page.lines)


async def test_a_failed_answer_is_shown_and_not_kept(
    setup: MockSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = setup.app()
    setup.store.connection.execute("pragma query_only = on")
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await press(pilot, "a")
        assert "       Not saved" in rows
        assert app.mock.failure is not None
        setup.store.connection.execute("pragma query_only = off")
        await press(pilot, "x", "a")
        assert app.mock.failure is None
    assert setup.stored().answers[0].chosen == 0


def test_an_open_exam_goes_on_without_deleted_questions(flash: Run) -> None:
    flash(*MOCK, typed="q\n")
    store = open_store(Path("store.db"), NOON)
    exam = unfinished_mock_exam(store)
    assert exam is not None
    (number,) = store.row(
        "select min(id) from cards where note = :note", {"note": exam.questions[1].guid}
    ) or (0,)
    store.close()
    flash("remove", str(number), "--forever", "--yes")

    out = flash("exam", "mock", typed="q\n")[1]

    assert "question 1 of 2" in out or "question 1 of 1" in out
    assert "The text of this question was deleted." not in out
    assert flash("doctor")[0] == 0


def test_an_exam_of_deleted_questions_only_is_dropped(flash: Run) -> None:
    flash(*MOCK, typed="q\n")
    flash("remove", "Course", "--forever", "--yes")

    assert flash("exam", "mock", typed="q\n")[::2] == (
        1,
        "flash: no card can be asked with options (a mock exam needs cards with"
        " 'choice:', tables or lists)\n",
    )
