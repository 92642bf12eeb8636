"""Import notes of Obsidian with the schedules that its plugin wrote into them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import find_decks, is_markdown, read_text
from cards.errors import DeckError, Place, Problem
from cards.identity.keys import guid_for, text_key
from cards.markdown_notes.note_deck import inline_cards, parse_note_deck
from cards.note import Note
from cards.questions import anki_ordinals
from cards.translate import _
from export.programs.obsidian import CardSchedules, schedules
from flash.service.adding import apply_adding, plan_adding, refuse_loss
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.moving_in import incoming_card
from srs.merging.merge import MergeResult, merge
from srs.models.incoming import Incoming, IncomingCard, IncomingNote
from srs.store.backups import back_up
from srs.store.notes import known_notes


class NotesImport(Struct, frozen=True):
    """The result of importing notes."""

    merged: MergeResult
    scheduled: int
    """New cards that keep their due day."""
    kept: int
    """Cards that flash has already, which keep the schedule of flash."""
    backup: Path | None


def import_notes(
    app: AppContext, paths: Sequence[Path], *, dry_run: bool = False
) -> NotesImport:
    """Add the cards of notes; new ones keep the due day that the note has.

    Args:
        app: The open store.
        paths: Notes, or folders of notes.
        dry_run: Change nothing.

    Raises:
        DeckError: A note or a schedule can't be read; nothing was written.
        FlashError: Adding the notes would retire other cards.
        StoreError: The store can't be written.
    """
    files = [path for path in find_decks(list(paths)).files if is_markdown(path)]
    parsed = read_files(files)
    found = _schedules(files)
    known = {one.text_key for one in known_notes(app.store)}
    notes: list[IncomingNote] = []
    kept = 0
    for note in parsed.notes:
        if text_key(note) in known:
            kept += len(anki_ordinals(note.content))
            continue
        # Any free number will do; the cards of one import need distinct ones.
        start = app.now() + 1000 * len(notes)
        plan = found.get((note.file, note.line), ())
        cards = tuple(_cards(app, note, plan, start))
        notes.append(
            IncomingNote(
                guid_for(note.id or text_key(note)),
                start,
                note,
                anki_ordinals(note.content),
                app.now(),
                cards,
            )
        )
    scheduled = sum(len(note.cards) for note in notes)
    backup = None if dry_run else back_up(app.store, app.now())
    incoming = Incoming(tuple(notes))
    merged = merge(app.store, app.options, incoming, app.now(), dry_run=dry_run)
    if not dry_run:
        adding = plan_adding(app.store, parsed)
        if adding.loss:
            raise refuse_loss(adding.loss)
        apply_adding(app, adding)
    return NotesImport(merged, scheduled, kept, backup)


def _schedules(
    files: Sequence[Path],
) -> dict[tuple[str, int], CardSchedules]:
    """Read the schedules behind cards, by absolute path and line."""
    found: dict[tuple[str, int], CardSchedules] = {}
    problems: list[Problem] = []
    for path in files:
        text = read_text(path).replace("\r\n", "\n")
        parse_note_deck(text, path)
        for card in inline_cards(text, path):
            if not card.schedule:
                continue
            try:
                found[str(path.absolute()), card.line] = tuple(schedules(card.schedule))
            except (ValueError, IndexError, OverflowError):
                place = Place(str(path), card.last)
                message = _("not a schedule: '{schedule}'").format(
                    schedule=card.schedule[:40]
                )
                problems.append(Problem(place, message, _("correct or remove it")))
    if problems:
        raise DeckError(problems)
    return found


def _cards(
    app: AppContext, note: Note, plan: CardSchedules, start: int
) -> Iterator[IncomingCard]:
    """Yield the cards of a note that have a schedule."""
    ordinals = sorted(anki_ordinals(note.content))
    for number, (ordinal, one) in enumerate(zip(ordinals, plan, strict=False)):
        if one is not None:
            day = one.due_day
            if one.due_ms is not None:
                day = app.options.calendar.day(one.due_ms)
            due = replace(one, due_day=day, due_ms=None)
            yield incoming_card(start + number, ordinal, due)
