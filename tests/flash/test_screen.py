"""The full screen, driven by keys as a person presses them."""

import asyncio
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_review import Room
from textual.events import Paste
from textual.pilot import Pilot

from cards.text.width import line_width
from flash.tui import app as screen
from flash.tui.app import ReviewApp
from flash.tui.editor import editor_command
from flash.tui.page import layout
from flash.tui.view_model import Mode, ReviewViewModel, UiCommand
from srs.models.cards import Rating
from srs.study.cram import CramOptions
from srs.study.session import Session
from srs.study.session import SessionLimits as Limits

SIZES = [(40, 20), (80, 24), (200, 50)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def rows_of(app: ReviewApp) -> list[str]:
    """Give what the terminal shows, row by row."""
    strips = app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]


async def seen_after(session: Session, *keys: str, size: tuple[int, int]) -> list[str]:
    app = ReviewApp(session)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return rows_of(app)


def page_of(reviewing: ReviewViewModel, columns: int = 80, rows: int = 24) -> list[str]:
    page = layout(reviewing.view, columns, rows)
    return ["".join(span.text for span in line).rstrip() for line in page.lines]


def press(reviewing: ReviewViewModel, *keys: str) -> UiCommand:
    wish = UiCommand.NOTHING
    for key in keys:
        wish = reviewing.press(key)
    return wish


async def test_a_card_at_its_answer_looks_as_designed(room: Room) -> None:
    rows = await seen_after(room.session(), "space", size=(80, 24))

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
        " u undo  x mixup  e edit  s suspend  b bury"
        "  o source  i history  ? help  q quit",
    ]


async def test_a_narrow_terminal_shows_the_same_on_more_rows(room: Room) -> None:
    rows = await seen_after(room.session(), "space", size=(40, 20))

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
        " u undo x mixup e edit s suspend b bury",
        " o source i history ? help q quit",
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_header_and_keys_keep_their_places(
    room: Room, size: tuple[int, int]
) -> None:
    app = ReviewApp(room.session())
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
def test_a_page_fits_any_terminal(room: Room, size: tuple[int, int], keys: str) -> None:
    columns, rows = size
    reviewing = ReviewViewModel(room.session())
    press(reviewing, *("space" if key == " " else key for key in keys))

    page = layout(reviewing.view, columns, rows)

    assert len(page.lines) == rows
    if columns >= 20:
        assert max(map(line_width, page.lines)) <= columns


async def test_a_page_follows_the_size_of_the_terminal(room: Room) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("space")
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        rows = rows_of(app)

    assert len(rows) == 20
    assert rows[1] == " new 3 · learning 0 · due 0"


async def test_a_digit_rates_only_while_the_answer_is_shown(room: Room) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "4", "space", "3", "3", "1", "2")
        rows = rows_of(app)

    assert room.ratings() == [Rating.GOOD]
    assert "  Who may delete a protected version?" in rows[4]


def test_full_width_digits_and_capitals_are_keys_too(room: Room) -> None:
    reviewing = ReviewViewModel(room.session())

    press(reviewing, "space", "２", "S")

    assert room.ratings() == [Rating.HARD]
    assert reviewing.view.message == "suspended the card; u takes that back"


def test_undo_goes_back_step_by_step(room: Room) -> None:
    reviewing = ReviewViewModel(room.session())
    press(reviewing, "space", "1", "b", "u", "u")

    assert room.ratings() == []
    assert reviewing.view.turn is not None
    assert reviewing.view.turn.question.answer == "FIPS 140-3, Security Level 3"
    assert reviewing.view.mode is Mode.ASKING

    press(reviewing, "u")

    assert reviewing.view.message == "nothing to undo"


def test_the_time_from_question_to_rating_is_kept(room: Room) -> None:
    session = room.session()
    reviewing = ReviewViewModel(session)
    room.later(minutes=0.1)
    press(reviewing, "space", "3")

    assert session.summary().took_ms == 6000


def test_options_have_letters_and_the_right_one_a_mark(room: Room) -> None:
    reviewing = ReviewViewModel(room.session())
    press(reviewing, "s")
    assert reviewing.view.turn is not None
    shown = [one.text for one in reviewing.view.turn.question.options]
    right = "ABC"[shown.index("A user with `s3:BypassGovernanceRetention`")]

    asked = page_of(reviewing)
    press(reviewing, "space")
    answered = page_of(reviewing)

    assert [row[7:12] for row in asked if row[9:10] in "ABC" and row[9:10]] == [
        "  A  ",
        "  B  ",
        "  C  ",
    ]
    option = "A user with s3:BypassGovernanceRetention"
    assert answered.count(f"       ✓ {right}  {option}") == 2


def test_a_table_marks_the_cell_that_was_asked(room: Room) -> None:
    reviewing = ReviewViewModel(room.session())
    press(reviewing, "s", "s", "space")

    rows = page_of(reviewing)

    assert rows[4].strip() == "AWS KMS: tenancy?"
    assert rows[8:13] == [
        " " * 34 + "multi-tenant",
        "",
        " " * 31 + "AWS KMS       AWS CloudHSM",
        " " * 22 + "─" * 36,
        " " * 22 + "tenancy  multi-tenant  single-tenant",
    ]


def test_help_and_history_cover_the_card_until_a_key(room: Room) -> None:
    reviewing = ReviewViewModel(room.session())
    press(reviewing, "space", "1")
    room.later(minutes=2)
    press(reviewing, "s", "i")
    history = page_of(reviewing)
    press(reviewing, "3", "?")
    help_page = page_of(reviewing)
    press(reviewing, "q")

    assert "  2026-11-23 12:00  Again    1 min  took 0 s" in "\n".join(history)
    for key in ("1  Again: not known", "e  edit:", "? ", "q  quit: leave"):
        assert any(key in row for row in help_page)
    assert room.ratings() == [Rating.AGAIN]
    assert reviewing.view.pages is None
    assert reviewing.view.mode is Mode.ASKING


async def test_a_long_card_scrolls_and_says_so(room: Room) -> None:
    points = "\n".join(f"      - point {number}" for number in range(1, 41))
    deck = f"deck: Long\ncards:\n  - front: Which?\n    back: |\n{points}\n"
    app = ReviewApp(room.session(deck))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        first = rows_of(app)
        await pilot.press("end")
        last = rows_of(app)
        await pilot.press("home")
        top = rows_of(app)
        await pilot.press("pagedown", "up", "down")
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


async def test_a_question_stays_in_sight_over_a_short_answer_with_much_below(
    room: Room,
) -> None:
    points = "\n".join(f"      - point {number}" for number in range(1, 41))
    card = f"  - front: Which?\n    back: That one\n    extra: |\n{points}\n"
    app = ReviewApp(room.session(f"deck: Long\ncards:\n{card}"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        shown = [row.strip() for row in rows_of(app)]

    assert shown[2:7] == ["Which?", "", "─" * 66, "", "That one"]
    assert shown[19] == "↓ more"


def waiting_deck() -> str:
    return "deck: One\ncards:\n  - {front: Only?, back: Yes}\n"


async def test_the_screen_waits_for_a_learning_card(room: Room) -> None:
    app = ReviewApp(room.session(waiting_deck()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3")
        room.later(minutes=1)
        app.tick()
        await pilot.pause()
        waiting = rows_of(app)
        room.later(minutes=9)
        app.tick()
        await pilot.pause()
        asking = rows_of(app)

    assert "Nothing is due at this moment." in waiting[4]
    assert "The next card comes in 9:00 min." in waiting[6]
    assert any("Space  goes ahead now" in row for row in waiting)
    assert any("Only?" in row for row in asking)


def test_help_stays_open_while_a_learning_card_is_waited_for(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(waiting_deck()))
    press(reviewing, "space", "3", "?")
    before = reviewing.view
    room.later(minutes=1)

    assert not reviewing.tick()
    assert reviewing.view is before
    press(reviewing, "?")
    assert reviewing.tick()


def test_a_person_can_go_ahead_instead_of_waiting(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(waiting_deck()))
    press(reviewing, "space", "3", "space", "space", "3")

    assert room.ratings() == [Rating.GOOD, Rating.GOOD]
    assert reviewing.view.mode is Mode.OVER
    assert reviewing.view.sentences == (
        "Nothing more is due today.",
        "2 answers, 100 % right, 0 s.",
        "Tomorrow 0 cards are due.",
    )
    assert press(reviewing, "space") is UiCommand.QUIT


def test_the_limit_of_a_person_ends_the_run(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(limits=Limits(limit=1)))
    room.later(minutes=0.5)
    press(reviewing, "space", "1")

    assert reviewing.view.sentences == (
        "1 answer, 0 % right, 30 s.",
        "Tomorrow 1 card is due.",
    )


def test_the_time_left_is_told_once_there_is_a_pace(room: Room) -> None:
    cards = "".join(f"  - {{front: Q{n}, back: A}}\n" for n in range(20))
    reviewing = ReviewViewModel(room.session(f"deck: Many\ncards:\n{cards}"))
    for _ in range(5):
        room.later(minutes=0.5)
        press(reviewing, "space", "4")

    assert page_of(reviewing)[1].endswith("  5 of 20 · 8 min left")
    for _ in range(15):
        press(reviewing, "space", "4")
    assert page_of(reviewing)[1].endswith("  20 of 20")


def test_an_answer_given_elsewhere_counts_once(room: Room) -> None:
    one, other = ReviewViewModel(room.session()), ReviewViewModel(room.session())
    press(one, "space", "3")
    room.later(minutes=0.1)
    press(other, "space", "1")

    assert room.ratings() == [Rating.GOOD]
    assert other.view.is_alarm
    assert "answered elsewhere" in other.view.message


def test_a_store_that_refuses_keeps_the_question(room: Room) -> None:
    session = room.session()
    reviewing = ReviewViewModel(session)
    press(reviewing, "space")
    session.store.connection.execute("pragma query_only = on")
    press(reviewing, "3")
    refused = page_of(reviewing)
    session.store.connection.execute("pragma query_only = off")
    press(reviewing, "x", "3")

    assert any("That was not saved" in row for row in refused)
    assert room.ratings() == [Rating.GOOD]


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def write_editor(folder: Path, old: str, new: str) -> str:
    """Make an editor that changes one word of the file at its line."""
    script = folder / "vi"
    script.write_text(f'#!/bin/sh\nsed -i "${{1#+}}s/{old}/{new}/" "$2"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


async def test_an_edited_card_is_taken_in(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "e")
        rows = rows_of(app)

    assert any("Which FIPS 140 level does AWS KMS meet now?" in row for row in rows)
    assert any("took the edited file in" in row for row in rows)
    assert any("1 Again" in row for row in rows)


async def test_a_mistake_made_in_the_editor_is_shown(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", write_editor(tmp_path, "front:", "frnt:"))
    app = ReviewApp(room.session())
    async with app.run_test(size=(200, 50)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)
        await pressed(pilot, "x")
        after = rows_of(app)

    told = " ".join(row.strip() for row in rows)
    assert "The file was not taken in; press e to mend it" in told
    assert "unknown key 'frnt' (did you mean 'front'?)" in told
    assert any("Which FIPS 140 level" in row for row in after)


async def test_from_the_mistake_e_leads_back_into_the_editor(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(200, 50)) as pilot:
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "today", "now"))
        await pressed(pilot, "e")
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "front:", "frnt:"))
        await pressed(pilot, "e")
        told = " ".join(row.strip() for row in rows_of(app))
        monkeypatch.setenv("VISUAL", write_editor(tmp_path, "frnt:", "front:"))
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert "The file was not taken in" in told
    assert "took the edited file in" not in told
    assert any("took the edited file in" in row for row in rows)
    assert any("Which FIPS 140 level does AWS KMS meet now?" in row for row in rows)


async def test_a_message_leaves_the_card_where_it_was_scrolled_to(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(30, 8)) as pilot:
        await pressed(pilot, "space", "end")
        end = app.sheet.page.scroll
        monkeypatch.setattr("flash.tui.app.open_in_browser", lambda _: True)
        await pressed(pilot, "o")
        # The message takes rows from the card, which keeps its end in sight.
        assert 0 < end <= app.sheet.page.scroll


@pytest.mark.parametrize(
    ("editor", "message"),
    [("true", "nothing was changed"), ("/no/such/editor", "/no/such/editor: No such")],
)
async def test_an_edit_that_changes_nothing_is_told(
    room: Room, monkeypatch: pytest.MonkeyPatch, editor: str, message: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert any(message in row for row in rows)


async def test_a_card_whose_file_is_gone_says_so(room: Room) -> None:
    app = ReviewApp(room.session())
    room.file.unlink()
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "e")
        rows = rows_of(app)

    assert any("the file of this card is not here" in row for row in rows)


EDITORS = {
    "vi": ("vim", ["vim", "+12", "/d/a b.yaml"]),
    "with words": ("emacsclient -t", ["emacsclient", "-t", "+12", "/d/a b.yaml"]),
    "code": ("code", ["code", "--wait", "--goto", "/d/a b.yaml:12"]),
    "code that waits": ("code -w", ["code", "-w", "--goto", "/d/a b.yaml:12"]),
    "helix": ("/usr/bin/hx", ["/usr/bin/hx", "/d/a b.yaml:12"]),
    "unknown": ("ed; rm x", ["ed;", "rm", "x", "/d/a b.yaml"]),
}


@pytest.mark.parametrize(("editor", "command"), EDITORS.values(), ids=EDITORS.keys())
def test_an_editor_is_told_the_line_in_its_own_manner(
    editor: str, command: list[str]
) -> None:
    environment = {"VISUAL": editor, "EDITOR": "never"}
    assert editor_command("/d/a b.yaml", 12, environment) == command


def test_an_editor_that_cannot_be_read_is_passed_over() -> None:
    environment = {"VISUAL": "vi 'unclosed", "EDITOR": "nano"}
    assert editor_command("/d/x.yaml", 0, environment) == ["nano", "/d/x.yaml"]


async def test_the_source_opens_in_a_browser(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(screen, "open_in_browser", lambda url: not opened.append(url))
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "o")
        first = rows_of(app)
        await pressed(pilot, "s", "o")
        second = rows_of(app)

    assert opened == ["https://docs.aws.amazon.com/kms/"]
    assert any("opened https://docs.aws.amazon.com/kms/" in row for row in first)
    assert any("this card names no page" in row for row in second)


@pytest.mark.parametrize(
    ("key", "ended_by"), [("q", None), ("ctrl+q", None), ("ctrl+c", signal.SIGINT)]
)
async def test_leaving_keeps_every_answer(
    room: Room, key: str, ended_by: signal.Signals | None
) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3", "space", key, "1")

    assert app.ended_by is ended_by
    assert not app.is_running
    assert room.ratings() == [Rating.GOOD]


async def test_japanese_breaks_where_japanese_may_break(room: Room) -> None:
    deck = """\
deck: AWS Security::13 シークレット
language: ja
cards:
  - front: AWS KMSのカスタマーマネージドキーは、既定では何日ごとにローテーションされるか？
    back: 365日ごと。90日から2,560日の範囲で変更できる。
"""
    rows = await seen_after(room.session(deck), "space", size=(40, 20))

    assert rows[0] == " AWS Security › 13 シークレット"
    card = [row.strip() for row in rows[4:15] if row and "─" not in row]
    assert card == [
        "AWS KMSのカスタマーマネージ",
        "ドキーは、既定では何日ごと",
        "にローテーションされるか？",
        "365日ごと。90日から2,560日",
        "の範囲で変更できる。",
    ]


async def test_no_control_character_of_a_deck_reaches_the_terminal(room: Room) -> None:
    deck = """\
deck: A
cards:
  - front: "a\\tb \\u202ec &#27;[2J"
    back: "&#x9b;31m `&#27;` \\u2066d"
    changed: {was: "&#7;e"}
"""
    rows = await seen_after(room.session(deck), "space", size=(80, 24))

    assert all(row.isprintable() for row in rows)
    assert any("a    b <U+202E>c " in row for row in rows)


async def test_colours_are_the_terminals_own(room: Room) -> None:
    app = ReviewApp(room.session())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3")
        strips = app.screen._compositor.render_strips()
        styles = [part.style for strip in strips for part in strip if part.style]

    colours = {style.color.name for style in styles if style.color}
    grounds = {style.bgcolor.name for style in styles if style.bgcolor}
    assert colours <= {"green", "magenta", "default"}
    assert grounds <= {"default"}


def test_run_gives_the_summary_and_the_exit_of_a_signal(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def held(app: ReviewApp, key: str) -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("space", "4", key)

    def run_with(key: str) -> None:
        monkeypatch.setattr(
            ReviewApp, "run", lambda app, **_: asyncio.run(held(app, key))
        )

    run_with("q")
    assert screen.run(room.session()).answered == 1
    run_with("ctrl+c")
    with pytest.raises(KeyboardInterrupt):
        screen.run(room.session())
    assert room.ratings() == [Rating.EASY, Rating.EASY]


# Beside the schedule


async def test_a_cram_says_quietly_that_nothing_is_scheduled(room: Room) -> None:
    room.session().close()
    rows = await seen_after(room.cram(CramOptions(), new=9), "space", size=(80, 24))

    assert rows[0].split("  ")[-1].strip() == "cram · 6 left"
    assert rows[1].endswith("  0 of 6")
    assert rows[20:22] == [
        "            1 Again          2 Hard          3 Good          4 Easy",
        " " * 33 + "not scheduled",
    ]


def test_a_cram_ends_with_the_schedule_as_it_was(room: Room) -> None:
    room.session(waiting_deck()).close()
    reviewing = ReviewViewModel(room.cram(CramOptions(), new=9))
    room.later(minutes=0.1)
    press(reviewing, "space", "1", "space", "3")

    assert reviewing.view.sentences == (
        "Every card was known.",
        "2 answers, 50 % right, 6 s.",
        "The schedule is as it was.",
    )
    assert reviewing.view.mode is Mode.OVER


@pytest.mark.parametrize(
    ("cram", "said"),
    [
        (CramOptions(), "There is nothing to go through."),
        (CramOptions(forgotten=3), "There is nothing to go through."),
        (
            CramOptions(confused=True),
            "No pair of cards is to be told apart: x on a miss names one.",
        ),
    ],
)
def test_where_nothing_is_to_be_crammed_that_is_said(
    room: Room, cram: CramOptions, said: str
) -> None:
    room.session().close()
    reviewing = ReviewViewModel(room.cram(cram))

    assert reviewing.view.sentences[0] == said


# Cards that are mixed up

TWINS = """\
deck: Twins
cards:
  - {front: What does a security group do?, back: "Filters at an instance, *stateful*"}
  - {front: What does a network ACL do?, back: "Filters at a subnet, stateless"}
  - {front: What does S3 keep?, back: Objects}
"""


async def test_x_rates_again_and_finds_the_other_card_by_typing(room: Room) -> None:
    app = ReviewApp(room.session(TWINS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "x", "s", "u", "b", "n", "e", "t")
        searching = rows_of(app)
        await pressed(pilot, "enter")
        after = rows_of(app)

    assert searching[0].strip() == "new 2 · learning 1 · due 0"
    assert [row for row in searching[2:] if row] == [
        "       What does a security group do?",
        "       Which card did you take it for?",
        "       › subnet▏",
        "       ▸ What does a network ACL do?"
        + " " * 11
        + "Filters at a subnet, stat…",
        " " * 32 + "Enter  that one",
        " ↑↓ choose  Esc leaves",
    ]
    assert " noted which card it was taken for; u takes that back" in after
    assert any("What does a network ACL do?" in row for row in after)
    assert room.ratings() == [Rating.AGAIN]
    assert room.confusions() == [
        ("What does a security group do?", "What does a network ACL do?")
    ]


def test_x_right_after_again_asks_for_the_card_before(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", "1", "x", *"OBJ", "enter")

    assert room.ratings() == [Rating.AGAIN]
    assert room.confusions() == [
        ("What does a security group do?", "What does S3 keep?")
    ]
    assert reviewing.view.typed is None
    assert reviewing.view.mode is Mode.ASKING


def test_escape_leaves_the_search_and_the_answer_stands(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", "x", *"quit?", "escape")

    assert (room.ratings(), room.confusions()) == ([Rating.AGAIN], [])
    assert reviewing.view.typed is None


def test_undo_takes_the_confusion_back_and_then_the_answer(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", "x", *"subnet", "enter")
    second = reviewing.view.turn
    press(reviewing, "u")
    assert reviewing.view.message == "Undid recording a confused card."
    assert reviewing.view.turn == second
    assert (room.ratings(), room.confusions()) == ([Rating.AGAIN], [])

    press(reviewing, "u")

    assert room.ratings() == []
    assert reviewing.view.turn is not None
    assert reviewing.view.turn.question.answer.startswith("Filters at an instance")


def test_without_a_miss_x_says_what_it_is_for(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "x")
    said = reviewing.view.message
    press(reviewing, "space", "3", "x")

    assert said == "x names the card you took for the one you missed"
    assert reviewing.view.message == said
    assert reviewing.view.typed is None


def test_arrows_choose_and_typing_goes_back_to_the_first(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", "x", *"what", "down")
    chosen = [reviewing.view.typed and reviewing.view.typed.chosen]
    press(reviewing, "down")
    chosen.append(reviewing.view.typed and reviewing.view.typed.chosen)
    press(reviewing, "up")
    chosen.append(reviewing.view.typed and reviewing.view.typed.chosen)
    press(reviewing, "backspace")
    chosen.append(reviewing.view.typed and reviewing.view.typed.chosen)
    press(reviewing, "ctrl+u", *"zebra", "enter")

    assert chosen == [1, 0, 1, 0]
    assert "         no card has that" in page_of(reviewing)
    assert room.confusions() == []


async def test_an_input_method_may_hand_over_a_word_at_once(room: Room) -> None:
    deck = TWINS + "  - {front: 暗号化の鍵は？, back: ＫＭＳ　キー}\n"
    app = ReviewApp(room.session(deck))
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "space", "x")
        app.post_message(Paste("kms　キー"))
        await pilot.pause()
        rows = rows_of(app)

    assert "       › kms　キー▏" in rows
    assert any("▸ 暗号化の鍵は？" in row for row in rows)


def test_a_store_that_refuses_a_confusion_keeps_the_search(room: Room) -> None:
    session = room.session(TWINS)
    reviewing = ReviewViewModel(session)
    press(reviewing, "space", "x", *"subnet")
    session.store.connection.execute("pragma query_only = on")
    press(reviewing, "enter")
    refused = page_of(reviewing)
    session.store.connection.execute("pragma query_only = off")
    press(reviewing, "q", "enter")

    assert any("That was not saved" in row for row in refused)
    assert len(room.confusions()) == 1


@pytest.mark.parametrize("size", [*SIZES, (1, 1), (10, 3), (20, 8), (33, 13)])
@pytest.mark.parametrize("keys", [["x"], ["x", "a"], ["x", "a", "up"], ["x", *"zz"]])
def test_a_search_fits_any_terminal(
    room: Room, size: tuple[int, int], keys: list[str]
) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", *keys)

    page = layout(reviewing.view, *size)

    assert len(page.lines) == size[1]
    if size[0] >= 20:
        assert max(map(line_width, page.lines)) <= size[0]
    if keys[-1] == "up" and size[1] > 10:
        assert any("▸" in row for row in page_of(reviewing, *size))


async def test_two_cards_stand_side_by_side_where_there_is_room(room: Room) -> None:
    reviewing = ReviewViewModel(room.session(TWINS))
    press(reviewing, "space", "x", *"subnet", "enter")
    drilled = ReviewViewModel(room.cram(CramOptions(confused=True)))
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
