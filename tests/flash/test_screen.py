"""The review screen, driven by keys."""

import asyncio
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_review import DECK, ReviewSetup
from textual.events import Key, Paste
from textual.pilot import Pilot

from cards.text.width import line_width
from flash.messages.review import help_lines
from flash.service.context import AppContext
from flash.service.edited_files import take_text
from flash.service.editor import editor_command
from flash.service.reviewing import open_session
from flash.tui import answering
from flash.tui import app as screen
from flash.tui.app import ReviewApp
from flash.tui.page import layout
from flash.tui.view import Mode, UiCommand
from flash.tui.view_model import ReviewViewModel
from srs.models.cards import Rating
from srs.store.card_actions import suspend
from srs.store.connection import StoreError
from srs.store.opening import open_store
from srs.store.removal import retire_notes
from srs.study.cram import CramOptions
from srs.study.limits import SessionLimits
from srs.study.session import Session

SIZES = [(40, 20), (80, 24), (200, 50)]


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[ReviewSetup]:
    setup = ReviewSetup(tmp_path)
    yield setup
    setup.close()


def rows_of(app: ReviewApp) -> list[str]:
    """Return what the terminal shows, row by row."""
    strips = app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]


async def rows_after(session: Session, *keys: str, size: tuple[int, int]) -> list[str]:
    app = ReviewApp(session)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return rows_of(app)


def page_of(review: ReviewViewModel, columns: int = 80, rows: int = 24) -> list[str]:
    page = layout(review.view, columns, rows)
    return ["".join(span.text for span in line).rstrip() for line in page.lines]


def press(review: ReviewViewModel, *keys: str) -> UiCommand:
    command = UiCommand.NOTHING
    for key in keys:
        command = review.press(key)
    return command


async def test_an_answered_card_is_laid_out_as_designed(setup: ReviewSetup) -> None:
    rows = await rows_after(setup.session(), "space", size=(80, 24))

    assert rows == [
        " AWS Security › 13 Secrets                           "
        "new 3 · learning 0 · due 0",
        " " + "─" * 70 + "  0 of 3",
        "",
        "",
        "                 Which FIPS 140 level does AWS KMS meet today?",
        "",
        "       " + "─" * 66,
        "",
        "                          FIPS 140-3, Security Level 3",
        "",
        "                       until 2023-05: FIPS 140-2 Level 2",
        "",
        "       AWS KMS cryptographic details ↗                 checked 2026-11-23",
        *[""] * 7,
        "            1 Again          2 Hard          3 Good          4 Easy",
        "             1 min           6 min           10 min           10 d",
        "",
        " u undo  x confuse  e edit  s suspend  b bury"
        "  o link  i history  ? help  q quit",
    ]


async def test_a_narrow_terminal_uses_more_rows(setup: ReviewSetup) -> None:
    rows = await rows_after(setup.session(), "space", size=(40, 20))

    assert rows == [
        " AWS Security › 13 Secrets",
        " new 3 · learning 0 · due 0",
        " " + "─" * 30 + "  0 of 3",
        "",
        "          Which FIPS 140 level",
        "        does AWS KMS meet today?",
        "",
        "  " + "─" * 36,
        "",
        "      FIPS 140-3, Security Level 3",
        "",
        "   until 2023-05: FIPS 140-2 Level 2",
        "",
        "  AWS KMS cryptographic details ↗",
        "  checked 2026-11-23",
        "",
        "   1 Again  2 Hard   3 Good   4 Easy",
        "    1 min    6 min   10 min    10 d",
        " u undo x confuse e edit s suspend",
        " b bury o link i history ? help q quit",
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_header_and_keys_do_not_move(
    setup: ReviewSetup, size: tuple[int, int]
) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=size) as pilot:
        asking = rows_of(app)
        await pilot.press("space")
        answered = rows_of(app)
        await pilot.press("3")
        second = rows_of(app)

    def place(rows: list[str], text: str) -> int:
        return next(i for i, row in enumerate(rows) if text in row)

    for rows in (asking, answered, second):
        assert len(rows) == size[1]
        assert place(rows, "AWS Security › 13 Secrets") == 0
        assert place(rows, "q quit") == size[1] - 1
    assert place(asking, "Space") == place(answered, "1 Again")
    if size[1] > 20:
        assert place(asking, "Which FIPS") == place(answered, "Which FIPS")


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (10, 3), (20, 8), (33, 13)])
@pytest.mark.parametrize("keys", ["", " ", "?", "i", " 3 ", " 3 3 "])
def test_a_page_fits_any_terminal(
    setup: ReviewSetup, size: tuple[int, int], keys: str
) -> None:
    columns, rows = size
    review = ReviewViewModel(setup.session())
    press(review, *("space" if key == " " else key for key in keys))

    page = layout(review.view, columns, rows)

    assert len(page.lines) == rows
    if columns >= 20:
        assert max(map(line_width, page.lines)) <= columns


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 200])
def test_a_page_fits_in_japanese(
    japanese: None, setup: ReviewSetup, columns: int
) -> None:
    review = ReviewViewModel(setup.session())

    for key in ("", "space", "?", "space", "i", "space", "1", "x"):
        press(review, key)
        page = layout(review.view, columns, 24)
        assert max(map(line_width, page.lines)) <= columns
        assert "終了" in "".join(page_of(review)) or key in "?ix"


async def test_a_resize_lays_the_page_out_again(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("space")
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        rows = rows_of(app)

    assert len(rows) == 20
    assert rows[1] == " new 3 · learning 0 · due 0"


async def test_a_digit_rates_only_while_the_answer_is_shown(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "4", "space", "3", "3", "1", "2")
        rows = rows_of(app)

    assert setup.ratings() == [Rating.GOOD]
    assert "  Who may delete a protected version?" in rows[4]


def test_full_width_digits_and_capitals_are_keys(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())

    press(review, "space", "２", "S")

    assert setup.ratings() == [Rating.HARD]
    assert review.view.message == "Suspended. Press u to undo."


def test_f_and_a_digit_flag_the_card_and_undo_takes_it_back(
    setup: ReviewSetup,
) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "space", "f")
    asked = review.view.message
    press(review, "3")
    flagged, header = review.view.message, page_of(review)[0]
    press(review, "u")
    undone, after = review.view.message, page_of(review)[0]

    assert asked == "Flag: 1 to 7, 0 for none; any other key cancels"
    assert flagged == "Flagged ⚑3. Press u to undo."
    assert "⚑3" in header
    assert undone.startswith("Restored the flag of ")
    assert "⚑" not in after
    assert review.view.mode is Mode.ANSWERED
    assert setup.ratings() == []


def test_a_flag_is_removed_with_0_and_other_keys_rate_nothing(
    setup: ReviewSetup,
) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "f", "２", "space", "f", "9", "f", "q", "f", "4", "f", "0")

    assert review.view.message == "Flag removed. Press u to undo."
    assert review.view.mode is Mode.ANSWERED
    assert setup.ratings() == []


def test_a_flag_of_a_card_removed_elsewhere_is_not_recorded(
    setup: ReviewSetup,
) -> None:
    review = ReviewViewModel(setup.session())
    prompt = review.view.prompt
    assert prompt is not None
    store = review.session.store
    suspend(store, [prompt.card.id], setup.clock(), suspended=True)
    press(review, "f", "3")

    assert "suspended in another session" in review.view.message
    assert review.view.prompt != prompt


@pytest.mark.parametrize("key", ["?", "i", "x", "t", "space"])
def test_an_old_message_goes_when_something_is_opened(
    setup: ReviewSetup, key: str
) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "space", "1", "b")
    assert review.view.message == "Buried until tomorrow. Press u to undo."
    press(review, key)
    assert review.view.message == ""

    press(review, "escape", "escape", "9")
    assert review.view.message == ""


def test_undo_takes_back_one_step_at_a_time(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "space", "1", "b", "u", "u")

    assert setup.ratings() == []
    assert review.view.prompt is not None
    assert review.view.prompt.question.answer == "FIPS 140-3, Security Level 3"
    assert review.view.mode is Mode.ASKING

    press(review, "u")

    assert review.view.message == "Nothing to undo."


def test_answer_time_runs_from_question_to_rating(setup: ReviewSetup) -> None:
    session = setup.session()
    review = ReviewViewModel(session)
    setup.later(minutes=0.1)
    press(review, "space", "3")

    assert session.summary().duration_ms == 6000


def test_options_have_numbers_and_the_answer_a_mark(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "s")
    assert review.view.prompt is not None
    shown = [one.text for one in review.view.prompt.question.options]
    right = "123"[shown.index("A user with `s3:BypassGovernanceRetention`")]

    asked = page_of(review)
    press(review, "space")
    answered = page_of(review)

    assert [row[7:12] for row in asked if row[9:10] in "123" and row[9:10]] == [
        "  1  ",
        "  2  ",
        "  3  ",
    ]
    option = "A user with s3:BypassGovernanceRetention"
    assert answered.count(f"       ✓ {right}  {option}") == 2


def test_a_digit_chooses_an_option_before_the_answer(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "s")
    assert review.view.prompt is not None
    shown = [one.text for one in review.view.prompt.question.options]
    right = shown.index("A user with `s3:BypassGovernanceRetention`") + 1
    wrong = right % 3 + 1

    def marks() -> dict[str, str]:
        rows = [row.split() for row in page_of(review)]
        return {row[1]: row[0] for row in rows if row and row[0] in {"●", "✓", "✗"}}

    press(review, "9", str(right), str(right))
    assert marks() == {}
    press(review, str(right), str(wrong))
    assert marks() == {str(wrong): "●"}
    press(review, "space")
    assert marks() == {str(wrong): "✗", str(right): "✓"}
    assert review.view.message == "Wrong: 1 Again is suggested."
    press(review, "3")
    assert setup.ratings() == [Rating.GOOD]
    assert review.view.chosen is None


def test_messages_on_a_typed_card_say_how_to_leave_the_text(
    setup: ReviewSetup,
) -> None:
    deck = (
        "deck: D\ncards:\n  - {front: a, back: b}\n"
        "  - {front: c, back: d, typed: true}\n"
    )
    review = ReviewViewModel(setup.session(deck))
    press(review, "b")
    assert review.view.typing is not None
    assert review.view.message == "Buried until tomorrow. Press Esc, then u to undo."

    press(review, "escape", "u")
    assert review.view.prompt is not None
    assert review.view.prompt.question.question == "a"


def test_a_table_is_shown_below_the_asked_cell(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "s", "s", "space")

    rows = page_of(review)

    assert rows[4].strip() == "AWS KMS: tenancy?"
    assert rows[8:13] == [
        " " * 34 + "multi-tenant",
        "",
        " " * 31 + "AWS KMS       AWS CloudHSM",
        " " * 22 + "─" * 36,
        " " * 22 + "tenancy  multi-tenant  single-tenant",
    ]


def test_a_wide_table_uses_the_width_of_the_terminal(setup: ReviewSetup) -> None:
    cell = "the words of a cell"
    table = "\\n".join(["|a|b|c|d|", "|-|-|-|-|", f"|{cell}|{cell}|{cell}|{cell}|"])
    card = f'  - front: Which?\n    back: "Text above.\\n\\n{table}"\n'
    review = ReviewViewModel(setup.session(f"deck: D\ncards:\n{card}"))
    press(review, "space")

    rows = page_of(review, 120)

    assert f"{cell}  {cell}  {cell}  {cell}".center(120).rstrip() in rows
    assert "Text above.".rjust(27 + 11) in rows


def test_help_and_history_close_on_any_key(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "space", "1")
    setup.later(minutes=2)
    press(review, "s", "i")
    history = page_of(review)
    press(review, "3", "?")
    help_page = page_of(review)
    press(review, "q")

    assert "  2026-11-23 12:00  Again    1 min  took 0 s" in "\n".join(history)
    for key in ("1  Again: forgotten", "e  edit:", "f  flag:", "q  quit: end"):
        assert any(key in row for row in help_page)
    assert setup.ratings() == [Rating.AGAIN]
    assert review.view.overlay is None
    assert review.view.mode is Mode.ASKING


def test_what_covers_a_card_hides_its_deck(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    before = page_of(review, 40, 20)
    press(review, "?")
    helped = page_of(review, 40, 20)

    assert before[0] == " AWS Security › 13 Secrets"
    assert helped[0].strip() == "new 3 · learning 0 · due 0"


def test_a_message_leaves_no_word_on_a_line_of_its_own(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session())
    review.show_message("word " * 16)
    rows = [row for row in page_of(review) if "word" in row]

    assert [row.count("word") for row in rows] == [8, 8]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_help_needs_no_scrolling(
    setup: ReviewSetup, language: str, request: pytest.FixtureRequest
) -> None:
    if language == "ja":
        request.getfixturevalue("japanese")
    review = ReviewViewModel(setup.session())
    press(review, "?")

    _title, lines = help_lines(review.view.keys)
    rows = page_of(review)
    assert [row.strip() for row in rows if row.strip() in lines] == list(lines)
    assert not any("↓" in row for row in rows)


async def test_a_long_card_scrolls(setup: ReviewSetup) -> None:
    points = "\n".join(f"      - point {number}" for number in range(1, 41))
    deck = f"deck: Long\ncards:\n  - front: Which?\n    back: |\n{points}\n"
    app = ReviewApp(setup.session(deck))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        first = rows_of(app)
        await pilot.press("end")
        last = rows_of(app)
        await pilot.press("home")
        top = rows_of(app)
        await pilot.press("pagedown", "up", "down", "k", "k", "j", "j")
        middle = rows_of(app)

    assert first[19].endswith("↑↓ more")
    assert [row.strip() for row in first[3:7]] == [
        "─" * 66,
        "",
        "• point 1",
        "• point 2",
    ]
    assert last[18].strip() == "• point 40"
    assert last[19].endswith("↑ more")
    assert top[2].strip() == "Which?"
    assert top[19].endswith("↓ more")
    assert middle[2].strip() == "• point 14"


async def test_a_question_stays_visible_above_a_short_answer(
    setup: ReviewSetup,
) -> None:
    points = "\n".join(f"      - point {number}" for number in range(1, 41))
    card = f"  - front: Which?\n    back: That one\n    extra: |\n{points}\n"
    app = ReviewApp(setup.session(f"deck: Long\ncards:\n{card}"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        shown = [row.strip() for row in rows_of(app)]

    assert shown[2:7] == ["Which?", "", "─" * 66, "", "That one"]
    assert shown[19] == "↓ more"


def waiting_deck() -> str:
    return "deck: One\ncards:\n  - {front: Only?, back: Yes}\n"


async def test_the_screen_waits_for_a_learning_card(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(waiting_deck()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3")
        setup.later(minutes=1)
        app.tick()
        await pilot.pause()
        waiting = rows_of(app)
        setup.later(minutes=9)
        app.tick()
        await pilot.pause()
        asking = rows_of(app)

    assert "No card is due right now." in waiting[4]
    assert "The next card is due in 9:00." in waiting[6]
    assert any("Space  show it now" in row for row in waiting)
    assert any("Only?" in row for row in asking)


def test_help_stays_open_when_a_learning_card_is_due(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(waiting_deck()))
    press(review, "space", "3", "?")
    before = review.view
    setup.later(minutes=1)

    assert not review.tick()
    assert review.view is before
    press(review, "?")
    assert review.tick()


def test_space_shows_a_learning_card_early(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(waiting_deck()))
    press(review, "space", "3", "space", "space", "3")

    assert setup.ratings() == [Rating.GOOD, Rating.GOOD]
    assert review.view.mode is Mode.OVER
    assert review.view.sentences == (
        "No more cards are due today.",
        "Today: 2 answers, 100 % correct, 0 s. Streak: 1 day.",
        "Nothing is due tomorrow.",
        "Practice without changing the schedule: flash review --cram",
    )
    assert press(review, "space") is UiCommand.QUIT


def test_the_answer_limit_ends_the_review(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(limits=SessionLimits(limit=1)))
    setup.later(minutes=0.5)
    press(review, "space", "1")

    assert review.view.sentences == (
        "Today: 1 answer, 0 % correct, 30 s. Streak: 1 day.",
        "If you stop now, tomorrow: 1 due, 2 new.",
        "Left today: new 2 · learning 1 · due 0. Continue with: flash review",
    )


def test_the_time_left_is_shown_after_five_answers(setup: ReviewSetup) -> None:
    cards = "".join(f"  - {{front: Q{n}, back: A}}\n" for n in range(20))
    review = ReviewViewModel(setup.session(f"deck: Many\ncards:\n{cards}"))
    for _ in range(5):
        setup.later(minutes=0.5)
        press(review, "space", "4")

    assert page_of(review)[1].endswith("  5 of 20 · 8 min left")
    for _ in range(15):
        press(review, "space", "4")
    assert page_of(review)[1].endswith("  20 of 20")


def test_an_answer_in_two_sessions_counts_once(setup: ReviewSetup) -> None:
    one, other = ReviewViewModel(setup.session()), ReviewViewModel(setup.session())
    press(one, "space", "3")
    setup.later(minutes=0.1)
    press(other, "space", "1")

    assert setup.ratings() == [Rating.GOOD]
    assert other.view.is_alarm
    assert "Already answered in another session" in other.view.message


def test_a_failed_save_keeps_the_question(setup: ReviewSetup) -> None:
    session = setup.session()
    review = ReviewViewModel(session)
    press(review, "space")
    session.store.connection.execute("pragma query_only = on")
    press(review, "3")
    refused = page_of(review)
    session.store.connection.execute("pragma query_only = off")
    press(review, "x", "3")

    assert any("Not saved" in row for row in refused)
    assert setup.ratings() == [Rating.GOOD]


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def write_editor(folder: Path, old: str, new: str) -> str:
    """Write an editor that replaces a text in the given line."""
    script = folder / "vi"
    script.write_text(f'#!/bin/sh\nsed -i "${{1#+}}s/{old}/{new}/" "$2"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


async def test_an_edited_card_is_reloaded(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "e")
        rows = rows_of(app)

    assert any("Which FIPS 140 level does AWS KMS meet now?" in row for row in rows)
    assert any("Deck file reloaded." in row for row in rows)
    assert any("1 Again" in row for row in rows)


async def test_a_mistake_made_in_the_editor_is_shown(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "front:", "frnt:"))
    app = ReviewApp(setup.session())
    async with app.run_test(size=(200, 50)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)
        await pressed(pilot, "x")
        after = rows_of(app)

    text = " ".join(row.strip() for row in rows)
    assert "The deck file was not reloaded. Press e to fix it." in text
    assert "unknown key 'frnt' (did you mean 'front'?)" in text
    assert any("Which FIPS 140 level" in row for row in after)


async def test_e_on_a_mistake_opens_the_editor_again(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(200, 50)) as pilot:
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
        await pressed(pilot, "e")
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "front:", "frnt:"))
        await pressed(pilot, "e")
        text = " ".join(row.strip() for row in rows_of(app))
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "frnt:", "front:"))
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert "The deck file was not reloaded" in text
    assert "Deck file reloaded." not in text
    assert any("Deck file reloaded." in row for row in rows)
    assert any("Which FIPS 140 level does AWS KMS meet now?" in row for row in rows)


async def test_a_message_keeps_the_scroll_position(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(30, 8)) as pilot:
        await pressed(pilot, "space", "end")
        end = app.widget.page.scroll
        monkeypatch.setattr("flash.tui.answering.open_in_browser", lambda _: True)
        await pressed(pilot, "o")
        # The message takes rows from the card, which keeps its end in sight.
        assert 0 < end <= app.widget.page.scroll


@pytest.mark.parametrize(
    ("editor", "message"),
    [
        ("true", "The deck file was not changed."),
        ("/no/such/editor", "/no/such/editor: No such"),
    ],
)
async def test_an_edit_without_a_change_is_reported(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch, editor: str, message: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert any(message in row for row in rows)


async def test_a_file_of_an_installation_is_not_opened(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A store of 0.1.0, whose cards come from the files of the installation.
    old = tmp_path / "site-packages/cards/decks/aws-security/en/deck.yaml"
    old.parent.mkdir(parents=True)
    setup.file = old
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
    app = ReviewApp(setup.session())
    async with app.run_test(size=(100, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    shown = " ".join(row.strip() for row in rows)
    assert "flash add aws-security makes a copy to edit" in shown
    assert "today" in old.read_text("utf-8")


async def test_a_missing_deck_file_is_reported(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session())
    setup.file.unlink()
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    shown = " ".join(row.strip() for row in rows)
    assert "the deck file of this card was not found" in shown


EDITORS = {
    "vi": ("vim", ["vim", "+12", "/d/a b.yaml"]),
    "with words": ("emacsclient -t", ["emacsclient", "-t", "+12", "/d/a b.yaml"]),
    "code": ("code", ["code", "--wait", "--goto", "/d/a b.yaml:12"]),
    "code that waits": ("code -w", ["code", "-w", "--goto", "/d/a b.yaml:12"]),
    "helix": ("/usr/bin/hx", ["/usr/bin/hx", "/d/a b.yaml:12"]),
    "unknown": ("ed; rm x", ["ed;", "rm", "x", "/d/a b.yaml"]),
}


@pytest.mark.parametrize(("editor", "command"), EDITORS.values(), ids=EDITORS.keys())
def test_each_editor_gets_the_line_in_its_own_syntax(
    editor: str, command: list[str]
) -> None:
    environment = {"VISUAL": editor, "EDITOR": "never"}
    assert editor_command("/d/a b.yaml", 12, environment) == command


def test_an_unparsable_editor_setting_is_skipped() -> None:
    environment = {"VISUAL": "vi 'unclosed", "EDITOR": "nano"}
    assert editor_command("/d/x.yaml", 0, environment) == ["nano", "/d/x.yaml"]


async def test_the_source_opens_in_a_browser(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        answering, "open_in_browser", lambda url: not opened.append(url)
    )
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "o")
        first = rows_of(app)
        await pressed(pilot, "s", "o")
        second = rows_of(app)

    assert opened == ["https://docs.aws.amazon.com/kms/"]
    assert any("Opened: https://docs.aws.amazon.com/kms/" in row for row in first)
    assert any("This card has no source link." in row for row in second)


@pytest.mark.parametrize(
    ("key", "ended_by"), [("q", None), ("ctrl+q", None), ("ctrl+c", signal.SIGINT)]
)
async def test_quitting_keeps_every_answer(
    setup: ReviewSetup, key: str, ended_by: signal.Signals | None
) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3", "space", key, "1")

    assert app.ended_by is ended_by
    assert not app.is_running
    assert setup.ratings() == [Rating.GOOD]


async def test_japanese_wraps_at_allowed_breaks(setup: ReviewSetup) -> None:
    deck = """\
deck: AWS Security::13 シークレット
language: ja
cards:
  - front: AWS KMSのカスタマーマネージドキーは、既定では何日ごとにローテーションされるか？
    back: 365日ごと。90日から2,560日の範囲で変更できる。
"""
    rows = await rows_after(setup.session(deck), "space", size=(40, 20))

    assert rows[0] == " AWS Security › 13 シークレット"
    card = [row.strip() for row in rows[4:15] if row and "─" not in row]
    assert card == [
        "AWS KMSのカスタマーマネージ",
        "ドキーは、既定では何日ごと",
        "にローテーションされるか？",
        "365日ごと。90日から2,560日",
        "の範囲で変更できる。",
    ]


async def test_no_control_character_reaches_the_terminal(setup: ReviewSetup) -> None:
    deck = """\
deck: A
cards:
  - front: "a\\tb \\u202ec &#27;[2J"
    back: "&#x9b;31m `&#27;` \\u2066d"
    changed: {was: "&#7;e"}
"""
    rows = await rows_after(setup.session(deck), "space", size=(80, 24))

    assert all(row.isprintable() for row in rows)
    assert any("a    b <U+202E>c " in row for row in rows)


async def test_only_the_terminals_own_colours_are_used(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3")
        strips = app.screen._compositor.render_strips()
        styles = [part.style for strip in strips for part in strip if part.style]

    colours = {style.color.name for style in styles if style.color}
    grounds = {style.bgcolor.name for style in styles if style.bgcolor}
    assert colours <= {"green", "magenta", "default"}
    assert grounds <= {"default"}


def test_run_returns_the_summary_after_q_and_ctrl_c(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def held(app: ReviewApp, key: str) -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("space", "4", key)

    def run_with(key: str) -> None:
        monkeypatch.setattr(
            ReviewApp, "run", lambda app, **_: asyncio.run(held(app, key))
        )

    run_with("q")
    assert screen.run_screen(setup.session()).answered == 1
    run_with("ctrl+c")
    assert screen.run_screen(setup.session()).answered == 1
    assert setup.ratings() == [Rating.EASY, Rating.EASY]


def test_run_raises_the_error_of_an_unsaved_answer(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = setup.session()
    session.store.connection.execute("pragma query_only = on")

    async def held(app: ReviewApp) -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("space", "3", "space", "q")

    monkeypatch.setattr(ReviewApp, "run", lambda app, **_: asyncio.run(held(app)))

    with pytest.raises(StoreError, match="readonly"):
        screen.run_screen(session)


def test_waiting_goes_on_after_a_failing_disk(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = ReviewViewModel(setup.session(waiting_deck()))
    press(review, "space", "3")
    assert review.view.mode is Mode.WAITING
    setup.later(minutes=11)

    def fail() -> None:
        raise StoreError(review.session.store.path, "disk I/O error", "")

    with monkeypatch.context() as patched:
        patched.setattr(review.session, "next", fail)
        assert review.tick()
    assert "disk I/O error" in "".join(page_of(review))
    assert not review.tick()

    press(review, "space")
    assert review.tick()
    assert review.view.mode is Mode.ASKING


# Cram


async def test_a_cram_shows_not_scheduled_instead_of_intervals(
    setup: ReviewSetup,
) -> None:
    setup.session().close()
    rows = await rows_after(setup.cram(CramOptions(), new=9), "space", size=(80, 24))

    assert rows[0].split("  ")[-1].strip() == "cram · 6 left"
    assert rows[1].endswith("  0 of 6")
    assert rows[20:22] == [
        "            1 Again          2 Hard          3 Good          4 Easy",
        " " * 33 + "not scheduled",
    ]


def test_a_cram_summary_says_the_schedule_is_unchanged(setup: ReviewSetup) -> None:
    setup.session(waiting_deck()).close()
    review = ReviewViewModel(setup.cram(CramOptions(), new=9))
    setup.later(minutes=0.1)
    press(review, "space", "1", "space", "3")

    assert review.view.sentences == (
        "Every card was recalled.",
        "2 answers, 50 % correct, 6 s.",
        "The schedule is unchanged.",
    )
    assert review.view.mode is Mode.OVER


@pytest.mark.parametrize(
    ("cram", "said"),
    [
        (CramOptions(), "There are no cards to cram."),
        (CramOptions(forgotten=3), "There are no cards to cram."),
        (
            CramOptions(confused=True),
            "No confused cards yet. After a miss, press x to record one.",
        ),
    ],
)
def test_an_empty_cram_says_why(
    setup: ReviewSetup, cram: CramOptions, said: str
) -> None:
    setup.session().close()
    review = ReviewViewModel(setup.cram(cram))

    assert review.view.sentences[0] == said


# Confused cards

TWINS = """\
deck: Twins
cards:
  - {front: What does a security group do?, back: "Filters at an instance, *stateful*"}
  - {front: What does a network ACL do?, back: "Filters at a subnet, stateless"}
  - {front: What does S3 keep?, back: Objects}
"""


async def test_x_searches_by_typing_and_then_rates_again(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(TWINS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "x", "s", "u", "b", "n", "e", "t")
        searching = rows_of(app)
        await pressed(pilot, "enter")
        after = rows_of(app)

    assert searching[0].strip() == "new 3 · learning 0 · due 0"
    assert [row for row in searching[2:] if row] == [
        "       What does a security group do?",
        "       Which card did you confuse it with?",
        "       › subnet▏",
        "       ▸ What does a network ACL do?"
        + " " * 11
        + "Filters at a subnet, stat…",
        " " * 28 + "Enter  choose this card",
        " ↑↓ select  Esc cancel",
    ]
    assert " Confused card recorded. Press u to undo." in after
    assert any("What does a network ACL do?" in row for row in after)
    assert setup.ratings() == [Rating.AGAIN]
    assert setup.confusions() == [
        ("What does a security group do?", "What does a network ACL do?")
    ]


def test_x_after_again_is_about_the_previous_card(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space", "1", "x", *"OBJ", "enter")

    assert setup.ratings() == [Rating.AGAIN]
    assert setup.confusions() == [
        ("What does a security group do?", "What does S3 keep?")
    ]
    assert review.view.search is None
    assert review.view.mode is Mode.ASKING


def test_escape_closes_the_search_and_rates_nothing(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space")
    answered = review.view
    press(review, "x", *"quit?", "escape")

    assert review.view == answered
    assert (setup.ratings(), setup.confusions()) == ([], [])


def test_the_time_of_a_search_is_not_that_of_the_answer(setup: ReviewSetup) -> None:
    session = setup.session(TWINS)
    review = ReviewViewModel(session)
    setup.later(minutes=0.1)
    press(review, "space", "x")
    setup.later(minutes=0.5)
    press(review, *"subnet", "enter")

    assert session.summary().duration_ms == 6000


def test_a_mix_up_is_not_recorded_twice_elsewhere(setup: ReviewSetup) -> None:
    one, other = (ReviewViewModel(setup.session(TWINS)) for _ in range(2))
    press(one, "space", "3")
    setup.later(minutes=0.1)
    press(other, "space", "x", *"subnet", "enter")

    assert (setup.ratings(), setup.confusions()) == ([Rating.GOOD], [])
    assert "Already answered in another session" in other.view.message


def test_space_on_a_shown_answer_is_good(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    for key in ("space", "enter"):
        press(review, key)
        setup.later(minutes=0.1)
        press(review, key)
        setup.later(minutes=0.1)

    assert setup.ratings() == [Rating.GOOD, Rating.GOOD]


def test_a_key_held_down_rates_nothing(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    for _ in range(40):
        press(review, "space")
        setup.now_ms += 33
    held = review.view.mode, setup.ratings()
    setup.now_ms += 300
    press(review, "space", "space", "space")

    assert held == (Mode.ANSWERED, [])
    assert setup.ratings() == [Rating.GOOD]
    assert review.view.mode is Mode.ASKING


@pytest.mark.parametrize("size", [(40, 6), (40, 8), (80, 8), (80, 12)])
def test_a_long_notice_leaves_room_for_the_question(
    setup: ReviewSetup, size: tuple[int, int]
) -> None:
    review = ReviewViewModel(setup.session(), ["A notice of many words. " * 20])
    rows = page_of(review, *size)
    review.show_message("An alarm of many words. " * 3 + "The end.", is_alarm=True)
    alarm = " ".join(row.strip() for row in page_of(review, *size))

    said = [row for row in rows if "notice" in row or row.endswith("…")]
    assert len(said) == size[1] // 4
    assert said[-1].endswith("…")
    assert any("Which FIPS 140 level" in row for row in rows)
    assert size[1] < 8 or "The end." in alarm


async def test_the_goal_of_the_day_does_not_move(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    shown = [page_of(review)[1].split()[1:]]
    for key in "1343":
        press(review, "space", key)
        shown.append(page_of(review)[1].split()[1:])
    setup.later(minutes=20)
    again = ReviewViewModel(setup.session(TWINS))

    goals = [["0", "of", "3"]] * 3 + [["1", "of", "3"]] * 2
    assert [words[:3] for words in shown] == goals
    assert page_of(again)[1].split()[1:4] == ["1", "of", "3"]


async def test_o_on_a_question_asks_before_it_opens(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        answering, "open_in_browser", lambda url: opened.append(url) or True
    )
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "o")
        await pressed(pilot, "?", "?", "o")
        asked = app.review.view.message
        assert opened == []
        await pressed(pilot, "o")

    assert asked == "The source may give the answer away. Press o again to open it."
    assert opened == ["https://docs.aws.amazon.com/kms/"]


def test_undo_takes_back_the_confusion_then_the_answer(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space", "x", *"subnet", "enter")
    second = review.view.prompt
    press(review, "u")
    assert review.view.message == (
        "Undid recording what 'What does a security group do?' was confused with."
    )
    assert review.view.prompt == second
    assert (setup.ratings(), setup.confusions()) == ([Rating.AGAIN], [])

    press(review, "u")

    assert setup.ratings() == []
    assert review.view.prompt is not None
    assert review.view.prompt.question.answer.startswith("Filters at an instance")


def test_x_without_a_miss_explains_itself(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "x")
    said = review.view.message
    press(review, "space", "3", "x")

    assert said == "After a miss, x records which card you confused it with."
    assert review.view.message == said
    assert review.view.search is None


def test_arrows_select_and_typing_selects_the_first(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space", "x", *"what", "down")
    chosen = [review.view.search and review.view.search.selected]
    press(review, "down")
    chosen.append(review.view.search and review.view.search.selected)
    press(review, "up")
    chosen.append(review.view.search and review.view.search.selected)
    press(review, "backspace")
    chosen.append(review.view.search and review.view.search.selected)
    press(review, "ctrl+u", *"zebra", "enter")

    assert chosen == [1, 0, 1, 0]
    assert "         No matching cards." in page_of(review)
    assert setup.confusions() == []


async def test_a_pasted_word_is_typed_into_the_search(setup: ReviewSetup) -> None:
    deck = TWINS + "  - {front: 暗号化の鍵は？, back: ＫＭＳ　キー}\n"
    app = ReviewApp(setup.session(deck))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "x")
        app.post_message(Paste("kms　キー"))
        await pilot.pause()
        rows = rows_of(app)

    assert "       › kms　キー▏" in rows
    assert any("▸ 暗号化の鍵は？" in row for row in rows)


def test_a_failed_save_of_a_confusion_keeps_the_search(setup: ReviewSetup) -> None:
    session = setup.session(TWINS)
    review = ReviewViewModel(session)
    press(review, "space", "x", *"subnet")
    session.store.connection.execute("pragma query_only = on")
    press(review, "enter")
    refused = page_of(review)
    session.store.connection.execute("pragma query_only = off")
    press(review, "q", "enter")

    assert any("Not saved" in row for row in refused)
    assert len(setup.confusions()) == 1


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (10, 3), (20, 8), (33, 13)])
@pytest.mark.parametrize("keys", [["x"], ["x", "a"], ["x", "a", "up"], ["x", *"zz"]])
def test_a_search_fits_any_terminal(
    setup: ReviewSetup, size: tuple[int, int], keys: list[str]
) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space", *keys)

    page = layout(review.view, *size)

    assert len(page.lines) == size[1]
    if size[0] >= 20:
        assert max(map(line_width, page.lines)) <= size[0]
    if keys[-1] == "up" and size[1] > 10:
        assert any("▸" in row for row in page_of(review, *size))


async def test_confused_cards_are_shown_side_by_side(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWINS))
    press(review, "space", "x", *"subnet", "enter")
    drilled = ReviewViewModel(setup.cram(CramOptions(confused=True)))
    press(drilled, "space")

    assert page_of(drilled)[4:9] == [
        "  What does a security group do?          What does a network ACL do?",
        "",
        "  " + "─" * 36 + "    " + "─" * 36,
        "",
        "  Filters at an instance, stateful        Filters at a subnet, stateless",
    ]
    narrow = [row.strip() for row in page_of(drilled, 50, 24) if row]
    assert narrow[2:7] == [
        "What does a security group do?",
        "─" * 46,
        "Filters at an instance, stateful",
        "What does a network ACL do?",
        "Filters at a subnet, stateless",
    ]
    press(drilled, "3", "space")
    assert page_of(drilled)[4].split("  ")[1] == "What does a network ACL do?"


# Keys at the wrong moment


async def test_e_on_a_question_does_not_show_the_answer(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert any("Which FIPS 140 level does AWS KMS meet now?" in row for row in rows)
    assert not any("FIPS 140-3" in row for row in rows)
    assert app.review.view.mode is Mode.ASKING


def send_keys(app: ReviewApp, *keys: str) -> None:
    """Send keys at once, before the app has time to exit."""
    for key in keys:
        app.on_key(Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize("late_key", ["u", "s", "1", "space"])
async def test_keys_after_quitting_are_ignored(
    setup: ReviewSetup, late_key: str
) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)):
        send_keys(app, "space", "3", "space")
        before = app.review.view
        send_keys(app, "q", late_key)

    assert app.review.view == before
    assert setup.ratings() == [Rating.GOOD]


async def test_keys_after_the_last_answer_and_space_are_ignored(
    setup: ReviewSetup,
) -> None:
    app = ReviewApp(setup.session(limits=SessionLimits(limit=1)))
    async with app.run_test(size=(80, 24)):
        send_keys(app, "space", "3", "space", "u")

    assert app.review.view.mode is Mode.OVER
    assert setup.ratings() == [Rating.GOOD]


async def test_keys_after_a_signal_are_ignored(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)):
        send_keys(app, "space")
        app.action_interrupt()
        send_keys(app, "3")

    assert setup.ratings() == []


async def test_e_works_on_a_loop_without_signal_handlers(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bool:
        raise NotImplementedError

    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
    app = ReviewApp(setup.session())
    async with app.run_test(size=(80, 24)) as pilot:
        # As on Windows.
        loop = asyncio.get_running_loop()
        before = signal.getsignal(signal.SIGINT)
        with monkeypatch.context() as windows:
            windows.setattr(loop, "add_signal_handler", refuse)
            windows.setattr(loop, "remove_signal_handler", refuse)
            await pressed(pilot, "e")
        rows = rows_of(app)
        after = signal.getsignal(signal.SIGINT)

    assert any("Deck file reloaded." in row for row in rows)
    assert after is before


TYPED = """\
deck: Typed
cards:
  - {front: "Which key?", back: The *access* key, typed: true, accept: [鍵]}
  - {front: "Only?", back: "Yes"}
"""


async def test_typed_lines_have_a_cursor_and_pasted_ones_blanks(
    setup: ReviewSetup,
) -> None:
    app = ReviewApp(setup.session(TYPED))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, *"ne", "left", "o", "home", "end", "left", "delete")
        app.post_message(Paste(" first\r\nsecond\n"))
        await pilot.pause()
        answer = rows_of(app)
        await pressed(pilot, "enter", "x", *"wrng", "left", "left", "o")
        search = rows_of(app)

    assert any("› no first second▏" in row for row in answer)
    assert any("› wro▏ng" in row for row in search)


async def test_a_typed_answer_is_compared_by_character(setup: ReviewSetup) -> None:
    app = ReviewApp(setup.session(TYPED))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, *"qs", "backspace", "backspace", *"the acess", "space")
        app.post_message(Paste("kez"))
        await pilot.pause()
        typing = rows_of(app)
        await pressed(pilot, "enter", "enter")
        answered = rows_of(app)
        await pressed(pilot, "2")

    assert "       › the acess kez▏" in typing
    assert any("Enter  show answer" in row for row in typing)
    shown = [row.strip() for row in answered[6:13] if row.strip()]
    assert shown == ["─" * 66, "the acess kez", "The access key", "The access key"]
    assert " Nearly right: 2 Hard is suggested." in answered
    assert setup.ratings() == [Rating.HARD]


def test_t_types_the_answer_of_any_card(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TYPED))
    press(review, "escape", "space", "1", "t", *"YES.", "enter")

    assert review.view.message == "Right: 3 Good is suggested."
    assert review.view.mode is Mode.ANSWERED
    assert setup.ratings() == [Rating.AGAIN]


def test_an_empty_typed_answer_gives_up(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TYPED))
    press(review, " ", "enter")

    assert (review.view.mode, review.view.typed) == (Mode.ANSWERED, None)
    assert review.view.message == ""


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (10, 3), (20, 8)])
def test_typing_fits_any_terminal(setup: ReviewSetup, size: tuple[int, int]) -> None:
    review = ReviewViewModel(setup.session(TYPED))
    press(review, *"x" * 90)
    pages = [layout(review.view, *size)]
    press(review, "enter")
    pages.append(layout(review.view, *size))

    assert [len(page.lines) for page in pages] == [size[1]] * 2
    if size[0] >= 20:
        assert max(line_width(line) for page in pages for line in page.lines) <= size[0]


async def test_e_edits_a_card_without_a_file_as_yaml(
    setup: ReviewSetup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = setup.session(TYPED.replace(", typed: true", ""))
    session.store.connection.execute("update notes set file = '', line = 0")
    session.store.connection.commit()
    session = setup.cram(CramOptions(), new=2)
    app = ReviewApp(open_session(AppContext(session.store, setup.clock)))
    shown = []
    async with app.run_test(size=(80, 24)) as pilot:
        for edit in (
            "s/key?/door?/",
            "s/front/fron/",
            "s/fron:/front:/;s/door/gate/",
            "s/a/a/",
        ):
            editor = tmp_path / "editor"
            editor.write_text(f'#!/bin/sh\nsed -i "{edit}" "$1"\n')
            editor.chmod(0o755)
            monkeypatch.setenv("VISUAL", str(editor))
            await pressed(pilot, "e")
            view = app.review.view
            shown.append(view.overlay.title if view.overlay else view.message)
            if view.overlay:
                await pressed(pilot, "x")
        asked = app.review.view.prompt
        await pressed(pilot, "u")
        before = app.review.view.prompt

    assert shown == [
        "Card changed. Press u to undo.",
        "The card was not changed. Press e to fix it.",
        "Card changed. Press u to undo.",
        "The card was not changed.",
    ]
    assert asked and asked.question.question == "Which gate?"
    assert before and before.question.question == "Which door?"


@pytest.mark.parametrize("has_file", [True, False])
async def test_an_edit_names_the_answered_cards_that_it_retires(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch, has_file: bool
) -> None:
    items = "deck: D\ncards:\n- list: Storage\n  items: [S3, EBS]\n"
    session = setup.session(items)
    if not has_file:
        session.store.connection.execute("update notes set file = '', line = 0")
        session.store.connection.commit()
    app = ReviewApp(session)
    monkeypatch.setenv("VISUAL", "sed -i s/S3/Glacier/")
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "1", "space", "e")

    done = "Deck file reloaded." if has_file else "Card changed. Press u to undo."
    assert app.review.view.message == f"{done} Retired: 'Storage: S3'."


def test_an_undo_without_anything_to_undo_leaves_the_answer(
    setup: ReviewSetup,
) -> None:
    review = ReviewViewModel(setup.session())
    press(review, "space", "u")

    assert review.view.mode is Mode.ANSWERED
    assert review.view.message == "Nothing to undo."


@pytest.mark.parametrize("key", ["s", "b", "3"])
def test_a_step_on_a_card_removed_elsewhere_is_not_reported(
    setup: ReviewSetup, key: str
) -> None:
    session = setup.session()
    review = ReviewViewModel(session)
    press(review, "space")
    assert review.view.prompt is not None
    removed = review.view.prompt.card.id
    retire_notes(open_store(setup.path, setup.now_ms), [removed], "x", setup.now_ms)
    press(review, key)

    view = review.view
    said = "This card was removed in another session; nothing was recorded."
    assert (view.message, view.is_alarm, view.done) == (said, True, 0)


def test_an_undo_past_the_limit_asks_the_card_again(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(limits=SessionLimits(minutes=1)))
    first = review.view.prompt
    setup.later(minutes=2)
    press(review, "space", "4")
    assert review.view.mode is Mode.OVER
    press(review, "u")

    assert review.view.mode is Mode.ASKING
    assert review.view.prompt is not None
    assert first is not None
    assert review.view.prompt.card.id == first.card.id
    press(review, "space", "4")
    assert review.view.mode is Mode.OVER


def test_a_later_step_that_is_in_the_way_of_an_undo_is_named(
    setup: ReviewSetup,
) -> None:
    session = setup.session()
    press(ReviewViewModel(session), "space", "4")
    setup.session(DECK.replace("Nobody", "No one"))
    review = ReviewViewModel(open_session(AppContext(session.store, setup.clock)))
    press(review, "u")

    assert review.view.message.startswith("Not a step of this review: ")
    assert review.view.message.endswith(" flash undo undoes it.")


async def test_a_text_that_changed_meanwhile_is_not_overwritten(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = setup.session(TYPED.replace(", typed: true", ""))
    session.store.connection.execute("update notes set file = '', line = 0")
    session.store.connection.commit()
    setup.cram(CramOptions(), new=2)
    reviewed = AppContext(session.store, setup.clock)
    app = ReviewApp(open_session(reviewed))
    shown_texts: list[str] = []

    def edit(text: str, stored: str) -> str:
        if not shown_texts:
            card = app.review.view.prompt and app.review.view.prompt.card.id
            take_text(reviewed, card or 0, text.replace("key?", "lock?"), text)
        shown_texts.append(text)
        return text.replace("front: Which key?", "front: Which door?")

    monkeypatch.setattr("flash.tui.app.edit_text", edit)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        overlay = app.review.view.overlay
        await pressed(pilot, "e")

    assert overlay is not None
    assert "changed since you opened it; nothing was saved" in overlay.lines[0]
    assert "# - front: Which lock?" in shown_texts[1]
    assert app.review.view.message == "Card changed. Press u to undo."
    assert app.review.view.prompt is not None
    assert app.review.view.prompt.question.question == "Which door?"
