"""`flash new` and `flash add -` write cards into deck files, then add them."""

import shlex
import stat
import sys
from pathlib import Path

import pytest
from command_runner import CELLS, Run

INBOX = """\
deck: Inbox
cards:
  - front: What is 2+2?
    back: '4'
    reverse: true
    tags:
    - maths
"""


def inbox() -> Path:
    return Path("inbox.yaml").absolute()


def use_editor(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Edit with a Python program that has the text in `t`."""
    program = (
        "import sys, pathlib; p = pathlib.Path(sys.argv[-1]);"
        f"t = p.read_text(); {code}; p.write_text(t)"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, "-c", program]))
    monkeypatch.setattr("flash.cli.commands.new.has_terminal", lambda: True)


def test_a_card_goes_to_the_inbox_and_the_store(flash: Run) -> None:
    shown = flash("new", "What is 2+2?", "4", "--tag", "maths", "--reverse")

    assert shown == (0, f"Added 2 cards to 'Inbox': {inbox()}:3\n", "")
    assert inbox().read_text("utf-8") == INBOX
    assert flash("add", "inbox.yaml") == (0, "1 unchanged; 2 cards\n", "")


def test_the_json_of_a_new_card_is_that_of_list(flash: Run) -> None:
    made = flash.json("new", "Water is {{c1::H2O}}.")

    assert made == flash.json("list")
    assert [(one["kind"], one["answer"]) for one in made] == [("cloze", "H2O")]


def test_a_store_may_have_a_relative_path(flash: Run) -> None:
    added = flash("new", "q", "a", "--db", "own.db")
    in_deck = flash("new", "r", "a", "--deck", "Own", "--db", "own.db")

    assert added == (0, f"Added 1 card to 'Inbox': {inbox()}:3\n", "")
    own = Path("Own.yaml").absolute()
    assert in_deck == (0, f"Added 1 card to 'Own': {own}:3\n", "")


@pytest.mark.parametrize("mark", ["｛｛c1::水｝｝", "{{c1：：水}}", "{{ｃ１::水}}"])
def test_a_full_width_cloze_is_named(flash: Run, mark: str) -> None:
    shown = flash("new", f"{mark}は")

    message = f"not a cloze: '{mark[:-2]}' (a cloze is written {{{{c1::text}}}})"
    assert shown == (1, "", f"flash: {message}\n")
    assert not inbox().exists()


def test_what_will_not_appear_as_typed_is_told(flash: Run) -> None:
    refused = flash("new", "Water is {{c1::H2O}}.", "H2O")
    flash("new", "What is 2*3*4?", "24")
    warned = flash("new", "What is it?", "{{c1::H2O}}")

    hint = "(leave the other answer out)"
    assert refused == (
        1,
        "",
        f"flash: a cloze has its answer in the question {hint}\n",
    )
    # Only what concerns the new card, not others of the file.
    assert warned == (
        0,
        f"Added 1 card to 'Inbox': {inbox()}:5\n",
        f"{inbox()}:6:11: warning: cloze marks in 'back' are shown as typed "
        "(write 'cloze:' for a text with gaps)\n",
    )


@pytest.mark.parametrize("deck", ["cells::basics", "Basics"])
def test_a_deck_has_its_cards_in_its_own_file(flash: Run, deck: str) -> None:
    file = Path("cells.yaml")
    file.write_text(f"# mine\n{CELLS}\n# end", "utf-8")
    file.chmod(0o600)
    flash("add", "cells.yaml")

    flash("new", "--deck", deck, "What is a cell?", "A unit of life")

    added = "\n  - front: What is a cell?\n    back: A unit of life\n"
    assert file.read_text("utf-8") == f"# mine\n{CELLS}\n# end{added}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(flash.json("list", "Cells::Basics")) == 6


def test_the_last_part_of_two_decks_names_neither(flash: Run) -> None:
    for deck in ("One::Basics", "Two::Basics"):
        flash("new", "--deck", deck, f"What is {deck}?", "A deck")

    shown = flash("new", "--deck", "basics", "What is it?", "A deck")

    hint = "write one of: One::Basics, Two::Basics"
    assert shown == (1, "", f"flash: several decks are called 'basics' ({hint})\n")


def test_a_link_to_the_inbox_stays_a_link(flash: Run) -> None:
    Path("notes").mkdir()
    Path("notes/mine.yaml").write_text(INBOX, "utf-8")
    inbox().symlink_to("notes/mine.yaml")

    flash("new", "Why?", "Because")

    assert inbox().is_symlink()
    assert "Because" in Path("notes/mine.yaml").read_text("utf-8")


def test_a_bundled_deck_gets_a_file_of_the_user(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "flash.service.new_cards.bundled_name",
        lambda file: "ours" if "ours" in file else "",
    )
    Path("ours").mkdir()
    Path("ours/cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "ours/cells.yaml")

    flash("new", "--deck", "Cells::Basics", "Why?", "Because")

    assert Path("ours/cells.yaml").read_text("utf-8") == CELLS
    text = "deck: Cells::Basics\ncards:\n  - front: Why?\n    back: Because\n"
    assert Path("Cells.Basics.yaml").read_text("utf-8") == text


def test_the_setting_inbox_names_another_file(flash: Run) -> None:
    flash("new", "Old?", "Old")
    flash("config", "inbox", "notes/new.yml")

    flash("new", "New?", "New")

    text = "deck: Inbox\ncards:\n  - front: New?\n    back: New\n"
    assert Path("notes/new.yml").read_text("utf-8") == text
    assert flash("config", "inbox", "notes") == (
        1,
        "",
        "flash: inbox must be a file such as ~/notes/inbox.yaml, not 'notes'\n",
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("What is 2+2?", "5"),
            "duplicate question 'What is 2+2?' (already asked at {inbox}:3:5;"
            " remove one, or give each an id)",
        ),
        (
            ("What does DNA stand for?", "?", "--deck", "Cells"),
            "this question is already in {folder}/cells.yaml:9:1 (change it there)",
        ),
        (("", "5"), "empty front (write the question)"),
        (
            ("![x](gone.png)", "5"),
            "no such file: 'gone.png' (put it at {folder}/gone.png)",
        ),
    ],
    ids=["twice", "in another file", "empty", "no picture"],
)
def test_a_card_with_a_mistake_writes_nothing(
    flash: Run, words: tuple[str, ...], error: str
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("new", "What is 2+2?", "4", "--tag", "maths", "--reverse")
    files = {path: path.read_bytes() for path in Path().glob("*.yaml")}

    code, out, err = flash("new", *words)

    expected = error.format(inbox=inbox(), folder=Path.cwd())
    assert (code, out, err) == (1, "", f"flash: {expected}\n")
    assert {path: path.read_bytes() for path in Path().glob("*.yaml")} == files


def test_an_inbox_with_mistakes_is_left_alone(flash: Run) -> None:
    inbox().write_text(INBOX.replace("back", "bakc"), "utf-8")

    code, _, err = flash("new", "Why?", "Because")

    assert code == 1
    assert err == f"{inbox()}:4:5: unknown key 'bakc' (did you mean 'back'?)\n"


def test_a_file_that_lost_answered_cards_asks_for_an_add(flash: Run) -> None:
    flash("new", "Old?", "Old")
    flash("review", "--plain", typed="\n3\n")
    inbox().write_text("deck: Inbox\ncards:\n- front: a\n  back: b\n", "utf-8")

    code, _, err = flash("new", "Why?", "Because")

    assert code == 1
    assert "no longer has 1 of 1 cards of 'Inbox'" in err
    assert "(run flash add on it first)" in err


def test_other_changes_of_the_file_are_named(flash: Run) -> None:
    file = Path("d.yaml")
    cards = "".join(f"  - {{front: q{n}, back: a{n}}}\n" for n in range(3))
    file.write_text(f"deck: D\ncards:\n{cards}", "utf-8")
    flash("add", "d.yaml")
    flash("remove", "q0", "--yes")
    text = file.read_text("utf-8").replace("a1", "other")
    file.write_text(text + "  - {front: q3, back: a3}\n", "utf-8")

    code, out, err = flash("new", "--deck", "D", "q4", "a4")

    assert (code, out) == (0, f"Added 1 card to 'D': {file.absolute()}:7\n")
    assert err.splitlines() == [
        "The file was added as a whole, with other changes in it:",
        "  returned: q0",
        "  changed: q1",
        "  new: q3",
    ]
    assert flash("new", "--deck", "D", "q5", "a5")[2] == ""


def test_a_question_alone_is_wrong_usage(flash: Run) -> None:
    code, _, err = flash("new", "Why?")

    assert code == 2
    assert "give an answer, or hide a part as {{c1::text}}" in err


def test_without_words_the_editor_opens_a_template(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_editor(
        monkeypatch,
        "t = t.replace('front:', 'front: Q').replace('back:', 'back: A')"
        " + '  - cloze: a {{c1::b}}\\n'",
    )

    code, out, err = flash("new", "--tag", "x", "--deck", "Mine")

    path = Path("Mine.yaml").absolute()
    assert (code, out, err) == (0, f"Added 2 cards to 'Mine': {path}:3\n", "")
    assert path.read_text("utf-8") == (
        "deck: Mine\ncards:\n  - front: Q\n    back: A\n    tags:\n    - x\n"
        "  - cloze: a {{c1::b}}\n"
    )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("pass", "Nothing was added.\n"),
        ("t = ''", "Nothing was added.\n"),
        ("sys.exit(3)", "ended with code 3; your text is in "),
        ("t += '    bakc: x'", "nothing was added; your text is in "),
    ],
    ids=["unchanged", "emptied", "failed", "with a mistake"],
)
def test_the_editor_may_add_nothing(
    flash: Run, monkeypatch: pytest.MonkeyPatch, code: str, error: str
) -> None:
    use_editor(monkeypatch, code)

    _, out, err = flash("new")

    assert (out, error in err) == ("", True)
    assert flash.json("list") == []
    assert not inbox().exists()


def test_a_deck_from_standard_input_is_appended(flash: Run) -> None:
    text = "deck: Bio\nlanguage: en\ntags: [x]\ncards:\n- front: a?\n  back: b\n"

    assert flash("add", "-", "--dry-run", typed=text) == (
        0,
        "  new       a?\n1 new; 1 card (dry run: nothing was changed)\n",
        "",
    )
    code, out, err = flash("add", "-", typed=text)

    path = Path("Bio.en.yaml").absolute()
    assert (code, err) == (0, "")
    assert out == (f"  new       a?\n1 new; 1 card\nAdded 1 card to 'Bio': {path}:4\n")
    assert path.read_text("utf-8") == (
        "deck: Bio\nlanguage: en\ncards:\n  - front: a?\n    back: b\n    tags:\n    - x\n"
    )
    assert flash("add", "-", typed=text)[0] == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("deck: A\ncards:\n- front: a\n  bakc: b\n", "<stdin>:4:3: unknown key 'bakc'"),
        ("deck: A\ncards:\n- front: \ufffd\n  back: b\n", "is not UTF-8"),
        ("deck: A\ncards:\n- front: \x07\n  back: b\n", "<stdin>:3:10: control"),
        ("", "<stdin>:1:1: an empty file"),
    ],
    ids=["unknown key", "not UTF-8", "control", "empty"],
)
def test_mistakes_of_standard_input_have_their_line(
    flash: Run, text: str, error: str
) -> None:
    code, out, err = flash("add", "-", typed=text)

    assert (code, out, error in err) == (1, "", True)


def test_an_inbox_may_have_a_capital_ending(flash: Run) -> None:
    flash("config", "inbox", "mine.YAML")

    flash("new", "One?", "1")
    flash("new", "Two?", "2")

    assert Path("mine.YAML").read_text("utf-8").count("front:") == 2
