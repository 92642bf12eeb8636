"""The setting `keys`: chosen keys in a review."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from hypothesis import given
from hypothesis import strategies as st
from terminal_review import ReviewSetup

from flash.cli.plain_review import run_plain
from flash.messages.review_keys import ACTIONS, parse_keys, saved_keys
from flash.service.context import open_app
from flash.tui.app import ReviewApp
from flash.tui.view import UiCommand
from flash.tui.view_model import ReviewViewModel
from srs.models.cards import Rating
from srs.store.settings import save_setting

TWO = """\
deck: Two
cards:
  - {front: Which door?, back: "The west zoo door"}
  - {front: Which gate?, back: North}
"""
ONE = "deck: One\ncards:\n  - {front: Only?, back: Yes}\n"
DEFAULT = (
    "undo=u mix_up=x type=t edit=e suspend=s bury=b link=o history=i media=p flag=f"
)
FREE = "choose one character; digits, Space, Enter, j, k, q and ? are fixed"


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[ReviewSetup]:
    setup = ReviewSetup(tmp_path)
    yield setup
    setup.close()


def hold(setup: ReviewSetup, keys: str, *words: str, deck: str = TWO) -> list[str]:
    stdin, stdout = io.StringIO("".join(f"{word}\n" for word in words)), io.StringIO()
    run_plain(setup.session(deck), stdin, stdout, keys=parse_keys(keys))
    return stdout.getvalue().splitlines()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("undo=z bury=-", "undo=z mix_up=x type=t edit=e suspend=s bury=-"),
        ("undo=b bury=u", "undo=b mix_up=x type=t edit=e suspend=s bury=u"),
        ("mix-up=M", "undo=u mix_up=m type=t edit=e suspend=s bury=b"),
        ("ＵＮＤＯ＝あ", "undo=あ mix_up=x type=t edit=e suspend=s bury=b"),
        ("undo==", "undo== mix_up=x type=t edit=e suspend=s bury=b"),
    ],
)
def test_config_shows_the_chosen_keys(flash: Run, typed: str, shown: str) -> None:
    expected = (0, f"keys               {shown} link=o history=i media=p flag=f\n", "")

    assert flash("config", "keys", typed) == expected
    assert flash("config", "keys") == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "undo=b",
            "'b' is the key of both undo and bury (give one of them another key, too)",
        ),
        (
            "undo=z bury=z",
            "'z' is the key of both undo and bury (give one of them another key, too)",
        ),
        ("undo=y undo=z", "undo is given twice"),
        ("undu=z", "no action 'undu' in a review (did you mean 'undo'?)"),
        (
            "u=z",
            "no action 'u' in a review (write undo=z; the actions are undo, mix_up,"
            " type, edit, suspend, bury, link, history, media, flag)",
        ),
        *(
            (f"undo={key}", f"the key of undo can't be '{key}' ({FREE})")
            for key in ("", "3", "j", "q", "?", "space", "\u0301")
        ),
    ],
)
def test_config_rejects_keys(flash: Run, typed: str, expected: str) -> None:
    assert flash("config", "keys", typed) == (1, "", f"flash: {expected}\n")
    assert flash("config", "keys")[1] == f"keys               {DEFAULT}\n"


def test_keys_saved_before_flag_had_a_key_stay_valid() -> None:
    found = saved_keys("bury=- history=f").by_action()

    assert (found["history"], found["bury"], found["flag"]) == ("f", "-", "a")
    assert saved_keys("flag=z undo=f") == parse_keys("flag=z undo=f")
    assert saved_keys("") == parse_keys("")


@pytest.mark.parametrize(
    ("saved", "used"),
    [
        ("zoom=z undo=y", "undo=y"),
        ("zoom=u", ""),
        ("undo=y zoom", "undo=y"),
        ("undo=7 bury=-", "bury=-"),
        ("undo=zz bury==", "bury=="),
        ("undo=y bury=y", "undo=y"),
        ("=", ""),
    ],
)
def test_saved_keys_of_another_version_are_left_out(
    flash: Run, saved: str, used: str
) -> None:
    assert saved_keys(saved) == parse_keys(used)
    if saved != used:
        assert flash("config", "keys", saved)[0] == 1

    with open_app(None) as app, app.store.transaction():
        save_setting(app.store, "keys", saved, app.now())

    assert flash("config")[0] == 0
    assert flash("review", "--plain", typed="q\n")[0] == 0


@given(st.text(), st.sampled_from(list(ACTIONS)))
def test_any_saved_text_gives_a_key_to_each_action(text: str, action: str) -> None:
    for saved in (text, f"{action}={text}"):
        keys = saved_keys(saved).keys

        assert len(set(keys)) == len(ACTIONS)


def test_keys_are_undone_and_unset(flash: Run) -> None:
    flash("config", "keys", "undo=z")
    flash("config", "keys", "bury=-")
    flash("undo")
    undone = flash.json("config", "keys")["keys"]
    flash("config", "keys", "--unset")

    assert (undone["undo"], undone["bury"]) == ("z", "b")
    assert flash("config", "keys")[1] == f"keys               {DEFAULT}\n"


def test_a_review_takes_the_keys_of_the_setting(flash: Run) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("config", "keys", "suspend=w")
    _, out, _ = flash("review", "--plain", typed="s\nw\nq\n")

    assert out.count("Suspended. Press u to undo.") == 1


def test_a_sync_does_not_send_keys(flash: Run, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for words in (
        ("config", "keys", "undo=z", "--db", "one.db"),
        ("config", "rollover", "6", "--db", "one.db"),
        ("sync", "log", "--db", "one.db"),
        ("sync", "log", "--db", "two.db"),
    ):
        assert flash(*words)[0] == 0

    assert "6" in flash("config", "rollover", "--db", "two.db")[1]
    assert flash("config", "keys", "--db", "two.db")[1].split()[1] == "undo=u"


async def test_the_screen_takes_and_shows_chosen_keys(setup: ReviewSetup) -> None:
    keys = parse_keys("undo=z mix_up=w suspend=あ type=u")
    app = ReviewApp(setup.session(TWO), keys=keys)
    shown: list[str] = []

    def look() -> None:
        rows = app.screen._compositor.render_strips()
        shown.append("\n".join("".join(part.text for part in row) for row in rows))

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        look()
        await pilot.press("あ")
        look()
        await pilot.press("z", "?")
        look()
        await pilot.press("a", "w")
        look()
        await pilot.press("space", "w", *"north", "enter")
        look()

    bar = " z undo w confuse e edit あ suspend b bury o link i history ? help q quit"
    assert bar in shown[0]
    assert "records which card" not in shown[0]
    assert "Suspended. Press z to undo." in shown[1]
    for line in (
        "z  undo: ",
        "w  confuse: ",
        "u  type: ",
        "q  quit: ",
        "i  history: ",
    ):
        assert line in shown[2]
    assert "After a miss, w records which card" in shown[3]
    assert "Confused card recorded. Press z to undo." in shown[4]
    assert setup.ratings() == [Rating.AGAIN]


def test_a_mistake_names_the_chosen_key_for_edit(setup: ReviewSetup) -> None:
    review = ReviewViewModel(setup.session(TWO), keys=parse_keys("edit=n"))
    setup.file.write_text(TWO.replace("back", "bakc"), "utf-8")
    opened = [review.press("e"), review.press("n")]
    review.reload()
    overlay = review.view.overlay

    assert opened == [UiCommand.NOTHING, UiCommand.EDIT]
    assert overlay and overlay.title.endswith("not reloaded. Press n to fix it.")
    assert review.press("N") is UiCommand.EDIT


def test_a_link_asks_for_the_chosen_key_again(
    setup: ReviewSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flash.tui.answering.open_in_browser", lambda _: True)
    review = ReviewViewModel(setup.session(), keys=parse_keys("link=l"))

    review.press("l")
    assert review.view.message.endswith("Press l again to open it.")
    review.press("l")
    assert review.view.message == "Opened: https://docs.aws.amazon.com/kms/"


def test_a_plain_review_flags_a_card(setup: ReviewSetup) -> None:
    lines = hold(setup, "flag=z", "z 3", "", "z", "z 8", "z 0", "u", "u", "1", "q")

    usage = "z 3 flags the card, z 0 removes the flag."
    assert lines.count(usage) == 2
    assert "Flagged ⚑3. Press u to undo." in lines
    assert "Flag removed. Press u to undo." in lines
    assert [line for line in lines if line.startswith("Two")][:3] == [
        "Two",
        "Two  ⚑3",
        "Two",
    ]


def test_a_plain_review_takes_and_names_chosen_keys(setup: ReviewSetup) -> None:
    keys = "undo=z mix_up=w suspend=- type=u"
    lines = hold(setup, keys, "s", "-", "z", "?", "", "w", "x", "w north", "w 1", "q")

    usage = "w TEXT searches, w NUMBER selects, Enter cancels"
    for line in (
        "Enter shows the answer, ? for help.",
        "Suspended. Press z to undo.",
        "z: undo the last step; press again to go further back",
        "u: type the answer; it is compared, and rates nothing",
        "-: hide the card until you unsuspend it",
        f"({usage})",
        f"{usage}.",
        "Confused card recorded. Press z to undo.",
    ):
        assert line in lines
    assert setup.ratings() == [Rating.AGAIN]


def test_a_typed_answer_may_be_a_former_key(setup: ReviewSetup) -> None:
    deck = "deck: One\ncards:\n  - {front: Micro?, back: u, typed: true}\n"
    lines = hold(setup, "undo=z", "u", "q", deck=deck)

    assert "Right: 3 Good is suggested." in lines


def test_t_with_another_key_compares_the_answer(setup: ReviewSetup) -> None:
    lines = hold(setup, "type=y", "t Yes", "y Yes", "q", deck=ONE)

    assert lines.count("Right: 3 Good is suggested.") == 1
    assert "Enter shows the answer, ? for help." in lines


def test_a_wait_names_the_chosen_key(setup: ReviewSetup) -> None:
    lines = hold(setup, "undo=z", "", "1", "u", "z", "q", deck=ONE)

    after = lines.index("Press Enter, z or q.") + 1
    assert lines[after] == "Undid the answer to 'Only?'."
