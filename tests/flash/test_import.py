"""Import and export as commands: tables, deck files, packages and back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from foreign_packages import database, package, zipped

from flash.__main__ import main


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    return flash


def rows(sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("store.db")) as connection:
        return connection.execute(sql).fetchall()


TABLES: dict[str, tuple[str, str, list[str]]] = {
    "a head and semicolons": (
        "a.csv",
        'front;back;tags\nWhat; "a";x;u v\n'.replace('What; "a"', '"What; ""a"""'),
        ['Imported|basic|What; "a"|x|u v|'],
    ),
    "no head": ("a.csv", "q,a,t\n", ["Imported|basic|q|a|t|"]),
    "tabs": ("a.tsv", "q 1,2\ta\n", ["Imported|basic|q 1,2|a||"]),
    "a cloze with its extra": (
        "a.txt",
        "see {{c1::this}}\tmore\n",
        ["Imported|cloze|see {{c1::this}}|||more"],
    ),
    "Anki's own export": (
        "a.txt",
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n"
        "#deck column:3\n#tags column:6\n"
        "g1\tBasic\tA::B\tq <b>x</b>\ta&amp;b\tone two\n"
        "g2\tBasic (and reversed card)\tA\tq2\ta2\t\n",
        [
            "A::B|basic|q **x**|a&b|one two|",
            "A|basic reversed|q2|a2||",
        ],
    ),
    "a byte order mark and CRLF": (
        "a.csv",
        "\ufefffront,back\r\nq,a\r\n",
        ["Imported|basic|q|a||"],
    ),
    "names of columns": (
        "a.csv",
        "Question,Answer,Deck,Extra\nq,a,D,e\n",
        ["D|basic|q|a||e"],
    ),
}


def told(content: str) -> list[str]:
    made = json.loads(content)
    kind = made["type"] + (" reversed" if made.get("reverse") else "")
    front = made.get("front", made.get("cloze"))
    return [kind, front, made.get("back", "")]


@pytest.mark.parametrize(("name", "text", "notes"), TABLES.values(), ids=TABLES)
def test_a_table_becomes_notes(
    flash: Run, name: str, text: str, notes: list[str]
) -> None:
    Path(name).write_text(text, "utf-8", newline="")

    code, out, _ = flash("import", name)

    found = [
        "|".join([deck, *told(fields), " ".join(json.loads(tags)), extra])
        for fields, deck, tags, extra in rows(
            "select n.fields, d.name, n.tags, n.extra from notes n"
            " join decks d on d.id = n.deck order by n.anki_id"
        )
    ]
    assert (code, found) == (0, notes)
    assert out.startswith(f"{len(notes)} new note")
    assert flash("import", name)[1].startswith("0 new notes")


def test_columns_may_be_named(flash: Run) -> None:
    Path("a.csv").write_text("1,answer,x,question\n", "utf-8")

    code, _, _ = flash("import", "a.csv", "--columns", ",back,,front", "--deck", "D")

    assert code == 0
    assert rows("select fields from notes")[0][0] == (
        '{"type":"basic","front":"question","back":"answer","reverse":false}'
    )


BAD_TABLES: dict[str, tuple[bytes, str]] = {
    "not UTF-8": (b"q,a\n\xff,b\n", "a.csv:2: not UTF-8: byte 0xff"),
    "UTF-16": (
        "質問,答え\n".encode("utf-16"),
        "a.csv:1: UTF-16 instead of UTF-8"
        " (save the file as UTF-8; Excel calls it 'CSV UTF-8')",
    ),
    "Shift-JIS": (
        "front,back\nキー,鍵\n".encode("cp932"),
        "a.csv:2: Shift-JIS instead of UTF-8 (save the file as UTF-8; Excel",
    ),
    "Latin-1": (
        "q,a\ncafé,été não\n".encode("latin-1"),
        "a.csv:2: not UTF-8: byte 0xe9",
    ),
    "nothing": (b"", "a.csv: no notes in this table"),
    "one column": (b"q\n", "a.csv: no notes in this table"),
    "a quote that never ends": (b'q,"a\n', "a.csv:1: quote is never closed"),
    "binary": (b"q,a\0\n", "a.csv: not a text file: contains NUL"),
}


@pytest.mark.parametrize(("data", "said"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_bad_table_is_reported_and_nothing_is_written(
    flash: Run, data: bytes, said: str
) -> None:
    Path("a.csv").write_bytes(data)

    code, out, err = flash("import", "a.csv")

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {said}")
    assert rows("select count(*) from notes") == [(0,)]


OPTIONS = {
    "--deck": ["D"],
    "--columns": ["front,back"],
    "--header": [],
    "--no-html": [],
    "--reviews-only": [],
    "--update-text": [],
    "--out": ["new"],
}
FITTING = {
    "a.apkg": {"--reviews-only", "--update-text"},
    "a.csv": {"--deck", "--columns", "--header", "--no-html", "--update-text"},
    "a.md": set(),
    "a.org": {"--reviews-only", "--out"},
    "a.db": {"--reviews-only", "--out"},
    ".": set(),
}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("source", FITTING)
def test_an_option_that_says_nothing_is_refused(
    flash: Run, source: str, option: str
) -> None:
    Path("b.md").write_text("#flashcards\n\nq::a\n", "utf-8")

    code, out, err = flash("import", source, option, *OPTIONS[option])

    named = option.replace("--no-", "--")
    assert (f"{named} can't be used with" in err) == (option not in FITTING[source])
    if option not in FITTING[source]:
        assert (code, out) == (2, "")


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("nope", 1, "flash: nope: no such file (check the path)"),
        ("nope.yaml", 1, "flash: nope.yaml: no such file (check the path)"),
        ("deck.yaml", 2, "add deck files with flash add"),
        ("decks", 1, "decks: no notes with cards in this folder (add deck files with"),
        ("empty", 1, "empty: no notes with cards in this folder (hashcards has"),
        ("a.zip", 2, ".apkg, .colpkg, .csv, .tsv, .txt, .md, .org, .db, .sqlite,"),
    ],
)
def test_what_can_not_be_imported_is_named(
    flash: Run, source: str, code: int, message: str
) -> None:
    Path("decks").mkdir()
    Path("empty").mkdir()
    for file in ("decks/deck.yaml", "deck.yaml", "a.zip"):
        Path(file).write_text("deck: D\ncards: [{front: a, back: b}]\n", "utf-8")

    found, out, err = flash("import", source)

    assert (found, out) == (code, "")
    assert message in " ".join(err.replace("│", " ").split())


def test_unknown_suffix_or_column_is_a_usage_error(flash: Run) -> None:
    Path("a.zip").touch()
    for words in (
        ["a.zip"],
        ["a.csv", "--columns", "front,bakc"],
        ["a.csv", "--columns", "back"],
    ):
        assert flash("import", *words)[0] == 2


def test_deck_files_written_and_added_again_change_nothing(flash: Run) -> None:
    Path("p.png").write_bytes(b"a picture")
    Path("cells.yaml").write_text(
        CELLS
        + "  - list: l\n    items: [a, b]\n    ordered: true\n"
        + "  - choice: c\n    options: [x, {text: none, pin: last}]\n    answer: x\n"
        + "  - compare: [A, B]\n    by: {no: [yes, 3.10]}\n"
        + "  - questions: [{front: f, back: 'b: c'}]\n"
        + '  - front: "![](p.png)"\n    back: |\n      one\n\n      two\n'
        + "    extra: '# x'\n    changed: {was: w, since: 2023-01}\n"
        + '    source: [B, {title: T, url: "https://e.org"}]\n',
        "utf-8",
    )
    flash("add", "cells.yaml")
    before = rows("select * from cards order by id")
    texts = "select guid, fields, extra, tags, sources, changed from notes order by 1"
    wanted = rows(texts)

    code, out, _ = flash("export", "--yaml", "out")
    again = json.loads(flash("add", "out", "--json")[1])

    assert (code, out) == (0, "out: 8 notes, 1 file, 1 media file\n")
    assert Path("out/Cells.Basics.en/p.png").read_bytes() == b"a picture"
    assert again["moved"] == 8
    assert again["unchanged"] == again["new"] == again["retired"] == 0
    assert rows(texts) == wanted
    assert rows("select * from cards order by id") == before
    assert json.loads(flash("add", "out", "--json")[1])["unchanged"] == 8


def test_imported_deck_written_as_yaml_changes_nothing(flash: Run) -> None:
    package(Path("in.apkg"), "update notes set flds = 'q' || char(31) || '1<br>- b'")
    flash("import", "in.apkg")
    cards, texts = "select * from cards", "select guid, fields, tags from notes"
    before = rows(cards), rows(texts)

    flash("export", "--yaml", "out")
    again = json.loads(flash("add", "out", "--json")[1])

    assert (again["moved"], again["new"], again["retired"]) == (1, 0, 0)
    assert (rows(cards), rows(texts)) == before
    assert json.loads(flash("add", "out", "--json")[1])["unchanged"] == 1


def test_note_from_anki_is_exported_byte_for_byte(flash: Run) -> None:
    script = (
        "update col set models = replace(models, '{{Front}}', 'Say: {{Front}}');"
        "update notes set flds = 'q &nbsp;<i class=x>y</i>' || char(31) || 'a<br>'"
    )
    package(Path("in.apkg"), script)
    flash("import", "in.apkg")

    code, _, _ = flash("export", "out.apkg")

    from zipfile import ZipFile

    Path("out.db").write_bytes(ZipFile("out.apkg").read("collection.anki2"))
    with closing(sqlite3.connect("out.db")) as connection:
        guid, notetype, fields = connection.execute(
            "select guid, mid, flds from notes"
        ).fetchone()
        models = json.loads(connection.execute("select models from col").fetchone()[0])
    assert code == 0
    assert (guid, notetype) == ("guid", 5)
    assert fields == "q &nbsp;<i class=x>y</i>\x1fa<br>"
    assert models["5"]["tmpls"][0]["qfmt"] == "Say: {{Front}}"


def test_edit_of_a_note_from_anki_changes_only_its_field(flash: Run) -> None:
    package(Path("in.apkg"))
    flash("import", "in.apkg")
    flash("export", "--yaml", "out")
    file = next(Path("out").glob("*.yaml"))
    file.write_text(
        file.read_text("utf-8").replace("back: a", "back: a **b**"), "utf-8"
    )
    flash("add", "out")

    flash("export", "out.apkg")

    from zipfile import ZipFile

    Path("out.db").write_bytes(ZipFile("out.apkg").read("collection.anki2"))
    with closing(sqlite3.connect("out.db")) as connection:
        row = connection.execute("select mid, flds from notes").fetchone()
    assert row == (5, "q\x1fa <strong>b</strong>")


def test_an_import_is_undone(flash: Run) -> None:
    package(
        Path("in.apkg"),
        "insert into revlog values (1700000000000, 2, -1, 3, 5, 0, 500, 900, 1);"
        "update cards set type = 2, queue = 2, due = 2000, ivl = 5, reps = 1",
    )
    taken = flash("import", "in.apkg")[1]
    shown = flash("list")[1]

    said = flash("undo")[1]

    assert said == "Undid an import of 1 note and 1 review.\n"
    assert flash("list")[1] == "card  state  due  question\n"
    assert flash("import", "in.apkg")[1] == taken
    assert flash("list")[1] == shown


def test_dry_run_reports_and_changes_nothing(flash: Run) -> None:
    package(Path("in.apkg"))

    code, out, _ = flash("import", "in.apkg", "--dry-run")

    assert code == 0
    assert out == (
        "1 new note, 1 card, 0 new reviews\n(dry run: nothing was changed)\n"
    )
    assert rows("select count(*) from notes") == [(0,)]
    assert not Path("store.db.backups").exists()


def test_only_reviews_leaves_unknown_notes_out(flash: Run) -> None:
    package(Path("in.apkg"))

    _, out, _ = flash("import", "in.apkg", "--reviews-only")

    assert "1 note left out: not in flash" in out
    assert rows("select count(*) from notes") == [(0,)]


def test_text_edited_in_anki_is_imported_or_shown_as_a_patch(flash: Run) -> None:
    def kept() -> list[tuple[object, ...]]:
        return rows("select fields, content from anki_notes")

    package(Path("in.apkg"))
    flash("import", "in.apkg")
    later = "update notes set mod = 1900000000, flds = 'q' || char(31) || 'new'"
    package(Path("later.apkg"), later)

    assert "with the text of Anki" not in flash("import", "later.apkg")[1]
    first = kept()
    out = flash("import", "later.apkg", "--update-text")[1]

    assert "1 note updated with the text of Anki" in out
    assert '"back":"new"' in str(rows("select fields from notes")[0][0])
    edited = kept()
    assert edited[0][0] == "q\x1fnew"
    assert flash("undo")[0] == 0
    assert '"back":"a"' in str(rows("select fields from notes")[0][0])
    assert kept() == first
    flash("import", "later.apkg", "--update-text")
    assert kept() == edited

    flash("export", "--yaml", "out")
    flash("add", "out")
    package(
        Path("last.apkg"), later.replace("'new'", "'newest'").replace("19", "20", 1)
    )
    out = flash("import", "last.apkg", "--update-text")[1]

    assert "-  back: new\n+  back: newest\n" in out
    assert '"back":"new"' in str(rows("select fields from notes")[0][0])


def test_anki_reads_our_colpkg(flash: Run, tmp_path: Path) -> None:
    from anki.collection import Collection

    flash("add", "cells.yaml")

    code, out, _ = flash("export", "all.colpkg")

    assert code == 0
    assert out == "all.colpkg: 3 notes, 5 cards\n"
    collection = Collection(str(tmp_path / "anki.anki2"))
    backend = collection._backend
    collection.close()
    backend.import_collection_package(
        col_path=str(tmp_path / "anki.anki2"),
        backup_path=str(tmp_path / "all.colpkg"),
        media_folder=str(tmp_path / "anki.media"),
        media_db=str(tmp_path / "anki.media.db2"),
    )
    opened = Collection(str(tmp_path / "anki.anki2"))
    assert opened.card_count() == 5
    assert opened.fix_integrity()[1]
    opened.close()


def test_json_counts_what_was_imported(flash: Run) -> None:
    data = database(
        "insert into notes select 3, 'lost', 9, 0, 0, '', 'x', '', 0, 0, ''"
    )
    zipped(Path("in.apkg"), {"collection.anki2": data, "media": b"{}"})

    found = json.loads(flash("import", "in.apkg", "--json")[1])

    assert (found["new_notes"], found["new_cards"], found["reviews"]) == (1, 1, 0)
    assert found["losses"] == ["1 note left out: note type missing"]
    assert Path(found["backup"]).exists()
    assert main(["import", "in.apkg", "--json"]) == 0


@pytest.mark.parametrize("name", ["in.apkg", "in.csv", "in.md"])
def test_an_import_without_news_makes_no_backup(flash: Run, name: str) -> None:
    package(Path("in.apkg"), "update cards set flags = 2")
    Path("in.csv").write_text("q one,a one\n", "utf-8")
    note = "#flashcards\n\ncell::unit of life <!--SR:!2026-12-05,40,270-->\n"
    Path("in.md").write_text(note, "utf-8")

    first = flash.json("import", name)
    again = flash.json("import", name)

    assert Path(first["backup"]).exists()
    assert again["backup"] is None
    assert len(list(Path("store.db.backups").iterdir())) == 1


def test_fields_that_change_in_anki_are_backed_up(flash: Run) -> None:
    package(Path("in.apkg"))
    flash("import", "in.apkg")
    later = "update notes set mod = 1900000000, flds = 'q' || char(31) || '<i>a</i>'"
    package(Path("later.apkg"), later)

    assert flash.json("import", "later.apkg")["backup"]
    assert flash.json("import", "later.apkg")["backup"] is None


def test_unreadable_file_creates_no_store(flash: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.apkg"
    broken.write_bytes(b"nothing")

    code, _, told = flash("import", str(broken))

    assert code == 1
    assert "not an Anki package" in told
    assert not Path("store.db").exists()


def test_missing_picture_does_not_stop_a_yaml_export(
    flash: Run, tmp_path: Path
) -> None:
    Path("cells.yaml").write_text(
        "deck: D\ncards:\n- {front: '![](gone.png) what?', back: a}\n"
        "- {front: '![](here.png) and?', back: b}\n",
        "utf-8",
    )
    for name in ("gone.png", "here.png"):
        Path(name).write_bytes(b"picture")
    flash("add", "cells.yaml")
    Path("gone.png").unlink()

    code, out, told = flash("export", "--yaml", "out")

    assert (code, out) == (0, "out: 2 notes, 1 file, 1 media file\n")
    assert told == f"not found, left out: gone.png of {tmp_path / 'cells.yaml'}:3\n"
    assert [one.name for one in Path("out/D").iterdir() if one.suffix == ".png"] == [
        "here.png"
    ]


@pytest.mark.parametrize(
    ("first", "columns", "has_header"),
    [
        ("front,back", "front,back", True),
        ("Question,x,Answer", "front,,back", True),
        ("answer,question", "front,back", False),
        ("front,x", "front,back", False),
        ("word,meaning", "front,back", False),
    ],
)
def test_a_row_with_the_names_of_the_columns_is_no_card(
    flash: Run, first: str, columns: str, has_header: bool
) -> None:
    Path("a.csv").write_text(f"{first}\nsun,8,star\n", "utf-8")

    done = flash.json("import", "a.csv", "--columns", columns, "--deck", "D")

    assert done["header"] is has_header
    assert done["new_notes"] == 2 - has_header
