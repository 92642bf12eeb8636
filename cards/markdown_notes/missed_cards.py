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
from cards.markdown_notes.separators import without_links
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
        elif note.begins_paragraph(line):
            text = inner_text(note.passage(line, line + 1))
            beside_card = line in covered or line + 2 in covered
            if found := _line_problem(text, beside_card=beside_card):
                yield Problem(Place(file, line + 1), *found)
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
    is_sentence = bool(_SENTENCE.search(text))
    for found in _NAME.finditer(without_links(text)):
        name = found[0]
        is_path = _LIBRARY(name) or (_PATH(name) and not beside_card)
        if not found["whole"] or not (is_path or is_sentence):
            return name
    return None


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
