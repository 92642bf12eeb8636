"""Apply a plan: write notes and cards in one transaction."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cards.identity.keys import guid_for
from cards.identity.matching import Action, ExistingNote, PlannedChange
from cards.identity.parts import followed_parts
from cards.note import Note
from cards.questions import parts_of, question_text
from srs.models.incoming import Progressed
from srs.store.change_capture import Snapshot, finish_capture, start_capture
from srs.store.connection import Store
from srs.store.decks import forget_empty, move_deck_settings
from srs.store.file_bases import bases_of_other_texts, update_bases_of_files
from srs.store.notes import (
    REMOVED_AT,
    deck_id,
    insert_cards,
    insert_notes,
    new_note,
    note_values,
    update_note,
)
from srs.store.operations import record_operation
from srs.store.replay import rebuild_card_states
from srs.store.rows import NOTE_COLUMNS, note_of
from srs.store.settings import Options

_KEPT = (Action.UNCHANGED, Action.NEWER)


class Applied(Struct, frozen=True):
    """The result of applying a plan."""

    cards: int
    """Cards of the notes in the plan, without retired ones."""
    new_cards: int
    renamed: tuple[tuple[str, str], ...] = ()
    """Renamed decks whose settings moved: old and new names."""


def apply_plan(
    store: Store,
    steps: Iterable[PlannedChange],
    now_ms: int,
    progressed: Progressed | None = None,
    *,
    name: str = "add",
    also: Mapping[str, Any] | None = None,
    from_files: bool = True,
) -> Applied:
    """Apply a plan in one transaction, as one operation that can be undone.

    Args:
        store: The store.
        steps: From `cards.identity.matching.make_plan`.
        now_ms: UTC milliseconds.
        progressed: Is told after every thousand notes.
        name: Of the step; `edit` where a text was changed on the way. Empty if it is
            none that the user could undo.
        also: What more the step has to keep, see `srs.store.undo`.
        from_files: The plan comes from deck files, not from a text changed elsewhere.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        start_capture(connection)
        writing = _Writing(connection, now_ms)
        for index, step in enumerate(steps):
            writing.take(step)
            if progressed and index % 1000 == 0:
                progressed(index)
        applied = writing.finish()
        renamed = move_deck_settings(connection, writing.travelled, writing.first_note)
        rebuild_moved_cards(connection, Options(store), writing.moved)
        bases = bases_of_other_texts(connection)
        if from_files:
            bases_now = writing.newer, writing.joined
            update_bases_of_files(connection, writing.files, *bases_now)
        before = writing.before(finish_capture(connection), bases) | dict(also or {})
        before["renamed"] = renamed
        forget_empty(connection, writing.left)
        # If only line numbers changed, there is nothing to undo.
        if name and before["counts"]:
            record_operation(connection, now_ms, name, before)
        return replace(applied, renamed=tuple(renamed))


def rebuild_moved_cards(
    connection: sqlite3.Connection,
    options: Options,
    moved: Mapping[tuple[str, str], Sequence[int]],
) -> None:
    """Rebuild the states of cards that moved to a deck with other parameters.

    Args:
        connection: In a transaction.
        options: The user's settings.
        moved: Cards by their decks before and after.
    """
    cards: list[int] = []
    for (before, after), some in moved.items():
        old, new = options.preset(before), options.preset(after)
        if (old.parameters, old.leech_threshold) != (
            new.parameters,
            new.leech_threshold,
        ):
            cards += some
    if cards:
        rebuild_card_states(connection, options, cards)


class _Writing:
    """Collects the rows of a plan and writes them together."""

    def __init__(self, connection: sqlite3.Connection, now_ms: int) -> None:
        self._connection = connection
        self._run = connection.execute
        self._many = connection.executemany
        self._now = now_ms
        self._decks = dict(self._run("select name, id from decks"))
        self._taken = {row[0] for row in self._run("select guid from notes")}
        self._note_id = self._first_id("select max(anki_id) from notes")
        self._card_id = self._first_id("select max(id) from cards")
        row = self._run("select coalesce(max(position), 0) from cards").fetchone()
        self._position = row[0]
        self._notes: list[tuple[Any, ...]] = []
        self._cards: list[tuple[int, str, int, str, int, int]] = []
        self._places: list[tuple[str, int, str]] = []
        self._first = self._note_id, self._card_id
        self._made: list[int] = []
        self._counts: Counter[Action] = Counter()
        self._files: set[str] = set()
        """Files with a change."""
        self._asked = ""
        """The question of a note that no file has."""
        self.files: set[str] = set()
        self.newer: list[str] = []
        """Notes that stay as another device wrote them."""
        self.joined: dict[str, str] = {}
        """Bases of notes that keep a part of that, by guid."""
        self.moved: dict[tuple[str, str], list[int]] = defaultdict(list)
        """Cards that moved, by old and new deck."""
        self.travelled: dict[tuple[str, str], list[str]] = defaultdict(list)
        """Their notes, by old and new deck."""
        self.first_note = self._note_id
        self._count = 0

    def _first_id(self, sql: str) -> int:
        largest = self._run(sql).fetchone()[0] or 0
        return max(self._now, largest + 1)

    def take(self, step: PlannedChange) -> None:
        """Apply one change."""
        self.files.add(step.note.file)
        if step.action not in _KEPT:
            self._counts[step.action] += 1
            if step.note.line:
                self._files.add(step.note.file)
            else:
                self._asked = question_text(step.note.content)
        if step.action is Action.RETIRED and step.known is not None:
            self._retire(step.known.guid)
        elif step.known is None:
            self._add(step)
        else:
            self._keep(step, step.known)

    @property
    def left(self) -> set[int]:
        """The decks that cards have left."""
        return {self._deck(before) for before, _after in self.moved}

    def _deck(self, name: str) -> int:
        if name not in self._decks:
            self._decks[name] = deck_id(self._connection, name)
            self._made.append(self._decks[name])
        return int(self._decks[name])

    def _add(self, step: PlannedChange) -> None:
        note = step.note
        guid = guid_for(note.id or step.text_key, self._taken)
        self._taken.add(guid)
        deck = self._deck(note.deck)
        now = self._now
        columns = (guid, self._note_id, now, now)
        self._notes.append(new_note(note, deck, step.text_key, *columns))
        self._note_id += 1
        # Ordinals of a basic note are fixed: front 0, back 1.
        for ordinal, part in enumerate(parts_of(note.content)):
            self._new_card(guid, ordinal, part, deck)

    def _new_card(self, guid: str, ordinal: int, part: str, deck: int) -> None:
        self._position += 1
        row = (self._card_id, guid, ordinal, part, deck, self._position)
        self._cards.append(row)
        self._card_id += 1
        self._count += 1

    def _retire(self, guid: str) -> None:
        values = {"guid": guid, "now": self._now}
        self._run(
            f"update notes set retired = 1, modified = {REMOVED_AT} where guid = :guid",
            values,
        )
        self._run(
            "update cards set retired = 1 where note = :guid and retired = 0", values
        )

    def _keep(self, step: PlannedChange, known: ExistingNote) -> None:
        note, old = step.note, known.note
        if step.base:
            self.joined[known.guid] = step.base
        if step.action is Action.NEWER:
            self.newer.append(known.guid)
            self._place(note, known)
            self._count += 0 if known.retired else len(parts_of(old.content))
            return
        if note.kind != old.kind and known.text_key and not step.ordinals:
            self._change_kind(step, known)
            return
        is_moved = step.action is Action.MOVED and note.deck == old.deck
        if step.action is Action.UNCHANGED or is_moved:
            # No change of the text: on other devices a later one counts.
            self._place(note, known)
            self._count += len(parts_of(note.content))
            return
        deck = self._deck(note.deck)
        values = note_values(note, deck, step.text_key)
        update_note(self._connection, known.guid, values, self._now)
        self._update_cards(step, known, deck)

    def _place(self, note: Note, known: ExistingNote) -> None:
        place, old = (note.file, note.line), (known.note.file, known.note.line)
        if place != old:
            self._places.append((*place, known.guid))

    def _change_kind(self, step: PlannedChange, known: ExistingNote) -> None:
        """Replace the note: the questions differ, and in Anki a note keeps its type."""
        self._retire(known.guid)
        earlier = self._earlier(step.note)
        if earlier is None:
            self._add(step)
        else:
            self._keep(step, earlier)

    def _earlier(self, note: Note) -> ExistingNote | None:
        """Find the retired note with this id and kind."""
        sql = f"""
            select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
             where n.id = :id and n.id <> '' and n.kind = :kind and n.retired = 1
             order by n.modified desc, n.anki_id desc
        """
        row = self._run(sql, {"id": note.id, "kind": note.kind}).fetchone()
        return None if row is None else ExistingNote(row[0], note_of(row), True, row[3])

    def _update_cards(
        self, step: PlannedChange, known: ExistingNote, deck: int
    ) -> None:
        """Keep the card of each question; restore, add and retire others."""
        note = step.note
        # Of several cards with one part, the one in use comes first.
        rows = self._run(
            """
            select part, id, ordinal, retired from cards where note = ?
             order by retired, last_ms desc, ordinal desc
            """,
            (known.guid,),
        ).fetchall()
        parts = parts_of(note.content)
        cards = _kept_cards(step, known, parts, rows)
        free = max((ordinal for _, _, ordinal, _ in rows), default=-1) + 1
        # A card from Anki may be in another deck than its note, and stays there.
        former = self._deck(known.note.deck)
        renamed: list[tuple[str, int, int, int]] = []
        for part in parts:
            if part in cards:
                renamed.append((part, former, deck, cards[part]))
                continue
            ordinal = 1 if part == "back" and note.kind == "basic" else free
            ordinal = step.ordinals.get(part, ordinal)
            free = max(free, ordinal + 1)
            self._new_card(known.guid, ordinal, part, deck)
        self._count += len(renamed)
        if note.deck != known.note.deck:
            self.moved[known.note.deck, note.deck] += cards.values()
            self.travelled[known.note.deck, note.deck].append(known.guid)
        kept = set(cards.values())
        gone = [(card,) for _, card, _, out in rows if card not in kept and not out]
        self._many("update cards set retired = 1 where id = ?", gone)
        self._many(
            """
            update cards set part = ?, deck = iif(deck = ?, ?, deck), retired = 0
             where id = ?
            """,
            renamed,
        )

    def finish(self) -> Applied:
        """Write the collected rows."""
        insert_notes(self._connection, self._notes)
        insert_cards(self._connection, self._cards)
        self._many("update notes set file = ?, line = ? where guid = ?", self._places)
        return Applied(self._count, len(self._cards))

    def before(self, was: str, bases: Iterable[tuple[int, str, str]]) -> dict[str, Any]:
        """Return what an undo needs.

        Args:
            was: The rows that it changed, from `srs.store.change_capture`.
            bases: From `srs.store.file_bases.bases_of_other_texts`.
        """
        (note, card), made = self._first, tuple(self._made)
        notes, cards = (note, self._note_id), (card, self._card_id)
        former = Snapshot(notes, cards, made, was, tuple(bases))
        counts = {action.value: count for action, count in self._counts.items()}
        return {
            "about": Path(min(self._files, default="")).name or self._asked,
            "files": len(self._files),
            "counts": counts,
            "former": former,
        }


def continued_parts(old: Note, new: Note) -> dict[str, str]:
    """Map each question that continues an old one to the old part."""
    translated = bool(new.language and old.language) and new.language != old.language
    return followed_parts(old.content, new.content, translated=translated)


def _kept_cards(
    step: PlannedChange, known: ExistingNote, parts: Sequence[str], rows: Sequence[Any]
) -> dict[str, int]:
    """Return the stored card of each question that keeps one."""
    if step.ordinals:
        by_ordinal = {row[2]: row[1] for row in rows}
        return {
            part: by_ordinal[ordinal]
            for part, ordinal in step.ordinals.items()
            if part in parts and ordinal in by_ordinal
        }
    # A placeholder for a lost text, without a key, says nothing about its questions.
    origins = continued_parts(known.note, step.note) if known.text_key else {}
    return _assigned(parts, origins, rows)


def _assigned(
    parts: Sequence[str], origins: dict[str, str], rows: Sequence[Any]
) -> dict[str, int]:
    """Assign each question the card it continues, or one that asked it before."""
    by_part: dict[str, list[int]] = {}
    for part, card, _, _ in rows:
        by_part.setdefault(part, []).append(card)
    found = {
        part: by_part[origins[part]].pop(0)
        for part in parts
        if by_part.get(origins.get(part, ""))
    }
    for part in parts:
        if part not in found and by_part.get(part):
            found[part] = by_part[part].pop(0)
    return found
