"""Numbers for rows whose own number may be taken."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.store.free_ids import FreeIds

wanted = st.lists(st.integers(1, 12), max_size=20)


def taking(*present: int) -> tuple[sqlite3.Connection, FreeIds]:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table reviews (id integer primary key)")
    insert = "insert into reviews values (?)"
    connection.executemany(insert, [(number,) for number in present])
    return connection, FreeIds(connection)


def take(connection: sqlite3.Connection, ids: FreeIds, number: int) -> int:
    found = ids.take(number)
    connection.execute("insert into reviews values (?)", (found,))
    return found


@given(present=st.sets(st.integers(1, 12)), numbers=wanted)
def test_each_row_gets_the_first_free_number(
    present: set[int], numbers: list[int]
) -> None:
    connection, ids = taking(*present)
    taken = set(present)
    for number in numbers:
        first = next(one for one in range(number, 99) if one not in taken)
        assert take(connection, ids, number) == first
        taken.add(first)


@pytest.mark.parametrize("step", [0, 1], ids=["one moment", "one after the other"])
def test_rows_in_one_place_do_not_search_anew(step: int) -> None:
    connection, ids = taking(*range(1, 1001))
    searches: list[str] = []
    connection.set_trace_callback(searches.append)

    found = [take(connection, ids, 1 + step * number) for number in range(1000)]

    assert found == list(range(1001, 2001))
    assert len([sql for sql in searches if sql.startswith("select")]) <= 4000
