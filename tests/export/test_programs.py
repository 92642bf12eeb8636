"""Times and kinds of answers that other programs logged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from blake3 import blake3

from cards.note import Basic, Cloze
from export.programs.hashcards import read_hashcards
from export.programs.mnemosyne import read_mnemosyne
from export.programs.obsidian import schedules
from export.programs.org_fc import read_org_fc
from export.programs.schedule import (
    CardSchedule,
    LoggedAnswer,
    in_order,
    write_log,
)
from srs.models.cards import ReviewKind, State
from srs.scheduler.study_day import Calendar, date_day, zone_offset

DATABASE = Path(__file__).parents[1] / "programs" / "mnemosyne.sql"
TOKYO = Calendar(zone_offset("Asia/Tokyo"))
BERLIN = Calendar(zone_offset("Europe/Berlin"))
KMS = "What does **KMS** stand for?"
HASHCARDS_TABLES = """
    create table cards (card_hash, due_date, interval_days, stability, difficulty,
                        last_reviewed_at, review_count);
    create table reviews (card_hash, reviewed_at, grade, interval_days);
"""
START = 1_790_000_000


@pytest.fixture
def mnemosyne() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(DATABASE.read_text("utf-8"))
        yield database


def kms(database: sqlite3.Connection) -> CardSchedule:
    """Return the schedule of one card of the database."""
    notes = read_mnemosyne(database, Path("default.db"), TOKYO).notes
    found = {getattr(one.note.content, "front", ""): one.schedules for one in notes}
    return found[KMS][0]


def test_seconds_of_mnemosyne_become_milliseconds(
    mnemosyne: sqlite3.Connection,
) -> None:
    schedule = kms(mnemosyne)

    assert schedule.answers == (
        LoggedAnswer((START + 5) * 1000, 1, -60, 5000),
        LoggedAnswer((START + 70) * 1000, 1, -60, 5000),
        LoggedAnswer((START + 135) * 1000, 3, 2, 5000),
        LoggedAnswer((START + 259_855) * 1000, 3, 6, 5000),
        LoggedAnswer((START + 1_037_715) * 1000, 3, 21, 5000),
    )
    assert schedule.last_ms == (START + 1_037_715) * 1000
    assert (schedule.due_day, schedule.due_ms) == (date_day("2026-10-24"), None)


MNEMOSYNE_CLOZES = {
    "math": (r"<$>e^{i} = [\cos\pi + i_1]</$>", r"$e^{i} = {{c1::\cos\pi + i_1}}$"),
    "a formula": (r"[<$>x^{y_{i}}</$>:h]", r"{{c1::$x^{y_{i} }$::h}}"),
    "the end of math": (r"<$>x = [\frac{a}{b}]</$>", r"$x = {{c1::\frac{a}{b}\,}}$"),
    "code": ("<code>rm [a_b]</code>", "`rm` {{c1::`a_b`}}"),
    "text": ("[a_b*:h] [x&#58;&#58;y]", r"{{c1::a\_b\*::h}} {{c2::x:\:y}}"),
    "marks of a cloze": ("[a] {{c1::b}}", r"{{c1::a}} \{\{c1:\:b}}"),
    "a sound": ('<audio src="a.mp3">\n[b]', "![](a.mp3)\\\n{{c1::b}}"),
}


@pytest.mark.parametrize(
    ("text", "expected"), MNEMOSYNE_CLOZES.values(), ids=MNEMOSYNE_CLOZES
)
def test_cloze_of_mnemosyne_hides_what_it_shows(
    mnemosyne: sqlite3.Connection, text: str, expected: str
) -> None:
    change = "update data_for_fact set value = ? where key = 'text'"
    mnemosyne.execute(change, (text,))

    notes = read_mnemosyne(mnemosyne, Path("default.db"), TOKYO).notes

    assert Cloze(expected) in [one.note.content for one in notes]


ORG_CLOZES = {
    "code": ("=rm {{file_name}@1}=", "`rm {{c2::file_name}}`"),
    "math": (r"\({{a_1}{x_1}@0} + b\)", "${{c1::a_1::x_1}} + b$"),
    "text": (
        "{{*b* c_d}{h_1}@0} {{x::y}@1} {{u}}",
        r"{{c1::**b** c\_d::h\_1}} {{c2::x:\:y}} u",
    ),
    "lines of code": (
        "a {{b_c}@0}\n#+begin_src c\nint {{a_b}@0};\n#+end_src\n: {{d_e}@1}",
        "a {{c1::b\\_c}}\n\n```c\nint {{c1::a_b}};\n```\n\n```\n{{c2::d_e}}\n```",
    ),
}


@pytest.mark.parametrize(("org", "expected"), ORG_CLOZES.values(), ids=ORG_CLOZES)
def test_cloze_of_org_fc_hides_what_it_shows(
    tmp_path: Path, org: str, expected: str
) -> None:
    drawer = ":PROPERTIES:\n:ID: x\n:FC_TYPE: cloze\n:END:"
    title, _, body = org.partition("\n")
    file = tmp_path / "a.org"
    file.write_text(f"* {title} :fc:\n{drawer}\n{body}\n", "utf-8")

    (moved,) = read_org_fc([file], tmp_path / "none.tsv", TOKYO).notes

    assert moved.note.content == Cloze(expected)


INDENTED = """\
* A
** B
*** C :fc:
    :PROPERTIES:
    :ID: x
    :FC_TYPE: normal
    :END:
    SCHEDULED: <2026-11-01 Sun>
    one [[file:a.png]]

      - two
**** D
     three
**** Back
     four

       : five
"""


def test_indented_text_of_org_is_no_code(tmp_path: Path) -> None:
    (tmp_path / "a.org").write_text(INDENTED, "utf-8")

    (moved,) = read_org_fc([tmp_path / "a.org"], tmp_path / "none.tsv", TOKYO).notes

    assert moved.note.content == Basic(
        "C\n\none ![](<a.png>)\n\n  - two\n\n**D**\n\nthree",
        "four\n\n  ```\n  five\n  ```",
    )


def test_cloze_of_hashcards_ends_math_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "Keys.md").write_text(r"C: $e = [\frac{a}{b}]$ `[a::b]`", "utf-8")
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(HASHCARDS_TABLES)

        (moved,) = read_hashcards(database, tmp_path / "hashcards.db", BERLIN).notes

    expected = r"$e = {{c1::\frac{a}{b}\,}}$ `{{c2::a: :b}}`"
    assert moved.note.content == Cloze(expected)


@pytest.mark.parametrize(
    ("lapses", "state"), [(0, State.LEARNING), (2, State.RELEARNING)]
)
def test_forgotten_card_of_mnemosyne_is_due_after_a_minute(
    mnemosyne: sqlite3.Connection, lapses: int, state: State
) -> None:
    mnemosyne.execute(
        "update cards set grade = 1, lapses = ? where question like '%KMS%'", (lapses,)
    )

    schedule = kms(mnemosyne)

    assert schedule.state is state
    assert schedule.due_ms == (START + 1_037_715 + 60) * 1000
    assert schedule.due_day == TOKYO.day(schedule.due_ms)


def test_answers_of_one_second_get_moments_in_a_row(
    mnemosyne: sqlite3.Connection,
) -> None:
    mnemosyne.execute("update log set timestamp = ? where _id = 44", (START + 5,))

    moments = [one.at_ms - START * 1000 for one in kms(mnemosyne).answers]

    assert moments[:3] == [5000, 5001, 135_000]


def test_moments_that_were_taken_move_those_behind_them() -> None:
    answers = [LoggedAnswer(at, 3, 1) for at in (1001, 1000, 1000, 1002, 2000)]

    found = in_order(answers)

    assert [one.at_ms for one in found] == [1000, 1001, 1002, 1003, 2000]


def test_answers_after_a_lapse_are_relearning(tmp_path: Path) -> None:
    steps = [-60, -600, 1, 4, -600, -60, 2, 5]
    answers = tuple(LoggedAnswer(at, 3, step) for at, step in enumerate(steps, 1))

    write_log(tmp_path / "log.db", [(7, answers)])

    with closing(sqlite3.connect(tmp_path / "log.db")) as log:
        rows = log.execute(
            "select interval, last_interval, kind from log order by id"
        ).fetchall()
    assert [(*row[:2], ReviewKind(row[2])) for row in rows] == [
        (-60, 0, ReviewKind.LEARN),
        (-600, -60, ReviewKind.LEARN),
        (1, -600, ReviewKind.LEARN),
        (4, 1, ReviewKind.REVIEW),
        (-600, 4, ReviewKind.REVIEW),
        (-60, -600, ReviewKind.RELEARN),
        (2, -60, ReviewKind.RELEARN),
        (5, 2, ReviewKind.REVIEW),
    ]


CLOCK_CHANGES = {
    "before it goes forward": ("2026-03-29T01:30:00.000", "2026-03-29T00:30:00"),
    "after it went forward": ("2026-03-29T03:30:00.000", "2026-03-29T01:30:00"),
    "before it goes back": ("2026-10-25T01:30:00.000", "2026-10-24T23:30:00"),
    "after it went back": ("2026-10-25T03:30:00.000", "2026-10-25T02:30:00"),
    "in winter": ("2026-11-25T00:30:00.000", "2026-11-24T23:30:00"),
}


@pytest.mark.parametrize(("local", "utc"), CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
def test_hashcards_time_on_the_day_the_clock_changes(
    tmp_path: Path, local: str, utc: str
) -> None:
    (tmp_path / "Keys.md").write_text("Q: q\nA: a\n", "utf-8")
    name = blake3(b"Basicqa").hexdigest()
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(HASHCARDS_TABLES)
        row = (name, "2026-12-01", 3, 3.17, 3.25, local, 1)
        database.execute("insert into cards values (?, ?, ?, ?, ?, ?, ?)", row)
        log = (name, local, "good", 3)
        database.execute("insert into reviews values (?, ?, ?, ?)", log)

        (note,) = read_hashcards(database, tmp_path / "hashcards.db", BERLIN).notes

    schedule = note.schedules[0]
    assert BERLIN.iso(schedule.last_ms)[:16] == local[:16]
    assert Calendar(lambda _: 0).iso(schedule.last_ms) == f"{utc}+00:00"
    assert [one.at_ms for one in schedule.answers] == [schedule.last_ms]


def test_days_of_obsidian_are_calendar_days() -> None:
    found = list(schedules("!2026-10-24,4,250!2000-01-01,1,250"))

    day = date_day("2026-10-24")
    assert found == [
        CardSchedule(day, None, 4, 2500, 0.0, (day - 4) * 86_400_000),
        None,
    ]
