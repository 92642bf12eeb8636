"""Convert libyaml's errors to problems with a place and a fix."""

import re
from typing import Any

import yaml
from msgspec.structs import fields

from cards.errors import Place, Problem
from cards.note import KINDS, Change, Common, Header, Option, Source
from cards.translate import N_, _

_HINTS = {
    "mapping values are not allowed": (
        N_("a ': ' inside the text"),
        N_("put the whole text in double quotes"),
    ),
    "could not find expected ':'": (
        N_("a line that is neither a key nor part of a text"),
        N_("write 'key: value', or indent it under the text it belongs to"),
    ),
    "did not find expected key": (
        N_("a line that doesn't fit the lines around it"),
        N_("check its indentation, or quote the text"),
    ),
    "did not find expected '-' indicator": (
        N_("a line that doesn't fit into the list"),
        N_("check its indentation: items begin with '- ' in one column"),
    ),
    "did not find expected ',' or ']'": (
        N_("the list is never closed"),
        N_("close it with ']', or quote an item that holds ',' or '['"),
    ),
    "did not find expected ',' or '}'": (
        N_("the braces are never closed"),
        N_("close them with '}', or quote a text that begins with '{'"),
    ),
    "did not find expected alphabetic or numeric character": (
        N_("a text that begins with '*' or '&'"),
        N_("put it in double quotes"),
    ),
    "found unknown escape character": (
        N_("unknown escape in double quotes"),
        N_("write '\\\\' for a backslash, or use single quotes"),
    ),
    "did not find expected <document start>": (
        N_("text after the end of the document"),
        N_("keep one document per file"),
    ),
    "invalid Unicode character escape code": (
        N_("an escape that is not a character"),
        N_("write the character itself"),
    ),
    "did not find expected hexdecimal number": (
        N_("an escape without its number"),
        N_("write '\\\\' for a backslash, or use single quotes"),
    ),
    "did not find expected node content": (
        N_("a text is missing"),
        N_("write the text, or put it in double quotes"),
    ),
    "found unexpected ':'": (
        N_("a ':' inside a list or braces"),
        N_("put the text in double quotes"),
    ),
    "mapping keys are not allowed": (
        N_("a '?' in the wrong place"),
        N_("put the text in double quotes"),
    ),
    "block sequence entries are not allowed": (
        N_("a list item in the wrong place"),
        N_("begin the list on a new line"),
    ),
}

_CONTEXTS = {
    "scanning a directive": (
        N_("a line that begins with '%'"),
        N_("remove it, or put it in double quotes"),
    ),
    "scanning a tag": (
        N_("a text that begins with '!'"),
        N_("put it in double quotes"),
    ),
    "scanning a block scalar": (
        N_("text after '|' or '>'"),
        N_("begin the text on the next line"),
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
"""Keys after which a missing colon is recognized."""
_LISTS = "accept|cells|compare|items|list|options|tags"
_BRACKET = re.compile(rf"\s*(?:- +)*(?:(?!{_LISTS})[a-z]+: +)?([\[{{])")
"""A text, not a list, that begins with a bracket."""
_TEXTS = "answer|ask|back|choice|cloze|deck|extra|front|id|list|reverse|text|title|was"
_FLOW = re.compile(rf"\s*(?:- +)*(?!(?:{_TEXTS}): )[^\s:][^:]*: +[\[{{]")
_FLOW_COMMENT = re.compile(r"[^\"'\[{]*[:-]\s+[\[{](?:[^\"'\]}#]|(?<=[^\s\[{,])#)*#")
"""A list or braces, up to a '#' that hides the rest of its line."""
_QUOTED = re.compile(r"(\s*(?:- +)*(?:[a-z]+: +)?)([\"'])(?:\\.|''|(?!\2)[^\\])*(\2?)")
"""A text in quotes, and its end if that is in the line."""
_INNER_KEYS = frozenset(
    field.encode_name for struct in (Source, Change, Option) for field in fields(struct)
)
_MOST_LINES = 50
"""Lines in which the beginning of a mistake is looked for."""
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
        return Problem(
            place,
            _("quote is never closed"),
            _("close it with {quote}").format(quote=quote),
        )
    if "cannot start any token" in message or "tab character" in message:
        return Problem(_place(file, text, mark), *_bad_start(text, mark))
    cause = (
        _mistake_above(message, text, mark, file)
        or _mistake_in_flow(message, text, mark, file)
        or _bracket_at_start(message, text, mark, file)
    )
    if cause is not None:
        return cause
    seen = _mistake_in_line(message, text, mark)
    if seen is not None:
        return Problem(_place(file, text, mark), *seen)
    for known, (found, hint) in _CONTEXTS.items():
        if known in context:
            return Problem(_place(file, text, start or mark), _(found), _(hint))
    for known, (found, hint) in _HINTS.items():
        if known in message:
            shown = start if known in _AT_START else mark
            return Problem(_place(file, text, shown or mark), _(found), _(hint))
    hint = _("put the text in double quotes")
    return Problem(_place(file, text, mark), message, hint)


def _mistake_above(message: str, text: str, mark: Any, file: str) -> Problem | None:
    """Find a mistake above the line that libyaml reports."""
    if "mapping values are not allowed" in message and mark.line:
        glued = _NO_COLON.match(_line_at(text, mark.line - 1))
        if glued and glued[2] in _KEYS:
            place = Place(file, mark.line, len(glued[1]) + 1)
            hint = _("write '{key}: ' with a colon and a space").format(key=glued[2])
            message = _("no ': ' after '{key}'").format(key=glued[2])
            return Problem(place, message, hint)
    if "did not find expected key" in message:
        return _open_quote(text, mark, file)
    if "<document start>" in message and _is_indented(text, mark):
        hint = _("begin it in the first column")
        return Problem(Place(file, 1, 1), _("the first line is indented"), hint)
    return None


def _open_quote(text: str, mark: Any, file: str) -> Problem | None:
    """Find the quote, some lines above, that another one in this line has closed."""
    closing = _line_at(text, mark.line)[: mark.column].rstrip()[-1:]
    if closing not in ("'", '"'):
        return None
    for line in range(mark.line - 1, max(-1, mark.line - _MOST_LINES), -1):
        found = _QUOTED.match(_line_at(text, line))
        if found:
            is_open = found[2] == closing and not found[3]
            hint = _("close it with {quote}").format(quote=closing)
            place = Place(file, line + 1, found.start(2) + 1)
            return Problem(place, _("quote is never closed"), hint) if is_open else None
    return None


def _mistake_in_flow(message: str, text: str, mark: Any, file: str) -> Problem | None:
    """Find what ends a list or braces too early, or keeps them open."""
    if "did not find expected" not in message:
        return None
    line, sign = _line_at(text, mark.line), _char_at(text, mark)
    quote = _("put the text in double quotes")
    if sign in ("]", "}") and _FLOW.match(line):
        message = _("a '{sign}' too many").format(sign=sign)
        return Problem(_place(file, text, mark), message, _("remove it"))
    if sign == ":" and "',' or" in message and re.search(r"[\[{]", line[: mark.column]):
        return _colon_in_flow(line, mark, file)
    if "node content" in message or "',' or" in message:
        for number in range(mark.line, max(-1, mark.line - _MOST_LINES), -1):
            found = _FLOW_COMMENT.match(_line_at(text, number))
            if found:
                place = Place(file, number + 1, found.end())
                return Problem(place, _("a '#' that begins a comment"), quote)
    return None


def _colon_in_flow(line: str, mark: Any, file: str) -> Problem:
    """Explain a second ': ' in braces: a part of the text, or a ',' is missing."""
    words = line[: mark.column].split()
    if words and words[-1] in _INNER_KEYS:
        place = Place(file, mark.line + 1, mark.column - len(words[-1]) + 1)
        message = _("no ',' before '{key}'").format(key=words[-1])
        return Problem(place, message, _("write ', {key}: '").format(key=words[-1]))
    message, hint = _HINTS["mapping values are not allowed"]
    return Problem(Place(file, mark.line + 1, mark.column + 1), _(message), _(hint))


def _bracket_at_start(message: str, text: str, mark: Any, file: str) -> Problem | None:
    """Find a text such as `[EC2] is what?`, which YAML reads as a list and more."""
    line = _line_at(text, mark.line)
    found = _BRACKET.match(line)
    if not found or "did not find expected" not in message:
        return None
    closing = {"[": "]", "{": "}"}[found[1]]
    start = found.start(1)
    if closing not in line[start : mark.column]:
        return None
    message = _("a text that begins with '{start}'").format(start=found[1])
    hint = _("put it in double quotes")
    return Problem(Place(file, mark.line + 1, start + 1), message, hint)


def _mistake_in_line(message: str, text: str, mark: Any) -> tuple[str, str] | None:
    """Find the most likely mistake in the reported line."""
    line = _line_at(text, mark.line)
    above = _line_at(text, mark.line - 1) if mark.line else ""
    before = line[: mark.column].rstrip()
    if "mapping values are not allowed" in message:
        if _GLUED.match(above) or _GLUED.match(line):
            return _("no space after '-'"), _("write '- ' at the beginning of a card")
        if _DEEPER.fullmatch(before):
            hint = _("indent it as far as the keys above, or quote the text")
            message = _("'{key}:' is indented too far")
            return message.format(key=before.strip()), hint
    if "node content" in message and mark.line > text.rstrip().count("\n"):
        message = _("the text ends inside a list or braces")
        return message, _("close it with ']' or '}'")
    if "did not find expected key" in message and before.endswith(("'", '"')):
        return _("text after a closing quote"), _in_other_quotes(before[-1], line)
    return None


def _in_other_quotes(quote: str, line: str) -> str:
    """Return how to quote a text that begins with a quote."""
    if quote == '"':
        if "'" in line:
            return _("put the whole text in single quotes, and double those inside")
        return _("put the whole text in single quotes")
    if '"' in line:
        return _(
            "put the whole text in double quotes, and write those inside as {escape}"
        ).format(escape='\\"')
    return _("put the whole text in double quotes")


def _is_indented(text: str, mark: Any) -> bool:
    """Return True if the document ended because its first line is indented."""
    first = text.lstrip("\n").split("\n", 1)[0]
    return mark.column == 0 and first != first.lstrip(" ") and bool(first.strip())


def _bad_start(text: str, mark: Any) -> tuple[str, str]:
    found = _char_at(text, mark)
    if found == "\t":
        return _("tab indentation"), _("indent with spaces")
    message = _("a text that begins with '{start}'").format(start=found)
    return message, _("put it in double quotes")


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
