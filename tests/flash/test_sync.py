"""`flash sync`: two devices through a folder, and a folder with odd content."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from command_runner import CELLS, Run
from devices import contents
from store_fixtures import NOON

from flash.service.process_lock import process_lock
from srs.models.log_entries import NoteEntry, ReviewEntry, SettingEntry
from srs.store.confusions import record_confusion
from srs.store.opening import open_store
from srs.sync.segments import (
    BrokenSegment,
    SegmentHeader,
    decode,
    encode,
    read_entries,
    read_header,
    write_segment,
)

Device = Callable[..., tuple[int, str, str]]
OTHER = "0123456789abcdef"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


def device_with(flash: Run, db: str) -> Device:
    """Return the command line with another store."""
    return lambda *words, **more: flash("--db", db, *words, **more)


@pytest.fixture
def laptop(flash: Run, tmp_path: Path) -> Device:
    """A device that has the deck file."""
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml", "--db", "laptop.db")
    return device_with(flash, "laptop.db")


@pytest.fixture
def desktop(flash: Run, tmp_path: Path) -> Device:
    return device_with(flash, "desktop.db")


def segments(log: Path) -> list[Path]:
    return sorted(log.glob("*/*.flashlog"))


def review(device: Device, ratings: str, now: str = "") -> None:
    typed = "".join(f"\n{rating}\n" for rating in ratings) + "q\n"
    assert device("review", "--plain", typed=typed, now=now)[0] == 0


def listed(device: Device) -> str:
    """List the cards without their numbers, which only one store knows."""
    lines = device("list")[1].splitlines()[1:]
    return "\n".join(sorted(line.split(maxsplit=1)[1] for line in lines))


def forged(log: Path, *entries: bytes, **changes: object) -> Path:
    """Write a segment as another device of this log would."""
    own = read_header(segments(log)[0].read_bytes())
    header = msgspec.structs.replace(
        own, device=OTHER, **{"name": "x", "first": 1, "last": len(entries), **changes}
    )
    file = log / OTHER / f"{header.first}-{header.last}.flashlog"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(write_segment(header, entries))
    return file


def test_answers_and_cards_reach_the_other_device(
    laptop: Device, desktop: Device, log: Path
) -> None:
    review(laptop, "34")

    sent = laptop("sync", "log")
    received = desktop("sync", "log")

    assert sent == (0, "Sent 5, received 0.\n", "")
    assert received == (
        0,
        "Sent 0, received 5 (2 reviews, 3 notes) from 1 device.\n",
        "",
    )
    assert listed(desktop) == listed(laptop)
    assert laptop("sync") == (0, "Nothing to send, nothing new.\n", "")
    assert len(segments(log)) == 1


def test_each_device_numbers_its_own_entries_from_one(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    review(desktop, "3")

    assert desktop("sync") == (0, "Sent 1, received 0.\n", "")
    code, out, err = laptop("sync")
    assert (code, err) == (0, "")
    assert "received 1 (1 review" in out
    assert sorted(one.name for one in segments(log)) == ["1-1.flashlog", "1-3.flashlog"]


def test_two_offline_answers_to_one_card_both_count(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    review(laptop, "1", now="2026-11-23T09:00:00+00:00")
    review(desktop, "4", now="2026-11-23T10:00:00+00:00")

    for device in (laptop, desktop, laptop):
        assert device("sync")[0] == 0

    assert listed(laptop) == listed(desktop)
    shown = json.loads(laptop("show", "powerhouse", "--json")[1])
    assert [one["rating"] for one in shown[0]["history"]] == [4, 1]


def test_later_setting_counts_and_undo_leaves_it(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    laptop("config", "new_per_day", "5")
    laptop("sync")
    desktop("sync")
    desktop("config", "new_per_day", "7")
    desktop("sync")
    laptop("sync")

    laptop("undo")

    assert laptop("config", "new_per_day")[1] == desktop("config", "new_per_day")[1]


def test_settings_of_a_deck_renamed_elsewhere_are_named(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    file = Path("cells.yaml")
    file.write_text(CELLS.replace("Cells::Basics", "Biology"), "utf-8")
    laptop("add", "cells.yaml")
    laptop("sync")
    desktop("config", "new_per_day", "7", "--deck", "Cells")

    _, _, err = desktop("sync")

    assert err == (
        "the deck 'Cells' has settings and no cards: another device renamed or"
        " removed it (flash --db desktop.db config --deck 'Cells' shows them)\n"
    )
    assert "new_per_day        7  (set" in desktop("config", "--deck", "Cells")[1]
    assert "\nCells: new_per_day 7, but no cards\n" in desktop("config")[1]
    assert desktop("sync")[2] == ""
    desktop("config", "new_per_day", "--unset", "--deck", "Cells")
    assert "Cells" not in desktop("config")[1]


NOTHING = "Nothing was undone: another device has changed it since.\n"


@pytest.mark.parametrize(
    ("words", "theirs", "said"),
    [
        (["config", "new_per_day", "5", "--deck", "Cells"], None, NOTHING),
        (["config", "desired_retention", "0.8"], None, NOTHING),
        (["config", "rollover", "5"], None, NOTHING),
        (["config", "away", "2026-11-25..2026-11-27"], None, NOTHING),
        (["suspend", "powerhouse"], None, NOTHING),
        (["flag", "1", "powerhouse"], None, NOTHING),
        (
            ["suspend", "deck:Cells"],
            ["suspend", "powerhouse"],
            "Unsuspended 5 cards. 1 change of another device stays.\n",
        ),
        (["add", "more.yaml"], ["remove", "More"], NOTHING),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_undo_says_what_another_device_changed_since(
    laptop: Device,
    desktop: Device,
    log: Path,
    tmp_path: Path,
    words: list[str],
    theirs: list[str] | None,
    said: str,
) -> None:
    last = {"5": "6", "0.8": "0.85", "2026-11-25..2026-11-27": "2026-11-28"}
    (tmp_path / "more.yaml").write_text("deck: More\ncards:\n- {front: x, back: y}\n")
    laptop("sync", "log")
    desktop("sync", "log", "--yes")
    laptop(*words, "-y") if words[0] == "suspend" else laptop(*words)
    laptop("sync")
    desktop("sync")
    theirs = theirs or [last.get(word, word) for word in words]
    if theirs[0] in ("suspend", "flag"):
        undoing = ["flag", "0"] if theirs[0] == "flag" else ["unsuspend"]
        desktop(*undoing, theirs[-1])
    assert desktop(*theirs)[0] == 0
    desktop("sync")
    laptop("sync")
    before = laptop("list")[1], laptop("config", "--deck", "Cells")[1]

    code, out, err = laptop("undo")

    assert (code, out) == (0, said)
    if said == NOTHING:
        assert (laptop("list")[1], laptop("config", "--deck", "Cells")[1]) == before


def test_undo_of_an_import_leaves_notes_edited_elsewhere(
    laptop: Device, desktop: Device, flash: Run, log: Path, tmp_path: Path
) -> None:
    other = device_with(flash, "other.db")
    (tmp_path / "more.yaml").write_text(
        "deck: More\ncards:\n- {front: zebra, back: y}\n- {front: v, back: w}\n"
    )
    other("add", "more.yaml")
    other("export", "more.apkg")
    laptop("sync", "log")
    desktop("sync", "log", "--yes")
    laptop("import", "more.apkg")
    laptop("sync")
    desktop("sync")
    theirs = "deck: More\ncards:\n- {front: zebra, back: changed}\n"
    (tmp_path / "theirs.yaml").write_text(theirs)
    assert desktop("add", "theirs.yaml", "--yes")[0] == 0
    desktop("sync")
    laptop("sync")

    out = laptop("undo")[1]

    assert out.endswith("1 change of another device stays.\n")
    assert laptop("list", "deck:More", "--json")[1].count('"question"') == 1
    laptop("sync")
    desktop("sync")
    assert listed(desktop) == listed(laptop)


def test_undo_brings_the_place_back_of_a_note_edited_elsewhere(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    before = json.loads(laptop("list", "--json")[1])
    (tmp_path / "cells.yaml").rename(tmp_path / "moved.yaml")
    assert laptop("add", "moved.yaml")[0] == 0
    assert json.loads(laptop("list", "--json")[1]) != before
    laptop("sync")
    desktop("sync")
    theirs = CELLS.replace("Mitochondrion", "The mitochondrion")
    (tmp_path / "theirs.yaml").write_text(theirs)
    assert desktop("add", "theirs.yaml", "--yes")[0] == 0
    desktop("sync")
    laptop("sync")

    laptop("undo")

    after = json.loads(laptop("list", "--json")[1])
    assert [one["file"] for one in after] == [one["file"] for one in before]


def test_note_removed_elsewhere_stays_away_without_an_edit(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    desktop("remove", "cells", "--yes")
    desktop("sync")
    laptop("sync")
    assert listed(laptop) == ""

    assert laptop("add", "cells.yaml")[0] == 0

    assert listed(laptop) == ""


def test_undone_add_retires_on_all_devices(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    laptop("undo")
    laptop("sync")
    desktop("sync")

    assert listed(desktop) == listed(laptop) == ""


def test_deleted_deck_stays_deleted_and_can_be_added_again(
    laptop: Device, desktop: Device, log: Path
) -> None:
    review(laptop, "3")
    laptop("sync", "log")
    desktop("sync", "log")
    review(desktop, "3", now="2026-11-24T10:00:00+00:00")
    laptop("remove", "Cells", "--forever", "--yes")
    for device in (laptop, desktop, laptop, desktop):
        assert device("sync")[0] == 0
    assert device("list")[1] == laptop("list")[1]
    assert "powerhouse" not in desktop("list", "--json")[1]

    laptop("add", "cells.yaml")
    laptop("sync")
    desktop("sync")

    assert listed(desktop) == listed(laptop) != ""


def test_file_without_an_edit_leaves_the_newer_note(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    (tmp_path / "newer.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"))
    desktop("add", "newer.yaml", "--yes")
    desktop("sync", "log", "--yes")
    laptop("sync")

    code, out, err = laptop("add", "cells.yaml")

    assert (code, out) == (0, "1 newer, 2 unchanged; 5 cards\n")
    assert err == (
        "1 note is newer on another device and stays; its file has the old text\n"
    )
    assert laptop("add", "cells.yaml")[1] == out
    assert "Mito\n" in laptop("show", "powerhouse")[1]


@pytest.mark.parametrize("had_file", [True, False])
def test_moved_or_copied_file_is_no_later_text(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path, had_file: bool
) -> None:
    laptop("sync", "log")
    desktop("sync", "log", "--yes")
    if had_file:
        (tmp_path / "first.yaml").write_text(CELLS)
        desktop("add", "first.yaml")
        desktop("sync")
        laptop("sync")
        (tmp_path / "first.yaml").unlink()
    (tmp_path / "cells.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"))
    laptop("add", "cells.yaml")
    (tmp_path / "copied.yaml").write_text(CELLS)

    assert desktop("add", "copied.yaml")[1].endswith("\n3 moved; 5 cards\n")
    assert desktop("undo")[0] == desktop("redo")[0] == 0
    for device in (desktop, laptop, desktop):
        device("sync")

    for device in (laptop, desktop):
        assert "Mito\n" in device("show", "powerhouse")[1]
    newer = "1 note is newer on another device and stays; its file has the old text\n"
    again = desktop("add", "copied.yaml")
    assert again == (0, "1 newer, 2 unchanged; 5 cards\n", newer)
    assert laptop("add", "cells.yaml") == (0, "3 unchanged; 5 cards\n", "")
    (tmp_path / "copied.yaml").rename(tmp_path / "moved.yaml")
    assert desktop("add", "moved.yaml")[1].endswith("\n2 moved, 1 newer; 5 cards\n")
    assert "moved.yaml:" in desktop("show", "powerhouse")[1]


CONFLICT = """\
cells.yaml:5:1: edited here and on another device: 'Which organelle makes most ATP?'
  in the file: back: Chondrion
  in the store: back: Mito
"""


def test_a_refusal_names_both_an_edit_elsewhere_and_a_loss(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("review", "--plain", "DNA", typed="\n4\nq\n")
    laptop("sync", "log")
    (tmp_path / "newer.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"))
    desktop("add", "newer.yaml", "--yes")
    desktop("sync", "log", "--yes")
    laptop("sync")
    before, dna = CELLS.split("  - front: What does DNA")
    cloze = dna[dna.index("  - cloze") :]
    text = before.replace("Mitochondrion", "Chondrion") + cloze
    (tmp_path / "cells.yaml").write_text(text)

    assert laptop("add", "cells.yaml") == (
        1,
        "",
        f"{CONFLICT}flash: 1 note was edited in its file and on another device: 'Which"
        " organelle makes most ATP?'; would retire 2 of 5 cards of 'Cells', 1 of them with"
        " answers: 'What does DNA stand for?', 'Deoxyribonucleic acid'; nothing was"
        " changed"
        " (add --yes to take the texts of the files and retire the cards)\n",
    )
    assert len(json.loads(laptop("list", "--json")[1])) == 5


def test_note_edited_in_the_file_and_elsewhere_is_asked_for(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    (tmp_path / "newer.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"))
    desktop("add", "newer.yaml", "--yes")
    desktop("sync", "log", "--yes")
    laptop("sync")
    (tmp_path / "cells.yaml").write_text(CELLS.replace("Mitochondrion", "Chondrion"))

    assert laptop("add", "cells.yaml") == (
        1,
        "1 newer, 2 unchanged; 5 cards\n",
        f"{CONFLICT}flash: 1 note was edited in its file and on another device, and"
        " stays as the store has it; the rest was added (add --yes to take the texts of"
        " the files, or write those of the store into the files)\n",
    )
    assert laptop("add", "cells.yaml", "--yes")[0] == 0
    assert "Chondrion" in laptop("show", "powerhouse")[1]

    for _ in range(2):
        assert laptop("undo")[0] == 0
        assert "Mito\n" in laptop("show", "powerhouse")[1]
        assert laptop("add", "cells.yaml")[0] == 1
        assert laptop("redo")[0] == 0
        assert "Chondrion" in laptop("show", "powerhouse")[1]
        assert laptop("add", "cells.yaml")[1] == "3 unchanged; 5 cards\n"
    laptop("undo")
    (tmp_path / "cells.yaml").write_text(CELLS)
    assert laptop("add", "cells.yaml")[1] == "1 newer, 2 unchanged; 5 cards\n"


@pytest.fixture
def edited_elsewhere(laptop: Device, desktop: Device, log: Path, tmp_path: Path) -> str:
    """The laptop received an answer from the desktop; return how plans name its note."""
    laptop("sync", "log")
    (tmp_path / "newer.yaml").write_text(CELLS.replace("Mitochondrion", "Mito"))
    desktop("add", "newer.yaml", "--yes")
    desktop("sync", "log", "--yes")
    laptop("sync")
    return "Which organelle makes most ATP?"


JOINED = {
    "the deck": (
        "Cells::Basics",
        "Cells::First",
        "moved",
        "  (Cells::Basics → Cells::First)",
    ),
    "the root deck": ("Cells::Basics", "Life", "moved", "  (Cells::Basics → Life)"),
    "tags": ("[biology]", "[life]", "changed", ""),
    "two keys": ("language: en\ntags: [biology]", "tags: [life]", "changed", ""),
}


@pytest.mark.parametrize(
    ("old", "new", "action", "where"), JOINED.values(), ids=JOINED.keys()
)
def test_an_edit_of_another_field_keeps_that_of_another_device(
    laptop: Device,
    desktop: Device,
    edited_elsewhere: str,
    tmp_path: Path,
    old: str,
    new: str,
    action: str,
    where: str,
) -> None:
    (tmp_path / "cells.yaml").write_text(CELLS.replace(old, new))
    named = f"  {action:<9} {edited_elsewhere}{where}\n"

    dry = laptop("add", "cells.yaml", "--dry-run")[1]
    code, out, err = laptop("add", "cells.yaml")

    assert code == 0
    assert f"{named}            keeps the edit of another device\n" in out
    assert out.endswith(f"\n3 {action}; 5 cards\n")
    assert dry == out.removesuffix("\n") + " (dry run: nothing was changed)\n"
    shown = json.loads(laptop("show", "powerhouse", "--json")[1])[0]["line"]
    assert shown["answer"] == "Mito"
    assert new.rpartition(": ")[2].strip("[]") in (shown["deck"], *shown["tags"])
    again = "1 newer, 2 unchanged; 5 cards\n"
    assert laptop("add", "cells.yaml")[1] == again
    for _ in range(2):
        assert laptop("undo")[0] == 0
        assert laptop("add", "cells.yaml", "--dry-run")[1] == dry
        assert laptop("redo")[0] == 0
        assert laptop("add", "cells.yaml")[1] == again
    laptop("sync")
    desktop("sync")
    there = json.loads(desktop("show", "powerhouse", "--json")[1])[0]["line"]
    assert {k: there[k] for k in ("answer", "deck", "tags")} == {
        k: shown[k] for k in ("answer", "deck", "tags")
    }


def test_a_replaced_edit_of_another_device_is_named(
    laptop: Device,
    edited_elsewhere: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = CELLS.replace("Cells::", "Life::").replace("Mitochondrion", "Chondrion")
    (tmp_path / "cells.yaml").write_text(theirs)
    named = (
        f"  changed   {edited_elsewhere}\n"
        "            replaces the edit of another device\n"
    )
    why = f"1 note was edited in its file and on another device: '{edited_elsewhere}'"

    dry = laptop("add", "cells.yaml", "--dry-run")
    found = json.loads(laptop("add", "cells.yaml", "--dry-run", "--json")[1])
    for module in ("asking", "commands.add"):
        monkeypatch.setattr(f"flash.cli.{module}.has_terminal", lambda: True)
    forced = laptop("add", "cells.yaml", "--yes", "--dry-run")[1]
    agreed = laptop("add", "cells.yaml", typed="y\n")[1]

    assert dry[1].startswith("  moved ")
    lines = CONFLICT.splitlines()
    deck = ["  in the file: deck: Life::Basics", "  in the store: deck: Cells::Basics"]
    asks = f"flash --db laptop.db add asks first: {why}"
    assert dry[2].splitlines() == [lines[0], *deck, *lines[1:], asks]
    assert found["asks"] == why
    assert [one["conflict"] for one in found["steps"]] == [True, False, False]
    assert forced.startswith(named)
    assert agreed.lstrip().startswith(named.lstrip())
    assert "Chondrion" in laptop("show", "powerhouse")[1]


def test_a_new_card_replaces_no_edit_of_another_device(
    laptop: Device, edited_elsewhere: str, tmp_path: Path
) -> None:
    ours = CELLS.replace("Mitochondrion", "Chondrion")
    (tmp_path / "cells.yaml").write_text(ours)

    assert laptop("new", "Why?", "So", "--deck", "Cells::Basics")[0] == 0

    assert "Mito\n" in laptop("show", "powerhouse")[1]
    assert "So\n" in laptop("show", "Why?")[1]
    assert CONFLICT in laptop("add", "cells.yaml")[2]


def test_a_conflict_holds_no_other_edits_back(
    laptop: Device, edited_elsewhere: str, tmp_path: Path
) -> None:
    ours = CELLS.replace("Mitochondrion", "Chondrion")
    (tmp_path / "cells.yaml").write_text(ours.replace("Deoxyribonucleic", "The"))
    shown = CONFLICT.replace("cells.yaml", str(tmp_path / "cells.yaml"))

    for _ in range(2):
        assert shown in laptop("review", "--plain", typed="q\n")[2]
        assert "The acid\n" in laptop("show", "DNA")[1]
        assert "Mito\n" in laptop("show", "powerhouse")[1]

    (tmp_path / "cells.yaml").write_text(ours.replace("Chondrion", "Mito"))
    assert laptop("add", "cells.yaml")[0] == 0
    assert "another device" not in laptop("review", "--plain", typed="q\n")[2]


def test_long_texts_in_conflict_show_where_they_differ(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    long = "The organelle of oxidative phosphorylation in all of the eukaryotes"
    (tmp_path / "newer.yaml").write_text(CELLS.replace("Mitochondrion", f"{long}. A"))
    desktop("add", "newer.yaml", "--yes")
    desktop("sync", "log", "--yes")
    laptop("sync")
    (tmp_path / "cells.yaml").write_text(
        CELLS.replace("    back: Mitochondrion", f"    back: {long!r}\n    tags: [b]")
    )

    assert laptop("add", "cells.yaml")[2].splitlines()[1:-1] == [
        "  in the file: back: …ll of the eukaryotes",
        "  in the store: back: …ll of the eukaryotes. A",
        '  in the file: tags: ["biology","b"]',
        '  in the store: tags: ["biology"]',
    ]


def test_an_edit_of_a_card_removed_elsewhere_says_so(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    desktop("remove", "powerhouse", "--yes")
    desktop("sync")
    laptop("sync")
    (tmp_path / "cells.yaml").write_text(CELLS.replace("Mitochondrion", "Chondrion"))

    code, out, err = laptop("add", "cells.yaml")

    assert (code, out) == (1, "1 newer, 2 unchanged; 4 cards\n")
    assert err.startswith(
        CONFLICT.splitlines()[0] + "\n  in the store: removed on another device\n"
    )


def test_note_removed_elsewhere_stays_away_in_a_renamed_deck(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    desktop("remove", "powerhouse", "--yes")
    desktop("sync")
    laptop("sync")
    (tmp_path / "cells.yaml").write_text(CELLS.replace("Cells::", "Life::"))

    for _ in range(2):
        assert "1 newer" in laptop("add", "cells.yaml")[1]

    assert "ATP" not in listed(laptop)


def test_status_and_dry_run_change_nothing(
    laptop: Device, log: Path, tmp_path: Path
) -> None:
    before = (tmp_path / "laptop.db").read_bytes()

    assert laptop("sync", "log", "--dry-run")[1] == (
        "Sent 3, received 0.\n(dry run: nothing was changed)\n"
    )
    assert laptop("sync", "log", "--status")[0] == 0
    assert segments(log) == []
    assert not (tmp_path / "laptop.db.device").exists()
    assert (tmp_path / "laptop.db").read_bytes() == before


def test_json_lists_devices_and_counts(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log", "--name", "laptop")

    code, out, _ = desktop("sync", "log", "--json")

    found = json.loads(out)
    (device,) = found.pop("devices")
    assert code == 0
    assert found == {
        "log": str(log),
        "encrypted": False,
        "sent": 0,
        "received": 3,
        "reviews": 0,
        "notes": 3,
        "media": {"sent": 0, "received": 0},
        "parked": [],
        "faults": [],
        "ignored": [],
        "joined": 0,
        "lost_edits": [],
        "dry_run": False,
    }
    assert (device["name"], device["entries"], device["own"]) == ("laptop", 3, False)


def test_log_of_another_store_is_joined_only_if_agreed(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    desktop("add", "cells.yaml")
    review(desktop, "3")

    code, out, err = desktop("sync", "log")

    assert (code, out) == (1, "")
    assert err == (
        f"flash: {log}: this store has answers and was never in this log; nothing was"
        " changed (add --yes to merge both for good)\n"
    )
    assert desktop("sync", "log", "--yes")[0] == 0
    laptop("sync")
    assert listed(laptop) == listed(desktop)


def test_store_with_a_log_refuses_another_one(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    (tmp_path / "second").mkdir()
    desktop("add", "cells.yaml")
    desktop("sync", "second")

    assert desktop("sync", "log", "--yes") == (
        1,
        "",
        f"flash: {log}: this is the log of another store (name the folder of this"
        " store's log, or an empty one)\n",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            (),
            "no log is known yet (name a folder: flash --db laptop.db sync ~/Sync/flash)",
        ),
        (("gone",), "no such folder (create the folder first, or mount it)"),
        (("full",), "not a log, and not empty: it has 'a.txt'"),
        (("ftp://host/x",), "ftp://host/x: not an address of a log"),
    ],
    ids=["none", "missing", "other files", "scheme"],
)
def test_sync_explains_what_is_no_log(
    laptop: Device, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()

    code, out, err = laptop("sync", *words)

    assert (code, out) == (1, "")
    assert message in err


def test_files_of_other_programs_do_not_disturb(
    laptop: Device, desktop: Device, log: Path
) -> None:
    (log / ".stfolder").mkdir()
    (log / "README.txt").touch()
    laptop("sync", "log")
    (file,) = segments(log)
    shutil.copyfile(file, file.with_name("1-3 (conflicted copy).flashlog"))

    code, out, err = desktop("sync", "log")

    assert (code, out) == (
        0,
        "Sent 0, received 3 (0 reviews, 3 notes) from 1 device.\n",
    )
    assert err == (
        "not part of the log, ignored:"
        f" {file.parent.name}/1-3 (conflicted copy).flashlog\n"
    )


def test_torn_segment_is_reported_and_read_when_whole(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    review(laptop, "3")
    laptop("sync")
    file = segments(log)[-1]
    whole = file.read_bytes()

    for damaged in (b"", whole[:10], whole[:-1], whole[:-5] + b"xxxxx"):
        file.write_bytes(damaged)
        code, out, err = desktop("sync")
        assert (code, out) == (1, "Nothing to send, nothing new.\n")
        assert "incomplete or damaged" in err
    file.write_bytes(whole)

    assert desktop("sync")[:2] == (
        0,
        "Sent 0, received 1 (1 review, 0 notes) from 1 device.\n",
    )


def test_missing_segment_is_reported_and_the_rest_merged(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    desktop("sync", "log")
    for rating in "34":
        review(laptop, rating)
        laptop("sync")
    second = segments(log)[1]
    second.rename(tmp_path / "late")

    code, out, err = desktop("sync")

    assert (code, out) == (0, "Sent 0, received 1 (1 review, 0 notes) from 1 device.\n")
    assert "not there yet; the rest was merged" in err
    (tmp_path / "late").rename(second)
    assert desktop("sync")[2] == ""
    assert listed(desktop) == listed(laptop)


def test_lost_segment_is_sent_again_by_its_device(
    laptop: Device, desktop: Device, log: Path
) -> None:
    review(laptop, "3")
    laptop("sync", "log")
    segments(log)[0].unlink()
    (log / "README").touch()

    assert laptop("sync")[0] == 1
    assert laptop("sync", "--yes")[1] == "Sent 4, received 0.\n"
    assert desktop("sync", "log") == (
        0,
        "Sent 0, received 4 (1 review, 3 notes) from 1 device.\n",
        "",
    )


def test_numbers_of_a_lost_segment_are_not_used_again(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    review(laptop, "3")
    laptop("sync")
    *_, lost = segments(log)
    lost.unlink()
    (log / "README").touch()

    assert laptop("sync", "--yes")[0] == 0

    *_, last = segments(log)
    numbers = [int(file.stem.split("-")[0]) for file in (lost, last)]
    assert numbers[1] > int(lost.stem.split("-")[1])
    assert desktop("sync", "log")[::2] == (0, "")
    assert listed(desktop) == listed(laptop)


def test_segment_of_a_newer_flash_waits(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    forged(log, encode(SettingEntry("rollover", "5", 1, OTHER)), format=2)

    code, _, err = desktop("sync", "log")

    assert code == 1
    assert "1-1.flashlog: written by a newer flash; update flash here" in err
    assert listed(desktop) == listed(laptop)


def test_entries_that_cannot_be_merged_are_kept_and_reported(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    (note,) = [
        one
        for one in map(decode, read_entries(segments(log)[0].read_bytes()))
        if isinstance(one, NoteEntry) and one.id == "powerhouse"
    ]
    change = msgspec.structs.replace
    forged(
        log,
        msgspec.msgpack.encode(["of a newer flash", 1]),
        encode(SettingEntry("theme", "dark", 5, OTHER)),
        encode(SettingEntry("rollover", "99", 5, OTHER)),
        encode(change(note, device=OTHER, stamp=1 << 61, fields="{}")),
        encode(change(note, device=OTHER, stamp=1 << 61, kind="list")),
        encode(change(note, device=OTHER, stamp=(1 << 62) - 1, fields="\x1b[2J")),
        encode(change(note, device=OTHER, stamp=1 << 62)),
    )

    for _ in range(2):
        code, _, err = desktop("sync", "log")
        assert code == 0
        assert "5 entries can't be used by this flash; they are kept\n" in err
        assert "2 entries are of a newer flash; they are kept until" in err
    assert listed(desktop) == listed(laptop)
    assert desktop("doctor")[0] == 0


def test_entries_of_a_distant_future_do_no_harm(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    review(laptop, "3")
    laptop("sync")
    found = [
        decode(one) for file in segments(log) for one in read_entries(file.read_bytes())
    ]
    note = next(one for one in found if isinstance(one, NoteEntry))
    answer = next(one for one in found if isinstance(one, ReviewEntry))
    change = msgspec.structs.replace
    forged(
        log,
        encode(change(note, device=OTHER, stamp=(1 << 62) - 1, tags='["evil"]')),
        encode(change(answer, device=OTHER, at=(1 << 46) - 1, origin="")),
    )

    code, _, err = desktop("sync", "log")

    assert code == 0
    assert "2 entries can't be used by this flash" in err
    assert desktop("review", "--plain")[0] == 0
    assert desktop("suspend", "powerhouse")[0] == 0
    assert desktop("sync")[0] == 0
    assert laptop("sync")[0] == 0
    assert len(laptop("list", "is:suspended")[1].splitlines()) == 1 + 1


def test_card_without_a_question_costs_no_note(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    # A store of a development version had cards that its notes no longer ask.
    with sqlite3.connect(tmp_path / "laptop.db") as connection:
        connection.execute("update cards set part = 'gone' where part = 'back'")
    connection.close()
    laptop("sync", "log")

    assert "received 3 (0 reviews, 3 notes)" in desktop("sync", "log")[1]

    assert len(desktop("list")[1].splitlines()) == 1 + 4
    for device in (laptop, desktop):
        assert device("doctor", "--fix")[0] == 0
        assert len(device("list")[1].splitlines()) == 1 + 5
        assert device("doctor") == (0, "No problems found.\n", "")


def test_clocks_that_differ_are_reported_once(
    laptop: Device, desktop: Device, flash: Run, log: Path
) -> None:
    laptop("sync", "log")
    ahead = stamp_in(366)
    forged(log, encode(SettingEntry("rollover", "5", ahead, OTHER)))

    code, _, err = desktop("sync", "log")

    assert code == 0
    assert err == differ("x", 366)
    assert laptop("sync")[::2] == (0, differ("x", 366))
    # All clocks have followed: the device with the wrong one is not to blame again.
    for device in (desktop, laptop, desktop, laptop):
        device("config", "rollover", "6" if device is desktop else "7")
        assert device("sync")[::2] == (0, "")
    again = SettingEntry("time_zone", "UTC", ahead + (5 << 16), OTHER)
    forged(log, encode(again), first=2, last=2)
    assert desktop("sync")[::2] == (0, "")
    assert laptop("config", "rollover")[1] == desktop("config", "rollover")[1]
    third = device_with(flash, "third.db")
    assert third("sync", "log")[::2] == (0, differ("x", 366))


def stamp_in(days: int) -> int:
    return (time.time_ns() // 1_000_000 + days * 86_400_000) << 16


def differ(name: str, days: int) -> str:
    return (
        f"the clocks of this device and of {name} differ by {days} days;"
        " changes of the later one count as the latest\n"
    )


def test_device_with_a_late_clock_is_told_that_they_differ(
    laptop: Device, desktop: Device, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop("sync", "log", "--name", "laptop")
    desktop("sync", "log", "--name", "desktop")
    forged(
        log, encode(SettingEntry("rollover", "6", stamp_in(0) + (120_000 << 16), OTHER))
    )
    behind = SimpleNamespace(time_ns=lambda: time.time_ns() - 7 * 86_400 * 10**9)

    with monkeypatch.context() as patch:
        patch.setattr("srs.store.connection.time", behind)
        patch.setattr("flash.service.sync.wall_clock_ms", lambda: stamp_in(-7) >> 16)
        late = desktop("sync", "--name", "desktop")
        desktop("config", "rollover", "5")
        desktop("sync")

    assert late[::2] == (0, differ("x", 7))
    assert laptop("sync")[::2] == (0, "")
    assert "5" in laptop("config", "rollover")[1]


def test_a_device_does_not_report_its_own_clock(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log", "--name", "laptop")
    desktop("sync", "log")
    (own,) = {one.parent.name for one in segments(log)} - {OTHER}
    forged(log, encode(SettingEntry("rollover", "5", stamp_in(30), own)))

    assert laptop("sync")[::2] == (0, "")
    assert desktop("sync")[::2] == (0, differ("laptop", 30))


def test_hostile_files_are_not_read(laptop: Device, desktop: Device, log: Path) -> None:
    laptop("sync", "log")
    folder = log / OTHER
    folder.mkdir()
    os.mkfifo(folder / "1-1.flashlog")
    (folder / "2-2.flashlog").symlink_to("/etc/passwd")
    (folder / "4-3.flashlog").write_bytes(b"x")
    (folder / "3-3.flashlog").mkdir()
    (log / ("f" * 16)).symlink_to("/")
    with (folder / "5-5.flashlog").open("wb") as file:
        file.truncate(1 << 40)

    code, out, err = desktop("sync", "log")

    assert code == 1
    assert "received 3 (0 reviews, 3 notes) from 1 device" in out
    assert "root:" not in err


def test_text_of_the_log_cannot_control_the_terminal(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("sync", "log")
    forged(log, encode(SettingEntry("rollover", "5", 1, OTHER)), name="\x1b[2Jx")
    (log / "\x1b]0;x").touch()

    _, out, err = desktop("sync", "log", "--status")
    _, shown, more = desktop("sync", "log", "--json")

    assert "\x1b" not in out + err + shown + more


def test_one_card_under_two_names_becomes_one(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    """The laptop gave the card its id after it was first added."""
    named = CELLS.replace("  - front: What", "  - id: dna\n    front: What")
    (tmp_path / "cells.yaml").write_text(named)
    laptop("add", "cells.yaml")
    (tmp_path / "copy.yaml").write_text(named)
    desktop("add", "copy.yaml", now="2026-11-23T10:00:00+00:00")
    review(laptop, "333")
    review(desktop, "111", now="2026-11-23T10:30:00+00:00")

    laptop("sync", "log")
    for device in (desktop, laptop, desktop):
        assert device("sync", "log", "--yes")[::2] == (0, "")

    assert listed(desktop) == listed(laptop)
    assert listed(desktop).count("What does DNA stand for?") == 1
    for device, file in ((laptop, "cells.yaml"), (desktop, "copy.yaml")):
        shown = json.loads(device("show", "dna", "--json")[1])
        assert [one["rating"] for one in shown[0]["history"]] == [1, 3]
        assert device("add", file)[0] == 0
        assert listed(device).count("What does DNA stand for?") == 1
        device("sync")
    assert listed(desktop) == listed(laptop)


def test_a_confusion_of_one_card_under_two_names_is_sent(
    laptop: Device, desktop: Device, flash: Run, log: Path, tmp_path: Path
) -> None:
    named = CELLS.replace("  - front: What", "  - id: dna\n    front: What")
    (tmp_path / "cells.yaml").write_text(named)
    laptop("add", "cells.yaml")
    (tmp_path / "copy.yaml").write_text(named)
    desktop("add", "copy.yaml", now="2026-11-23T10:00:00+00:00")
    review(laptop, "111")
    review(desktop, "111", now="2026-11-23T10:30:00+00:00")
    laptop("sync", "log")
    for device in (desktop, laptop, desktop):
        device("sync", "log", "--yes")
    with closing(open_store(tmp_path / "laptop.db", NOON)) as store:
        sql = "select id, card from reviews where own_card is not null and rating = 1"
        answer, card = store.row(sql)
        (other,) = store.row("select id from cards where id <> :c", {"c": card})
        assert record_confusion(store, answer, other, NOON)
    for device in (laptop, desktop):
        device("sync")
    third = device_with(flash, "third.db")
    assert third("sync", "log", "--yes")[0] == 0

    found = []
    for db in ("laptop.db", "desktop.db", "third.db"):
        with closing(open_store(tmp_path / db, NOON)) as store:
            found.append(contents(store)["confusions"])
    assert len(found[0]) == 1
    assert found[0] == found[1] == found[2]


def test_copied_store_is_another_device(
    laptop: Device, flash: Run, log: Path, tmp_path: Path
) -> None:
    laptop("sync", "log")
    for ending in ("", ".device"):
        shutil.copyfile(f"laptop.db{ending}", f"copy.db{ending}")
    review(laptop, "3")
    copy = device_with(flash, "copy.db")
    review(copy, "1", now="2026-11-23T11:00:00+00:00")

    for device in (laptop, copy, laptop):
        assert device("sync", "log")[0] == 0

    assert listed(laptop) == listed(copy)
    assert len({file.parent for file in segments(log)}) == 2


def test_restored_store_gets_back_what_the_log_has(
    laptop: Device, desktop: Device, log: Path
) -> None:
    laptop("backup", "old.db")
    review(laptop, "33")
    laptop("sync", "log")
    before = listed(laptop)
    laptop("restore", "old.db", "--yes")

    assert laptop("sync", "log")[0] == 0

    assert listed(laptop) == before


def test_restore_says_that_a_sync_brings_back_the_rest(
    laptop: Device, log: Path
) -> None:
    laptop("sync", "log")
    laptop("backup", "old.db")

    err = laptop("restore", "old.db", "--yes")[2]

    assert err == f"The next flash --db laptop.db sync brings back what {log} has.\n"


def test_lost_store_is_built_from_the_log(
    laptop: Device, desktop: Device, log: Path, tmp_path: Path
) -> None:
    review(laptop, "34")
    laptop("sync", "log")
    desktop("sync", "log")
    before = listed(laptop)
    (tmp_path / "laptop.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    code, out, _ = laptop("restore", "--from-log", "log", "--yes")

    assert code == 0
    assert out.startswith(f"{log} replaces ")
    assert listed(laptop) == before
    assert laptop("sync", "log")[1] == "Nothing to send, nothing new.\n"
    assert list((tmp_path / "laptop.db.backups").glob("*.damaged"))


@pytest.mark.parametrize("name", ["empty", "gone", "torn"])
def test_restore_from_no_log_changes_nothing(
    laptop: Device, log: Path, tmp_path: Path, name: str
) -> None:
    laptop("sync", "log")
    (tmp_path / "empty").mkdir()
    shutil.copytree(log, tmp_path / "torn")
    segments(tmp_path / "torn")[0].write_bytes(b"x")
    before = listed(laptop)

    code, out, err = laptop("restore", "--from-log", name, "--yes")

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert listed(laptop) == before


def test_second_sync_at_the_same_time_is_refused(
    laptop: Device, log: Path, tmp_path: Path
) -> None:
    with process_lock(tmp_path / "laptop.db.sync-lock"):
        code, _, err = laptop("sync", "log")

    assert code == 1
    assert "another program is synchronizing this store" in err


def test_a_file_system_without_locks_is_named(
    laptop: Device, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refused)

    code, _, err = laptop("sync", "log")

    assert (code, err.count("\n")) == (1, 1)
    assert "laptop.db.sync-lock: files can't be locked here: No locks available" in err


def test_log_that_cannot_be_written_is_tried_again(
    laptop: Device, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        code, out, err = laptop("sync", "log")
    assert (code, out) == (1, "")
    assert "No space left on device" in err
    assert segments(log) == []

    assert laptop("sync", "log")[1] == "Sent 3, received 0.\n"


def test_second_place_gets_the_whole_log(
    laptop: Device, desktop: Device, flash: Run, log: Path, tmp_path: Path
) -> None:
    review(laptop, "3")
    laptop("sync", "log")
    desktop("sync", "log")
    (tmp_path / "disk").mkdir()

    assert desktop("sync", "disk")[1] == "Sent 4, received 0.\n"

    assert flash("--db", "third.db", "sync", "disk")[0] == 0
    assert listed(device_with(flash, "third.db")) == listed(laptop)


def test_second_place_gets_what_came_through_the_first(
    laptop: Device, desktop: Device, flash: Run, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    laptop("sync", "log")
    desktop("sync", "log")
    review(desktop, "3", now="2026-11-23T10:00:00+00:00")
    review(desktop, "4", now="2026-11-23T11:00:00+00:00")
    laptop("sync", "disk")
    desktop("sync")

    laptop("sync", "log")
    sent = laptop("sync", "disk")[1]

    assert sent == "Sent 2, received 0.\n"
    third = device_with(flash, "third.db")
    assert third("sync", "disk")[0] == 0
    assert listed(third) == listed(desktop)


def test_header_names_the_log_and_the_device() -> None:
    header = SegmentHeader(OTHER, OTHER, 1, 2, "laptop")

    data = write_segment(header, [b"\x01", b"\x02"])

    assert read_header(data) == header
    assert read_entries(data) == [b"\x01", b"\x02"]


def test_a_deeply_nested_segment_is_broken() -> None:
    header = SegmentHeader(OTHER, OTHER, 1, 1)
    deep = b"\x91" * 20_000 + b"\x00"
    data = write_segment(header, [])
    line = b'{"other": ' + b"[" * 20_000 + b"]" * 20_000 + b"}\n"
    magic = data[: data.index(b"\n") + 1]

    with pytest.raises(BrokenSegment):
        read_entries(write_segment(header, [deep]))
    with pytest.raises(BrokenSegment):
        read_header(magic + hashlib.sha256(line).digest() + line)


def test_undone_import_counts_nowhere_until_it_is_imported_again(
    laptop: Device, desktop: Device, flash: Run, log: Path
) -> None:
    """The reviews of a package are the same wherever it is imported."""
    other = device_with(flash, "other.db")
    other("add", "cells.yaml")
    review(other, "34")
    other("export", "cells.apkg", "--with-schedule")
    laptop("sync", "log")
    desktop("sync", "log")

    def exchange() -> list[int]:
        for device in (laptop, desktop, laptop, desktop):
            assert device("sync")[0] == 0
        assert listed(laptop) == listed(desktop)
        shown = json.loads(desktop("show", "powerhouse", "--json")[1])
        return [one["rating"] for one in shown[0]["history"] if not one["undone"]]

    laptop("import", "cells.apkg")
    assert exchange() == [3]
    laptop("undo")
    assert exchange() == []
    laptop("import", "cells.apkg")
    assert exchange() == [3]
    desktop("import", "cells.apkg")
    assert exchange() == [3]
