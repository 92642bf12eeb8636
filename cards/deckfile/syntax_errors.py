"""Convert libyaml's errors to problems with a place and a fix."""

import re
from typing import Any

import yaml
from msgspec.structs import fields

from cards.errors import Place, Problem
from cards.note import KINDS, Common, Header

_HINTS = {
    "mapping values are not allowed": (
        "a ': ' inside the text",
        "put the whole text in double quotes",
    ),
    "could not find expected ':'": (
        "a line that is neither a key nor part of a text",
        "write 'key: value', or indent it under the text it belongs to",
    ),
    "did not find expected key": (
        "a line that doesn't fit the lines around it",
        "check its indentation, or quote the text",
    ),
    "did not find expected '-' indicator": (
        "a line that doesn't fit into the list",
        "check its indentation: items begin with '- ' in one column",
    ),
    "did not find expected ',' or ']'": (
        "the list is never closed",
        "close it with ']', or quote an item that holds ',' or '['",
    ),
    "did not find expected ',' or '}'": (
        "the braces are never closed",
        "close them with '}', or quote a text that begins with '{'",
    ),
    "did not find expected alphabetic or numeric character": (
        "a text that begins with '*' or '&'",
        "put it in double quotes",
    ),
    "found unknown escape character": (
        "unknown escape in double quotes",
        "write '\\\\' for a backslash, or use single quotes",
    ),
    "did not find expected <document start>": (
        "text after the end of the document",
        "keep one document per file",
    ),
    "invalid Unicode character escape code": (
        "an escape that is not a character",
        "write the character itself",
    ),
    "did not find expected hexdecimal number": (
        "an escape without its number",
        "write '\\\\' for a backslash, or use single quotes",
    ),
    "did not find expected node content": (
        "a text is missing",
        "write the text, or put it in double quotes",
    ),
    "found unexpected ':'": (
        "a ':' inside a list or braces",
        "put the text in double quotes",
    ),
    "mapping keys are not allowed": (
        "a '?' in the wrong place",
        "put the text in double quotes",
    ),
    "block sequence entries are not allowed": (
        "a list item in the wrong place",
        "begin the list on a new line",
    ),
}

_CONTEXTS = {
    "scanning a directive": (
        "a line that begins with '%'",
        "remove it, or put it in double quotes",
    ),
    "scanning a tag": ("a text that begins with '!'", "put it in double quotes"),
    "scanning a block scalar": (
        "text after '|' or '>'",
        "begin the text on the next line",
    ),
}
"""Checked first: the context says more than the missing token."""

_GLUED = re.compile(r"\s*-[^\s-]+:(\s|$)")
_NO_COLON = re.compile(
    r"(\s*(?:-{1,2}\s+)?)([a-z]+)(?::[^ \t\r\n]|：|[ \u00a0\u3000](?! *:))"
)
_KEYS = frozenset(
    field.encode_name
    for struct in (*KINDS.values(), Common, Header)
    for field in fields(struct)
)
"""Keys after which a missing colon is recognised."""
_DEEPER = re.compile(r"\s+[a-z]+")
_AT_START = (
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected alphabetic or numeric character",
    "could not find expected ':'",
)
"""Errors that libyaml reports long after the mistake."""


def explain(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Convert a parser error to a problem with place and hint.

    Args:
        error: Raised by libyaml.
        text: The text that was parsed.
        file: The path to show.

    Returns:
        The problem, with libyaml's message if there is no better one.
    """
    mark: Any = getattr(error, "problem_mark", None)
    start: Any = getattr(error, "context_mark", None)
    message = str(getattr(error, "problem", "") or error)
    context = str(getattr(error, "context", "") or "")
    if mark is None:
        return Problem(Place(file), message.splitlines()[0])
    if "unexpected end of stream" in message and "quoted" in context and start:
        quote = _char_at(text, start)
        place = _place(file, text, start)
        return Problem(place, "quote is never closed", f"close it with {quote}")
    if "cannot start any token" in message or "tab character" in message:
        return Problem(_place(file, text, mark), *_bad_start(text, mark))
    earlier = _mistake_above(message, text, mark, file)
    if earlier is not None:
        return earlier
    seen = _mistake_in_line(message, text, mark)
    if seen is not None:
        return Problem(_place(file, text, mark), *seen)
    for known, words in _CONTEXTS.items():
        if known in context:
            return Problem(_place(file, text, start or mark), *words)
    for known, words in _HINTS.items():
        if known in message:
            shown = start if known in _AT_START else mark
            return Problem(_place(file, text, shown or mark), *words)
    return Problem(_place(file, text, mark), message, "put the text in double quotes")


def _mistake_above(message: str, text: str, mark: Any, file: str) -> Problem | None:
    """Find a mistake above the line that libyaml reports."""
    if "mapping values are not allowed" in message and mark.line:
        glued = _NO_COLON.match(_line_at(text, mark.line - 1))
        if glued and glued[2] in _KEYS:
            place = Place(file, mark.line, len(glued[1]) + 1)
            hint = f"write '{glued[2]}: ' with a colon and a space"
            return Problem(place, f"no ': ' after '{glued[2]}'", hint)
    if "<document start>" in message and _is_indented(text, mark):
        hint = "begin it in the first column"
        return Problem(Place(file, 1, 1), "the first line is indented", hint)
    return None


def _mistake_in_line(message: str, text: str, mark: Any) -> tuple[str, str] | None:
    """Find the most likely mistake in the reported line."""
    line = _line_at(text, mark.line)
    above = _line_at(text, mark.line - 1) if mark.line else ""
    before = line[: mark.column].rstrip()
    if "mapping values are not allowed" in message:
        if _GLUED.match(above) or _GLUED.match(line):
            return "no space after '-'", "write '- ' at the beginning of a card"
        if _DEEPER.fullmatch(before):
            hint = "indent it as far as the keys above, or quote the text"
            return f"'{before.strip()}:' is indented too far", hint
    if "node content" in message and mark.line > text.rstrip().count("\n"):
        return "the text ends inside a list or braces", "close it with ']' or '}'"
    if "did not find expected key" in message and before.endswith(("'", '"')):
        return "text after a closing quote", _in_other_quotes(before[-1], line)
    return None


def _in_other_quotes(quote: str, line: str) -> str:
    """Return how to quote a text that begins with a quote."""
    if quote == '"':
        hint = "put the whole text in single quotes"
        return hint + (", and double those inside" if "'" in line else "")
    hint = "put the whole text in double quotes"
    return hint + (', and write those inside as \\"' if '"' in line else "")


def _is_indented(text: str, mark: Any) -> bool:
    """Return True if the document ended because its first line is indented."""
    first = text.lstrip("\n").split("\n", 1)[0]
    return mark.column == 0 and first != first.lstrip(" ") and bool(first.strip())


def _bad_start(text: str, mark: Any) -> tuple[str, str]:
    found = _char_at(text, mark)
    if found == "\t":
        return "tab indentation", "indent with spaces"
    return f"a text that begins with '{found}'", "put it in double quotes"


def _char_at(text: str, mark: Any) -> str:
    return _line_at(text, mark.line)[mark.column : mark.column + 1]


def _line_at(text: str, index: int) -> str:
    lines = text.split("\n")
    return lines[index] if index < len(lines) else ""


def _place(file: str, text: str, mark: Any) -> Place:
    """Return the place of a mark, at most the end of the last line."""
    lines = text.rstrip().split("\n")
    if mark.line >= len(lines):
        return Place(file, len(lines), len(lines[-1]) + 1)
    return Place(file, mark.line + 1, mark.column + 1)
