"""What a shell completes."""

import json
import os
import re
import select
import shutil
import signal
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
    while select.select([terminal], [], [], 20)[0]:
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
