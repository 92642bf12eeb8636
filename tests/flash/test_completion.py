"""What a shell completes."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import CELLS, Run

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(
    flash: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Complete:
    """Return what bash is given for a line."""

    def run(line: str) -> list[str]:
        words = re.split(r"(?<!\\) ", line)
        with monkeypatch.context() as patch:
            patch.setenv("_FLASH_COMPLETE", "complete_bash")
            patch.setenv("COMP_WORDS", "\n".join(words))
            patch.setenv("COMP_CWORD", str(len(words) - 1))
            with pytest.raises(SystemExit):
                flash()
        shown = capsys.readouterr()
        assert shown.err == ""
        return [line for line in shown.out.splitlines() if line]

    return run


@pytest.fixture
def complete_for(
    flash: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Complete:
    """Return what another shell, the first word, is given for a line."""

    def run(line: str) -> list[str]:
        shell, _, typed = line.partition(" ")
        with monkeypatch.context() as patch:
            patch.setenv("_FLASH_COMPLETE", f"complete_{shell}")
            patch.setenv("_TYPER_COMPLETE_ARGS", typed)
            last = typed.rpartition(" ")[2]
            patch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", last)
            with pytest.raises(SystemExit):
                flash()
        return capsys.readouterr().out.splitlines()

    return run


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("flash stats ", ["Cells", "Cells::Basics", r"Two\ Words"]),
        ("flash review C", ["Cells", "Cells::Basics"]),
        (r"flash config --deck Two\ W", [r"Two\ Words"]),
        ('flash stats "T', ["Two Words"]),
        ("flash list --deck 'T", ["Two Words"]),
        ('flash stats "', ["Cells", "Cells::Basics", "Two Words"]),
        ("flash new --tag ch", ["chemistry"]),
        ("flash export --tag ", ["biology", "chemistry"]),
        ("flash tag add bio", ["biology"]),
        ("flash config roll", ["rollover"]),
        ("flash add c", ["cells.yaml"]),
        ("flash add aws", ["aws-security"]),
    ],
)
def test_names_of_the_store_are_completed(
    flash: Run, complete: Complete, line: str, expected: list[str]
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("two.yaml").write_text(
        "deck: Two Words\ntags: [chemistry]\ncards:\n  - {front: q, back: a}\n", "utf-8"
    )
    flash("add", "cells.yaml", "two.yaml")

    assert complete(line) == expected


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("bash"), reason="needs bash"
)
@pytest.mark.parametrize("word", [r"C", r"Costs\ o", '"C', "'C", r'"Costs of \"'])
def test_bash_inserts_a_name_that_means_the_deck(flash: Run, word: str) -> None:
    name = r'Costs of "A" at $5 \ `x` & more'
    deck = {"deck": name, "cards": [{"front": "q", "back": "a"}]}
    Path("costs.yaml").write_text(json.dumps(deck), "utf-8")
    flash("add", "costs.yaml")
    program = Path("flash")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flash "$@"\n', "utf-8")
    program.chmod(0o755)

    shown = typed_in_bash(
        f"flash stats {word}\t", "PATH=.:$PATH; source <(flash --show-completion bash)"
    )

    assert shown == ["flash", "stats", name]


HOSTILE = [
    r"C'$(touch RAN)'x",
    r"C\$(touch RAN)",
    "C`touch RAN`",
    r"C\`touch RAN`",
    'C"$(touch RAN)"',
    r"C'\''$(touch RAN)",
    "C;touch RAN",
]
"""Names of decks that a shell could take for commands."""


def add_deck(flash: Run, name: str) -> None:
    deck = {"deck": name, "cards": [{"front": "q", "back": "a"}]}
    Path("deck.yaml").write_text(json.dumps(deck), "utf-8")
    assert flash("add", "deck.yaml")[0] == 0


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("bash"), reason="needs bash"
)
@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize("name", HOSTILE)
def test_bash_runs_no_name(flash: Run, name: str, quote: str) -> None:
    add_deck(flash, name)
    program = Path("flash")
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flash "$@"\n', "utf-8")
    program.chmod(0o755)

    shown = typed_in_bash(
        f"flash stats {quote}C\t",
        "PATH=.:$PATH; source <(flash --show-completion bash)",
    )

    # bash adds no quote behind a name that ends with one: the line goes on.
    is_open = quote == '"' and name.endswith(quote)
    assert shown == ([] if is_open else ["flash", "stats", name])
    assert not Path("RAN").exists()


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a shell")
@pytest.mark.parametrize("name", HOSTILE)
def test_zsh_evaluates_no_name(flash: Run, complete_for: Complete, name: str) -> None:
    add_deck(flash, name)

    found = "\n".join(complete_for("zsh flash stats C"))

    # The line is evaluated, and then the words in its brackets once more.
    arguments = """_arguments() {
        words=${1#*"(("}
        eval "printf %s ${words%"))"}"
    }"""
    run = subprocess.run(
        ["sh", "-c", f'{arguments}; eval "$1"', "sh", found],
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout == name.replace("'", "").replace('"', "")  # typer drops quotes
    assert not Path("RAN").exists()


@pytest.mark.parametrize("name", [*HOSTILE, "C(x)", "C; x"])
def test_powershell_gets_no_name_that_it_would_evaluate(
    flash: Run, complete_for: Complete, name: str
) -> None:
    add_deck(flash, name)

    assert complete_for("pwsh flash stats C") in ([], [""])


def test_no_shell_gets_a_name_of_two_lines(flash: Run, complete: Complete) -> None:
    Path("two\nlines.yaml").touch()
    Path("two.yaml").touch()

    assert complete("flash add t") == ["two.yaml"]


def typed_in_bash(line: str, before: str) -> list[str]:
    """Return the words of a line that is typed, as bash understands them."""
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("bash", ["bash", "--norc", "-i"], {**os.environ, "TERM": "dumb"})
    # Ctrl-A and Ctrl-E: the line becomes the arguments of printf.
    keys = f"{before}\n{line}\x01printf '<%s>\\n' \x05\nexit\n"
    os.write(terminal, keys.encode())
    shown = b""
    # An open quote makes it ask for another line.
    while b"\n> " not in shown and select.select([terminal], [], [], 20)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # it has ended
            break
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(terminal)
    return re.findall(r"^<(.*)>\r?$", shown.decode(), re.MULTILINE)


def test_a_backup_is_completed(flash: Run, complete: Complete) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    made = Path(flash.json("backup")["file"]).name

    assert complete("flash restore 20") == [made]


@pytest.mark.parametrize("content", [None, b"", b"no database" * 99])
@pytest.mark.parametrize(
    "line", ["flash stats ", "flash list --tag ", "flash restore 20"]
)
def test_without_a_store_nothing_is_completed_or_created(
    complete: Complete, content: bytes | None, line: str
) -> None:
    if content is not None:
        Path("store.db").write_bytes(content)
    before = sorted(Path().iterdir())

    assert complete(line) == []
    assert sorted(Path().iterdir()) == before
