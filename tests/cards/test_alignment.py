"""Blocks that sources name are found in notes that repeat texts and are edited."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cards.markdown_notes.alignment import Alignment
from cards.markdown_notes.blocks import Block, NoteBlocks, line_range
from cards.markdown_notes.provenance import CardSources, changes
from cards.markdown_notes.reading import parse_note
from cards.note import Basic, Note, Source

FILE = __file__
"""Stands for the note: a file that is there."""
REPEATED = ("per hour", "per GB", "single-tenant", "multi-tenant", "level 3")
"""Texts that several sections have; none has one twice."""


class Line(Struct, eq=False):
    """A line of a note, the same object before and after an edit."""

    text: str


class Section(Struct, eq=False):
    """A heading, a term, and items below it."""

    head: Sequence[Line]
    items: list[Line]

    @property
    def term(self) -> Line:
        """The line of the term, which no other section has."""
        return self.head[-1]

    @property
    def lines(self) -> list[Line]:
        """All its lines."""
        return [*self.head, *self.items]


def sections(random: Random, count: int) -> list[Section]:
    """Make sections, some without a heading of their own."""
    made = []
    for number in range(count):
        heading = ["", f"## Part {number}", ""] if random.random() < 0.6 else []
        head = [Line(text) for text in (*heading, f"- Term {number}")]
        texts = random.sample(REPEATED, random.randint(1, 4))
        made.append(Section(head, [Line(f"  - {text}") for text in texts]))
    return made


def blocks_of(lines: Sequence[Line]) -> tuple[Block, ...]:
    text = "\n".join(line.text for line in lines)
    return parse_note(text, Path("n.md")).blocks


def places(blocks: Sequence[Block], lines: Sequence[Line]) -> dict[int, int]:
    """Return the block of each line by the identity of the line."""
    by_line = {block.first: index for index, block in enumerate(blocks)}
    return {
        id(line): by_line[number]
        for number, line in enumerate(lines, 1)
        if number in by_line
    }


def source_of(some: Sequence[Line], lines: Sequence[Line]) -> Source:
    """Return the source of a card about some lines."""
    blocks = blocks_of(lines)
    at = places(blocks, lines)
    found = [blocks[at[id(line)]] for line in some]
    return Source(
        note=FILE,
        lines=line_range(found[0].first, found[-1].last),
        hash=" ".join(block.hash for block in found),
    )


def edited(random: Random, parts: list[Section], *, most: int) -> list[Line]:
    """Edit the items of sections, add lines, and move or delete sections."""
    parts = [Section(part.head, list(part.items)) for part in parts]
    for number in range(random.randint(0, most)):
        part = random.choice(parts)
        match random.choice(("add", "change", "delete", "swap", "move", "drop")):
            case "add":
                new = Line(f"  - added {number}")
                part.items.insert(random.randint(0, len(part.items)), new)
            case "change" if part.items:
                at = random.randrange(len(part.items))
                part.items[at] = Line(f"{part.items[at].text} and {number}")
            case "delete" if part.items:
                part.items.pop(random.randrange(len(part.items)))
            case "swap":
                random.shuffle(part.items)
            case "move":
                parts.remove(part)
                parts.insert(random.randint(0, len(parts)), part)
            case "drop" if len(parts) > 2:
                parts.remove(part)
    top = [Line("Preface." if n % 2 else "") for n in range(random.randint(0, 4))]
    return [*top, *(line for part in parts for line in part.lines)]


def expected(
    some: Sequence[Line], lines: Sequence[Line], blocks: Sequence[Block]
) -> tuple[int | None, ...]:
    at = places(blocks, lines)
    return tuple(at.get(id(line)) for line in some)


@given(st.randoms(use_true_random=False), st.integers(2, 8))
def test_unchanged_blocks_are_found_and_no_others(random: Random, count: int) -> None:
    parts = sections(random, count)
    before = [line for part in parts for line in part.lines]
    about = [[part.term, *part.items] for part in parts]
    about += [[part.term, random.choice(part.items)] for part in parts]
    sources = [source_of(some, before) for some in about]
    after = edited(random, parts, most=4)
    blocks = blocks_of(after)

    found = Alignment(sources, blocks)

    assert [found.places(one) for one in sources] == [
        expected(some, after, blocks) for some in about
    ]


@given(st.randoms(use_true_random=False), st.integers(2, 8))
def test_one_card_of_a_note_needs_no_others(random: Random, count: int) -> None:
    parts = sections(random, count)
    about = [parts[0].term, *parts[0].items]
    source = source_of(about, [line for part in parts for line in part.lines])
    after = edited(random, parts, most=1)
    blocks = blocks_of(after)
    right = expected(about, after, blocks)

    found = Alignment([source], blocks).places(source)

    # Without its term, nothing says what the items with repeated texts belong to.
    assert found == right if right[0] is not None else None in found


@given(st.randoms(use_true_random=False), st.integers(2, 8))
def test_the_source_to_write_has_the_lines_of_now(random: Random, count: int) -> None:
    parts = sections(random, count)
    before = [line for part in parts for line in part.lines]
    about = {part.term.text: [part.term, *part.items] for part in parts}
    cards = [
        Note(Basic(term, "x"), "D", sources=(source_of(some, before),))
        for term, some in about.items()
    ]
    part = random.choice(parts)
    at = random.randrange(len(part.items))
    new = Line("  - in its place")
    part.items[at] = new
    about[part.term.text][at + 1] = new
    after = [*map(Line, [""] * random.randint(0, 3)), *edited(random, parts, most=0)]
    note = NoteBlocks(FILE, blocks_of(after))

    (found,) = changes(note, CardSources(cards), lambda _card, _place: "")

    assert [one.now for one in found.blocks] == ["in its place"]
    assert found.present == source_of(about[part.term.text], after)
