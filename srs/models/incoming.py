"""Values that come from another program: notes, cards, reviews, options.

Readers of foreign files create them; `srs.merging.merge` merges them.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from cards.note import Note

Progressed = Callable[[int], None]
"""Called with the number of notes that are done."""


class IncomingCard(Struct, frozen=True):
    """A card in its last state in the other program."""

    id: int
    """The other program's; kept if it is free."""
    ordinal: int
    state: int
    """A State."""
    due_day: int | None
    """Due study day of a review card."""
    due_ms: int | None
    """Due time of a learning card."""
    position: int
    """Position among the new cards."""
    interval: int
    """Days."""
    ease: int
    """Per mille, from SM-2."""
    steps_left: int
    suspended: bool
    buried: bool
    flag: int
    changed_ms: int
    """Time of the last change to the card."""
    deck: str = ""
    """Its deck if it is another than that of the note."""
    is_incomplete: bool = False
    """It has no question or no answer: it is kept, suspended."""
    reps: int = 0
    lapses: int = 0
    difficulty: float = 0.0
    """FSRS, 1 to 10, of a card without log; its interval is then the stability."""


class AnkiFields(Struct, frozen=True):
    """The fields of a note in Anki, to export them unchanged."""

    notetype: int
    fields: tuple[str, ...]
    shown: dict[str, int]
    """Index of the field for each text: front, back, cloze, extra (of a cloze)."""


class OriginalFields(Struct, frozen=True):
    """The stored note type and fields of a note from Anki."""

    raw: AnkiFields
    content: str
    """JSON of the content that the fields were converted to."""
    extra: str | None = None
    """The extra that they were converted to; None if an earlier version stored it."""
    tags: tuple[str, ...] | None = None
    """The tags that both sides had; None if an earlier version stored the note."""
    is_pending: bool = False
    """Anki has an edit that flash has shown and not taken: the fields have it, the
    content has not."""


class IncomingNote(Struct, frozen=True):
    """A note with its cards."""

    guid: str
    id: int
    """The other program's; kept if it is free."""
    note: Note
    parts: dict[int, str]
    """Question of each ordinal, as named by `cards.questions`."""
    changed_ms: int
    cards: tuple[IncomingCard, ...]
    raw: AnkiFields | None = None
    """None if the note type is our own."""
    text_key: str = ""
    """That of the note in its deck file; empty if it is the one of `note`."""


class Incoming(Struct, frozen=True):
    """The content of an imported file."""

    notes: tuple[IncomingNote, ...]
    options: dict[str, dict[str, Any]] = {}
    """Options by deck, as for `srs.store.settings.save_options`."""
    notetypes: dict[int, str] = {}
    """Note types of the notes, but flash's own: JSON by id."""
    log: Path | None = None
    """The review log, see `export.anki.revlog_copy`."""
    collection: str = ""
    """The Anki collection that the cards come from; empty if unknown."""
    fresh: frozenset[int] = frozenset()
    """Cards of the store (ids) that were just added, and get their first schedule."""
    has_marks: bool = True
    """False if the file was made without schedule: all cards are new and unmarked."""


class LossReason(StrEnum):
    """Why an import or export leaves something out."""

    NOTE_GUID = "note_guid"
    """The guid was missing or occurred twice; the note got a new one."""
    NOTE_ID = "note_id"
    """The note came without its id: another note has it."""
    NOTE_INCOMPLETE = "note_incomplete"
    """Cards of a note that is kept without question or answer, suspended and tagged."""
    NOTE_TYPE = "note_type"
    NOTE_CARDS = "note_cards"
    """The note has no cards."""
    NOTE_QUESTIONS = "note_questions"
    """All cards of the note are empty."""
    NOTE_SIDES = "note_sides"
    """No question or no answer."""
    NOTE_DELETED = "note_deleted"
    """The note was deleted in Anki and is still here."""
    CLOZE_FIELD = "cloze_field"
    CLOZE = "cloze"
    TEMPLATE = "template"
    """The template of the card can't be rendered."""
    NOTE_TEMPLATE = "note_template"
    """The templates of all cards of the note can't be rendered."""
    OCCLUSION = "occlusion"
    CARD = "card"
    """The question of the card is empty."""
    CARD_UNKNOWN = "card_unknown"
    """The note has no such question in flash."""
    CARD_GONE = "card_gone"
    """The note type or the text in Anki has no such card any more."""
    FIELDS = "fields"
    """The note has more fields than its note type."""
    EDIT = "edit"
    """The note type in Anki can't hold the edit."""
    MEDIA = "media"
    """A file that a note from Anki refers to is missing."""
    REVIEW = "review"
    """The card of the review is left out."""
    REVIEW_CARD = "review_card"
    """The card of the review was deleted in Anki."""
    PHONE_DELETED = "phone_deleted"
    """The note was deleted on a phone, and is in flash."""
    PHONE_MOVED = "phone_moved"
    """The note was moved to another deck on a phone."""
    PARAMETERS = "parameters"
    """FSRS parameters of an unknown version: kept and not used."""
    OPTIONS = "options"
    """A deck has other options here."""
    DECK_CARDS = "deck_cards"
    """The deck has no cards."""
    DECK_FILTERED = "deck_filtered"
    DECK_TEXT = "deck_text"
    """The deck had a description."""
    ROLLOVER = "rollover"
    """The days begin at another hour here."""
    ROW = "row"
    ROW_NOTE = "row_note"
    """A row of a table for a note that was read already."""
    ROW_QUESTION = "row_question"
    """A row of a table with a question that was read already."""
    ROW_ID = "row_id"
    """A row of a table with an id that was read already."""
    ROW_KIND = "row_kind"
    """A row for a card of a kind that a row can't hold."""
    ROW_SETTING = "row_setting"
    """A `#` line with a name that flash doesn't know."""
    ROW_COMMENT = "row_comment"
    CARD_TYPE = "card_type"
    """The other program has a type of cards that flash lacks."""
    CARD_INVALID = "card_invalid"
    """A deck file can't hold the card."""
    CARD_TEXT = "card_text"
    """The other program has a schedule for it and no text."""
    LOG_PART = "log_part"
    """The log of the other program begins after the first answer."""
    NO_LOG = "no_log"
    """The file with the answers is missing."""
    MACROS = "macros"
    """Macros of TeX are not expanded."""


class LostEdit(Struct, frozen=True):
    """An edit of a note that lost against a later one of another device."""

    question: str
    """What the note asks, as Markdown."""
    device: str
    """Where it was made."""
    texts: tuple[str, ...]
    """Texts, tags and the deck of the edit that the note doesn't have now."""
    removed: tuple[str, ...] = ()
    """Texts and tags that the edit had removed, and that the note has."""
    was_removed: bool = False
    """The whole note was removed there, and is here."""


class EditOutcome(StrEnum):
    """What became of a text that was edited in flash and in Anki."""

    KEPT = "kept"
    """The edit of flash is the later one."""
    TAKEN = "taken"
    """The edit of Anki is the later one, and the store has it now."""
    OFFERED = "offered"
    """The edit of Anki is the later one, and the user may take it."""


class EditConflict(Struct, frozen=True):
    """A text that was edited in flash and in Anki."""

    question: str
    """What the note asks, as Markdown."""
    ours: str
    theirs: str
    outcome: EditOutcome


class Loss(Struct, frozen=True):
    """Something that an import leaves out or changes."""

    reason: LossReason
    count: int = 1
    detail: str = ""
    """Parser message."""
    line: int = 0
    """Line in a table; 0 for packages."""
    deck: str = ""
    first_field: str = ""
    """The first field of the note with a text, or its media, shortened; may be empty.

    A note in a text file has its file and line before it.
    """


class MergeResult(Struct):
    """Counts of what a merge did."""

    new_notes: int = 0
    new_cards: int = 0
    known_notes: int = 0
    removed: int = 0
    """Notes that were removed here, and stay so."""
    reviews: int = 0
    """New answers."""
    known_reviews: int = 0
    shifted: int = 0
    """New reviews whose millisecond was taken by another card."""
    invalid_reviews: int = 0
    """Reviews with an impossible rating, kind or moment."""
    moved: int = 0
    """Notes that were moved to another deck."""
    marked: int = 0
    """Cards that were suspended, unsuspended or flagged."""
    rescheduled: int = 0
    """Cards that were reset or got another due date outside the log."""
    unmatched_cards: int = 0
    """Cards of known notes with no matching question in our note."""
    left_out: int = 0
    """Notes that are not in the store, with `reviews_only`."""
    without_id: tuple[str, ...] = ()
    """Guids of new notes whose id another note has."""
