"""Read `exam.yaml`, the blueprint of an exam beside the deck files.

Mistakes are reported as in a deck file: all at once, each at its place.
"""

import math
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from cards.blueprint import Blueprint
from cards.deckfile.discovery import read_text
from cards.deckfile.fields import FieldErrors, convert, sources_of
from cards.deckfile.validation import check_sources, is_date
from cards.deckfile.yaml_walker import Spots, YamlWalker
from cards.errors import DeckError, Place, Problem
from cards.files import absolute
from cards.names import tidy_name
from cards.note import Note
from cards.translate import _

_KEYS = frozenset(field.encode_name for field in fields(Blueprint))
_MOST_QUESTIONS = 1000
_MOST_MINUTES = 1440


class ExamFile(Struct, frozen=True):
    """A blueprint and its places."""

    blueprint: Blueprint
    file: str
    """The path as given."""
    tag_places: tuple[Place, ...]
    """Where the tag of each domain stands."""

    def unused_tags(self, notes: Iterable[Note]) -> list[Problem]:
        """Warn about domains whose tag no note beside the file has.

        Args:
            notes: All notes that were read; none beside the file means that it was
                read alone.
        """
        folder = absolute(Path(self.file)).parent
        beside = [note for note in notes if Path(note.file).parent == folder]
        used = {tag for note in beside for tag in note.tags}
        if not beside:
            return []
        found = []
        for domain, place in zip(self.blueprint.domains, self.tag_places, strict=True):
            if any(
                tag == domain.tag or tag.startswith(f"{domain.tag}::") for tag in used
            ):
                continue
            near = get_close_matches(domain.tag, sorted(used), 1)
            hint = (
                _("did you mean '{near}'?").format(near=near[0])
                if near
                else _("tag the cards of the domain")
            )
            message = _("no card has the tag '{tag}'").format(tag=domain.tag)
            found.append(Problem(place, message, hint, is_warning=True))
        return found


def read_exam_file(path: Path) -> ExamFile:
    """Read and check an exam file.

    Raises:
        DeckError: It can't be read or has problems; carries all of them.
    """
    return parse_exam_file(read_text(path), path)


def parse_exam_file(text: str, path: Path) -> ExamFile:
    """Parse and validate the text of an exam file; see `read_exam_file`.

    Args:
        text: The exam file.
        path: Its path, for the places of problems.

    Raises:
        DeckError: It has problems; carries all of them.
    """
    walker = YamlWalker(text, str(path), streamed="", take=_ignore)
    top = walker.run()
    if walker.problems or top is None:
        hint = _("begin with 'exam: a name' and 'domains:'")
        problem = Problem(Place(str(path)), _("an empty file"), hint)
        raise DeckError(walker.problems or [problem])
    errors = FieldErrors(str(path))
    values, spots = top
    if not isinstance(values, dict):
        errors.add(spots, (), _("an exam is a mapping"), _("begin with 'exam: a name'"))
        raise DeckError(errors.problems)
    errors.unknown_keys(values, spots, _KEYS)
    blueprint = convert(errors, values, spots, Blueprint)
    if blueprint is not None and not errors.problems:
        domains = [replace(one, tag=tidy_name(one.tag)) for one in blueprint.domains]
        blueprint = replace(blueprint, domains=tuple(domains))
        _check(errors, blueprint, spots)
    if errors.problems or blueprint is None:
        raise DeckError(errors.problems)
    places = tuple(
        errors.place(spots, ("domains", index, "tag"))
        for index, _domain in enumerate(blueprint.domains)
    )
    return ExamFile(blueprint, str(path), places)


def _ignore(_value: Any, _spots: Spots) -> None:
    """Take no items: nothing is streamed."""


def _check(errors: FieldErrors, found: Blueprint, spots: Spots) -> None:
    if not found.exam.strip():
        errors.add(
            spots, ("exam",), _("empty exam name"), _("write the name of the exam")
        )
    for name, value, most in (
        ("questions", found.questions, _MOST_QUESTIONS),
        ("minutes", found.minutes, _MOST_MINUTES),
    ):
        if not 0 < value <= most:
            hint = _("write a number from 1 to {most}").format(most=most)
            errors.add(
                spots,
                (name,),
                _("invalid '{name}': '{value}'").format(name=name, value=value),
                hint,
            )
    if found.checked and not is_date(found.checked):
        message = _("no such day: '{checked}'").format(checked=found.checked)
        errors.add(spots, ("checked",), message, _("check the calendar"))
    check_sources(errors, sources_of(found.source), spots)
    if not found.domains:
        hint = _("write '- {tag: …, weight: …}' lines under it")
        errors.add(spots, ("domains",), _("no domains"), hint)
    seen: set[str] = set()
    for index, domain in enumerate(found.domains):
        path = ("domains", index)
        if domain.tag.split() != [domain.tag]:
            hint = _("write a tag of the cards, without spaces")
            errors.add(
                spots,
                (*path, "tag"),
                _("invalid tag '{tag}'").format(tag=domain.tag),
                hint,
            )
        elif domain.tag in seen:
            errors.add(
                spots,
                (*path, "tag"),
                _("'{tag}' twice").format(tag=domain.tag),
                _("remove one"),
            )
        if not 0 < domain.weight < math.inf:
            message = _("invalid 'weight': '{weight}'").format(weight=domain.weight)
            errors.add(spots, (*path, "weight"), message, _("write a number above 0"))
        seen.add(domain.tag)
