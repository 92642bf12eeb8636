"""`flash draft` and `flash coverage`."""

import json
from pathlib import Path

import pytest
from command_runner import Run

from cards.deckfile.reader import read_deck
from cards.markdown_notes.coverage import CardIndex, coverage_of
from cards.markdown_notes.reading import parse_note
from cards.note import Basic, Cloze, Compare, ListNote, Note, Source
from cards.questions import answer_text
from cards.text.terminal import plain_text

NOTE = """\
# Keys

- KMS
  - many tenants share it
- HSM
  - one tenant owns it

The **data key** encrypts the data.

## What is a grant?

A permission for a short time.
"""


@pytest.fixture
def note() -> Path:
    path = Path("keys.md")
    path.write_text(NOTE, "utf-8")
    return path


def test_a_draft_is_a_deck_that_check_accepts(flash: Run, note: Path) -> None:
    code, out, err = flash("draft", "keys.md", "-o", "keys.yaml")

    assert (code, out) == (0, "")
    assert err == "5 cards proposed in keys.yaml\n"
    assert flash("check", "--strict", "keys.yaml")[:2] == (
        0,
        "1 file, 5 notes, no mistakes\n",
    )
    assert (
        Path("keys.yaml")
        .read_text("utf-8")
        .startswith(
            "deck: Keys\n"
            "cards:\n"
            "# definition · keys.md:3-4\n"
            "#   KMS\n"
            "#   many tenants share it\n"
            "- front: KMS (Keys)\n"
            "  back: many tenants share it\n"
            "  reverse: true\n"
            "  source: {note: keys.md, lines: 3-4, hash: "
        )
    )
    assert "source: {note: keys.md, lines: 8, hash: " in Path("keys.yaml").read_text()
    assert [note.content for note in read_deck(Path("keys.yaml")).notes] == [
        Basic("KMS (Keys)", "many tenants share it", reverse=True),
        ListNote("Keys", ("KMS", "HSM")),
        Basic("HSM (Keys)", "one tenant owns it", reverse=True),
        Cloze("The {{c1::data key}} encrypts the data."),
        Basic("What is a grant?", "A permission for a short time."),
    ]


SIGNS = [
    "+",
    "-",
    "#",
    "##",
    ">",
    "> x",
    "# x",
    "---",
    "~",
    "~~~",
    "===",
    "```",
    "*",
    "|",
]


def test_signs_of_plain_text_are_shown_as_typed(flash: Run) -> None:
    lines = [f"term {index}: {sign}\n" for index, sign in enumerate(SIGNS)]
    Path("signs.txt").write_text("".join(lines), "utf-8")

    assert flash("draft", "signs.txt", "-o", "signs.yaml")[0] == 0

    notes = read_deck(Path("signs.yaml")).notes
    assert [plain_text(answer_text(note.content)) for note in notes] == SIGNS


def test_a_second_draft_proposes_what_is_new(flash: Run, note: Path) -> None:
    flash("draft", "keys.md", "-o", "keys.yaml")

    code, _, err = flash("draft", "keys.md", "-o", "keys.yaml", "--append")
    assert (code, err.splitlines()[0]) == (0, "0 cards proposed")

    note.write_text(NOTE + "\nGCM\n: a mode with a tag\n", "utf-8")
    assert flash("draft", "keys.md", "-o", "keys.yaml", "--append")[2] == (
        "1 card proposed in keys.yaml\n4 proposals left out: cards cover their blocks already\n"
    )
    assert len(read_deck(Path("keys.yaml")).notes) == 6


def test_a_list_whose_items_are_asked_is_not_proposed(flash: Run) -> None:
    Path("a.md").write_text("# R\n\nAllowed:\n\n- Tokyo\n- Osaka\n", "utf-8")
    card = "- {list: R, items: [Tokyo, Osaka], source: {note: a.md, lines: 5-6}}\n"
    Path("d.yaml").write_text(f"deck: D\ncards:\n{card}", "utf-8")

    assert flash("draft", "a.md", "-o", "d.yaml", "--append")[2] == (
        "0 cards proposed\n1 proposal left out: cards cover its block already\n"
    )


def test_a_draft_replaces_a_file_only_if_told(flash: Run, note: Path) -> None:
    Path("keys.yaml").write_text("deck: Mine\ncards:\n  - {front: a, back: b}\n")

    code, out, err = flash("draft", "keys.md", "-o", "keys.yaml")
    assert (code, out) == (1, "")
    assert "the file exists (add the cards with --append" in err

    assert flash("draft", "keys.md", "-o", "keys.yaml", "--append")[0] == 0
    deck = read_deck(Path("keys.yaml"))
    assert (deck.name, len(deck.notes)) == ("Mine", 6)

    assert flash("draft", "keys.md", "-o", "keys.yaml", "--force")[0] == 0
    assert read_deck(Path("keys.yaml")).name == "Keys"


def test_cards_in_one_line_are_not_appended_to(flash: Run, note: Path) -> None:
    text = "deck: Mine\ncards: [{front: a, back: b}]\n"
    Path("keys.yaml").write_text(text, "utf-8")

    code, _, err = flash("draft", "keys.md", "-o", "keys.yaml", "--append")

    assert code == 1
    assert "keys.yaml:1:1: the cards of this file are in brackets" in err
    assert Path("keys.yaml").read_text("utf-8") == text


def test_rules_can_be_switched_off(flash: Run, note: Path) -> None:
    found = flash.json("draft", "keys.md", "--without", "list", "--without", "cloze")

    assert [one["rule"] for one in found["proposals"]] == [
        "definition",
        "definition",
        "question",
    ]
    code, _, err = flash("draft", "keys.md", "--without", "lists")
    assert code == 2
    assert "no rule 'lists'" in err


def test_coverage_lists_blocks_without_a_card(flash: Run, note: Path) -> None:
    Path("mine.yaml").write_text(
        "deck: Mine\ncards:\n"
        "  - front: How many tenants does an HSM have?\n"
        "    back: One\n"
        "    source: {note: keys.md, lines: 5-6}\n"
        "  - front: What encrypts the data?\n"
        "    back: The data key encrypts the data\n",
        "utf-8",
    )

    assert flash.json("coverage", "keys.md") == {
        "blocks": 6,
        "covered": 3,
        "ignored": 0,
        "uncovered": [
            {"file": "keys.md", "lines": [3, 3], "heading": "Keys", "text": "KMS"},
            {
                "file": "keys.md",
                "lines": [4, 4],
                "heading": "Keys",
                "text": "many tenants share it",
            },
            {
                "file": "keys.md",
                "lines": [12, 12],
                "heading": "Keys › What is a grant?",
                "text": "A permission for a short time.",
            },
        ],
    }


def test_a_bundled_deck_beside_the_store_covers_nothing(flash: Run) -> None:
    Path("tiny.md").write_text("# Lock\n\n**Key**: opens it\n", "utf-8")
    expected = (flash("draft", "tiny.md"), flash("coverage", "tiny.md"))
    flash("add", "aws-security")

    assert (flash("draft", "tiny.md"), flash("coverage", "tiny.md")) == expected
    assert "1 of 1" in flash("coverage", "tiny.md", "--decks", "store.db.decks")[1]


def test_coverage_below_the_limit_is_exit_1(flash: Run, note: Path) -> None:
    flash("draft", "keys.md", "-o", "keys.yaml", "--without", "question")

    code, out, err = flash("coverage", "keys.md", "--fail-under", "90")
    assert (code, err) == (1, "coverage 83.3 % is below 90 %\n")
    assert out == (
        "heading  blocks  covered  ignored   %\n"
        "Keys          6        5        0  83\n"
        "keys.md       6        5        0  83\n"
        "\n"
        "keys.md:12: A permission for a short time.\n"
        "5 of 6 blocks are covered (83 %)\n"
    )

    Path("ignored.txt").write_text("A permission… # trivial\nnothing\n", "utf-8")
    words = ("coverage", "keys.md", "--fail-under", "100", "--ignore", "ignored.txt")
    code, out, err = flash(*words)
    assert (code, err) == (0, "no block fits the ignored 'nothing'\n")


def test_the_page_shows_cards_beside_the_note(flash: Run, note: Path) -> None:
    note.write_text(NOTE + "\n<script>\n- *x* <b>\n", "utf-8")
    flash("draft", "keys.md", "-o", "keys.yaml")

    assert flash("coverage", "keys.md", "--html", "page.html")[0] == 0
    page = Path("page.html").read_text("utf-8")
    assert '<tr class="asked"><td class="lines">4</td>' in page
    assert '<html lang="en">' in page
    assert "Content-Security-Policy" in page
    assert "KMS (Keys)" in page
    assert "<script" not in page


def test_coverage_reads_a_deck_of_the_store(flash: Run, note: Path) -> None:
    flash("draft", "keys.md", "-o", "keys.yaml")
    flash("add", "keys.yaml")
    Path("keys.yaml").rename("keys.bak")

    assert flash.json("coverage", "keys.md")["covered"] == 0
    assert flash.json("coverage", "keys.md", "--deck", "Keys")["covered"] == 6
    code, _, err = flash("coverage", "keys.md", "--deck", "Keys", "--decks", ".")
    assert (code, "give one of them" in err) == (1, True)


@pytest.mark.parametrize("command", ["draft", "coverage"])
def test_bad_notes_are_errors_with_a_place(flash: Run, command: str) -> None:
    Path("latin.md").write_bytes("a\nkö".encode("latin-1"))
    Path("binary.md").write_bytes(b"PK\x03\x04")

    code, out, err = flash(command, "latin.md", "binary.md", "gone.md")

    assert (code, out) == (1, "")
    assert err == (
        "binary.md:1:3: control character U+0003 (remove it)\n"
        "gone.md:1:1: no such file (check the path)\n"
        "latin.md:2:2: not UTF-8: byte 0xf6 (save the file as UTF-8)\n"
    )


def card(content: Basic | Compare, *, source: Source | None = None) -> Note:
    sources = () if source is None else (source,)
    return Note(content, "D", sources=sources, file=str(Path.cwd() / "d.yaml"))


def test_a_moved_block_is_found_by_its_hash(tmp_path: Path) -> None:
    before = parse_note("- a\n- b\n- a\n", Path("n.md"))
    same, other, _ = before.blocks
    by_lines = card(
        Basic("q", "x"), source=Source(note="n.md", lines="3", hash=same.hash)
    )
    moved = card(
        Basic("r", "x"), source=Source(note="n.md", lines="2", hash=other.hash)
    )

    after = parse_note("new\n\n- b\n- a\n- c\n- a\n", Path("n.md"))
    found = coverage_of(after, CardIndex([by_lines, moved], [after]))

    assert [(one.block.lines, one.cards) for one in found.blocks] == [
        ("1", ()),
        ("3", (1,)),
        ("4", (0,)),
        ("5", ()),
        ("6", ()),
    ]


def test_similar_text_covers_a_block_without_a_source() -> None:
    note = parse_note(
        "# KMS\n\n- multi-tenant\n\n# HSM\n\n- single-tenant\n", Path("n.md")
    )
    cards = [
        card(Basic("How many tenants has KMS?", "It is multi-tenant")),
        card(Basic("What is a pizza?", "A dish")),
        card(Basic("What is a lease for one?", "single-tenant")),
    ]

    found = coverage_of(note, CardIndex(cards, [note]))

    assert [one.cards for one in found.blocks] == [(0,), (2,)]


def test_the_json_of_coverage_is_one_document(flash: Run, note: Path) -> None:
    code, out, _ = flash("coverage", "keys.md", "--json", "--fail-under", "50")

    assert code == 1
    assert json.loads(out)["covered"] == 0


def test_stale_shows_cards_whose_note_has_changed(flash: Run, note: Path) -> None:
    flash("draft", "keys.md", "-o", "keys.yaml")
    flash("add", "keys.yaml")
    assert flash("stale")[1] == ("0 of 5 facts are stale\n5 of 5 were never checked\n")

    edited = NOTE.replace("one tenant owns it", "one customer owns it")
    note.write_text(f"New first line.\n\n{edited}", "utf-8")

    assert flash("stale")[1] == (
        "HSM (Keys)\n"
        f"            keys.md:7-8 has changed · {Path('keys.yaml').absolute()}:23\n"
        "            was: one tenant owns it\n"
        "            now: one customer owns it\n"
        "            write: source: {note: keys.md, lines: 7-8, hash: 0656f0c2 950b5409}\n"
        "1 card is about lines that have changed\n"
        "\n"
        "0 of 5 facts are stale\n"
        "5 of 5 were never checked\n"
    )
    (found,) = flash.json("stale", "keys.yaml")
    assert (found["reason"], found["passage"], found["now"], found["blocks"]) == (
        "note",
        "keys.md:5-6",
        "7-8",
        [{"was": "one tenant owns it", "now": "one customer owns it"}],
    )

    note.write_text("# Keys\n", "utf-8")
    assert "            now: gone\n" in flash("stale")[1]
    note.rename("renamed.md")
    assert flash("stale")[1].startswith(
        "keys.md was not found; 5 cards name it as their source\n\n0 of 5 facts are"
    )
    found = flash.json("stale", "keys.yaml")
    assert {(one["reason"], one["note"]) for one in found} == {
        ("missing note", str(note.absolute()))
    }


def test_a_note_that_was_never_here_is_not_missed(flash: Run) -> None:
    cards = "deck: D\ncards:\n- {front: a, back: b, source: {note: other/n.md}}\n"
    Path("theirs.yaml").write_text(cards, "utf-8")
    flash("add", "theirs.yaml")
    flash("add", "aws-security")

    assert flash("stale")[1].startswith("0 of ")


@pytest.mark.parametrize("above", [0, 1, 4])
@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("many tenants share it", "some tenants share it", (3, 4)),
        ("KMS", "KMS 2", (3, 4)),
        ("- KMS\n  - many tenants share it\n", "- KMS\n", (3, 3)),
        ("The **data key** encrypts", "The **data key** hides", (8, 8)),
    ],
)
def test_a_changed_card_has_the_lines_of_now(
    flash: Run, note: Path, above: int, old: str, new: str, lines: tuple[int, int]
) -> None:
    flash("draft", "keys.md", "-o", "keys.yaml")
    text = NOTE.replace(old, new)
    note.write_text("First.\n" * (above // 2) + "\n" * (above % 2) + text, "utf-8")
    added = above // 2 + above % 2

    found = flash.json("stale", "keys.yaml")

    first, last = (line + added for line in lines)
    assert (str(first) if first == last else f"{first}-{last}") in {
        one["now"] for one in found
    }
