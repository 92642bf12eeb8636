"""Convert the fields of a card one by one, and describe each mistake."""

import copy
import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields as uncached_fields

from cards.deckfile.yaml_walker import Spots, spot_at
from cards.errors import MAX_PROBLEMS, Place, Problem, ProblemList
from cards.note import KINDS, Common, Header, Row, Source
from cards.translate import _

fields = cache(uncached_fields)  # it evaluates annotations each time

CARD_KEYS: dict[str, frozenset[str]] = {
    key: frozenset(
        field.encode_name for struct in (kind, Common) for field in fields(struct)
    )
    for key, kind in KINDS.items()
}
"""Keys of a card of each kind."""

COMMON_KEYS = frozenset(field.encode_name for field in fields(Common))
"""Keys of a card of any kind."""

HEADER_KEYS = frozenset({*(field.encode_name for field in fields(Header)), "cards"})
"""Keys at the top of a file."""

_StructT = TypeVar("_StructT", bound=Struct)

_PATH_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])")
_SYNONYMS = {"link": "url", "name": "title"}
"""Other names of keys inside a field."""
_MAX_PER_FIELD = 20
"""Mistakes reported per field."""
_DATES = ("checked", "recheck", "since")
_EXPECTED = re.compile(r"Expected `([\w| ]+)`, got `(\w+)`")
_NUMBER = re.compile(r"Expected `(?:int|float)\b|.*out of range")
_ARRAY = re.compile(r"Expected `[\w| ]*\barray\b")


class FieldErrors:
    """The problems of one file, added at the places of its values."""

    def __init__(self, file: str) -> None:
        """Start without problems; `file` is the path to show."""
        self.problems = ProblemList()
        self.warnings = ProblemList()
        self._file = file

    def add(
        self,
        spots: Spots,
        path: tuple[str | int, ...],
        message: str,
        hint: str,
        *,
        of_key: bool = False,
    ) -> None:
        """Add a problem at the value at `path`, or at its key."""
        place = self.place(spots, path, of_key=of_key)
        self.problems.append(Problem(place, message, hint))

    def place(
        self, spots: Spots, path: tuple[str | int, ...], *, of_key: bool = False
    ) -> Place:
        """Return the place of the value at `path`, or of its key."""
        return Place(self._file, *spot_at(spots, path, of_key=of_key))

    def warn(
        self, spots: Spots, path: tuple[str | int, ...], message: str, hint: str
    ) -> None:
        """Add a warning about the text at `path`."""
        self.warn_of([Problem(self.place(spots, path), message, hint)])

    def warn_of(self, problems: Iterable[Problem]) -> None:
        """Add problems as warnings."""
        for problem in problems:
            if len(self.warnings) < MAX_PROBLEMS:
                self.warnings.append(problem._replace(is_warning=True))

    def unknown_keys(
        self,
        values: dict[str, Any],
        spots: Spots,
        allowed: Iterable[str],
        wanted: Iterable[str] = (),
        *,
        kind: str = "",
    ) -> bool:
        """Add a problem for each unknown key.

        Args:
            values: The mapping.
            spots: Its places.
            allowed: The known keys.
            wanted: Keys of which one is required.
            kind: The key that identifies the card's kind.

        Returns:
            True if an unknown key looks like one of `wanted`.
        """
        found = False
        known = set(allowed)
        for key in [key for key in values if key not in known]:
            place = Place(self._file, *spots[key][0])
            near = difflib.get_close_matches(key, sorted(allowed), 1, 0.6)
            near = difflib.get_close_matches(key, list(wanted), 1, 0.6) or near
            near = [one for one in (_other_name(key, values),) if one in known] or near
            found = found or (bool(near) and near[0] in wanted)
            if near:
                message = _("unknown key '{key}'").format(key=key)
                hint = _("did you mean '{near}'?").format(near=near[0])
            elif kind and any(key in keys for keys in CARD_KEYS.values()):
                message = _("key '{key}' in a card with '{kind}'")
                message = message.format(key=key, kind=kind)
                hint = _("remove it, or add another card")
            else:
                message = _("unknown key '{key}'").format(key=key)
                hint = _("known keys: {keys}").format(keys=", ".join(sorted(allowed)))
            self.problems.append(Problem(place, message, hint))
        return found


def _other_name(key: str, values: dict[str, Any]) -> str:
    """Return the key that another program's name for it stands for; else empty."""
    match key.lower():
        case "question" | "q":
            return "choice" if "options" in values else "front"
        case "answer" | "a":
            return "back"
        case "text":
            return "cloze" if "{{" in str(values[key]) else "front"
    return ""


def convert(
    errors: FieldErrors, values: dict[str, Any], spots: Spots, to: type[_StructT]
) -> _StructT | None:
    """Convert field by field, so that no mistake hides another.

    Args:
        errors: Collects the problems.
        values: A mapping of text; keys that `to` doesn't have are ignored.
        spots: Its places.
        to: The target type.

    Returns:
        The value without its invalid fields; None if one of them is required.
    """
    converted: dict[str, Any] = {}
    for field in fields(to):
        name = field.encode_name
        if name not in values:
            if field.required and not _is_misspelt(name, values, to):
                hint = _("add '{key}:'").format(key=name)
                errors.add(spots, (), _("'{key}' is missing").format(key=name), hint)
            continue
        try:
            converted[name] = msgspec.convert(values[name], field.type, strict=False)
        except msgspec.ValidationError:
            _report(errors, name, values[name], spots, field.type)
    if any(
        field.required and field.encode_name not in converted for field in fields(to)
    ):
        return None
    return to(**converted)


def _report(errors: FieldErrors, name: str, value: Any, spots: Spots, to: Any) -> None:
    """Add the problems of a field, each of its entries separately."""
    value = copy.deepcopy(value)
    for _time in range(_MAX_PER_FIELD):
        try:
            msgspec.convert(value, to, strict=False)
        except msgspec.ValidationError as error:
            text, path = str(error), _path(str(error), value)
            keys = _keys_at(to, path[:-1]) if "unknown field" in text else {}
            message, hint = _describe(text, (name, *path), value, path, keys)
            of_key = "unknown field" in text
            errors.add(spots, (name, *path), message, hint, of_key=of_key)
            if not path or "missing required" in text:
                return
            _repair(_inner(value, path[:-1]), path[-1], text, keys)
        else:
            return


def _repair(container: Any, key: Any, text: str, keys: dict[str, bool]) -> None:
    """Replace an invalid value that was reported, to find further ones."""
    if "unknown field" in text:
        meant = _nearest(str(key), keys)
        misspelt = container.pop(key)
        if keys.get(meant):  # else it would be reported as missing
            container.setdefault(meant, misspelt)
    elif _NUMBER.match(text):
        container[key] = "0"
    elif isinstance(container, dict) and not _ARRAY.match(text):
        del container[key]
    else:
        container[key] = [] if _ARRAY.match(text) else ""


def _nearest(key: str, keys: Iterable[str]) -> str:
    """Return the key that is meant by another one; empty if none seems to be."""
    if _SYNONYMS.get(key, "") in keys:
        return _SYNONYMS[key]
    near = difflib.get_close_matches(key, list(keys), 1, 0.6)
    return near[0] if near else ""


def _keys_at(to: Any, path: Iterable[str | int]) -> dict[str, bool]:
    """Return the keys of a mapping inside a value, and whether each is required.

    Args:
        to: The type of the value.
        path: The path from there to the mapping.
    """
    from msgspec.inspect import type_info  # noqa: PLC0415 - for mistakes only

    kinds = _alternatives(type_info(to))
    for step in path:
        kinds = [inner for kind in kinds for inner in _kinds_inside(kind, step)]
    found = (field for kind in kinds for field in getattr(kind, "fields", ()))
    return {field.encode_name: field.required for field in found}


def _kinds_inside(kind: Any, step: str | int) -> list[Any]:
    """Return the types that an item or a key of a type may have."""
    name = "item_type" if isinstance(step, int) else "value_type"
    inner = [getattr(kind, name)] if hasattr(kind, name) else []
    inner += [f.type for f in getattr(kind, "fields", ()) if f.encode_name == step]
    return [one for each in inner for one in _alternatives(each)]


def _alternatives(kind: Any) -> list[Any]:
    """Return the types of a union, without what annotations add."""
    inner = [kind.type] if hasattr(kind, "type") else getattr(kind, "types", ())
    return [one for each in inner for one in _alternatives(each)] or [kind]


def _is_misspelt(name: str, values: dict[str, Any], to: type[Struct]) -> bool:
    """Return True if an unknown key, reported anyway, resembles a missing one."""
    unknown = values.keys() - {field.encode_name for field in fields(to)}
    if any(_other_name(key, values) == name for key in unknown):
        return True
    return bool(difflib.get_close_matches(name, unknown, 1, 0.6))


def _path(message: str, value: Any) -> tuple[str | int, ...]:
    """Parse the path at the end of msgspec's message, as far as it exists."""
    at = message.rpartition(" - at `$")[2].rstrip("`") if " - at `" in message else ""
    path: list[str | int] = []
    for name, index, some in _PATH_STEP.findall(at):
        step = _first_misfit(value) if some else name or int(index)
        if not _has(value, step):
            break
        path.append(step)
        value = value[step]
    if "unknown field" in message and isinstance(value, dict):
        path += [key for key in value if f"unknown field `{key}`" in message][:1]
    return tuple(path)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _first_misfit(rows: Any) -> str:
    """Find the table row that msgspec calls `[...]`."""
    for name, cells in rows.items() if isinstance(rows, dict) else ():
        try:
            msgspec.convert(cells, tuple[str, ...] | Row, strict=False)
        except msgspec.ValidationError:
            return str(name)
    return ""


def _inner(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _describe(
    text: str,
    whole: tuple[str | int, ...],
    value: Any,
    path: tuple[str | int, ...],
    keys: Iterable[str],
) -> tuple[str, str]:
    name = next(str(step) for step in reversed(whole) if isinstance(step, str))
    if "unknown field" in text:
        near = _nearest(name, keys)
        hint = _("did you mean '{near}'?").format(near=near)
        message = _("unknown key '{key}'").format(key=name)
        return message, hint if near else _hint_for_unknown(whole, keys)
    if "missing required field" in text:
        missing = text.split("`")[1]
        message = _("'{key}' is missing").format(key=missing)
        return message, _("add '{key}:'").format(key=missing)
    if "out of range" in text:
        message = _("'{key}' is a number with too many digits").format(key=name)
        return message, _("write a smaller number")
    invalid = _("invalid '{name}': '{value}'")
    if "regex" in text:
        shown = _inner(value, path)
        if name in _DATES:
            invalid = _("can't read '{name}': '{value}'")
        return invalid.format(name=name, value=shown), _pattern_hint(name)
    expected = _EXPECTED.search(text)
    wanted = expected[1] if expected else ""
    if name == "changed":
        message = _("'{key}' must be a mapping").format(key=name)
        return message, _("write {was: …, since: 2023-01}")
    if wanted in ("bool", "int", "float"):
        shown = _inner(value, path)
        hint = _("write true or false") if wanted == "bool" else _("write a number")
        return invalid.format(name=name, value=shown), hint
    if "array" in wanted:
        message = _("'{key}' must be a list").format(key=name)
        return message, _("write [a, b], or lines with '- '")
    if wanted == "object":
        message = _("'{key}' must be a mapping").format(key=name)
        return message, _("write 'key: value' lines under it")
    message = _("'{key}' must be text").format(key=name)
    return message, _("put the text in double quotes")


def _hint_for_unknown(path: tuple[str | int, ...], keys: Iterable[str]) -> str:
    """Return the hint for an unknown key, perhaps part of an unquoted text."""
    if re.search(r"\s", str(path[-1])):
        return _("if it is part of a text with ',' or ': ', put that in double quotes")
    if path[0] == "options":
        return _("remove it, or put a text with ': ' in double quotes")
    return _("known keys: {keys}").format(keys=", ".join(sorted(keys)))


def _pattern_hint(name: str) -> str:
    hints = {
        "since": _("write a date as 2023, 2023-01 or 2023-01-31"),
        "pin": _("write last"),
        "lines": _("write 12, or 12-14 for several lines"),
        "hash": _("copy it from flash draft, or remove it"),
    }
    return hints.get(name, _("write a date as 2026-11-23"))


def sources_of(
    given: str | Source | tuple[str | Source, ...],
) -> tuple[Source, ...]:
    """Return `source` in one form; a bare address becomes a url."""
    if not given:
        return ()
    return tuple(
        source
        if isinstance(source, Source)
        else Source(url=source)
        if source.startswith(("http://", "https://"))
        else Source(title=source)
        for source in (given if isinstance(given, tuple) else (given,))
    )
