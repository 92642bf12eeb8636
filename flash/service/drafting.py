"""Draft cards from notes: propose, leave out what is asked, write YAML."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import filterfalse
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.appending import append_cards, empty_deck
from cards.deckfile.discovery import read_text
from cards.deckfile.reader import parse_deck, read_deck
from cards.deckfile.writer import source_yaml
from cards.errors import DeckError, FlashError, Place
from cards.files import absolute
from cards.identity.keys import normalized
from cards.markdown_notes.blocks import BlockKind, NoteBlocks
from cards.markdown_notes.coverage import CardIndex, coverage_of
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.provenance import BlockFinder
from cards.markdown_notes.rules import in_markdown, propose
from cards.markdown_notes.wiki import shown_links, shown_marks
from cards.markdown_notes.wording import about, is_name, list_topic, unnumbered
from cards.media_places import path_from_note
from cards.note import Basic, Content, ListNote, Note, Source, with_texts
from cards.questions import place_of, question_text
from cards.text.markdown import plain_as_markdown
from cards.text.media import media_paths, with_media_paths
from cards.translate import _
from flash.service.drafted_card import (
    Decisions,
    DraftedCard,
    holds_only_drops,
    source_at,
)
from flash.service.file_patches import shown_path, write_deck_text


class Draft(Struct, frozen=True):
    """Cards proposed for some notes."""

    cards: tuple[DraftedCard, ...]
    deck: str
    language: str
    asked: int = 0
    """Proposals that were left out because cards ask their blocks already."""
    repeated: tuple[str, ...] = ()
    """Places of cards that ask the same as proposals, and the sources of those."""
    dropped: tuple[str, ...] = ()
    """Places and mistakes of proposals that `flash check` would refuse."""


Proposer = Callable[[NoteBlocks, set[int]], list[Proposal]]
"""Proposes cards for a note, of which no card asks some blocks."""


def _every_rule(note: NoteBlocks, _uncovered: set[int]) -> list[Proposal]:
    return propose(note)


def rules_without(names: frozenset[str]) -> Proposer:
    """Return the rules, some of them switched off."""
    return lambda note, _uncovered: propose(note, without=names)


def draft_cards(
    notes: Sequence[NoteBlocks],
    cards: Iterable[Note],
    *,
    target: Path,
    deck: str = "",
    proposer: Proposer = _every_rule,
) -> Draft:
    """Propose cards for the blocks that no card asks.

    Args:
        notes: The notes.
        cards: The cards that exist.
        target: The deck file to be written; sources are relative to its folder.
        deck: Name of the deck; by default the title of the first note.
        proposer: Proposes cards for the blocks (by index) of a note that no card asks.
    """
    known = list(cards)
    drafting = _Drafting(target, known, _language(notes))
    index = CardIndex(known, notes)
    for note in notes:
        uncovered = {one.index for one in coverage_of(note, index).uncovered}
        drafting.take(note, proposer(note, uncovered), uncovered, index)
    return drafting.draft(deck or _title(notes))


def _language(notes: Sequence[NoteBlocks]) -> str:
    japanese = bool(notes) and all(Outline(note).japanese for note in notes)
    return "ja" if japanese else ""


class _Drafting:
    """Collects the proposals that become cards, and why others do not."""

    def __init__(self, target: Path, known: Iterable[Note], language: str) -> None:
        self._target, self._language = target, language
        self._decisions = Decisions(target)
        self._questions = _Questions(known)
        self._cards: list[DraftedCard] = []
        self._dropped: list[str] = []
        self._repeated: list[str] = []
        self._asked = 0

    def draft(self, deck: str) -> Draft:
        """Return what was collected, for a deck with this name."""
        repeated, dropped = tuple(self._repeated), tuple(self._dropped)
        cards, language = tuple(self._cards), self._language
        return Draft(cards, deck, language, self._asked, repeated, dropped)

    def take(
        self,
        note: NoteBlocks,
        proposals: Iterable[Proposal],
        uncovered: set[int],
        index: CardIndex,
    ) -> None:
        """Take the proposals for one note, of which no card asks some blocks."""
        finder = BlockFinder(note, index.sources)
        keys: Counter[str] = Counter()
        for proposal in proposals:
            drafted = _drafted(note, proposal, self._target)
            keys[drafted.key] += 1
            if keys[drafted.key] > 1:
                drafted = replace(drafted, key=f"{drafted.key} {keys[drafted.key]}")
            parts = list(self._decisions.undecided(drafted, self._language))
            if parts != [drafted]:
                new = filterfalse(self._questions.asking, parts)
                self._cards += (one for one in new if not _mistake(one, self._target))
            elif not _is_wanted(note, proposal, uncovered):
                self._asked += 1
            elif mistake := _mistake(drafted, self._target):
                self._dropped.append(f"{drafted.passage}: {mistake}")
            else:
                self._take_whole(drafted, proposal, note, finder)

    def _take_whole(
        self,
        drafted: DraftedCard,
        proposal: Proposal,
        note: NoteBlocks,
        finder: BlockFinder,
    ) -> None:
        """Take a proposal of which no part was decided, unless a card asks the same."""
        questions = self._questions
        other = questions.asking(drafted)
        if other and other.sources == drafted.card.sources:
            self._asked += 1
            return
        blocks = set(proposal.blocks)
        if other and questions.is_about_other_text(other, note, finder, blocks):
            shared = questions.headings(drafted, note, finder)
            longer = _named(note, proposal, shared)
            named = (_drafted(note, one, self._target) for one in longer)
            other_name = next(filterfalse(questions.asking, named), drafted)
            drafted = replace(other_name, key=drafted.key)
        if other := questions.asking(drafted):
            source = source_yaml(drafted.card.sources[0])
            self._repeated.append(f"{_place(other)} · {source}")
            return
        questions.propose(drafted, note, proposal.blocks[0])
        self._cards.append(drafted)


class _Questions:
    """The questions of cards, of which a deck should have each one once."""

    def __init__(self, cards: Iterable[Note]) -> None:
        self._cards: dict[tuple[type, str], Note] = {}
        self._proposed: dict[tuple[type, str], tuple[str, tuple[str, ...]]] = {}
        """The note of a question that is proposed now, and the headings above it."""
        for card in cards:
            self.add(card)

    def add(self, card: Note) -> None:
        self._cards.setdefault(_question(card.content), card)

    def propose(self, drafted: DraftedCard, note: NoteBlocks, block: int) -> None:
        """Add a card that is proposed for a block of a note."""
        key = _question(drafted.card.content)
        self._proposed[key] = note.file, tuple(note.blocks[block].headings)
        self.add(drafted.card)

    def asking(self, drafted: DraftedCard) -> Note | None:
        """Return the card that asks the same question."""
        return self._cards.get(_question(drafted.card.content))

    def is_about_other_text(
        self, card: Note, note: NoteBlocks, finder: BlockFinder, blocks: set[int]
    ) -> bool:
        """Return True if a card is about another note, or other blocks than some.

        If one of its blocks has changed, it may be about the new text.
        """
        if not card.file:
            return True  # it is proposed now
        source = _source_of(card)
        if source is None:
            return False
        return not _is_in(note, source, card) or (
            finder.is_whole(card, source)
            and blocks.isdisjoint(finder.found(card, source))
        )

    def headings(
        self, drafted: DraftedCard, note: NoteBlocks, finder: BlockFinder
    ) -> frozenset[str] | None:
        """Return the headings above the text of the card that asks the same question.

        Returns:
            None if its text is in another note.
        """
        key = _question(drafted.card.content)
        if key in self._proposed:
            file, headings = self._proposed[key]
            return frozenset(headings) if file == note.file else None
        card = self._cards[key]
        source = _source_of(card)
        if source is None or not _is_in(note, source, card):
            return None
        found = finder.found(card, source)
        return frozenset(note.blocks[found[0]].headings if found else ())


def _source_of(card: Note) -> Source | None:
    """Return the first source of a card whose note exists."""
    named = (one for one in card.sources if one.note)
    return next((one for one in named if _path_of(one, card).exists()), None)


def _is_in(note: NoteBlocks, source: Source, card: Note) -> bool:
    return _path_of(source, card).resolve() == Path(note.file).resolve()


def _path_of(source: Source, card: Note) -> Path:
    return Path(card.file).parent / (source.note or "")


def _question(content: Content) -> tuple[type, str]:
    text = question_text(content)
    if isinstance(content, ListNote):
        text = list_topic(text)
    return type(content), normalized(text)


def _named(
    note: NoteBlocks, proposal: Proposal, shared: frozenset[str] | None
) -> Iterator[Proposal]:
    """Add to a question what it is about: a heading above it, or the note.

    Args:
        note: The note.
        proposal: The question.
        shared: Headings above the text that has the same question, which tell nothing
            apart; None if it is in another note.
    """
    index = proposal.blocks[0]
    headings = zip(
        note.blocks[index].headings,
        in_markdown(note).blocks[index].headings,
        strict=True,
    )
    own = [shown for typed, shown in headings if typed not in (shared or ())]
    names = list(filter(is_name, map(unnumbered, reversed(own))))
    if shared is None:
        names.append(plain_as_markdown(Path(note.file).stem))
    for name in names:
        match proposal.content:
            case Basic() as basic:
                named = replace(basic, front=about(basic.front, name))
                yield replace(proposal, content=named)
            case ListNote() as listed:
                longer = replace(listed, list=about(listed.list, name))
                yield replace(proposal, content=longer)


def _place(card: Note) -> str:
    if card.line:
        return f"{shown_path(Path(card.file))}:{card.line}"
    return card.sources[0].passage if card.sources else place_of(card)


def _is_wanted(note: NoteBlocks, proposal: Proposal, uncovered: set[int]) -> bool:
    """Return True if no card asks a block of a proposal, other than its topic."""
    topics = {parent for i in proposal.blocks for parent in note.blocks[i].parents}
    topics |= {proposal.topic} if proposal.topic is not None else set()
    own = [i for i in proposal.blocks if i not in topics] or list(proposal.blocks)
    return any(index in uncovered for index in own)


def _drafted(note: NoteBlocks, proposal: Proposal, target: Path) -> DraftedCard:
    blocks = tuple(note.blocks[index] for index in proposal.blocks)
    place = Path(os.path.relpath(note.file, absolute(target).parent)).as_posix()
    source = source_at(place, blocks)
    content = _in_a_deck(proposal.content, Path(note.file), target)
    card = Note(content, "draft", sources=(source,))
    return DraftedCard(proposal.rule, card, blocks, f"{proposal.rule} {source.hash}")


def _in_a_deck(content: Content, note: Path, target: Path) -> Content:
    """Return a content as a deck file has it: in Markdown, with paths from there."""
    here, there = absolute(note).parent, absolute(target).parent

    def moved(path: str) -> str:
        found = here / path_from_note(note, path)
        return Path(os.path.relpath(found, there)).as_posix()

    def changed(text: str) -> str:
        text = shown_marks(shown_links(text))
        paths = {path: moved(path) for path, _place in media_paths(text)}
        renamed = {path: place for path, place in paths.items() if place != path}
        return with_media_paths(text, renamed) if renamed else text

    return with_texts(content, changed)


def _mistake(drafted: DraftedCard, target: Path) -> str:
    """Return why `flash check` would refuse a card; empty if it would not."""
    try:
        parse_deck(deck_text("draft", "", [drafted]), target)
    except DeckError as error:
        return error.problems[0].message
    return ""


def _title(notes: Sequence[NoteBlocks]) -> str:
    for note in notes[:1]:
        headings = (b for b in note.blocks if b.kind is BlockKind.HEADING)
        first = next(headings, None)
        title = " ".join(first.text.split()) if first else Path(note.file).stem
        return title.replace("::", ":").strip(":") or "notes"
    return "notes"


def deck_text(deck: str, language: str, cards: Iterable[DraftedCard]) -> str:
    """Render a deck file with drafted cards."""
    return empty_deck(deck, language) + "\n".join(one.yaml for one in cards)


def write_draft(made: Draft, target: Path, *, append: bool) -> None:
    """Write the drafted cards to a new deck file, or append them to one.

    Raises:
        ExportError: The file can't be written.
        DeckError: The file to append to has mistakes.
        FlashError: The cards can't be appended to it.
    """
    if not append:
        text = deck_text(made.deck, made.language, made.cards)
        drops = read_text(target) if holds_only_drops(target) else ""
        write_deck_text(target, text + (f"\n{drops}" if drops else ""))
        return
    read_deck(target)
    text = read_text(target)
    try:
        whole = append_cards(text, (one.yaml for one in made.cards))
        parse_deck(whole, target)
    except DeckError:
        message = _("cards can't be appended to this file")
        raise FlashError(message, place=Place(str(target))) from None
    except FlashError as error:
        raise FlashError(error.message, error.hint, Place(str(target))) from None
    write_deck_text(target, whole)
