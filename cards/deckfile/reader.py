"""A deck file becomes checked notes, or every one of its problems at once.

A card that msgspec converts at the first try is done; one that it refuses is
looked at again field by field, so that all its mistakes are told, each at its
place.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cards.deckfile.discovery import read_text
from cards.deckfile.fields import (
    CARD_KEYS,
    COMMON_KEYS,
    HEADER_KEYS,
    FieldErrors,
    convert,
    sources_of,
)
from cards.deckfile.validation import check_card, check_header
from cards.deckfile.yaml_walker import Spots, YamlWalker, own_spot
from cards.errors import MAX_PROBLEMS, DeckError, Place, Problem, TooManyProblems
from cards.note import KINDS, Common, Content, Header, Note, Source

_ANY_KEYS = frozenset().union(*CARD_KEYS.values())


class Deck(Struct, frozen=True):
    """What one file holds."""

    name: str
    language: str
    file: str
    """Absolute path."""
    notes: tuple[Note, ...]


class _Draft(Struct):
    """A card that is read but doesn't know its header yet."""

    common: Common
    content: Content
    place: tuple[int, int]
    """Line and column of its first key."""


def read_deck(path: Path) -> Deck:
    """Read and check one deck file.

    Args:
        path: A YAML file; problems name it as it is written here.

    Returns:
        The deck with its notes in the order of the file.

    Raises:
        DeckError: The file can't be read or has mistakes; carries all of them.
    """
    return parse_deck(read_text(path), path)


def parse_deck(text: str, path: Path) -> Deck:
    """Check the text of a deck file; see `read_deck`."""
    reading = _Reading(text, path)
    walk = YamlWalker(text, str(path), streamed="cards", take=reading.take)
    try:
        return _parsed(text, path, reading, walk)
    except TooManyProblems:
        problems = sorted([*walk.problems, *reading.refusals.problems])
        hint = "mend these first"
        more = Problem(problems[-1].place, f"more than {MAX_PROBLEMS} mistakes", hint)
        raise DeckError([*problems, more]) from None


def _parsed(text: str, path: Path, reading: "_Reading", walk: YamlWalker) -> Deck:
    top = walk.run()
    if walk.is_between:
        reading.forget_last()
    problems = [*walk.problems, *reading.refusals.problems]
    if not text.strip() or (top is None and not problems):
        hint = "begin with 'deck: a name' and 'cards:'"
        raise DeckError([Problem(Place(str(path)), "an empty file", hint)])
    if top is None:
        raise DeckError(problems)
    reading.refusals.problems.clear()
    header = reading.header(*top)
    problems += reading.refusals.problems
    if problems or header is None:
        raise DeckError(problems)
    return reading.deck(header)


class _Reading:
    """The cards of one file as they are read."""

    def __init__(self, text: str, path: Path) -> None:
        self._path = path
        self._folder = path.absolute().parent
        self._has_media = "![" in text
        self._drafts: list[_Draft] = []
        self._before_last = 0
        self.refusals = FieldErrors(str(path))

    def take(self, values: Any, spots: Spots) -> None:
        """Convert one card and keep it, or gather its problems."""
        self._before_last = len(self.refusals.problems)
        kind = self._kind(values, spots)
        if kind is None:
            return
        content: Content | None
        common: Common | None
        try:
            content = msgspec.convert(values, KINDS[kind], strict=False)
            common = msgspec.convert(values, Common, strict=False)
        except msgspec.ValidationError:
            content = convert(self.refusals, values, spots, KINDS[kind])
            common = convert(self.refusals, values, spots, Common)
        if not values.keys() <= CARD_KEYS[kind]:
            self.refusals.unknown_keys(values, spots, CARD_KEYS[kind], kind=kind)
        check_card(
            self.refusals,
            content,
            common,
            spots,
            folder=self._folder if self._has_media else None,
        )
        if content is not None and common is not None:
            self._drafts.append(_Draft(common, content, own_spot(spots)))

    def forget_last(self) -> None:
        """Drop what was said of the last card: a wrong indent has cut it short."""
        del self.refusals.problems[self._before_last :]

    def _kind(self, values: Any, spots: Spots) -> str | None:
        if not isinstance(values, dict):
            hint = "write 'front:' and 'back:' under one '-'"
            self.refusals.add(spots, (), "a card is a mapping", hint)
            return None
        kinds = [key for key in KINDS if key in values]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            both = " and ".join(f"'{kind}'" for kind in kinds)
            hint = "make a card of each"
            self.refusals.add(spots, (kinds[1],), f"a card of two kinds: {both}", hint)
            return None
        if not self.refusals.unknown_keys(values, spots, _ANY_KEYS, KINDS):
            hint = "give it one of: " + ", ".join(KINDS)
            for kind, keys in CARD_KEYS.items():
                if values.keys() & (keys - COMMON_KEYS) and values.keys() <= keys:
                    hint = f"add '{kind}:' to it"
            self.refusals.add(spots, (), "a card of no kind", hint)
        return None

    def header(self, values: Any, spots: Spots) -> Header | None:
        """Convert what stands above the cards."""
        if not isinstance(values, dict):
            hint = "begin with 'deck: a name' and 'cards:'"
            self.refusals.add(spots, (), "a deck is a mapping", hint)
            return None
        self.refusals.unknown_keys(values, spots, HEADER_KEYS)
        if "cards" not in values:
            hint = "add 'cards:' with a list under it"
            self.refusals.add(spots, (), "'cards' is missing", hint)
        elif not isinstance(values["cards"], int) or values["cards"] == 0:
            hint = "begin each card with '- '"
            self.refusals.add(spots, ("cards",), "'cards' is no list of cards", hint)
        header = convert(self.refusals, values, spots, Header)
        if header is not None:
            check_header(self.refusals, header, spots)
        return header

    def deck(self, header: Header) -> Deck:
        """Join the cards with their header."""
        name = "::".join(" ".join(part.split()) for part in header.deck.split("::"))
        header = msgspec.structs.replace(header, deck=name)
        file = str(self._path.absolute())
        above = sources_of(header.source)
        notes = tuple(self._note(draft, header, above, file) for draft in self._drafts)
        return Deck(header.deck, header.language, file, notes)

    def _note(
        self, draft: _Draft, header: Header, above: tuple[Source, ...], file: str
    ) -> Note:
        common = draft.common
        tags = header.tags
        if common.tags:
            tags = tuple(dict.fromkeys(tags + common.tags))
        return Note(
            content=draft.content,
            deck=header.deck,
            id=common.id,
            language=header.language,
            extra=common.extra,
            tags=tags,
            sources=above + sources_of(common.source) if common.source else above,
            checked=common.checked or "",
            recheck=common.recheck or "",
            changed=common.changed,
            file=file,
            line=draft.place[0],
            column=draft.place[1],
        )
