"""Read the cards inside a Markdown note as a deck.

A note has cards if its front matter says `flash: true` or names a `deck`, if it has the
tag `#flashcards` or one that the plugin of Obsidian is set to, or if it has a fenced
block `flash`, unless the front matter says `flash: false`.  Cards are converted and
checked as those of a YAML file; scheduling is never written into the note.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from cards.deckfile.reader import CardParser, Deck, parse_deck
from cards.deckfile.yaml_walker import Spots, YamlWalker
from cards.errors import DeckError, Place, Problem
from cards.files import absolute
from cards.markdown_notes.card_tags import (
    has_cards,
    has_open_matter,
    is_enabled,
    is_switched_off,
)
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.inline_cards import (
    FencedCards,
    InlineCard,
    lines_below_answers,
    scan,
    unread_cards,
)
from cards.markdown_notes.missed_cards import missed_cards
from cards.markdown_notes.note_lines import NoteLines, deck_of_tag
from cards.markdown_notes.plugin_settings import plugin_settings
from cards.markdown_notes.tagged_cards import may_have_tagged_cards, tagged_cards
from cards.media_places import path_from_note
from cards.names import COMMA, split_tags
from cards.note import Header, Note
from cards.text.media import media_paths, with_media_paths
from cards.translate import _
from cards.vaults import vault_of

_WHOLE_DECK = re.compile(r"(?:[ \t]*(?:#.*)?\n)*([ \t]*)(?:.*\n\1)*?deck[ \t]*:")
"""A block with the key `deck`, as far right as its first line."""
_HEADER = frozenset(Header.__struct_fields__)
_OWN = _HEADER | {"flash", ""}
_OPENING = ("deck", "flash")
"""Keys by which a note says that it has cards."""
_LIKELY = 0.75
"""How similar a misspelt key is: `dekc` is as far from `deck`."""
_OF_OTHERS = ("language", "source", "order")
"""Keys that other programs may use with other values."""
_KEY = re.compile(r"(?:([\"']?)([^\s\"'#:?][^\"':\n]*?)\1[ \t]*:|\?)(?=\s|\Z)")
"""Begins a key at the top of front matter."""


def parse_note_deck(
    text: str, path: Path, media: Collection[str] | None = None
) -> Deck:
    """Read the cards of a note.

    Args:
        text: The text of the note.
        path: Its path; problems show it as given.
        media: Files that its cards may show; None for those that are there.

    Raises:
        DeckError: There are no cards, or they have mistakes; carries all of them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if is_switched_off(text):
        message = _("'flash: false' at its top: the cards of this note are not read")
        warning = Problem(Place(str(path)), message, is_warning=True)
        return Deck("", "", str(absolute(path)), (), (warning,))
    if not has_cards(text, plugin_settings(path).tags):
        hint = _("begin it with the lines '---', 'flash: true' and '---'")
        none = Problem(Place(str(path)), _("no cards in this note"), hint)
        matter = FRONT_MATTER.match(text)
        keys = _keys_at_top(matter[1] or "") if matter else {}
        found = [one for one in _misspelt(keys, str(path)) if one[0] in _OPENING]
        unread = unread_cards(text, path)
        raise DeckError([problem for _key, problem in found] or [none, *unread])
    return _NoteReader(text, path, media).deck()


def inline_cards(text: str, path: Path) -> list[InlineCard]:
    """Return the cards in the text of a note, without fenced ones."""
    settings = plugin_settings(path)
    if not is_enabled(text, settings.tags):
        return []
    found = scan(NoteLines(text, settings), [], str(path))
    return [card for card in found if isinstance(card, InlineCard)]


class _NoteReader:
    def __init__(self, text: str, path: Path, media: Collection[str] | None) -> None:
        self._text, self._path = text, path
        self._problems: list[Problem] = []
        settings = plugin_settings(path)
        self._tags = settings.tags
        self._lines = NoteLines(text, settings)
        self._parser = CardParser(text, path, media)
        self._whole: list[Deck] = []
        self._lasts: dict[int, int] = {}
        """The last line of each card in the text, by its first one."""
        self._names_deck = False
        """The front matter names the deck."""
        self._folder = ""
        """The folder after which the root deck is named; empty if the note names it."""
        self._is_own = False
        """The front matter was written for flash."""
        self._in_matter: list[str] = []
        """The decks that tags of cards in the front matter name, or empty texts."""

    def deck(self) -> Deck:
        """Return the deck of the note; see `parse_note_deck`."""
        values, spots = self._front_matter()
        count = self._read_cards()
        if not self._names_deck:
            values["deck"] = self._deck_of_tags()
        if not values["deck"]:
            values["deck"], self._folder = _deck_of_folder(self._path)
        problems = [*self._problems, *self._parser.errors.problems]
        if not count and not self._whole and not problems:
            hint = _("write 'Q:' and 'A:' lines, or question::answer")
            place = Place(str(self._path))
            problems.append(Problem(place, _("no cards in this note"), hint))
            problems += self._missed()
        is_used = count > 0 or not self._whole
        header = self._header(values, spots, problems) if is_used else None
        if problems or (is_used and header is None):
            found = [*problems, *self._parser.duplicates(header)]
            raise DeckError(list(dict.fromkeys(found)))
        return self._combined(header)

    def _header(
        self, values: dict[str, Any], spots: Spots, problems: list[Problem]
    ) -> Header | None:
        """Convert the front matter; its mistakes are added to the problems."""
        for key in () if self._is_own else _OF_OTHERS:
            alone = {"deck": values["deck"], key: values.get(key, "")}
            if key in values and (found := self._converted(alone, spots)[1]):
                self._parser.errors.warn_of(found)
                values = {name: one for name, one in values.items() if name != key}
        header, found = self._converted(values, spots)
        problems += found
        return header

    def _converted(
        self, values: dict[str, Any], spots: Spots
    ) -> tuple[Header | None, list[Problem]]:
        errors = self._parser.errors
        errors.problems.clear()
        return self._parser.header({**values, "cards": 1}, spots), list(errors.problems)

    def _read_cards(self) -> int:
        """Read all cards; return the number of those that are in no whole deck."""
        count, file = 0, str(self._path)
        enabled = is_enabled(self._text, self._tags)
        for card in scan(self._lines, self._problems if enabled else [], file):
            if isinstance(card, FencedCards):
                count += self._fenced(card)
            elif enabled:
                self._lasts[card.line] = card.last
                spot = (card.line, card.column)
                places = dict.fromkeys(card.values, (spot, spot))
                texts = {key: self._placed(card.values[key]) for key in card.values}
                self._parser.add(texts, {None: spot, **places})
                count += 1
        self._warn_of_lost_text()
        self._parser.errors.warn_of(self._missed())
        return count

    def _warn_of_lost_text(self) -> None:
        message = _("the text below cards at the end of an answer belongs to no card")
        hint = _("move it above them, or write '---' at the end of the answer")
        for line in lines_below_answers(self._lines, self._lasts):
            self._parser.errors.warn({None: (line, 1)}, (), message, hint)

    def _missed(self) -> Iterator[Problem]:
        """Yield what looks like a card and is none, if cards in the text are read."""
        if is_enabled(self._text, self._tags):
            covered = self._lines_of_cards().keys()
            file = str(self._path)
            yield from missed_cards(self._lines, covered, file)
            if may_have_tagged_cards(self._text):
                yield from tagged_cards(self._lines, covered, file)

    def _placed(self, text: str) -> str:
        """Return a text with the paths of its media from the note."""
        if "![" not in text:
            return text
        paths = {
            path: path_from_note(self._path, path) for path, _ in media_paths(text)
        }
        changed = {path: place for path, place in paths.items() if place != path}
        return with_media_paths(text, changed) if changed else text

    def _combined(self, header: Header | None) -> Deck:
        """Combine the cards of the note with the whole decks in it."""
        whole = [note for deck in self._whole for note in deck.notes]
        if header is None:
            return msgspec.structs.replace(self._whole[0], notes=tuple(whole))
        own = self._parser.deck(header)
        tagged = own.notes if self._names_deck else self._in_tagged_decks(own.notes)
        notes = sorted([*tagged, *whole], key=lambda note: note.line)
        return msgspec.structs.replace(own, notes=tuple(notes), folder=self._folder)

    def _in_tagged_decks(self, notes: Iterable[Note]) -> Iterator[Note]:
        """Move notes to the decks that tags in the text name.

        A tag holds for the cards below it, up to the next one; a tag in the lines of a
        card holds for this card.

        Source: *Multiple Tags Within a Single File* and *Question Specific Tags* in
        `docs/en/flashcards/decks.md` of
        https://github.com/st3v3nmw/obsidian-spaced-repetition
        """
        tags = {line + 1: deck for line, deck in self._lines.deck_tags() if deck}
        of_cards = self._lines_of_cards()
        sections = [line for line in tags if line not in of_cards]
        own = {of_cards[line]: tags[line] for line in tags if line in of_cards}
        for note in notes:
            above = bisect_left(sections, note.line)
            deck = tags[sections[above - 1]] if above else note.deck
            yield msgspec.structs.replace(note, deck=own.get(note.line, deck))

    def _lines_of_cards(self) -> dict[int, int]:
        """Map the lines of each card to its first one; from 1."""
        return {
            line: first
            for first, last in self._lasts.items()
            for line in range(first, last + 1)
        }

    def _deck_of_tags(self) -> str:
        """Return the deck that tags name; empty if none does.

        A tag in the lines of a card holds for this card only, unless nothing else says
        that the note has cards.
        """
        of_cards, tags = self._lines_of_cards(), self._lines.deck_tags()
        above = [deck for line, deck in tags if line + 1 not in of_cards]
        found = [*self._in_matter, *above]
        if not found and not self._is_own:
            found = [deck for _line, deck in tags]
        return next(filter(None, found), "")

    def _front_matter(self) -> tuple[dict[str, Any], Spots]:
        """Return the keys of the header with their places."""
        matter = FRONT_MATTER.match(self._text)
        values: dict[str, Any] = {}
        spots: dict[str | None, Any] = {None: (1, 1)}
        keys: dict[str, int] = {}
        if matter:
            keyed = [("", ""), *_with_keys((matter[1] or "").split("\n"))]
            keys = _keys_at_top(matter[1] or "")
            own = (line if key in _OWN else "" for key, line in keyed)
            walker = YamlWalker(
                "\n".join(own), str(self._path), streamed="", take=_nothing
            )
            found = walker.run()
            if found and isinstance(found[0], dict):
                values, spots = found
                values = {key: value for key, value in values.items() if value != ""}
                # The values of other keys are read as other programs read them.
                self._problems += [
                    problem
                    for problem in walker.problems
                    if keyed[problem.place.line - 1][0] in ("", "deck")
                ]
            else:
                self._problems += walker.problems
        elif has_open_matter(self._text, self._tags):
            message = _("front matter without end")
            hint = _("write '---' below it")
            self._problems.append(Problem(Place(str(self._path)), message, hint))
        values, tags = dict(values), _tags(values.get("tags"))
        found_tags = ((tag, self._lines.tag.fullmatch(f"#{tag}")) for tag in tags)
        decks = {tag: found[1] or "" for tag, found in found_tags if found}
        values["tags"] = [tag.replace("/", "::") for tag in tags if tag not in decks]
        self._names_deck = bool(values.get("deck"))
        self._is_own = self._names_deck or "flash" in values
        self._parser.errors.warn_of(
            problem
            for key, problem in _misspelt(keys, str(self._path))
            if self._is_own or key in _OPENING
        )
        self._in_matter = list(map(deck_of_tag, decks.values()))
        kept = {key: value for key, value in values.items() if key in _HEADER}
        return kept, spots

    def _fenced(self, cards: FencedCards) -> int:
        """Read a fenced block; return its cards that belong to the deck of the note."""
        before = "\n" * cards.line
        if _WHOLE_DECK.match(cards.text):
            try:
                self._whole.append(parse_deck(before + cards.text, self._path))
            except DeckError as error:
                self._problems += error.problems
            return 0
        text = "\n" * (cards.line - 1) + "cards:\n" + cards.text
        walker = YamlWalker(
            text, str(self._path), streamed="cards", take=self._parser.add
        )
        top = walker.run()
        self._problems += walker.problems
        count = top[0].get("cards") if top and isinstance(top[0], dict) else 0
        if not isinstance(count, int) or not count:
            hint = _("begin each card with '- ', or the block with 'deck:'")
            if not walker.problems:
                place = Place(str(self._path), cards.line)
                self._problems.append(Problem(place, _("no cards in this block"), hint))
            return 0
        return count


def _with_keys(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each line of front matter behind the key at the top that it belongs to."""
    key = ""
    for line in lines:
        found = _KEY.match(line)
        key = (found[2] or "?") if found else key
        yield key, line


def _keys_at_top(matter: str) -> dict[str, int]:
    """Return the keys of front matter and their lines in the note, from 1."""
    lines = enumerate(matter.split("\n"), 2)
    found = ((_KEY.match(line), number) for number, line in lines)
    return {match[2]: number for match, number in found if match and match[2]}


def _misspelt(keys: Mapping[str, int], file: str) -> Iterator[tuple[str, Problem]]:
    """Find keys that look like keys of flash, which other programs hardly have.

    Yields:
        The key that was probably meant, and the problem.
    """
    wanted = (_HEADER | {"flash"}) - keys.keys()
    for key, line in keys.items():
        alike = [one for one in sorted(wanted) if abs(len(one) - len(key)) < 2]
        near = get_close_matches(key, alike, 1, _LIKELY) if key not in _OWN else []
        if near:
            message = _("unknown key '{key}'").format(key=key)
            hint = _("did you mean '{near}'?").format(near=near[0])
            yield near[0], Problem(Place(file, line), message, hint)


def _nothing(_values: Any, _spots: Spots) -> None:
    """Take no streamed item: front matter has none."""


def _tags(given: Any) -> list[str]:
    """Return the tags of front matter: a list, or words with commas."""
    if isinstance(given, str):
        given = list(split_tags(COMMA.sub(" ", given)))
    tags = given if isinstance(given, list) else []
    return [tag.lstrip("#") for tag in tags if isinstance(tag, str) and tag.strip("#")]


def _deck_of_folder(path: Path) -> tuple[str, str]:
    """Name a deck after the folders from the root of the vault or repository.

    Returns:
        The deck, and the path of that root.
    """
    folder, vault = absolute(path).parent, vault_of(path)
    if vault is not None:
        inner = folder.relative_to(vault).parts
        return "::".join([vault.name, *inner]), str(vault)
    return folder.name or "notes", str(folder)
