"""The card between header and ratings: question, answer, and what belongs to it.

Everything stands in one column in the middle.  A short question and a short
answer are centred in it; what is long, or has parts, starts at its left edge.
"""

from collections.abc import Sequence

from msgspec import Struct

from cards.note import Note
from cards.questions import Question
from cards.text.blocks import Blocks, Paragraph, Table, read_blocks
from cards.text.terminal import block_lines, block_width, plain_text, terminal_lines
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clean,
    clipped,
    line_width,
    width_of,
    wrap,
    wrap_evenly,
)
from flash.messages.review import (
    checked_line,
    one_line,
    option_letter,
    right_option,
    source_names,
    was_line,
)
from flash.tui.confusion_search import Typed
from flash.tui.panes import Pane, half_room, side_by_side
from flash.tui.view_model import Mode, View

_WIDEST = 66
_SHORT = 3
"""Lines up to which a text is centred."""
_RIGHT = "✓"
_INDENT = 3
_WIDE = 60
"""From so much room on an answer stands beside its question in a list."""
_TWO = 70
"""From so many columns on two cards stand side by side."""
_WIDEST_TWO = 96


class Card(Struct, frozen=True):
    """The lines of a card."""

    lines: list[Line]
    answer_at: int = 0
    """Where the answer begins; 0 while it is hidden."""
    answer_end: int = 0
    """Where it ends, and what is said beside it begins."""
    focus: int = 0
    """A line that has to be seen, where there is one."""


def card_lines(view: View, columns: int) -> Card:
    """Lay out what stands between header and ratings.

    Args:
        view: What to show.
        columns: Width of the terminal.

    Returns:
        Lines no wider than the terminal.
    """
    room = max(1, min(_WIDEST, columns - 4))
    left = max(0, (columns - room) // 2)
    if view.pages is not None:
        return Card(_shifted(_pages(view.pages, room), left))
    if view.typed is not None:
        card = _search(view.typed, room)
        return Card(_shifted(card.lines, left), focus=card.focus)
    if view.turn is None:
        lines = [line for text in view.sentences for line in _sentence(text, room)]
        return Card(_shifted(lines, left))
    question = view.turn.question
    other = view.turn.partner if view.mode is Mode.ANSWERED else None
    if other is not None and columns >= _TWO:
        return _two(question, other, view.turn.note, columns)
    asked = _question(question, room, shown=view.mode is Mode.ANSWERED)
    if view.mode is not Mode.ANSWERED:
        return Card(_shifted(asked, left))
    answer = _answer(question, room)
    more = _beyond(question, view.turn.note, room, other, answer)
    lines = [*asked, (), *answer, *more]
    end = len(asked) + 1 + len(answer)
    return Card(_shifted(lines, left), len(asked), end)


def _two(asked: Question, other: Question, note: Note, columns: int) -> Card:
    """Set a card beside the one that it was mixed up with; what is more, below."""
    room = min(_WIDEST_TWO, columns - 4)
    half = half_room(room)
    left, right = (
        Pane(
            [
                _with(TextStyle.BOLD, line)
                for line in terminal_lines(one.question, half)
            ],
            terminal_lines(one.answer, half),
        )
        for one in (asked, other)
    )
    both = side_by_side(left, right, room)
    lines = _shifted([*both, *_more(note, room, most=0)], (columns - room) // 2)
    answer_at = max(len(left.question), len(right.question))
    return Card(lines, answer_at, len(both))


def _search(typed: Typed, room: int) -> Card:
    """Give what was missed, what is typed, and the cards that may be meant."""
    lines: list[Line] = [
        (StyledText(clipped(_single(typed.missed), room), TextStyle.DIM),),
        (),
        (StyledText(clipped("Which card did you take it for?", room), TextStyle.BOLD),),
        (
            StyledText("› ", TextStyle.ACCENT),
            StyledText(_end(typed.text, room - 3)),
            StyledText("▏"),
        ),
        (),
    ]
    if not typed.found:
        said = "no card has that" if typed.text else ""
        return Card([*lines, (StyledText("  " + said, TextStyle.DIM),)])
    answers = [clipped(_single(one.answer), room * 2 // 5) for one in typed.found]
    beside = max(map(width_of, answers)) + 2 if room >= _WIDE else 0
    focus = 0
    for index, (one, answer) in enumerate(zip(typed.found, answers, strict=True)):
        asked, most = _single(one.question), max(1, room - 2 - beside)
        if index != typed.chosen:
            lines.append(_candidate(asked, answer, most, beside))
            continue
        if not beside:
            lines += _unfolded(asked, _single(one.answer), most)
        else:
            spans = _candidate(asked, answer, most, beside, TextStyle.BOLD)
            lines.append((StyledText("▸ ", TextStyle.ACCENT), *spans[1:]))
        focus = len(lines) - 1
    return Card(lines, focus=focus)


def _candidate(
    asked: str, answer: str, most: int, beside: int, look: TextStyle = TextStyle.NORMAL
) -> Line:
    asked = clipped(asked, most)
    blanks = " " * (most - width_of(asked) + 2)
    end = (StyledText(blanks + answer, TextStyle.DIM),) if beside else ()
    return (StyledText("  "), StyledText(asked, look), *end)


def _unfolded(asked: str, answer: str, most: int) -> list[Line]:
    """Show the chosen one whole where its answer has no room beside it."""
    lines = wrap((StyledText(clipped(asked, 3 * most - 6), TextStyle.BOLD),), most)
    lines.append((StyledText(clipped(answer, most), TextStyle.DIM),))
    mark = StyledText("▸ ", TextStyle.ACCENT)
    return [
        (StyledText("  ") if index else mark, *one) for index, one in enumerate(lines)
    ]


def _single(text: str) -> str:
    return one_line(plain_text(text))


def _end(text: str, columns: int) -> str:
    """Give the end of what was typed where not all of it fits."""
    text = clean(text)
    while text and width_of(text) > columns:
        text = text[1:]
    return text


def _rule(room: int) -> Line:
    return (StyledText("─" * room, TextStyle.DIM),)


def _shifted(lines: Sequence[Line], left: int) -> list[Line]:
    return [
        (StyledText(" " * left), *line) if line and left else line for line in lines
    ]


def _pages(pages: Sequence[str], room: int) -> list[Line]:
    """Give a title and its lines; what goes on in the next line is indented."""
    title, *texts = pages
    lines = [*wrap((StyledText(title, TextStyle.BOLD),), room), ()]
    for text in texts:
        first, *rest = wrap((StyledText(clean(text)),), max(1, room - _INDENT))
        lines.append(first)
        lines += [(StyledText(" " * _INDENT), *line) for line in rest]
    return lines


def _sentence(text: str, room: int) -> list[Line]:
    lines = wrap_evenly((StyledText(text),), room)
    return [*(_in_middle(line, room) for line in lines), ()]


def _question(question: Question, room: int, *, shown: bool) -> list[Line]:
    blocks = read_blocks(question.question)
    if not question.options:
        return _text(blocks, room, TextStyle.BOLD)
    lines = [_with(TextStyle.BOLD, line) for line in block_lines(blocks, room)]
    right = right_option(question) if shown else None
    lines.append(())
    for index, option in enumerate(question.options):
        lines += _option(index, option.text, room, is_right=index == right)
    return lines


def _option(index: int, text: str, room: int, *, is_right: bool) -> list[Line]:
    mark = _RIGHT if is_right else " "
    look = TextStyle.ACCENT | TextStyle.BOLD if is_right else TextStyle.DIM
    indent = len(mark) + len(option_letter(index)) + 3
    first, *rest = terminal_lines(text, max(1, room - indent)) or [()]
    if is_right:
        first, rest = (
            _with(TextStyle.BOLD, first),
            [_with(TextStyle.BOLD, o) for o in rest],
        )
    head = StyledText(f"{mark} {option_letter(index)}  ", look)
    return [(head, *first), *((StyledText(" " * indent), *line) for line in rest)]


def _answer(question: Question, room: int) -> list[Line]:
    lines: list[Line] = [_rule(room), ()]
    right = right_option(question)
    if right is None:
        return [*lines, *_text(read_blocks(question.answer), room)]
    return [*lines, *_option(right, question.answer, room, is_right=True)]


def _beyond(
    question: Question,
    note: Note,
    room: int,
    other: Question | None,
    answer: Sequence[Line],
) -> list[Line]:
    """Give what follows an answer: another card's, the context, the note's rest."""
    lines: list[Line] = []
    if other is not None:
        lines += [(), *_text(read_blocks(other.question), room, TextStyle.BOLD)]
        lines += [(), *_text(read_blocks(other.answer), room)]
    # What follows a centred answer is centred too, while it is short.
    is_short = right_option(question) is None and len(answer) - 2 <= _SHORT
    most = _SHORT if is_short else 0
    if question.context:
        lines += [(), *_text(read_blocks(question.context), room, most=most)]
    return [*lines, *_more(note, room, most=most)]


def _more(note: Note, room: int, *, most: int) -> list[Line]:
    """Give what belongs to the note as a whole."""
    lines: list[Line] = []
    if note.extra:
        lines += [(), *_text(read_blocks(note.extra), room, most=min(most, 1))]
    was = was_line(note.changed, note.language)
    if was:
        spans: Line = (StyledText(was, TextStyle.ALERT),)
        lines += [(), *_text((Paragraph((spans,)),), room, most=most)]
    small = _small(note, room)
    return [*lines, *([()] if small else []), *small]


def _text(
    blocks: Blocks, room: int, look: TextStyle = TextStyle.NORMAL, *, most: int = _SHORT
) -> list[Line]:
    """Centre what is short, a table as a whole; all else starts at the left."""
    if all(isinstance(block, Paragraph) for block in blocks):
        lines = _evenly(blocks, room)
        if len(lines) <= most:
            return [_in_middle(_with(look, line), room) for line in lines]
    lines = block_lines(blocks, room)
    if all(isinstance(block, Table) for block in blocks):
        return _shifted(lines, (room - block_width(lines)) // 2)
    return [_with(look, line) for line in lines]


def _evenly(blocks: Blocks, room: int) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines += [()] if lines else []
            lines += [one for line in block.lines for one in wrap_evenly(line, room)]
    return lines


def _small(note: Note, room: int) -> list[Line]:
    """Give where the fact can be read, and when it was checked."""
    small: list[Line] = [
        (StyledText(name, TextStyle.DIM),) for name in source_names(note)
    ]
    checked = (StyledText(checked_line(note), TextStyle.DIM),)
    if small and line_width(small[-1]) + line_width(checked) + 2 <= room:
        blanks = " " * (room - line_width(small[-1]) - line_width(checked))
        small[-1] = (*small[-1], StyledText(blanks), *checked)
    elif checked[0].text:
        small.append(checked)
    return [part for line in small for part in wrap(line, room)]


def _with(look: TextStyle, line: Line) -> Line:
    return tuple(StyledText(text, own | look) for text, own in line)


def _in_middle(line: Line, room: int) -> Line:
    blanks = (room - line_width(line)) // 2
    return (StyledText(" " * blanks), *line) if line and blanks > 0 else line
