"""Cards written in the text of a note, in the ways of other programs.

`Q:`, `A:` and `C:` as hashcards and repeat read them; `question::answer`, `?` and
`==hidden==` as the Spaced Repetition plugin of Obsidian reads them.  A card is a value
with its lines, so that a mistake has its place and an id can be written behind it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct, structs

from cards.errors import Place, Problem
from cards.identity.keys import MARK_PREFIX
from cards.markdown_notes.card_tags import has_cards, is_enabled, is_switched_off
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.gaps import (
    BRACKETS,
    HIGHLIGHTS,
    StepsError,
    has_anki_clozes,
    mistyped_clozes,
    with_clozes,
)
from cards.markdown_notes.note_lines import NoteLines, Passage, inner_text
from cards.markdown_notes.plugin_settings import plugin_settings
from cards.markdown_notes.separators import sides_of
from cards.markdown_notes.tagged_cards import may_have_tagged_cards, tagged_cards
from cards.markdown_notes.wiki import is_reference, outside_code, shown_links
from cards.translate import _

_HASHES = re.compile(r"#{1,6}\s+|\s+#+\s*$")
_SCHEDULE = re.compile(r"<!--SR:(.*?)-->")
_NUMBER = re.compile(r"\{\{c(\d+)::")

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|<%")
"""What a program fills in when it makes a note of a template."""


class InlineCard(Struct, frozen=True):
    """A card in the text of a note."""

    values: dict[str, str]
    """Keys and texts as in a deck file."""
    line: int
    """Line on which it begins, from 1."""
    column: int
    last: int
    """Its last line with text."""
    schedule: str = ""
    """What the plugin of Obsidian wrote behind it: `!2026-11-05,172,310`."""
    schedule_line: int = 0
    """Line on which that stands; 0 for none."""


class FencedCards(Struct, frozen=True):
    """A fenced block `flash`: a deck, or cards, in YAML."""

    text: str
    line: int
    """Line of the fence."""


def holds_cards(text: str, path: Path) -> bool:
    """Return True if a note has a card, or a mistake in one, and is no template."""
    settings = plugin_settings(path)
    if not has_cards(text, settings.tags):
        return False
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    matter = FRONT_MATTER.match(text)
    if matter and _PLACEHOLDER.search(matter[0]):
        return False
    enabled, problems = is_enabled(text, settings.tags), list[Problem]()
    for card in scan(NoteLines(text, settings), problems, ""):
        if enabled or isinstance(card, FencedCards):
            return True
    return enabled and bool(problems)


def unread_cards(text: str, path: Path) -> list[Problem]:
    """Name what other programs read as cards in a note without cards of flash."""
    if not may_have_tagged_cards(text) or is_switched_off(text):
        return []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    note = NoteLines(text, plugin_settings(path))
    return list(tagged_cards(note, (), str(path)))


def scan(
    note: NoteLines, problems: list[Problem], file: str
) -> Iterator[InlineCard | FencedCards]:
    """Yield the cards of a note in their order.

    Args:
        note: Its lines.
        problems: Mistakes are added to it.
        file: The path to show in problems.
    """
    return _Scanner(note, problems, file).cards()


def lines_below_answers(note: NoteLines, cards: dict[int, int]) -> Iterator[int]:
    """Yield the lines where text in no card follows the cards that end an answer.

    Args:
        note: Its lines.
        cards: The last line of each card, by its first one; from 1, as the result.
    """
    covered = {i for first, last in cards.items() for i in range(first - 1, last)}
    for first, last in cards.items():
        if not note.label(first - 1):
            continue
        for line in range(last, note.count):
            fence = note.fences.get(line)
            if note.label(line) or (fence and fence.is_flash):
                break
            if line in covered:
                continue
            if note.ends_card(line):
                break
            if _text_and_id(note.passage(line, line + 1).shown, note.tag)[0]:
                yield line + 1
                break


class _Scanner:
    def __init__(self, note: NoteLines, problems: list[Problem], file: str) -> None:
        self._note, self._problems, self._file = note, problems, file

    def cards(self) -> Iterator[InlineCard | FencedCards]:
        """Yield the cards of the note."""
        note, at = self._note, self._note.start
        while at < note.count:
            fence = note.fences.get(at)
            if fence:
                if fence.is_flash:
                    inside = note.typed[at + 1 : max(fence.last, at + 1)]
                    yield FencedCards("\n".join(inside), at + 1)
                at = fence.last + 1
            elif note.label(at):
                end = self._end_of_labelled(at)
                yield from self._labelled(at, end)
                at = end
            elif note.begins_paragraph(at):
                end = note.end_of_paragraph(at)
                yield from self._paragraph(at, end)
                at = end
            else:
                at += 1

    def _report(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(Place(self._file, line + 1), message, hint))

    def _end_of_labelled(self, at: int) -> int:
        """Return where a `Q:` or `C:` ends: at a rule, a heading or the next card.

        Below a blank line, cards with a separator end an answer or a `C:`.
        """
        note, line = self._note, at + 1
        is_complete = note.label(at) == "C"
        in_answer = False
        while line < note.count:
            fence = note.fences.get(line)
            if fence:
                if fence.is_flash:
                    return line
                is_complete = is_complete or in_answer
                line = fence.last + 1
                continue
            label = note.label(line)
            if note.ends_card(line) or label in ("Q", "C"):
                return line
            if is_complete and note.is_blank(line - 1) and self._begins_cards(line):
                return line
            in_answer = in_answer or label == "A"
            text = note.passage(line, line + 1).shown[2 if label == "A" else 0 :]
            is_complete = is_complete or (in_answer and bool(text.strip()))
            line += 1
        return note.count

    def _begins_cards(self, at: int) -> bool:
        """Return True if a paragraph, or a whole list, is cards without other text."""
        note = self._note
        if note.continues_list(at):
            return False
        while note.begins_paragraph(at) and at not in note.fences:
            end = note.end_of_paragraph(at)
            if not self._is_all_cards(at, end):
                return False
            at = note.next_text(end)
            fence = note.fences.get(at)
            if fence and fence.is_flash:
                return True
            if not note.continues_list(at) and not (fence and at == end):
                return True
        return False

    def _is_all_cards(self, at: int, end: int) -> bool:
        """Return True if all text of a paragraph is in cards with a separator.

        Marked words alone are no sign of a card, since a text has them as emphasis.
        """
        note = self._note
        shown = (note.passage(i, i + 1).shown for i in range(at, end))
        bare = {
            i for i, text in enumerate(shown, at) if _text_and_id(text, note.tag)[0]
        }
        probe = _Scanner(self._note, [], self._file)
        for card in probe._paragraph(at, end):
            first = card.line - 1
            passage = self._note.passage(first, card.last)
            if "cloze" not in card.values or has_anki_clozes(passage):
                bare.difference_update(range(first, card.last))
        return not bare

    def _labelled(self, at: int, end: int) -> Iterator[InlineCard]:
        label = self._note.label(at)
        if label == "C":
            yield from self._brackets(at, end)
            return
        if label == "A":
            hint = _("write 'Q:' and the question above it")
            self._report(at, _("an answer without question"), hint)
            return
        below = range(at + 1, end)
        first = next((i for i in below if self._note.label(i) == "A"), None)
        if first is None:
            hint = _("write 'A:' and the answer below it")
            self._report(at, _("a question without answer"), hint)
            return
        front = self._note.passage(at, first).shown[2:]
        back = self._note.passage(first, end).shown[2:]
        yield self._card({"front": front, "back": back}, at, end)

    def _brackets(self, at: int, end: int) -> Iterator[InlineCard]:
        text = with_clozes(self._note.passage(at, end).cut(2), BRACKETS)
        if text is None:
            hint = _("put the hidden words in [brackets]")
            self._report(at, _("no part is hidden"), hint)
            return
        yield self._card({"cloze": text}, at, end)

    def _paragraph(self, at: int, end: int) -> Iterator[InlineCard]:
        note = self._note
        mark = next((i for i in range(at, end) if note.is_question_mark(i)), None)
        if mark is None:
            yield from _dealt(self._units(at, end))
            return
        if below := self._below_cards(at, mark):
            yield from self._paragraph(at, below)
            yield from self._paragraph(below, end)
            return
        sign = note.passage(mark, mark + 1).shown.strip()
        if mark in (at, end - 1):
            message = _("nothing above the '{mark}'")
            if mark > at:
                message = _("nothing below the '{mark}'")
            hint = _("write the question above it and the answer below")
            self._report(mark, message.format(mark=sign), hint)
            return
        front = note.passage(at, mark).shown
        if note.is_heading(at):
            front = _HASHES.sub("", front)
        values = {"front": front, "back": note.passage(mark + 1, end).shown}
        if len(sign) == len("??"):
            values["reverse"] = "true"
        yield self._card(values, at, end)

    def _below_cards(self, at: int, mark: int) -> int:
        """Return where the question above a `?` begins, if cards stand above it.

        A card with a separator ends on its line, also without a blank line below.  The
        line right above the mark is a question, whatever it holds.
        """
        lines = [i for i in range(at, mark) if self._note.shows_text(i)]
        above = pairwise(lines)
        asked = (below for line, below in above if self._sides(line))
        return max(asked, default=0)

    def _units(self, at: int, end: int) -> list[InlineCard]:
        """Read the items of a paragraph; its last line may be the schedule of all."""
        starts = [i for i in range(at, end) if i == at or self._note.is_bullet(i)]
        units = zip(starts, [*starts[1:], end], strict=True)
        cards = [card for unit in units for card in self._unit(*unit)]
        if cards and "cloze" in cards[-1].values and not cards[-1].schedule:
            cards[-1] = self._scheduled(cards[-1], cards[-1].last, end)
        return cards

    def _scheduled(self, card: InlineCard, at: int, end: int) -> InlineCard:
        """Give a card the first schedule in some lines, if there is one."""
        text = "\n".join(self._note.typed[at:end])
        found = _SCHEDULE.search(text)
        if found is None:
            return card
        line = at + 1 + text.count("\n", 0, found.start())
        return structs.replace(card, schedule=found[1], schedule_line=line)

    def _unit(self, first: int, end: int) -> Iterator[InlineCard]:
        """Read a paragraph or an item: lines with `::`, marked words between them."""
        at = start = first
        while at < end:
            sides = self._sides(at)
            if sides is None:
                at += 1
                continue
            yield from self._marked_words(start, at)
            front, mark, back = sides
            values = {"front": front, "back": back}
            if len(mark) == len(":::"):
                values["reverse"] = "true"
            last = at + 1
            while last < end and not self._note.shows_text(last):
                last += 1
            yield self._card(values, at, last)
            at = start = last
        yield from self._marked_words(start, end)

    def _sides(self, line: int) -> tuple[str, str, str] | None:
        """Split a line at its separator; None for a row of a table or a footnote."""
        if self._note.is_in_table(line) or self._note.is_footnote(line):
            return None
        return sides_of(inner_text(self._note.passage(line, line + 1)))

    def _marked_words(self, first: int, end: int) -> Iterator[InlineCard]:
        while first < end and self._note.is_in_table(first):
            first += 1
        lines = [
            inner_text(self._note.passage(i, i + 1), bullet=i == first)
            for i in range(first, end)
        ]
        shown = "\n".join(line.shown for line in lines)
        twin = "\n".join(line.masked for line in lines)
        try:
            text = with_clozes(Passage(shown, twin), HIGHLIGHTS)
        except StepsError as error:
            message = _("a cloze with steps: '{steps}'").format(steps=error)
            hint = _("number the words that are hidden together: ==words==[^1]")
            self._report(first, message, hint)
            return
        if text is not None:
            yield self._card({"cloze": text}, first, end)

    def _card(self, values: dict[str, str], at: int, end: int) -> InlineCard:
        for line, mark in mistyped_clozes(self._note.passage(at, end)):
            message = _("not a cloze: '{suspect}'").format(suspect=mark)
            self._report(at + line, message, _("a cloze is written {{c1::text}}"))
        typed = self._note.typed
        while end > at + 1 and not typed[end - 1].strip():
            end -= 1
        made = {}
        for key, text in values.items():
            made[key], reference = _text_and_id(text, self._note.tag)
            if reference:
                made["id"] = reference
        column = len(typed[at]) - len(typed[at].lstrip()) + 1
        return self._scheduled(InlineCard(made, at + 1, column, end), at, end)


def _dealt(cards: Iterable[InlineCard]) -> Iterator[InlineCard]:
    """Deal the schedules behind a paragraph to all items with marked words in it.

    For the plugin they are one card with one comment, whose entries are in the order
    of the words.
    """
    waiting: list[InlineCard] = []
    for card in cards:
        waiting.append(card)
        if "cloze" in card.values and not card.schedule:
            continue
        if "cloze" in card.values and len(waiting) > 1:
            entries = [f"!{one}" for one in card.schedule.strip().split("!") if one]
            for i, one in enumerate(waiting):
                count = len(set(_NUMBER.findall(one.values["cloze"])))
                count = count if i < len(waiting) - 1 else len(entries)
                own, entries = entries[:count], entries[count:]
                waiting[i] = structs.replace(one, schedule="".join(own))
        yield from waiting
        waiting.clear()
    yield from waiting


def _text_and_id(text: str, tag: re.Pattern[str]) -> tuple[str, str]:
    """Return a text as a card has it, and the id among the references behind it."""
    lines, references = text.strip().split("\n"), list[str]()
    while (words := lines[-1].rsplit(None, 1)) and is_reference(words[-1]):
        references.append(words[-1].removeprefix("^"))
        lines[-1] = "".join(words[:-1])
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
    ids = (one for one in references if one.startswith(MARK_PREFIX))
    shown = outside_code("\n".join(lines), lambda part: tag.sub("", part))
    return shown_links(shown.strip()), next(ids, "")
