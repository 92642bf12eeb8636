"""Fields of a card, one by one: what each may be and what is wrong with it."""

import copy
import difflib
import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from cards.deckfile.yaml_walker import Spots, spot_at
from cards.errors import Place, Problem, ProblemList
from cards.note import KINDS, Common, Header, Source

CARD_KEYS: dict[str, frozenset[str]] = {
    key: frozenset(
        field.encode_name for struct in (kind, Common) for field in fields(struct)
    )
    for key, kind in KINDS.items()
}
"""The keys that a card of each kind may have."""

COMMON_KEYS = frozenset(field.encode_name for field in fields(Common))
"""The keys that a card of any kind may have."""

HEADER_KEYS = frozenset({*(field.encode_name for field in fields(Header)), "cards"})
"""The keys at the top of a file."""

Found = TypeVar("Found", bound=Struct)

_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])")
_NESTED = ("back", "front", "pin", "since", "source", "text", "title", "url", "was")
_MOST = 20
"""Mistakes told of one field."""
_EXPECTED = re.compile(r"Expected `(\w+)`, got `(\w+)`")


class FieldErrors:
    """The problems of one file as they are found."""

    def __init__(self, file: str) -> None:
        """Start with none; `file` is the path to name."""
        self.problems = ProblemList()
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
        """Note a problem at the value (or its key) that `path` leads to."""
        place = Place(self._file, *spot_at(spots, path, of_key=of_key))
        self.problems.append(Problem(place, message, hint))

    def unknown_keys(
        self,
        values: dict[str, Any],
        spots: Spots,
        allowed: Iterable[str],
        wanted: Iterable[str] = (),
        *,
        kind: str = "",
    ) -> bool:
        """Note every key that has no meaning here.

        Args:
            values: The mapping.
            spots: Its places.
            allowed: The keys that have a meaning.
            wanted: Of these, one is needed.
            kind: The key that tells the card's kind.

        Returns:
            Whether an unknown key looks like one of the wanted.
        """
        found = False
        known = set(allowed)
        for key in [key for key in values if key not in known]:
            place = Place(self._file, *spots[key][0])
            near = difflib.get_close_matches(key, sorted(allowed), 1, 0.6)
            near = difflib.get_close_matches(key, list(wanted), 1, 0.6) or near
            found = found or (bool(near) and near[0] in wanted)
            if near:
                message, hint = f"unknown key '{key}'", f"did you mean '{near[0]}'?"
            elif kind and any(key in keys for keys in CARD_KEYS.values()):
                message = f"key '{key}' in a card with '{kind}'"
                hint = "remove it, or make another card"
            else:
                message = f"unknown key '{key}'"
                hint = "known here: " + ", ".join(sorted(allowed))
            self.problems.append(Problem(place, message, hint))
        return found


def convert(
    refusals: FieldErrors, values: dict[str, Any], spots: Spots, to: type[Found]
) -> Found | None:
    """Convert field by field, so that no mistake hides another.

    Args:
        refusals: Gathers what is wrong.
        values: A mapping of text; keys that `to` doesn't know are passed over.
        spots: Its places.
        to: The wanted type.

    Returns:
        The value, without what was refused; None where that was needed.
    """
    taken: dict[str, Any] = {}
    for field in fields(to):
        name = field.encode_name
        if name not in values:
            if field.required and not _is_misspelt(name, values, to):
                hint = f"add '{name}:' to it"
                refusals.add(spots, (), f"'{name}' is missing", hint)
            continue
        try:
            taken[name] = msgspec.convert(values[name], field.type, strict=False)
        except msgspec.ValidationError:
            _refuse(refusals, name, values[name], spots, field.type)
    if any(field.required and field.encode_name not in taken for field in fields(to)):
        return None
    return to(**taken)


def _refuse(
    refusals: FieldErrors, name: str, value: Any, spots: Spots, to: Any
) -> None:
    """Tell what is wrong with a field, each of its entries for itself."""
    value = copy.deepcopy(value)
    for _ in range(_MOST):
        try:
            msgspec.convert(value, to, strict=False)
        except msgspec.ValidationError as error:
            said, path = str(error), _path(str(error), value)
            message, hint = _say(said, (name, *path), value, path)
            of_key = "unknown field" in said
            refusals.add(spots, (name, *path), message, hint, of_key=of_key)
            if not path or "missing required" in said:
                return
            _set_right(_inner(value, path[:-1]), path[-1], said)
        else:
            return


def _set_right(around: Any, last: Any, said: str) -> None:
    """Put something acceptable where a mistake has been told."""
    if "unknown field" in said:
        meant = _near_nested(str(last))
        misspelt = around.pop(last)
        if meant:
            around.setdefault(meant, misspelt)
    elif isinstance(around, dict) and not said.startswith("Expected `array`"):
        del around[last]
    else:
        around[last] = [] if said.startswith("Expected `array`") else ""


def _near_nested(key: str) -> str:
    """Find the key of a source, change or option that was meant."""
    near = difflib.get_close_matches(key, _NESTED, 1, 0.6)
    return near[0] if near else ""


def _is_misspelt(name: str, values: dict[str, Any], to: type[Struct]) -> bool:
    """Tell whether an unknown key, told of anyway, is meant for a missing one."""
    known = {field.encode_name for field in fields(to)}
    return bool(difflib.get_close_matches(name, values.keys() - known, 1, 0.6))


def _path(message: str, value: Any) -> tuple[str | int, ...]:
    """Read the path at the end of msgspec's message, as far as it leads."""
    at = message.rpartition(" - at `$")[2].rstrip("`") if " - at `" in message else ""
    path: list[str | int] = []
    for name, index, some in _STEP.findall(at):
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
        if not isinstance(cells, list) or any(not isinstance(c, str) for c in cells):
            return str(name)
    return ""


def _inner(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _say(
    said: str, whole: tuple[str | int, ...], value: Any, path: tuple[str | int, ...]
) -> tuple[str, str]:
    name = next(str(step) for step in reversed(whole) if isinstance(step, str))
    if "unknown field" in said:
        near = _near_nested(name)
        hint = f"did you mean '{near}'?" if near else _hint_for_unknown(whole)
        return f"unknown key '{name}'", hint
    if "missing required field" in said:
        missing = said.split("`")[1]
        return f"'{missing}' is missing", f"add '{missing}:' to it"
    if "regex" in said:
        shown = _inner(value, path)
        return f"'{shown}' as '{name}'", _pattern_hint(name)
    expected = _EXPECTED.search(said)
    wants = expected[1] if expected else ""
    if name == "changed":
        return "'changed' wants keys of its own", "write {was: …, since: 2023-01}"
    if wants == "bool":
        return f"'{value}' as '{name}'", "write true or false"
    if wants == "array":
        return f"'{name}' wants a list", "write [a, b], or lines that begin with '- '"
    if wants == "object":
        return f"'{name}' wants keys of its own", "write 'key: value' lines under it"
    return f"'{name}' wants text", "put the text in double quotes"


def _hint_for_unknown(path: tuple[str | int, ...]) -> str:
    """Say what to do about a key that is perhaps the half of a text."""
    if re.search(r"\s", str(path[-1])):
        return "if it belongs to a text with ',' or ': ', put that in double quotes"
    if path[0] == "options":
        return "remove it, or put a text with ': ' in double quotes"
    return "remove it"


def _pattern_hint(name: str) -> str:
    hints = {
        "since": "write a date as 2023, 2023-01 or 2023-01-31",
        "pin": "write last",
    }
    return hints.get(name, "write a date as 2026-11-23")


def sources_of(
    given: str | Source | tuple[str | Source, ...],
) -> tuple[Source, ...]:
    """Bring the forms of `source` into one; a bare address becomes its url."""
    if not given:
        return ()
    many = given if isinstance(given, tuple) else (given,)
    return tuple(
        one
        if isinstance(one, Source)
        else Source(url=one)
        if one.startswith(("http://", "https://"))
        else Source(title=one)
        for one in many
    )
