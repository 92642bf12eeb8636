"""Notes of Obsidian with the schedules of its Spaced Repetition plugin."""

from pathlib import Path

import pytest
from command_runner import Run

from export.programs.obsidian import schedules
from export.programs.schedule import CardSchedule

HEAD = "---\ntags: [flashcards/Bio]\n---\n"
NOTE = f"""\
{HEAD}
cell::unit of life <!--SR:!2026-12-05,40,270-->

DNA:::deoxyribonucleic acid
<!--SR:!fsrs,2026-12-20T08:00:00.000Z,30,28.6,6.25,2,5,1,0,2026-11-20T08:00:00.000Z!2000-01-01,1,250-->

What is RNA?
?
ribonucleic acid
<!--SR:!2026-11-20,4,210-->

A ==ribosome== makes ==proteins==. <!--SR:!2027-01-01,60,250-->

new::card
"""


@pytest.fixture(autouse=True)
def note(flash: Run) -> Path:
    path = Path("bio.md")
    path.write_text(NOTE, "utf-8")
    return path


def test_entries_of_both_algorithms_are_read() -> None:
    text = "!2026-12-05,40,270!2000-01-01,1,250!fsrs,2026-12-20T08:00:00.000Z,30,28.6"
    text += (
        ",6.25,2,5,1,0,2026-11-20T08:00:00.000Z!fsrs,2026-12-20T08:00:00Z,0,0,0,0,0,0"
    )

    assert list(schedules(text)) == [
        CardSchedule(20792, None, 40, 2700, 0.0, 20752 * 86_400_000),
        None,
        CardSchedule(20807, 1797753600000, 29, 0, 6.25, 1795161600000, 5, 1),
        None,
    ]


def test_new_cards_keep_their_due_day(flash: Run) -> None:
    code, out, err = flash("import", "bio.md")

    assert (code, err) == (0, "")
    assert out == (
        "7 cards new, 4 of them with their due day\n"
        "The plugin keeps no answers: statistics begin today.\n"
    )
    rows = flash.json("list")
    assert {
        row["question"]: (row["state"], (row["due"] or "")[:10]) for row in rows
    } == {
        "cell": ("review", "2026-12-05"),
        "DNA": ("review", "2026-12-20"),
        "deoxyribonucleic acid": ("new", ""),
        "What is RNA?": ("review", "2026-11-20"),
        "A […] makes proteins.": ("review", "2027-01-01"),
        "A ribosome makes […].": ("new", ""),
        "new": ("new", ""),
    }
    (dna,) = (row for row in rows if row["question"] == "DNA")
    assert (round(dna["stability"]), dna["difficulty"], dna["reps"], dna["lapses"]) == (
        29,
        6.25,
        5,
        1,
    )


def test_a_second_import_and_an_add_change_nothing(flash: Run) -> None:
    flash("import", "bio.md")
    before = flash.json("list")

    assert flash("import", "bio.md")[1] == (
        "0 cards new, 0 of them with their due day\n"
        "7 cards known already; they keep the schedule of flash\n"
    )
    assert flash("add", "bio.md")[1] == "5 unchanged; 7 cards\n"
    assert flash.json("list") == before


def test_a_dry_run_imports_nothing(flash: Run) -> None:
    assert "(dry run" in flash("import", ".", "--dry-run")[1]
    assert flash.json("list") == []


def test_an_import_of_notes_is_undone(flash: Run) -> None:
    flash("import", "bio.md")

    assert flash("undo")[0] == 0
    assert flash.json("list") == []


def test_a_damaged_schedule_is_an_error_with_its_place(flash: Run, note: Path) -> None:
    note.write_text(f"{HEAD}a::b <!--SR:!soon-->\n", "utf-8")

    code, out, err = flash("import", "bio.md")

    assert (code, out) == (1, "")
    assert err == "bio.md:4:1: not a schedule: '!soon' (correct or remove it)\n"
    assert flash.json("list") == []
