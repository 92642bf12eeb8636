"""`flash stale` and `flash draft --append` after a note has changed."""

from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck

COSTS = """\
## Site-to-site

- Cost
  - per hour

## Software

- Cost
  - per hour
"""
STORES = """\
# Key stores

## KMS

- multi-tenant
- FIPS 140-2 level 2

## CloudHSM

- single-tenant
- FIPS 140-2 level 3

## Custom key store

- single-tenant
- FIPS 140-2 level 3
"""


def drafted(flash: Run, note: str, *, now: str) -> int:
    """Draft a note, then change it; return the number of cards."""
    Path("n.md").write_text(note, "utf-8")
    assert flash("draft", "n.md", "-o", "d.yaml")[0] == 0
    Path("n.md").write_text(now, "utf-8")
    return len(read_deck(Path("d.yaml")).notes)


def changed(flash: Run) -> list[tuple[str, str, list[dict[str, str | None]]]]:
    """Return what has changed: where it was, where it is, and the words."""
    return [
        (one["passage"], one["now"], one["blocks"])
        for one in flash.json("stale", "d.yaml")
    ]


@pytest.mark.parametrize("above", [0, 2, 7])
@pytest.mark.parametrize(("nth", "first"), [(0, 3), (1, 8)])
def test_a_changed_line_is_reported_if_others_have_its_text(
    flash: Run, above: int, nth: int, first: int
) -> None:
    parts = COSTS.split("per hour")
    parts[nth] += "per hour and per GB"
    parts[1 - nth] += "per hour"
    count = drafted(flash, COSTS, now="\n" * above + "".join(parts))

    assert changed(flash) == [
        (
            f"n.md:{first}-{first + 1}",
            f"{first + above}-{first + above + 1}",
            [{"was": "per hour", "now": "per hour and per GB"}],
        )
    ]
    assert flash("draft", "n.md", "-o", "d.yaml", "--append")[0] == 0
    assert len(read_deck(Path("d.yaml")).notes) == count


@pytest.mark.parametrize("above", [0, 2, 3, 9])
def test_a_deleted_line_has_no_successor_elsewhere(flash: Run, above: int) -> None:
    now = STORES.replace("- multi-tenant\n", "")
    drafted(flash, STORES, now="\n" * above + now)

    (one,) = flash.json("stale", "d.yaml")

    assert one["blocks"] == [{"was": "multi-tenant", "now": None}]
    assert one["now"] == f"{5 + above}-{15 + above}"


def test_what_stands_in_its_place_is_named_first(flash: Run) -> None:
    note = "# Letters\n\n- alpha: the first letter\n- beta: the second letter\n"
    now = note.replace("- alpha: the first letter\n", "") + "- gamma: third letter\n"
    drafted(flash, note, now=now)
    blocks = [block for _, _, some in changed(flash) for block in some]

    assert blocks
    assert {block["now"] for block in blocks} == {None}

    Path("n.md").write_text(note.replace("alpha: the first letter", "3000"), "utf-8")
    blocks = [block for _, _, some in changed(flash) for block in some]
    assert {block["now"] for block in blocks} == {"3000"}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    "now",
    [
        ["one", "two", "three", "four"],
        ["one", "two items", "three", "four"],
        ["zero", "one", "two items", "three"],
        ["one.", "two items.", "three.", "four."],
        ["one", "two is there.", "three is there.", "four is there."],
    ],
    ids=["added", "added below", "added above", "all changed", "statements now"],
)
def test_a_list_that_has_changed_gets_no_second_card(
    flash: Run, now: list[str], language: str
) -> None:
    head = (
        "# Keys\n\n"
        if language == "en"
        else "# 鍵\n\n日本語の文章がここにあります。\n\n"
    )
    count = drafted(
        flash,
        head + "- one\n- two\n- three\n",
        now=head + "".join(f"- {item}\n" for item in now),
    )

    err = flash("draft", "n.md", "-o", "d.yaml", "--append")[2]

    assert "1 proposal left out: this card asks the same question\n  d.yaml:" in err
    assert len(read_deck(Path("d.yaml")).notes) == count
