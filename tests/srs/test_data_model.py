"""docs/data-model.md names what a new store has."""

import re
import sqlite3
from pathlib import Path

import pytest
from store_fixtures import NOON

from srs.store.opening import open_store

PAGE = Path(__file__).parents[2] / "docs" / "data-model.md"
LISTED = ("notes", "cards", "reviews", "mock_exams", "note_media")
"""Tables whose columns the page lists; it describes the others."""


@pytest.fixture
def columns(tmp_path: Path) -> dict[str, set[str]]:
    """The columns of each table."""
    path = tmp_path / "store.db"
    open_store(path, NOON).close()
    connection = sqlite3.connect(path)
    tables = [
        name
        for (name,) in connection.execute(
            "select name from sqlite_master where type = 'table' and name not like '\\_%'"
            " escape '\\' and name not like 'sqlite%'"
        )
    ]
    found = {
        table: {row[1] for row in connection.execute(f"pragma table_info({table})")}
        for table in tables
    }
    connection.close()
    return found


def documented() -> dict[str, str]:
    """Return the contents that the page gives for each table."""
    text = (
        PAGE.read_text("utf-8").partition("## Tables")[2].partition("\n\n`reviews`")[0]
    )
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", text, re.MULTILINE)
    return {
        name: contents
        for names, contents in rows
        for name in re.findall(r"`(\w+)`", names)
    }


def test_the_page_names_every_table(columns: dict[str, set[str]]) -> None:
    assert sorted(documented()) == sorted(columns)


@pytest.mark.parametrize("table", LISTED)
def test_the_page_names_every_column(columns: dict[str, set[str]], table: str) -> None:
    named = set(re.findall(r"\w+", documented()[table]))

    assert columns[table] - named == set()
