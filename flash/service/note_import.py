"""Import notes of Obsidian with the schedules that its plugin wrote into them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import (
    decks_in,
    find_decks,
    is_markdown,
    read_text,
    unread_in,
)
from cards.errors import DeckError, FlashError, Place, Problem
from cards.files import absolute
from cards.markdown_notes.card_tags import has_cards
from cards.markdown_notes.inline_cards import InlineCard
from cards.markdown_notes.note_deck import inline_cards
from cards.markdown_notes.plugin_settings import plugin_settings
from cards.note import Note
from cards.questions import anki_ordinals
from cards.text.verbatim import verbatim_spans
from cards.translate import _
from export.programs.obsidian import CardSchedules, schedules
from export.programs.schedule import CardSchedule, MovedNote
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.history_import import (
    HistoryImport,
    HistoryKey,
    add_with_history,
)
from srs.scheduler.study_day import Calendar

_SCHEDULE = "<!--SR:"


class NoteImport(Struct, frozen=True):
    """The result of adding notes with their schedules."""

    history: HistoryImport
    lost: tuple[Problem, ...]
    """Schedules that belong to no card, and notes passed over that have cards."""


def import_notes(app: AppContext, path: Path, *, dry_run: bool = False) -> NoteImport:
    """Add the cards of notes; new ones keep the due day that the note has.

    Args:
        app: The open store.
        path: A note, or a folder of notes.
        dry_run: Change nothing.

    Raises:
        DeckError: A note or a schedule can't be read; nothing was written.
        FlashError: There are no notes, or the user would have to agree, as with
            `flash add`; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    inside = decks_in(path) if path.is_dir() else find_decks([path])
    files = list(filter(is_markdown, inside.files))
    passed_over = list(_passed_over(inside.other_notes, is_warning=bool(files)))
    passed_over += unread_in(inside.other_notes, is_warning=bool(files))
    if not files:
        if passed_over:
            raise DeckError(passed_over)
        hint = _("add deck files with flash add")
        if not inside.files:
            hint = _(
                "hashcards has 'hashcards.db' there, org-fc its .org files; a note of"
                " your own has 'flash: true' at its top"
            )
        raise FlashError(_("no notes with cards in this folder"), hint, path)
    parsed = read_files(files)
    found, lost = _schedules(files)
    lost += passed_over
    moved = (_moved(note, found, app.options.calendar) for note in parsed.notes)
    history: dict[HistoryKey, MovedNote] = {
        (one.note.file, one.note.line): one for one in moved
    }
    done = add_with_history(app, parsed, history, name="add", dry_run=dry_run)
    return NoteImport(done, tuple(lost))


def _schedules(
    files: Sequence[Path],
) -> tuple[dict[tuple[str, int], CardSchedules], list[Problem]]:
    """Read the schedules behind cards, by absolute path and line; and name others."""
    found: dict[tuple[str, int], CardSchedules] = {}
    problems: list[Problem] = []
    lost: list[Problem] = []
    for path in files:
        text = read_text(path).replace("\r\n", "\n")
        cards = inline_cards(text, path)
        lost += _lost(text, cards, path)
        for card in cards:
            if not card.schedule:
                continue
            try:
                found[str(absolute(path)), card.line] = tuple(schedules(card.schedule))
            except (ValueError, IndexError, OverflowError):
                place = Place(str(path), card.last)
                message = _("not a schedule: '{schedule}'").format(
                    schedule=card.schedule[:40]
                )
                problems.append(Problem(place, message, _("correct or remove it")))
    if problems:
        raise DeckError(problems)
    return found, lost


def _lost(text: str, cards: Sequence[InlineCard], path: Path) -> Iterator[Problem]:
    """Name the schedules that no card has; a card has one of those in its lines."""
    read = Counter({card.schedule_line: 1 for card in cards})
    unread = Counter(_lines_of_schedules(text)) - read
    message = _("this schedule belongs to no card")
    hint = _("move it right below its card, without a blank line, or remove it")
    for number in unread.elements():
        yield Problem(Place(str(path), number), message, hint, is_warning=True)


def _passed_over(notes: Sequence[Path], *, is_warning: bool) -> Iterator[Problem]:
    """Name the notes with schedules in which flash finds no cards."""
    for path in notes:
        text = path.read_bytes().decode("utf-8", errors="replace")
        message = _("skipped: the note has schedules, but no tag that marks cards")
        hint = _(
            "write '#flashcards' at its top, or name its tag in the plugin's settings"
        )
        if has_cards(text, plugin_settings(path).tags):
            message = _("skipped: the note has schedules, but no readable cards")
            hint = _("write its cards with '::', '?' or ==words==, outside of headings")
        if line := next(_lines_of_schedules(text), 0):
            yield Problem(Place(str(path), line), message, hint, is_warning=is_warning)


def _lines_of_schedules(text: str) -> Iterator[int]:
    """Yield the lines, from 1, on which a schedule begins."""
    line, at = 1, 0
    for span in verbatim_spans(text) if _SCHEDULE in text else ():
        line += text.count("\n", at, span.start)
        at = span.start
        if text.startswith(_SCHEDULE, at):
            yield line


def _moved(
    note: Note, found: Mapping[tuple[str, int], CardSchedules], calendar: Calendar
) -> MovedNote:
    """Combine a note with the schedules that stand behind it."""
    ordinals = sorted(anki_ordinals(note.content))
    plan = found.get((note.file, note.line), ())
    return MovedNote(note, dict(_by_ordinal(ordinals, plan, calendar)))


def _by_ordinal(
    ordinals: Sequence[int], plan: CardSchedules, calendar: Calendar
) -> Iterator[tuple[int, CardSchedule]]:
    for ordinal, one in zip(ordinals, plan, strict=False):
        if one is not None:
            day = one.due_day if one.due_ms is None else calendar.day(one.due_ms)
            yield ordinal, replace(one, due_day=day, due_ms=None)
