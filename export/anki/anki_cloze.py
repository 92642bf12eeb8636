"""Clozes as Anki reads them.

Anki is more lenient than flash: a cloze may have several numbers, no text or the number
0, an unclosed one is dropped, and `::` begins a hint wherever it is.

Source: rslib/src/cloze.rs of https://github.com/ankitects/anki.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from cards.numbers import whole_number

_TOKEN = re.compile(r"\{\{c([0-9,]+)::|\}\}")
_MAX_OPEN = 10
_MAX_NUMBER = 65535


class AnkiCloze(Struct, frozen=True):
    """A hidden text; its parts may be other clozes."""

    numbers: tuple[int, ...]
    parts: tuple["str | AnkiCloze", ...]
    hint: str | None = None


class _Open(Struct):
    numbers: tuple[int, ...]
    parts: list[str | AnkiCloze]
    hint: str | None = None

    def add(self, text: str) -> None:
        if "::" in text:
            text, self.hint = text.split("::", 1)
        self.parts.append(text)


Parsed = tuple[str | AnkiCloze, ...]


@lru_cache(maxsize=64)
def parse_anki_cloze(text: str) -> Parsed:
    """Split a field at its clozes."""
    whole: list[str | AnkiCloze] = []
    opened: list[_Open] = []
    end = 0
    for token in _TOKEN.finditer(text):
        numbers = _numbers(token[1]) if token[1] is not None else ()
        if token[1] is not None and not numbers:
            continue
        _add(text[end : token.start()], opened, whole)
        end = token.end()
        if numbers:
            if len(opened) < _MAX_OPEN:
                opened.append(_Open(numbers, []))
        elif opened:
            done = opened.pop()
            cloze = AnkiCloze(done.numbers, tuple(done.parts), done.hint)
            (opened[-1].parts if opened else whole).append(cloze)
        else:
            whole.append("}}")
    _add(text[end:], opened, whole)
    return tuple(whole)


def _numbers(digits: str) -> tuple[int, ...]:
    found = {whole_number(one, _MAX_NUMBER) for one in digits.split(",")}
    return tuple(sorted(number for number in found if number is not None))


def _add(text: str, opened: list[_Open], whole: list[str | AnkiCloze]) -> None:
    if not text:
        return
    if opened:
        opened[-1].add(text)
    else:
        whole.append(text)


def clozes(parts: Parsed) -> Iterator[AnkiCloze]:
    """Yield all clozes, outer before inner."""
    for part in parts:
        if isinstance(part, AnkiCloze):
            yield part
            yield from clozes(part.parts)


def cloze_numbers(text: str) -> set[int]:
    """Return the numbers for which Anki makes cards."""
    if "{{c" not in text:
        return set()
    found = clozes(parse_anki_cloze(text))
    return {number for one in found for number in one.numbers if number}


def revealed(text: str, number: int, *, is_answer: bool) -> str:
    """Render a field for one card; empty if none of its clozes has the number."""
    parsed = parse_anki_cloze(text)
    if not any(number in one.numbers for one in clozes(parsed)):
        return ""
    return _shown(parsed, number, is_answer=is_answer)


def _shown(parts: Parsed, number: int, *, is_answer: bool) -> str:
    written = ""
    for part in parts:
        if isinstance(part, str):
            written += part
        elif number in part.numbers and not is_answer:
            written += f"[{'…' if part.hint is None else part.hint}]"
        else:
            written += _shown(part.parts, number, is_answer=is_answer)
    return written


def revealed_only(text: str, number: int, *, is_answer: bool) -> str:
    """Return only the clozes of a number, or their hints, separated by commas."""
    found = [one for one in clozes(parse_anki_cloze(text)) if number in one.numbers]
    if is_answer:
        return ", ".join(_plain(one.parts) for one in found)
    return ", ".join("…" if one.hint is None else one.hint for one in found)


def typed_text(text: str, number: int) -> str:
    """Return what a user has to type for a cloze."""
    found = [
        _plain(one.parts)
        for one in clozes(parse_anki_cloze(text))
        if number in one.numbers
    ]
    return found[0] if len(set(found)) == 1 else ", ".join(found)


def _plain(parts: Parsed) -> str:
    return "".join(p if isinstance(p, str) else _plain(p.parts) for p in parts)


def strict_text(text: str) -> str | None:
    """Write a field with the clozes that flash has.

    Returns:
        The same text, clozes of number 0 shown; None if flash can't write it.
    """
    parts = parse_anki_cloze(text)
    return _strict(parts) if all(map(_is_strict, clozes(parts))) else None


def _is_strict(cloze: AnkiCloze) -> bool:
    return cloze.numbers == (0,) or len(cloze.numbers) == 1


def _strict(parts: Parsed) -> str:
    written = ""
    for part in parts:
        if isinstance(part, str):
            written += part
        elif part.numbers == (0,):
            written += _strict(part.parts)
        else:
            hint = "" if part.hint is None else f"::{part.hint}"
            written += f"{{{{c{part.numbers[0]}::{_strict(part.parts)}{hint}}}}}"
    return written
