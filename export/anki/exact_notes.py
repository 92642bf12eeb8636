"""The exact note beside its fields in a package that flash writes.

Fields are HTML: Markdown made from them says the same in other signs, and a list or a
table is a cloze there.  So a package has such a note as its author wrote it, too, in a
column of `notes` that Anki doesn't read, and empties when it writes a note.  A hash of
the fields tells if they were changed since.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.validation import is_valid
from cards.identity.keys import text_key
from cards.note import Basic, Change, Content, Day, Note, Source, with_texts
from cards.questions import media_of, parts_of
from cards.text.media import with_media_paths
from export.anki.anki_model import AnkiNote
from srs.models.cards import StoredCard, StoredNote


class _Written(Struct, frozen=True, omit_defaults=True):
    """What the column contains, as JSON."""

    hash: str
    content: Content
    ordinals: tuple[int, ...]
    """Those of the questions, in their order; -1 without a card."""
    id: str = ""
    language: str = ""
    extra: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    checked: Day = ""
    recheck: Day = ""
    changed: Change | None = None
    media: dict[str, str] = {}
    """Names in the package by the path in a text."""


_decoder = msgspec.json.Decoder(_Written)
_of_words = re.compile(r"[\w .,;:?!'()%、。「」（）・？！-]+").fullmatch


class ExactNote(Struct, frozen=True):
    """A note as flash wrote it."""

    note: Note
    """With the names of media in the package; without deck and place."""
    parts: dict[int, str]
    """Part by ordinal."""
    source: Note
    """With the paths of media as in its deck file."""

    def key_in(self, deck: str) -> str:
        """Return the text key of the note in its deck file, if this is the deck."""
        return text_key(replace(self.source, deck=deck))


def exact_data(
    stored: StoredNote,
    cards: Iterable[StoredCard],
    fields: Iterable[str],
    named: Callable[[str], str],
) -> str:
    """Return the exact note as the package keeps it; empty if its fields say the same.

    Args:
        stored: The note.
        cards: Its exported cards.
        fields: Its fields in the package.
        named: Name of a media file in the package.
    """
    note = stored.note
    if _is_in_fields(note):
        return ""
    ordinals = {card.part: card.ordinal for card in cards}
    written = _Written(
        _hash(fields),
        note.content,
        tuple(ordinals.get(part, -1) for part in parts_of(note.content)),
        note.id,
        note.language,
        note.extra,
        note.tags,
        # The passage of a note means something only where the note is.
        tuple(one for one in note.sources if one.title or one.url),
        note.checked,
        note.recheck,
        note.changed,
        {path: named(path) for path in media_of(note)},
    )
    return msgspec.json.encode(written).decode()


def _is_in_fields(note: Note) -> bool:
    """Return True for a question and an answer in plain words, and nothing else."""
    content = note.content
    if type(content) is not Basic or content != Basic(content.front, content.back):
        return False
    if note.sources or note.id or note.extra or note.checked or note.changed:
        return False
    return _is_plain(content.front) and _is_plain(content.back)


def _is_plain(text: str) -> bool:
    """Return True for a text that is the same in Markdown and in HTML."""
    if not _of_words(text) or "_" in text or "  " in text:
        return False
    return text[0].isalpha() and text[-1] != " "


def exact_note(note: AnkiNote) -> ExactNote | None:
    """Return the exact note; None without one, or if the fields were changed since."""
    if not note.data:
        return None
    try:
        written = _decoder.decode(note.data)
    except (msgspec.DecodeError, UnicodeError):
        return None
    content = written.content
    if written.hash != _hash(note.fields) or not is_valid(content):
        return None
    names = parts_of(content)
    found = zip(written.ordinals, range(len(names)), strict=False)
    places = {ordinal: place for ordinal, place in found if ordinal >= 0}
    source = Note(
        content,
        "",
        written.id,
        written.language,
        written.extra,
        written.tags,
        written.sources,
        written.checked,
        written.recheck,
        written.changed,
    )
    made = _with_names(source, written.media) if written.media else source
    names = parts_of(made.content)
    parts = {ordinal: names[place] for ordinal, place in places.items()}
    return ExactNote(made, parts, source)


def _with_names(note: Note, media: Mapping[str, str]) -> Note:
    return with_texts(note, lambda text: with_media_paths(text, media))


def _hash(fields: Iterable[str]) -> str:
    text = "\x1f".join(fields)
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
