"""The wording that the screen, the plain mode and the commands share.

Whatever comes from a deck is cleaned here, so that no control character of a
file reaches a terminal.
"""

from cards.note import Change, Note, Source
from cards.questions import Question
from cards.text.terminal import plain_text
from cards.text.width import clean
from srs.models.cards import Rating
from srs.store.revlog import HistoryLine
from srs.study.queue import Counts
from srs.study.session import Answered, Session, Summary

_MONTH_DAYS = 30.4375
_YEAR_DAYS = 365.25
_WEB = ("https://", "http://")

KEYS: tuple[tuple[str, str, str], ...] = (
    ("u", "undo", "take the last step back, then the one before it"),
    ("x", "mixup", "rate Again and name the card you took it for, also after Again"),
    ("e", "edit", "open the card in your editor, take the change in"),
    ("s", "suspend", "set the card aside till you unsuspend it"),
    ("b", "bury", "let the card rest till tomorrow"),
    ("o", "source", "open the page that the fact comes from"),
    ("i", "history", "show every answer to this card"),
    ("?", "help", "show this page"),
    ("q", "quit", "leave; every answer is already on disk"),
)
"""What a key does besides answering: the key, a word for it, a sentence."""

RATINGS: tuple[tuple[Rating, str, str], ...] = (
    (Rating.AGAIN, "Again", "not known"),
    (Rating.HARD, "Hard", "known after a struggle"),
    (Rating.GOOD, "Good", "known"),
    (Rating.EASY, "Easy", "known at once"),
)
"""Each rating, its name and when to give it."""

NOT_SCHEDULED = "not scheduled"
"""In place of intervals beside the schedule."""
NO_MISS = "x names the card you took for the one you missed"
MIXED_UP = "noted which card it was taken for; u takes that back"
NO_PAIRS = "No pair of cards is to be told apart: x on a miss names one."
NOT_MIXED_UP = "that answer no longer stands; nothing was written"
NOTHING_TO_UNDO = "nothing to undo"
NOT_SAVED = "That was not saved"
NOT_READ = "The next card can't be read"
NO_SOURCE = "this card names no page"


def interval_label(interval: int) -> str:
    """Write an interval short.

    Args:
        interval: Days when positive, seconds when negative.

    Returns:
        Such as `10 min`, `3 d`, `1.2 mo` or `2.3 y`.
    """
    if interval < 0:
        return _seconds_label(-interval)
    if interval <= 30:
        return f"{interval} d"
    if interval < 365:
        return f"{_short(interval / _MONTH_DAYS)} mo"
    return f"{_short(interval / _YEAR_DAYS)} y"


def clock_label(milliseconds: int) -> str:
    """Write a span of time: `45 s`, `6 min`, `1.5 h`."""
    return _seconds_label(max(0, round(milliseconds / 1000)))


def _seconds_label(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if round(seconds / 60) < 60:
        return f"{round(seconds / 60)} min"
    if seconds < 86_400:
        return f"{_short(seconds / 3600)} h"
    return f"{_short(seconds / 86_400)} d"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def breadcrumb(deck: str) -> str:
    """Write a deck's name as a path: `AWS Security › 13 Secrets`."""
    return " › ".join(one_line(part) for part in deck.split("::"))


def one_line(text: str) -> str:
    """Clean a text and fold its white space."""
    return " ".join(clean(text).split())


def backlog_line(session: Session) -> str:
    """Say that a backlog is taken in portions; empty where it isn't."""
    overdue = session.overdue()
    if not overdue:
        return ""
    due = session.counts().due
    return (
        f"catching up: {due} of {overdue} due cards today, first what fades "
        "fastest; new cards wait"
    )


def exam_line(session: Session) -> str:
    """Say how far away the exam is; empty where there is none."""
    days = session.days_to_exam()
    if days is None or session.name:
        return ""
    when = "tomorrow" if days == 1 else f"in {days} days"
    return f"exam {when}: first what brings the most points"


def counts_label(counts: Counts, name: str = "") -> str:
    """Say what is left: `new 12 · learning 3 · due 48`, or `cram · 12 left`."""
    if name:
        return f"{name} · {counts.total} left"
    return f"new {counts.new} · learning {counts.learning} · due {counts.due}"


def was_line(changed: Change | None, language: str = "") -> str:
    """Say what older notes have in place of the answer, empty where nothing."""
    if changed is None:
        return ""
    since, was = changed.since, one_line(plain_text(changed.was))
    if language.startswith("ja"):
        return f"{since} まで：{was}" if since else f"以前：{was}"
    return f"until {since}: {was}" if since else f"earlier: {was}"


def source_names(note: Note) -> list[str]:
    """Name the sources of a note, those that can be opened marked with `↗`."""
    return [
        one_line(source.title or source.url) + (" ↗" if _is_web(source) else "")
        for source in note.sources
        if source.title or source.url
    ]


def source_url(note: Note) -> str:
    """Give the first address that a browser may open, empty where there is none."""
    return next((one.url for one in note.sources if _is_web(one)), "")


def _is_web(source: Source) -> bool:
    return source.url.lower().startswith(_WEB) and source.url.isprintable()


def checked_line(note: Note) -> str:
    """Say when the fact was last verified, empty where that is unknown."""
    return f"checked {note.checked}" if note.checked else ""


def option_letter(index: int) -> str:
    """Name an option: A, B, C and so on."""
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def right_option(question: Question) -> int | None:
    """Find the right one among the options as shown, counted from 0."""
    for index, option in enumerate(question.options):
        if option.text.strip() == question.answer.strip():
            return index
    return None


def answered_line(answered: Answered) -> str:
    """Say what is worth knowing about an answer; mostly nothing."""
    if not answered.applied:
        return "that card was answered elsewhere meanwhile; nothing counts twice"
    if not answered.became_leech or answered.state is None:
        return ""
    lapses = answered.state.lapses
    end = " and is suspended" if answered.suspended else ""
    return f"that card was forgotten {lapses} times{end}: reword it, or split it"


def waiting_lines(wait_ms: int) -> tuple[str, str]:
    """Say that only learning cards are left, and when the next one comes."""
    seconds = max(1, -(-wait_ms // 1000))
    minutes, rest = divmod(seconds, 60)
    when = f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
    return "Nothing is due at this moment.", f"The next card comes in {when}."


def all_done(summary: Summary) -> str:
    """Say that no card is left."""
    if not summary.name:
        return "Nothing more is due today."
    if summary.answered:
        return "Every card was known."
    return NO_PAIRS if summary.name == "mixed up" else "There is nothing to go through."


def summary_lines(summary: Summary) -> tuple[str, ...]:
    """Sum a run up in short sentences."""
    due = "1 card is" if summary.tomorrow == 1 else f"{summary.tomorrow} cards are"
    after = f"Tomorrow {due} due."
    if summary.name:
        after = "The schedule is as it was."
    if not summary.answered:
        return ("Nothing was answered.", after)
    share = round(100 * summary.correct / summary.answered)
    answers = "1 answer" if summary.answered == 1 else f"{summary.answered} answers"
    spent = clock_label(summary.took_ms)
    return (f"{answers}, {share} % right, {spent}.", after)


def history_lines(history: list[HistoryLine]) -> list[str]:
    """Describe each past answer to a card in one line, columns aligned."""
    if not history:
        return ["not answered yet"]
    return [_history_line(line) for line in history]


def _history_line(line: HistoryLine) -> str:
    from datetime import UTC, datetime

    local = datetime.fromtimestamp(line.at_ms / 1000 + line.offset_min * 60, UTC)
    names = {int(rating): name for rating, name, _ in RATINGS}
    name = names.get(line.rating, "set")
    interval = "beside" if line.look else interval_label(line.interval)
    undone = "  undone" if line.void else ""
    took = clock_label(line.took_ms)
    text = f"{local:%Y-%m-%d %H:%M}  {name:<5}  {interval:>7}  took {took}{undone}"
    return text.rstrip()
