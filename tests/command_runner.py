"""Run commands of the command line inside the test process."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flash.__main__ import main

NOW = "2026-11-23T09:00:00+00:00"
CELLS = """\
deck: Cells::Basics
language: en
tags: [biology]
cards:
  - id: powerhouse
    front: Which organelle makes most ATP?
    back: Mitochondrion
    checked: 2026-11-23
  - front: What does DNA stand for?
    back: Deoxyribonucleic acid
    reverse: true
  - cloze: Water is {{c1::hydrogen}} and {{c2::oxygen}}.
"""


class Run:
    """Run `flash` with words; return the exit code, stdout and stderr."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(
        self, *words: str, typed: str | None = None, now: str = ""
    ) -> tuple[int, str, str]:
        with self._monkeypatch.context() as patch:
            if typed is not None:
                patch.setattr("sys.stdin", io.StringIO(typed))
            if now:
                patch.setenv("FLASH_NOW", now)
            code = main(list(words))
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err

    def json(self, *words: str) -> Any:
        """Run a command that succeeds; return the JSON it prints."""
        code, out, err = self(*words, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


def list_without_a_file(flash: Run) -> None:
    """Add a list that only the store has, as one from another device."""
    Path("list.yaml").write_text(
        "deck: Lists\ncards:\n- list: Storage\n  items: [S3, EBS]\n"
    )
    flash("add", "list.yaml")
    with closing(sqlite3.connect("store.db")) as connection, connection:
        connection.execute(
            "update notes set file = '', line = 0 where file like '%list.yaml'"
        )
