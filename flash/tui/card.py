"""The card between header and ratings: question, answer and notes.

Everything is set in one centred column.  A short question and a short answer are
centred in it; long or structured text starts at its left edge.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from cards.note import Note
from cards.questions import Question
from cards.text.blocks import Blocks, Paragraph, Table, read_blocks
from cards.text.terminal import block_lines, block_width, terminal_lines
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clean,
    line_width,
    wrap,
    wrap_evenly,
)
from flash.messages.cards import (
    checked_line,
    right_option,
    source_names,
    was_line,
)
from flash.tui.confusion_search import search_lines
from flash.tui.text_input import input_line
from flash.tui.view import AnsweringView, Mode, Overlay, View
from srs.models.cards import Rating
from srs.study.typed_answer import TypedAnswer

MAX_WIDTH = 66
_OVERLAY_WIDTH = 76
"""Each key of a help has a row on a terminal of 80 columns."""
_SHORT = 3
"""Texts of up to so many lines are centred."""
RIGHT, WRONG, CHOSEN = "✓", "✗", "●"
"""Marks of options."""
_DIFFERENCE = TextStyle.ALERT | TextStyle.BOLD
_INDENT = 3
_PANES = 70
"""From this width on two confused cards are shown side by side."""
_MAX_PANES_WIDTH = 96
_GAP = 4


class Room(NamedTuple):
    """The width of the column that the card is set in."""

    text: int
    tables: int


def room_of(columns: int) -> Room:
    """Return the room in a terminal: short lines of text, tables as they need."""
    most = max(1, columns - 4)
    return Room(min(MAX_WIDTH, most), most)


class CardLayout(Struct, frozen=True):
    """The lines of a card."""

    lines: list[Line]
    answer_start: int = 0
    """Where the answer begins; 0 while it is hidden."""
    answer_end: int = 0
    """Where the answer ends and its notes begin."""
    focus: int = 0
    """A line that has to be visible; 0 for none."""


def covering_layout(view: AnsweringView, columns: int) -> CardLayout | None:
    """Lay out the overlay or search that covers a card; None if nothing does."""
    if view.overlay is not None:
        room = max(1, min(_OVERLAY_WIDTH, columns - 4))
        lines = overlay_lines(view.overlay, room)
        width = max(room_of(columns).text, *map(line_width, lines))
        return CardLayout(indented(lines, max(0, (columns - width) // 2)))
    room = room_of(columns).text
    if view.search is not None:
        lines, focus = search_lines(view.search, room)
        return CardLayout(in_column(lines, columns), focus=focus)
    return None


def card_layout(view: View, columns: int) -> CardLayout:
    """Lay out what is between header and ratings.

    Args:
        view: What to show.
        columns: Width of the terminal.

    Returns:
        Lines no wider than the terminal.
    """
    widths = room_of(columns)
    room = widths.text
    cover = covering_layout(view, columns)
    if cover is not None:
        return cover
    if view.prompt is None:
        lines = [line for text in view.sentences for line in _sentence(text, room)]
        return CardLayout(in_column(lines, columns))
    question, note = view.prompt.question, view.prompt.note
    is_shown = view.mode is Mode.ANSWERED
    asked = _question_lines(question, widths, view.chosen, is_answered=is_shown)
    if view.typing is not None:
        asked += [(), input_line(view.typing, room)]
        return CardLayout(in_middle(asked, columns), focus=len(asked) - 1)
    if not is_shown:
        return CardLayout(in_middle(asked, columns))
    confused = view.prompt.partner
    if confused is not None and columns >= _PANES:
        return _side_by_side(question, confused, note, columns)
    answer = _answer_lines(question, widths)
    if view.typed is not None:
        answer[2:2] = _typed_lines(view.typed, room)
    notes = _answer_notes(question, note, confused, widths, answer_height=len(answer))
    lines = [*asked, (), *answer, *notes]
    end = len(asked) + 1 + len(answer)
    return CardLayout(in_middle(lines, columns), len(asked), end)


def _side_by_side(
    question: Question, confused: Question, note: Note, columns: int
) -> CardLayout:
    """Show two confused cards in two panes with aligned answers; notes below."""
    room = min(_MAX_PANES_WIDTH, columns - 4)
    width = max(1, (room - _GAP) // 2)
    left, right = (
        [bold(line) for line in terminal_lines(each.question, width)]
        for each in (question, confused)
    )
    rule: Line = (StyledText("─" * width, TextStyle.DIM),)
    panes = [
        *_panes(left, right, width),
        (),
        *_panes([rule], [rule], width),
        (),
        *_panes(
            terminal_lines(question.answer, width),
            terminal_lines(confused.answer, width),
            width,
        ),
    ]
    lines = [*panes, *note_lines(note, Room(room, room), max_centred=0)]
    answer_start = max(len(left), len(right))
    return CardLayout(indented(lines, (columns - room) // 2), answer_start, len(panes))


def _panes(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    height = max(len(left), len(right))
    rows = [[*lines, *[()] * (height - len(lines))] for lines in (left, right)]
    return [
        (*one, StyledText(" " * (width - line_width(one) + _GAP)), *other)
        if other
        else one
        for one, other in zip(*rows, strict=True)
    ]


def indented(lines: Sequence[Line], left: int) -> list[Line]:
    """Indent lines that are not empty."""
    return [
        (StyledText(" " * left), *line) if line and left else line for line in lines
    ]


def in_column(lines: Sequence[Line], columns: int) -> list[Line]:
    """Indent lines as the column of text is."""
    return indented(lines, max(0, (columns - room_of(columns).text) // 2))


def in_middle(lines: Sequence[Line], columns: int) -> list[Line]:
    """Indent lines as the column of text is; wider ones, of tables, are centred."""
    room = room_of(columns).text
    indents = (max(room, line_width(line)) for line in lines)
    return [
        line
        for width, line in zip(indents, lines, strict=True)
        for line in indented([line], max(0, (columns - width) // 2))
    ]


def overlay_lines(overlay: Overlay, room: int) -> list[Line]:
    """Return the title and the lines; continuation lines are indented."""
    title = (StyledText(overlay.title, TextStyle.BOLD),)
    lines = [*wrap_evenly(title, room), ()]
    for text in overlay.lines:
        first, *rest = wrap((StyledText(clean(text)),), max(1, room - _INDENT))
        lines.append(first)
        lines += [(StyledText(" " * _INDENT), *line) for line in rest]
    return lines


def _sentence(text: str, room: int) -> list[Line]:
    lines = wrap_evenly((StyledText(text),), room)
    return [*(centred(line, room) for line in lines), ()]


def _question_lines(
    question: Question, room: Room, chosen: int | None = None, *, is_answered: bool
) -> list[Line]:
    blocks = read_blocks(question.question)
    if not question.options:
        return _text(blocks, room, TextStyle.BOLD)
    lines = [bold(line) for line in block_lines(blocks, *room)]
    right = right_option(question) if is_answered else None
    lines.append(())
    for index, option in enumerate(question.options):
        mark = (WRONG if is_answered else CHOSEN) if index == chosen else ""
        mark = RIGHT if index == right else mark
        lines += option_lines(str(index + 1), option.text, room.text, mark=mark)
    return lines


def option_lines(name: str, text: str, room: int, *, mark: str) -> list[Line]:
    """Lay an option of a choice out, behind its key; one with a mark is in bold."""
    style = TextStyle.ACCENT | TextStyle.BOLD if mark else TextStyle.DIM
    style = TextStyle.ALERT if mark == WRONG else style
    head = StyledText(f"{mark or ' '} {name}  ", style)
    indent = len(head.text)
    lines = terminal_lines(text, max(1, room - indent)) or [()]
    if mark and mark != WRONG:
        lines = [bold(line) for line in lines]
    first, *rest = lines
    return [(head, *first), *((StyledText(" " * indent), *line) for line in rest)]


def _answer_lines(question: Question, room: Room) -> list[Line]:
    lines: list[Line] = [(StyledText("─" * room.text, TextStyle.DIM),), ()]
    right = right_option(question)
    if right is None:
        return [*lines, *_text(read_blocks(question.answer), room)]
    name = str(right + 1)
    return [*lines, *option_lines(name, question.answer, room.text, mark=RIGHT)]


def _typed_lines(typed: TypedAnswer, room: int) -> list[Line]:
    """Return what was typed and, if it is wrong, the answer: differences in bold."""
    texts = [typed.typed, typed.expected]
    lines: list[Line] = []
    for spans in texts[:1] if typed.rating is Rating.GOOD else texts:
        line = tuple(
            StyledText(clean(text), TextStyle.DIM if is_common else _DIFFERENCE)
            for text, is_common in spans
        )
        lines += [centred(part, room) for part in wrap(line, room)]
    return [*lines, ()]


def _answer_notes(
    question: Question,
    note: Note,
    confused: Question | None,
    room: Room,
    *,
    answer_height: int,
) -> list[Line]:
    """Return what follows an answer: the confused card, the context, the note."""
    lines: list[Line] = []
    if confused is not None:
        lines += [(), *_text(read_blocks(confused.question), room, TextStyle.BOLD)]
        lines += [(), *_text(read_blocks(confused.answer), room)]
    # Short text below a centred answer is centred too.
    is_centred = right_option(question) is None and answer_height - 2 <= _SHORT
    max_centred = _SHORT if is_centred else 0
    if question.context:
        context = read_blocks(question.context)
        lines += [(), *_text(context, room, max_centred=max_centred)]
    return [*lines, *note_lines(note, room, max_centred=max_centred)]


def note_lines(note: Note, room: Room, *, max_centred: int) -> list[Line]:
    """Return what belongs to the whole note."""
    lines: list[Line] = []
    if note.extra:
        extra = read_blocks(note.extra)
        lines += [(), *_text(extra, room, max_centred=min(max_centred, 1))]
    was = was_line(note.changed, note.language)
    if was:
        paragraph = Paragraph(((StyledText(was, TextStyle.ALERT),),))
        lines += [(), *_text((paragraph,), room, max_centred=max_centred)]
    sources = _source_lines(note, room.text)
    return [*lines, *([()] if sources else []), *sources]


def _text(
    blocks: Blocks,
    room: Room,
    style: TextStyle = TextStyle.NORMAL,
    *,
    max_centred: int = _SHORT,
) -> list[Line]:
    """Centre short text and tables; start everything else at the left."""
    if all(isinstance(block, Paragraph) for block in blocks):
        lines = _balanced(blocks, room.text)
        if len(lines) <= max_centred:
            return [centred(_with(style, line), room.text) for line in lines]
    lines = block_lines(blocks, *room)
    if all(isinstance(block, Table) for block in blocks):
        return indented(lines, max(0, room.text - block_width(lines)) // 2)
    return [_with(style, line) for line in lines]


def _balanced(blocks: Blocks, room: int) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines += [()] if lines else []
            for line in block.lines:
                lines += wrap_evenly(line, room)
    return lines


def _source_lines(note: Note, room: int) -> list[Line]:
    """Return the sources, and when the fact was last checked."""
    lines: list[Line] = [
        (StyledText(name, TextStyle.DIM),) for name in source_names(note)
    ]
    checked = (StyledText(checked_line(note), TextStyle.DIM),)
    if lines and line_width(lines[-1]) + line_width(checked) + 2 <= room:
        blanks = " " * (room - line_width(lines[-1]) - line_width(checked))
        lines[-1] = (*lines[-1], StyledText(blanks), *checked)
    elif checked[0].text:
        lines.append(checked)
    return [part for line in lines for part in wrap(line, room)]


def bold(line: Line) -> Line:
    """Show a line in bold."""
    return _with(TextStyle.BOLD, line)


def _with(style: TextStyle, line: Line) -> Line:
    return tuple(StyledText(text, own | style) for text, own in line)


def centred(line: Line, room: int) -> Line:
    """Centre a line in that many columns."""
    blanks = (room - line_width(line)) // 2
    return (StyledText(" " * blanks), *line) if line and blanks > 0 else line
