"""Read YAML text into plain values with their places.

Walking libyaml's events is five times faster than building nodes, and shows what a
loader hides (duplicate keys, anchors, tags).  Every scalar is kept as typed.  Cards
are passed on one by one, so that a large file is not in memory twice.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from cards.deckfile.discovery import control_in
from cards.deckfile.escapes import control_command, lost_command
from cards.deckfile.syntax_errors import explain
from cards.errors import MAX_PROBLEMS, Place, Problem, ProblemList
from cards.translate import _

Spot = tuple[int, int]
"""Line and column, from 1."""

Value = Any
"""`str`, `list` of values or `dict` of them."""

Spots = Any
"""Places of a value: a `Spot` for text; `[own, *children]` for a list;
`{None: own, key: (spot of the key, spots of its value)}` for a mapping."""

Taker = Callable[[Value, Spots], None]

_MAX_DEPTH = 12
_COMMENT = re.compile(r"[ \t]+#")
_SETTINGS = frozenset(
    {"deck", "language", "order", "id", "reverse", "ordered", "pin", "typed"}
    | {"checked", "recheck", "since"}
)
"""Keys whose values are no prose: a remark may follow them on their line."""
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Stop(Exception):
    """The rest of the text can't be read."""


class YamlWalker:
    """Reads one document in one pass."""

    def __init__(self, text: str, file: str, *, streamed: str, take: Taker) -> None:
        """Prepare to read.

        Args:
            text: The whole document.
            file: The path to show in problems.
            streamed: A top-level key whose list is passed on item by item.
            take: Called with each item and its places.
        """
        self.problems = ProblemList()
        self.warnings: list[Problem] = []
        self.is_between = False
        """True if reading stopped right after an item of the streamed list."""
        self._file, self._text = file, text
        self._has_escapes = "\\" in text
        self._folded = False
        """The last scalar was an unquoted text of several lines."""
        self._has_comments = " #" in text or "\t#" in text
        self._streamed, self._take = streamed, take
        self._events: Iterator[Any] = iter(())  # from run, which reports its errors

    def run(self) -> tuple[Value, Spots] | None:
        """Read the document; None if it is empty or can't be parsed.

        The streamed list is replaced by its length.  Problems are in `problems`.
        """
        try:
            return self._document()
        except yaml.YAMLError as error:
            if self._folded:
                self.problems.pop()  # the syntax error says it better
            self.problems.append(explain(error, self._text, self._file))
        except _Stop:
            pass
        return None

    def _document(self) -> tuple[Value, Spots] | None:
        self._events = iter(_Loader(self._text).get_event, None)
        found: tuple[Value, Spots] | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._report(
                        event,
                        _("a second document"),
                        _("keep one per file: remove '---'"),
                    )
                    raise _Stop
                node = next(self._events)
                if isinstance(node, yaml.MappingStartEvent):
                    self._check_properties(node)
                    found = self._mapping(node, 0)
                else:
                    found = self._node(node, 0)
        return found

    def _node(self, event: Any, depth: int, key: str = "") -> tuple[Value, Spots]:
        """Read one value; `key` is the nearest key above it."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor or event.tag:
                self._check_properties(event)
            if self._has_escapes and event.style == '"':
                self._check_escapes(event)
            self._folded = False
            if not event.style:
                self._check_unquoted(event, key)
            mark = event.start_mark
            return event.value, (mark.line + 1, mark.column + 1)
        if kind is yaml.AliasEvent:
            hint = _("repeat the text, or quote it if '*' is part of it")
            self._report(
                event, _("alias '*{anchor}'").format(anchor=event.anchor), hint
            )
            return f"*{event.anchor}", _spot(event)
        if depth >= _MAX_DEPTH:
            self._report(event, _("nested too deeply"), _("a card needs three levels"))
            raise _Stop
        self._check_properties(event)
        if kind is yaml.SequenceStartEvent:
            return self._sequence(event, depth + 1, key)
        return self._mapping(event, depth + 1)

    def _begins_cloze(self, event: Any) -> bool:
        """Return True if nested braces are meant as a cloze."""
        return self._text.startswith("{{", max(0, event.start_mark.index - 1))

    def _begins_item(self, event: Any) -> bool:
        """Return True if a bracket, read as a key, is the first thing of an item."""
        index = event.start_mark.index
        before = self._text[self._text.rfind("\n", 0, index) + 1 : index]
        return bool(getattr(event, "flow_style", False)) and not before.strip(" -")

    def _sequence(self, start: Any, depth: int, key: str) -> tuple[Value, Spots]:
        values: list[Value] = []
        spots: list[Spots] = [_spot(start)]
        for event in self._events:
            if type(event) is yaml.SequenceEndEvent:
                break
            value, spot = self._node(event, depth, key)
            values.append(value)
            spots.append(spot)
        return values, spots

    def _mapping(self, start: Any, depth: int) -> tuple[Value, Spots]:
        values: dict[str, Value] = {}
        spots: dict[str | None, Spots] = {None: _spot(start)}
        for event in self._events:
            kind = type(event)
            if kind is yaml.MappingEndEvent:
                break
            if kind is not yaml.ScalarEvent:
                if kind is yaml.MappingStartEvent and self._begins_cloze(event):
                    message = _("a text that begins with '{'")
                    self._report(start, message, _("put it in double quotes"))
                    raise _Stop
                if self._begins_item(event):
                    bracket = self._text[event.start_mark.index]
                    message = _("a text that begins with '{start}'")
                    quote = _("put it in double quotes")
                    self._report(event, message.format(start=bracket), quote)
                    raise _Stop
                self._report(
                    event, _("a key that is not text"), _("write 'key: value'")
                )
                raise _Stop
            key, mark = event.value, event.start_mark
            spot = (mark.line + 1, mark.column + 1)
            if event.anchor or event.tag:
                self._check_properties(event)
            if self._has_escapes and event.style == '"':
                self._check_escapes(event)
            following = next(self._events)
            if depth == 0 and key == self._streamed and key not in values:
                value, value_spots = self._stream(following)
            else:
                value, value_spots = self._node(following, depth, key)
            if key in values:
                first = spots[key][0][0]
                hint = _("already on line {first}: remove one").format(first=first)
                self._report(event, _("duplicate key '{key}'").format(key=key), hint)
                continue
            values[key] = value
            spots[key] = (spot, value_spots)
        return values, spots

    def _stream(self, start: Any) -> tuple[Value, Spots]:
        if type(start) is not yaml.SequenceStartEvent:
            return self._node(start, 1)
        self._check_properties(start)
        count = 0
        for event in self._events:
            self.is_between = False
            if type(event) is yaml.SequenceEndEvent:
                break
            self._take(*self._node(event, 2))
            self.is_between = True
            count += 1
        return count, _spot(start)

    def _check_properties(self, event: Any) -> None:
        if event.anchor:
            hint = _("remove it, or quote the text if '&' is part of it")
            self._report(
                event, _("anchor '&{anchor}'").format(anchor=event.anchor), hint
            )
        if event.tag:
            hint = _("remove it, or quote the text if '!' is part of it")
            shown = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            self._report(event, _("tag '{shown}'").format(shown=shown), hint)

    def _check_escapes(self, event: Any) -> None:
        """Report control characters and TeX that is cut by escapes."""
        raw = self._text[event.start_mark.index : event.end_mark.index]
        if "\\" not in raw:
            return
        hint = _("write '\\{command}', or use single quotes")
        control = control_in(event.value)
        if control:
            message = _("control character U+{code:04X}").format(code=ord(control))
            command = control_command(raw)
            remedy = hint.format(command=command) if command else _("remove the escape")
            self._report(event, message, remedy)
        elif lost := lost_command(raw):
            escape, command = lost
            message = _("'{escape}' of '{command}' is an escape in double quotes")
            message = message.format(escape=escape, command=command)
            if len(self.warnings) < MAX_PROBLEMS:
                place = Place(self._file, *_spot(event))
                hint = hint.format(command=command)
                self.warnings.append(Problem(place, message, hint, is_warning=True))

    def _check_unquoted(self, event: Any, key: str) -> None:
        """Report what YAML drops or folds in a text without quotes."""
        end = event.end_mark
        self._folded = event.start_mark.line != end.line
        if self._folded:
            message = _("line breaks of an unquoted text become spaces")
            hint = _("begin it with '|' on its own line, or quote it")
            self._report(event, message, hint)
        if self._has_comments:
            comment = _COMMENT.match(self._text, end.index)
            # `#FFF` is text; `# a remark` is a comment, unless it follows prose.
            if comment and (key not in _SETTINGS or self._is_word(comment.end())):
                message = _("'#' cuts the text after '{text}'").format(
                    text=event.value[-20:]
                )
                self._report(event, message, _("put the whole text in double quotes"))

    def _is_word(self, index: int) -> bool:
        """Return True if a character that is not white space stands at `index`."""
        return not self._text[index : index + 1].isspace()

    def _report(self, event: Any, message: str, hint: str) -> None:
        line, column = _spot(event)
        self.problems.append(Problem(Place(self._file, line, column), message, hint))


def _spot(event: Any) -> Spot:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def own_spot(spots: Spots) -> Spot:
    """Return the place where a value begins."""
    found: Spot
    if isinstance(spots, dict):
        found = spots[None]
    elif isinstance(spots, list):
        found = spots[0]
    else:
        found = spots
    return found


def spot_at(spots: Spots, path: tuple[str | int, ...], *, of_key: bool = False) -> Spot:
    """Return the place of a value inside another.

    Args:
        spots: Places of the outer value.
        path: Keys and indexes (from 0) of the inner value.
        of_key: Return the place of the last key instead of its value.

    Returns:
        The place of the innermost value that exists on the path.
    """
    key: Spot | None = None
    for step in path:
        if isinstance(spots, dict) and step in spots:
            key, spots = spots[step]
        elif isinstance(spots, list) and isinstance(step, int):
            key = None
            if step + 1 >= len(spots):
                break
            spots = spots[step + 1]
        else:
            key = None
            break
    return key if of_key and key is not None else own_spot(spots)


def has_comments(text: str) -> bool:
    """Return True if a YAML text has comments, or can't be read."""
    if "#" not in text:
        return False
    end = 0
    try:
        for token in yaml.scan(text, _Loader):
            if "#" in text[end : token.start_mark.index]:
                return True
            end = token.end_mark.index
    except yaml.YAMLError:
        return True
    return "#" in text[end:]
