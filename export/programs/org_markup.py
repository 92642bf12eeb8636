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
_KEYWORD = re.compile(r"\s*#\+(?:attr_\w+|name|tblfm|plot|results?):", re.IGNORECASE)
_TABLE = re.compile(r"\s*\|")
_RULE = re.compile(r"\s*\|-[-+|]*\s*$")
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
    made: list[str] = []
    prose: list[str] = []
    block = ""

    def end_prose() -> None:
        made.append(_prose(prose))
        prose.clear()

    for line in lines:
        edge = _BLOCK.match(line)
        name = edge[2].lower() if edge else ""
        if block and edge and edge[1].lower() == "end" and name == block:
            made.append("```")
            block = ""
        elif block:
            made.append(
                line.removeprefix(",") if line.startswith((",*", ",#")) else line
            )
        elif edge and name in ("src", "example", "export"):
            end_prose()
            block = name
            made.append("```" + ((edge[3] or "") if name == "src" else ""))
        elif edge and name == "quote":
            end_prose()
            made.append("")
        elif not edge and not _KEYWORD.match(line):
            prose.append(line)
    end_prose()
    made += ["```"] * bool(block)
    return "\n".join(made).strip("\n")


def _prose(lines: Sequence[str]) -> str:
    """Convert paragraphs, lists and tables."""
    made: list[str] = []
    for is_table, group in groupby(lines, lambda line: bool(_TABLE.match(line))):
        if not is_table:
            items = (_STAR.sub(r"\1-", line) for line in group)
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
        made += escaped_text(text[end : found.start()]) + _marked(found)
        end = found.end()
    return made + escaped_text(text[end:])


def _marked(found: re.Match[str]) -> str:
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
