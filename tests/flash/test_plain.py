"""The line-by-line review, held through two streams."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_review import DECK, NOON, Room

from flash.cli.plain_review import run
from srs.models.cards import Rating
from srs.study.cram import CramOptions
from srs.study.session import Session, SessionLimits, Summary


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def hold(session: Session, *words: str) -> tuple[Summary, list[str]]:
    stdout = io.StringIO()
    summary = run(session, io.StringIO("".join(f"{w}\n" for w in words)), stdout)
    return summary, stdout.getvalue().splitlines()


ONE = "deck: One\ncards:\n  - {front: Only?, back: Yes}\n"
ASKED = ["", "One", "new 1 · learning 0 · due 0", "", "Only?"]
ENTER = "(Enter shows the answer, ? is help)"
RATINGS = "(1 Again 1 min · 2 Hard 6 min · 3 Good 10 min · 4 Easy 10 d)"


def test_a_conversation_reads_from_top_to_bottom(room: Room) -> None:
    summary, lines = hold(room.session(), "", "3", "q")

    assert lines == [
        "",
        "AWS Security › 13 Secrets",
        "new 3 · learning 0 · due 0",
        "",
        "Which FIPS 140 level does AWS KMS meet today?",
        ENTER,
        "FIPS 140-3, Security Level 3",
        "until 2023-05: FIPS 140-2 Level 2",
        "source: AWS KMS cryptographic details ↗",
        "checked 2026-11-23",
        RATINGS,
        "",
        "AWS Security › 13 Secrets",
        "new 2 · learning 1 · due 0",
        "",
        "Who may delete a protected version?",
        *lines[16:19],
        ENTER,
        "1 answer, 100 % right, 0 s.",
        "Tomorrow 1 card is due.",
    ]
    assert sorted(line[3:] for line in lines[16:19]) == [
        "A user with s3:BypassGovernanceRetention",
        "Nobody",
        "Root",
    ]
    assert [line[:3] for line in lines[16:19]] == ["A: ", "B: ", "C: "]
    assert summary.answered == 1
    assert room.ratings() == [Rating.GOOD]


def test_the_end_of_the_input_ends_the_review(room: Room) -> None:
    summary, lines = hold(room.session(ONE), "")

    assert lines == [
        *ASKED,
        ENTER,
        "Yes",
        RATINGS,
        "Nothing was answered.",
        "Tomorrow 0 cards are due.",
    ]
    assert summary.answered == 0


def test_the_right_option_is_named_by_its_letter(room: Room) -> None:
    _, lines = hold(room.session(), "s", "")

    option = "A user with s3:BypassGovernanceRetention"
    assert len([line for line in lines if line[1:] == f": {option}"]) == 2


def test_a_digit_rates_only_after_the_answer(room: Room) -> None:
    _, lines = hold(room.session(ONE), "4", "", "4", "q")

    assert lines[6] == "Enter shows the answer first; then it can be rated."
    assert room.ratings() == [Rating.EASY]
    assert "Nothing more is due today." in lines


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["z"], "Enter shows the answer, ? is help."),
        (["", "z"], "1, 2, 3 or 4 rates the answer; ? is help."),
        (["x"], "x names the card you took for the one you missed"),
        (["", ""], "1, 2, 3 or 4 rates the answer; ? is help."),
        (["u"], "nothing to undo"),
        (["i"], "not answered yet"),
        (["?"], "1 Again: not known"),
        (["s"], "suspended; u takes that back"),
        (["b"], "buried till tomorrow; u takes that back"),
    ],
)
def test_every_line_gets_a_short_answer(
    room: Room, words: list[str], said: str
) -> None:
    _, lines = hold(room.session(), *words)

    assert said in lines


def test_undo_shows_the_card_again(room: Room) -> None:
    _, lines = hold(room.session(ONE), "", "1", "u", "", "２", "q")

    assert lines.count("Only?") == 2
    assert "Undid the last answer." in lines
    assert room.ratings() == [Rating.HARD]


def test_history_tells_what_was_answered(room: Room) -> None:
    session = room.session(ONE)
    hold(session, "", "1", "q")
    room.later(minutes=2)
    _, lines = hold(session, "i", "q")

    assert "2026-11-23 12:00  Again    1 min  took 0 s" in lines


def test_a_person_goes_ahead_where_only_learning_cards_are_left(room: Room) -> None:
    _, lines = hold(room.session(ONE), "", "3", "z", "", "", "3")

    at = lines.index("Nothing is due at this moment.")
    assert lines[at + 1 : at + 3] == [
        "The next card comes in 10 min; Enter goes ahead now, q quits.",
        "Enter, u or q is meant here.",
    ]
    assert room.ratings() == [Rating.GOOD, Rating.GOOD]


def test_a_limit_ends_the_run(room: Room) -> None:
    summary, lines = hold(room.session(limits=SessionLimits(limit=1)), "", "4", "", "4")

    assert summary.answered == 1
    assert lines[-2:] == ["1 answer, 100 % right, 0 s.", "Tomorrow 0 cards are due."]


def test_a_store_that_refuses_keeps_the_question(room: Room) -> None:
    session = room.session(ONE)
    session.store.connection.execute("pragma query_only = on")
    _, lines = hold(session, "", "3", "3")

    assert len([line for line in lines if "readonly" in line]) == 2
    assert room.ratings() == []


def test_notices_come_first(room: Room) -> None:
    session = room.session(ONE)
    session.notices.append("another review is open")

    assert hold(session)[1][0] == "another review is open"


def test_every_line_is_flushed_and_foreign_letters_replaced(room: Room) -> None:
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, "ascii")
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\n\n3\nq\n"), "utf-8")

    run(room.session(), stdin, stdout)

    assert b"AWS Security ? 13 Secrets\n" in written.getvalue()
    assert room.ratings() == [Rating.GOOD]


def test_the_plain_mode_loads_neither_textual_nor_the_parser(room: Room) -> None:
    room.session(DECK).close()
    code = f"""
import io, sys
from pathlib import Path
from flash.cli.plain_review import run
from srs.study.session import Session
from srs.store.opening import open_store
store = open_store(Path({str(room.path)!r}), {NOON})
run(Session(store, lambda: {NOON}), io.StringIO("\\nq\\n"), io.StringIO())
print([m for m in ("textual", "markdown_it", "rich", "sqlite_utils") if m in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.stdout == "[]\n"


TWINS = """\
deck: Twins
cards:
  - {front: What does a security group do?, back: "Filters, *stateful*"}
  - {front: What does a network ACL do?, back: "Filters, stateless"}
"""
HOW = "x and a text searches, x and a number chooses, Enter leaves it"


def test_a_cram_reads_from_top_to_bottom(room: Room) -> None:
    room.session(ONE).close()
    summary, lines = hold(room.cram(CramOptions(), new=5), "", "1", "", "3")

    rest = [
        "Only?",
        ENTER,
        "Yes",
        "(1 Again · 2 Hard · 3 Good · 4 Easy; not scheduled)",
    ]
    assert lines == [
        *["", "One", "cram · 1 left", "", *rest] * 2,
        "Every card was known.",
        "2 answers, 50 % right, 0 s.",
        "The schedule is as it was.",
    ]
    assert summary.name == "cram"


def test_history_tells_a_look_from_an_answer(room: Room) -> None:
    room.session(ONE).close()
    hold(room.cram(CramOptions(), new=5), "", "3")
    _, lines = hold(room.session(ONE), "i")

    assert "2026-11-23 12:00  Good    beside  took 0 s" in lines


def test_x_and_a_text_names_the_card_that_was_mixed_up(room: Room) -> None:
    _, lines = hold(
        room.session(TWINS),
        "",
        "x FILTERS",
        "what",
        "x zebra",
        "x stateless",
        "x 1",
        "q",
    )

    at = lines.index("Which card did you take it for?")
    found = ["1: What does a network ACL do? = Filters, stateless", f"({HOW})"]
    assert lines[at : at + 11] == [
        "Which card did you take it for?",
        *found,
        f"{HOW}.",
        "Which card did you take it for?",
        "no card has that",
        f"({HOW})",
        "Which card did you take it for?",
        *found,
        "noted which card it was taken for; u takes that back",
    ]
    assert room.ratings() == [Rating.AGAIN]
    assert room.confusions() == [
        ("What does a security group do?", "What does a network ACL do?")
    ]


@pytest.mark.parametrize(
    "words", [["", "1", "x acl", "x 1"], ["", "x acl", "", "x", "x acl", "x 1"]]
)
def test_the_card_before_can_be_named_until_another_is_answered(
    room: Room, words: list[str]
) -> None:
    hold(room.session(TWINS), *words)

    assert room.ratings() == [Rating.AGAIN]
    assert len(room.confusions()) == 1


def test_the_end_of_the_input_leaves_the_search(room: Room) -> None:
    summary, lines = hold(room.session(TWINS), "", "x acl")

    assert (summary.answered, room.confusions()) == (1, [])
    assert lines[-2] == "1 answer, 0 % right, 0 s."


def test_while_waiting_the_missed_card_can_be_named(room: Room) -> None:
    hold(room.session(TWINS), "s", "", "1", "x group", "x 1", "q")

    assert room.confusions() == [
        ("What does a network ACL do?", "What does a security group do?")
    ]


def test_a_confusion_that_is_refused_leaves_the_answer(room: Room) -> None:
    session = room.session(TWINS)
    hold(session, "", "1", "q")
    session.store.connection.execute("pragma query_only = on")
    _, lines = hold(session, "x acl", "x 1", "q")

    assert any("readonly" in line for line in lines)
    assert (room.ratings(), room.confusions()) == ([Rating.AGAIN], [])


def test_a_drill_tells_both_cards_one_after_the_other(room: Room) -> None:
    hold(room.session(TWINS), "", "x acl", "x 1", "q")
    _, lines = hold(room.cram(CramOptions(confused=True)), "", "3", "", "3")

    assert lines[5:10] == [
        ENTER,
        "Filters, stateful",
        "not to be taken for: What does a network ACL do?",
        "Filters, stateless",
        "(1 Again · 2 Hard · 3 Good · 4 Easy; not scheduled)",
    ]
    assert lines[12] == "mixed up · 1 left"
    assert lines[-3] == "Every card was known."
