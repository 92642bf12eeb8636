"""Texts about edits of deck files: patches, and what has to be done by hand."""

import json
import shlex
from collections.abc import Container, Iterable, Sequence
from difflib import unified_diff
from pathlib import Path

from cards.deckfile.discovery import is_markdown
from cards.errors import Place
from cards.note import Note
from cards.questions import place_of
from cards.text.terminal import plain_text
from cards.translate import _, ngettext
from flash.messages.phrases import labelled
from flash.terminal import clip_line
from srs.models.incoming import EditConflict, EditOutcome

_MOST_CONFLICTS = 20
"""Texts that are named on a terminal."""
_QUESTION_COLUMNS = 60
_NEAR = 20
"""Characters that are shown around a difference."""


def patch_text(file: str, before: str, after: str, source: str = "") -> str:
    """Show an edit of a deck file as a patch for `patch -p0`.

    Args:
        file: Path of the file.
        before: Its text.
        after: Its text after the edit.
        source: Where it was made; by default in Anki.
    """
    lines = unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        file,
        file,
        tofiledate=source or _("edited in Anki"),
    )
    end = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else line + end for line in lines)


def by_hand_text(
    note: Note, changes: Iterable[tuple[str, object, object]], source: str = ""
) -> str:
    """Name a card whose edit has no place in its deck file, and show the edit.

    Args:
        note: The note as it is here.
        changes: Name of each changed text, and the text before and after.
        source: Where it was edited; by default in Anki.
    """
    text = _("{place}: {source}; change this card by hand")
    source = source or _("edited in Anki")
    lines = [text.format(place=place_of(note), source=source)]
    for name, *both in changes:
        before, after = _difference(*map(_one_line, both))
        lines += [f"  {name}: {before}", f"  {' ' * len(name)}→ {after}"]
        if name == "tags" and is_markdown(Path(note.file)):
            lines.append(f"  ({_tags_of_note()})")
    return "\n".join(lines)


def _tags_of_note() -> str:
    return _(
        "tags of a Markdown note are in 'tags:' at its top and hold for all its cards;"
        " only a card in a fenced block 'flash' has its own 'tags:'"
    )


def copy_text(note: Note, file: Path, place: Path, source: str = "") -> str:
    """Name a picture or sound of an edited card that its deck folder lacks.

    Args:
        note: The note as it is here.
        file: Where the medium is.
        place: Where it belongs.
        source: Where the card was edited; by default in Anki.
    """
    text = _("{place}: {source}; copy {file} to {target}")
    return text.format(
        place=place_of(note),
        source=source or _("edited in Anki"),
        file=shlex.quote(str(file)),
        target=shlex.quote(str(place)),
    )


def edit_conflict_lines(conflicts: Sequence[EditConflict]) -> list[str]:
    """Show each text that was edited in flash and in Anki, and how to choose one."""
    lines: list[str] = []
    for one in conflicts[:_MOST_CONFLICTS]:
        question = clip_line(plain_text(one.question), _QUESTION_COLUMNS)
        lines.append(_outcome_text(one.outcome).format(question=question))
        ours, theirs = _difference(_one_line(one.ours), _one_line(one.theirs))
        lines += [f"  flash: {ours}", f"  Anki: {theirs}"]
    if (more := len(conflicts) - _MOST_CONFLICTS) > 0:
        text = ngettext(
            "… and {n} more text; --json has all",
            "… and {n} more texts; --json has all",
            more,
        )
        lines.append(text.format(n=more))
    return lines


def _outcome_text(outcome: EditOutcome) -> str:
    match outcome:
        case EditOutcome.KEPT:
            return _(
                "'{question}' was edited on both sides; the text of flash, the later"
                " one, was kept (flash edit writes another one)"
            )
        case EditOutcome.TAKEN:
            return _(
                "'{question}' was edited on both sides; the text of Anki, the later"
                " one, was taken (flash undo brings that of flash back)"
            )
        case EditOutcome.OFFERED:
            return _(
                "'{question}' was edited on both sides; the text of Anki is the later"
                " one (--update-text or a patch takes it, a later edit in flash"
                " replaces it)"
            )


def _one_line(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _difference(before: str, after: str) -> tuple[str, str]:
    """Leave out the beginning and the end that are equal, but for some characters."""
    start = max(0, _equal(before, after) - _NEAR)
    end = max(0, _equal(before[start:][::-1], after[start:][::-1]) - _NEAR)
    head, tail = "…" * (start > 0), "…" * (end > 0)
    return (
        f"{head}{before[start : len(before) - end]}{tail}",
        f"{head}{after[start : len(after) - end]}{tail}",
    )


def _equal(text: str, other: str) -> int:
    """Count the characters that two texts have in common at their beginning."""
    pairs = enumerate(zip(text, other, strict=False))
    shorter = min(len(text), len(other))
    return next((at for at, (one, two) in pairs if one != two), shorter)


def tags_by_hand(
    at_top: Iterable[tuple[Place, str]],
    cards: Iterable[Note],
    missing: Iterable[Note],
    outdated: Iterable[Note],
) -> list[str]:
    """Say which tags have to be changed by hand.

    Args:
        at_top: Tags at the top of files, with their places.
        cards: Cards with other tags that can't be changed.
        missing: Cards whose deck file was not found.
        outdated: Cards that their deck file has with other texts or tags.
    """
    text = _(
        "{place}: '{tag}' is a tag of all cards of this file; change it there by hand"
    )
    lines = [text.format(place=place, tag=tag) for place, tag in at_top]
    reason = _("flash can't change its tags there")
    cards = list(cards)
    lines += [by_hand_text(note, (), reason) for note in cards]
    if any(is_markdown(Path(note.file)) for note in cards):
        lines.append(f"  ({_tags_of_note()})")
    reason = _("the deck file of this card was not found")
    lines += [by_hand_text(note, (), reason) for note in missing]
    text = _(
        "{place}: the file differs from the store, as after an undo; change the file, "
        "or take it over with flash add {file}"
    )
    return lines + [
        text.format(place=place_of(note), file=shlex.quote(note.file))
        for note in outdated
    ]


def decks_by_hand(
    notes: Iterable[tuple[Note, str]], missing: Container[str], *, renamed: bool
) -> list[str]:
    """Name the files in which a deck has to be changed by hand.

    Args:
        notes: Notes in deck files, and the deck that their cards are to be in.
        missing: Deck files that were not found.
        renamed: Whether their deck gets that name; else the cards move to it.
    """
    by_file: dict[tuple[str, str], list[Note]] = {}
    for note, deck in notes:
        by_file.setdefault((note.file, deck), []).append(note)
    lines = []
    for (file, deck), found in by_file.items():
        place = str(place_of(min(found, key=lambda note: note.line)))
        if file in missing:
            reason = _("the deck file of this card was not found")
            lines.append(labelled(place, reason))
            continue
        if renamed:
            text = _(
                "{place}: flash can't change the name of the deck there; write "
                "'{deck}', and add the file"
            )
        else:
            text = ngettext(
                "{place}: the file names the deck of its cards; move {n} card to a "
                "file of '{deck}', and add both files",
                "{place}: the file names the deck of its cards; move {n} cards to a "
                "file of '{deck}', and add both files",
                len(found),
            )
        lines.append(text.format(place=place, n=len(found), deck=deck))
    return lines
