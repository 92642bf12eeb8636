"""A schedule from Anki is exported as it came: card and review log."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from foreign_packages import package
from store_fixtures import (
    DAY_MS,
    NOON,
    add,
    contradictions,
    give,
    ids,
    new_store,
    numbered,
    shelf,
)

from flash.service.context import AppContext
from flash.service.exporting import export_package
from flash.service.importing import import_package
from srs.models.cards import Rating, State
from srs.store.card_actions import set_due_today
from srs.store.notes import stored_notes
from srs.store.settings import Options

Card = tuple[int, ...]
"""Type, queue, due, interval, ease, reps and lapses."""
Log = list[tuple[int, ...]]
"""Days ago, rating, interval, interval before, factor and kind."""

TODAY = NOON // DAY_MS - 18_262
"""As Anki counts days in this package."""
SM2: Log = [
    (40, 3, -600, 0, 0, 0),
    (40, 3, 1, -600, 2500, 0),
    (39, 3, 3, 1, 2350, 1),
    (36, 3, 20, 3, 2350, 1),
]
FSRS: Log = [(*row[:4], 500, row[5]) for row in SM2]
# What Anki 26.9 writes for each of these actions.
SCHEDULES: dict[str, tuple[Card, Log]] = {
    "SM-2": ((2, 2, TODAY - 16, 20, 2350, 4, 0), SM2),
    "SM-2 without a log": ((2, 2, TODAY + 200, 400, 1300, 30, 7), []),
    "SM-2 with many lapses and no log": ((2, 2, TODAY, 9, 1300, 900, 150), []),
    "SM-2 due by hand": (
        (2, 2, TODAY + 9, 20, 2350, 4, 0),
        [*SM2, (0, 0, 20, 20, 2350, 4)],
    ),
    "SM-2 due by hand, interval too": (
        (2, 2, TODAY + 9, 9, 2350, 4, 0),
        [*SM2, (0, 0, 9, 20, 2350, 4)],
    ),
    "SM-2 due by hand in relearning": (
        (2, 2, TODAY + 9, 5, 2150, 5, 1),
        [*SM2, (1, 1, -600, 20, 2150, 1), (0, 0, 5, 5, 2150, 4)],
    ),
    "SM-2 new and due by hand": (
        (2, 2, TODAY + 9, 9, 2500, 0, 0),
        [(0, 0, 9, 0, 2500, 4)],
    ),
    "FSRS with every rating": (
        (2, 2, TODAY - 7, 10, 1950, 9, 2),
        [
            *FSRS,
            *((8, rating, 10, 9, 500, 1) for rating in (2, 4, 1)),
            (7, 2, 10, 9, 500, 3),
            (7, 1, 10, 10, 500, 1),
        ],
    ),
    "FSRS new and due by hand": (
        (2, 2, TODAY + 9, 0, 2500, 0, 0),
        [(0, 0, 0, 0, 2500, 4)],
    ),
    "FSRS due by hand": (
        (2, 2, TODAY + 9, 45, 2500, 4, 0),
        [*FSRS, (0, 0, 45, 20, 544, 4)],
    ),
    "FSRS due today by hand": (
        (2, 2, TODAY, 36, 2500, 4, 0),
        [*FSRS, (0, 0, 36, 20, 544, 4)],
    ),
    "FSRS due by hand in relearning": (
        (2, 2, TODAY + 9, 10, 2300, 5, 1),
        [*FSRS, (1, 1, -600, 20, 700, 1), (0, 0, 10, 5, 544, 4)],
    ),
}


def _changes(card: Card) -> str:
    names = ("type", "queue", "due", "ivl", "factor", "reps", "lapses")
    return ", ".join(
        f"{name} = {value}" for name, value in zip(names, card, strict=True)
    )


def collection(card: Card, log: Log) -> str:
    """Write a card and its log; times are unique."""
    script = """update col set conf = '{"creationOffset": 0, "schedVer": 2}';"""
    script += f"update cards set {_changes(card)}, mod = {NOON // 1000};"
    for index, (ago, rating, now, last, factor, kind) in enumerate(log):
        moment = NOON - ago * DAY_MS - 1000 * (len(log) - index)
        script += (
            f"insert into revlog values"
            f" ({moment}, 2, -1, {rating}, {now}, {last}, {factor}, 900, {kind});"
        )
    return script


def read(file: Path) -> tuple[Card, Log]:
    """Read the card and the log of a package."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(zipfile.ZipFile(file).read("collection.anki2"))
        card = connection.execute(
            "select type, queue, due, ivl, factor, reps, lapses from cards"
        ).fetchone()
        log = connection.execute(
            "select id, ease, ivl, lastIvl, factor, type from revlog order by id"
        ).fetchall()
    return card, log


@pytest.mark.parametrize(("card", "log"), SCHEDULES.values(), ids=SCHEDULES.keys())
def test_a_schedule_goes_back_as_it_came(tmp_path: Path, card: Card, log: Log) -> None:
    sent = package(tmp_path / "in.apkg", collection(card, log))
    store = new_store(tmp_path)
    app = AppContext(store, lambda: NOON)
    import_package(app, sent)
    back = tmp_path / "out.apkg"

    export_package(app, back, stored_notes(store), with_schedule=True)

    assert read(back) == read(sent)
    assert contradictions(store) == []
    store.close()


DUE_S = NOON // 1000 + 600
IN_LEARNING: dict[str, tuple[Card, int]] = {
    "first step": ((1, 1, DUE_S, 0, 0, 3, 0), 2),
    "last step": ((1, 1, DUE_S, 0, 0, 3, 1), 1),
    "overdue": ((1, 1, DUE_S - 40 * 86_400, 0, 0, 1, 0), 1),
    "another day": ((1, 3, TODAY + 2, 0, 0, 3, 0), 1),
    "lapsed": ((3, 1, DUE_S, 12, 1900, 9, 2), 1),
    "lapsed, another day": ((3, 3, TODAY - 3, 12, 1900, 9, 2), 1),
    "lapsed in scheduler v1": ((2, 1, DUE_S, 12, 1900, 9, 2), 1),
}
"""Cards of Anki without a log, and the number of steps left."""


def learning(card: Card, left: int) -> str:
    """Write a card in learning; Anki adds the steps left today as thousands."""
    return f"{collection(card, [])}update cards set left = {left} + 1000;"


@pytest.mark.parametrize(("card", "left"), IN_LEARNING.values(), ids=IN_LEARNING.keys())
def test_a_card_in_learning_without_a_log_stays_in_it(
    tmp_path: Path, card: Card, left: int
) -> None:
    sent = package(tmp_path / "in.apkg", learning(card, left))
    store = new_store(tmp_path)
    app = AppContext(store, lambda: NOON)
    import_package(app, sent)
    again = import_package(app, sent).merged
    back = tmp_path / "out.apkg"

    export_package(app, back, stored_notes(store), with_schedule=True)

    is_lapsed = card[3] > 0
    assert read(back) == ((3 if is_lapsed else 1, *card[1:]), [])
    assert again.rescheduled == 0
    found = shelf(store)[0].cards[0].progress
    assert (found.state, found.reps, found.lapses) == (1 + 2 * is_lapsed, *card[5:])
    assert contradictions(store) == []
    give(store, ids(store)[0], Rating.GOOD, NOON + 3 * DAY_MS)
    assert contradictions(store) == []
    store.close()


@pytest.mark.parametrize("name", ["first step", "lapsed", "lapsed, another day"])
def test_anki_takes_back_a_card_in_learning(tmp_path: Path, name: str) -> None:
    card, left = IN_LEARNING[name]
    theirs = Collection(str(tmp_path / "theirs.anki2"))
    theirs.add_note(theirs.new_note(theirs.models.by_name("Basic")), 1)
    theirs.db.execute("update notes set flds = 'q\x1fa', sfld = 'q'")
    theirs.db.execute(f"update cards set {_changes(card)}, left = ?", left)
    sent, back = str(tmp_path / "in.apkg"), tmp_path / "out.apkg"
    whole = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    theirs.export_anki_package(out_path=sent, options=whole, limit=None)
    theirs.close()
    store = new_store(tmp_path)
    app = AppContext(store, lambda: NOON)
    import_package(app, Path(sent))
    export_package(app, back, stored_notes(store), with_schedule=True)
    store.close()

    taken = Collection(str(tmp_path / "taken.anki2"))
    options = ImportAnkiPackageOptions(with_scheduling=True)
    taken.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(back), options=options)
    )

    columns = "type, queue, due, ivl, factor, reps, lapses, left"
    assert taken.db.first(f"select {columns} from cards") == [*card, left]
    taken.close()


def test_importing_a_card_without_a_log_again_counts_once(tmp_path: Path) -> None:
    card, log = SCHEDULES["SM-2 without a log"]
    sent = package(tmp_path / "in.apkg", collection(card, log))
    store = new_store(tmp_path)
    app = AppContext(store, lambda: NOON)

    import_package(app, sent)
    again = import_package(app, sent).merged

    found = shelf(store)[0].cards[0].progress
    assert (found.reps, found.lapses, again.rescheduled) == (30, 7, 0)
    store.close()


def test_a_card_made_due_here_is_exported_as_by_anki(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(1))
    (card,) = ids(store)
    give(store, card, Rating.EASY, NOON - 5 * DAY_MS)
    set_due_today(store, Options(store), [card], NOON)
    app = AppContext(store, lambda: NOON)
    back = tmp_path / "out.apkg"

    export_package(app, back, stored_notes(store), with_schedule=True)

    (_, _, due, interval, *_), log = read(back)
    assert (due, interval) == (TODAY, 5)
    assert [row[1:4] for row in log] == [(4, 7, 0), (0, 5, 7)]
    store.close()


def test_a_new_card_due_by_hand_in_anki_can_be_answered(tmp_path: Path) -> None:
    card, log = SCHEDULES["FSRS new and due by hand"]
    sent = package(tmp_path / "in.apkg", collection(card, log))
    store = new_store(tmp_path)
    import_package(AppContext(store, lambda: NOON), sent)

    give(store, ids(store)[0], Rating.HARD, NOON + 9 * DAY_MS)

    found = shelf(store)[0].cards[0].progress
    assert (found.state, found.reps) == (State.REVIEW, 1)
    assert found.interval >= 1
    assert contradictions(store) == []
    store.close()


RESET = [*FSRS, (20, 1, -600, 20, 700, 1), (9, 0, 0, 20, 0, 4)]
RESETS: dict[str, tuple[Card, Log, tuple[int, int]]] = {
    "with counts": ((0, 0, 1, 0, 0, 0, 0), RESET, (0, 0)),
    "with counts, answered since": (
        (2, 2, TODAY + 1, 6, 2500, 1, 0),
        [*RESET, (5, 4, 6, 0, 500, 0)],
        (1, 0),
    ),
    "without counts": ((0, 0, 1, 0, 0, 5, 1), RESET, (5, 1)),
    "without counts, answered since": (
        (2, 2, TODAY + 1, 6, 2500, 6, 1),
        [*RESET, (5, 4, 6, 0, 500, 0)],
        (6, 1),
    ),
}


@pytest.mark.parametrize(("card", "log", "counts"), RESETS.values(), ids=RESETS)
@pytest.mark.parametrize("parts", [1, 2], ids=["first import", "known before"])
def test_counts_are_those_of_anki_after_a_reset(
    tmp_path: Path, card: Card, log: Log, counts: tuple[int, int], parts: int
) -> None:
    store = new_store(tmp_path)
    app = AppContext(store, lambda: NOON)
    if parts == 2:
        learnt = (2, 2, TODAY - 16, 20, 2500, len(FSRS), 0)
        first = "select id from revlog order by id limit 4"
        script = (
            collection(learnt, log) + f"delete from revlog where id not in ({first});"
        )
        sent = package(tmp_path / "first.apkg", script)
        import_package(app, sent)
    sent = package(tmp_path / "in.apkg", collection(card, log))

    import_package(app, sent)
    rows = list(store.rows("select id from reviews"))
    again = import_package(app, sent).merged

    found = shelf(store)[0].cards[0].progress
    assert (found.reps, found.lapses) == counts
    assert (again.rescheduled, list(store.rows("select id from reviews"))) == (0, rows)
    assert contradictions(store) == []
    store.close()
