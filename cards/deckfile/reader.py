"""Read a deck file into validated notes, or report all its problems at once.

msgspec converts a card as a whole; if that fails, it is converted field by field so
that every mistake is reported at its place.
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
    """The notes of one file."""

    name: str
    language: str
    file: str
    """Absolute path."""
    notes: tuple[Note, ...]


class _Draft(Struct):
    """A card without the header of its file, which may come later."""

    common: Common
    content: Content
    place: tuple[int, int]
    """Line and column of its first key."""


def read_deck(path: Path) -> Deck:
    """Read and check one deck file.

    Args:
        path: A YAML file; problems show the path as given.

    Returns:
        The deck with its notes in the order of the file.

    Raises:
        DeckError: The file can't be read or has problems; carries all of them.
    """
    return parse_deck(read_text(path), path)


def parse_deck(text: str, path: Path) -> Deck:
    """Parse and validate the text of a deck file; see `read_deck`."""
    parser = _CardParser(text, path)
    walker = YamlWalker(text, str(path), streamed="cards", take=parser.add)
    try:
        return _parsed(text, path, parser, walker)
    except TooManyProblems:
        problems = sorted([*walker.problems, *parser.errors.problems])
        hint = "fix these first"
        more = Problem(problems[-1].place, f"more than {MAX_PROBLEMS} problems", hint)
        raise DeckError([*problems, more]) from None


def _parsed(text: str, path: Path, parser: "_CardParser", walker: YamlWalker) -> Deck:
    top = walker.run()
    if walker.is_between:
        parser.drop_last()
    problems = [*walker.problems, *parser.errors.problems]
    if not text.strip() or (top is None and not problems):
        hint = "begin with 'deck: a name' and 'cards:'"
        raise DeckError([Problem(Place(str(path)), "an empty file", hint)])
    if top is None:
        raise DeckError(problems)
    parser.errors.problems.clear()
    header = parser.header(*top)
    problems += parser.errors.problems
    if problems or header is None:
        raise DeckError(problems)
    return parser.deck(header)


class _CardParser:
    """Converts the cards of one file as they are read."""

    def __init__(self, text: str, path: Path) -> None:
        self._path = path
        self._folder = path.absolute().parent
        self._has_media = "![" in text
        self._drafts: list[_Draft] = []
        self._problems_before_last = 0
        self.errors = FieldErrors(str(path))

    def add(self, values: Any, spots: Spots) -> None:
        """Convert one card, or collect its problems."""
        self._problems_before_last = len(self.errors.problems)
        kind = self._kind(values, spots)
        if kind is None:
            return
        content: Content | None
        common: Common | None
        try:
            content = msgspec.convert(values, KINDS[kind], strict=False)
            common = msgspec.convert(values, Common, strict=False)
        except msgspec.ValidationError:
            content = convert(self.errors, values, spots, KINDS[kind])
            common = convert(self.errors, values, spots, Common)
        if not values.keys() <= CARD_KEYS[kind]:
            self.errors.unknown_keys(values, spots, CARD_KEYS[kind], kind=kind)
        check_card(
            self.errors,
            content,
            common,
            spots,
            folder=self._folder if self._has_media else None,
        )
        if content is not None and common is not None:
            self._drafts.append(_Draft(common, content, own_spot(spots)))

    def drop_last(self) -> None:
        """Drop the problems of the last card, which a wrong indent has truncated."""
        del self.errors.problems[self._problems_before_last :]

    def _kind(self, values: Any, spots: Spots) -> str | None:
        if not isinstance(values, dict):
            hint = "write 'front:' and 'back:' under one '-'"
            self.errors.add(spots, (), "a card is a mapping", hint)
            return None
        kinds = [key for key in KINDS if key in values]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            both = " and ".join(f"'{kind}'" for kind in kinds)
            hint = "make one card of each"
            self.errors.add(spots, (kinds[1],), f"a card of two kinds: {both}", hint)
            return None
        if not self.errors.unknown_keys(values, spots, _ANY_KEYS, KINDS):
            hint = "add one of: " + ", ".join(KINDS)
            for kind, keys in CARD_KEYS.items():
                if values.keys() & (keys - COMMON_KEYS) and values.keys() <= keys:
                    hint = f"add '{kind}:'"
            self.errors.add(spots, (), "this card has no question", hint)
        return None

    def header(self, values: Any, spots: Spots) -> Header | None:
        """Convert the keys above the cards."""
        if not isinstance(values, dict):
            hint = "begin with 'deck: a name' and 'cards:'"
            self.errors.add(spots, (), "a deck is a mapping", hint)
            return None
        self.errors.unknown_keys(values, spots, HEADER_KEYS)
        if "cards" not in values:
            hint = "add 'cards:' with a list under it"
            self.errors.add(spots, (), "'cards' is missing", hint)
        elif not isinstance(values["cards"], int) or values["cards"] == 0:
            hint = "begin each card with '- '"
            self.errors.add(spots, ("cards",), "'cards' is not a list of cards", hint)
        header = convert(self.errors, values, spots, Header)
        if header is not None:
            check_header(self.errors, header, spots)
        return header

    def deck(self, header: Header) -> Deck:
        """Combine the cards with their header."""
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
