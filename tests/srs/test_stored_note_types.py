"""Note types of Anki: the later state counts, and fields follow it."""

import json
from typing import Any

import pytest

from srs.store.connection import Store
from srs.store.note_types import Arrangement, newer_model, take_notetypes


def model(*fields: str | tuple[str, int], mod: Any = 0) -> str:
    named = [one if isinstance(one, tuple) else (one, None) for one in fields]
    listed = [{"name": n, "id": i, "ord": o} for o, (n, i) in enumerate(named)]
    return json.dumps({"flds": listed, "mod": mod})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (model("A", mod=5), model("A", mod=4)),
        (model("B", mod=5), model("A", mod=5)),
        (model("A", mod=5), model("A", mod="9")),
        (model("A", mod=5), "no JSON"),
        (model("A", mod=5), "[]"),
    ],
)
def test_the_later_state_of_a_note_type_counts(ours: str, theirs: str) -> None:
    assert newer_model(ours, theirs) == newer_model(theirs, ours) == ours


def test_a_note_that_was_arranged_elsewhere_stays() -> None:
    arrangement = Arrangement(model("A", "B"), model("A", "N", "B"))
    arranged = "a\x1f\x1fb", '{"back":2}'

    assert arrangement.of(*arranged) == arranged


CHANGES = {
    "a field in between": (("A", "B"), ("A", "N", "B"), "a||b", {"back": 2}),
    "a field less": (("A", "B", "C"), ("A", "C"), "a|c", {}),
    "another order": (("A", "B"), ("B", "A"), "b|a", {"back": 0}),
    "another name": (("A", "B"), ("A", "X"), "a|b", {"back": 1}),
    "another name, known by id": (
        (("A", 1), ("B", 2)),
        (("N", 3), ("A", 1), ("X", 2)),
        "|a|b",
        {"back": 2},
    ),
    "another one of the same name": (
        (("A", 1), ("B", 2)),
        (("B", 3), ("A", 1)),
        "|a",
        {},
    ),
    "another one at the same place": (
        (("A", 1), ("B", 2)),
        (("A", 1), ("X", 3)),
        "a|",
        {},
    ),
    "ids that are given now": (("A", "B"), (("B", 1), ("A", 2)), "b|a", {"back": 0}),
    "what is no note type": (("A", "B"), (), "a|b", {"back": 1}),
}


@pytest.mark.parametrize(
    ("before", "after", "fields", "shown"), CHANGES.values(), ids=CHANGES
)
def test_fields_follow_their_note_type(
    store: Store,
    before: tuple[Any, ...],
    after: tuple[Any, ...],
    fields: str,
    shown: dict[str, int],
) -> None:
    values = "\x1f".join("abc"[: len(before)])
    with store.transaction() as connection:
        connection.execute("pragma defer_foreign_keys = on")
        take_notetypes(connection, {7: model(*before)}, {7})
        connection.execute(
            "insert into anki_notes (guid, notetype, fields, shown, content)"
            " values ('g', 7, ?, '{\"back\": 1}', '{}')",
            (values,),
        )

        take_notetypes(connection, {7: model(*after, mod=1), 8: model("Z")}, ())

        sql = "select fields, shown from anki_notes"
        (row,) = connection.execute(sql).fetchall()
        kinds = connection.execute("select count(*) from anki_notetypes").fetchone()
        connection.execute("delete from anki_notes")

    assert (row[0].replace("\x1f", "|"), json.loads(row[1])) == (fields, shown)
    assert kinds == (1,)
