"""Work grows with the files, not with the files times the notes.

Counted in calls of Python and in steps of SQLite, so that a slow machine changes nothing.
"""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command_runner import Run

_FEW = 40
_TIMES = 4
_MOST = 5
"""Linear work takes 4 times as many steps, quadratic work 16 times."""
_STEPS = 50
"""Instructions of SQLite that are counted as one."""

RENAMED = ("add", "decks")
"""The decks have other names in their files."""
COMMANDS = (
    ("add", "vault", "decks"),
    ("add", "vault", "decks"),
    ("check", "vault", "decks"),
    ("coverage", "vault", "--decks", "decks"),
    ("draft", "vault", "--decks", "decks"),
    ("stale",),
    ("export", "--yaml", "out"),
    ("tag", "add", "new", "question", "--yes", "--write"),
    ("add", "vault", "decks"),
    ("remove", "question", "--yes"),
    ("undo",),
    ("redo",),
    ("undo",),
    ("suspend", "question", "--yes"),
    ("undo",),
    RENAMED,
    ("undo", "2"),
    ("doctor",),
    ("remove", "question", "--forever", "--yes"),
)


def write_files(count: int) -> None:
    """Write notes with cards and prose, and decks with cards made from them."""
    for name in ("vault", "decks", "out"):
        shutil.rmtree(name, ignore_errors=True)
    Path("vault").mkdir()
    Path("decks").mkdir()
    Path("store.db").unlink(missing_ok=True)
    for i in range(count):
        Path(f"vault/n{i}.md").write_text(
            f"---\nflash: true\ntags: [t{i}]\n---\n# Topic {i}\n\n"
            f"Q: What has number {i}, the {i * 7919}?\nA: The value {i * 104729}.\n\n"
            f"---\n\nA key of {i * 15485863} is kept by {i * 32452843}.\n\n"
            f"- **term {i * 49979687}**: means {i * 67867967}\n"
        )
        Path(f"decks/d{i}.yaml").write_text(
            f"deck: Deck {i % 10}\ncards:\n  - front: What keeps {i * 15485863}?\n"
            f"    back: '{i * 32452843}'\n"
            f"    source: {{note: ../vault/n{i}.md, lines: 12}}\n"
            f"  - front: A question {i}?\n    back: An answer {i}\n"
        )


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count calls, and steps of connections that are opened meanwhile."""
    counts = [0, 0]
    connect = sqlite3.connect

    def step() -> int:
        counts[1] += 1
        return 0

    def counting(*words: Any, **options: Any) -> sqlite3.Connection:
        opened = connect(*words, **options)
        opened.set_progress_handler(step, _STEPS)
        return opened

    def call(_frame: Any, event: str, _argument: Any) -> None:
        counts[0] += event in ("call", "c_call")

    before = sys.getprofile()
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", counting)
        sys.setprofile(call)
        try:
            yield counts
        finally:
            sys.setprofile(before)


def work_of(
    flash: Run, monkeypatch: pytest.MonkeyPatch, files: int
) -> list[tuple[int, int]]:
    """Return calls and steps of each command."""
    write_files(files)
    found = []
    for words in COMMANDS:
        if words == RENAMED:
            for file in Path("decks").iterdir():
                file.write_text(file.read_text().replace("deck: Deck", "deck: Moved"))
        with counted(monkeypatch) as counts:
            code, _out, err = flash(*words)
        assert (code, words, err if code else "") == (0, words, "")
        found.append((counts[0], counts[1]))
    return found


@pytest.mark.slow
def test_many_files_take_no_more_work_each(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_of(flash, monkeypatch, 2)  # loads the modules
    few = work_of(flash, monkeypatch, _FEW)
    many = work_of(flash, monkeypatch, _FEW * _TIMES)

    grown = {
        f"{index} {' '.join(words)}": (more[0] / less[0], more[1] / max(less[1], 20))
        for index, (words, less, more) in enumerate(
            zip(COMMANDS, few, many, strict=True)
        )
    }
    assert {name: by for name, by in grown.items() if max(by) > _MOST} == {}
