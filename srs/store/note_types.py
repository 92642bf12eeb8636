"""Note types of Anki, as the notes that came from there have them."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from srs.models.cards import StoredNote
from srs.models.incoming import OriginalFields


def newer_model(ours: str, theirs: str) -> str:
    """Return the later of two states of a note type; of equal ones the greater text.

    Args:
        ours: JSON as in Anki's schema 11.
        theirs: The same note type.
    """
    return max((ours, theirs), key=lambda model: (_changed_s(model), model))


def _changed_s(model: str) -> int:
    changed = _read(model).get("mod")
    return changed if isinstance(changed, int) else 0


def take_notetypes(
    connection: sqlite3.Connection, models: Mapping[int, str], used: Collection[int]
) -> set[int]:
    """Store note types; a later state replaces the stored one, and its notes follow.

    Args:
        connection: In a transaction.
        models: JSON by id.
        used: Those that are stored even if no note here has them yet.

    Returns:
        The cards that have another ordinal, and with it another seed of the fuzz.
    """
    renumbered: set[int] = set()
    for key, model in models.items():
        sql = "select model from anki_notetypes where id = ?"
        row = connection.execute(sql, (key,)).fetchone()
        if row is None and key in used:
            sql = "insert into anki_notetypes (id, model) values (?, ?)"
            connection.execute(sql, (key, model))
        elif row is not None and newer_model(row[0], model) != row[0]:
            renumbered |= _replace_notetype(connection, key, row[0], model)
    return renumbered


def _replace_notetype(
    connection: sqlite3.Connection, key: int, old: str, new: str
) -> set[int]:
    """Replace a note type; its notes are arranged as in the new one.

    Returns:
        The cards with another ordinal.
    """
    sql = "update anki_notetypes set model = ? where id = ?"
    connection.execute(sql, (new, key))
    arrangement = Arrangement(old, new)
    if not arrangement.is_same:
        _arrange_fields(connection, key, arrangement)
    return _renumber_cards(connection, key, arrangement)


def arranged_notes(
    stored: Mapping[str, StoredNote],
    kept: Mapping[str, OriginalFields],
    ours: Mapping[int, str],
    theirs: Mapping[int, str],
) -> tuple[dict[str, StoredNote], dict[str, OriginalFields]]:
    """Arrange notes as `take_notetypes` will do it in the store.

    Args:
        stored: Notes by guid.
        kept: The original fields of those from Anki.
        ours: The stored note types: JSON by id.
        theirs: Those that come.
    """
    changed = _arrangements(ours, theirs)
    notes, originals = dict(stored), dict(kept)
    for guid, original in kept.items():
        raw = original.raw
        if guid not in stored or raw.notetype not in changed:
            continue
        arrangement, note = changed[raw.notetype], stored[guid]
        encoded = msgspec.json.encode(raw.shown).decode()
        fields, shown = arrangement.of("\x1f".join(raw.fields), encoded)
        split = tuple(fields.split("\x1f"))
        raw = replace(raw, fields=split, shown=msgspec.json.decode(shown))
        originals[guid] = replace(original, raw=raw)
        numbers = arrangement.numbers(card.ordinal for card in note.cards)
        cards = tuple(
            replace(card, ordinal=numbers.get(card.ordinal, card.ordinal))
            for card in note.cards
        )
        notes[guid] = replace(note, cards=cards)
    return notes, originals


def _arrangements(
    ours: Mapping[int, str], theirs: Mapping[int, str]
) -> dict[int, "Arrangement"]:
    """Return how the notes of each type go to a later state of it."""
    return {
        key: Arrangement(ours[key], model)
        for key, model in theirs.items()
        if key in ours and newer_model(ours[key], model) != ours[key]
    }


def coming_ordinals(
    connection: sqlite3.Connection, theirs: Mapping[int, str]
) -> dict[str, dict[int, int]]:
    """Return the ordinals that cards will have with other states of note types.

    Args:
        connection: In a transaction.
        theirs: The note types that come: JSON by id.

    Returns:
        For each note, by guid, the new ordinals by the present ones.
    """
    rows = connection.execute("select id, model from anki_notetypes")
    changed = _arrangements(dict(rows.fetchall()), theirs)
    known: dict[tuple[str, int], list[int]] = defaultdict(list)
    sql = """
        select a.guid, a.notetype, c.ordinal from anki_notes a
          join cards c on c.note = a.guid
         where a.notetype in (select value from json_each(?))
    """
    keys = msgspec.json.encode(list(changed)).decode()
    for guid, key, ordinal in connection.execute(sql, (keys,)):
        known[guid, key].append(ordinal)
    return {guid: changed[key].numbers(found) for (guid, key), found in known.items()}


def _renumber_cards(
    connection: sqlite3.Connection, key: int, arrangement: "Arrangement"
) -> set[int]:
    """Give the cards of the notes of a type the ordinals of their templates."""
    notes: dict[str, dict[int, int]] = defaultdict(dict)
    sql = """
        select c.note, c.ordinal, c.id from cards c
          join anki_notes a on a.guid = c.note where a.notetype = ?
    """
    for guid, ordinal, card in connection.execute(sql, (key,)):
        notes[guid][ordinal] = card
    changed = [
        (number, known[ordinal])
        for known in notes.values()
        for ordinal, number in arrangement.numbers(known).items()
        if ordinal != number
    ]
    cards = {card for _, card in changed}
    # An ordinal is unique in its note, also while they are exchanged.
    sql = "update cards set ordinal = -id where id = ?"
    connection.executemany(sql, [(card,) for card in cards])
    connection.executemany("update cards set ordinal = ? where id = ?", changed)
    return cards


def _arrange_fields(
    connection: sqlite3.Connection, key: int, arrangement: "Arrangement"
) -> None:
    """Arrange the fields of the notes of a type, and those an undo would put back."""
    sql = "select fields, shown, guid from anki_notes where notetype = ?"
    rows = connection.execute(sql, (key,)).fetchall()
    changed = [(*arrangement.of(fields, shown), guid) for fields, shown, guid in rows]
    sql = "update anki_notes set fields = ?, shown = ? where guid = ?"
    connection.executemany(sql, changed)
    sql = "select id, before from operations where before ->> '$.kept' is not null"
    for operation, text in connection.execute(sql).fetchall():
        before = msgspec.json.decode(text)
        before["kept"] = [_arranged(arrangement, key, row) for row in before["kept"]]
        values = (msgspec.json.encode(before).decode(), operation)
        connection.execute("update operations set before = ? where id = ?", values)


def _arranged(arrangement: "Arrangement", key: int, row: list[Any]) -> list[Any]:
    """Arrange a row of `put_kept_back`; earlier versions recorded no note type."""
    if len(row) != 5 or row[0] != key:
        return row
    return [row[0], *arrangement.of(row[1], row[2]), *row[3:]]


class Arrangement:
    """How a note goes from one state of its note type to another."""

    def __init__(self, old: str, new: str) -> None:
        """Compare the fields and the templates of both.

        Args:
            old: JSON as in Anki's schema 11.
            new: The same note type.
        """
        asked = _listed(old, "tmpls"), _listed(new, "tmpls")
        self._templates = 0 if _read(new).get("type") else len(asked[1])
        self._numbers = {
            was: number
            for number, was in enumerate(_places(*asked)[: self._templates])
            if was is not None
        }
        before, after = _listed(old, "flds"), _listed(new, "flds")
        self._count, self._places = len(before), _places(before, after)
        self.is_same = not after or self._places == list(range(len(before)))

    def of(self, fields: str, shown: str) -> tuple[str, str]:
        """Return fields, and the JSON of those that are shown, as they are now."""
        split = fields.split("\x1f")
        if self.is_same or len(split) != self._count:
            return fields, shown  # they are arranged otherwise already
        arranged = ["" if index is None else split[index] for index in self._places]
        moved = {old: new for new, old in enumerate(self._places) if old is not None}
        kept = msgspec.json.decode(shown, type=dict[str, int])
        kept = {name: moved[index] for name, index in kept.items() if index in moved}
        return "\x1f".join(arranged), msgspec.json.encode(kept).decode()

    def numbers(self, ordinals: Iterable[int]) -> dict[int, int]:
        """Return the ordinals of the cards of a note as they are now.

        Cards whose template is gone come after all others.
        """
        if not self._templates:
            return {}  # the ordinals of clozes are in the text
        known = set(ordinals)
        found = {one: self._numbers[one] for one in known & self._numbers.keys()}
        free = self._templates
        for one in sorted(known - found.keys()):
            found[one] = max(one, free)
            free = found[one] + 1
        return found


def _read(model: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(model)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(model: str, key: str) -> list[tuple[str, Any]]:
    """Return name and id of each field (`flds`) or template (`tmpls`), in order."""
    try:
        found = sorted(_read(model)[key], key=lambda one: int(one["ord"]))
        return [(str(one["name"]), one.get("id")) for one in found]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []  # another device sent it


def _places(
    before: list[tuple[str, Any]], after: list[tuple[str, Any]]
) -> list[int | None]:
    """Return for each entry where it was: by id; without ids by name, or by place.

    One with an id that is not known is new, whatever its name and its place are.
    """
    ids = {number: index for index, (_, number) in enumerate(before) if number}
    names = {name: index for index, (name, _) in enumerate(before)}
    found = [ids.get(number) for _, number in after]
    for place, (name, number) in enumerate(after):
        index = names.get(name)
        if index is None and place < len(before) == len(after):
            index = place
        if index is None or index in found or (number and before[index][1]):
            continue
        found[place] = index
    return found
