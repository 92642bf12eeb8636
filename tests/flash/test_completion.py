"""What a shell completes."""

import re
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
            patch.setenv("COMP_WORDS", line)
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
