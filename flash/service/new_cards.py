"""Write new cards into a deck file, so that text stays their source, and add them.

Cards without a deck go to the inbox, a file that a setting names.  The file is
replaced first: after a crash the next review adds the cards.  If the store fails, the
old text returns.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.appending import append_cards, empty_deck
from cards.deckfile.discovery import YAML_ENDINGS, bundled_name, read_text
from cards.deckfile.reader import Deck, parse_deck, read_deck
from cards.deckfile.writer import card_yaml
from cards.errors import DeckError, FlashError, Place, Problem
from cards.identity.keys import duplicates
from cards.identity.matching import Action, PlannedChange
from cards.names import tidy_deck_name
from cards.note import Basic, Cloze, Note
from cards.text.cloze import CLOZE_MARK, MISTYPED_CLOZE, looks_like
from cards.translate import _
from export.deck_files import deck_file_stem
from export.files import make_folder
from flash.messages.adding import retirement_text
from flash.service.adding import AddPlan, apply_adding, plan_adding
from flash.service.context import AppContext, file_stats
from flash.service.deck_reading import ParsedFiles
from flash.service.exams import NoDomain, without_domain
from flash.service.file_patches import write_with_store
from flash.service.finding import find, find_deck
from srs.store.card_list import CardListRow, card_list
from srs.store.deck_files import files_of_decks
from srs.store.decks import deck_names_by_id

INBOX = "Inbox"
"""The deck of the inbox file until its header names another one."""


class NewCards(Struct, frozen=True):
    """Cards that were written to a deck file."""

    file: str
    """Absolute path."""
    line: int
    """Line of the first one."""
    deck: str
    plan: AddPlan
    cards: tuple[CardListRow, ...]
    """Empty after a dry run."""
    warnings: tuple[Problem, ...] = ()
    """Of these cards, not of others in the file."""
    no_domain: NoDomain | None = None

    @property
    def also_changed(self) -> list[PlannedChange]:
        """What else was changed in the file since it was last added."""
        return [
            step
            for step in self.plan.steps
            if step.action is not Action.UNCHANGED
            and not (step.action is Action.NEW and step.note.line >= self.line)
        ]


def deck_of_new_cards(app: AppContext, name: str) -> str:
    """Return the deck that a user names; for an empty name that of the inbox.

    Raises:
        DeckError: The inbox has mistakes.
        FlashError: The last parts of several decks are this name.
    """
    inbox = Path(app.options.inbox)
    if not name:
        return read_deck(inbox).name if inbox.exists() else INBOX
    return tidy_deck_name(find_deck(app, tidy_deck_name(name), may_be_new=True))


def new_content(
    question: str, answer: str, *, reverse: bool = False
) -> Basic | Cloze | None:
    """Return the content of a new card; None if it lacks an answer and a cloze.

    Raises:
        FlashError: It has both.
    """
    if answer and CLOZE_MARK.search(question):
        message = _("a cloze has its answer in the question")
        raise FlashError(message, _("leave the other answer out"))
    if answer:
        return Basic(question, answer, reverse)
    # What only looks like a cloze is refused by its name when it is parsed.
    is_cloze = "{{c" in question or looks_like(MISTYPED_CLOZE, question)
    return Cloze(question) if is_cloze and not reverse else None


def add_new_deck(app: AppContext, new: Deck, *, dry_run: bool = False) -> NewCards:
    """Append cards to the file of their deck and add them, or plan it.

    Args:
        app: The open store.
        new: The cards, the name of their deck, which may be new, and their language;
            empty for any.
        dry_run: Write nothing.

    Raises:
        DeckError: The file has mistakes.
        FlashError: A new card has a mistake, or its question exists already.
        StoreError: The store can't be written; nothing was.
        ExportError: The file can't be written.
    """
    # Two commands at once would write the same file.
    with app.store.transaction():
        path, before = _target(app, new.name, new.language)
        text = append_cards(before, map(card_yaml, new.notes))
        parsed = _parsed(text, path)
        notes = parsed.notes[-len(new.notes) :]
        plan = plan_adding(app.store, parsed)
        _check(plan, path, {note.line for note in notes})
        if not dry_run:
            make_folder(path.parent, is_private=False)
            write_with_store(app.store, path, text)
            stats = tuple(file_stats([str(path)]))
            apply_adding(app, replace(plan, parsed=replace(parsed, stats=stats)))
    rows = () if dry_run else tuple(_rows(app, str(path), notes))
    line = notes[0].line
    warnings = tuple(one for one in parsed.warnings if one.place.line >= line)
    no_domain = without_domain(app, plan.steps)
    return NewCards(str(path), line, new.name, plan, rows, warnings, no_domain)


def check_new_note(note: Note, file: Path) -> None:
    """Check that a note can be written to a deck file.

    Raises:
        FlashError: It has a mistake.
    """
    _parsed(append_cards(empty_deck(note.deck), [card_yaml(note)]), file)


def _rows(app: AppContext, file: str, notes: Sequence[Note]) -> Iterator[CardListRow]:
    lines = {note.line for note in notes}
    cards = find(app, (), deck=notes[0].deck).cards
    for row in card_list(app.store, app.options.calendar, cards, today=app.today()):
        if row.file == file and row.line in lines:
            yield row


def _target(app: AppContext, deck: str, language: str) -> tuple[Path, str]:
    """Choose the file of a deck; return its path and its text."""
    inbox, text = Path(app.options.inbox), empty_deck(deck, language)
    if deck == INBOX and not inbox.exists():
        return inbox, text
    names = deck_names_by_id(app.store)
    ids = [one for one, name in names.items() if tidy_deck_name(name) == deck]
    for path in (inbox, *map(Path, files_of_decks(app.store, ids))):
        is_yaml = path.is_file() and path.suffix.lower() in YAML_ENDINGS
        if not is_yaml or bundled_name(str(path)):
            continue
        found = read_deck(path)
        if deck == found.name and language in ("", found.language):
            return path, read_text(path)
    return _free_path(inbox.parent, deck, language), text


def _free_path(folder: Path, deck: str, language: str) -> Path:
    """Name the new file of a deck."""
    stem = deck_file_stem(deck, language)
    names = (f"{stem}-{number}.yaml" for number in count(2))
    paths = (folder / name for name in chain([f"{stem}.yaml"], names))
    return next(path for path in paths if not path.exists())


def _parsed(text: str, path: Path) -> ParsedFiles:
    """Parse the file as it will be; a mistake in it is one of the new cards.

    Raises:
        FlashError: A new card has a mistake.
    """
    files = {str(path): str(path)}
    try:
        deck = parse_deck(text, path)
        problems = duplicates(deck.notes, files)
    except DeckError as error:
        problems = error.problems
    if problems:
        raise FlashError(problems[0].message, problems[0].hint)
    return ParsedFiles(deck.notes, files, (), (), deck.warnings)


def _check(plan: AddPlan, path: Path, lines: set[int]) -> None:
    """Check that new cards are new, and that the file lost no other cards.

    Raises:
        FlashError: They are not, or it did.
    """
    for step in plan.steps:
        known = step.known
        if known is None or known.retired or step.note.line not in lines:
            continue
        file = known.note.file
        if file != str(path) and (not file or Path(file).exists()):
            place = Place(file, known.note.line) if file else known.note.deck
            message = _("this question is already in {place}").format(place=place)
            raise FlashError(message, _("change it there"))
    for loss in plan.losses:
        text = retirement_text(loss, with_names=True)
        message = _("'{file}' no longer has {loss}").format(file=path, loss=text)
        raise FlashError(message, _("run flash add on it first"))
