"""The exact output of listings."""

import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import Run

from cards.text.width import width_of
from flash.cli.plain_stream import PlainStream
from flash.terminal import (
    echo,
    echo_err,
    page_lines,
    print_lines,
    styled,
    table_lines,
)

DECK = """\
deck: Cells::Basics
tags: [biology]
cards:
  - id: powerhouse
    front: Which organelle makes most ATP?
    back: Mitochondrion
    checked: 2025-01-31
    source: {title: A book, url: "https://example.org/cells"}
  - id: dna
    front: What does DNA stand for?
    back: Deoxyribonucleic acid
    recheck: 2026-06-01
"""


@pytest.fixture
def shown(flash: Run, tmp_path: Path) -> Callable[..., str]:
    """Return the output of a command that succeeds, without changing parts."""
    Path("cells.yaml").write_text(DECK, "utf-8")

    def run(*words: str) -> str:
        code, out, err = flash(*words)
        assert (code, err) == (0, "")
        # Numbers of cards are the milliseconds at which they were made.
        text = re.sub(r"\b179\d{10}\b", "CARD", out)
        return text.replace(str(tmp_path), "FOLDER")

    run("add", "cells.yaml")
    flash("review", "--plain", typed="\n4\nq\n")
    return run


def test_deck_counts_include_subdecks(shown: Callable[..., str]) -> None:
    assert shown("decks") == (
        "deck      cards  new  learning  due\n"
        "Cells         2    1         0    0\n"
        "  Basics      2    1         0    0\n"
    )


def test_empty_store_says_how_to_start(flash: Run) -> None:
    assert flash("decks")[1] == (
        "No decks yet. Add one with flash add FILE, or flash add aws-security.\n"
    )


def test_list_shows_question_state_and_due_day(shown: Callable[..., str]) -> None:
    assert shown("list") == (
        "card  state   due         question\n"
        "0000  review  2026-12-01  Which organelle makes most ATP?\n"
        "0001  new                 What does DNA stand for?\n"
    )


def test_a_list_of_an_empty_store_says_how_to_fill_it(flash: Run) -> None:
    assert flash("list")[2] == (
        "No decks yet. Add one with flash add FILE, or flash add aws-security.\n"
    )


@pytest.mark.parametrize("words", [["--tag", "physics"], ["is:suspended"]])
def test_a_list_without_cards_says_so(
    flash: Run, shown: Callable[..., str], words: list[str]
) -> None:
    header = "card  state  due  question\n"
    assert flash("list", *words) == (0, header, "No card matches.\n")
    assert flash("list", *words, "--json") == (0, "[]\n", "")


def test_show_prints_the_card_and_its_history(shown: Callable[..., str]) -> None:
    assert shown("show", "powerhouse") == (
        "Cells::Basics · card 0000\n"
        "Which organelle makes most ATP?\n"
        "Mitochondrion\n"
        "A book https://example.org/cells\n"
        "checked 2025-01-31\n"
        "tags: biology\n"
        "review · due 2026-12-01 · stability 8.3 d · difficulty 1.0"
        " · 1 review · 0 lapses\n"
        "FOLDER/cells.yaml:4\n"
        "answered          rating  next  took\n"
        "2026-11-23 09:00  Easy    8 d   0.0 s\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("commands", "state"),
    [
        (["flag 3", "suspend"], "suspended ⚑3"),
        (["flag 1", "bury"], "buried ⚑1"),
        (["suspend", "remove"], "retired"),
        ([], "new"),
    ],
)
def test_a_list_and_a_card_have_the_same_state(
    shown: Callable[..., str], commands: list[str], state: str
) -> None:
    for command in commands:
        shown(*command.split(), "dna", "--yes")

    assert f" {state} " in shown("list", "dna", "--retired")
    assert shown("show", "dna").splitlines()[4].startswith(state)


def test_show_prints_tags_and_the_mark_of_a_leech(
    shown: Callable[..., str], tmp_path: Path
) -> None:
    Path("tagged.yaml").write_text(
        "deck: T\ncards:\n  - {front: q, back: a, tags: [one, two]}\n", "utf-8"
    )
    shown("add", "tagged.yaml")
    with closing(sqlite3.connect("store.db")) as db:
        db.execute("update cards set leech = 1")
        db.commit()

    assert "tags: one two leech\n" in shown("show", "q")


def test_stats_count_the_cards_that_decks_count(shown: Callable[..., str]) -> None:
    shown("suspend", "dna")

    stats = json.loads(shown("stats", "--json", "--full"))

    states = ("new", "learning", "young", "mature", "suspended")
    assert stats["cards"] == sum(stats[state] for state in states) == 2
    assert [one["cards"] for one in stats["decks"]] == [2, 2]
    assert [one["cards"] for one in json.loads(shown("decks", "--json"))] == [2, 2]


def test_stats_draw_their_counts(shown: Callable[..., str]) -> None:
    assert shown("stats") == (
        "today   1 answer, 100 % correct, 0 s; 0 due\n"
        "streak  1 day\n"
        "\n"
        "2 cards, 1 review\n"
        "  new             1  ██████████████████████████████\n"
        "  learning        0\n"
        "  young           1  ██████████████████████████████\n"
        "  mature          0\n"
        "  suspended       0\n"
        "\n"
        "true retention, last 30 days\n"
        "  young           –  no reviews yet\n"
        "  mature          –  no reviews yet\n"
        "\n"
        "1 answer in 53 weeks\n"
        "       Dec Jan Feb Mar  Apr May  Jun Jul Aug  Sep Oct Nov\n"
        "  Mon ····················································░\n"
        "      ····················································\n"
        "  Wed ····················································\n"
        "      ····················································\n"
        "  Fri ····················································\n"
        "      ····················································\n"
        "  Sun ····················································\n"
        "\n"
        "due in the next 30 days: 1\n"
        "  1                 █\n"
        "                    █\n"
        "                    █\n"
        "                    █\n"
        "  0                 █\n"
        "    11-23         11-30         12-07         12-14\n"
        "  today 0, tomorrow 0, in 7 days 0\n"
        "\n"
        "more: --full, or a page: --html FILE\n"
    )


def test_show_prints_options_and_retired_cards(shown: Callable[..., str]) -> None:
    cells = Path("cells.yaml").read_text("utf-8")
    choice = "  - {id: c, choice: q, options: [a, {text: b, pin: last}], answer: a, extra: more}\n"
    Path("cells.yaml").write_text(cells + choice, "utf-8")
    shown("add", "cells.yaml")
    before = shown("show", "c")
    Path("cells.yaml").write_text(cells, "utf-8")
    shown("add", "cells.yaml")

    assert before.splitlines()[1:6] == ["q", "a", "- a", "- b", "more"]
    assert shown("show", "c").splitlines()[1:3] == ["q", "a"]
    assert '"extra": "more"' in shown("show", "c", "--json")


def test_show_finds_a_retired_card_by_its_text(shown: Callable[..., str]) -> None:
    shown("remove", "DNA", "--yes")

    assert "What does DNA stand for?" in shown("show", "DNA")


@pytest.mark.parametrize(
    "words",
    [
        ("stale", "--deck", "Nope"),
        ("stats", "Nope"),
        ("exam", "set", "2027-03-01", "--deck", "Nope"),
        ("config", "new_per_day", "5", "--deck", "Nope"),
    ],
    ids=" ".join,
)
def test_unknown_deck_is_an_error(
    shown: Callable[..., str], flash: Run, words: tuple[str, ...]
) -> None:
    assert flash(*words) == (1, "", "flash: no deck 'Nope' (flash decks lists them)\n")


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "store.db"),
        ("backup", "store.db-wal"),
        ("backup", ""),
        ("stats", "--html", "store.db"),
        ("suspend", ""),
        ("show", ""),
        ("add", "--due-today", "", "cells.yaml"),
        ("check", "x" * 300),
        ("log", "--limit", "9223372036854775808"),
        ("exam", "set", "2027-01-10", "--minutes", "nan"),
        ("exam", "set", "2027-01-10", "--minutes", "inf"),
        ("review", "--minutes", "nan"),
    ],
)
def test_meaningless_arguments_change_nothing(
    shown: Callable[..., str], flash: Run, words: tuple[str, ...]
) -> None:
    before = Path("store.db").read_bytes()

    assert flash(*words)[0] in (1, 2)

    assert Path("store.db").read_bytes() == before


def test_stale_lists_the_oldest_first_with_their_pages(
    shown: Callable[..., str],
) -> None:
    assert shown("stale") == (
        "2026-02-01  Which organelle makes most ATP?\n"
        "            last checked 2025-01-31 · FOLDER/cells.yaml:4\n"
        "            https://example.org/cells\n"
        "2026-06-01  What does DNA stand for?\n"
        "            marked to be checked again · FOLDER/cells.yaml:9\n"
        "2 of 2 facts are stale\n"
        "1 of 2 were never checked\n"
    )


def test_stale_reads_files_and_names_sources_without_page(
    shown: Callable[..., str],
) -> None:
    Path("atoms.yaml").write_text(
        "deck: Chemistry\n"
        "source: A course\n"
        "cards:\n"
        "  - {front: What is H?, back: Hydrogen, checked: 2026-11-01}\n",
        "utf-8",
    )

    assert shown("stale", "atoms.yaml") == "0 of 1 facts are stale\n"
    assert shown("stale", "atoms.yaml", "--days", "20") == (
        "2026-11-22  What is H?\n"
        "            last checked 2026-11-01 · FOLDER/atoms.yaml:4\n"
        "            A course\n"
        "1 of 1 facts are stale\n"
    )
    (expected,) = json.loads(shown("stale", "atoms.yaml", "--days", "20", "--json"))
    assert expected["sources"] == [{"title": "A course", "url": None}]


def test_stale_with_files_needs_no_store(
    shown: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("flash_DB", str(tmp_path / "none" / "store.db"))

    assert shown("stale", "cells.yaml").endswith(
        "2 of 2 facts are stale\n1 of 2 were never checked\n"
    )
    assert not (tmp_path / "none").exists()


def test_bundled_decks_are_listed_with_languages(
    shown: Callable[..., str],
) -> None:
    assert shown("decks", "--bundled") == (
        "aws-security  (en, ja)  add it with: flash add aws-security\n"
    )


def test_csv_has_a_row_for_each_card(shown: Callable[..., str]) -> None:
    assert shown("export", "cards.csv") == "cards.csv: 2 cards\n"
    rows = Path("cards.csv").read_text("utf-8").splitlines()
    assert rows[2].split(",")[2:7] == [
        "Cells::Basics",
        "basic",
        "What does DNA stand for?",
        "Deoxyribonucleic acid",
        "",
    ]


@pytest.mark.parametrize("columns", [24, 32, 40, 60])
def test_a_table_fits_a_narrow_terminal_and_a_pipe_gets_all(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    head, name = (
        ("deck", "cards", "due"),
        "キーとシークレットの管理 of keys and secrets",
    )
    rows = [[name, "49", "7"], ["short", "1000", "0"]]

    whole = table_lines(head, rows, right=[1, 2], long=0)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = table_lines(head, rows, right=[1, 2], long=0)

    assert name in whole[1]
    lines = [re.sub(r"\x1b\[\d*m", "", line) for line in shown]
    assert max(map(width_of, lines)) <= columns
    assert {"49", "7", "1000", "short"} <= set(" ".join(lines).split())


def test_sentences_break_at_blanks_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    text = "  label  of a sentence that is longer"

    def show() -> list[str]:
        line = f"  {styled('label', '1')}  of a sentence that is longer"
        for write in (echo, echo_err, PlainStream(io.StringIO(), sys.stdout).print):
            write(text)
        print_lines([line])
        page_lines([line])
        shown = capsys.readouterr()
        return (shown.out + shown.err).splitlines()

    assert show() == [text] * 5
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    shown = show()

    bold = "\x1b[1mlabel\x1b[0m"
    assert shown[::2].count("  label  of a sentence that is") == 3
    assert shown[::2].count(f"  {bold}  of a sentence that is") == 2
    assert shown[1::2] == ["         longer"] * 5


def test_children_come_below_their_deck(flash: Run) -> None:
    for number, name in enumerate(("AWS 2", "AWS::KMS", "AWS-old", "AWS::KMS::CMK")):
        deck = f"deck: {name}\ncards:\n- front: {name}?\n  back: b\n"
        Path(f"{number}.yaml").write_text(deck)
    assert flash("add", ".")[0] == 0

    names = [one["deck"] for one in flash.json("decks")]
    assert names == ["AWS", "AWS::KMS", "AWS::KMS::CMK", "AWS 2", "AWS-old"]
