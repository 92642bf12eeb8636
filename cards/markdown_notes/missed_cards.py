"""Lines of a note that look like a card and are none.

Each is a warning, since they may be meant as text: a note is full of colons.  So a name
counts only if its parts are plain words and its line is no sentence; `std::io::Read`
and `AWS::S3::Bucket` are names, and so is `tokio::sync::mpsc`, but beside a card.
"""

import re
from collections.abc import Collection, Iterator

from cards.errors import Place, Problem
from cards.markdown_notes.note_lines import NoteLines, Passage, inner_text
from cards.markdown_notes.question_labels import is_option, read_label
from cards.markdown_notes.separators import sides_of, without_links
from cards.translate import _

_WORD = r"(?:[A-Z]?[a-z]+|[a-z]?[A-Z]+s?)\d*"
"""A word, or an abbreviation such as `mRNA`; `TcpStream` is in programs."""
_NAME = re.compile(
    r"(?<![!-,.-~])(?:[A-Za-z]\w*(?:::[A-Za-z]\w*)+(?=::(?:An?|The|an?|the)\s+\w)"
    rf"|(?P<whole>{_WORD}(?:::{_WORD}){{2,}})(?![!-,.-~]))",
    re.ASCII,
)
"""A name and an article, with which an answer begins, or a name of plain words."""
_LIBRARY = re.compile("(?:std|core|alloc|crate|self|super|boost|AWS)::").match
_PATH = re.compile("[a-z]+::[a-z]+::").match
"""Begins a path of modules, if it is in no list of cards."""
_SENTENCE = re.compile(r"[.,;!?。、；！？][\s*_\"'”’)）」』]*$")
_NO_ANSWER = re.compile(r"[?？][\s*_\"'”’)）」』]*(?<![:：\\])[:：]{2,3}\s*$")
_FULL_WIDTH = re.compile(r"＝＝(?=[^\s＝])[^＝\n]+(?<=\S)＝＝(?!＝)")
_TIGHT = re.compile("[!->@-~]{2}")
"""What is beside the `::` of a name."""
_MARKS = ("?", "??", "？", "？？")
_TIGHT_CLOZE = re.compile(r"C:[^\s\\/:].*(?<!\[)\[[^\[\]^]+\](?![\[(])")
_TIGHT_LABEL = re.compile(r"([QqAa]):(?=\S)|([qa]):\s")


def missed_cards(
    note: NoteLines, covered: Collection[int], file: str
) -> Iterator[Problem]:
    """Yield a problem for each line that looks like a card.

    Args:
        note: The lines of the note.
        covered: Lines that are in a card, from 1.
        file: The path to show in problems.
    """
    asked: int | None = None
    for line in range(note.start, note.count):
        if line + 1 in covered or note.is_heading(line):
            asked = None
            if line + 1 not in covered and _is_card(note.passage(line, line + 1)):
                message = _("a heading, which makes no card")
                hint = _("write question and answer in a line of text")
                yield Problem(Place(file, line + 1), message, hint)
        elif note.begins_paragraph(line):
            text = inner_text(note.passage(line, line + 1))
            beside_card = line in covered or line + 2 in covered
            if found := _line_problem(text, beside_card=beside_card):
                yield Problem(Place(file, line + 1), *found)
            if text.masked.strip() in _MARKS and _is_between_texts(note, line):
                message = _("a '{mark}' that makes no card")
                message = message.format(mark=text.shown.strip())
                hint = _("write it outside of quotations and items")
                yield Problem(Place(file, line + 1), message, hint)
            label = _label(text.masked)
            if label == "A" and asked is not None and not _has_options(note, line):
                message = _("a question and an answer that make no card")
                hint = _("write 'Q: ' and 'A: ' at the beginning of their lines")
                yield Problem(Place(file, asked + 1), message, hint)
            if label or note.is_blank(line - 1):
                asked = line if label == "Q" else None


def _line_problem(line: Passage, *, beside_card: bool) -> tuple[str, str] | None:
    """Return what is wrong with a line, and how to make it a card."""
    if name := _missed_name(line.masked, beside_card=beside_card):
        message = _("a name, which makes no card: '{name}'").format(name=name)
        return message, _(
            "write spaces around the '::' before the answer, or put the name in"
            " backticks"
        )
    if _NO_ANSWER.search(line.masked):
        return _("a question without answer"), _("write the answer after the '::'")
    if found := _FULL_WIDTH.search(line.masked):
        message = _("not a cloze: '{suspect}'").format(suspect=found[0])
        return message, _("hidden words are written ==words==")
    if _TIGHT_CLOZE.match(line.masked):
        return _("a cloze that makes no card"), _("write a space after 'C:'")
    return None


def _missed_name(text: str, *, beside_card: bool) -> str | None:
    """Return the first name in a line that may be meant as question and answer."""
    if "::" not in text:
        return None
    is_sentence = bool(_SENTENCE.search(text))
    for found in _NAME.finditer(without_links(text)):
        name = found[0]
        is_path = _LIBRARY(name) or (_PATH(name) and not beside_card)
        if not found["whole"] or not (is_path or is_sentence):
            return name
    return None


def _is_card(heading: Passage) -> bool:
    """Return True if a heading has a separator that is in no name."""
    sides = sides_of(heading)
    return sides is not None and not _TIGHT.search(sides[0][-1] + sides[2][0])


def _is_between_texts(note: NoteLines, line: int) -> bool:
    """Return True for a line in a quotation or an item, with text above and below.

    An item `?` among others is one of a list; below another item it may be a mark.
    """
    if note.is_question_mark(line):
        return False
    if note.is_bullet(line) and _indent(note, line) <= _indent(note, line - 1):
        return False
    near = (one for one in (line - 1, line + 1) if note.start <= one < note.count)
    texts = [inner_text(note.passage(one, one + 1)).masked.strip() for one in near]
    return len(texts) == 2 and all(texts)


def _indent(note: NoteLines, line: int) -> int:
    text = note.passage(line, line + 1).masked
    return len(text) - len(text.lstrip())


def _label(text: str) -> str:
    """Return Q or A if a line begins with a label of a question or an answer."""
    tight = _TIGHT_LABEL.match(text)
    if tight:
        return (tight[1] or tight[2]).upper()
    label = read_label(text)
    return "" if label is None else "Q" if label[0] else "A"


def _has_options(note: NoteLines, line: int) -> bool:
    """Return True if an answer is the first of several options, A and B."""
    below = note.next_text(line + 1)
    return below < note.count and is_option(note.passage(below, below + 1).masked)
