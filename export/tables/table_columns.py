"""What each column of a table becomes.

Names decide: those of `--columns`, of Anki's `#` lines, or of a first row that flash
knows.  Without names the order is question, answer, tags, and tags only if every cell
can be a tag.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from cards.text.folding import fold
from export.tables.table_head import TableHead

COLUMN_USES = ("front", "back", "extra", "tags", "deck", "id", "guid", "notetype")
_CARD_USES = ("ordinal", "kind")
"""Further columns of the tables that flash writes."""
_OF_FLASH = {"guid", *_CARD_USES}
"""The names that tell such a table from others."""
_OTHER_NAMES = {
    "question": "front",
    "text": "front",
    "term": "front",
    "answer": "back",
    "definition": "back",
    "back extra": "extra",
    "note type": "notetype",
    **dict.fromkeys(("質問", "問題", "問い", "表", "表面", "単語", "用語"), "front"),
    **dict.fromkeys(("答え", "回答", "解答", "裏", "裏面", "意味"), "back"),
    **dict.fromkeys(("補足", "解説", "備考", "メモ"), "extra"),
    "タグ": "tags",
    "デッキ": "deck",
}
"""Names that other programs and people give to columns."""
_TEXT_USES = ("front", "back", "extra")
_TAG = re.compile(r"[^\s.,;!?。、，！？\u3041-\u309f]{1,40}")
"""No blanks, no punctuation and no hiragana, which sentences have."""


class TableColumn(Struct, frozen=True):
    """A column of a table."""

    number: int
    """From 1."""
    name: str
    """From the header; empty if there is none."""
    use: str
    """From `COLUMN_USES`, or ordinal or kind; empty if the column is left out."""
    sample: str
    """The first cell with text."""


class ColumnChoice(Struct, frozen=True):
    """What the user said about the columns."""

    uses: tuple[str, ...] = ()
    """From `COLUMN_USES`, empty for a column to skip."""
    header: bool | None = None
    """True if the first row has the names; None to recognize it."""


def column_uses(
    rows: Sequence[list[str]], head: TableHead, choice: ColumnChoice
) -> tuple[list[TableColumn], bool]:
    """Decide what each column becomes.

    Args:
        rows: All rows with text, a header included.
        head: Settings of the file.
        choice: What the user said.

    Returns:
        The columns up to the last one with text, and whether the first row is a
        header.
    """
    first = rows[0] if rows else []
    has_header = choice.header
    if has_header is None:
        has_header = not head.names and _is_header(first)
        if choice.uses:
            # Their names may be words to learn, too.
            has_header = len(rows) > 1 and _names_uses(first, choice.uses)
    names = first if has_header else head.names
    cells = rows[1:] if has_header else rows
    if choice.uses:
        uses = {i: use for i, use in enumerate(choice.uses) if use}
    elif names:
        uses = _by_name(names, head.places)
    else:
        uses = _by_place(cells, head.places)
    width = max(map(len, (*rows, names)), default=0)
    samples = _samples(cells, width)
    found = [
        TableColumn(
            number=i + 1,
            name=names[i].strip() if i < len(names) else "",
            use=uses.get(i, ""),
            sample=samples[i],
        )
        for i in range(width)
    ]
    while found and not (found[-1].use or found[-1].name or found[-1].sample):
        found.pop()
    return found, has_header


def _known(name: str, further: Sequence[str] = ()) -> str:
    name = fold(name.strip())
    name = _OTHER_NAMES.get(name, name)
    return name if name in (*COLUMN_USES, *further) else ""


def _is_header(row: Iterable[str]) -> bool:
    """Return True if a row names the question and something else."""
    found = {_known(cell) for cell in row} - {""}
    return "front" in found and len(found) > 1


def _names_uses(row: Sequence[str], uses: Sequence[str]) -> bool:
    """Return True if the cells of a row name what the columns become."""
    pairs = zip(map(_known, row), uses, strict=False)
    return len(row) >= len(uses) and all(name == use for name, use in pairs if use)


def _by_name(names: Sequence[str], places: Mapping[int, str]) -> dict[int, str]:
    """Use known names first; other names, in their order, are question and answer."""
    uses = dict(places)
    is_of_flash = {fold(name.strip()) for name in names} >= _OF_FLASH
    further = _CARD_USES if is_of_flash else ()
    for i, name in enumerate(names):
        use = _known(name, further)
        if use and i not in uses and use not in uses.values():
            uses[i] = use
    free = [use for use in _TEXT_USES[:2] if use not in uses.values()]
    others = [i for i, name in enumerate(names) if name.strip() and i not in uses]
    return uses | dict(zip(others, free, strict=False))


def _by_place(rows: Sequence[list[str]], places: Mapping[int, str]) -> dict[int, str]:
    width = max(map(len, rows), default=0)
    free = [i for i in range(width) if i not in places]
    if places:
        # Anki's own export: the fields are between the named columns.
        return dict(zip(free, _TEXT_USES, strict=False)) | dict(places)
    uses = dict(zip(free, _TEXT_USES[:2], strict=False))
    if width > len(uses) and _are_tags(row[2] for row in rows if len(row) > 2):
        uses[2] = "tags"
    return uses


def _are_tags(cells: Iterable[str]) -> bool:
    return all(_TAG.fullmatch(cell.strip()) for cell in cells if cell.strip())


def _samples(rows: Iterable[list[str]], width: int) -> list[str]:
    """Return the first cell with text of each column."""
    samples = [""] * width
    missing = set(range(width))
    for row in rows:
        for i in [i for i in missing if i < len(row) and row[i].strip()]:
            samples[i] = row[i].strip()
            missing.discard(i)
        if not missing:
            break
    return samples
