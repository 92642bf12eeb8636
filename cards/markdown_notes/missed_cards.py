"""Lines of a note that look like a card and are none.

Each is a warning, since they may be meant as text: a note is full of colons.  So a name
counts only if its parts are plain words and its line is no sentence; `std::io::Read`
and `AWS::S3::Bucket` are names, and so are, but beside a card, `tokio::sync::mpsc` and
`File::Spec::Functions` among other words.  A heading such as `C++ :: Templates`, with
text below it, is a title.
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
    r"(?<![!-)+,.-~])(?:[A-Za-z]\w*(?:::[A-Za-z]\w*)+(?=::(?:An?|The|an?|the)\s+\w)"
    rf"|(?P<whole>{_WORD}(?:::{_WORD}){{2,}})(?![!-)+,.-~]))",
    re.ASCII,
)
"""A name and an article, with which an answer begins, or a name of plain words."""
_LIBRARY = re.compile("(?:std|core|alloc|crate|self|super|boost|AWS)::").match
_PATH = re.compile("[a-z]+::[a-z]+::").match
"""Begins a path of modules, if it is in no list of cards."""
_CLASS = re.compile(r"[A-Z]\w*(?:::[A-Z]\w*)+").fullmatch
_METHOD = re.compile(r"(?:[A-Z]\w*::){2,}[a-z]\w*").fullmatch
_SENTENCE = re.compile(r"[.,;!?。、；！？][\s*_\"'”’)）」』]*$")
_NO_ANSWER = re.compile(r"[?？][\s*_\"'”’)）」』]*(?<![:：\\])[:：]{2,3}\s*$")
_FULL_WIDTH = re.compile(r"＝＝(?=[^\s＝])[^＝\n]+(?<=\S)＝＝(?!＝)")
_TIGHT = re.compile("[!->@-~]{2}")
"""What is beside the `::` of a name."""
_REFERENCE = re.compile(r"\^[A-Za-z0-9-]+\s*$")
_ASKS = re.compile(r"[?？]|(?:とは|か)[\s*_]*$")
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
            if line + 1 not in covered and _is_card(note, line):
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
    text = without_links(text)
    for found in _NAME.finditer(text):
        name = found[0]
        is_path = _PATH(name) or _is_class(found, text)
        is_path = _LIBRARY(name) or (is_path and not beside_card)
        if not found["whole"] or not (is_path or is_sentence):
            return name
    return None


def _is_class(found: re.Match[str], text: str) -> bool:
    """Return True for the name of a class, or a method of one, among other words.

    Words behind what may be a method may be an answer: `DNA::Gene::two words`.
    """
    before, after = text[: found.start()], _REFERENCE.sub("", text[found.end() :])
    others = before + after if _CLASS(found[0]) else before
    is_one = _CLASS(found[0]) or _METHOD(found[0])
    return bool(is_one) and any(map(str.isalpha, others))


def _is_card(note: NoteLines, heading: int) -> bool:
    """Return True if a heading has a separator that is in no name and no title."""
    sides = sides_of(note.passage(heading, heading + 1))
    if sides is None:
        return False
    front, back = sides[0].rstrip("*_~="), sides[2].lstrip("*_~=")
    if _TIGHT.search(front[-1:] + back[:1]):
        return False
    is_apart = front[-1:].isspace() and back[:1].isspace()
    may_answer = bool(_ASKS.search(front)) or back.strip()[:1].islower()
    below = note.next_text(heading + 1)
    has_text = below < note.count and not note.ends_card(below)
    return not (is_apart and has_text) or may_answer


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
