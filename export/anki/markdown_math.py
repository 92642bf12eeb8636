r"""Math of Anki as math of flash: `$…$` and `$$…$$`.

Anki has `\(…\)` and `\[…\]` for MathJax, and `[latex]`, `[$]` and `[$$]` for LaTeX.
"""

import html
import re

from export.anki.character_references import unescaped
from export.anki.markdown_lines import Piece, raw
from export.anki.text_scanner import PairScanner

_DELIMITERS = {"`": "`", "\\\\": "", "\\(": "\\)", "\\[": "\\]"}
"""Of code, an escaped backslash, and math."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINE_END = re.compile(r"<(?:br\s*/?|/?div|/?p)>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n\s*\n")
_DOLLAR = re.compile(r"(?<!\\)((?:\\\\)*)\$")
_DOLLARS = re.compile(r"(?<!\\)\$(\$?)((?:[^$\\]|\\.)+)\$\1", re.DOTALL)
_ENVIRONMENT = re.compile(
    r"\\begin\{(displaymath|math)\}(.*)\\end\{\1\}|\\\[(.*)\\\]", re.DOTALL
).fullmatch


def inline_math(text: str) -> str:
    """Return math inside a line; empty for no math."""
    tex = " ".join(tex_of(text).split())
    return f"${_whole(tex)}$" if tex else ""


def display_math(text: str) -> str:
    """Return math as a block; empty for no math."""
    tex = _BLANK_LINES.sub("\n", tex_of(text)).strip()
    return f"$${_whole(tex)}$$" if tex else ""


def with_math(text: str) -> str:
    r"""Replace `\(…\)` and `\[…\]` in Markdown by math of flash, outside code.

    Args:
        text: Markdown, in which a backslash would only escape the bracket.
    """
    if "\\(" not in text and "\\[" not in text:
        return text
    written = ""
    for found in PairScanner(text, _DELIMITERS).pairs():
        inner = html.escape(found.inner)
        math = {"\\(": inline_math, "\\[": display_math}.get(found.opening)
        made = math(inner) if math else ""
        whole = made or found.opening + found.inner + found.closing
        # No digit may touch the dollars.
        touches = whole[:1].isdigit() and written.endswith("$")
        touches |= bool(made) and written[-1:].isdigit()
        written += " " * touches + whole
    return written


def latex_pieces(text: str) -> list[Piece]:
    """Return LaTeX, which may be text with math, as pieces of a line."""
    tex = tex_of(text).strip()
    environment = _ENVIRONMENT(tex)
    if environment:
        return [raw(_one_line(environment[2] or environment[3] or ""))]
    if not _DOLLARS.search(tex):
        return [raw(_one_line(tex))] if tex else []
    pieces: list[Piece] = []
    end = 0
    for found in _DOLLARS.finditer(tex):
        pieces += [Piece(tex[end : found.start()]), raw(_one_line(found[2]))]
        end = found.end()
    return [*pieces, Piece(tex[end:])]


def _one_line(tex: str) -> str:
    tex = " ".join(tex.split())
    return f"${_whole(tex)}$" if tex else ""


def tex_of(text: str) -> str:
    """Return the text of math without HTML."""
    if "<" in text:
        text = _TAG.sub("", _LINE_END.sub("\n", text))
    return unescaped(text).replace("\xa0", " ")


def _whole(tex: str) -> str:
    """Escape what would end the math."""
    tex = _DOLLAR.sub(r"\1\\$", tex)
    return tex + "{}" if tex.endswith("\\") else tex
