"""What a note says, without what stands in it for programs."""

from pathlib import Path
from time import process_time

import pytest

from cards.markdown_notes.own_text import own_text
from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose

CASES = {
    "comments of Obsidian": ("a %% b %% c\n%% d\n\ne %%\nf", "a  c\n\n\n\nf"),
    "a schedule": ("a: b <!--SR:!2026-12-16,34,290-->\nc", "a: b \nc"),
    "a comment of HTML on its own lines": ("a\n<!-- b\nc -->\nd",) * 2,
    "a comment in a quotation": ("> a\n> <!--SR:!2026-12-16,34,290-->", "> a\n> "),
    "a block reference": ("- a ^b-1\n- c ^d\n\ne\n^f\n\n^g", "- a \n- c \n\ne\n\n\n"),
    "a power inside a paragraph": ("2 ^10\nis 1024",) * 2,
    "a callout": ("> [!note]- Title\n> b", "> Title\n> b"),
    "an inner callout": ("> > [!tip|left] Title", "> > Title"),
    "a link in a quotation": ("> [a](b) [!c]",) * 2,
    "marks of footnotes": ("a[^1] b[^note].\n\n[^1]: c", "a b.\n\n[^1]: c"),
    "lines of tags": ("a\n#b #c/d\nTags: #e, #f\n> #g", "a\n\n\n"),
    "tags at an end": ("a: b #c #d ^e\n# f #g", "a: b \n# f "),
    "no tags": ("C# is a #1 and a#b #c d\n## e ##",) * 2,
    "code": ("`a ^b` `#c` `[^1]`\n```\n#d\n%% e %%\nf ^g\n```",) * 2,
    "front matter": ("---\n#a\nb: c ^d\n---\ne ^f", "---\n#a\nb: c ^d\n---\ne "),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_only_text_is_left_on_its_lines(text: str, expected: str) -> None:
    found = own_text(text, has_tags=True)

    assert found.split("\n") == [
        *expected.split("\n"),
        *[""] * (text.count("\n") - expected.count("\n")),
    ]


def test_words_behind_a_hash_are_tags_in_obsidian_only(tmp_path: Path) -> None:
    text = "White: #FFF\n\n#tag"
    outside = parse_note(text, tmp_path / "n.md")
    (tmp_path / "vault/.obsidian").mkdir(parents=True)
    inside = parse_note("White: a colour #FFF\n\n#tag", tmp_path / "vault/n.md")

    assert [block.text for block in outside.blocks] == ["White: #FFF"]
    assert [block.text.strip() for block in inside.blocks] == ["White: a colour"]


def test_what_programs_write_changes_no_hash() -> None:
    plain = "KMS: many tenants\n\n> Keys are kept.\n\n- HSM: one tenant\n"
    written = (
        "KMS: many tenants <!--SR:!2026-12-16,34,290-->\n\n> [!note] Keys are kept. ^k\n\n"
        "- HSM: one tenant[^1] %% check %%\n"
        "\n> [!sr|card-metadata]\n> <!--SR:!2026-12-19,37,250-->\n\n^b\n"
    )
    notes = [parse_note(text, Path("n.md")) for text in (plain, written)]

    before, after = ([block.hash for block in note.blocks] for note in notes)
    assert after == before
    proposals = [[one.content for one in propose(note)] for note in notes]
    assert proposals[1] == proposals[0]


def test_a_long_line_of_marks_is_read_in_time() -> None:
    start = process_time()
    for word in ("#a ", "^a ", "[^a] ", "> ", "%% a %% "):
        line = word * 30_000

        assert len(own_text(f"{line}!", has_tags=True)) <= len(line) + 1

    assert process_time() - start < 10
