"""Where a review on the full screen stands, and what each key makes of it.

No terminal here: keys come in by name, a `View` goes out.  A rating counts only
while its answer is shown, so a key pressed twice never rates a card unseen.
"""

from enum import Enum
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from flash.messages.operations import undone_text
from flash.messages.review import (
    KEYS,
    MIXED_UP,
    NO_MISS,
    NOT_MIXED_UP,
    NOT_READ,
    NOT_SAVED,
    NOTHING_TO_UNDO,
    RATINGS,
    all_done,
    answered_line,
    history_lines,
    interval_label,
    summary_lines,
    waiting_lines,
)
from flash.tui.confusion_search import ConfusionSearch, Typed
from srs.models.cards import Rating
from srs.store.connection import StoreError
from srs.study.prompt import Prompt
from srs.study.queue import Counts
from srs.study.session import Session

_PACE = 5
"""Answers after which the time left is estimated."""


_NOT_TAKEN = "The file was not taken in; press e to mend it"


class Mode(Enum):
    """What the screen shows."""

    ASKING = "asking"
    ANSWERED = "answered"
    WAITING = "waiting"
    OVER = "over"


class UiCommand(Enum):
    """What a key wants that only the terminal can do."""

    NOTHING = "nothing"
    QUIT = "quit"
    EDIT = "edit"
    OPEN = "open"


class View(Struct, frozen=True):
    """All that the screen shows at a moment."""

    mode: Mode = Mode.OVER
    turn: Prompt | None = None
    name: str = ""
    """Of a run beside the schedule."""
    counts: Counts = Counts(0, 0, 0)
    done: int = 0
    """Answers of the day."""
    minutes_left: int | None = None
    """Estimated from the pace of this run; None before there is one."""
    labels: tuple[str, ...] = ()
    """The next interval for each rating, once the answer is shown; empty beside the
    schedule."""
    sentences: tuple[str, ...] = ()
    """What stands in place of a question while waiting and at the end."""
    pages: tuple[str, ...] | None = None
    """Help or history, its title first, while it covers the card."""
    typed: Typed | None = None
    """The search for the card that was mixed up, while it covers the card."""
    message: str = ""
    is_alarm: bool = False
    """The message tells of something that went wrong."""


class ReviewViewModel:
    """A session on the full screen."""

    def __init__(self, session: Session) -> None:
        """Begin with the first question, or with what there is to say."""
        self._session = session
        self._shown_ms = session.now()
        self._took_ms = 0
        self._mixup: ConfusionSearch | None = None
        self.view = View(message=" ".join(session.notices), name=session.name)
        self._advance()

    def _advance(self) -> None:
        """Go to the next question; wait or end where there is none."""
        session = self._session
        # What was dealt with is gone, even where the next can't be read.
        self.view = replace(self.view, turn=None, mode=Mode.OVER, sentences=())
        turn = None if session.is_over() else session.next()
        counts = session.counts()
        self._shown_ms = session.now()
        self.view = replace(
            self.view,
            turn=turn,
            counts=counts,
            done=session.done_today(),
            minutes_left=self._minutes_left(counts),
            labels=(),
            sentences=(),
            mode=Mode.ASKING,
        )
        if turn is None:
            self._rest()

    def _rest(self) -> None:
        session = self._session
        wait_ms = None if session.is_over() else session.waiting_ms()
        if wait_ms is None:
            summary = session.summary()
            sentences = summary_lines(summary)
            if not self.view.counts.total:
                sentences = (all_done(summary), *sentences)
            self.view = replace(self.view, mode=Mode.OVER, sentences=sentences)
        else:
            sentences = waiting_lines(wait_ms)
            self.view = replace(self.view, mode=Mode.WAITING, sentences=sentences)

    def _minutes_left(self, counts: Counts) -> int | None:
        answers = self._session.done()
        if answers < _PACE or not self._took_ms or not counts.total:
            return None
        return max(1, round(self._took_ms / answers * counts.total / 60_000))

    def tick(self) -> bool:
        """Look at the clock while waiting; True where the view changed."""
        if self.view.mode is not Mode.WAITING or self.view.pages is not None:
            return False
        before = self.view
        self._advance()
        return self.view != before

    def press(self, key: str) -> UiCommand:
        """Do what a key stands for.

        Args:
            key: A character, `space` or `enter`; while a search is open, one of
                `flash.tui.confusion_search.KEYS` or a character.

        Returns:
            What is left to the terminal.
        """
        if self.view.pages is not None:
            wants_edit = self.view.pages[0] == _NOT_TAKEN and key.lower() == "e"
            self.view = replace(self.view, pages=None)
            return UiCommand.EDIT if wants_edit else UiCommand.NOTHING
        try:
            if self._mixup is not None:
                self._search(self._mixup, key)
                return UiCommand.NOTHING
            key = normalize("NFKC", key).lower()
            return UiCommand.QUIT if key == "q" else self._press(key)
        except StoreError as error:
            title = NOT_SAVED if self.view.turn else NOT_READ
            pages = (title, error.message, error.hint)
            self.view = replace(self.view, pages=pages)
            return UiCommand.NOTHING

    def _press(self, key: str) -> UiCommand:
        if key == "u":
            self._undo()
        elif key == "x":
            self._ask_mixup()
        elif key == "?":
            self.view = replace(self.view, pages=_help())
        elif key in ("space", "enter"):
            return self._go_on()
        elif self.view.turn is None:
            return UiCommand.NOTHING
        elif key in ("1", "2", "3", "4") and self.view.mode is Mode.ANSWERED:
            self._rate(Rating(int(key)))
        elif key in ("s", "b"):
            self._set_aside(key)
        elif key == "i":
            lines = history_lines(self._session.history())
            self.view = replace(self.view, pages=("History", *lines))
        elif key in ("e", "o"):
            return UiCommand.EDIT if key == "e" else UiCommand.OPEN
        return UiCommand.NOTHING

    def _go_on(self) -> UiCommand:
        match self.view.mode:
            case Mode.OVER:
                return UiCommand.QUIT
            case Mode.WAITING:
                self._session.go_ahead()
                self.say("")
                self._advance()
            case Mode.ASKING:
                outcomes = self._session.next_states()
                labels = tuple(
                    interval_label(outcomes[rating].interval)
                    for rating, _, _ in RATINGS
                    if rating in outcomes
                )
                self.view = replace(
                    self.view, mode=Mode.ANSWERED, labels=labels, message=""
                )
            case Mode.ANSWERED:
                pass
        return UiCommand.NOTHING

    def _rate(self, rating: Rating) -> None:
        took_ms = max(0, self._session.now() - self._shown_ms)
        answered = self._session.answer(rating, took_ms)
        self._took_ms += took_ms
        line = answered_line(answered)
        self.say(line, is_alarm=bool(line))
        self._advance()

    def _ask_mixup(self) -> None:
        """Rate an answer that is shown Again; ask what the last one was taken for."""
        if self.view.mode is Mode.ANSWERED:
            self._rate(Rating.AGAIN)
        missed = self._session.missed
        if missed is None:
            self.say(self.view.message or NO_MISS, is_alarm=self.view.is_alarm)
            return
        self._mixup = ConfusionSearch(self._session, missed)
        self.view = replace(self.view, typed=self._mixup.typed)

    def _search(self, mixup: ConfusionSearch, key: str) -> None:
        chosen = None if key == "escape" else mixup.press(key)
        if chosen is not None:
            is_noted = self._session.confused_with(chosen.card)
            self.say(MIXED_UP if is_noted else NOT_MIXED_UP, is_alarm=not is_noted)
        if chosen is not None or key == "escape":
            self._mixup = None
        typed = None if self._mixup is None else mixup.typed
        self.view = replace(self.view, typed=typed)

    def _undo(self) -> None:
        undone = self._session.undo()
        self.say(undone_text(undone.operation) if undone else NOTHING_TO_UNDO)
        self._advance()

    def _set_aside(self, key: str) -> None:
        if key == "s":
            self._session.suspend()
            self.say("suspended the card; u takes that back")
        else:
            self._session.bury()
            self.say("buried the card till tomorrow; u takes that back")
        self._advance()

    def reload(self) -> None:
        """Take in again what the person edited."""
        before = self.view
        trouble = self._session.reload()
        if trouble is None:
            self._advance()
            if before.mode is Mode.ANSWERED and _is_same(before.turn, self.view.turn):
                self._go_on()
            self.say("took the edited file in")
        else:
            pages = (_NOT_TAKEN, *trouble.splitlines())
            self.view = replace(self.view, pages=pages, message="", is_alarm=False)

    def say(self, message: str, *, is_alarm: bool = False) -> None:
        """Show a short sentence until something else is said."""
        self.view = replace(self.view, message=message, is_alarm=is_alarm)


def _is_same(before: Prompt | None, after: Prompt | None) -> bool:
    return before is not None and after is not None and before.card.id == after.card.id


def _help() -> tuple[str, ...]:
    ratings = [f"{int(r)}  {name}: {when}" for r, name, when in RATINGS]
    keys = [f"{key}  {word}: {sentence}" for key, word, sentence in KEYS]
    scroll = "Arrows, PgUp, PgDn, Home, End: scroll what is too long"
    title = "Space or Enter shows the answer; a digit rates it"
    return (title, *ratings, "", *keys, "", scroll)
