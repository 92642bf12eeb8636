"""Join two edits of one note, such as those made in flash and in Anki.

Each text is that of the side that edited it, and that of the later side if both did: an
edit of one field takes back no edit of another one.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from cards.identity.parts import followed_parts
from cards.note import Basic, Cloze, Content, MultiQuestion, SubQuestion
from cards.questions import anki_ordinals, parts_of, sub_questions, texts_of
from cards.text.cloze import ClozeError
from cards.text.merged_text import merged_text

_Sided = TypeVar("_Sided", Basic, SubQuestion)
Ordinals = Mapping[str, int]
"""Anki's ordinal of each question, by part; empty if the parts tell the cards."""


class Versions(Struct, frozen=True):
    """A note on both sides, and before."""

    base: Content
    """What both sides had."""
    known: Content
    """What Anki had when the note was last edited in flash; `base` if that is older."""
    ours: Content
    theirs: Content
    prefers_ours: bool = False
    """Of a text that both sides edited, take ours."""


def joined(
    note: Versions, our_ordinals: Ordinals, their_ordinals: Ordinals
) -> tuple[Content, Ordinals]:
    """Join the edits of both sides; if a side has another kind, that of one of them.

    Edits of one cloze text are joined if they are apart and ours are the later ones:
    Anki may have gaps that we lack.

    Args:
        note: The note on both sides.
        our_ordinals: The ordinals of the questions in flash.
        their_ordinals: Those of the questions in Anki.
    """
    base, known, ours, theirs = note.base, note.known, note.ours, note.theirs
    if ours in (base, theirs):
        return theirs, their_ordinals
    match base, ours, theirs:
        case Basic(), Basic(), Basic():
            known = known if isinstance(known, Basic) else base
            sides = base, known, ours, theirs
            made = _joined_texts(*sides, prefers_ours=note.prefers_ours)
            return made, their_ordinals
        case MultiQuestion(), MultiQuestion(), MultiQuestion():
            return _joined_questions(note, our_ordinals, their_ordinals)
        case Cloze(), Cloze(), Cloze() if note.prefers_ours:
            text = merged_text(base.cloze, ours.cloze, theirs.cloze)
            if found := _with_all_gaps(text, ours, theirs):
                return found, {part: one for one, part in anki_ordinals(found).items()}
    if note.prefers_ours or theirs in (base, known):
        return ours, {}
    return theirs, their_ordinals


def differing_texts(content: Content, other: Content) -> list[tuple[str, str]]:
    """Return the texts that differ; what the notes ask and answer if the kinds do."""
    sides = tuple(dict(texts_of(one)) for one in (content, other))
    if sides[0].keys() == sides[1].keys():
        pairs = zip(*(one.values() for one in sides), strict=True)
        return [(one, another) for one, another in pairs if one != another]
    return [("\n".join(sides[0].values()), "\n".join(sides[1].values()))]


def _with_all_gaps(text: str | None, ours: Cloze, theirs: Cloze) -> Cloze | None:
    """Return a joined cloze; None if it has other gaps than both sides."""
    if text is None:
        return None
    try:
        made = Cloze(text)
        found = anki_ordinals(made).keys()
        wanted = anki_ordinals(ours).keys() | anki_ordinals(theirs).keys()
    except ClozeError:
        return None
    return made if found == wanted else None


def _joined_texts(
    base: _Sided, known: _Sided, ours: _Sided, theirs: _Sided, *, prefers_ours: bool
) -> _Sided:
    """Take each text from the side that changed it."""

    def text(name: str) -> Any:
        old, seen, here, there = (
            getattr(one, name) for one in (base, known, ours, theirs)
        )
        return here if here != old and (prefers_ours or there in (old, seen)) else there

    return replace(theirs, **{name: text(name) for name in theirs.__struct_fields__})


def _joined_questions(
    note: Versions, our_ordinals: Ordinals, their_ordinals: Ordinals
) -> tuple[Content, Ordinals]:
    """Join question by question, in our order; what only one side has stays."""
    before, known, ours, theirs = map(
        sub_questions, (note.base, note.known, note.ours, note.theirs)
    )
    origins = followed_parts(note.base, note.ours)
    continued = {
        old: new for new, old in followed_parts(note.base, note.theirs).items()
    }
    # A question that Anki has in other words is still the one with its ordinal.
    there_by_ordinal = {number: part for part, number in their_ordinals.items()}
    for part, old_part in origins.items():
        same = there_by_ordinal.get(our_ordinals.get(part, -1))
        if same is not None and same not in continued.values():
            continued.setdefault(old_part, same)
    found: list[tuple[SubQuestion, int | None]] = []
    for part, question in ours.items():
        origin = origins.get(part)
        if origin is None:
            found.append((question, our_ordinals.get(part)))
        elif (there := continued.pop(origin, None)) is not None:
            old, new = before[origin], theirs.pop(there)
            made = _joined_texts(
                *(old, known.get(there, old), question, new),
                prefers_ours=note.prefers_ours,
            )
            found.append((made, their_ordinals.get(there)))
        elif note.prefers_ours:
            found.append((question, our_ordinals.get(part)))
    gone = {new for old, new in continued.items() if theirs[new] == before[old]}
    found += [
        (question, their_ordinals.get(part))
        for part, question in theirs.items()
        if part not in gone
    ]
    content = MultiQuestion(tuple(question for question, _ in found))
    numbers = dict(zip(parts_of(content), (number for _, number in found), strict=True))
    ordinals = {part: one for part, one in numbers.items() if one is not None}
    if not found or len(set(ordinals.values())) < len(ordinals):
        # Both sides added a question.
        return (note.ours, {}) if note.prefers_ours else (note.theirs, their_ordinals)
    return content, ordinals
