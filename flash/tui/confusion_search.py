"""Search for the card that was confused with a missed one: type, select, Enter.

Every character is search text, digits too, since facts are full of them; the arrow
keys select.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from cards.text.terminal import plain_text
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clipped,
    width_of,
    wrap,
)
from cards.translate import _
from flash.messages.cards import one_line
from flash.messages.review import CONFUSION_PROMPT, NO_MATCH
from flash.tui.text_input import EDIT_KEYS, TextInput, input_line
from srs.store.card_search import Candidate

KEYS = ("up", "down", "enter", "escape", *EDIT_KEYS)
"""Keys by name; any other key is the character that it types."""
_TWO_COLUMNS = 60
"""From this width on an answer is shown next to its question."""
_MARK = StyledText("▸ ", TextStyle.ACCENT)
_NO_MARK = StyledText("  ")


class SearchView(Struct, frozen=True):
    """What the screen shows of a search."""

    missed: str
    """The question that was missed, Markdown."""
    typed: TextInput = TextInput()
    found: tuple[Candidate, ...] = ()
    selected: int = 0
    """Index into `found`."""


class ConfusionSearch:
    """A search for the confused card."""

    def __init__(
        self,
        missed: str,
        find: Callable[[str], tuple[Candidate, ...]],
        duration_ms: int | None = None,
    ) -> None:
        """Show the cards that were confused with the missed one before.

        Args:
            missed: The question that was missed, Markdown.
            find: Finds cards by a part of their text.
            duration_ms: How long the miss took; None if it is rated already.
        """
        self._find, self.duration_ms = find, duration_ms
        self.view = SearchView(missed, found=find(""))

    def press(self, key: str) -> Candidate | None:
        """Type, select or erase.

        Args:
            key: A character, or one of `KEYS` except Escape.

        Returns:
            The card chosen with Enter.
        """
        view = self.view
        match key:
            case "enter":
                return view.found[view.selected] if view.found else None
            case "up" | "down":
                step = 1 if key == "down" else -1
                selected = (view.selected + step) % max(1, len(view.found))
                self.view = replace(view, selected=selected)
            case _:
                self._set_text(view.typed.press(key))
        return None

    def _set_text(self, typed: TextInput) -> None:
        """Show a typed text; find cards again if it is another one."""
        before, self.view = self.view, replace(self.view, typed=typed)
        if typed.text != before.typed.text:
            found = self._find(typed.text)
            self.view = replace(self.view, found=found, selected=0)


def search_lines(search: SearchView, columns: int) -> tuple[list[Line], int]:
    """Lay a search out.

    Args:
        search: What to show.
        columns: Width available.

    Returns:
        The lines, and the index of the selected one; 0 if nothing was found.
    """
    lines: list[Line] = [
        (StyledText(clipped(_plain(search.missed), columns), TextStyle.DIM),),
        (),
        (StyledText(clipped(_(CONFUSION_PROMPT), columns), TextStyle.BOLD),),
        input_line(search.typed, columns),
        (),
    ]
    if not search.found:
        status = _(NO_MATCH) if search.typed.text else ""
        return [*lines, (_NO_MARK, StyledText(status, TextStyle.DIM))], 0
    answers = [clipped(_plain(one.answer), columns * 2 // 5) for one in search.found]
    reserved = max(map(width_of, answers)) + 2 if columns >= _TWO_COLUMNS else 0
    room = max(1, columns - 2 - reserved)
    last_selected = 0
    rows = zip(search.found, answers, strict=True)
    for index, (candidate, answer) in enumerate(rows):
        is_selected = index == search.selected
        if is_selected and not reserved:
            lines += _unfolded(candidate, room)
        else:
            shown = answer if reserved else ""
            lines.append(_row(candidate, shown, room, is_selected=is_selected))
        if is_selected:
            last_selected = len(lines) - 1
    return lines, last_selected


def _row(candidate: Candidate, answer: str, room: int, *, is_selected: bool) -> Line:
    question = clipped(_plain(candidate.question), room)
    style = TextStyle.BOLD if is_selected else TextStyle.NORMAL
    mark = _MARK if is_selected else _NO_MARK
    if not answer:
        return (mark, StyledText(question, style))
    blanks = " " * (room - width_of(question) + 2)
    return (
        mark,
        StyledText(question, style),
        StyledText(blanks + answer, TextStyle.DIM),
    )


def _unfolded(candidate: Candidate, room: int) -> list[Line]:
    """Show question and answer below each other where both don't fit in a row."""
    question = clipped(_plain(candidate.question), 3 * room - 6)
    lines = wrap((StyledText(question, TextStyle.BOLD),), room)
    lines.append((StyledText(clipped(_plain(candidate.answer), room), TextStyle.DIM),))
    return [(_NO_MARK if index else _MARK, *line) for index, line in enumerate(lines)]


def _plain(text: str) -> str:
    return one_line(plain_text(text))
