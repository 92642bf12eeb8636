"""`flash sync` where two devices made one note under two guids.

After the sync one of the two is hidden, and lends its reviews to the other's card.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run
from store_fixtures import NOON, contradictions

from srs.maintenance.checks import Finding, examine, repair
from srs.merging.browser_answers import merge_answer
from srs.models.browser_answers import BrowserAnswer, seen_token
from srs.models.cards import Rating
from srs.store.browsers import card_named
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.settings import Options

Device = Callable[..., tuple[int, str, str]]
QUESTION = "What is the capital of France?"
DECK = f"deck: D\ncards:\n  - {{front: '{QUESTION}', back: Paris}}\n"
NOW = "2026-11-23T12:00:00+00:00"


@pytest.fixture
def laptop(flash: Run, tmp_path: Path) -> Device:
    """A device that has reworded its card; the new text has the first guid."""
    file = tmp_path / "laptop" / "d.yaml"
    file.parent.mkdir()
    for text in (DECK.replace("What is the c", "C"), DECK):
        file.write_text(text, "utf-8")
        flash("--db", "laptop.db", "add", str(file), now="2026-11-22T12:00:00+00:00")
    return lambda *words, **more: flash("--db", "laptop.db", *words, **more)


@pytest.fixture
def desktop(flash: Run, tmp_path: Path) -> Device:
    """A device that added the file before it first synced."""
    file = tmp_path / "desktop" / "d.yaml"
    file.parent.mkdir()
    file.write_text(DECK, "utf-8")
    flash("--db", "desktop.db", "add", str(file), now=NOW)
    return lambda *words, **more: flash("--db", "desktop.db", *words, **more)


def answer(device: Device, now: str = NOW) -> None:
    assert device("review", "--plain", typed="\n3\nq\n", now=now)[0] == 0


def package(flash: Run, db: str, *, answered: str = "") -> str:
    """Export the cards of a store, with one more answer, as an Anki package."""
    if answered:
        shutil.copyfile(db, "phone.db")
        answer(
            lambda *words, **more: flash("--db", "phone.db", *words, **more),
            now=answered,
        )
        db = "phone.db"
    assert flash("--db", db, "export", "p.apkg", "--with-schedule", now=NOW)[0] == 0
    return "p.apkg"


def join(laptop: Device, desktop: Device, tmp_path: Path) -> None:
    """Sync until both devices know both notes; the desktop's is hidden."""
    (tmp_path / "log").mkdir()
    for device in (laptop, desktop, laptop):
        assert device("sync", "log", "--yes")[0] == 0
    for db in ("laptop.db", "desktop.db"):
        with opened(tmp_path / db) as store:
            assert store.rows("select retired from notes order by 1") == [(0,), (2,)]


def opened(path: Path) -> "closing[Store]":
    return closing(open_store(path, NOON))


def reviews(path: Path) -> list[tuple[str, str, int]]:
    """List the notes that reviews count for, and were given for, and their ratings."""
    sql = """
        select c.note, own.note, rating
          from reviews r
          join cards c on c.id = r.card
          join cards own on own.id = coalesce(r.own_card, r.card)
         order by origin_ms
    """
    with opened(path) as store:
        assert contradictions(store) == []
        return store.rows(sql)


def guids(path: Path) -> tuple[str, str]:
    """Return the guid of the note that stays and that of the hidden one."""
    with opened(path) as store:
        stays, hidden = store.rows("select guid from notes order by retired")
        return stays[0], hidden[0]


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("in_tmp")
def test_package_with_a_hidden_note_adds_no_review_twice(
    flash: Run, laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    answer(desktop)
    file = package(flash, "desktop.db")
    join(laptop, desktop, tmp_path)
    stays, hidden = guids(tmp_path / "desktop.db")

    for device in (desktop, laptop):
        assert "0 new reviews" in device("import", file, now=NOW)[1]

    for db in ("desktop.db", "laptop.db"):
        assert reviews(tmp_path / db) == [(stays, hidden, 3)]
    laptop("config", "new_per_day", "7")
    laptop("sync")
    assert desktop("sync")[::2] == (0, "")


@pytest.mark.usefixtures("in_tmp")
def test_answers_of_anki_to_a_hidden_note_count_at_once(
    flash: Run, laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    file = package(flash, "desktop.db", answered="2026-11-23T12:30:00+00:00")
    join(laptop, desktop, tmp_path)
    stays, hidden = guids(tmp_path / "desktop.db")

    assert "1 new review\n" in desktop("import", file, now=NOW)[1]
    assert "learning" in desktop("list", now=NOW)[1]
    assert "0 new reviews" in desktop("import", file, now=NOW)[1]

    for device in (desktop, laptop, desktop):
        assert device("sync")[::2] == (0, "")
    for db in ("desktop.db", "laptop.db"):
        assert reviews(tmp_path / db) == [(stays, hidden, 3)]
    assert desktop("list")[1].split()[4:] == laptop("list")[1].split()[4:]
    assert desktop("undo")[0] == 0
    assert " new " in desktop("list")[1]


@pytest.mark.usefixtures("in_tmp")
def test_package_of_the_note_that_stays_adds_no_review_twice(
    flash: Run, laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    answer(desktop)
    join(laptop, desktop, tmp_path)
    file = package(flash, "laptop.db")

    assert "0 new reviews" in laptop("import", file, now=NOW)[1]
    assert "0 new reviews" in desktop("import", file, now=NOW)[1]
    assert len(reviews(tmp_path / "desktop.db")) == 1


@pytest.mark.usefixtures("in_tmp")
def test_answer_of_a_browser_to_a_hidden_note_counts_at_once(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    with opened(tmp_path / "desktop.db") as store:
        (named,) = store.rows("select note, uid from cards")
        card = card_named(store, *named)
    assert card is not None
    sent = BrowserAnswer("0" * 32, *named, NOON, Rating.GOOD, seen=seen_token(card))
    join(laptop, desktop, tmp_path)
    stays, _ = guids(tmp_path / "desktop.db")

    with opened(tmp_path / "desktop.db") as store:
        merged = merge_answer(store, Options(store), sent, NOON)

    assert merged.status == "recorded"
    assert reviews(tmp_path / "desktop.db") == [(stays, stays, 3)]
    assert "learning" in desktop("list", now=NOW)[1]
    desktop("sync")
    laptop("sync")
    assert reviews(tmp_path / "laptop.db") == [(stays, stays, 3)]


def doubled(path: Path) -> None:
    """Insert the reviews of a hidden note again, as an import did."""
    with opened(path) as store, store.transaction() as connection:
        names = "origin_ms, rating, duration_ms, state_before, kind, offset_min"
        connection.execute(
            f"""
            insert into reviews (id, card, {names}, state, step, interval,
                                 last_interval, difficulty, origin)
            select id + 1, own_card, {names}, state, step, interval, last_interval,
                   difficulty, 'anki'
              from reviews where own_card is not null
            """
        )


@pytest.mark.usefixtures("in_tmp")
def test_sync_repairs_reviews_that_an_import_doubled(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    answer(desktop)
    join(laptop, desktop, tmp_path)
    doubled(tmp_path / "desktop.db")
    laptop("config", "new_per_day", "7")
    laptop("sync")

    assert desktop("sync")[::2] == (0, "")

    stays, hidden = guids(tmp_path / "desktop.db")
    assert reviews(tmp_path / "desktop.db") == [(stays, hidden, 3)]


@pytest.mark.usefixtures("in_tmp")
def test_doctor_deletes_reviews_that_an_import_doubled(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    answer(desktop)
    join(laptop, desktop, tmp_path)
    doubled(tmp_path / "desktop.db")

    with opened(tmp_path / "desktop.db") as store:
        found = repair(store, NOON * 2).findings
        assert examine(store, NOON * 2).findings == ()

    assert Finding("log", "reviews_doubled", 1) in found
    assert len(reviews(tmp_path / "desktop.db")) == 1


@pytest.mark.usefixtures("in_tmp")
def test_file_of_hidden_notes_is_read_again_after_an_edit(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    join(laptop, desktop, tmp_path)
    edited = DECK.replace("Paris", "Paris on the Seine")
    (tmp_path / "desktop" / "d.yaml").write_text(edited, "utf-8")

    _, out, err = desktop("review", "--plain", typed="\n3\nq\n", now=NOW)

    assert "Paris on the Seine" in out
    assert err == ""
    laptop_file = tmp_path / "laptop" / "d.yaml"
    desktop("sync")
    laptop("sync")
    assert "on the Seine" in laptop("show", "capital")[1]
    assert laptop("add", str(laptop_file))[1] == "1 newer; 1 card\n"
    assert "on the Seine" in laptop("show", "capital")[1]


@pytest.mark.usefixtures("in_tmp")
def test_note_of_a_hidden_one_that_was_edited_twice_is_asked_for(
    laptop: Device, desktop: Device, tmp_path: Path
) -> None:
    join(laptop, desktop, tmp_path)
    for name, text in (("laptop", "Paris on the Seine"), ("desktop", "Paris (France)")):
        file = tmp_path / name / "d.yaml"
        file.write_text(DECK.replace("Paris", text), "utf-8")
    assert laptop("add", str(tmp_path / "laptop" / "d.yaml"))[0] == 0
    laptop("sync")
    desktop("sync")

    code, _, err = desktop("add", str(tmp_path / "desktop" / "d.yaml"))

    assert code == 1
    assert "1 note was edited in its file and on another device" in err
