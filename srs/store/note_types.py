"""Note types of Anki, as the notes that came from there have them."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

import msgspec


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
) -> None:
    """Store note types; a later state replaces the stored one, and its notes follow.

    Args:
        connection: In a transaction.
        models: JSON by id.
        used: Those that are stored even if no note here has them yet.
    """
    for key, model in models.items():
        sql = "select model from anki_notetypes where id = ?"
        row = connection.execute(sql, (key,)).fetchone()
        if row is None and key in used:
            sql = "insert into anki_notetypes (id, model) values (?, ?)"
            connection.execute(sql, (key, model))
        elif row is not None and newer_model(row[0], model) != row[0]:
            replace_notetype(connection, key, row[0], model)


def replace_notetype(
    connection: sqlite3.Connection, key: int, old: str, new: str
) -> None:
    """Replace a note type; the fields of its notes are arranged as in the new one."""
    sql = "update anki_notetypes set model = ? where id = ?"
    connection.execute(sql, (new, key))
    before, after = _fields_of(old), _fields_of(new)
    places = _places(before, after)
    if not after or places == list(range(len(before))):
        return
    moved = {index: place for place, index in enumerate(places) if index is not None}
    sql = "select guid, fields, shown from anki_notes where notetype = ?"
    rows = connection.execute(sql, (key,)).fetchall()
    changed: list[tuple[str, str, str]] = []
    for guid, text, shown in rows:
        fields = text.split("\x1f")
        if len(fields) != len(before):
            continue  # it is arranged otherwise already
        kept = msgspec.json.decode(shown, type=dict[str, int])
        kept = {name: moved[index] for name, index in kept.items() if index in moved}
        arranged = ["" if index is None else fields[index] for index in places]
        columns = ("\x1f".join(arranged), msgspec.json.encode(kept).decode(), guid)
        changed.append(columns)
    sql = "update anki_notes set fields = ?, shown = ? where guid = ?"
    connection.executemany(sql, changed)


def _read(model: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(model)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fields_of(model: str) -> list[tuple[str, Any]]:
    """Return name and id of each field, in order."""
    try:
        fields = sorted(_read(model)["flds"], key=lambda one: int(one["ord"]))
        return [(str(one["name"]), one.get("id")) for one in fields]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []  # another device sent it


def _places(
    before: list[tuple[str, Any]], after: list[tuple[str, Any]]
) -> list[int | None]:
    """Return for each field where it was: by id, by name, else at its own place."""
    ids = {number: index for index, (_, number) in enumerate(before) if number}
    names = {name: index for index, (name, _) in enumerate(before)}
    found = [ids.get(number, names.get(name)) for name, number in after]
    left = set(range(len(before))) - set(found)
    for place, index in enumerate(found):
        if index is None and place in left and len(before) == len(after):
            found[place] = place
    return found
