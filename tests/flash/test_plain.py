"""The plain review, held on two streams."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_fixtures import ids, put_in_deck
from terminal_review import DECK, NOON, ReviewSetup

from flash.cli.plain_review import run_plain
from srs.models.cards import Rating
from srs.store.card_actions import suspend
from srs.store.connection import StoreError
from srs.store.opening import open_store
from srs.study.cram import CramOptions
from srs.study.limits import SessionLimits
from srs.study.results import Answered, Summary
from srs.study.session import Session


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[ReviewSetup]:
    setup = ReviewSetup(tmp_path)
    yield setup
    setup.close()


def hold(session: Session, *words: str) -> tuple[Summary, list[str]]:
    stdout = io.StringIO()
    summary = run_plain(session, io.StringIO("".join(f"{w}\n" for w in words)), stdout)
    return summary, stdout.getvalue().splitlines()


def failing_review(session: Session, *words: str) -> list[str]:
    stdout = io.StringIO()
    with pytest.raises(StoreError, match="readonly"):
        run_plain(session, io.StringIO("".join(f"{w}\n" for w in words)), stdout)
    return stdout.getvalue().splitlines()


ONE = "deck: One\ncards:\n  - {front: Only?, back: Yes}\n"
CHOICE = """
deck: One
cards:
  - {choice: How many?, options: [Four, Five, Six], answer: Five}
"""
ASKED = ["", "One", "new 1 · learning 0 · due 0", "", "Only?"]
ENTER = "(Enter shows the answer, ? for help)"
RATINGS = "(1 Again 1 min · 2 Hard 6 min · 3 Good 10 min · 4 Easy 10 d)"


def test_a_question_stands_below_the_deck_of_its_card(setup: ReviewSetup) -> None:
    session = setup.session(ONE)
    put_in_deck(session.store, ids(session.store)[0], "One::Produce")

    _summary, lines = hold(session, "q")

    assert lines[1] == "One › Produce"


def test_a_plain_review_prints_questions_and_answers(setup: ReviewSetup) -> None:
    summary, lines = hold(setup.session(), "", "3", "q")

    assert lines == [
        "",
        "AWS Security › 13 Secrets",
        "new 3 · learning 0 · due 0",
        "",
        "Which FIPS 140 level does AWS KMS meet today?",
        ENTER,
        "FIPS 140-3, Security Level 3",
        "until 2023-05: FIPS 140-2 Level 2",
        "source: AWS KMS cryptographic details https://docs.aws.amazon.com/kms/",
        "checked 2026-11-23",
        RATINGS,
        "",
        "AWS Security › 13 Secrets",
        "new 2 · learning 1 · due 0",
        "",
        "Who may delete a protected version?",
        *lines[16:19],
        "(1 to 3 chooses, Enter shows the answer, ? for help)",
        "Today: 1 answer, 100 % correct, 0 s. Streak: 1 day.",
        "If you stop now, tomorrow: 1 due, 2 new.",
        "Left today: new 2 · learning 1 · due 0. Continue with: flash review",
    ]
    assert sorted(line[3:] for line in lines[16:19]) == [
        "A user with s3:BypassGovernanceRetention",
        "Nobody",
        "Root",
    ]
    assert [line[:3] for line in lines[16:19]] == ["1: ", "2: ", "3: "]
    assert summary.answered == 1
    assert setup.ratings() == [Rating.GOOD]


@pytest.mark.parametrize("is_right", [True, False])
def test_a_number_chooses_an_option(setup: ReviewSetup, *, is_right: bool) -> None:
    session = setup.session(CHOICE)
    prompt = session.next()
    assert prompt is not None
    options = [one.text for one in prompt.question.options]
    right = options.index("Five") + 1
    word = str(right if is_right else right % 3 + 1)

    _summary, lines = hold(session, word, "2", "q")

    verdict = "Right: 3 Good" if is_right else "Wrong: 1 Again"
    at = lines.index(f"{verdict} is suggested.")
    assert lines[at + 1] == f"{right}: Five"
    assert setup.ratings() == [Rating.HARD]


def test_the_end_of_the_input_ends_the_review(setup: ReviewSetup) -> None:
    summary, lines = hold(setup.session(ONE), "")

    assert lines == [
        *ASKED,
        ENTER,
        "Yes",
        RATINGS,
        "No cards were answered today.",
        "If you stop now, tomorrow: 0 due, 1 new.",
        "Left today: new 1 · learning 0 · due 0. Continue with: flash review",
    ]
    assert summary.answered == 0


def test_the_right_option_is_named_by_its_letter(setup: ReviewSetup) -> None:
    _, lines = hold(setup.session(), "s", "")

    option = "A user with s3:BypassGovernanceRetention"
    assert len([line for line in lines if line[1:] == f": {option}"]) == 2


def test_a_digit_rates_only_after_the_answer(setup: ReviewSetup) -> None:
    _, lines = hold(setup.session(ONE), "4", "", "4", "q")

    assert lines[6] == "Press Enter to see the answer before you rate it."
    assert setup.ratings() == [Rating.EASY]
    assert "No more cards are due today." in lines


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["z"], "Enter shows the answer, ? for help."),
        (["", "z"], "Rate the answer 1, 2, 3 or 4; ? for help."),
        (["x"], "After a miss, x records which card you confused it with."),
        (["", ""], "Rate the answer 1, 2, 3 or 4; ? for help."),
        (["u"], "Nothing to undo."),
        (["i"], "No answers yet."),
        (["?"], "1 Again: forgotten"),
        (["s"], "Suspended. Press u to undo."),
        (["b"], "Buried until tomorrow. Press u to undo."),
    ],
)
def test_every_input_gets_a_reply(
    setup: ReviewSetup, words: list[str], said: str
) -> None:
    _, lines = hold(setup.session(), *words)

    assert said in lines


def test_undo_shows_the_card_again(setup: ReviewSetup) -> None:
    _, lines = hold(setup.session(ONE), "", "1", "u", "", "２", "q")

    assert lines.count("Only?") == 2
    assert "Undid the answer to 'Only?'." in lines
    assert setup.ratings() == [Rating.HARD]


def test_history_lists_past_answers(setup: ReviewSetup) -> None:
    session = setup.session(ONE)
    hold(session, "", "1", "q")
    setup.later(minutes=2)
    _, lines = hold(session, "i", "q")

    assert "2026-11-23 12:00  Again    1 min  took 0 s" in lines


def test_enter_shows_a_learning_card_early(setup: ReviewSetup) -> None:
    _, lines = hold(setup.session(ONE), "", "3", "z", "", "", "3")

    at = lines.index("No card is due right now.")
    assert lines[at + 1 : at + 3] == [
        "The next card is due in 10 min. Enter: show it now, q: quit.",
        "Press Enter, u or q.",
    ]
    assert setup.ratings() == [Rating.GOOD, Rating.GOOD]


def test_the_answer_limit_ends_a_plain_review(setup: ReviewSetup) -> None:
    summary, lines = hold(
        setup.session(limits=SessionLimits(limit=1)), "", "4", "", "4"
    )

    assert summary.answered == 1
    assert lines[-3:] == [
        "Today: 1 answer, 100 % correct, 0 s. Streak: 1 day.",
        "If you stop now, tomorrow: 0 due, 2 new.",
        "Left today: new 2 · learning 0 · due 0. Continue with: flash review",
    ]


def test_a_failed_save_asks_the_question_again(setup: ReviewSetup) -> None:
    session = setup.session(ONE)
    session.store.connection.execute("pragma query_only = on")
    lines = failing_review(session, "", "3", "3")

    assert len([line for line in lines if "readonly" in line]) == 2
    assert setup.ratings() == []


def test_a_review_succeeds_after_a_failed_save_is_repeated(
    setup: ReviewSetup,
) -> None:
    session = setup.session(ONE)
    answer, failures = (
        session.answer,
        [StoreError(setup.path, "disk full", "free space")],
    )

    def fail_once(rating: Rating, duration_ms: int) -> Answered:
        if failures:
            raise failures.pop()
        return answer(rating, duration_ms)

    session.answer = fail_once
    summary, lines = hold(session, "", "3", "3", "q")

    assert "Not saved: disk full (free space)" in lines
    assert summary.answered == 1


def test_notices_come_first(setup: ReviewSetup) -> None:
    session = setup.session(ONE)
    stdout = io.StringIO()
    run_plain(session, io.StringIO(), stdout, ["Exam tomorrow"])

    assert stdout.getvalue().startswith("Exam tomorrow\n")


def test_unencodable_characters_are_replaced(setup: ReviewSetup) -> None:
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, "ascii")
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\n\n3\nq\n"), "utf-8")

    run_plain(setup.session(), stdin, stdout)

    assert b"AWS Security ? 13 Secrets\n" in written.getvalue()
    assert setup.ratings() == [Rating.GOOD]


def test_the_plain_mode_loads_no_slow_packages(setup: ReviewSetup) -> None:
    setup.session(DECK).close()
    code = f"""
import io, sys
from pathlib import Path
import flash.cli.commands.review
from flash.cli.plain_review import run_plain
from srs.study.session import Session
from srs.store.opening import open_store
store = open_store(Path({str(setup.path)!r}), {NOON})
session = Session(store, lambda: {NOON})
session.next()
print("hashlib" in sys.modules)  # it loads OpenSSL; the backup at the end needs it
run_plain(session, io.StringIO("\\nq\\n"), io.StringIO())
packages = ["textual", "markdown_it", "rich", "sqlite_utils"]
modules = ["cards.deckfile.reader", "cards.text.html", "srs.models.query", "srs.store.search", "srs.forecast.simulator"]
print([one for one in packages + modules if one in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.stdout == "False\n[]\n"


TWINS = """\
deck: Twins
cards:
  - {front: What does a security group do?, back: "Filters, *stateful*"}
  - {front: What does a network ACL do?, back: "Filters, stateless"}
"""
USAGE = "x TEXT searches, x NUMBER selects, Enter cancels"


def test_a_cram_repeats_a_card_until_it_is_good(setup: ReviewSetup) -> None:
    setup.session(ONE).close()
    summary, lines = hold(setup.cram(CramOptions(), new=5), "", "1", "", "3")

    rest = [
        "Only?",
        ENTER,
        "Yes",
        "(1 Again · 2 Hard · 3 Good · 4 Easy; not scheduled)",
    ]
    assert lines == [
        *["", "One", "cram · 1 left", "", *rest] * 2,
        "Every card was recalled.",
        "2 answers, 50 % correct, 0 s.",
        "The schedule is unchanged.",
    ]
    assert summary.name == "cram"


def test_history_marks_cram_reviews(setup: ReviewSetup) -> None:
    setup.session(ONE).close()
    hold(setup.cram(CramOptions(), new=5), "", "3")
    _, lines = hold(setup.session(ONE), "i")

    assert "2026-11-23 12:00  Good      cram  took 0 s" in lines


def test_x_searches_and_records_the_confused_card(setup: ReviewSetup) -> None:
    _, lines = hold(
        setup.session(TWINS),
        "",
        "x FILTERS",
        "what",
        "x zebra",
        "x stateless",
        "x 1",
        "q",
    )

    at = lines.index("Which card did you confuse it with?")
    found = ["1: What does a network ACL do? = Filters, stateless", f"({USAGE})"]
    assert lines[at : at + 11] == [
        "Which card did you confuse it with?",
        *found,
        f"{USAGE}.",
        "Which card did you confuse it with?",
        "No matching cards.",
        f"({USAGE})",
        "Which card did you confuse it with?",
        *found,
        "Confused card recorded. Press u to undo.",
    ]
    assert setup.ratings() == [Rating.AGAIN]
    assert setup.confusions() == [
        ("What does a security group do?", "What does a network ACL do?")
    ]


@pytest.mark.parametrize(
    "words", [["", "1", "x acl", "x 1"], ["", "x acl", "", "x", "x acl", "x 1"]]
)
def test_x_is_about_the_last_miss(setup: ReviewSetup, words: list[str]) -> None:
    hold(setup.session(TWINS), *words)

    assert setup.ratings() == [Rating.AGAIN]
    assert len(setup.confusions()) == 1


@pytest.mark.parametrize("words", [["x acl"], ["x acl", "", "q"], ["x acl", "q"]])
def test_x_rates_nothing_until_a_card_is_selected(
    setup: ReviewSetup, words: list[str]
) -> None:
    summary, lines = hold(setup.session(TWINS), "", *words)

    assert (summary.answered, setup.confusions()) == (0, [])
    assert lines[-3] == "No cards were answered today."


def test_x_works_while_waiting(setup: ReviewSetup) -> None:
    hold(setup.session(TWINS), "s", "", "1", "x group", "x 1", "q")

    assert setup.confusions() == [
        ("What does a network ACL do?", "What does a security group do?")
    ]


def test_a_failed_save_of_a_confusion_keeps_the_answer(setup: ReviewSetup) -> None:
    session = setup.session(TWINS)
    hold(session, "", "1", "q")
    session.store.connection.execute("pragma query_only = on")
    lines = failing_review(session, "x acl", "x 1", "q")

    assert any("readonly" in line for line in lines)
    assert (setup.ratings(), setup.confusions()) == ([Rating.AGAIN], [])


def test_a_confusion_drill_prints_both_answers(setup: ReviewSetup) -> None:
    hold(setup.session(TWINS), "", "x acl", "x 1", "q")
    _, lines = hold(setup.cram(CramOptions(confused=True)), "", "3", "", "3")

    assert lines[5:10] == [
        ENTER,
        "Filters, stateful",
        "confused with: What does a network ACL do?",
        "Filters, stateless",
        "(1 Again · 2 Hard · 3 Good · 4 Easy; not scheduled)",
    ]
    assert lines[12] == "confused cards · 1 left"
    assert lines[-3] == "Every card was recalled."


TYPED = """\
deck: Typed
cards:
  - {front: "Quit?", back: q, typed: true}
  - {front: "Which key?", back: The *access* key, typed: true, accept: [鍵]}
  - {front: "Only?", back: "Yes"}
"""


def test_a_typed_line_suggests_a_rating(setup: ReviewSetup) -> None:
    _, lines = hold(
        setup.session(TYPED), " q", "3", "the acess key", "2", "t no", "1", "q"
    )

    shown = [line for line in lines if "suggested" in line or "→" in line]
    assert shown == [
        "Right: 3 Good is suggested.",
        "Nearly right: 2 Hard is suggested.",
        "the acess key → The a[c]cess key",
        "Wrong: 1 Again is suggested.",
        "[no] → [Yes]",
    ]
    assert "(type the answer, Enter gives up, ? for help)" in lines
    assert setup.ratings() == [Rating.GOOD, Rating.HARD, Rating.AGAIN]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["?"], "1 Again: forgotten"),
        (["u"], "Nothing to undo."),
        ([" u"], "Wrong: 1 Again is suggested."),
        (["x"], "Wrong: 1 Again is suggested."),
        (["", "s"], "Suspended. Press u to undo."),
        (["q"], "No cards were answered today."),
    ],
)
def test_keys_and_text_at_a_typed_question(
    setup: ReviewSetup, words: list[str], said: str
) -> None:
    _, lines = hold(setup.session(TYPED), *words)

    assert said in lines
    assert setup.ratings() == []


def test_keys_of_the_full_screen_say_so(setup: ReviewSetup) -> None:
    _summary, lines = hold(setup.session(ONE), "e", "", "o", "q")

    assert lines.count("Only on the full screen. Elsewhere: flash edit CARD.") == 2


def test_an_undo_without_anything_to_undo_asks_nothing_again(
    setup: ReviewSetup,
) -> None:
    _, lines = hold(setup.session(ONE), "", "u", "3", "q")

    assert lines.count("Only?") == 1
    assert "Nothing to undo." in lines
    assert setup.ratings() == [3]


@pytest.mark.parametrize("word", ["s", "b"])
def test_a_card_suspended_elsewhere_is_not_reported_as_hidden(
    setup: ReviewSetup, word: str
) -> None:
    session = setup.session()
    session.next()
    store = open_store(setup.path, setup.now_ms)
    shown = session.cards_left()[0]
    suspend(store, [shown], setup.now_ms, suspended=True)
    _, lines = hold(session, word, "q")

    assert "This card was suspended in another session; nothing was recorded." in lines
