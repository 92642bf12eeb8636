"""New cards follow the headers of their files; tables are asked one way."""

import sqlite3
from contextlib import closing
from pathlib import Path

from command_runner import Run

TABLE = """\
deck: Tables
cards:
  - compare: [KMS, HSM]
    by:
      tenancy: {cells: [shared, single], reverse: true}
      price: [low, high]
"""


def write(name: str, order: int, *fronts: str, deck: str = "D") -> None:
    cards = "".join(f"  - front: {front}\n    back: x\n" for front in fronts)
    Path(name).write_text(f"deck: {deck}\norder: {order}\ncards:\n{cards}", "utf-8")


def new_cards(store: str = "store.db") -> list[str]:
    """Read what the new cards ask, in the order in which they are introduced."""
    sql = """
        select n.fields ->> 'front' from cards c join notes n on n.guid = c.note
         where c.state = 0 order by c.position
    """
    with closing(sqlite3.connect(store)) as connection:
        return [row[0] for row in connection.execute(sql)]


def test_files_are_introduced_in_the_order_of_their_headers(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", 20, "third", "fourth")
    write("d/b.yaml", 10, "first", "second")

    flash("add", "d")

    assert new_cards() == ["first", "second", "third", "fourth"]


def test_a_changed_order_moves_cards_that_are_still_new(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", 10, "one", "two")
    write("d/b.yaml", 20, "three")
    flash("add", "d")
    flash("review", "--plain", typed="\n4\nq\n")

    write("d/b.yaml", 5, "three")
    flash("add", "d")

    assert new_cards() == ["three", "two"]


def exported_orders(flash: Run) -> list[str]:
    """Export all decks, and return the lines with an order."""
    assert flash("export", "--yaml", "out")[0] == 0
    lines = [path.read_text("utf-8").splitlines() for path in Path("out").rglob("*.y*")]
    return sorted(line for file in lines for line in file if line.startswith("order"))


def test_exported_decks_keep_their_order(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", 2, "third", "fourth", deck="R::A")
    write("d/b.yaml", 1, "first ![](p.png)", "second", deck="R::B")
    Path("d/p.png").write_bytes(b"a picture")
    flash("add", "d")

    orders = exported_orders(flash)
    flash("add", "out", "--db", "other.db")

    assert orders == ["order: 1", "order: 2"]
    assert new_cards("other.db") == new_cards()
    flash("add", "out")
    assert new_cards("other.db") == new_cards()


def test_files_of_one_deck_are_exported_in_their_order(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", 2, "third", "fourth")
    write("d/b.yaml", 1, "first", "second")
    flash("add", "d")

    assert exported_orders(flash) == []
    flash("add", "out", "--db", "other.db")
    assert new_cards("other.db") == ["first", "second", "third", "fourth"]


def test_decks_without_new_cards_need_no_order(flash: Run) -> None:
    Path("d").mkdir()
    write("d/a.yaml", 2, "second", deck="A")
    write("d/b.yaml", 1, "first", deck="B")
    flash("add", "d")
    flash("review", "--plain", "B", typed="\n4\n")

    assert exported_orders(flash) == []


def test_the_first_add_says_once_that_tables_are_asked_one_way(flash: Run) -> None:
    Path("t.yaml").write_text(TABLE, "utf-8")
    flash("add", "t.yaml")
    with closing(sqlite3.connect("store.db")) as connection, connection:
        connection.execute("insert into settings values ('retired_reverse', '3')")

    said = [flash("add", "t.yaml")[2] for _ in range(2)]

    assert said == [
        "Tables are now asked from subject to value only: 3 cards are retired and keep"
        " their history. A row '{cells: [...], reverse: true}' brings them back.\n",
        "",
    ]


def test_a_review_says_so_too_but_one_of_them_only(flash: Run) -> None:
    Path("t.yaml").write_text(TABLE, "utf-8")
    flash("add", "t.yaml")
    with closing(sqlite3.connect("store.db")) as connection, connection:
        connection.execute("insert into settings values ('retired_reverse', '1')")

    said = [flash("review", "--plain", typed="q\n")[2] for _ in range(2)]

    assert said[0].startswith("Tables are now asked from subject to value only: 1 card")
    assert (said[1], flash("add", "t.yaml")[2]) == ("", "")
