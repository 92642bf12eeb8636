"""Which cards come from a note, and which cards are like a block."""

from pathlib import Path

from cards.markdown_notes.blocks import NoteBlocks
from cards.markdown_notes.provenance import BlockFinder, CardSources
from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose
from cards.markdown_notes.similarity import SimilarCards
from cards.note import Basic, Note, Source

SAME = "Keys rotate yearly.\n\nOther text.\n\nKeys rotate yearly.\n"


def parsed(text: str, file: Path = Path("n.md")) -> NoteBlocks:
    return parse_note(text, file)


def with_source(source: Source) -> Note:
    return Note(Basic("a", "b"), "D", sources=(source,))


def test_hash_is_sought_elsewhere_only_if_its_note_is_gone(tmp_path: Path) -> None:
    (tmp_path / "kept.md").write_text(SAME, "utf-8")
    copy = parsed(SAME, tmp_path / "copy.md")
    hashed = copy.blocks[0].hash
    sources = [Source(note=name, hash=hashed) for name in ("kept.md", "gone.md")]
    cards = [
        Note(Basic("a", "b"), "D", sources=(one,), file=str(tmp_path / "d.yaml"))
        for one in sources
    ]

    assert CardSources(cards).passages(copy) == [(1, sources[1])]


def test_a_block_of_equal_ones_is_the_nearest_to_its_lines() -> None:
    note = parsed(SAME)
    hashed = note.blocks[0].hash

    def found(lines: str) -> list[int]:
        card = with_source(Source(note="n.md", lines=lines, hash=hashed))
        return BlockFinder(note, CardSources([card])).found(card, card.sources[0])

    assert [found(lines) for lines in ("1", "4-5", "3", "40")] == [[0], [2], [0], [2]]


def test_a_meaning_of_several_terms_is_not_asked_back() -> None:
    text = (
        "- KMS\n  - a service of AWS\n- HSM\n  - a device\n- S3\n  - a service of AWS\n"
    )

    contents = [one.content for one in propose(parsed(text))]

    assert [one.reverse for one in contents if isinstance(one, Basic)] == [
        False,
        True,
        False,
    ]


def test_a_short_block_needs_what_stands_above_it() -> None:
    note = parsed("# Key rotation of KMS\n\n- every 365 days\n")
    texts = [
        ("How often does KMS do key rotation?", "365 days"),
        ("How long is a year?", "365 days"),
        ("Key rotation of KMS?", "every"),
        *((f"word {i}", "other") for i in range(25)),
    ]
    cards = [Note(Basic(front, back), "D") for front, back in texts]

    found = SimilarCards(cards, [note]).find(note, [1])

    # The second lacks the heading, the third too much of the block itself.
    assert [one.card for one in found[1]] == [0]
