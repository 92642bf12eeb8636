"""Deck files that are added after a package of them, as on a new computer."""

import json
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from anki_edits import AnkiSide
from command_runner import Run
from foreign_packages import package, zipped

AWKWARD = [
    "costs $5 or $6",
    "a <b>bold</b> tag",
    "![a cell](cell.png)",
    "![](pictures/cell.png) and ![](cell.png)",
    r"C:\new \* a_b_c \$x$",
    r"$\frac{1}{2}$ and $$x_1$$",
    "**bold** and *italic*, ***so***",
    "`<i>` &amp; &lt;",
    "1. one\n2. two\n\n> quoted",
    "| a | b |\n|--|--|\n| 1 | 2 |",
    "- a\n* b\n+ c",
    "one  \ntwo\\\nthree",
    "[sound:x.mp3] [latex]x[/latex]",
    "<https://example.org/a_b> and [a](<b c>)",
    "か\u3099 カ゛ ＡＢＣ",
    "5 < 6 > 4 #x",
    "a\u00a0b  c",
    "plain",
]
LINES = [text for text in AWKWARD if "\n" not in text and ".png" not in text]
Make = Callable[[str, str, str], dict[str, Any]]
"""Makes a card of three texts."""
KINDS: dict[str, Make] = {
    "basic": lambda a, b, _: {"front": a, "back": b, "reverse": True},
    "typed": lambda a, b, c: {"front": a, "back": b, "typed": True, "accept": [c]},
    "cloze": lambda a, b, c: {"cloze": f"{a} {{{{c2::{b}}}}} {{{{c1::{c}::a hint}}}}"},
    "list": lambda a, b, c: {"list": a, "items": [b, c, "x"], "ordered": True},
    "choice": lambda a, b, c: {
        "choice": a,
        "options": [b, c, {"text": "None of these", "pin": "last"}],
        "answer": c,
    },
    "compare": lambda a, b, c: {
        "compare": [a, b],
        "by": {
            c: {
                "cells": [b, "x"],
                "ask": "Which {subject}?",
                "reverse": "Who {value}?",
            },
            "of two": [c, ""],
        },
    },
    "questions": lambda a, b, c: {
        "questions": [{"front": a, "back": b}, {"front": b, "back": c}]
    },
}
COMMON = {
    "extra": "_$5_ <b>",
    "tags": ["two_words", "a::b"],
    "source": [{"title": "A [book]", "url": "https://example.org/?a&b"}, "Page *1*"],
    "checked": "2026-11-23",
    "recheck": "2027-11-23",
    "changed": {"was": "<i>2</i>", "since": "2023-01"},
}


def write_deck(cards: list[dict[str, Any]]) -> None:
    Path("deck/pictures").mkdir(parents=True, exist_ok=True)
    Path("deck/cell.png").write_bytes(b"a cell")
    Path("deck/pictures/cell.png").write_bytes(b"another")
    lines = (f"- {json.dumps(card, ensure_ascii=False)}\n" for card in cards)
    head = "deck: A::B\nlanguage: en\ncards:\n"
    Path("deck/a.yaml").write_text(head + "".join(lines), "utf-8")


def histories(store: str) -> list[tuple[Any, ...]]:
    """Return the questions in use with their answers."""
    sql = """
        select n.fields, n.extra, n.tags, n.sources, n.changed, n.recheck, n.text_key,
               c.id, c.part, c.ordinal, c.reps, c.due_day, c.due_ms,
               (select group_concat(id || ' ' || rating) from reviews where card = c.id)
          from cards c join notes n on n.guid = c.note
         where c.retired = 0 and n.retired = 0 order by c.id
    """
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(sql).fetchall()


def exchanged(flash: Run, typed: str) -> str:
    """Export the deck, import it into a new store and add its files; return the output."""
    assert flash("add", "deck")[::2] == (0, "")
    flash("review", "--plain", "--more", "500", typed=typed)
    flash("export", "vault.apkg", "--with-schedule")
    flash("import", "vault.apkg", "--db", "new.db")
    return flash("add", "deck", "--db", "new.db")[1]


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_notes_are_recognized(flash: Run, make: Make) -> None:
    rotated = (AWKWARD[place:] + AWKWARD[:place] for place in (0, 5, 11))
    cards = [make(*texts) | COMMON for texts in zip(*rotated, strict=True)]
    cards[0]["id"] = "one"
    write_deck(cards)

    out = exchanged(flash, "\n4\n\n3\n\n2\n" * 20 + "q\n")

    assert " new" not in out
    assert histories("new.db") == histories("store.db")
    assert any(row[-1] for row in histories("new.db"))


def test_plain_words_need_no_exact_note(flash: Run) -> None:
    signs = "aé語1Z.,;:?!'()%、。「」（）・？！- "
    draw = random.Random(1)
    texts = ["".join(draw.choices(signs, k=draw.randint(1, 9))) for _ in range(900)]
    texts = [f"a{text.strip()}b" for text in texts if "  " not in text]
    texts += ["Ab", "a - b", "a: b", "x. y", "No (1) 2% - x!", "S3: 1) a"]
    write_deck([{"front": f"x{n} {a}", "back": a} for n, a in enumerate(texts)])

    out = exchanged(flash, "q\n")

    assert " new" not in out
    assert histories("new.db") == histories("store.db")
    with ZipFile("vault.apkg") as archive, closing(sqlite3.connect(":memory:")) as read:
        read.deserialize(archive.read("collection.anki2"))
        assert read.execute("select distinct data from notes").fetchall() == [("",)]


def test_notes_in_markdown_are_recognized(flash: Run) -> None:
    Path("deck").mkdir()
    cards = "".join(f"Q: {n} {text}\nA: {text}\n\n" for n, text in enumerate(LINES))
    Path("deck/a.md").write_text(f"---\nflash: true\n---\n\n{cards}", "utf-8")

    out = exchanged(flash, "\n4\n" * 20 + "q\n")

    assert " new" not in out
    assert histories("new.db") == histories("store.db")


def test_notes_from_anki_that_a_file_has_are_recognized(flash: Run) -> None:
    fields = "'q $5' || char(31) || '<b>a</b> 2'"
    flash("import", str(package(Path("in.apkg"), f"update notes set flds = {fields}")))
    flash("export", "--yaml", "deck")
    (file,) = Path("deck").rglob("*.yaml")
    text = re.sub("front: .*", r"front: 'q \\\\* <b> $5 ***x***'", file.read_text())
    file.write_text(text)

    out = exchanged(flash, "\n4\n" * 2)

    assert " new" not in out
    assert histories("new.db") == histories("store.db")


def rewrite(file: Path, change: str) -> None:
    """Change the notes of a package."""
    with ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(entries["collection.anki2"])
        connection.execute(f"update notes set {change}")
        connection.commit()
        zipped(file, entries | {"collection.anki2": connection.serialize()})


@pytest.mark.parametrize(
    "change",
    [
        "flds = replace(flds, 'a', 'edited')",
        "data = replace(data, 'basic', 'unknown')",
        "data = replace(data, '\"a\"', '\"\"')",
        "data = 'no JSON'",
        "data = x'ff'",
    ],
)
def test_fields_count_where_the_exact_note_does_not(flash: Run, change: str) -> None:
    write_deck([{"front": "a", "back": "b", "accept": ["c"]}])
    flash("add", "deck")
    flash("export", "vault.apkg")
    rewrite(Path("vault.apkg"), change)

    flash("import", "vault.apkg", "--db", "new.db")

    expected = "edited" if "edited" in change else "a"
    (row,) = histories("new.db")
    assert json.loads(row[0]) == {
        "type": "basic",
        "front": expected,
        "back": "b",
        "reverse": False,
    }


def test_anki_reads_only_the_fields(flash: Run, tmp_path: Path) -> None:
    write_deck([{"list": "Storage", "items": ["S3", "EBS"], "extra": "$5"}])
    flash("add", "deck")
    flash("export", "vault.apkg")
    anki = AnkiSide(tmp_path)

    (fields, _tags), *others = anki.take("vault.apkg")
    flash("import", anki.package(), "--db", "new.db")

    assert ("{{c1::S3}}" in fields[0], others) == (True, [])
    kinds = [json.loads(row[0])["type"] for row in histories("new.db")]
    assert kinds == ["cloze", "cloze"]
