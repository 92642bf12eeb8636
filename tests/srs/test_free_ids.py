"""Numbers for rows whose own number may be taken."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.store.free_ids import FreeIds

wanted = st.lists(st.integers(1, 12), max_size=20)


@contextmanager
def taking(*present: int) -> Iterator[tuple[sqlite3.Connection, FreeIds]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table reviews (id integer primary key)")
        insert = "insert into reviews values (?)"
        connection.executemany(insert, [(number,) for number in present])
        yield connection, FreeIds(connection)


def take(connection: sqlite3.Connection, ids: FreeIds, number: int) -> int:
    found = ids.take(number)
    connection.execute("insert into reviews values (?)", (found,))
    return found


@given(present=st.sets(st.integers(1, 12)), numbers=wanted)
def test_each_row_gets_the_first_free_number(
    present: set[int], numbers: list[int]
) -> None:
    taken = set(present)
    with taking(*present) as (connection, ids):
        for number in numbers:
            first = next(one for one in range(number, 99) if one not in taken)
            assert take(connection, ids, number) == first
            taken.add(first)


@pytest.mark.parametrize("step", [0, 1], ids=["one moment", "one after the other"])
def test_rows_in_one_place_do_not_search_anew(step: int) -> None:
    searches: list[str] = []
    with taking(*range(1, 1001)) as (connection, ids):
        connection.set_trace_callback(searches.append)
        found = [take(connection, ids, 1 + step * number) for number in range(1000)]

    assert found == list(range(1001, 2001))
    assert len([sql for sql in searches if sql.startswith("select")]) <= 4000
