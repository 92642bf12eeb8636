"""Edits of two devices are joined; what is lost against a later one is named."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import pytest
from anki_edits import AnkiSide, add
from command_runner import CELLS, Run

from srs.store import connection as store_connection

Edit = Callable[[str], None]
CARD = '"which organelle"'


@pytest.fixture
def devices(flash: Run) -> None:
    """Make two devices with the cards of a third one, which has their file."""
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("log").mkdir()
    flash("--db", "home.db", "add", "cells.yaml")
    for device in ("home", "laptop", "desktop"):
        sync(flash, device, "log", "--name", device)


@pytest.fixture
def edit(flash: Run, devices: None, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Answer the first card with the name of a device, on this device."""

    def edited(device: str) -> None:
        monkeypatch.setenv("VISUAL", f"sed -i 's/^  back: .*/  back: {device}/'")
        assert flash("--db", f"{device}.db", "edit", CARD)[0] == 0

    return edited


def sync(flash: Run, device: str, *words: str) -> str:
    code, _, err = flash("--db", f"{device}.db", "sync", *words)
    assert code == 0
    return err


def lost(by: str) -> str:
    return (
        "'Which organelle makes most ATP?' was edited on two devices; the later edit"
        f" was kept, without what {by} had: '{by}'\n"
    )


@pytest.mark.parametrize("first", ["laptop", "desktop"])
def test_the_later_device_names_what_the_other_had(
    flash: Run, edit: Edit, first: str
) -> None:
    second = {"laptop": "desktop", "desktop": "laptop"}[first]
    edit(first)
    edit(second)

    assert sync(flash, first) == ""
    assert sync(flash, second) == lost(by=first)
    assert [sync(flash, one) for one in (first, second, "home")] == [""] * 3


def test_an_edit_that_was_not_sent_yet_is_named_at_once(flash: Run, edit: Edit) -> None:
    for device in ("laptop", "desktop"):
        flash("--db", f"{device}.db", "suspend", CARD)
        sync(flash, device)
    edit("desktop")
    edit("laptop")

    assert sync(flash, "laptop") == ""
    assert sync(flash, "desktop") == lost(by="desktop")
    assert sync(flash, "laptop") == lost(by="desktop")
    assert sync(flash, "desktop") == ""


def test_an_edit_that_the_later_device_knew_is_not_lost(flash: Run, edit: Edit) -> None:
    for device in ("laptop", "desktop") * 2:
        edit(device)
        assert sync(flash, device) == ""
        assert [sync(flash, one) for one in ("home", "laptop", "desktop")] == [""] * 3


def test_nothing_is_lost_if_a_log_is_sent_again(flash: Run, edit: Edit) -> None:
    edit("laptop")
    sync(flash, "laptop")
    sync(flash, "desktop")
    edit("desktop")
    for file in Path("log").glob("*/*.flashlog"):
        file.unlink()

    told = [
        sync(flash, one, "--yes") for one in ("laptop", "desktop", "laptop", "home")
    ]

    assert "edited on two devices" not in str(told)


def test_cards_that_two_devices_added_are_no_edits(flash: Run, edit: Edit) -> None:
    Path("cells.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"), "utf-8")
    flash("--db", "phone.db", "add", "cells.yaml", now="2026-11-23T12:00:01+00:00")
    edit("laptop")

    told = [sync(flash, one, "log", "--yes") for one in ("phone", "laptop", "phone")]

    assert "edited on two devices" not in str(told)


CHANGES = {
    "a tag": lambda device: ("tag", "add", device, CARD),
    "a removed tag": lambda device: ("tag", "remove", "biology", CARD),
    "the deck": lambda device: ("move", "Other", CARD),
    "the answer": lambda device: ("edit", CARD),
}


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (*pair, ("laptop", "desktop")[number // 3 % 2])
        for number, pair in enumerate([*permutations(CHANGES, 2), ("a tag", "a tag")])
    ],
)
def test_edits_of_different_parts_are_joined(
    flash: Run,
    devices: None,
    monkeypatch: pytest.MonkeyPatch,
    one: str,
    other: str,
    first: str,
) -> None:
    monkeypatch.setenv("VISUAL", "sed -i 's/back: .*/back: Edited/'")
    changes = {"laptop": one, "desktop": other}
    expected = changed(flash, "home")
    for device, what in changes.items():
        before = changed(flash, device)
        assert flash("--db", f"{device}.db", *CHANGES[what](device))[0] == 0
        expected |= dict(changed(flash, device).items() - before.items())
    second = "desktop" if first == "laptop" else "laptop"

    for device in (first, second, first, second, "home", first):
        assert sync(flash, device) == ""

    if "tag" in one and "tag" in other:
        added = {device for device, what in changes.items() if what == "a tag"}
        tags = {"biology"} - ({"biology"} if "removed" in one + other else set())
        expected["tags"] = tuple(sorted(tags | added))
    for device in ("home", "laptop", "desktop"):
        assert changed(flash, device) == expected
        assert flash("--db", f"{device}.db", "doctor")[1] == "No problems found.\n"


def changed(flash: Run, device: str) -> dict[str, object]:
    (card,) = flash.json("--db", f"{device}.db", "list", CARD)
    return {
        "answer": card["answer"],
        "tags": tuple(sorted(card["tags"])),
        "deck": card["deck"],
    }


def test_the_rest_of_a_lost_edit_is_joined(
    flash: Run, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("--db", "laptop.db", "tag", "add", "new", CARD)
    edit("laptop")
    edit("desktop")

    assert sync(flash, "laptop") == ""
    assert sync(flash, "desktop") == lost(by="laptop")
    assert [sync(flash, one) for one in ("laptop", "home")] == ["", ""]

    for device in ("home", "laptop", "desktop"):
        shown = changed(flash, device)
        assert (shown["answer"], shown["tags"]) == ("desktop", ("biology", "new"))


def test_edits_of_different_states_are_not_joined(flash: Run, edit: Edit) -> None:
    """The laptop has seen an edit of the desktop that home has not."""
    edit("desktop")
    sync(flash, "desktop")
    flash("--db", "home.db", "tag", "add", "early", CARD, "--write")
    sync(flash, "laptop")
    flash("--db", "laptop.db", "tag", "add", "late", CARD)
    sync(flash, "laptop")

    assert "'#early'" in sync(flash, "home")
    assert "'#early'" in sync(flash, "laptop")
    assert sync(flash, "desktop") == ""
    for device in ("home", "laptop", "desktop"):
        shown = changed(flash, device)
        assert (shown["answer"], shown["tags"]) == ("desktop", ("biology", "late"))


def test_a_file_keeps_its_text_and_the_store_both_edits(
    flash: Run, devices: None
) -> None:
    Path("cells.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"), "utf-8")
    flash("--db", "home.db", "add", "cells.yaml")
    flash("--db", "laptop.db", "tag", "add", "new", CARD)
    for device in ("home", "laptop", "home"):
        assert sync(flash, device) == ""

    for _ in range(2):
        assert changed(flash, "home")["answer"] == "Mito"
        assert changed(flash, "home")["tags"] == ("biology", "new")
        assert flash("--db", "home.db", "add", "cells.yaml")[0] == 0
    Path("cells.yaml").write_text(CELLS.replace("Mitochondrion", "Mitos"), "utf-8")
    assert flash("--db", "home.db", "add", "cells.yaml")[0] == 0
    assert changed(flash, "home")["tags"] == ("biology", "new")
    assert changed(flash, "home")["answer"] == "Mitos"


def test_a_note_from_anki_keeps_its_fields_and_both_edits(
    flash: Run, edit: Edit
) -> None:
    flash("--db", "home.db", "export", "cells.apkg")
    flash("--db", "home.db", "remove", "Cells", "--forever", "-y")
    flash("--db", "home.db", "import", "cells.apkg")
    for device in ("home", "laptop", "desktop"):
        sync(flash, device)
    flash("--db", "desktop.db", "tag", "add", "new", CARD)
    edit("laptop")
    flash("--db", "desktop.db", "tag", "add", "newer", CARD)
    for device in ("desktop", "laptop", "home", "desktop"):
        assert sync(flash, device) == ""

    for device in ("home", "laptop", "desktop"):
        shown = changed(flash, device)
        assert (shown["answer"], shown["tags"]) == (
            "laptop",
            ("biology", "new", "newer"),
        )


@pytest.mark.parametrize("first", ["laptop", "desktop"])
def test_the_fields_of_a_foreign_note_type_stay_whole(
    flash: Run,
    devices: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    package = AnkiSide(tmp_path).package(lambda one: add(one, "Basic", "q", "a"))
    flash("--db", "home.db", "import", package)
    for device in ("home", "laptop", "desktop"):
        sync(flash, device)
    monkeypatch.setenv("VISUAL", "sed -i 's/back: .*/back: edited/'")
    assert flash("--db", "laptop.db", "edit", "q")[0] == 0
    flash("--db", "laptop.db", "tag", "add", "one", "q")
    flash("--db", "desktop.db", "tag", "add", "two", "q")
    second = "desktop" if first == "laptop" else "laptop"
    for device in (first, second, first, "home"):
        assert sync(flash, device) == ""

    for device in ("home", "laptop", "desktop"):
        (card,) = flash.json("--db", f"{device}.db", "list", "q")
        assert (card["answer"], sorted(card["tags"])) == ("edited", ["one", "two"])
        assert flash("--db", f"{device}.db", "export", "x.apkg")[0] == 0


def test_states_are_forgotten_when_no_device_edits_them(
    flash: Run, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def states() -> int:
        with closing(sqlite3.connect("laptop.db")) as connection:
            return connection.execute("select count(*) from note_bases").fetchone()[0]

    edit("laptop")
    sync(flash, "laptop")
    flash("--db", "desktop.db", "suspend", CARD)
    sync(flash, "desktop")
    sync(flash, "laptop")
    assert states() == 1
    later = SimpleNamespace(time_ns=lambda: time.time_ns() + 8 * 86_400 * 10**9)
    monkeypatch.setattr(store_connection, "time", later)
    flash("--db", "desktop.db", "unsuspend", CARD)
    sync(flash, "desktop")
    sync(flash, "laptop")
    assert states() == 0
