"""`flash sync` names the edits that lost against later ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import CELLS, Run

Edit = Callable[[str], None]
CARD = '"which organelle"'


@pytest.fixture
def edit(flash: Run) -> Edit:
    """Two devices with the cards of a third one; tags the first card on one of them."""
    Path("cells.yaml").write_text(CELLS, "utf-8")
    Path("log").mkdir()
    flash("--db", "home.db", "add", "cells.yaml")
    for device in ("home", "laptop", "desktop"):
        sync(flash, device, "log", "--name", device)

    def edited(device: str) -> None:
        tagged = flash("--db", f"{device}.db", "tag", "add", device, CARD)
        assert tagged == (0, "", "Changed 1 note.\n")

    return edited


def sync(flash: Run, device: str, *words: str) -> str:
    code, _, err = flash("--db", f"{device}.db", "sync", *words)
    assert code == 0
    return err


def lost(by: str) -> str:
    return (
        "'Which organelle makes most ATP?' was edited on two devices; the later edit"
        f" was kept, without what {by} had: '#{by}'\n"
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
        flash("--db", f"{device}.db", "tag", "remove", device, CARD)
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
