"""Options of decks come from Anki's presets, each for its deck."""

import zipfile
from pathlib import Path
from typing import Any

import genanki
import pytest
from anki.collection import Collection
from anki_edits import AnkiSide, Edit, add
from command_runner import CELLS, Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def with_cards(*decks: str) -> Edit:
    def edit(collection: Collection) -> None:
        for deck in decks:
            note = add(collection, "Basic", deck, "a")
            collection.set_deck(note.card_ids(), collection.decks.id(deck))

    return edit


def with_preset(deck: str, **options: Any) -> Edit:
    """Give a deck a preset of its own."""

    def edit(collection: Collection) -> None:
        preset = collection.decks.add_config(deck)
        preset["new"]["perDay"] = options.pop("new_per_day", 20)
        preset |= options
        collection.decks.update_config(preset)
        found = collection.decks.get(collection.decks.id(deck))
        found["conf"] = preset["id"]
        collection.decks.save(found)

    return edit


def options_of(flash: Run, deck: str) -> tuple[float, int]:
    found = flash.json("config", "--deck", deck)
    return found["desired_retention"], found["new_per_day"]


def test_each_deck_has_its_own_preset(flash: Run, anki: AnkiSide) -> None:
    package = anki.package(
        with_preset("P", desiredRetention=0.95, new_per_day=5),
        with_preset("P::B", desiredRetention=0.95, new_per_day=7),
        with_cards("P::A", "P::B", "P::B::C"),
    )

    flash("import", package)

    found = {deck: options_of(flash, deck) for deck in ("P::A", "P::B", "P::B::C")}
    assert found == {"P::A": (0.9, 20), "P::B": (0.95, 7), "P::B::C": (0.9, 20)}
    assert options_of(flash, "P") == (0.95, 5)
    assert flash("undo")[0] == 0
    assert options_of(flash, "P::B") == options_of(flash, "P") == (0.9, 20)


def test_a_deck_here_does_not_change_with_a_new_one_below(
    flash: Run, anki: AnkiSide
) -> None:
    Path("d.yaml").write_text("deck: P::Old\ncards:\n- {front: q, back: a}\n", "utf-8")
    flash("add", "d.yaml")

    flash(
        "import",
        anki.package(with_preset("P", new_per_day=5), with_cards("P", "P::New")),
    )

    assert options_of(flash, "P") == (0.9, 5)
    assert options_of(flash, "P::New") == (0.9, 20)


def test_options_set_here_stay(flash: Run, anki: AnkiSide) -> None:
    Path("d.yaml").write_text("deck: D::E\ncards:\n- {front: q, back: a}\n", "utf-8")
    flash("add", "d.yaml")
    assert flash("config", "new_per_day", "9", "--deck", "D")[0] == 0
    package = anki.package(with_preset("D", new_per_day=5), with_cards("D"))

    assert flash("import", package)[0] == 0

    assert options_of(flash, "D") == (0.9, 9)
    flash("undo")
    assert options_of(flash, "D") == (0.9, 9)


def test_a_deck_with_notes_here_keeps_its_options(flash: Run, anki: AnkiSide) -> None:
    Path("d.yaml").write_text("deck: P\ncards:\n- {front: q, back: a}\n", "utf-8")
    flash("add", "d.yaml")

    flash("import", anki.package(with_preset("P", new_per_day=5), with_cards("P::New")))

    assert options_of(flash, "P") == (0.9, 20)


def test_options_of_the_deck_alone_come_along(flash: Run, anki: AnkiSide) -> None:
    def limit(collection: Collection) -> None:
        deck = collection.decks.get(collection.decks.id("D"))
        deck |= {"newLimit": 3, "reviewLimit": 7, "desiredRetention": 80}
        collection.decks.save(deck)

    for legacy in (False, True):
        flash("import", anki.package(with_cards("D"), limit, legacy=legacy))
        found = flash.json("config", "--deck", "D")
        assert (found["new_per_day"], found["reviews_per_day"]) == (3, 7)
        assert found["desired_retention"] == 0.8
        flash("undo")


def test_options_changed_later_in_anki_are_named(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(with_cards("D", "E")))

    changed = anki.package(with_preset("D", new_per_day=5, desiredRetention=0.8))

    assert flash("import", changed)[2] == (
        "1 deck has other options in Anki, those here were kept:"
        " desired_retention, new_per_day\n  D\n"
    )
    assert options_of(flash, "D") == (0.9, 20)


def test_parameters_in_anki_are_no_other_options(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(with_cards("D")))
    fitted = anki.package(with_preset("D", fsrsParams6=[0.3] * 21))

    assert flash("import", fitted)[2] == ""


def test_an_hour_of_the_day_set_here_stays(flash: Run, anki: AnkiSide) -> None:
    flash("config", "rollover", "5")
    package = anki.whole(with_cards("D"), lambda it: it.set_config("rollover", 2))

    assert flash("import", package)[2] == (
        "days begin at another hour in Anki: 'flash config rollover 2' sets the same\n"
    )

    assert flash.json("config", "rollover") == {"rollover": 5}


def test_a_package_without_presets_keeps_options_everywhere(
    flash: Run, anki: AnkiSide
) -> None:
    Path("d.yaml").write_text("deck: P\ncards:\n- {front: q, back: a}\n", "utf-8")
    flash("add", "d.yaml")
    flash("config", "new_per_day", "9")
    flash("config", "desired_retention", "0.95", "--deck", "P")

    _, _, err = flash("import", anki.package(with_cards("P::New")))

    assert (options_of(flash, "P::New"), err) == ((0.95, 9), "")


def test_hour_of_the_day_comes_with_the_first_collection(
    flash: Run, anki: AnkiSide
) -> None:
    def at_midnight(collection: Collection) -> None:
        collection.set_config("rollover", 0)

    package = anki.whole(with_cards("D"), at_midnight)

    assert flash("import", package, "--dry-run")[2] == ""
    flash("import", package)
    assert flash.json("config", "rollover") == {"rollover": 0}
    flash("undo")
    flash("undo")
    assert flash.json("config", "rollover") == {"rollover": 4}
    assert flash("import", package)[2] == (
        "days begin at another hour in Anki: 'flash config rollover 0' sets the same\n"
    )
    assert flash("import", anki.package())[2] == ""


def settings(flash: Run) -> str:
    return flash("config")[1]


@pytest.mark.parametrize("options", [[], ["--with-schedule"]], ids=["plain", "whole"])
def test_an_exported_package_sets_no_options_of_its_own(
    flash: Run, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("export", "cells.apkg", *options)
    monkeypatch.setenv("FLASH_DB", "fresh.db")
    before = settings(flash)

    assert flash("import", "cells.apkg")[0] == 0

    assert settings(flash) == before


def test_a_package_of_genanki_sets_no_options(flash: Run) -> None:
    made = genanki.Deck(1, "Words")
    made.add_note(genanki.Note(genanki.BASIC_MODEL, fields=["a", "b"]))
    genanki.Package(made).write_to_file("words.apkg")
    before = settings(flash)

    assert flash("import", "words.apkg")[0] == 0

    assert settings(flash) == before


OTHER = {
    "autoplay": False,
    "replayq": False,
    "maxTaken": 90,
    "timer": 1,
    "stopTimerOnAnswer": True,
    "newGatherPriority": 3,
    "newSortOrder": 2,
    "newMix": 1,
    "reviewOrder": 3,
    "interdayLearningMix": 2,
    "newPerDayMinimum": 2,
    "buryInterdayLearning": True,
    "secondsToShowQuestion": 2.5,
    "secondsToShowAnswer": 3.0,
    "questionAction": 1,
    "answerAction": 2,
    "waitForAudio": False,
    "weightSearch": "deck:P",
    "ignoreRevlogsBeforeDate": "2026-01-01",
}
"""Options that flash lacks, none with its default."""


def with_other_options(deck: str) -> Edit:
    def edit(collection: Collection) -> None:
        with_preset(deck, **OTHER)(collection)
        preset = collection.decks.config_dict_for_deck_id(collection.decks.id(deck))
        preset["new"]["order"], preset["rev"]["bury"] = 0, True
        collection.decks.update_config(preset)

    return edit


def presets_in(package: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return name and options of the preset of each deck, as Anki reads them."""
    path = Path("taken.anki2")
    path.unlink(missing_ok=True)
    with zipfile.ZipFile(package) as archive:
        path.write_bytes(archive.read("collection.anki2"))
    collection = Collection(str(path))
    decks = collection.decks
    found = {
        deck.name: decks.config_dict_for_deck_id(deck.id)
        for deck in decks.all_names_and_ids()
    }
    collection.close()
    own = ("id", "mod", "usn", "name", "fsrsParams6")
    return {
        deck: (preset["name"], {k: v for k, v in preset.items() if k not in own})
        for deck, preset in found.items()
    }


@pytest.mark.parametrize("legacy", [False, True], ids=["schema 18", "schema 11"])
def test_presets_go_back_as_they_were(flash: Run, anki: AnkiSide, legacy: bool) -> None:
    edits = (
        with_other_options("P"),
        with_preset("Q", new_per_day=7),
        with_cards("P", "P::B", "Q", "Default"),
    )
    flash("import", anki.whole(*edits, legacy=legacy))
    collection = Collection(str(anki.path))
    for deck in ("P", "P::B", "Q", "Default"):
        collection.decks.id(deck)
    theirs = {
        deck.name: collection.decks.config_dict_for_deck_id(deck.id)
        for deck in collection.decks.all_names_and_ids()
    }
    collection.close()

    flash("export", "back.colpkg")
    flash("export", "back.apkg", "--with-schedule")

    whole, part = presets_in("back.colpkg"), presets_in("back.apkg")
    names = {deck: preset["name"] for deck, preset in theirs.items()}
    assert {deck: name for deck, (name, _) in whole.items()} == names
    for deck, (_name, options) in (whole | part).items():
        assert options == {key: theirs[deck][key] for key in options}
    assert OTHER.items() <= whole["P"][1].items()
    assert {deck: name for deck, (name, _) in part.items()} == {
        "Default": "flash: P::B",
        "P": "flash: P",
        "P::B": "flash: P::B",
        "Q": "flash: Q",
    }


def test_what_flash_lacks_follows_later_presets(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(with_preset("P"), with_cards("P", "P::B")))

    flash("import", anki.package(with_preset("P::B", reviewOrder=4, timer=1)))
    flash("export", "back.colpkg")

    found = presets_in("back.colpkg")
    orders = {deck: (name, one["reviewOrder"]) for deck, (name, one) in found.items()}
    assert (orders["P"], orders["P::B"]) == (("P", 0), ("P::B", 4))


def share(upper: str, lower: str, **own: int) -> Edit:
    """Give a deck the preset of another one, and options instead of it."""

    def edit(collection: Collection) -> None:
        deck = collection.decks.get(collection.decks.id(lower))
        shared = collection.decks.get(collection.decks.id(upper))["conf"]
        collection.decks.save(deck | {"conf": shared, **own})

    return edit


def test_options_of_a_deck_renamed_in_anki_are_named(
    flash: Run, anki: AnkiSide
) -> None:
    def rename(collection: Collection) -> None:
        collection.decks.rename(collection.decks.id("P::B"), "Q")

    preset = with_preset("P", new_per_day=5)
    flash("import", anki.package(preset, with_cards("P", "P::B"), share("P", "P::B")))

    assert flash("import", anki.package(rename))[2] == (
        "1 deck has other options in Anki, those here were kept:"
        " new_per_day, bury_siblings\n  Q\n"
    )
    assert options_of(flash, "Q") == (0.9, 20)


def test_presets_of_equal_names_are_told_apart(flash: Run, anki: AnkiSide) -> None:
    shared = share("P", "P::B", newLimit=3)
    flash("import", anki.whole(with_preset("P"), with_cards("P", "P::B"), shared))
    flash("export", "back.colpkg")

    names = {deck: name for deck, (name, _) in presets_in("back.colpkg").items()}
    assert names == {"Default": "Default", "P": "P", "P::B": "P: P::B"}


def test_a_name_in_anki_is_no_setting_of_a_deck(flash: Run, anki: AnkiSide) -> None:
    def bury(collection: Collection) -> None:
        preset = collection.decks.config_dict_for_deck_id(collection.decks.id("P"))
        preset["new"]["bury"] = True
        collection.decks.update_config(preset)

    before = settings(flash)

    flash("import", anki.package(with_preset("P"), with_cards("P"), bury))

    assert settings(flash) == before


@pytest.mark.parametrize("legacy", [False, True], ids=["schema 18", "schema 11"])
def test_decks_that_do_not_come_whole_are_named(
    flash: Run, anki: AnkiSide, legacy: bool
) -> None:
    def fill(collection: Collection) -> None:
        decks = collection.decks
        for name in ("P", "P::B", "No cards"):
            deck = decks.get(decks.id(name))
            decks.save(deck | {"desc": "a text"})
        filtered = decks.get(decks.new_filtered("Now"))
        decks.save(filtered | {"terms": [["deck:P", 9, 0]]})
        collection.sched.rebuild_filtered_deck(filtered["id"])

    package = anki.whole(with_cards("P::B"), fill, legacy=legacy)
    always = (
        "1 deck left out: it has no cards\n  No cards\n",
        "1 filtered deck left out: its cards are in their own decks\n  Now\n",
    )
    texts = "2 decks without their descriptions: flash has none\n  P\n  P::B\n"

    assert flash("import", package, "--reviews-only")[2] == ""
    assert flash("import", package)[2] == texts.join(always)
    assert flash("import", package)[2] == "".join(always)


def test_export_says_what_it_replaces_in_anki(flash: Run, anki: AnkiSide) -> None:
    remark = (
        "in Anki, leave 'Import any deck presets' off for decks that came from there: it"
        " replaces their options\n"
    )
    whole = (
        "in Anki, this file replaces everything, also what flash left out when it was"
        " imported\n"
    )
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))

    found = {
        words: flash("export", *words)[2]
        for words in (("a.apkg",), ("b.apkg", "--with-schedule"), ("c.colpkg",))
    }

    assert found == {
        ("a.apkg",): "",
        ("b.apkg", "--with-schedule"): remark,
        ("c.colpkg",): whole,
    }
