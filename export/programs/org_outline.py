"""Read the outline of an Org file: headings with their tags, drawers and texts."""

import re
from textwrap import dedent

from msgspec import Struct

from cards.errors import Place, Problem
from cards.translate import _

_HEADING = re.compile(r"(\*+)[ \t]+(.*?)(?:[ \t]+:((?:[\w@#%]+:)+))?[ \t]*$")
_KEY = re.compile(r"#\+(title|filetags):[ \t]*(.*)$", re.IGNORECASE)
_DRAWER = re.compile(r"[ \t]*:([\w-]+):[ \t]*$")
_END = re.compile(r"[ \t]*:END:[ \t]*$", re.IGNORECASE)
_PROPERTY = re.compile(r"[ \t]*:([^:\s]+):[ \t]*(.*?)[ \t]*$")
_PLANNING = re.compile(r"[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):")
_TODO = re.compile(r"(?:TODO|DONE)[ \t]+")
_OF_CARDS = ("PROPERTIES", "REVIEW_DATA")
_BACK = "Back"


class Heading(Struct):
    """A heading with its text."""

    level: int
    title: str
    line: int
    tags: tuple[str, ...]
    all_tags: tuple[str, ...]
    """Also those of the headings above it and of the file."""
    body: list[str]
    """Without drawers; of a card also the headings below that are no cards."""
    back: list[str] | None = None
    """The text of the heading `Back` below it."""
    properties: dict[str, str] = {}
    review_data: list[tuple[int, dict[str, str]]] = []
    """Line and cells of each row of the drawer."""


class OrgOutline(Struct):
    """The headings of a file."""

    title: str
    headings: list[Heading]


def read_outline(text: str, file: str, problems: list[Problem]) -> OrgOutline:
    """Read a file.

    Args:
        text: The text of the file.
        file: Its path; problems show it as given.
        problems: Mistakes in drawers of cards are added to it.
    """
    reader = _OutlineReader(text, file, problems)
    reader.run()
    return OrgOutline(reader.title, reader.headings)


class _OutlineReader:
    def __init__(self, text: str, file: str, problems: list[Problem]) -> None:
        self.title = ""
        self.headings: list[Heading] = []
        self._lines = text.removeprefix("\ufeff").splitlines()
        self._file, self._problems = file, problems
        self._file_tags: list[str] = []
        self._above: list[Heading] = []
        """The headings that the current line is below."""
        self._text: list[str] = []
        """Where the text below the current heading goes."""
        self._section: list[str] = []
        """That text so far; Org may indent all of it by the level."""

    def run(self) -> None:
        """Read all lines."""
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            heading, key = _HEADING.match(line), _KEY.match(line)
            if heading:
                self._start(heading, at + 1)
            elif key and not self._above:
                self._read_key(key)
            elif _DRAWER.match(line):
                at = self._read_drawer(at)
            elif not _PLANNING.match(line) or any(map(str.strip, self._section)):
                self._section.append(line)
            at += 1
        self._end_section()

    def _end_section(self) -> None:
        self._text += dedent("\n".join(self._section)).split("\n")
        self._section.clear()

    def _read_key(self, found: re.Match[str]) -> None:
        if found[1].lower() == "title":
            self.title = found[2].strip()
        else:
            self._file_tags += [tag for tag in re.split(r"[:\s]+", found[2]) if tag]

    def _start(self, found: re.Match[str], line: int) -> None:
        self._end_section()
        level, title = len(found[1]), _TODO.sub("", found[2], count=1)
        self._above = [one for one in self._above if one.level < level]
        tags = tuple(filter(None, (found[3] or "").split(":")))
        above = [tag for one in self._above for tag in one.tags]
        every = tuple(dict.fromkeys((*self._file_tags, *above, *tags)))
        heading = Heading(level, title, line, tags, every, [])
        card = next((one for one in reversed(self._above) if "fc" in one.tags), None)
        self._text = heading.body
        if card is not None and "fc" not in tags:
            if title == _BACK and level == card.level + 1:
                card.back = heading.body
            else:
                # A heading below belongs to the side on which it stands.
                self._text = card.body if card.back is None else card.back
                self._text += ["", f"*{title}*", ""]
        self._above.append(heading)
        self.headings.append(heading)

    def _read_drawer(self, at: int) -> int:
        """Read a drawer of the last heading; return its last line."""
        found = _DRAWER.match(self._lines[at])
        name = found[1].upper() if found else ""
        end = self._end_of_drawer(at)
        card = self._above[-1] if self._above else None
        if card is None or "fc" not in card.tags:
            return at if end is None else end
        if end is None:
            if name in _OF_CARDS:
                message = _("drawer ':{name}:' without ':END:'").format(name=name)
                self._report(at + 1, message, _("write ':END:' below it"))
            else:
                self._section.append(self._lines[at])
            return at
        inside = range(at + 1, end)
        if name == "PROPERTIES":
            pairs = [_PROPERTY.match(self._lines[i]) for i in inside]
            card.properties = {pair[1].upper(): pair[2] for pair in pairs if pair}
        elif name == "REVIEW_DATA":
            card.review_data = self._read_table(inside)
        return end

    def _end_of_drawer(self, at: int) -> int | None:
        for i in range(at + 1, len(self._lines)):
            line = self._lines[i]
            if _END.match(line):
                return i
            drawer = _DRAWER.match(line)
            if _HEADING.match(line) or (drawer and drawer[1].upper() in _OF_CARDS):
                return None
        return None

    def _read_table(self, inside: range) -> list[tuple[int, dict[str, str]]]:
        rows = [
            (i + 1, [cell.strip() for cell in self._lines[i].strip()[1:].split("|")])
            for i in inside
            if re.match(r"\s*\|(?!-)", self._lines[i])
        ]
        if not rows or not {"position", "due"} <= set(rows[0][1]):
            message = _("review data without the columns 'position' and 'due'")
            hint = _("restore the table, or remove the drawer")
            self._report(inside.start, message, hint)
            return []
        columns = rows[0][1]
        found: list[tuple[int, dict[str, str]]] = []
        for line, values in rows[1:]:
            if len(values) == len(columns):
                found.append((line, dict(zip(columns, values, strict=True))))
                continue
            message = _("{cells} cells under {columns} columns").format(
                cells=len(values) - 1, columns=len(columns) - 1
            )
            self._report(line, message, _("restore the row, or remove it"))
        return found

    def _report(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(Place(self._file, line), message, hint))
