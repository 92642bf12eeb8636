"""The Markdown parser: CommonMark with tables and `$math$`; raw HTML is text.

Emphasis also works next to full-width punctuation, which CommonMark's rule does not
allow: Japanese puts no spaces around `**KMS（鍵管理）**と`.

The HTML of cards, the terminal and the search for media all use this parser, so
that a text means the same everywhere.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_ACTIVE = re.compile(r"[\\`*_\[<&$\n\r\t\0]").search
_SIMPLE = r"""(?:
      [^\\`*_\]<&$\n\r\t\0]++
    | \](?![(\[:])
    | (?<!`)`(?!`)[^`\n\r\t\0]++`(?!`)
    | (?<!\*)\*\*[^\W_](?:[^\\`*_\[<&$\n\r\t\0]*[^\W_])?\*\*(?!\*)
    | (?<=[^\W_])_++(?=[^\W_])
    | [<&](?=[ ])
    | \$(?![^$]*\$)
    )++"""
_MARKUP = re.compile(r"[\\`*_\[\]<$]|&(?=[#A-Za-z0-9]+;)")
_STARTS_BLOCK = re.compile(r"^(\s*)(#{1,6}\s|>)", re.MULTILINE)
STARTS_BLOCK = (
    r"#{1,6}(?:\s|$)|[-+](?:\s|$)|>|[-=](?:[-=]|[^\S\n])*$|~~~|[|:](?:[-|:]|[^\S\n])*$"
)
"""Begins a block at the start of a line; a number that begins a list is shown."""
_STARTS_ANSWER = re.compile(rf"(^|[:：–—])([^\S\n]*)(?={STARTS_BLOCK})", re.MULTILINE)
_BLOCK = re.compile(r"[ #>+=|~-]|[0-9]{1,9}[.)](?:\s|$)").match
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE).match
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:").match


def escaped(text: str) -> str:
    """Escape what Markdown would take for markup inside a line."""
    return _MARKUP.sub(r"\\\g<0>", text)


def escaped_text(text: str) -> str:
    """Escape plain text of several lines, also what would start a block."""
    return _STARTS_BLOCK.sub(r"\1\\\2", escaped(text))


def plain_as_markdown(text: str) -> str:
    """Write as Markdown a text in which nothing is markup.

    What stands behind a colon or a dash may become a text of its own: it is escaped as
    if it did.
    """
    shown = escaped(text).replace("==", "\\==")
    return _STARTS_ANSWER.sub(r"\1\2\\", shown)


def is_plain(text: str) -> bool:
    """Return True for one line in which no character can be Markdown."""
    return not _ACTIVE(text) and not _BLOCK(text) and text.strip() == text


def is_simple(text: str) -> bool:
    """Return True for one line with no markup but code and bold.

    Such lines are common, and a first question is shown before the parser is loaded.
    They render 14 times faster without it: an export of a large collection would
    take twice as long.
    """
    if is_plain(text):
        return True
    return not _BLOCK(text) and text.strip() == text and bool(_simple()(text))


@cache
def _simple() -> Callable[[str], re.Match[str] | None]:
    # Compiled on first use: a question without markup is shown sooner.
    return re.compile(_SIMPLE, re.VERBOSE).fullmatch


def code_text(text: str) -> str:
    """Return the text of a code span: without one blank on each side."""
    is_padded = text[0] == text[-1] == " " and text.strip(" ")
    return text[1:-1] if is_padded else text


_CJK = (
    *("\u1100\u11ff", "\u2e80\u4dbf", "\u4e00\u9fff", "\ua960\ua97f", "\uac00\ud7ff"),
    *("\uf900\ufaff", "\ufe30\ufe4f", "\uff01\uffee", "\U0001f200\U0001f2ff"),
    "\U00020000\U0003fffd",
)
"""Ranges of Chinese, Japanese and Korean characters, their punctuation included."""


def _emphasis(state: "StateInline", silent: bool) -> bool:
    """Add a run of `*` or `_` to the delimiters, by the rules for CJK text.

    Source:
        https://github.com/tats-u/markdown-cjk-friendly (specification): CJK
        punctuation counts as a letter, and next to a CJK character other punctuation
        neither hinders opening nor closing.
    """
    from markdown_it.rules_inline.state_inline import Delimiter

    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    length = state.scanDelims(state.pos, marker == "*").length
    can_open, can_close = _flanking(state, length)
    for _ in range(length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _flanking(state: "StateInline", length: int) -> tuple[bool, bool]:
    """Return whether the run at the position can open and close emphasis."""
    end = state.pos + length
    before = state.src[state.pos - 1] if state.pos > 0 else " "
    after = state.src[end] if end < state.posMax else " "
    is_left = not after.isspace() and (
        not _is_punctuation(after)
        or before.isspace()
        or _is_punctuation(before)
        or _is_cjk(before)
    )
    is_right = not before.isspace() and (
        not _is_punctuation(before)
        or after.isspace()
        or _is_punctuation(after)
        or _is_cjk(after)
    )
    if state.src[state.pos] == "*":
        return is_left, is_right
    return (
        is_left and (not is_right or _is_punctuation(before)),
        is_right and (not is_left or _is_punctuation(after)),
    )


def _is_punctuation(char: str) -> bool:
    from markdown_it.common.utils import isMdAsciiPunct, isPunctChar

    return not _is_cjk(char) and (isMdAsciiPunct(ord(char)) or isPunctChar(char))


def _is_cjk(char: str) -> bool:
    # A regular expression of these ranges takes 20 ms to compile.
    return any(ends[0] <= char <= ends[1] for ends in _CJK)


def _math() -> "Callable[[StateInline, bool], bool]":
    """Return the plugin's rule for `$math$`, which no digit may touch.

    At the start of a text the plugin takes the last character for the one before.
    """
    from mdit_py_plugins.dollarmath.index import math_inline_dollar

    rule = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)

    def math(state: "StateInline", silent: bool) -> bool:
        if state.pos or state.src[0] != "$":
            return rule(state, silent)
        text = state.src
        state.src = f"{text} "
        try:
            return rule(state, silent)
        finally:
            state.src = text

    return math


@cache
def parser() -> "MarkdownIt":
    """Create the parser, once."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            return bool(_SAFE_LINK(url)) or not _SCHEME(url)

    found = (
        Parser("commonmark", {"html": False})
        .enable("table")
        .use(
            dollarmath_plugin,
            allow_labels=False,
            allow_space=False,
            allow_digits=False,
            double_inline=True,
        )
    )
    found.inline.ruler.at("emphasis", _emphasis)
    found.inline.ruler.at("math_inline", _math())
    return found


NOTE_DEPTH = 100
"""Nesting that the parser of notes reads; it leaves out what is deeper."""


@cache
def note_parser() -> "MarkdownIt":
    """Create the parser of whole notes, once: blocks with their lines only.

    HTML is a block, so that comments are no text, and there are definition lists.
    Text inside blocks is not parsed, which would take most of the time.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin

    options = {"html": True, "maxNesting": NOTE_DEPTH}
    found = MarkdownIt("commonmark", options).enable("table").use(deflist_plugin)
    return found.disable("inline")
