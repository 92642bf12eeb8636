"""HTML of one line with bold, italics, code and breaks only becomes Markdown.

Most fields of Anki are like that.  They never load the parser, and come out as if
they had: a test holds both ways to the same text.
"""

import html
import re

_TEXT = (
    r"(?:[^<&\\\[{}$\x00-\x1f\x7f-\x9f\U0010f8f0\U0010f8f1]"
    r"|&(?:lt|gt|amp|quot|nbsp|\#39|\#x27);)"
)
_PIECE = re.compile(rf"({_TEXT}+)|<br ?/?>|<(b|strong|i|em|code)>({_TEXT}*)</\2>")
_SIMPLE = re.compile(
    rf"(?:{_TEXT}|<br ?/?>|<(b|strong|i|em|code)>{_TEXT}*+</\1>)*+"
).fullmatch
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_BLANKS = re.compile(" +")
# What `markdownify` escapes, in its order.
_ACTIVE = re.compile(r"[]&<`>~=+|*_#.)-]").search
_ESCAPED = re.compile(r"([]\\&<`[>~=+|])")
_DASHES = re.compile(r"(\s|^)(-+(?:\s|$))")
_HASHES = re.compile(r"(\s|^)(#{1,6}(?:\s|$))")
_ITEMS = re.compile(r"((?:\s|^)[0-9]{1,9})([.)](?:\s|$))")
_BACKTICKS = re.compile("`+")


def simple_markdown(field: str) -> str | None:
    """Turn a simple field into Markdown.

    Args:
        field: HTML.

    Returns:
        What `markdownify` makes of it; None where the field isn't simple.
    """
    if not _SIMPLE(field):
        return None
    return _PIECE.sub(_piece, field)


def _piece(found: re.Match[str]) -> str:
    text, tag, inner = found.groups()
    if text is not None:
        return _escaped(_bare(text))
    if tag is None:
        return "\\\n"
    return _code(_bare(inner)) if tag == "code" else _marked(inner, _MARKS[tag])


def _bare(text: str) -> str:
    """Resolve entities and fold blanks."""
    if "&" in text:
        text = html.unescape(text)
    return _BLANKS.sub(" ", text) if "  " in text else text


def _escaped(text: str) -> str:
    if not _ACTIVE(text):
        return text
    text = _ESCAPED.sub(r"\\\1", text)
    text = _DASHES.sub(r"\1\\\2", text)
    text = _HASHES.sub(r"\1\\\2", text)
    text = _ITEMS.sub(r"\1\\\2", text)
    return text.replace("*", r"\*").replace("_", r"\_")


def _marked(inner: str, mark: str) -> str:
    return _around(_escaped(_bare(inner)), mark, mark)


def _code(text: str) -> str:
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest else ""
    return _around(text, fence + blank, blank + fence)


def _around(text: str, opening: str, closing: str) -> str:
    """Put marks around a text; blanks at its ends stay outside."""
    stripped = text.strip()
    if not stripped:
        return ""
    before = " " if text[0] == " " else ""
    after = " " if text[-1] == " " else ""
    return f"{before}{opening}{stripped}{closing}{after}"
