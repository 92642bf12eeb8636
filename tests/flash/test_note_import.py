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


@pytest.mark.parametrize("last", ["", ",", ",-"])
def test_a_schedule_may_lack_its_last_review(last: str) -> None:
    text = "!fsrs,2026-12-20T08:00:00.000Z,30,28.6,6.25,2,5,1,0" + last

    (found,) = schedules(text)

    due = 1797753600000
    begun = due - 30 * 86_400_000
    assert found == CardSchedule(20807, due, 29, 0, 6.25, begun, 5, 1)


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


def test_items_with_marked_words_share_one_schedule(flash: Run, note: Path) -> None:
    note.write_text(
        f"{HEAD}- The ==alpha== is ==one==\n- no card\n- ==two==[^2] ==three==[^1]\n"
        "<!--SR:!2026-12-20,15,250!2000-01-01,1,250!2027-01-30,60,280"
        "!2027-02-20,70,280-->\n\n- An ==own== day <!--SR:!2027-03-01,3,250-->\n- A ==new== card\n",
        "utf-8",
    )

    assert flash("import", "bio.md")[0] == 0

    due = {row["question"]: (row["due"] or "")[:10] for row in flash.json("list")}
    assert due == {
        "The […] is one": "2026-12-20",
        "The alpha is […]": "",
        "two […]": "2027-01-30",
        "[…] three": "2027-02-20",
        "An […] day": "2027-03-01",
        "A […] card": "",
    }


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


EDITS = {
    "reworded": ("cell::unit of life", "basic cell::unit of life"),
    "answer changed": ("cell::unit of life", "cell::unit of all life"),
    "moved in the file": (HEAD, f"{HEAD}\nfirst::card\n"),
    "a direction more": ("new::card", "new:::card"),
    "removed": ("new::card", ""),
    "all at once": ("cell::unit of life", "first::card\n\nthe cell::a unit"),
}
"""Edits of a note, none of which retires cards with answers."""


@pytest.mark.parametrize(("old", "new"), EDITS.values(), ids=EDITS.keys())
def test_an_import_changes_known_cards_as_an_add_does(
    flash: Run, note: Path, old: str, new: str
) -> None:
    for db in ("added.db", "imported.db"):
        flash("import", "bio.md", "--db", db)
        flash("review", "--plain", "--db", db, typed="\n4\n" * 2 + "q\n")
    note.write_text(note.read_text("utf-8").replace(old, new), "utf-8")

    assert flash("import", "bio.md", "--db", "imported.db")[0] == 0
    assert flash("add", "bio.md", "--db", "added.db")[0] == 0

    assert known(flash, "imported.db") == known(flash, "added.db")
    assert len(flash.json("log", "--db", "imported.db")) == 4


def known(flash: Run, db: str) -> list[tuple[str, str, str]]:
    rows = flash.json("list", "--db", db)
    return sorted((row["question"], row["state"], row["due"] or "") for row in rows)


def test_a_reworded_card_is_named_and_undone_with_the_new_ones(
    flash: Run, note: Path
) -> None:
    flash("import", "bio.md")
    before = flash.json("list")
    text = note.read_text("utf-8").replace("What is RNA?", "What is an RNA?")
    note.write_text(f"{text}\nadded::card <!--SR:!2026-12-24,40,270-->\n", "utf-8")

    code, out, err = flash("import", "bio.md")

    assert (code, err) == (0, "")
    assert out == (
        "  reworded  What is RNA?\n"
        "            → What is an RNA?\n"
        "1 card new, 1 of them with their due day\n"
        "The plugin keeps no answers: statistics begin today.\n"
        "7 cards known already; they keep the schedule of flash\n"
    )
    rows = {row["question"]: row for row in flash.json("list")}
    assert rows["What is an RNA?"]["due"][:10] == "2026-11-20"
    assert rows["added"]["due"][:10] == "2026-12-24"
    assert len(flash.json("log")) == 2
    assert flash("undo")[0] == 0
    assert flash.json("list") == before
    assert flash("redo")[0] == 0
    assert {row["question"]: row for row in flash.json("list")} == rows


def test_a_loss_is_refused_before_anything_is_written(flash: Run, note: Path) -> None:
    flash("import", "bio.md")
    flash("review", "--plain", typed="\n3\nq\n")
    before = flash.json("list"), flash.json("log")
    note.write_text(
        f"{HEAD}\nanother fact::yes <!--SR:!2026-12-05,40,270-->\n", "utf-8"
    )

    code, out, err = flash("import", "bio.md")

    assert (code, out) == (1, "")
    assert "nothing was changed (run flash add on the file, which asks first)" in err
    assert (flash.json("list"), flash.json("log")) == before
    assert flash("import", "bio.md", "--dry-run")[0] == 1


def test_an_edit_of_another_device_is_not_overwritten(flash: Run, note: Path) -> None:
    Path("log").mkdir()
    flash("import", "bio.md")
    flash("sync", "log")
    Path("newer").mkdir()
    Path("newer/bio.md").write_text(
        NOTE.replace("unit of life", "unit of all life"), "utf-8"
    )
    flash("add", "newer/bio.md", "--db", "desktop.db")
    flash("sync", "log", "--yes", "--db", "desktop.db")
    flash("sync")
    note.write_text(NOTE.replace("unit of life", "smallest unit"), "utf-8")

    code, out, err = flash("import", "bio.md")

    assert (code, out) == (1, "")
    assert err == (
        "flash: 1 note was edited in its file and on another device: 'cell';"
        " nothing was changed (run flash add on the file, which asks first)\n"
    )
    note.write_text(NOTE, "utf-8")
    code, out, err = flash("import", "bio.md")
    assert code == 0
    assert err.startswith("1 note is newer on another device and stays")
    assert "unit of all life" in flash("show", "cell")[1]


def test_a_returned_card_keeps_the_history_that_flash_has(
    flash: Run, note: Path
) -> None:
    flash("import", "bio.md")
    before = flash.json("list")
    note.write_text(NOTE.replace("What is RNA?\n?\nribonucleic acid", ""), "utf-8")
    flash("add", "bio.md", "--yes")
    note.write_text(NOTE.replace("2026-11-20", "2027-11-20"), "utf-8")

    assert flash("import", "bio.md")[0] == 0

    assert flash.json("list") == before


def test_schedules_in_callouts_are_read(flash: Run, note: Path) -> None:
    note.write_text(
        f"{HEAD}Q::A\n> [!sr|card-metadata] \n>  <!--SR:!2026-12-16,34,290-->\n\n"
        "The ==x== is.\n> [!sr|card-metadata]\n> <!--SR:!2026-12-19,37,250-->\n",
        "utf-8",
    )

    assert flash("import", "bio.md")[2] == ""

    due = {row["question"]: row["due"][:10] for row in flash.json("list")}
    assert due == {"Q": "2026-12-16", "The […] is.": "2026-12-19"}


def test_a_schedule_below_the_last_item_is_that_of_all(flash: Run, note: Path) -> None:
    note.write_text(
        f"{HEAD}The three ==organelles== are:\n- nucleus\n<!--SR:!2026-12-16,4,270-->\n\n"
        "- The ==one==\n- plain\n- A ==two==\n- tail\n"
        "<!--SR:!2026-12-17,4,270!2026-12-18,4,270-->\n",
        "utf-8",
    )

    assert flash("import", "bio.md")[2] == ""

    due = {row["question"]: row["due"][:10] for row in flash.json("list")}
    assert list(due.values()) == ["2026-12-16", "2026-12-17", "2026-12-18"]


def test_each_schedule_of_no_card_is_named(flash: Run, note: Path) -> None:
    note.write_text(
        f"{HEAD}Why?\n?\nOne.\n\nTwo.\n<!--SR:!2026-12-16,34,290-->\n\n"
        "`<!--SR:!2026-12-16,34,290-->`\n\n"
        "Q::A <!--SR:!2026-12-17,34,290-->\n<!--SR:!2026-12-18,34,290-->\n",
        "utf-8",
    )
    expected = [
        f"bio.md:{line}:1: warning: this schedule belongs to no card (move it right"
        " below its card, without a blank line, or remove it)"
        for line in (9, 14)
    ]

    code, _, err = flash("import", "bio.md")

    assert (code, err.splitlines()) == (0, expected)
    found = flash.json("import", "bio.md", "--dry-run")
    assert found["lost_schedules"] == expected


def test_notes_with_the_tags_of_the_plugin_are_imported(flash: Run, note: Path) -> None:
    folder = Path("vault/.obsidian/plugins/obsidian-spaced-repetition")
    folder.mkdir(parents=True)
    settings = '{"settings": {"flashcardTags": ["#flashcards", "#karten"]}}'
    (folder / "data.json").write_text(settings, "utf-8")
    schedule = "<!--SR:!2026-12-16,34,290-->"
    for name, tag in (("a", "karten/Bio"), ("b", "other"), ("c", "flashcards/Bio")):
        text = f"#{tag}\n\n{name}::answer {schedule}\n"
        Path(f"vault/{name}.md").write_text(text, "utf-8")
    Path("vault/d.md").write_text(f"about `{schedule}`\n", "utf-8")

    _, out, err = flash("import", "vault")

    assert out.startswith("2 cards new, 2 of them with their due day\n")
    assert err == (
        "vault/b.md:3:1: warning: skipped: the note has schedules, but no tag"
        " that marks cards (write '#flashcards' at its top, or name its tag in the plugin's"
        " settings)\n"
    )
    assert flash("add", "vault")[1].endswith("2 unchanged; 2 cards\n")


@pytest.mark.parametrize("text", ["q;;a", "# The ==cell==", "| ==a== | b |\n|---|---|"])
def test_a_tagged_note_without_a_card_to_read_says_so(
    flash: Run, note: Path, text: str
) -> None:
    note.write_text(f"#flashcards\n\n{text}\n<!--SR:!2026-12-16,34,290-->\n", "utf-8")

    code, _, err = flash("import", ".")

    assert (code, err.partition(" (")[0]) == (
        1,
        "bio.md:"
        f"{4 + text.count(chr(10))}:1: skipped: the note has schedules, but no readable"
        " cards",
    )


def test_an_import_of_notes_without_tags_says_so(flash: Run, note: Path) -> None:
    Path("bio.md").unlink()
    Path("n.md").write_text("q::a <!--SR:!2026-12-16,34,290-->\n", "utf-8")

    code, _, err = flash("import", ".")

    assert (code, err.partition(" (")[0]) == (
        1,
        "n.md:1:1: skipped: the note has schedules, but no tag that marks cards",
    )


def test_known_cards_that_were_never_asked_get_their_due_day(
    flash: Run, note: Path
) -> None:
    scheduled = " <!--SR:!2026-12-16,34,290-->\n\n"
    note.write_text(HEAD + "".join(f"{q}::a{scheduled}" for q in "abcd") + "e::a\n")
    flash("add", "bio.md")
    flash("review", "--plain", typed="\n4\nq\n")
    flash("suspend", "b")
    flash("set-due", "3", "c")
    flash("undo")
    before = flash.json("list")

    code, out, err = flash("import", "bio.md")

    assert (code, err) == (0, "")
    assert out == (
        "0 cards new, 0 of them with their due day\n"
        "2 cards known already, but never asked, with their due day\n"
        "The plugin keeps no answers: statistics begin today.\n"
        "3 cards known already; they keep the schedule of flash\n"
    )
    after = flash.json("list")
    assert [(row["question"], row["state"]) for row in after] == [
        ("a", "review"),
        ("b", "new"),  # suspended
        ("c", "review"),
        ("d", "review"),
        ("e", "new"),
    ]
    assert {row["due"][:10] for row in after[2:4]} == {"2026-12-16"}
    assert [after[i] for i in (0, 1, 4)] == [before[i] for i in (0, 1, 4)]
    assert flash("import", "bio.md")[1].endswith(
        "\n5 cards known already; they keep the schedule of flash\n"
    )
    assert flash("undo")[0] == 0
    assert flash.json("list") == before
    assert flash("redo")[0] == 0
    assert flash.json("list") == after


def test_a_card_that_was_reset_stays_new(flash: Run, note: Path) -> None:
    flash("import", "bio.md")
    flash("reset", "cell", "--yes")

    flash("import", "bio.md")

    rows = {row["question"]: row["state"] for row in flash.json("list")}
    assert rows["cell"] == "new"


@pytest.mark.parametrize(
    "marks",
    [["bury b"], ["flag 3 b"], ["suspend b", "unsuspend b"]],
    ids=["buried", "flagged", "unmarked again"],
)
def test_a_marked_card_keeps_its_schedule(
    flash: Run, note: Path, marks: list[str]
) -> None:
    note.write_text(f"{HEAD}b::x <!--SR:!2026-12-16,34,290-->\n")
    flash("add", "bio.md")
    for words in marks:
        assert flash(*words.split(), "--yes")[0] == 0

    assert flash("import", "bio.md")[0] == 0

    assert [row["state"] for row in flash.json("list")] == ["new"]
