"""Cards and logs of hashcards, org-fc and Mnemosyne.

The files of org-fc and Mnemosyne in `tests/programs` were made by org-fc 0.10 in Emacs
and by Mnemosyne 2.9.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from command_runner import Run

from cards.text.terminal import plain_text
from export.files import PackageError
from flash.service.moving_in import read_program
from srs.scheduler.study_day import Calendar

PROGRAMS = Path(__file__).parents[1] / "programs"
FRENCH = "hashcards-decks/Langues.French/Langues.French.yaml"
DOT = b"\x89PNG\r\n\x1a\n"


def schedules(flash: Run) -> dict[str, tuple[str, str, int]]:
    return {
        " ".join(row["question"].split()): (
            "suspended" if row["suspended"] else row["state"],
            (row["due"] or "")[:10],
            row["reps"],
        )
        for row in flash.json("list")
    }


@pytest.fixture
def org(flash: Run) -> Path:
    Path("notes").mkdir()
    for name in ("org-fc.org", "org-fc-reviews.tsv"):
        Path("notes", name).write_bytes((PROGRAMS / name).read_bytes())
    return Path("notes/org-fc.org")


@pytest.fixture
def mnemosyne(flash: Run) -> Path:
    path = Path("default.db")
    with closing(sqlite3.connect(path)) as database:
        database.executescript((PROGRAMS / "mnemosyne.sql").read_text("utf-8"))
    Path("default.db_media").mkdir()
    Path("default.db_media/dot.png").write_bytes(DOT)
    return path


@pytest.fixture
def hashcards(flash: Run) -> Path:
    """A collection with the columns that hashcards has."""
    folder = Path("cards")
    folder.mkdir()
    (folder / "k.png").write_bytes(DOT)
    (folder / "French.md").write_text(
        '---\nname = "Langues::French"\n---\n'
        "Q: la clef\nA: the key\n\n![](@/k.png)\n---\n"
        "C: [HSM]: a [device] with \\[brackets\\]\n",
        "utf-8",
    )
    (folder / "Keys.md").write_text(
        "Q: What is\r\nKMS?\r\nA: a service\r\nC: 鍵は[かぎ]と読む。\r\n"
        "Q: never asked\r\nA: new\r\n",
        "utf-8",
    )
    named = {
        b"Basicla clefthe key\n\n![](@/k.png)": [
            ("2026-11-01T20:00:00.000", "good", 3.17, 3, "2026-11-04"),
            ("2026-11-05T01:30:00.000", "hard", 8.0, 8, "2026-11-13"),
        ],
        cloze_name("HSM: a device with [brackets]", "device"): [
            ("2026-11-01T20:01:00.000", "forgot", 0.4, 1, "2026-11-02")
        ],
        b"BasicWhat is\nKMS?a service": [],
        b"gone": [("2026-11-02T20:02:00.000", "good", 3.17, 3, "2026-11-05")],
    }
    with closing(sqlite3.connect(folder / "hashcards.db")) as database, database:
        database.executescript(
            "create table cards (card_hash, due_date, interval_days, stability,"
            " difficulty, last_reviewed_at, review_count);"
            "create table reviews (card_hash, reviewed_at, grade, interval_days);"
            "create table sessions (session_id);"
        )
        for text, log in named.items():
            name = blake3(text).hexdigest()
            # The second card was answered, but its answers were deleted.
            at, _, stability, days, due = (
                log[-1]
                if log
                else ("2026-11-02T20:00:00.000", "", 15.69, 16, "2026-11-18")
            )
            row = (name, due, days, stability, 3.25, at, len(log) or 4)
            database.execute("insert into cards values (?, ?, ?, ?, ?, ?, ?)", row)
            rows = [(name, at, grade, days) for at, grade, _, days, _ in log]
            database.executemany("insert into reviews values (?, ?, ?, ?)", rows)
    return folder


def cloze_name(text: str, hidden: str) -> bytes:
    start = text.index(hidden)
    ends = (start, start + len(hidden) - 1)
    numbers = b"".join(number.to_bytes(8, "little") for number in ends)
    return b"Cloze" + text.encode() + numbers


def test_cards_of_org_fc_keep_due_days_and_answers(flash: Run, org: Path) -> None:
    code, out, err = flash("import", "notes")

    assert (code, err) == (0, "")
    assert out == (
        "9 new notes, 11 cards, 17 new reviews\n"
        "9 cards with the due day of the other program\n"
        "deck files: notes-decks/Keys.yaml\n"
    )
    assert schedules(flash) == {
        "What does **KMS** stand for?": ("review", "2026-10-16", 5),
        "鍵": ("review", "2026-09-22", 2),
        "key": ("review", "2026-09-22", 1),
        "Envelope What wraps the [data key](<https://example.org>)?": (
            "learning",
            "2026-09-21",
            1,
        ),
        "Cloze An [device] keeps snake\\_case keys in hardware.": ("new", "", 0),
        "Cloze An HSM keeps snake\\_case keys in […].": ("learning", "2026-09-24", 2),
        "Capital of Japan?": ("learning", "2026-09-21", 1),
        "Suspended one": ("suspended", "2026-09-22", 1),
        "Never asked": ("new", "", 0),
        "FSRS learned?": ("review", "2026-10-10", 3),
        "FSRS learning?": ("learning", "2026-09-21", 1),
    }


def test_notes_beside_org_files_are_named(flash: Run, org: Path) -> None:
    Path("notes/bio.md").write_text("#flashcards\n\ncell::unit\n", "utf-8")
    Path("notes/plain.md").write_text("no cards\n", "utf-8")

    code, _, err = flash("import", "notes")

    assert code == 0
    assert err == "only Org files were imported; name each note, too: notes/bio.md\n"


def test_hidden_org_files_are_left_out(flash: Run, org: Path) -> None:
    hidden = Path("notes/.stversions/org-fc~20260301.org")
    hidden.parent.mkdir()
    text = org.read_text("utf-8")
    hidden.write_text(text.replace(":ID:", ":ID: old-"), "utf-8")
    before = flash.json("import", "notes", "--dry-run")

    hidden.unlink()

    assert flash.json("import", "notes", "--dry-run") == before


@pytest.mark.parametrize("place", ["vault/.trash/todo.org", "vault/sub/todo.org"])
def test_a_vault_may_have_org_files_without_cards(flash: Run, place: str) -> None:
    Path(place).parent.mkdir(parents=True)
    Path(place).write_text("* Todo\n", "utf-8")
    note = "#flashcards\n\ncell::unit <!--SR:!2026-12-16,34,290-->\n"
    Path("vault/bio.md").write_text(note, "utf-8")

    code, out, err = flash("import", "vault")

    assert (code, err) == (0, "")
    assert out.startswith("1 card new, 1 of them with their due day\n")


@pytest.mark.parametrize("name", ["Year 1", "(a)", "50%", "a\\b", "写真"])
def test_pictures_in_any_folder_of_hashcards_move_in(
    flash: Run, hashcards: Path, name: str
) -> None:
    folder = Path("cards", name)
    folder.mkdir()
    (folder / "cell.png").write_bytes(DOT)
    (folder / "Bio.md").write_text("Q: Which cell?\nA: ![](cell.png)\n", "utf-8")

    code, _, err = flash("import", "cards")

    assert code == 0
    assert "not found" not in err
    copies = [path.read_bytes() for path in Path("hashcards-decks").rglob("cell.png")]
    assert copies == [DOT]
    assert flash("check", "hashcards-decks")[0] == 0


def test_the_decks_are_named_after_the_folder(
    flash: Run, org: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("notes")

    assert "deck files: notes-decks/Keys.yaml\n" in flash("import", ".")[1]


def test_without_the_log_fsrs_keeps_its_memory(flash: Run, org: Path) -> None:
    org.with_name("org-fc-reviews.tsv").unlink()

    code, _, err = flash("import", str(org))

    assert (code, err) == (
        0,
        "no answers imported, only due days: notes/org-fc-reviews.tsv is missing\n",
    )
    rows = {row["question"]: row for row in flash.json("list")}
    learned = rows["FSRS learned?"]
    assert round(learned["stability"]) == 5
    assert round(learned["difficulty"], 3) == 6.039
    assert learned["due"][:10] == "2026-10-10"
    assert rows["What does **KMS** stand for?"]["due"][:10] == "2026-10-16"


def test_cards_of_mnemosyne_keep_due_days_and_answers(
    flash: Run, mnemosyne: Path
) -> None:
    code, out, err = flash("import", "default.db")

    assert (code, err) == (0, "")
    assert out == (
        "11 new notes, 14 cards, 16 new reviews\n"
        "8 cards with the due day of the other program\n"
        "deck files: default-decks/Mnemosyne/Mnemosyne.yaml\n"
    )
    assert schedules(flash) == {
        "What does **KMS** stand for?": ("review", "2026-10-24", 5),
        "鍵": ("review", "2026-09-30", 2),
        "key": ("suspended", "2026-09-28", 1),
        "鍵穴": ("relearning", "2026-09-24", 2),
        "keyhole": ("new", "", 0),
        "An [device] keeps $k_1$ in hardware.": ("new", "", 0),
        "An HSM keeps $k_1$ in […].": ("review", "2026-09-26", 1),
        "La casa es grande": ("review", "2026-09-25", 1),
        "La \\[house\\] es grande": ("new", "", 0),
        "La casa es \\[...\\]": ("new", "", 0),
        "![](dot.png)": ("new", "", 0),
        "Tokyo\\ ![](dot.png)": ("review", "2026-09-25", 1),
        "What is ![](dot.png)?": ("relearning", "2026-10-03", 3),
        "Never seen": ("new", "", 0),
    }
    assert Path("default-decks/Mnemosyne/dot.png").read_bytes() == DOT


def test_thinking_times_of_mnemosyne_are_kept(flash: Run, mnemosyne: Path) -> None:
    with closing(sqlite3.connect(mnemosyne)) as database, database:
        database.execute("update log set thinking_time = 7")

    flash("import", "default.db")

    with closing(sqlite3.connect("store.db")) as store:
        times = store.execute(
            "select distinct duration_ms from reviews where rating > 0"
        ).fetchall()
    assert times == [(7000,)]


def test_local_times_of_hashcards_follow_daylight_saving(
    flash: Run, hashcards: Path
) -> None:
    flash("config", "time_zone", "Europe/Berlin")
    moved = "2026-03-29T01:30:00.000"
    with closing(sqlite3.connect(hashcards / "hashcards.db")) as database, database:
        database.execute(
            "update reviews set reviewed_at = ? where reviewed_at like '2026-11-01T20:00%'",
            (moved,),
        )

    flash("import", "cards")

    with closing(sqlite3.connect("store.db")) as store:
        sql = "select min(id) from reviews where rating > 0"
        (first,) = store.execute(sql).fetchone()
    expected = datetime.fromisoformat("2026-03-29T00:30Z")
    assert first == expected.timestamp() * 1000


def test_cards_of_hashcards_keep_due_days_and_answers(
    flash: Run, hashcards: Path
) -> None:
    code, out, err = flash("import", "cards")

    assert code == 0
    name = blake3(b"gone").hexdigest()[:12]
    assert err == f"1 card left out: no Markdown file has its text\n  {name}\n"
    assert out == (
        "5 new notes, 6 cards, 3 new reviews\n"
        "3 cards with the due day of the other program\n"
        "deck files: hashcards-decks/Langues.French/Langues.French.yaml,"
        " hashcards-decks/Keys.yaml\n"
    )
    assert schedules(flash) == {
        "la clef": ("review", "2026-11-13", 2),
        "[…]: a device with [brackets]": ("new", "", 0),
        "HSM: a […] with [brackets]": ("review", "2026-11-02", 1),
        "What is KMS?": ("review", "2026-11-18", 4),
        "鍵は[…]と読む。": ("new", "", 0),
        "never asked": ("new", "", 0),
    }
    assert Path("hashcards-decks/Langues.French/k.png").exists()


@pytest.mark.parametrize("program", ["org", "mnemosyne", "hashcards"])
def test_a_second_import_changes_nothing(
    flash: Run, program: str, request: pytest.FixtureRequest
) -> None:
    source = str(request.getfixturevalue(program))
    flash("import", source, "--out", "decks")
    before = flash.json("list")

    code, out, _ = flash("import", source, "--out", "decks")

    assert code == 0
    assert out.startswith("0 new notes, 0 cards, 0 new reviews\n")
    assert flash("add", "decks")[1].split(";")[0].endswith("unchanged")
    assert flash.json("list") == before


def test_a_missing_picture_is_named_with_its_file(flash: Run, hashcards: Path) -> None:
    (hashcards / "Year 1").mkdir()
    text = "Q: Which cell?\nA: ![](cell.png)\n"
    (hashcards / "Year 1" / "Bio.md").write_text(text, "utf-8")

    err = flash("import", "cards")[2]

    place = f"{(hashcards / 'Year 1' / 'Bio.md').absolute()}:1"
    assert f"not found, left out: Year 1/cell.png of {place}\n" in err


def test_cards_without_their_pictures_keep_their_history(
    flash: Run, hashcards: Path
) -> None:
    """Their text changes in the deck file, so they get an id there."""
    (hashcards / "k.png").unlink()

    code, out, err = flash("import", "cards")

    assert (code, "not found, left out: k.png" in err) == (0, True)
    assert out.startswith("5 new notes, 6 cards, 3 new reviews\n")
    assert "- id: " in Path(FRENCH).read_text("utf-8")
    assert schedules(flash)["la clef"] == ("review", "2026-11-13", 2)
    assert len(flash.json("log")) == 1
    before = flash.json("list")
    assert flash("import", "cards")[1].startswith("0 new notes, 0 cards, 0 new")
    assert flash.json("list") == before


def test_an_import_is_undone_and_done_again(flash: Run, org: Path) -> None:
    flash("import", "notes")
    before = flash.json("list")

    assert flash("undo")[0] == 0
    assert flash.json("list") == []
    assert flash("import", "notes")[2] == (
        "flash: notes-decks: it exists already, and 9 notes are new"
        " (name a new folder with --out, or add --reviews-only)\n"
    )
    assert flash("import", "notes", "--out", "other")[0] == 0
    assert len(flash.json("list")) == len(before)


def test_a_dry_run_writes_nothing(flash: Run, org: Path) -> None:
    code, out, _ = flash("import", "notes", "--dry-run")

    assert code == 0
    assert "deck files: notes-decks/Keys.yaml\n(dry run" in out
    assert not Path("notes-decks").exists()
    assert flash.json("list") == []


def damaged(database: Path, sql: str) -> Any:
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute(sql)


def test_a_damaged_database_is_an_error(flash: Run, mnemosyne: Path) -> None:
    hint = "(name the database of hashcards or of Mnemosyne 2, or a backup of it)"
    whole = mnemosyne.read_bytes()
    cases = {
        "truncated": lambda: mnemosyne.write_bytes(whole[:60_000]),
        "not a database": lambda: mnemosyne.write_text("hello"),
        "a database of another program": lambda: damaged(mnemosyne, "drop table facts"),
        "a value is missing": lambda: damaged(
            mnemosyne, "update cards set next_rep = null"
        ),
        "unknown grade '7' of card 7FHayIaLMcLBPuQSacO6oB": lambda: damaged(
            mnemosyne, "update log set grade = 7 where _id = 43"
        ),
    }
    for reason, damage in cases.items():
        mnemosyne.write_bytes(whole)
        damage()
        expected = f"flash: default.db: can't be read: {reason} {hint}\n"
        assert flash("import", "default.db") == (1, "", expected)
    assert not Path("default-decks").exists()
    assert flash.json("list") == []


COLUMNS = {
    "facts": "_id id",
    "data_for_fact": "_fact_id key value",
    "cards": "_id id card_type_id _fact_id fact_view_id grade next_rep last_rep easiness"
    " acq_reps ret_reps lapses extra_data active question answer",
    "tags": "_id name",
    "tags_for_card": "_card_id _tag_id",
    "log": "object_id timestamp grade next_rep thinking_time",
}
OPTIONAL = {"value", "active", "question", "answer", "thinking_time"}
UNUSED = {"facts._id", "data_for_fact._fact_id", "tags._id", "tags_for_card._tag_id"}
UNUSED |= {"tags.name"}
"""Rows without them are left out."""
OF_HASHCARDS = {
    "cards": "card_hash due_date interval_days stability difficulty last_reviewed_at"
    " review_count",
    "reviews": "card_hash reviewed_at grade interval_days",
}


def with_value(database: Path, table: str, column: str, value: str) -> str:
    """Read a copy of a database with another value in a column; return the error."""
    copy = database.with_name("copy.db")
    copy.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(copy)) as opened, opened:
        # Without types and rules, as a damaged database may be.
        opened.execute(f"create table bare as select * from {table}")
        opened.execute(f"drop table {table}")
        opened.execute(f"alter table bare rename to {table}")
        opened.execute(f"update {table} set {column} = {value}")
    try:
        read_program(copy, Calendar(lambda _ms: 0))
    except PackageError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("table", "column"), [(one, c) for one in COLUMNS for c in COLUMNS[one].split()]
)
def test_a_missing_value_of_mnemosyne_is_named(
    mnemosyne: Path, table: str, column: str
) -> None:
    is_left_out = column in OPTIONAL or f"{table}.{column}" in UNUSED

    error = with_value(mnemosyne, table, column, "null")

    reason = "cloze without number" if column == "extra_data" else "a value is missing"
    assert error.startswith(f"can't be read: {reason}") or (is_left_out and not error)


@pytest.mark.parametrize(
    ("table", "column"),
    [(one, c) for one in OF_HASHCARDS for c in OF_HASHCARDS[one].split()],
)
def test_a_missing_value_of_hashcards_is_named(
    hashcards: Path, table: str, column: str
) -> None:
    database = hashcards / "hashcards.db"

    error = with_value(database, table, column, "null")

    # A card without a due date was never asked; stability stands in for a lost log.
    is_left_out = column == "due_date"
    assert error in ("can't be read: a value is missing", "" if is_left_out else "-")
    assert with_value(database, table, column, "x'00'") == (
        "can't be read: a value has another type"
    )


def test_a_fault_of_the_reader_is_not_blamed_on_the_database(
    mnemosyne: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("export.programs.mnemosyne._ordinal", lambda: 0)

    with pytest.raises(TypeError):
        read_program(mnemosyne, Calendar(lambda _ms: 0))


def test_a_database_in_use_is_not_read(flash: Run, mnemosyne: Path) -> None:
    Path("default.db-wal").write_bytes(b"pages")

    assert "the database is in use" in flash("import", "default.db")[2]


def test_mistakes_in_org_files_have_their_places(flash: Run, org: Path) -> None:
    text = org.read_text("utf-8")
    text = text.replace(":END:\n:REVIEW_DATA:", ":REVIEW_DATA:", 1)
    text = text.replace("2026-09-22T14:40:20Z", "soon")
    org.write_text(text.replace("| 2.50 |   1 |", "|   1 |", 1), "utf-8")
    with Path("notes/org-fc-reviews.tsv").open("a", encoding="utf-8") as log:
        log.write("half a li\n")

    code, out, err = flash("import", "notes")

    assert (code, out) == (1, "")
    file = "notes/org-fc.org"
    assert err.splitlines() == [
        "notes/org-fc-reviews.tsv:18:1: not a review of org-fc: 'half a li'"
        " (correct or remove the line)",
        f"{file}:5:1: drawer ':PROPERTIES:' without ':END:' (write ':END:' below it)",
        f"{file}:26:1: not a row of org-fc's review data"
        " (it has a position, a due time and numbers; correct or remove it)",
        f"{file}:40:1: 4 cells under 5 columns (restore the row, or remove it)",
    ]
    assert flash.json("list") == []


def test_mistakes_in_markdown_have_their_places(flash: Run, hashcards: Path) -> None:
    (hashcards / "Keys.md").write_text(
        "hello\nQ: one\nQ: two\nA: 2\nA: 3\nC: nothing\n---\n---\n", "utf-8"
    )

    code, out, err = flash("import", "cards")

    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "cards/Keys.md:1:1: text outside of a card (begin it with 'Q:' or 'C:')",
        "cards/Keys.md:2:1: a question without answer"
        " (write 'A:' and the answer below it)",
        "cards/Keys.md:5:1: an answer without question"
        " (write 'Q:' and the question above it)",
        "cards/Keys.md:6:1: no part is hidden (put the hidden words in [brackets])",
    ]


def test_cards_that_do_not_fit_are_named(flash: Run, org: Path) -> None:
    text = org.read_text("utf-8").replace("FC_TYPE:  double", "FC_TYPE:  audio")
    text = text.replace("FC_TYPE:  text-input", "FC_TYPE:  cloze")
    org.write_text(text, "utf-8")

    code, out, err = flash("import", str(org))

    assert code == 0
    assert out.startswith("7 new notes, ")
    assert err == (
        "1 note left out: unknown type of cards 'audio'\n"
        "  Keys: org-fc.org:17: 鍵\n"
        "3 reviews left out: the card is left out\n"
        "1 note left out: no part is hidden\n"
        "  Keys: org-fc.org:68: Capital of Japan? Tokyo More about it.\n"
    )


def test_math_and_colons_in_clozes_move_in(flash: Run) -> None:
    folder = Path("cards")
    folder.mkdir()
    texts = ["Value [$e^{x^{2}}$].", "std [a::b] x", "[`a::b`] [{a}] [a}}b] [:::]"]
    (folder / "C.md").write_text("".join(f"C: {text}\n" for text in texts), "utf-8")
    with closing(sqlite3.connect(folder / "hashcards.db")) as database, database:
        database.executescript(
            "create table cards (card_hash, due_date, interval_days, stability,"
            " difficulty, last_reviewed_at, review_count);"
            "create table reviews (card_hash, reviewed_at, grade, interval_days);"
            "create table sessions (session_id);"
        )
    Path("org").mkdir()
    Path("org/a.org").write_text(
        "* Sum {{$e^{x^{2}}$}{see $a^{b^{c}}$}@0} of {{a::b}@1} :fc:\n"
        ":PROPERTIES:\n:ID: a\n:FC_TYPE: cloze\n:END:\n",
        "utf-8",
    )

    assert flash("import", "cards")[0] == 0
    code, _, err = flash("import", "org")

    assert (code, "left out" in err) == (0, False)
    shown = {
        plain_text(row["question"]): plain_text(row["answer"])
        for row in flash.json("list")
    }
    assert shown == {
        "Value […].": "$e^{x^{2} }$",
        "std […] x": "a::b",
        "[…] {a} a}}b :::": "a::b",
        "a::b […] a}}b :::": "{a}",
        "a::b {a} […] :::": "a}}b",
        "a::b {a} a}}b […]": ":::",
        "Sum [see $a^{b^{c} }$] of a::b": "$e^{x^{2} }$",
        "Sum $e^{x^{2} }$ of […]": "a::b",
    }


def test_cards_without_a_history_are_imported_and_undone(flash: Run) -> None:
    Path("new.org").write_text(
        "* What is new? :fc:\n:PROPERTIES:\n:ID: a\n:FC_TYPE: normal\n:END:\nthis\n",
        "utf-8",
    )
    assert flash("import", "new.org")[0] == 0
    assert [row["state"] for row in flash.json("list")] == ["new"]

    assert flash("doctor")[0] == 0
    assert flash("undo")[0] == 0
    assert flash.json("list") == []
