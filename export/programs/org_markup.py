r"""Convert the markup of Org to Markdown.

Text stays text: what Markdown would read as markup is escaped.  Markup that a terminal
lacks is dropped with its text kept (underlines, targets of links to headings).

Source: https://orgmode.org/manual/Markup-for-Rich-Contents.html
"""

import re
from collections.abc import Sequence
from itertools import groupby

from cards.text.markdown import escaped_text

_BLOCK = re.compile(r"\s*#\+(begin|end)_(\w+)(?:\s+(\S+))?.*$", re.IGNORECASE)
_NO_TEXT = re.compile(r"\s*#(?:\+[\w-]+(?:\[.*\])?:|\s|\Z)")
"""A keyword, such as a caption, or a comment."""
_FIXED = re.compile(r"\s*:(?:[ \t]|\Z)")
_ENVIRONMENT = re.compile(r"\s*\\begin\{([A-Za-z]+\*?)\}")
_TICKS = re.compile(r"`{3,}")
_DISPLAY = ("equation", "equation*", "displaymath")
"""Environments that say no more than `$$`, and can't stand inside it."""
_TABLE = re.compile(r"\s*\|")
_RULE = re.compile(r"\s*\|-[-+|]*\s*$")
_LINE = re.compile(r"^([ \t]*-{5,}[ \t]*)$")
"""A rule, which below a line of text makes a heading of it in Markdown."""
_UNDERLINE = re.compile(r"^([ \t]*)(=+|-{2,4})(?=[ \t]*$)", re.MULTILINE)
"""Text in Org that would do the same."""
_STAR = re.compile(r"^([ \t]+)\*(?=[ \t])")
_TERM = re.compile(r"^(\s*[-+]\s+)(.+?)\s+::(?:\s+|$)(.*)$")
_PICTURE = re.compile(
    r"(?:file:)?(?!\w+:)(\S[^\]]*\.(?:png|jpe?g|gif|svg|webp|mp3|ogg|wav|m4a))$",
    re.IGNORECASE,
)
_IN_PARAGRAPH = r"(?:[^\n]|\n(?![ \t]*(?:\n|\Z)))"
_IN_ITEM = rf"(?!\n[ \t]*(?:[-+]|\d+[.)]|(?<=[ \t])\*)[ \t]){_IN_PARAGRAPH}"
"""Neither math nor emphasis crosses a blank line, emphasis nor an item."""
_INLINE = re.compile(
    rf"(?P<math>\\\((?P<inline>{_IN_PARAGRAPH}{{1,1000}}?)\\\)"
    rf"|\\\[(?P<display>{_IN_PARAGRAPH}{{1,1000}}?)\\\]"
    rf"|\$\$(?:(?!\$){_IN_PARAGRAPH})+\$\$"
    rf"|(?<![\w$])\$[^\s$](?:(?:(?!\$){_IN_PARAGRAPH})*[^\s$])?\$(?!\w))"
    r"|(?P<break>[ \t]*\\\\[ \t]*$)(?P<goes_on>(?=\n[ \t]*\S))?"
    r"|\[\[(?P<target>[^\[\]]+)\](?:\[(?P<label>[^\[\]]+)\])?\]"
    r"|(?:(?<=^)|(?<=[\s({\"'\-–—]))(?P<mark>[*/_+=~])"
    rf"(?P<words>\S(?:(?:{_IN_ITEM}){{0,400}}?\S)??)"
    r"(?P=mark)(?=$|[\s)}\"'.,;:!?\[\-–—])",
    re.MULTILINE,
)
_MARKS = {"*": "**", "/": "*", "_": "*", "+": "~~"}


def org_to_markdown(lines: Sequence[str]) -> str:
    """Convert lines of Org.

    Args:
        lines: Without headings and drawers.

    Returns:
        Markdown that shows the same text, without blank lines around it.
    """
    return _Converter(lines).markdown()


class _Converter:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._made: list[str] = []
        self._text: list[str] = []
        """Lines of paragraphs, lists and tables, not yet converted."""

    def markdown(self) -> str:
        """Return all lines as Markdown."""
        at = 0
        while at < len(self._lines):
            at = self._take(at)
        self._end_text()
        return "\n".join(self._made).strip("\n")

    def _end_text(self) -> None:
        self._made.append(_prose(self._text))
        self._text.clear()

    def _take(self, at: int) -> int:
        """Convert what begins at a line; return the first line after it."""
        line = self._lines[at]
        edge = _BLOCK.match(line)
        if edge:
            return self._block(at, edge) if edge[1].lower() == "begin" else at + 1
        environment = _ENVIRONMENT.match(line)
        if environment and (end := self._end_of_environment(at, environment[1])):
            self._math(self._lines[at:end], environment[1])
            return end
        if _FIXED.match(line):
            end = self._end_of_fixed(at)
            indent = line[: line.index(":")]
            texts = (one.lstrip()[2:] for one in self._lines[at:end])
            self._fence([f"{indent}{one}" for one in texts], indent=indent)
            return end
        if not _NO_TEXT.match(line):
            self._text.append(line)
        return at + 1

    def _block(self, at: int, begin: re.Match[str]) -> int:
        name = begin[2].lower()
        if name not in ("src", "example", "export", "verse", "comment"):
            if name == "quote":
                self._end_text()
                self._made.append("")
            return at + 1
        end = self._end_of_block(at, name)
        inside = self._lines[at + 1 : end]
        if name == "verse":
            self._verse(inside)
        elif name != "comment":
            lines = (
                line.removeprefix(",") if line.startswith((",*", ",#")) else line
                for line in inside
            )
            self._fence(list(lines), (begin[3] or "") if name == "src" else "")
        return end + 1

    def _end_of_block(self, at: int, name: str) -> int:
        for line in range(at + 1, len(self._lines)):
            edge = _BLOCK.match(self._lines[line])
            if edge and (edge[1].lower(), edge[2].lower()) == ("end", name):
                return line
        return len(self._lines)

    def _end_of_environment(self, at: int, name: str) -> int | None:
        for line in range(at, len(self._lines)):
            if self._lines[line].rstrip().endswith(f"\\end{{{name}}}"):
                return line + 1
        return None

    def _end_of_fixed(self, at: int) -> int:
        while at < len(self._lines) and _FIXED.match(self._lines[at]):
            at += 1
        return at

    def _fence(self, lines: Sequence[str], info: str = "", *, indent: str = "") -> None:
        self._end_text()
        ticks = (run for line in lines for run in _TICKS.findall(line))
        mark = indent + max(("`" + run for run in ticks), key=len, default="```")
        self._made += [mark + info, *lines, mark]

    def _verse(self, lines: Sequence[str]) -> None:
        """Keep the line breaks of verse."""
        self._end_text()
        following = (*lines[1:], "")
        self._text = [
            line.strip() + (r" \\" if line.strip() and below.strip() else "")
            for line, below in zip(lines, following, strict=True)
        ]
        self._text = ["", *self._text, ""]

    def _math(self, lines: Sequence[str], name: str) -> None:
        """Write an environment of LaTeX as displayed math, which has no blank line."""
        self._end_text()
        first = lines[0]
        indent = first[: len(first) - len(first.lstrip())]
        text = "\n".join(line for line in lines if line.strip()).lstrip()
        if name in _DISPLAY:
            text = text.replace(f"\\begin{{{name}}}", "", 1)
            text = text.replace(f"\\end{{{name}}}", "", 1)
        self._made.append(f"{indent}$${text.strip()}$$")


def _prose(lines: Sequence[str]) -> str:
    """Convert paragraphs, lists and tables."""
    made: list[str] = []
    for is_table, group in groupby(lines, lambda line: bool(_TABLE.match(line))):
        if not is_table:
            items = (_STAR.sub(r"\1-", _LINE.sub(r"\n\1", line)) for line in group)
            made += [_TERM.sub(r"\1*\2*: \3", line) for line in items]
            continue
        rows = [line.strip() for line in group if not _RULE.match(line)]
        width = max((row.count("|") - 1 for row in rows), default=0)
        made += ["", *rows[:1], "|" + "---|" * width, *rows[1:], ""]
    return org_inline("\n".join(made))


def org_inline(text: str) -> str:
    """Convert markup inside lines, such as those of a title."""
    made, end = "", 0
    for found in _INLINE.finditer(text):
        made += _escaped(text[end : found.start()]) + _marked(found)
        end = found.end()
    return made + _escaped(text[end:])


def _escaped(text: str) -> str:
    return _UNDERLINE.sub(r"\1\\\2", escaped_text(text))


def _marked(found: re.Match[str]) -> str:
    if found["break"]:
        return "" if found["goes_on"] is None else "\\"
    if found["math"]:
        if found["display"]:
            return f"$${found['display'].strip()}$$"
        return f"${found['inline'].strip()}$" if found["inline"] else found[0]
    if found["target"]:
        return _link(found["target"], found["label"] or "")
    if found["mark"] in "=~":
        return (
            f"`` {found['words']} ``"
            if "`" in found["words"]
            else f"`{found['words']}`"
        )
    mark = _MARKS[found["mark"]]
    return mark + org_inline(found["words"]) + mark


def _link(target: str, label: str) -> str:
    picture = _PICTURE.match(target)
    if picture and not label:
        return f"![](<{picture[1].removeprefix('./')}>)"
    if re.match(r"https?:", target):
        return f"[{org_inline(label or target)}](<{target}>)"
    return org_inline(label or target.removeprefix("*"))
