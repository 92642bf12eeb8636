"""Blocks of notes in Markdown and plain text, against golden files.

`python tests/cards/test_note_blocks.py` writes the golden files.
"""

from pathlib import Path

import pytest

from cards.errors import DeckError
from cards.markdown_notes.blocks import BlockKind, NoteBlocks, split_definition
from cards.markdown_notes.coverage import ignoring, parse_ignore_list
from cards.markdown_notes.reading import find_notes, parse_note, read_note
from cards.markdown_notes.rules import propose
from cards.markdown_notes.wiki import shown_marks
from cards.markdown_notes.wording import bare
from cards.note import Basic, Cloze
from cards.text.terminal import plain_text

NOTES = Path(__file__).parent / "notes"
KINDS = ["course.txt", "readme.md", "glossary.md", "cheatsheet.md", "article.md"]


def listing(note: NoteBlocks) -> str:
    """Show the blocks, then the proposals."""
    lines = []
    for block in note.blocks:
        text = block.text.replace("\n", "⏎")
        ignored = "" if block.ignored is None else f" [ignored {block.ignored}]"
        indent = "  " * len(block.parents)
        place = f"{block.lines:6} {block.kind:10} {block.heading_path} | "
        lines.append(f"{place}{indent}{text}{ignored}")
    lines.append("")
    for proposal in propose(note):
        blocks = ",".join(note.blocks[index].lines for index in proposal.blocks)
        lines.append(f"{proposal.rule} {blocks}")
        for name in proposal.content.__struct_fields__:
            value = getattr(proposal.content, name)
            if value:
                lines.append(f"    {name}: {value}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", KINDS)
def test_notes_have_the_blocks_and_proposals_of_their_golden(name: str) -> None:
    note = read_note(NOTES / name)

    assert listing(note) == (NOTES / f"{name}.golden").read_text("utf-8")


def blocks(text: str, name: str = "a.md") -> list[tuple[str, str, str]]:
    note = parse_note(text, Path(name))
    return [(block.kind.value, block.lines, block.text) for block in note.blocks]


def test_an_item_has_its_further_lines_and_not_its_children() -> None:
    found = blocks("- a\n  b\n  - c\n\n    d\n- e\n")

    assert found == [
        ("item", "1-2", "a\nb"),
        ("item", "3", "c"),
        ("paragraph", "5", "d"),
        ("item", "6", "e"),
    ]


def test_plain_text_nests_by_indentation_without_bullets() -> None:
    note = parse_note("Keys\n  shared\n    cheap\n  single\n", Path("a.txt"))

    found = [(b.kind, b.text, b.parents, b.headings) for b in note.blocks]
    assert found == [
        (BlockKind.HEADING, "Keys", (), ()),
        (BlockKind.ITEM, "shared", (), ("Keys",)),
        (BlockKind.ITEM, "cheap", (1,), ("Keys",)),
        (BlockKind.ITEM, "single", (), ("Keys",)),
    ]


def test_numbers_and_japanese_bullets_are_items() -> None:
    text = "見出し\n\n1. a\n（2）b\n③ c\n・d\n１．e\n3.5 is a number\n"
    found = blocks(text, "a.txt")

    assert [text for kind, _, text in found if kind == "item"] == [
        "a",
        "b",
        "c",
        "d",
        "e",
    ]
    assert found[-1] == ("paragraph", "8", "3.5 is a number")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KMS：鍵を管理する", ("KMS", "鍵を管理する")),
        ("タイプ:必須、推奨", ("タイプ", "必須、推奨")),
        ("Tree: a listing", ("Tree", "a listing")),
        ("`-v` - more output", ("`-v`", "more output")),
        ("MTU — the largest packet", ("MTU", "the largest packet")),
        ("at 10:30", None),
        ("std::vector", None),
        ("https://example.org: a page", None),
        ("VPC - VGW - VPN", None),
        ("It rains. So: stay", None),
        ("`a: b`: a pair", ("`a: b`", "a pair")),
        ("`a: b` is a pair", None),
        (
            "[KMS: keys](https://example.org): a page",
            ("[KMS: keys](https://example.org)", "a page"),
        ),
        ("[[a: b]]: c", ("[[a: b]]", "c")),
        ("価格は $5: 高い $6", ("価格は $5", "高い $6")),
        ("KMS＝鍵を管理する", ("KMS", "鍵を管理する")),
        ("ハブ＝集線装置", ("ハブ", "集線装置")),
        ("ジャン＝ジャック・ルソー", None),
        ("a＝b＝c", None),
        ("a = b", None),
        ("KMSとは：鍵を管理する", ("KMS", "鍵を管理する")),
        ("**KMS**とは: keys", ("**KMS**", "keys")),
        ("とは：意味", ("とは", "意味")),
        ("【KMS】鍵を管理する", ("KMS", "鍵を管理する")),
        ("【KMS】", None),
        ("【AWS】【KMS】鍵", None),
        ("**KMS:** keys", ("**KMS**", "keys")),
        ("**鍵：**管理する", ("**鍵**", "管理する")),
        ("__KMS:__ keys", ("__KMS__", "keys")),
        ("**KMS** – keys", ("**KMS**", "keys")),
        ("**KMS**—keys", ("**KMS**", "keys")),
        ("**KMS** -- keys", ("**KMS**", "keys")),
        ("**KMS** = keys", ("**KMS**", "keys")),
        ("==KMS== - keys", ("==KMS==", "keys")),
        ("KMS -- keys", None),
        ("KMS—the keys—rotates", None),
        ("**Keys: rotate** each year", None),
        ("==Keys: rotate== each year", None),
        ("**kw: more words", ("**kw", "more words")),
    ],
)
def test_a_definition_has_a_term_and_a_colon(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert split_definition(text) == expected


def test_a_hash_ignores_space_and_width_of_characters() -> None:
    one = parse_note("- ＫＭＳ  keys\n", Path("a.md")).blocks[0]
    other = parse_note("x\n\n  • KMS keys\n", Path("a.txt")).blocks[1]

    assert one.hash == other.hash


def test_comments_ignore_what_belongs_to_a_block() -> None:
    text = "- a\n<!-- flash: ignore: why -->\n- b\n  - c\n- d <!-- flash: ignore -->\n"
    note = parse_note(text, Path("a.md"))

    assert [block.ignored for block in note.blocks] == [None, "why", "why", ""]


def test_a_comment_in_code_ignores_nothing() -> None:
    note = parse_note("```\n<!-- flash: ignore -->\n```\n- a\n", Path("a.md"))

    assert [block.ignored for block in note.blocks] == [None, None]


def test_a_list_ignores_blocks_headings_and_hashes() -> None:
    note = parse_note("# A\n\n- b\n- c\n\n# D\n\n- e\n- f long\n", Path("a.md"))
    listed = parse_ignore_list(
        f"# comment\nb  # known\nD # out of scope\n{note.blocks[2].hash} # rare\nx…\n"
    )

    found, used = ignoring(note, listed)

    assert [block.ignored for block in found.blocks if block.counts] == [
        "known",
        "rare",
        "out of scope",
        "out of scope",
    ]
    assert used == {"b", "D", note.blocks[2].hash}


def test_deep_nesting_is_an_error_at_its_line() -> None:
    text = "".join(f"{'  ' * depth}- a\n" for depth in range(60))

    with pytest.raises(DeckError) as caught:
        parse_note(text, Path("a.md"))

    assert str(caught.value) == "a.md:49:1: nested too deeply (nest at most 48 lists)"


def test_unclosed_front_matter_is_text() -> None:
    assert blocks("---\ntitle: x\n") == [("definition", "2", "title: x")]


def test_notes_of_a_folder_end_in_md_or_txt(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "c.yaml", ".d.md"):
        (tmp_path / name).write_text("x", "utf-8")

    assert [path.name for path in find_notes([tmp_path])] == ["a.txt", "b.md"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeckError, match="no note in this folder"):
        find_notes([tmp_path / "empty"])


BARE = {
    "bold": ("**KMS** and ***x***, **KMS（鍵管理）**と", "KMS and x, KMS（鍵管理）と"),
    "italic": ("a *b* _c d_ e", "a b c d e"),
    "marked": ("==a = b== ==`c`==", "a = b `c`"),
    "code": ("`**kw**` **a `*` b**", "`**kw**` a `*` b"),
    "one star": ("*args", "*args"),
    "two stars": ("f(*args, **kw)", "f(*args, **kw)"),
    "calls": ("f(**a)(**b)", "f(**a)(**b)"),
    "a star behind": ("C* and D*", "C* and D*"),
    "a name": ("__init__ of snake_case", "__init__ of snake_case"),
    "an escape": (r"a \* b \*c\*", r"a \* b \*c\*"),
    "a product": ("2*3*4", "2*3*4"),
}


@pytest.mark.parametrize(("text", "expected"), BARE.values(), ids=BARE.keys())
def test_only_pairs_of_marks_are_markup(text: str, expected: str) -> None:
    assert bare(text) == expected


TERMS = [
    "*args",
    "f(*a, **b)",
    "__init__",
    "2*3*4",
    "a_b_c",
    "x<y",
    "`a`",
    "[b]",
    "==c==",
]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_in_plain_text_is_shown_as_typed(term: str) -> None:
    (proposal,) = propose(parse_note(f"- {term}: a **meaning**\n", Path("a.txt")))

    assert isinstance(proposal.content, Basic)
    assert plain_text(shown_marks(proposal.content.front)) == term
    assert plain_text(proposal.content.back) == "a **meaning**"


def test_footnotes_are_not_proposed() -> None:
    text = "A text[^1] of words.\n\n[^1]: the other\n\n[^2]: a **bold** word in a footnote\n"

    assert propose(parse_note(text, Path("a.md"))) == []


def test_emphasized_math_and_code_are_hidden() -> None:
    text = "The formula is ==$E=mc^{2^{a}}$== and `==x==` is **`ab`** in the text.\n"

    (proposal,) = propose(parse_note(text, Path("a.md")))

    assert proposal.content == Cloze(
        "The formula is {{c1::$E=mc^{2^{a} }$}} and `==x==` is {{c2::`ab`}} in the text."
    )


def test_org_is_refused_as_a_note(tmp_path: Path) -> None:
    note = tmp_path / "n.org"
    note.write_text("#+TITLE: Keys\n", "utf-8")

    with pytest.raises(DeckError) as caught:
        find_notes([note])

    assert str(caught.value) == (
        f"{note}:1:1: Org files are not read as notes (export it as Markdown; flash import"
        " reads cards of org-fc)"
    )


if __name__ == "__main__":
    for kind in KINDS:
        golden = NOTES / f"{kind}.golden"
        golden.write_text(listing(read_note(NOTES / kind)), "utf-8")
