"""Write a note of ours again, with texts that were changed in Anki."""

from msgspec.structs import replace

from cards.note import Cloze, Note
from cards.questions import anki_ordinals, cloze_parts, texts_of
from cards.text.cloze import ClozeError, parse_cloze, renumber
from export.anki.kept_markdown import with_writing_of
from srs.models.cards import StoredNote

_KEYS = {"Front": "front", "Back": "back", "Text": "cloze"}
"""Fields of our note types -> keys of a card."""


def rewritten(
    stored: StoredNote, texts: dict[str, str]
) -> tuple[Note | None, dict[str, int]]:
    """Change the texts of a note.

    Args:
        stored: The note.
        texts: Markdown by the fields of our note types.

    Returns:
        The note, None if a text has no place in it; and the ordinals of its clozes.
    """
    note = stored.note
    if "Extra" in texts:
        note = replace(note, extra=texts["Extra"])
    changes = {
        _KEYS.get(name, ""): text for name, text in texts.items() if name != "Extra"
    }
    keys = {path[0] for path, _ in texts_of(note.content)}
    if not changes.keys() <= keys or not all(changes.values()):
        return None, {}
    if "cloze" not in changes:
        return replace(note, content=replace(note.content, **changes)), {}
    try:
        found = anki_ordinals(Cloze(changes["cloze"]))
        made = Cloze(_with_own_numbers(stored, changes["cloze"]))
        parts = cloze_parts(made)
    except ClozeError:
        return None, {}
    # The numbers differ and their order doesn't.
    ordinals = dict(zip(parts.values(), found, strict=True))
    return replace(note, content=made), ordinals


def as_written(
    stored: StoredNote, old: dict[str, str], made: Note, ordinals: dict[str, int]
) -> tuple[Note, dict[str, int]]:
    """Write what was not edited as in the file.

    Args:
        stored: The note.
        old: The changed texts before the edit, as they come from Anki.
        made: The note after the edit.
        ordinals: Of its clozes by part.
    """
    before, _ = rewritten(stored, old)
    if before is None:
        return made, ordinals
    states = (stored.note, before, made)
    texts = {
        key: _kept(*(getattr(note.content, key) for note in states))
        for key in _KEYS.values()
        if hasattr(made.content, key)
    }
    written = replace(
        made,
        content=replace(made.content, **texts),
        extra=_kept(*(note.extra for note in states)),
    )
    if not isinstance(written.content, Cloze):
        return written, ordinals
    try:
        parts = cloze_parts(written.content)
    except ClozeError:
        return made, ordinals
    if len(parts) != len(ordinals):
        return made, ordinals
    return written, dict(zip(parts.values(), ordinals.values(), strict=True))


def _kept(source: str, before: str, after: str) -> str:
    return after if after == source else with_writing_of(source, before, after)


def _with_own_numbers(stored: StoredNote, text: str) -> str:
    """Write clozes from Anki, whose numbers are ordinals, with those of the note."""
    own = {part: number for number, part in cloze_parts(stored.note.content).items()}
    numbers = {
        card.ordinal + 1: own[card.part] for card in stored.cards if card.part in own
    }
    free = max((*own.values(), *numbers, 0)) + 1
    for number in (ordinal + 1 for ordinal in anki_ordinals(Cloze(text))):
        if number not in numbers:
            is_taken = number in numbers.values()
            numbers[number] = free if is_taken else number
            free += is_taken
    return renumber(parse_cloze(text), numbers.__getitem__)
