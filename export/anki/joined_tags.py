"""Join the tags of a note in flash and in Anki, which writes them in its own way."""

from collections.abc import Iterable

from export.anki.rows import anki_tag

LEECH_TAG = "leech"
"""A tag that both programs give by themselves."""


def tags_after(ours: tuple[str, ...], theirs: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of Anki; those that flash has are spelt as here."""
    known = {anki_tag(tag).casefold() for tag in ours}
    found = {tag.casefold(): tag for tag in theirs}
    kept = [tag for tag in ours if anki_tag(tag).casefold() in found]
    added = [tag for key, tag in found.items() if key not in known and key != LEECH_TAG]
    return (*kept, *added)


def joined_tags(
    base: Iterable[str], ours: tuple[str, ...], theirs: Iterable[str]
) -> tuple[str, ...]:
    """Return our tags, with those added in Anki and without those removed there.

    Args:
        base: The tags that both sides had.
        ours: The tags in flash.
        theirs: The tags in Anki.
    """
    before = {anki_tag(tag).casefold() for tag in base}
    there = {tag.casefold(): tag for tag in theirs}
    known = {anki_tag(tag).casefold() for tag in ours}
    own = [tag for tag in map(anki_tag, ours) if tag.casefold() not in before]
    found = [tag for key, tag in there.items() if key not in before or key in known]
    return tags_after(ours, [*own, *found])
