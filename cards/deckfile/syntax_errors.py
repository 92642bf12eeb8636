"""What libyaml says of text it can't parse, said so that it can be mended."""

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
        "a line that doesn't fit its surroundings",
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
        "an escape that is no character",
        "write the character itself",
    ),
    "did not find expected hexdecimal number": (
        "an escape without its number",
        "write '\\\\' for a backslash, or use single quotes",
    ),
    "did not find expected node content": (
        "nothing where a text belongs",
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
        "begin the list on a line of its own",
    ),
}

_CONTEXTS = {
    "scanning a directive": (
        "a line that begins with '%'",
        "remove it, or put it in double quotes",
    ),
    "scanning a tag": ("a text that begins with '!'", "put it in double quotes"),
    "scanning a block scalar": (
        "text behind '|' or '>'",
        "begin the text on the next line",
    ),
}
"""What was being read tells more than what was missing."""

_GLUED = re.compile(r"\s*-[^\s-]+:(\s|$)")
_NO_COLON = re.compile(
    r"(\s*(?:-{1,2}\s+)?)([a-z]+)(?::[^ \t\r\n]|：|[ \u00a0\u3000](?! *:))"
)
_KEYS = frozenset(
    field.encode_name
    for struct in (*KINDS.values(), Common, Header)
    for field in fields(struct)
)
"""Keys after which a colon may be missing."""
_DEEPER = re.compile(r"\s+[a-z]+")
_AT_START = (
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected alphabetic or numeric character",
    "could not find expected ':'",
)
"""Mistakes that are seen long after the place where they were made."""


def explain(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Turn a parser's error into a problem with place and mend.

    Args:
        error: What libyaml raised.
        text: The text it was reading.
        file: The path to name.

    Returns:
        The problem; the parser's own words where there are no better ones.
    """
    mark: Any = getattr(error, "problem_mark", None)
    start: Any = getattr(error, "context_mark", None)
    said = str(getattr(error, "problem", "") or error)
    context = str(getattr(error, "context", "") or "")
    if mark is None:
        return Problem(Place(file), said.splitlines()[0])
    if "unexpected end of stream" in said and "quoted" in context and start:
        quote = _char_at(text, start)
        message, hint = "quote is never closed", f"close it with {quote}"
        return Problem(_place(file, text, start), message, hint)
    if "cannot start any token" in said or "tab character" in said:
        return Problem(_place(file, text, mark), *_bad_start(text, mark))
    earlier = _made_above(said, text, mark, file)
    if earlier is not None:
        return earlier
    seen = _seen_in_line(said, text, mark)
    if seen is not None:
        return Problem(_place(file, text, mark), *seen)
    for known, words in _CONTEXTS.items():
        if known in context:
            return Problem(_place(file, text, start or mark), *words)
    for known, words in _HINTS.items():
        if known in said:
            shown = start if known in _AT_START else mark
            return Problem(_place(file, text, shown or mark), *words)
    return Problem(_place(file, text, mark), said, "put the text in double quotes")


def _made_above(said: str, text: str, mark: Any, file: str) -> Problem | None:
    """Look for a mistake that only a later line brings to light."""
    if "mapping values are not allowed" in said and mark.line:
        glued = _NO_COLON.match(_line_at(text, mark.line - 1))
        if glued and glued[2] in _KEYS:
            place = Place(file, mark.line, len(glued[1]) + 1)
            hint = f"write '{glued[2]}: ' with a colon and a blank"
            return Problem(place, f"no ': ' after '{glued[2]}'", hint)
    if "<document start>" in said and _is_indented(text, mark):
        hint = "begin it in the first column"
        return Problem(Place(file, 1, 1), "the first line is indented", hint)
    return None


def _seen_in_line(said: str, text: str, mark: Any) -> tuple[str, str] | None:
    """Look at the line for what a person most likely meant."""
    line = _line_at(text, mark.line)
    above = _line_at(text, mark.line - 1) if mark.line else ""
    before = line[: mark.column].rstrip()
    if "mapping values are not allowed" in said:
        if _GLUED.match(above) or _GLUED.match(line):
            return "no space after '-'", "write '- ' at the beginning of a card"
        if _DEEPER.fullmatch(before):
            hint = "indent it as far as the keys above, or quote the text"
            return f"'{before.strip()}:' is indented too far", hint
    if "node content" in said and mark.line > text.rstrip().count("\n"):
        return "the text ends inside a list or braces", "close it with ']' or '}'"
    if "did not find expected key" in said and before.endswith(("'", '"')):
        return "text after a closing quote", _in_other_quotes(before[-1], line)
    return None


def _in_other_quotes(quote: str, line: str) -> str:
    """Say how to quote a text that begins with a quote of its own."""
    if quote == '"':
        hint = "put the whole text in single quotes"
        return hint + (", and double those inside" if "'" in line else "")
    hint = "put the whole text in double quotes"
    return hint + (', and write those inside as \\"' if '"' in line else "")


def _is_indented(text: str, mark: Any) -> bool:
    """Tell whether a document ended because its first line stands too far right."""
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
    """Give the place of a mark; one behind the end is that of the last line."""
    lines = text.rstrip().split("\n")
    if mark.line >= len(lines):
        return Place(file, len(lines), len(lines[-1]) + 1)
    return Place(file, mark.line + 1, mark.column + 1)
