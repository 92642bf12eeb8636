"""The Markdown parser: CommonMark with tables and `$math$`; raw HTML is text.

The HTML of cards, the terminal and the search for media all use this parser, so
that a text means the same everywhere.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_ACTIVE = re.compile(r"[\\`*_\[<&$\n\r\t\0]").search
_BLOCK = re.compile(r"[ #>+=|~-]|[0-9]{1,9}[.)](?:\s|$)").match
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE).match
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:").match


def is_plain(text: str) -> bool:
    """Return True for one line in which no character can be Markdown.

    Most facts are such lines; they need no parser, whose import takes longer than
    the rest of a first question.
    """
    return not _ACTIVE(text) and not starts_block(text) and text.strip() == text


def starts_block(text: str) -> bool:
    """Return True if a text may begin with a list, heading, quote or table."""
    return bool(_BLOCK(text))


@cache
def parser() -> "MarkdownIt":
    """Create the parser, once."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            return bool(_SAFE_LINK(url)) or not _SCHEME(url)

    return (
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
