"""What the full screens show at one moment, and what a key asks of the terminal."""

from enum import Enum
from typing import Self
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from flash.messages.review_keys import DEFAULT_KEYS, ReviewKeys
from flash.tui.confusion_search import SearchView
from flash.tui.text_input import TextInput
from srs.study.prompt import Prompt
from srs.study.queue import Counts
from srs.study.typed_answer import TypedAnswer


class Mode(Enum):
    """What the screen shows."""

    ASKING = "asking"
    ANSWERED = "answered"
    WAITING = "waiting"
    OVER = "over"


class UiCommand(Enum):
    """What only the terminal can do for a key."""

    NOTHING = "nothing"
    QUIT = "quit"
    EDIT = "edit"
    MEDIA = "media"


class Overlay(Struct, frozen=True):
    """A text that covers the card until a key is pressed."""

    title: str
    lines: tuple[str, ...]
    is_edit_offered: bool = False
    """The key for edit opens the editor again."""


class ScreenView(Struct, frozen=True):
    """What every full screen shows."""

    message: str = ""
    is_alarm: bool = False
    """The message reports that something went wrong."""

    def is_same_page(self, before: Self) -> bool:
        """Return True if what was scrolled before is still shown."""
        shown = replace(before, message=self.message, is_alarm=self.is_alarm)
        return shown == self


class AnsweringView(ScreenView, frozen=True):
    """What a screen with questions shows."""

    overlay: Overlay | None = None
    search: SearchView | None = None
    """The search for a confused card while it covers the card."""


class View(AnsweringView, frozen=True):
    """Everything the screen shows at one moment."""

    mode: Mode = Mode.OVER
    prompt: Prompt | None = None
    keys: ReviewKeys = DEFAULT_KEYS
    session_name: str = ""
    """Name of a cram; empty for the daily review."""
    counts: Counts = Counts(0, 0, 0)
    done: int = 0
    """Cards finished today; with those left, the goal of the day."""
    minutes_left: int | None = None
    """Estimated from the pace of this review; None before there is one."""
    intervals: tuple[str, ...] = ()
    """The next interval per rating once the answer is shown; empty in a cram."""
    sentences: tuple[str, ...] = ()
    """Shown instead of a question while waiting and at the end."""
    chosen: int | None = None
    """The option that was chosen."""
    typing: TextInput | None = None
    """What was typed as the answer so far; None if no answer is being typed."""
    typed: TypedAnswer | None = None
    """The typed answer, compared with the shown one."""


def key_name(key: str, character: str | None) -> str:
    """Return the name of a key, or the character that it types.

    Args:
        key: The name that Textual gives it.
        character: What it types; None if nothing.

    Returns:
        `space` for a blank, and the half-width form of a full-width character, as input
        methods send them.
    """
    typed = normalize("NFKC", character or "")
    if typed == " ":
        return "space"
    return typed if typed and typed.isprintable() else key
