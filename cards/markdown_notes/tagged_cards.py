"""Cards that Logseq and others mark in their own ways, which are not read.

A question has the tag `#card`, with its answer in the items or lines below it; hidden
words are written `{{cloze words}}`.

Source: https://docs.logseq.com/#/page/flashcards
"""

import re
from collections.abc import Collection, Iterator

from cards.errors import Place, Problem
from cards.markdown_notes.note_lines import NoteLines
from cards.translate import _

_TAG = re.compile(r"(?<!\S)#card(?:[/-]\w+)?(?!\S)|(?<!\S)#\[\[card\]\](?!\S)")
_CLOZE = re.compile(r"\{\{cloze\s[^{}\n]*\}\}")


def tagged_cards(
    note: NoteLines, covered: Collection[int], file: str
) -> Iterator[Problem]:
    """Yield a problem for each line with such a card.

    Args:
        note: The lines of the note.
        covered: Lines that are in a card, from 1.
        file: The path to show in problems.
    """
    for line in range(note.start, note.count):
        text = note.passage(line, line + 1).masked
        place = Place(file, line + 1)
        if line + 1 in covered or note.is_indented_code(line):
            continue
        if found := _CLOZE.search(text):
            message = _("not a cloze: '{suspect}'").format(suspect=found[0])
            hint = _("a cloze is written {{c1::text}}")
            yield Problem(place, message, hint)
        elif (found := _TAG.search(text)) and not note.tag.search(text):
            message = _("the tag '{tag}' makes no card").format(tag=found[0])
            hint = _(
                "write 'Q:' and 'A:' lines, or question::answer, in a note with"
                " 'flash: true' at its top"
            )
            yield Problem(place, message, hint)


def may_have_tagged_cards(text: str) -> bool:
    """Return False for most texts without such cards."""
    return "#card" in text or "#[[card]]" in text or "{{cloze" in text
