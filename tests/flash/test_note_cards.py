"""Cards inside Markdown notes."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command_runner import Run

from cards.errors import DeckError
from cards.markdown_notes.inline_cards import holds_cards
from cards.markdown_notes.note_deck import parse_note_deck
from cards.note import Basic, Cloze, Content, ListNote
from cards.questions import question_text

HEAD = "---\nflash: true\n---\n"


def contents(text: str) -> list[Content]:
    return [note.content for note in parse_note_deck(HEAD + text, Path("a.md")).notes]


WAYS = {
    "question and answer": ("Q: a\nA: b\n", [Basic("a", "b")]),
    "an answer of several paragraphs": (
        "Q: a\nmore\nA: b\n\nc\n\nQ: d\nA: e\n",
        [Basic("a\nmore", "b\n\nc"), Basic("d", "e")],
    ),
    "a rule ends an answer": ("Q: a\nA: b\n---\ntext\n", [Basic("a", "b")]),
    "code in an answer": ("Q: a\nA:\n```\nQ: x\n```\n", [Basic("a", "```\nQ: x\n```")]),
    "brackets": (
        "C: The [nucleus] holds [DNA], see [a page](u) and ![b](https://e.org/c.png).\n",
        [
            Cloze(
                "The {{c1::nucleus}} holds {{c2::DNA}}, see [a page](u) and ![b](https://e.org/c.png)."
            )
        ],
    ),
    "two colons": ("a::b\n", [Basic("a", "b")]),
    "colons in a name are text": (
        "AWS::S3::Bucket is a type\n\nAWS::S3::Bucket::a type\n\nUse std::a::b::it is\n\nx::y\n",
        [Basic("x", "y")],
    ),
    "colons behind a name": (
        "AWS::S3::Bucket is a type :: of resources\n",
        [Basic("AWS::S3::Bucket is a type", "of resources")],
    ),
    "colons in an address are text": (
        "https://e.org/a::b is a page::of e.org\n",
        [Basic("https://e.org/a::b is a page", "of e.org")],
    ),
    "a field in brackets is no card": (
        "(author:: Jane)\n\n[due:: 2026]\n\nx::y\n",
        [Basic("x", "y")],
    ),
    "links to headings and blocks": (
        "[[A#B]] of [[#C]]::[[D#^e]], [[F#G|g]] or [[#^h]]\n",
        [Basic("A > B of C", "D, g or #^h")],
    ),
    "three colons": ("- a ::: b\n", [Basic("a", "b", reverse=True)]),
    "each line of a paragraph": ("a::b\nc::d\n", [Basic("a", "b"), Basic("c", "d")]),
    "colons in code are text": ("`std::a`::b\n", [Basic("`std::a`", "b")]),
    "a question mark": ("a\nb\n?\nc\n\nd\n", [Basic("a\nb", "c")]),
    "two question marks": ("a\n??\nb\n", [Basic("a", "b", reverse=True)]),
    "marked words": (
        "The ==cell== and `==code==`.\n",
        [Cloze("The {{c1::cell}} and `==code==`.")],
    ),
    "marked words of items": (
        "- a ==b==\n- c\n- d ==e==\n",
        [Cloze("a {{c1::b}}"), Cloze("d {{c1::e}}")],
    ),
    "a link shows its text": ("[[page|text]]::[[page]]\n", [Basic("text", "page")]),
    "a schedule is no text": ("a::b <!--SR:!2024-01-01,3,250-->\n", [Basic("a", "b")]),
    "a reference of another program": ("a::b ^abc\n", [Basic("a", "b")]),
    "a fenced block": (
        "```flash\n- list: a\n  items: [b, c]\n```\n",
        [ListNote("a", ("b", "c"))],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WAYS.values(), ids=WAYS.keys())
def test_a_note_has_cards_in_several_ways(text: str, expected: list[Content]) -> None:
    assert contents(text) == expected


MISTAKES = {
    "no answer": (
        "Q: a\n",
        "a.md:4:1: a question without answer (write 'A:' and the answer below it)",
    ),
    "no question": (
        "A: a\n",
        "a.md:4:1: an answer without question (write 'Q:' and the question above it)",
    ),
    "nothing hidden": (
        "\nC: a\n",
        "a.md:5:1: no part is hidden (put the hidden words in [brackets])",
    ),
    "nothing above": (
        "?\na\n",
        "a.md:4:1: nothing above the '?' (write the question above it and the answer below)",
    ),
    "a typo": (
        "```flash\n- frnt: a\n  back: b\n```\n",
        "a.md:5:3: unknown key 'frnt' (did you mean 'front'?)",
    ),
    "an empty fence": (
        "```flash\n```\n",
        "a.md:4:1: no cards in this block (begin each card with '- ', or the block with 'deck:')",
    ),
    "no picture": (
        "a::![[b.png|100]]\n",
        f"a.md:4:1: no such file: 'b.png' (put it at {Path.cwd() / 'b.png'})",
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_in_a_note_have_their_place(text: str, expected: str) -> None:
    with pytest.raises(DeckError) as caught:
        contents(text)

    assert str(caught.value) == expected


def test_front_matter_and_tags_name_deck_and_tags() -> None:
    text = "---\ntitle: x\ntags: [flashcards/Bio/Cells, plants/trees]\nlanguage: en\n---\na::b\n"
    (note,) = parse_note_deck(text, Path("a.md")).notes
    assert (note.deck, note.tags, note.language) == (
        "Bio::Cells",
        ("plants::trees",),
        "en",
    )

    (note,) = parse_note_deck("Notes #flashcards/Chem\n\na::b\n", Path("a.md")).notes
    assert (note.deck, note.line, note.content) == ("Chem", 3, Basic("a", "b"))


FOLDER = "notes"
SPELLINGS = [
    "tags: [x,\n  flashcards]",
    "tags: [\n  x,\n  flashcards\n]",
    '"tags": [flashcards]',
    "tags:\n- x\n\n- flashcards",
]


@pytest.mark.parametrize("tags", SPELLINGS)
def test_yaml_may_write_the_tags_of_a_note_in_many_ways(tags: str) -> None:
    text = f"---\n{tags}\n---\na::b\n"

    assert holds_cards(text, Path("a.md"))
    assert len(parse_note_deck(text, Path("a.md")).notes) == 1


TAGS = {
    "a tag holds until the next one": (
        "#flashcards/A\na::b\n\nc::d\n\n## Part #flashcards/B/C.\n\ne ==f==\n",
        {"a": "A", "c": "A", "e f": "B::C"},
    ),
    "a tag in a card holds for the card": (
        "#flashcards/A\na::b\n\n#flashcards/B c::d\n\n- e::f #flashcards/C\n- g::h\n",
        {"a": "A", "c": "B", "e": "C", "g": "A"},
    ),
    "a tag in a card leaves the others alone": (
        "---\ntags: [flashcards]\n---\na::b\n\nc::d #flashcards/C\n",
        {"a": FOLDER, "c": "C"},
    ),
    "a tag in the text leaves a tag in a card alone": (
        "#flashcards\n\na::b\n\nc::d #flashcards/C\n",
        {"a": FOLDER, "c": "C"},
    ),
    "the only tag is in a card": (
        "a::b\n\nc::d #flashcards/C\n",
        {"a": "C", "c": "C"},
    ),
    "the first tag holds above it, too": (
        "a::b\n\n#flashcards\nc::d\n\n#flashcards/B #flashcards/C\n\nQ: e\nA: f\n",
        {"a": "B", "c": "B", "e": "B"},
    ),
    "tags in code and comments are text": (
        "#flashcards/A\n\n`#flashcards/B`\n<!-- #flashcards/C -->\n\na::b\n",
        {"a": "A"},
    ),
    "a fenced card": (
        "#flashcards/A\n\n```flash\n- front: a\n  back: b\n```\n#flashcards/B\nc::d",
        {"a": "A", "c": "B"},
    ),
    "front matter holds above the first tag": (
        "---\ntags: [flashcards/A/, x]\n---\na::b\n\n#flashcards/B\nc::d\n",
        {"a": "A", "c": "B"},
    ),
    "a deck in front matter holds everywhere": (
        "---\ndeck: D\n---\na::b\n\n#flashcards/B\nc::d\n",
        {"a": "D", "c": "D"},
    ),
}


@pytest.mark.parametrize(("text", "expected"), TAGS.values(), ids=TAGS.keys())
def test_tags_in_a_note_name_decks(text: str, expected: dict[str, str]) -> None:
    deck = parse_note_deck(text, Path("/notes/a.md"))

    decks = {question_text(note.content): note.deck for note in deck.notes}
    assert decks == expected


def test_the_example_of_the_docs_has_six_notes() -> None:
    page = (Path(__file__).parents[2] / "docs" / "notes.md").read_text("utf-8")
    example = page.split("## Cards inside notes")[1].split("```markdown\n")[1]

    deck = parse_note_deck(example.split("```")[0], Path("a.md"))

    assert [note.content for note in deck.notes] == [
        Basic("Which organelle makes most ATP?", "The mitochondrion."),
        Cloze("The {{c1::nucleus}} holds the {{c2::DNA}}."),
        Basic("DNA", "deoxyribonucleic acid"),
        Basic("RNA", "ribonucleic acid", reverse=True),
        Basic("What do ribosomes make?", "Proteins, from amino acids."),
        Cloze("The {{c1::Golgi apparatus}} sorts proteins."),
    ]


def test_all_mistakes_of_a_note_are_found_at_once(flash: Run) -> None:
    Path("a.md").write_text(
        "---\ndeck: D\norder: first\nlanguage: my English\ntags: ['a b']\n---\n"
        "a::b ^flash-1\n\nc::d ^flash-1\n\nQ: e\n",
        "utf-8",
    )

    assert flash("check", "a.md")[2].splitlines() == [
        "a.md:3:8: invalid 'order': 'first' (write a number)",
        "a.md:4:11: invalid language 'my English' (write en, ja or pt-BR)",
        "a.md:5:8: space in the tag 'a b' (write 'a-b')",
        "a.md:9:1: duplicate id 'flash-1' (already used at a.md:7:1)",
        "a.md:11:1: a question without answer (write 'A:' and the answer below it)",
    ]


def test_an_indented_fence_may_hold_a_whole_deck() -> None:
    text = "- a\n   ```flash\n   # b\n   deck: D\n   cards:\n     - front: c\n       back: d\n   ```\n"

    (note,) = parse_note_deck(text, Path("a.md")).notes

    assert (note.deck, note.line, note.content) == ("D", 6, Basic("c", "d"))


def test_a_text_with_deck_in_a_fence_is_no_deck() -> None:
    text = "```flash\n- front: |\n    deck: of cards\n  back: a\n```\n"

    (note,) = parse_note_deck(text, Path("a.md")).notes

    assert note.content == Basic("deck: of cards\n", "a")


def test_a_folder_names_the_deck(tmp_path: Path) -> None:
    (tmp_path / "vault" / ".obsidian").mkdir(parents=True)
    (tmp_path / "vault" / "bio").mkdir()

    deck = parse_note_deck(f"{HEAD}a::b\n", tmp_path / "vault" / "bio" / "a.md")

    assert deck.name == "vault::bio"


def test_a_fence_may_hold_a_whole_deck_in_any_note() -> None:
    text = "a::b\n\n```flash\ndeck: D\ncards:\n  - {front: c, back: d}\n```\n"

    (note,) = parse_note_deck(text, Path("a.md")).notes

    assert (note.deck, note.line, note.content) == ("D", 6, Basic("c", "d"))


def test_notes_of_a_folder_without_cards_are_passed_over(flash: Run) -> None:
    Path("plain.md").write_text("# a\n\nb::c\n", "utf-8")
    Path("empty.md").write_text(f"{HEAD}No card yet.\n", "utf-8")
    Path("about.md").write_text("````md\n```flash\n- front: a\n```\n````\n", "utf-8")
    Path("cards.md").write_text("---\ndeck: D\n---\na::b\n", "utf-8")

    assert flash("add", ".")[:2] == (0, "  new       a\n1 new; 1 card\n")
    code, _, err = flash("check", "plain.md")
    assert (code, err) == (
        1,
        "plain.md:1:1: no cards in this note"
        " (begin it with the lines '---', 'flash: true' and '---')\n",
    )


@pytest.mark.parametrize("command", ["check", "add", "import"])
def test_cards_of_logseq_in_a_folder_are_named(flash: Run, command: str) -> None:
    Path("graph").mkdir()
    Path("graph/a.md").write_text("- b\n- What? #card\n\t- {{cloze c}}\n", "utf-8")
    named = ["graph/a.md:2:1: {}the tag '#card'", "graph/a.md:3:1: {}not a cloze"]

    code, _, err = flash(command, "graph")

    assert code == 1
    lines = [line for line in err.splitlines() if "graph/a.md" in line]
    pairs = zip(lines, named, strict=True)
    assert all(line.startswith(start.format("")) for line, start in pairs)
    Path("graph/d.md").write_text(f"{HEAD}x::y\n", "utf-8")

    code, _, err = flash(command, "graph")

    assert code == 0
    pairs = zip(err.splitlines(), named, strict=True)
    assert all(line.startswith(start.format("warning: ")) for line, start in pairs)


def test_a_known_note_without_its_mark_is_an_error(flash: Run) -> None:
    note = Path("cards.md")
    note.write_text("---\ndeck: D\n---\na::b\n", "utf-8")
    Path("more.yaml").write_text("deck: E\ncards:\n  - {front: a, back: b}\n", "utf-8")
    flash("add", ".")

    note.write_text("a::b\n", "utf-8")

    code, _, err = flash("add", ".")
    assert code == 1
    assert "the store has cards of this file, but it is no longer a deck" in err


def git(*words: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *name, *words], check=True, capture_output=True)


@pytest.mark.parametrize("given", ["notes", "notes/a.md"])
def test_cards_of_a_switched_off_note_are_retired(flash: Run, given: str) -> None:
    Path("notes").mkdir()
    Path("notes/a.md").write_text("#flashcards\n\na::b\n")
    Path("notes/b.md").write_text("#flashcards\n\nc::d\n")
    flash("add", "notes")
    Path("notes/a.md").write_text("---\nflash: false\n---\n#flashcards\n\na::b\n")

    assert flash("add", given)[0] == 0

    assert [one["question"] for one in flash.json("list")] == ["c"]
    Path("notes/a.md").write_text("#flashcards\n\na::b\n")
    assert "1 returned" in flash("add", given)[1]


def test_a_stamp_keeps_the_history_of_an_edited_card(flash: Run) -> None:
    note = Path("a.md")
    note.write_text(
        f"{HEAD}a::b <!--SR:!2024-01-01,3,250-->\r\n\r\nQ: c\r\nA:\r\n```\r\nd\r\n```\r\n",
        "utf-8",
        newline="",
    )
    git("init", "-q")
    code, _, err = flash("add", "a.md", "--stamp")
    assert (code, "changes that are not committed" in err) == (1, True)
    git("add", "a.md")
    git("commit", "-qm", "a")

    code, _, err = flash("add", "a.md", "--stamp")

    assert (code, err) == (0, "2 ids written\n")
    lines = note.read_bytes().decode().split("\r\n")
    first, second = parse_note_deck(note.read_text("utf-8"), note).notes
    assert lines[0] == HEAD + f"a::b ^{first.id} <!--SR:!2024-01-01,3,250-->"
    assert lines[7] == f"^{second.id}"
    assert first.id.startswith("flash-")
    note.write_text(note.read_text("utf-8").replace("a::b", "x::y"), "utf-8")
    assert flash("add", "a.md")[1].endswith("1 changed, 1 unchanged; 2 cards\n")
    assert flash("add", "a.md", "--stamp")[2] == "0 ids written\n"


@pytest.mark.parametrize("end", ["", "\r"])
@pytest.mark.parametrize(
    "card",
    [
        "a::b ^abc123",
        "What is\nthis?\n?\nyes ^abc-1",
        "Q: a\nA: b ^x ^y <!--SR:!2024-01-01,3,250-->",
        "The ==word== here. ^x",
        "Q: a\nA:\n```\nb\n```\n^x",
        "a\n?\nb | c\n---|---\nd | e\n^x",
        "a::b\n> [!sr|card-metadata]\n> <!--SR:!2024-01-01,3,250-->",
    ],
)
def test_an_id_stands_before_references_and_comments(
    flash: Run, card: str, end: str
) -> None:
    text = f"{HEAD}one::1\n\n{card}\n\n---\n\ntwo::2\n"
    path = Path("s.md")
    path.write_text(text.replace("\n", f"{end}\n"), "utf-8", newline="")
    before = [note.content for note in parse_note_deck(text, path).notes]

    code, _, err = flash("add", "s.md", "--stamp", "--yes")

    assert (code, err) == (0, "3 ids written\n")
    written = path.read_bytes().decode()
    notes = parse_note_deck(written, path).notes
    assert [note.content for note in notes] == before
    assert all(note.id.startswith("flash-") for note in notes)
    unstamped = re.sub(r" ?\^flash-\w+", "", written).replace("\n ^x", "\n^x")
    assert unstamped == text.replace("\n", f"{end}\n")
    assert flash("add", "s.md", "--stamp")[2].startswith("0 ids written\n")


def test_of_several_references_the_id_counts() -> None:
    for text in ("a::b ^x ^flash-1", "a::b ^flash-1 ^x", "a::b ^flash-1\n^x"):
        (note,) = parse_note_deck(HEAD + text, Path("n.md")).notes

        assert (note.id, note.content) == ("flash-1", Basic("a", "b"))


def test_a_note_without_git_is_stamped_only_if_told(flash: Run) -> None:
    Path("a.md").write_text(f"{HEAD}a::b\n", "utf-8")

    code, _, err = flash("add", "a.md", "--stamp")

    assert code == 1
    assert err == (
        "flash: a.md:1:1: the file is not in a git repository (commit it with git first,"
        " so that you can go back, or add --yes)\n"
    )
    assert Path("a.md").read_text("utf-8") == f"{HEAD}a::b\n"
    assert flash("add", "a.md", "--stamp", "--yes")[2] == "1 id written\n"


def test_a_note_in_a_hook_is_looked_up_in_its_own_repository(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text(f"{HEAD}a::b\n", "utf-8")
    git("init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(Path("other", ".git").absolute()))

    assert "not in a git repository" in flash("add", "a.md", "--stamp")[2]


def test_a_card_in_a_note_covers_its_own_block(flash: Run) -> None:
    Path("a.md").write_text(f"{HEAD}- KMS::many tenants\n- other text\n", "utf-8")

    assert flash.json("coverage", "a.md")["covered"] == 1


@pytest.mark.parametrize(
    "config",
    [
        "[core]\nfsmonitor = {program}",
        "[core]\nhooksPath = hooks",
        '[filter "a=b.c"]\nclean = {program}',
        '[filter "a=b.c"]\nprocess = {program}\nrequired = true',
        "[include]\npath = ../shared",
        "[extensions]\npartialClone = o\n[core]\nrepositoryFormatVersion = 1\n"
        '[remote "o"]\npromisor = true\nurl = ext::{program}\n'
        '[protocol "ext"]\nallow = always',
    ],
    ids=["fsmonitor", "hook", "clean", "process", "included", "fetch"],
)
def test_a_stamp_runs_no_program_that_a_repository_names(
    flash: Run, tmp_path: Path, config: str
) -> None:
    """Each of these programs is run by a plain `git status`."""
    note, mark = tmp_path / "vault" / "a.md", tmp_path / "was-run"
    note.parent.mkdir()
    note.write_text(f"{HEAD}a::b\n", "utf-8")
    attributes = note.with_name(".gitattributes")
    attributes.write_text("*.md filter=a=b.c\n")
    git("-C", "vault", "init", "-q")
    git("-C", "vault", "add", ".")
    git("-C", "vault", "commit", "-qm", "a")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    program.chmod(0o755)
    hooks = note.parent / "hooks"
    hooks.mkdir()
    shutil.copy(program, hooks / "post-index-change")
    (note.parent / "shared").write_text(f'[filter "a=b.c"]\nclean = {program}')
    with (note.parent / ".git" / "config").open("a") as file:
        file.write(config.format(program=program))
    if "partialClone" in config:
        tree = subprocess.check_output(["git", "-C", "vault", "write-tree"], text=True)
        (note.parent / ".git" / "objects" / tree[:2] / tree[2:].strip()).unlink()
    os.utime(note, (1, 1))

    code, _, err = flash("add", "vault/a.md", "--stamp", "--yes")

    assert not mark.exists()
    if "partialClone" not in config:
        assert (code, err) == (0, "1 id written\n")
    note.write_text(f"{HEAD}a::b\n", "utf-8")
    subprocess.run(["git", "-C", "vault", "status"], capture_output=True, check=False)
    assert mark.exists()


def test_an_id_is_above_comments_below_its_card(flash: Run) -> None:
    note = Path("a.md")
    note.write_text(f"{HEAD}Q: a\nA: b\n<!--SR:!2024-01-01,3,250-->\n", "utf-8")

    assert flash("add", "a.md", "--stamp", "--yes")[2] == "1 id written\n"

    (card,) = parse_note_deck(note.read_text("utf-8"), note).notes
    assert note.read_text("utf-8") == (
        f"{HEAD}Q: a\nA: b ^{card.id}\n<!--SR:!2024-01-01,3,250-->\n"
    )


def test_cards_of_a_deck_file_keep_their_history_in_a_note(flash: Run) -> None:
    deck = "deck: X\ncards:\n  - {front: Who?, back: I}\n  - cloze: 'A {{c1::b}}.'\n"
    Path("x.yaml").write_text(deck, "utf-8")
    flash("add", "x.yaml")
    before = {one["card"] for one in flash.json("list")}
    Path("x.yaml").unlink()
    note = "---\ndeck: X\n---\n\nQ: Who?\nA: I\n\nC: A [b].\n"
    Path("x.md").write_text(note, "utf-8")

    assert flash("add", "x.md")[0] == 0

    found = flash.json("list")
    assert {one["card"] for one in found} == before
    assert {Path(one["file"]).name for one in found} == {"x.md"}
