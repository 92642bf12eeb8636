"""Convert fields of Anki from HTML to Markdown.

Source of the marks in a field: https://docs.ankiweb.net/templates/fields.html and
https://docs.ankiweb.net/math.html
"""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from cards.text.markdown import is_plain

_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_INLINE = re.compile(r"\\\((.+?)\\\)", re.DOTALL)
_BLOCK = re.compile(r"\\\[(.+?)\\\]", re.DOTALL)
_DOLLARS = re.compile(r"\$+")
_CLOZE = re.compile(r"\{\{c\d+::|::(?=[^{}]*\}\})|\}\}")
_KEPT = re.compile("\U0010f8f0(\\d+)\U0010f8f1")
_NO_MARKS = {0x10F8F0: None, 0x10F8F1: None}
_NEEDLESS = re.compile(r"(?<=[^\n\\])\\(?:(?=[=+>])|(?=&(?![#A-Za-z0-9]+;)))()")
"""Backslashes before characters without a meaning inside a line."""
_TAG = re.compile(r"<[^<>]*>")
_MANY_BLANKS = re.compile(r"\n{3,}")
_IMAGE = re.compile(
    r"""<img[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE
)
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
# The characters that `markdownify` escapes, in its order.
_ACTIVE = re.compile(r"[]&<`>~=+|*_#.)-]").search
_ESCAPED = re.compile(r"([]\\&<`[>~=+|])")
_DASHES = re.compile(r"(\s|^)(-+(?:\s|$))")
_HASHES = re.compile(r"(\s|^)(#{1,6}(?:\s|$))")
_ITEMS = re.compile(r"((?:\s|^)[0-9]{1,9})([.)](?:\s|$))")
_BACKTICKS = re.compile("`+")


def media_names(field: str) -> list[str]:
    """Return the names of the pictures and sounds in a field."""
    images = (a or b or c for a, b, c in _IMAGE.findall(field))
    return [html.unescape(name) for name in (*images, *_SOUND.findall(field))]


def to_markdown(field: str) -> str:
    """Convert a field of Anki to Markdown.

    Args:
        field: HTML with clozes, math and sounds in Anki's syntax.

    Returns:
        Markdown; formatting that it lacks (colours, sizes) is dropped.
    """
    is_text = "<" not in field and "&" not in field
    if is_text and is_plain(field) and "[" not in field:
        return field
    written = simple_markdown(field)
    return parsed_markdown(field) if written is None else _tidy(written, ())


def parsed_markdown(field: str) -> str:
    """Convert a field with the parser; see `to_markdown`."""
    field = field.translate(_NO_MARKS)
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\U0010f8f0{len(kept) - 1}\U0010f8f1"

    field = _SOUND.sub(lambda found: keep(f"![]({_address(found[1])})"), field)
    field = _BLOCK.sub(lambda found: keep(f"\n\n$${_tex(found[1])}$$\n\n"), field)
    field = _INLINE.sub(lambda found: keep(f"${_tex(found[1]).strip()}$"), field)
    field = _DOLLARS.sub(lambda found: keep("\\$" * len(found[0])), field)
    field = _CLOZE.sub(lambda found: keep(found[0]), field)
    # The parser warns about text that looks like an address instead of HTML.
    try:
        written = _converter().convert(
            field if "<" in field else f"<span>{field}</span>"
        )
    except RecursionError:
        # Nested too deeply: keep the text only.
        written = html.unescape(_TAG.sub(" ", field))
    return _tidy(written, kept)


def simple_markdown(field: str) -> str | None:
    """Convert a field with one line of bold, italics, code and line breaks.

    Loading and running the parser for such fields takes 90 % of the time of an import,
    and most fields are like that.

    Returns:
        The same as `parsed_markdown`; None if the field has anything else.
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
    """Resolve entities and collapse spaces."""
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
    """Put marks around a text; spaces at its ends stay outside."""
    stripped = text.strip()
    if not stripped:
        return ""
    before = " " if text[0] == " " else ""
    after = " " if text[-1] == " " else ""
    return f"{before}{opening}{stripped}{closing}{after}"


def _tidy(written: str, kept: Sequence[str]) -> str:
    """Restore the kept texts; remove needless backslashes and blank lines."""
    text = _NEEDLESS.sub(r"\1", written)
    if kept:
        text = _KEPT.sub(lambda found: kept[int(found[1])], text)
    text = _MANY_BLANKS.sub("\n\n", text).strip()
    return _EDGES.sub(r"\1", text).strip() if "\\" in text else text


_EDGES = re.compile(r"\A(?:\\\n\s*)+|(?<!\\)((?:\\\\)*)(?:\\(?:\n\s*|\Z))+\Z")
"""Line breaks at the start and end, which would be shown as backslashes."""


def _tex(text: str) -> str:
    return html.unescape(re.sub(r"<br\s*/?>", "\n", text))


def _address(name: str) -> str:
    """Return a file name as a Markdown link destination."""
    return quote(html.unescape(name), safe="/!$&'*+,;=:@~-._")


@cache
def _converter() -> Any:
    """Create the converter; pictures keep their file names."""
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        def convert_img(self, element: Any, *_: Any, **__: Any) -> str:
            name = str(element.get("src") or "")
            shown = str(element.get("alt") or "").replace("]", "")
            return f"![{shown}]({_address(name)})" if name else ""

        def convert_script(self, *_: Any, **__: Any) -> str:
            return ""

        convert_style = convert_script

    return Converter(
        heading_style="atx",
        escape_misc=True,
        bullets="-",
        newline_style="backslash",
    )
