"""Read a deck file into validated notes, or report all its problems at once.

msgspec converts a card as a whole; if that fails, it is converted field by field so
that every mistake is reported at its place.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cards.deckfile.discovery import control_problems, read_text, without_controls
from cards.deckfile.fields import (
    CARD_KEYS,
    COMMON_KEYS,
    HEADER_KEYS,
    FieldErrors,
    convert,
    sources_of,
)
from cards.deckfile.full_width import corrected
from cards.deckfile.validation import check_card, check_header
from cards.deckfile.yaml_walker import Spots, YamlWalker, own_spot
from cards.errors import MAX_PROBLEMS, DeckError, Place, Problem, TooManyProblems
from cards.files import absolute
from cards.identity.keys import duplicates
from cards.names import tidy_deck_name, tidy_name, tidy_tags
from cards.note import KINDS, Common, Content, Header, Note, Source
from cards.translate import _

_ANY_KEYS = frozenset().union(*CARD_KEYS.values())
_MAX_SYNTAX_ERRORS = 50
"""Each makes the rest of the file be read again."""
_NO_NAME = "deck"
"""Stands for the name of a deck that has none yet."""
_MAX_CORRECTIONS = 5
"""Times that a file is read again without its full-width characters."""


class Deck(Struct, frozen=True):
    """The notes of one file."""

    name: str
    language: str
    file: str
    """Absolute path."""
    notes: tuple[Note, ...]
    warnings: tuple[Problem, ...] = ()
    """Texts that will not appear as typed."""
    order: int = 0
    """New cards of decks with a small number are introduced first."""
    folder: str = ""
    """Absolute path of the folder after which its root is named; empty if the file
    names the deck."""


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
    return parse_deck(read_text(path, allow_controls=True), path)


def deck_header(path: Path) -> Header | None:
    """Read the keys above the cards of a deck file, which may have mistakes.

    Args:
        path: A YAML file.

    Returns:
        The header; None if the file can't be read or is no deck.
    """
    try:
        text = read_text(path, allow_controls=True)
    except DeckError:
        return None
    walker = YamlWalker(text, str(path), streamed="cards", take=_skip)
    top = walker.run()
    header = CardParser(text, path).header(*top) if top else None
    return header and msgspec.structs.replace(header, deck=tidy_deck_name(header.deck))


def _skip(values: Any, spots: Spots) -> None:
    """Take a card that is not looked at."""


def parse_deck(text: str, path: Path, media: Collection[str] | None = None) -> Deck:
    """Parse and validate the text of a deck file; see `read_deck`.

    Args:
        text: The deck file.
        path: Its path.
        media: Files that its cards may show; None for those that are there.

    Raises:
        DeckError: It has problems; carries all of them.
    """
    controls = control_problems(text, path)
    plain = without_controls(text) if controls else text
    try:
        deck = _checked(plain, path, media)
    except DeckError as error:
        problems = _explained(plain, path, media, error.problems)
        raise DeckError([*controls, *problems]) from None
    if controls:
        raise DeckError(controls)
    return deck


def _explained(
    text: str,
    path: Path,
    media: Collection[str] | None,
    problems: list[Problem],
    tries: int = _MAX_CORRECTIONS,
) -> list[Problem]:
    """Report full-width characters instead of the problems that follow from them."""
    starts = card_starts(text.split("\n"))
    lines = {one.place.line for one in problems}
    if len(problems) >= _MAX_SYNTAX_ERRORS:
        # Further cards were not read.
        lines |= {line for line in starts if line > max(lines)}
    meant, found = corrected(text, str(path), lines, starts)
    if not found or not tries:
        return problems
    left: list[Problem] = []
    try:
        _checked(meant, path, media)
    except DeckError as error:
        left = error.problems
    if set(problems) <= set(left):
        return problems
    return [*found, *_explained(meant, path, media, left, tries - 1)][:MAX_PROBLEMS]


def _checked(text: str, path: Path, media: Collection[str] | None) -> Deck:
    parser = CardParser(text, path, media)
    try:
        return _parsed(text, path, parser)
    except TooManyProblems:
        problems = sorted([*parser.yaml_problems, *parser.errors.problems])
        hint = _("fix these first")
        more = Problem(
            problems[-1].place,
            _("more than {most} problems").format(most=MAX_PROBLEMS),
            hint,
        )
        raise DeckError([*problems, more]) from None


def _parsed(text: str, path: Path, parser: "CardParser") -> Deck:
    top, syntax_problems = _walk(text, path, parser)
    problems = list(dict.fromkeys([*syntax_problems, *parser.errors.problems]))
    if not text.strip() or (top is None and not problems):
        hint = _("begin with 'deck: a name' and 'cards:'")
        raise DeckError([Problem(Place(str(path)), _("an empty file"), hint)])
    if top is None or syntax_problems:
        raise DeckError(problems)
    parser.errors.problems.clear()
    header = parser.header(*top)
    problems += parser.errors.problems
    if problems or header is None:
        raise DeckError([*problems, *parser.duplicates(header)])
    return parser.deck(header)


def _walk(
    text: str, path: Path, parser: "CardParser"
) -> tuple[tuple[Any, Spots] | None, list[Problem]]:
    """Read the YAML, going on with the next card after a syntax error.

    Returns:
        The top of the file with its places, None if it can't be read; and the
        problems of the YAML.
    """
    lines: list[str] = []
    starts: list[int] = []
    problems: list[Problem] = []
    top, rest = None, text
    for _time in range(_MAX_SYNTAX_ERRORS):
        before = parser.last_line
        walker = YamlWalker(rest, str(path), streamed="cards", take=parser.add)
        parser.yaml_problems = walker.problems
        top = walker.run()
        problems += walker.problems
        if top is not None:
            parser.errors.warn_of(walker.warnings)
            break
        if walker.is_between:
            parser.drop_last()
        lines = lines or text.splitlines(keepends=True)
        starts = starts or card_starts(lines)
        # The card after the last one that was read is at fault.
        later = [line for line in starts if line > max(before, parser.last_line)]
        if len(later) < 2 or not walker.problems:
            break
        parser.last_line = later[0]
        header, skipped = lines[: starts[0] - 1], later[1] - starts[0]
        rest = "".join([*header, "\n" * skipped, *lines[later[1] - 1 :]])
    return top, problems


_CARD = re.compile(r"( *)- ")


def card_starts(lines: list[str]) -> list[int]:
    """Return the lines of a deck file, from 1, at which its cards seem to begin."""
    first = next((i for i, line in enumerate(lines) if line.startswith("cards:")), None)
    if first is None:
        return []
    found = [(i + 1, _CARD.match(line)) for i, line in enumerate(lines) if i > first]
    dashes = [(line, match[1]) for line, match in found if match]
    return [line for line, indent in dashes if indent == dashes[0][1]]


class CardParser:
    """Converts the cards of one file as they are read."""

    def __init__(
        self, text: str, path: Path, media: Collection[str] | None = None
    ) -> None:
        self._path = path
        self._file = absolute(path) if "![" in text else None
        """If it may refer to media."""
        self._media = media
        self._drafts: list[_Draft] = []
        self._problems_before_last = 0
        self.yaml_problems: list[Problem] = []
        """Those of the YAML that is being read."""
        self.last_line = 0
        """Line of the last card that was read."""
        self.errors = FieldErrors(str(path))

    def add(self, values: Any, spots: Spots) -> None:
        """Convert one card, or collect its problems."""
        self._problems_before_last = len(self.errors.problems)
        self.last_line = own_spot(spots)[0]
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
            file=self._file,
            media=self._media,
        )
        is_valid = len(self.errors.problems) == self._problems_before_last
        if content is not None and common is not None and is_valid:
            self._drafts.append(_Draft(common, content, own_spot(spots)))

    def drop_last(self) -> None:
        """Drop the problems of the last card, which a wrong indent has truncated."""
        del self.errors.problems[self._problems_before_last :]

    def _kind(self, values: Any, spots: Spots) -> str | None:
        if not isinstance(values, dict):
            hint = _("write 'front:' and 'back:' under one '-'")
            self.errors.add(spots, (), _("a card is a mapping"), hint)
            return None
        kinds = [key for key in KINDS if key in values]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            message = _("a card of two kinds: '{first}' and '{second}'")
            message = message.format(first=kinds[0], second=kinds[1])
            hint = _("make one card of each")
            self.errors.add(spots, (kinds[1],), message, hint)
            return None
        is_basic = "question" in values and "options" not in values
        allowed = CARD_KEYS["front"] if is_basic else _ANY_KEYS
        if not self.errors.unknown_keys(values, spots, allowed, KINDS):
            hint = _("add one of: {keys}").format(keys=", ".join(KINDS))
            for kind, keys in CARD_KEYS.items():
                if values.keys() & (keys - COMMON_KEYS) and values.keys() <= keys:
                    hint = _("add '{kind}:'").format(kind=kind)
            self.errors.add(spots, (), _("this card has no question"), hint)
        return None

    def header(self, values: Any, spots: Spots) -> Header | None:
        """Convert the keys above the cards."""
        if not isinstance(values, dict):
            hint = _("begin with 'deck: a name' and 'cards:'")
            self.errors.add(spots, (), _("a deck is a mapping"), hint)
            return None
        self.errors.unknown_keys(values, spots, HEADER_KEYS)
        if "cards" not in values:
            hint = _("add 'cards:' with a list under it")
            self.errors.add(spots, (), _("'cards' is missing"), hint)
        elif not isinstance(values["cards"], int) or values["cards"] == 0:
            hint = _("begin each card with '- '")
            self.errors.add(
                spots, ("cards",), _("'cards' is not a list of cards"), hint
            )
        header = convert(self.errors, values, spots, Header)
        if header is None:
            return None
        header = msgspec.structs.replace(header, deck=tidy_name(header.deck))
        check_header(self.errors, header, spots)
        return header

    def deck(self, header: Header) -> Deck:
        """Combine the cards with their header."""
        name, tags = tidy_deck_name(header.deck), tidy_tags(header.tags)
        header = msgspec.structs.replace(header, deck=name, tags=tags)
        file = str(absolute(self._path))
        above = sources_of(header.source)
        notes = tuple(self._note(draft, header, above, file) for draft in self._drafts)
        warnings = tuple(sorted(set(self.errors.warnings)))
        return Deck(header.deck, header.language, file, notes, warnings, header.order)

    def duplicates(self, header: Header | None) -> list[Problem]:
        """Find ids and questions that come twice, in a file with other mistakes."""
        deck = self.deck(header or Header(deck=_NO_NAME))
        return duplicates(deck.notes, {deck.file: str(self._path)})

    def _note(
        self, draft: _Draft, header: Header, above: tuple[Source, ...], file: str
    ) -> Note:
        common = draft.common
        tags = header.tags
        if common.tags:
            tags = tidy_tags(tags + common.tags)
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
