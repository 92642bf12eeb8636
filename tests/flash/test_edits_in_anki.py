"""What was edited in Anki comes to flash, and is not undone there by an export."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki.models import ChangeNotetypeRequest
from anki_edits import (
    LATER,
    AnkiSide,
    Edit,
    add,
    answer,
    edit_here,
    note_type,
    only_note,
    set_fields,
)
from command_runner import Run


@pytest.fixture
def anki(tmp_path: Path) -> AnkiSide:
    return AnkiSide(tmp_path)


def rows(sql: str) -> list[Any]:
    with closing(sqlite3.connect("store.db")) as connection:
        return connection.execute(sql).fetchall()


EDITS: dict[str, tuple[Edit, list[str]]] = {
    "a field that no template shows": (
        set_fields("question", "answer", "private"),
        ["the question", "answer", "private"],
    ),
    "a text": (set_fields("question", "new", ""), ["the question", "new", ""]),
    "a colour": (
        set_fields("question", '<span style="color:red">answer</span>', ""),
        ["the question", '<span style="color:red">answer</span>', ""],
    ),
}


@pytest.mark.parametrize("words", [(), ("--update-text",)], ids=["plain", "update"])
@pytest.mark.parametrize(("edit", "fields"), EDITS.values(), ids=EDITS)
def test_export_keeps_what_was_edited_in_anki(
    flash: Run,
    anki: AnkiSide,
    edit: Edit,
    fields: list[str],
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = anki.package(
        lambda one: note_type(one, "T", "ABC", "{{A}} / {{B}}"),
        lambda one: add(one, "T", "question", "answer", ""),
    )
    flash("import", first)

    assert flash("import", anki.package(edit), *words)[0] == 0
    edit_here(flash, "front: question", "front: the question", monkeypatch)
    flash("export", "out.apkg")

    assert anki.take("out.apkg") == [(fields, [])]


def test_an_edit_without_a_field_leaves_the_note_in_anki(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = ("{{A}} / {{B}}", "{{B}} / {{A}}", "{{A}}? / {{B}} {{C}}")
    first = anki.package(
        lambda one: note_type(one, "T", "ABC", *sides),
        lambda one: add(one, "T", "word", "meaning", ""),
    )
    flash("import", first)
    anki.package(set_fields("word", "meaning", "example", tags=("marked",)))

    edit_here(flash, ": word", ": words", monkeypatch)
    _, _, err = flash("export", "out.apkg")

    assert "1 note keeps its text in Anki" in err
    assert anki.take("out.apkg") == [(["word", "meaning", "example"], ["marked"])]


def test_edits_on_both_sides_are_joined(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash(
        "import",
        anki.package(
            lambda one: note_type(one, "T", "ABC", "{{A}} / {{B}}"),
            lambda one: add(one, "T", "question", "answer", ""),
        ),
    )
    edit_here(flash, "front: question", "front: the question", monkeypatch)

    flash("import", anki.package(set_fields("question", "answer", "private")))
    flash("export", "out.apkg")

    assert anki.take("out.apkg") == [(["the question", "answer", "private"], [])]


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
def test_patched_deck_file_gives_the_note_of_anki(flash: Run, anki: AnkiSide) -> None:
    fields = ("<u>q</u>", '<span style="color:red">new</span>', "private")
    flash(
        "import",
        anki.package(
            lambda one: note_type(one, "T", "ABC", "{{A}} / {{B}}"),
            lambda one: add(one, "T", "q", "a", ""),
        ),
    )
    flash("export", "--yaml", "decks")
    flash("add", "decks")

    edited = anki.package(set_fields(*fields, tags=("x",)))
    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)
    flash("add", "decks", now=LATER)
    flash("export", "out.apkg")

    assert "+  back: new\n" in out
    assert anki.take("out.apkg") == [(list(fields), ["x"])]


def test_tags_of_anki_are_taken(
    flash: Run, anki: AnkiSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))
    edited = anki.package(set_fields("q", "a", tags=("new", "two")))

    _, _, err = flash("import", edited)
    out = flash("import", edited, "--update-text")[1]
    edit_here(flash, "front: q", "front: q2", monkeypatch)
    flash("export", "out.apkg")

    assert err == (
        "1 note edited in Anki: the text here was kept (--update-text takes Anki's)\n"
    )
    assert "1 note updated with the text of Anki" in out
    assert anki.take("out.apkg") == [(["q2", "a"], ["new", "two"])]


def test_tags_added_in_anki_to_our_note_are_a_patch(flash: Run, anki: AnkiSide) -> None:
    Path("d.yaml").write_text(
        "deck: D\ntags: [a]\ncards:\n- {front: q, back: a, id: x}\n", "utf-8"
    )
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    anki.take("out.apkg")

    def tag(collection: Collection) -> None:
        note = only_note(collection)
        note.tags += ["new", "leech"]
        collection.update_note(note)

    anki.package()
    (patch,) = flash.json("import", anki.package(tag), "--update-text")["patches"]

    assert [line for line in patch.splitlines() if line[0] in "+-"][2:] == [
        "-- {front: q, back: a, id: x}",
        '+- {front: q, back: a, id: x, tags: ["new"]}',
    ]


@pytest.mark.parametrize("name", ["cell.png", "my cell (1).png", "100 %.png"])
def test_edited_text_keeps_its_pictures(flash: Run, anki: AnkiSide, name: str) -> None:
    Path(name).write_bytes(b"picture")
    Path("d.yaml").write_text(
        f"deck: D\ncards:\n- front: see ![a](<{name.replace('%', '%25')}>) here\n"
        "  back: a\n",
        "utf-8",
    )
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    anki.package()

    edited = anki.package(set_fields(fields[0].replace("here", "there"), *fields[1:]))
    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)

    assert flash("add", "d.yaml")[1].endswith("1 reworded; 1 card\n")
    flash("export", "again.apkg")
    ((after, _),) = anki.take("again.apkg")
    assert after[0] == fields[0].replace("here", "there")


WRITTEN = {
    "a question": (
        "front: |\n    Run snake_case:\n\n    ```python\n    x = 1\n    ```\n  back: a",
        "Run",
    ),
    "a cloze": (
        'cloze: A {{c2::run}} a_b with {{c1::lines}} [x](https://x.example "t")',
        "with",
    ),
    "an extra": ("front: q\n  back: a\n  extra: Run 5 * 3 * 2", "Run"),
}


@pytest.mark.parametrize(("card", "old"), WRITTEN.values(), ids=WRITTEN)
def test_patch_changes_only_the_edited_word(
    flash: Run, anki: AnkiSide, card: str, old: str
) -> None:
    text = f"deck: D\ncards:\n- {card}\n"
    Path("d.yaml").write_text(text, "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    anki.package()
    edited = anki.package(set_fields(*(one.replace(old, "new") for one in fields)))

    out = flash("import", edited, "--update-text")[1]
    subprocess.run(["patch", "-p0"], input=out, text=True, check=True)

    assert Path("d.yaml").read_text("utf-8") == text.replace(old, "new")


def test_later_edit_in_anki_is_found_after_an_update(
    flash: Run, anki: AnkiSide
) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))
    first = anki.package(set_fields("q", "first"))
    second = anki.package(set_fields("q", "second"))

    flash("import", first, "--update-text", now="2029-01-01T00:00:00+00:00")
    flash("import", second, "--update-text", now="2029-01-02T00:00:00+00:00")

    assert '"back":"second"' in rows("select fields from notes")[0][0]


def with_field(collection: Collection) -> None:
    models = collection.models
    kind = models.by_name("T")
    models.add_field(kind, models.new_field("New"))
    models.reposition_field(kind, kind["flds"][-1], 0)
    kind["tmpls"][0]["afmt"] += "<br>{{New}}"
    models.update_dict(kind)
    note = only_note(collection, "A:q1")
    note["New"] = "new"
    collection.update_note(note)
    add(collection, "T", "of q3", "q3", "a3")


def without_field(collection: Collection) -> None:
    models = collection.models
    kind = models.by_name("T")
    models.remove_field(kind, kind["flds"][1])
    kind["tmpls"][0]["afmt"] = "x"
    models.update_dict(kind)


def with_template(collection: Collection) -> None:
    models = collection.models
    kind = models.by_name("T")
    template = models.new_template("Back")
    template["qfmt"], template["afmt"] = "Say {{B}}", "{{A}}"
    models.add_template(kind, template)
    models.update_dict(kind)


def of_another_type(collection: Collection) -> None:
    models = collection.models
    old, new = models.by_name("T"), models.by_name("Basic (and reversed card)")
    info = models.change_notetype_info(
        old_notetype_id=old["id"], new_notetype_id=new["id"]
    )
    request: ChangeNotetypeRequest = info.input
    request.note_ids.extend(collection.find_notes("A:q1"))
    models.change_notetype_of_notes(request)


CHANGES = {
    "a field": with_field,
    "a field less": without_field,
    "a template": with_template,
    "another note type": of_another_type,
}


@pytest.mark.parametrize("words", [(), ("--update-text",)], ids=["plain", "update"])
@pytest.mark.parametrize("edit", CHANGES.values(), ids=CHANGES)
def test_changed_note_type_gives_a_package_that_anki_takes(
    flash: Run,
    anki: AnkiSide,
    edit: Edit,
    words: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    first = anki.package(
        lambda one: note_type(one, "T", "AB", "{{A}} / {{B}}"),
        lambda one: add(one, "T", "q1", "a1"),
        lambda one: add(one, "T", "q2", "a2"),
    )
    flash("import", first)

    changed = anki.package(edit)
    flash("import", changed, *words)
    flash("export", "out.apkg", "--with-schedule")

    other = AnkiSide(tmp_path / "other")
    other.path.parent.mkdir()
    expected = AnkiSide(tmp_path / "expected")
    expected.path.parent.mkdir()
    assert other.take("out.apkg") == expected.take(changed)
    assert anki.take("out.apkg") == other.take(changed)


CLOZES = {
    "new texts": ("{{c1::1914}} and {{c2::1918}}", "{{c1::1939}} and {{c2::1945}}"),
    "numbers exchanged": ("{{c1::one}} {{c2::two}}", "{{c2::one}} {{c1::two}}"),
    "a gap before": ("{{c1::a}} {{c2::b}}", "{{c1::z}} {{c2::a}} {{c3::b}}"),
    "a number in between": ("{{c1::a}} {{c3::c}}", "{{c1::a}} {{c2::b}} {{c3::c}}"),
    "a number less": ("{{c1::a}} {{c2::b}} {{c3::c}}", "{{c1::a b}} {{c3::c}}"),
    "another kind": ("{{c1::Paris}} in France", "{{c1::Paris}} in {{c1,2::France}}"),
}


@pytest.mark.parametrize(("before", "after"), CLOZES.values(), ids=CLOZES)
def test_edited_clozes_stay_the_cards_that_they_are_in_anki(
    flash: Run, anki: AnkiSide, before: str, after: str
) -> None:
    def start(collection: Collection) -> None:
        add(collection, "Cloze", before, "")
        answer(collection)

    flash("import", anki.package(start))
    cards = "select ordinal, id, reps from cards where retired = 0 order by ordinal"
    guids = rows("select guid from notes")
    known = {row[0]: row[1:] for row in rows(cards)}

    edited = anki.package(set_fields(after, ""))
    flash("import", edited, "--update-text")

    numbers = {
        int(number)
        for found in re.findall(r"\{\{c([0-9,]+)", after)
        for number in found.split(",")
    }
    now = {row[0]: row[1:] for row in rows(cards)}
    assert rows("select guid from notes where retired = 0") == guids
    assert {ordinal + 1 for ordinal in now} == numbers
    assert all(now[one] == known[one] for one in known.keys() & now.keys())
    flash("export", "out.apkg")
    assert anki.take("out.apkg") == [([after, ""], [])]


def test_question_of_a_filled_field_is_added(flash: Run, anki: AnkiSide) -> None:
    sides = ("{{A}} / {{B}}", "{{B}} / {{A}} {{B}}", "{{#C}}Ex {{C}}{{/C}} / {{A}}")
    first = anki.package(
        lambda one: note_type(one, "T", "ABC", *sides),
        lambda one: add(one, "T", "a", "b", ""),
    )
    flash("import", first)
    filled = anki.package(set_fields("a", "b", "c"))

    named = flash("import", filled)[2]
    flash("import", filled, "--update-text")

    assert named == (
        "1 card left out: its note has no such question in flash\n"
        "  Default: a\n"
        "1 note edited in Anki: the text here was kept (--update-text takes Anki's)\n"
    )
    assert rows("select ordinal, part from cards order by 1") == [
        (0, "a"),
        (1, "b"),
        (2, "Ex c"),
    ]


def test_gaps_of_our_notes_keep_their_numbers(flash: Run, anki: AnkiSide) -> None:
    text = "A {{c2::red}} {{c1::sky}}"
    Path("d.yaml").write_text(f"deck: D\ncards:\n- cloze: {text}\n", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    assert fields[0] == "A {{c1::red}} {{c2::sky}}"
    anki.package()

    edited = anki.package(
        set_fields("A {{c1::blue}} {{c2::sky}} {{c3::x}}", *fields[1:])
    )
    (patch,) = flash.json("import", edited, "--update-text")["patches"]

    assert "+- cloze: A {{c2::blue}} {{c1::sky}} {{c3::x}}\n" in patch


def test_patch_of_a_cloze_keeps_its_colons(flash: Run, anki: AnkiSide) -> None:
    text = r"cloze: 'The {{c1::arn:aws:s3:\:\:b}} of'"
    Path("d.yaml").write_text(f"deck: D\ncards:\n- {text}\n", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    anki.package()

    edited = anki.package(set_fields(fields[0].replace("The", "An"), *fields[1:]))
    (patch,) = flash.json("import", edited, "--update-text")["patches"]

    assert r"An {{c1::arn:aws:s3:\\:\\:b}} of" in patch


def test_cloze_that_flash_can_not_hold_is_named(flash: Run, anki: AnkiSide) -> None:
    Path("d.yaml").write_text("deck: D\ncards:\n- cloze: A {{c1::b}}\n", "utf-8")
    flash("add", "d.yaml")
    flash("export", "out.apkg")
    ((fields, _),) = anki.take("out.apkg")
    anki.package()

    edited = anki.package(set_fields("A {{c1,2::b}}", *fields[1:]))
    (text,) = flash.json("import", edited, "--update-text")["patches"]

    assert text.partition("d.yaml")[2] == (
        ":3: edited in Anki; change this card by hand\n"
        "  Text: A {{c1::b}}\n"
        "      → A {{c1,2::b}}"
    )


def test_undo_of_an_update_brings_the_cards_back(flash: Run, anki: AnkiSide) -> None:
    flash(
        "import", anki.package(lambda one: add(one, "Cloze", "{{c1::a}} {{c2::b}}", ""))
    )
    state = "select id, part, ordinal, retired from cards order by id"
    kept = "select notetype, fields, shown, content from anki_notes"
    before = rows(state), rows(kept)

    flash(
        "import",
        anki.package(set_fields("{{c2::a}} x {{c1,3::b}}", "")),
        "--update-text",
    )
    assert (rows(state), rows(kept)) != before
    flash("undo")

    assert ([row for row in rows(state) if not row[3]], rows(kept)) == before


def test_fields_beyond_the_note_type_are_reported(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "a")))
    flash("import", anki.package(lambda one: add(one, "Basic", "q2", "a2")))
    for fields, guid in (("'q\x1fa\x1fb'", "min"), ("'q2'", "max")):
        with closing(sqlite3.connect("store.db")) as connection:
            connection.execute(
                f"update anki_notes set fields = {fields}"
                f" where guid = (select {guid}(guid) from anki_notes)"
            )
            connection.commit()

    found = json.loads(flash("export", "out.apkg", "--json")[1])

    assert [one["reason"] for one in found["items"]] == [
        "1 note left out: its fields don't fit its note type"
    ]


def test_package_without_schedule_changes_no_mark(flash: Run, anki: AnkiSide) -> None:
    def mark(collection: Collection) -> None:
        add(collection, "Basic", "q", "a")
        add(collection, "Basic", "q2", "a2")
        cards = collection.find_cards("")
        collection.set_user_flag_for_cards(1, cards)
        collection.sched.suspend_cards(cards[1:])

    def touch(collection: Collection) -> None:
        answer(collection)
        collection.set_user_flag_for_cards(2, collection.find_cards("q2"))

    marks = "select suspended, flag from cards order by id"
    flash("import", anki.package(mark))

    said = flash("import", anki.package(touch, scheduling=False))[1]

    assert "flagged" not in said
    assert rows(marks) == [(0, 1), (1, 1)]
    flash("import", anki.package())
    assert rows(marks) == [(0, 1), (1, 2)]


def test_notes_from_anki_are_named_by_their_question(
    flash: Run, anki: AnkiSide, tmp_path: Path
) -> None:
    flash(
        "import",
        anki.package(lambda one: add(one, "Basic", "why <img src=p.png>", "a")),
    )
    flash(
        "import", anki.package(set_fields("why <img src=p.png>", "b")), "--update-text"
    )

    shown = (
        flash("log")[1],
        flash("show", "why")[1],
        flash("doctor")[1],
        flash("export", "--yaml", "out")[2],
    )

    assert not [one for one in shown if "store.db.media" in one]
    assert "Edited 'why [image: p.png]': 1 changed" in shown[0]
    assert "no file" in shown[1]
    assert "p.png (why ![](p.png))" in shown[2]
    assert shown[3] == "not found, left out: p.png of why ![](p.png)\n"


def test_cards_of_a_filled_side_are_asked_again(flash: Run, anki: AnkiSide) -> None:
    flash("import", anki.package(lambda one: add(one, "Basic", "q", "")))
    state = "select c.suspended, n.tags from cards c join notes n on n.guid = c.note"
    assert rows(state) == [(1, '["empty-side"]')]

    flash("import", anki.package(set_fields("q", "a")), "--update-text")

    assert rows(state) == [(0, "[]")]


def test_cards_without_a_log_count_no_reviews(flash: Run, anki: AnkiSide) -> None:
    def start(collection: Collection) -> None:
        for field in "qr":
            add(collection, "Basic", field, "a")
        collection.sched.set_due_date([answer(collection, 4)], "30")
        collection.db.execute("delete from revlog")

    out = flash("import", anki.package(start))[1]

    assert out == "2 new notes, 2 cards, 0 new reviews\n"
    assert "Imported 2 notes and 0 reviews" in flash("log")[1]
