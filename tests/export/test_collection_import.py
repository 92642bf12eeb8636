"""What Anki has done to cards comes along: where they are, and how they stand."""

from pathlib import Path

import pytest
from anki.collection import Collection
from foreign_packages import database, package, zipped
from store_fixtures import NOON, contradictions, new_store, shelf

from export.anki import package_file
from export.files import PackageError
from flash.service.context import AppContext
from flash.service.importing import Imported, import_package
from srs.scheduler.study_day import day_date
from srs.store.connection import Store
from srs.store.settings import Options

NOW_S = NOON // 1000
FIRST_DAY = 18_262
"""2020-01-01, the first day of the packages made here."""


def imported(store: Store, file: Path) -> Imported:
    return import_package(AppContext(store, lambda: NOON), file)


def test_marks_of_a_card_come_along(tmp_path: Path) -> None:
    found = {}
    for name, change in (
        ("suspended", "queue = -1, flags = 3"),
        ("buried", "queue = -2"),
        ("buried by hand", "queue = -3"),
    ):
        (tmp_path / name).mkdir()
        store = new_store(tmp_path / name)
        script = f"update cards set {change}, mod = {NOW_S - 60}"
        imported(store, package(tmp_path / name / "deck.apkg", script))
        card = shelf(store)[0].cards[0]
        found[name] = (card.suspended, card.flag, day_date(card.buried).isoformat())
        store.close()

    never, today = "1970-01-01", day_date(NOON // 86_400_000).isoformat()
    assert found == {
        "suspended": (True, 3, never),
        "buried": (False, 0, today),
        "buried by hand": (False, 0, today),
    }


def test_a_preset_comes_along(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    script = """
        update col set dconf = json_set(dconf, '$."1".new.perDay', 7,
                                        '$."1".desiredRetention', 0.85,
                                        '$."1".easyDaysPercentages',
                                        json('[1, 1, 1, 1, 1, 0.5, 0]'))
    """

    imported(store, package(tmp_path / "deck.apkg", script))

    preset = Options(store).preset("Default")
    assert (preset.new_per_day, preset.desired_retention) == (7, 0.85)
    assert preset.easy_days == (1, 1, 1, 1, 1, 0.5, 0)
    store.close()


def test_card_in_a_filtered_deck_returns_to_its_home_deck(tmp_path: Path) -> None:
    collection = Collection(str(tmp_path / "made.anki2"))
    home = collection.decks.id("Home::Deep")
    note = collection.new_note(collection.models.by_name("Basic"))
    note.fields[:] = ["q", "a"]
    collection.add_note(note, home)
    collection.sched.set_due_date([note.cards()[0].id], "9")
    due = note.cards()[0].due
    filtered = collection.sched.get_or_create_filtered_deck(0)
    filtered.name = "Borrowed"
    filtered.config.search_terms[0].search = "deck:Home::Deep"
    collection.sched.add_or_update_filtered_deck(filtered)
    borrowed = note.cards()[0]
    collection.export_collection_package(
        str(tmp_path / "all.colpkg"), include_media=False, legacy=False
    )
    collection.close()
    store = new_store(tmp_path)

    imported(store, tmp_path / "all.colpkg")

    kept = shelf(store)[0]
    assert (borrowed.odid, borrowed.odue) == (home, due)
    assert kept.note.deck == "Home::Deep"
    assert kept.cards[0].progress.interval == 9
    assert store.rows("select name from decks where name = 'Borrowed'") == []
    assert contradictions(store) == []
    store.close()


def test_due_day_counts_from_the_first_day_of_the_collection(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    script = (
        f"update cards set type = 2, queue = 2, due = 2500, ivl = 30, mod = {NOW_S}"
    )

    imported(store, package(tmp_path / "deck.apkg", script))

    assert shelf(store)[0].cards[0].progress.due_day == FIRST_DAY + 2500
    store.close()


def test_package_with_too_many_entries_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_file, "MAX_ENTRIES", 100)
    entries = {"collection.anki2": database(), "media": b"{}"}
    entries |= {str(index): b"" for index in range(100)}
    store = new_store(tmp_path)

    with pytest.raises(PackageError, match="more than 100 entries"):
        imported(store, zipped(tmp_path / "deck.apkg", entries))

    store.close()
