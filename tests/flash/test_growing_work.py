"""Work grows with files and notes, not with the square of them.

Counted in calls of Python and in steps of SQLite, so that a slow machine changes nothing.
"""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command_runner import Run

_TIMES = 4
_MOST = 5
"""Linear work takes 4 times as many steps, quadratic work 16 times."""
_STEPS = 50
"""Instructions of SQLite that are counted as one."""

RENAMED = ("add", "decks")
"""The decks have other names in their files."""
EDITED = ("stale", "drafted.yaml")
"""All items of their note were changed."""
REWORDED = ("add", "same.yaml", "--yes")
"""All its questions were changed; all answers are the same."""
FOR_FILES = (
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
    for name in ("vault", "decks", "out", "store.db.backups"):
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


FOR_NOTES = (
    ("import", "cards.csv"),
    ("undo",),
    ("import", "cards.csv"),
    ("export", "cards.apkg"),
    ("undo",),
    ("import", "cards.apkg"),
    ("undo",),
    ("add", "."),
    ("check", "."),
    ("draft", "items.md"),
    ("coverage", "."),
    ("draft", "items.md", "-o", "drafted.yaml", "--force"),
    EDITED,
    ("tag", "add", "new", "deck:One", "--yes", "--write"),
    ("tag", "rename", "new", "newer", "--yes", "--write"),
    ("remove", "deck:One", "--yes"),
    ("undo", "3"),
    ("export", "cards.json"),
    ("add", "same.yaml"),
    REWORDED,
)


def write_notes(count: int) -> None:
    """Write a table, a deck and notes, each with many cards."""
    shutil.rmtree("store.db.backups", ignore_errors=True)
    Path("store.db").unlink(missing_ok=True)
    rows = "".join(f"Row {i}?,The cell {i * 7919}\n" for i in range(count))
    Path("cards.csv").write_text(f"question,answer\n{rows}")
    pairs = [(i * 15485863, i * 32452843) for i in range(count)]
    lines = "".join(f"  - front: Deck {a}?\n    back: '{b}'\n" for a, b in pairs)
    Path("one.yaml").write_text(f"deck: One\ncards:\n{lines}")
    lines = "".join(f"  - front: What is {a}?\n    back: yes\n" for a, b in pairs)
    Path("same.yaml").write_text(f"deck: Same\ncards:\n{lines}")
    lines = "".join(f"Q: Note {a}?\nA: {b}\n\n" for a, b in pairs)
    Path("own.md").write_text(f"---\nflash: true\n---\n{lines}")
    lines = "".join(f"- **term {a}**: means {b}\n" for a, b in pairs)
    Path("items.md").write_text(f"# Terms\n\n{lines}")


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
    flash: Run,
    monkeypatch: pytest.MonkeyPatch,
    commands: Sequence[tuple[str, ...]],
) -> list[tuple[int, int]]:
    """Return calls and steps of each command."""
    found = []
    for words in commands:
        if words == RENAMED:
            for file in Path("decks").iterdir():
                file.write_text(file.read_text().replace("deck: Deck", "deck: Moved"))
        if words == EDITED:
            file = Path("items.md")
            file.write_text(file.read_text().replace("means", "also means"))
        if words == REWORDED:
            file = Path("same.yaml")
            file.write_text(file.read_text().replace("What is", "Which thing is"))
        with counted(monkeypatch) as counts:
            code, _out, err = flash(*words)
        assert (code, words, err if code else "") == (0, words, "")
        found.append((counts[0], counts[1]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "commands", "few"),
    [(write_files, FOR_FILES, 40), (write_notes, FOR_NOTES, 70)],
    ids=["files", "notes"],
)
def test_much_takes_no_more_work_each(
    flash: Run,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[int], None],
    commands: Sequence[tuple[str, ...]],
    few: int,
) -> None:
    work = []
    for size in (2, few, few * _TIMES):  # the first loads the modules
        write(size)
        work.append(work_of(flash, monkeypatch, commands))

    grown = {
        f"{index} {' '.join(words)}": (more[0] / less[0], more[1] / max(less[1], 20))
        for index, (words, less, more) in enumerate(
            zip(commands, work[1], work[2], strict=True)
        )
    }
    assert {name: by for name, by in grown.items() if max(by) > _MOST} == {}
