"""The page of a mock exam: a question with options, the score, or a result."""

from cards.text.blocks import read_blocks
from cards.text.terminal import block_lines
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clean,
    clipped,
    width_of,
    wrap,
)
from cards.translate import _
from flash.messages.cards import option_letter
from flash.messages.mock_exam import (
    NOT_ANSWERED,
    exam_keys,
    result_keys,
    shown_question,
)
from flash.tui.card import (
    CHOSEN,
    RIGHT,
    WRONG,
    CardLayout,
    Room,
    bold,
    covering_layout,
    in_column,
    in_middle,
    note_lines,
    option_lines,
    room_of,
)
from flash.tui.mock_view import MockMode, MockView
from flash.tui.page import (
    CARD_ONLY,
    COMPACT,
    Frame,
    Page,
    covering_keys,
    dim,
    footer,
    key_line,
    key_rows,
    message_lines,
    placed,
    progress_line,
)


def mock_layout(
    view: MockView, columns: int, rows: int, scroll: int | None = None
) -> Page:
    """Lay a mock exam out; see `flash.tui.page.layout`."""
    frame = Frame(
        _head(view, columns, rows),
        message_lines(view, columns, rows),
        _foot(view, columns, rows),
    )
    return placed(frame, _card(view, columns), columns, rows, scroll)


def _head(view: MockView, columns: int, rows: int) -> list[Line]:
    room = max(1, columns - 2)
    is_marked = view.answer.is_marked and view.mode is MockMode.ASKING
    parts = (_("marked") if is_marked else "", view.place, view.time)
    state = " · ".join(text for text in parts if text)
    if rows <= CARD_ONLY:
        return []
    title = clipped(view.title, max(0, room - width_of(state) - 3))
    blanks = " " * max(1, room - width_of(title) - width_of(state))
    lines = wrap(dim(title + blanks + state if title else state), room)
    progress = progress_line(*view.progress, view.progress_label, room)
    shown = lines if rows < COMPACT else [*lines, progress]
    return [(StyledText(" "), *line) for line in lines] + shown[len(lines) :]


def _card(view: MockView, columns: int) -> CardLayout:
    room = room_of(columns).text
    cover = covering_layout(view, columns)
    if cover is not None:
        return cover
    if view.mode is MockMode.SCORE:
        score = [
            line
            for text in view.lines
            for line in (wrap((StyledText(clean(text)),), room) if text else [()])
        ]
        return CardLayout(in_column([bold(score[0]), *score[1:]], columns))
    return CardLayout(in_middle(_question(view, room_of(columns)), columns))


def _question(view: MockView, room: Room) -> list[Line]:
    asked, chosen = view.asked, view.answer.chosen
    if asked is None:
        return []
    is_result = view.mode is MockMode.RESULT
    lines = [
        bold(line) for line in block_lines(read_blocks(shown_question(asked)), *room)
    ]
    lines.append(())
    for index, option in enumerate(asked.options):
        mark = CHOSEN if index == chosen else ""
        if is_result:
            mark = WRONG if index == chosen else ""
            mark = RIGHT if index == asked.right else mark
        lines += option_lines(option_letter(index), option, room.text, mark=mark)
    if is_result and chosen is None:
        lines += [(), (StyledText(_(NOT_ANSWERED), TextStyle.ALERT),)]
    if is_result and view.prompt is not None:
        rule: Line = (StyledText("─" * room.text, TextStyle.DIM),)
        lines += [(), rule, *note_lines(view.prompt.note, room, max_centred=0)]
    return lines


def _foot(view: MockView, columns: int, rows: int) -> list[Line]:
    keys = covering_keys(view, columns)
    if view.is_handing_in:
        keys = _hand_in_keys(columns), [()]
    if keys is None:
        keys = _main_keys(view, columns), _other_keys(view, columns)
    return footer(*keys, columns, rows)


def _hand_in_keys(columns: int) -> list[Line]:
    line = (
        StyledText("h", TextStyle.ACCENT | TextStyle.BOLD),
        StyledText("  " + _("hand in") + "    "),
        StyledText(_("any other key"), TextStyle.ACCENT | TextStyle.BOLD),
        StyledText("  " + _("back")),
    )
    return [*wrap(line, columns), ()][:2]


def _other_keys(view: MockView, columns: int) -> list[Line]:
    """Return the other keys."""
    keys = exam_keys() if view.mode is MockMode.ASKING else result_keys()
    if view.mode is MockMode.SCORE:
        keys = keys[-2:]
    shown = [(key, label) for key, label, _description in keys]
    return key_rows(shown, columns)


def _main_keys(view: MockView, columns: int) -> list[Line]:
    """Return the two rows with the key needed next."""
    if view.mode is MockMode.ASKING and view.asked and view.answer.chosen is None:
        last = option_letter(len(view.asked.options) - 1)
        return key_line(f"A-{last}", _("answer"), columns)
    if view.mode is MockMode.ASKING:
        return key_line(_("Space"), _("next question"), columns)
    if view.following:
        return key_line(_("Space"), view.following, columns)
    return key_line("q", _("quit"), columns)
