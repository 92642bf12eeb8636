"""Options of all commands: groups pass theirs on, numbers have bounds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run
from typer.main import get_command

from flash.cli.app import application

INT64 = 9_223_372_036_854_775_807


def commands(group: Any = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with its words, and the groups that are commands, too."""
    group = group or get_command(application())
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if not getattr(command, "commands", {}):
            yield words, command
            continue
        if command.invoke_without_command:
            yield words, command
        yield from commands(command, words)


GROUPS = {
    words: command for words, command in commands() if getattr(command, "commands", {})
}
PLACES = [(group, name) for group, one in GROUPS.items() for name in one.commands]


def test_there_are_groups_that_are_commands() -> None:
    assert set(GROUPS) == {"serve", "exam", "phone"}


@pytest.mark.parametrize(("group", "name"), PLACES)
def test_a_group_passes_its_store_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str, name: str
) -> None:
    seen: list[Path | None] = []
    own, first = tmp_path / "own.db", tmp_path / "first.db"
    own.touch()
    first.touch()
    command = GROUPS[group].commands[name]
    monkeypatch.setattr(command, "params", [_db_of(command)])

    def remember(db: Path | None) -> None:
        seen.append(db)

    monkeypatch.setattr(command, "callback", remember)
    for words in (["--db", str(own)], []):
        GROUPS[group].main([*words, name], standalone_mode=False, obj=first)

    assert seen == [own, first]


READING = {
    "due": [],
    "list": [],
    "decks": [],
    "show": ["a"],
    "review": ["--plain"],
    "stats": [],
    "export": ["a.csv"],
    "stale": [],
    "config": ["rollover"],
    "config rollover --unset": [],
    "exam": [],
    "exam clear": [],
    "tag list": [],
    "suspend": ["a"],
    "edit": ["a"],
    "remove": ["a"],
    "undo": [],
    "log": [],
    "backup": [],
    "doctor": [],
    "optimize": [],
    "serve devices": [],
}


@pytest.mark.parametrize("command", READING)
def test_a_command_for_cards_makes_no_store(flash: Run, command: str) -> None:
    for words in (
        ("--db", "no/such.db", *command.split(), *READING[command]),
        (*command.split(), *READING[command], "--db", "no/such.db"),
    ):
        assert flash(*words) == (
            1,
            "",
            "flash: no/such.db: no such store (check the path; flash --db no/such.db"
            " add makes a new store)\n",
        )
        assert not Path("no").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["add", "cells.yaml"],
        ["config", "rollover", "5"],
        ["sync", "log"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_writes_makes_a_store(flash: Run, words: list[str]) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("log").mkdir()

    assert flash(*words, "--db", "new/a.db")[0] == 0
    assert Path("new/a.db").is_file()


def test_a_lost_store_is_still_explained(flash: Run) -> None:
    flash("config", "rollover", "5", "--db", "a.db")
    flash("backup", "--db", "a.db")
    Path("a.db").unlink()

    assert "it has backups" in flash("list", "--db", "a.db")[2]
    assert flash("backup", "--list", "--db", "a.db")[0] == 0


def _db_of(command: Any) -> Any:
    return next(one for one in command.params if one.name == "db")


def test_clearing_an_exam_of_a_store_leaves_the_default_one(flash: Run) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    for words in (["--db", "other.db"], []):
        flash("add", "cells.yaml", *words)
        flash("exam", "set", "2027-01-10", *words)

    assert flash("exam", "--db", "other.db", "clear")[0] == 0

    assert flash("exam")[0] == 0
    assert "no exam is set" in flash("exam", "--db", "other.db")[2]


def test_other_options_of_a_group_stand_after_its_command(flash: Run) -> None:
    code, _, err = flash("exam", "--json", "--seed", "3", "set", "2027-01-10")

    assert code == 2
    assert "write --seed, --json after 'set'" in err
    assert "no exam is set" in flash("exam")[2]


NUMBERS = [
    (words, one)
    for words, command in commands()
    for one in command.params
    if repr(one.type).strip("<").startswith(("INT", "FLOAT", "IntRange", "FloatRange"))
]


def _named(words: str, option: Any) -> str:
    return f"{words} {option.opts[0]}"


@pytest.mark.parametrize(
    "option",
    [one for _, one in NUMBERS],
    ids=[_named(*one) for one in NUMBERS],
)
def test_a_number_has_bounds_that_are_no_overflow(option: Any) -> None:
    low, high = getattr(option.type, "min", None), getattr(option.type, "max", None)

    assert low is not None
    assert high is not None
    assert -INT64 < low < high <= 1_000_000_000


@pytest.mark.parametrize(
    "words",
    [
        "review --plain --limit",
        "review --plain --more",
        "review --plain --new",
        "exam mock --plain --seed",
        "exam --seed",
        "undo",
        "redo",
        "log --limit",
    ],
)
def test_the_largest_number_can_be_used(flash: Run, words: str) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("exam", "set", "2027-01-10")

    assert flash(*words.split(), "1000000000", typed="q\n")[0] in (0, 1)


@pytest.mark.parametrize(
    "words",
    ["review --plain --forgotten", "review --plain --ahead", "stale --days"],
)
def test_the_longest_time_can_be_used(flash: Run, words: str) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")

    assert flash(*words.split(), "36500", typed="q\n")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["export", "z.csv", "--with-schedule"], "--with-schedule is for packages"),
        (["export", "z.json", "--with-schedule"], "--with-schedule is for packages"),
        (["export", "z", "--yaml", "--with-schedule"], "is for packages"),
        (["config", "--unset"], "--unset needs the name of a setting"),
        (["new"], "without a terminal, name the question and its answer"),
    ],
)
def test_words_without_a_meaning_are_wrong_usage(
    flash: Run, words: list[str], message: str
) -> None:
    code, out, err = flash(*words)

    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("day", ["20270110", "２０２７０１１０"])
def test_a_date_without_dashes_is_shown_with_them(flash: Run, day: str) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")

    assert flash("set-due", day, "powerhouse") == (
        1,
        "",
        f"flash: can't read '{day}' (write 2027-01-10)\n",
    )


def test_an_editor_that_is_missing_names_its_variable(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "nosuch")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr("flash.cli.commands.new.has_terminal", lambda: True)

    assert flash("new")[2] == (
        "flash: nosuch: No such file or directory"
        " (set $VISUAL or $EDITOR to your editor)\n"
    )
