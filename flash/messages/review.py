"""Messages of a review, shared by the full screen and the plain mode.

The language is known only when the program runs: `_` translates a constant where it
is shown.
"""

import shlex
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from cards.note import Note
from cards.questions import Question
from cards.text.width import width_of
from cards.translate import N_, _, ngettext, program
from flash.messages.cards import (
    breadcrumb,
    duration_label,
    flag_sign,
    interval_label,
    right_option,
    short_question,
)
from flash.messages.due import backlog_line, due_line
from flash.messages.phrases import count_cards, labelled
from flash.messages.review_keys import ReviewKeys
from flash.terminal import clip_line, padded
from srs.models.cards import Rating
from srs.models.day_counts import Backlog
from srs.models.exam import Exam
from srs.scheduler.study_day import day_date
from srs.store.revlog import HistoryLine
from srs.study.prompt import Prompt
from srs.study.queue import Counts
from srs.study.results import Answered, Obstacle, Summary
from srs.study.session import Session

NOT_SCHEDULED = N_("not scheduled")
CONFUSION_HINT = N_("After a miss, {mix_up} records which card you confused it with.")
CONFUSION_PROMPT = N_("Which card did you confuse it with?")
NO_MATCH = N_("No matching cards.")
NO_ANSWERS = N_("No answers yet.")
NOTHING_TO_UNDO = N_("Nothing to undo.")
SUSPENDED = N_("Suspended. Press {undo} to undo.")
BURIED = N_("Buried until tomorrow. Press {undo} to undo.")
FLAG_PROMPT = N_("Flag: 1 to 7, 0 for none; any other key cancels")
NOT_SAVED = N_("Not saved")
NOT_READ = N_("The next card cannot be read")
NO_DECKS = N_("No decks yet. Add one with flash add FILE, or flash add aws-security.")
OPEN_SOURCE = N_("The source may give the answer away. Press {link} again to open it.")
NO_SOURCE = N_("This card has no source link.")
NO_EDITOR = N_("No editor found. Set $VISUAL or $EDITOR.")
TEXT_NOT_TAKEN = N_("The card was not changed. Press {edit} to fix it.")
TEXT_UNCHANGED = N_("The card was not changed.")
FILE_UNCHANGED = N_("The deck file was not changed.")
CARD_CHANGED = N_("Card changed. Press {undo} to undo.")
FILE_RELOADED = N_("Deck file reloaded.")
FILE_NOT_RELOADED = N_("The deck file was not reloaded. Press {edit} to fix it.")
NONE_DUE_NOW = N_("No card is due right now.")


def edited_line(note: Note, *, changed: bool) -> str:
    """Tell whether an editor changed a note, or the deck file that it is in."""
    if not note.line:
        return _("The card was changed.") if changed else _(TEXT_UNCHANGED)
    text = _("{file} was added again.") if changed else _(FILE_UNCHANGED)
    return text.format(file=note.file)


def text_kept_line(file: Path) -> str:
    """Name the file with an edited text that was not taken."""
    return _("Your text is in {file}.").format(file=file)


def elsewhere_line(device: str) -> str:
    """Tell which device has the deck file of a card that is edited here."""
    text = _(
        "The deck file of this card is on {device}; {command} there reports the edit."
    )
    # Not with the `--db` of this device, as `_` would name it.
    return text.format(device=clip_line(device, 40), command="flash add")


def rating_help() -> tuple[tuple[Rating, str, str], ...]:
    """Return each rating, its name and when to choose it."""
    return (
        (Rating.AGAIN, _("Again"), _("forgotten")),
        (Rating.HARD, _("Hard"), _("recalled with difficulty")),
        (Rating.GOOD, _("Good"), _("recalled")),
        (Rating.EASY, _("Easy"), _("recalled at once")),
    )


def help_lines(keys: ReviewKeys) -> tuple[str, tuple[str, ...]]:
    """Return the title and the lines of the help of the full screen."""
    ratings = [labelled(f"{int(r)}  {name}", when) for r, name, when in rating_help()]
    others = [labelled(f"{key}  {label}", text) for key, label, text in keys.help()]
    title = _("Space or Enter shows the answer, then rates Good; 1 to 4 rates.")
    scroll = _("Arrows, j and k, PgUp, PgDn, Home, End: scroll a long card")
    return title, (*ratings, *others, scroll)


def suggestion_line(rating: Rating) -> str:
    """Suggest a rating for a typed answer."""
    return {
        Rating.GOOD: _("Right: 3 Good is suggested."),
        Rating.HARD: _("Nearly right: 2 Hard is suggested."),
    }.get(rating, _("Wrong: 1 Again is suggested."))


def chosen_line(question: Question | None, chosen: int | None) -> str:
    """Suggest a rating for the option with an index; empty if none was chosen."""
    if question is None or chosen is None:
        return ""
    is_right = chosen == right_option(question)
    return suggestion_line(Rating.GOOD if is_right else Rating.AGAIN)


def confusion_result(keys: ReviewKeys, *, is_recorded: bool) -> str:
    """Report whether a confusion was recorded."""
    if is_recorded:
        return keys.fill(_("Confused card recorded. Press {undo} to undo."))
    return _("That answer no longer counts; nothing was recorded.")


def first_deck_lines(
    deck: str, cards: int, new_per_day: int, *, shows_with: str = ""
) -> tuple[str, str]:
    """Announce the bundled deck: what will happen, and how to use another one.

    Args:
        deck: Its name.
        cards: Their number.
        new_per_day: How many of them are introduced a day.
        shows_with: The key that shows an answer in the terminal; empty elsewhere.
    """
    added = _("Added the bundled deck '{deck}': {cards}, {count} new ones a day.")
    if shows_with:
        added = _(
            "Added the bundled deck '{deck}': {cards}, {count} new ones a day. "
            "{key} shows the answer, 1 to 4 rates it, q quits."
        )
    other = _(
        "For another deck: flash remove '{deck}' hides this one, flash add FILE adds "
        "yours."
    )
    return (
        added.format(
            deck=deck, cards=count_cards(cards), count=new_per_day, key=shows_with
        ),
        other.format(deck=deck),
    )


def exam_line(days: int, overdue: int) -> str:
    """Announce the exam in `days` days, and a backlog if cards are overdue."""
    text = _("Exam in {days} days: cards worth the most points come first.")
    if days == 1:
        text = _("Exam tomorrow: cards worth the most points come first.")
    if overdue:
        text = _(
            "Exam in {days} days, {overdue} cards overdue: new cards, then the reviews "
            "that gain the most. No cap before an exam; stop at any time."
        )
        if days == 1:
            text = _(
                "Exam tomorrow, {overdue} cards overdue: new cards, then the reviews "
                "that gain the most. No cap before an exam; stop at any time."
            )
    return text.format(days=days, overdue=overdue)


def notice_line(session: Session) -> str:
    """Announce an exam or a backlog before a review; empty without either."""
    days = session.days_to_exam()
    if days is not None:
        return exam_line(days, session.overdue())
    if not session.overdue():
        return ""
    new = session.counts().new
    return backlog_line(Backlog(session.due_now(), session.overdue(), new))


def early_line(exam: Exam, cards: int) -> str:
    """Name the way out of the short intervals before an exam; empty without any.

    Args:
        exam: The exam.
        cards: Number of cards that are due early because of it.
    """
    if not cards:
        return ""
    deck = f" {shlex.quote(exam.deck)}" if exam.deck else ""
    text = ngettext(
        "{n} card comes back early because of the exam on {date}; "
        "its usual day: {command}",
        "{n} cards come back early because of the exam on {date}; "
        "their usual days: {command}",
        cards,
    )
    command = f"{program()} reschedule{deck} --dry-run"
    return text.format(n=cards, date=day_date(exam.day), command=command)


def mode_label(name: str) -> str:
    """Return the name of a cram mode as the user reads it."""
    return _("confused cards") if name == "confused" else _("cram")


def deck_line(prompt: Prompt) -> str:
    """Return the line above a question: its deck, and the flag of the card."""
    return f"{breadcrumb(prompt.deck)}  {flag_sign(prompt.card.flag)}".rstrip()


def counts_label(counts: Counts, mode: str = "") -> str:
    """Format the cards left: `new 12 · learning 3 · due 48`, or `cram · 12 left`."""
    if mode:
        return _("{mode} · {count} left").format(
            mode=mode_label(mode), count=counts.total
        )
    return due_line(counts.new, counts.learning, counts.due)


def progress_label(done: int, total: int, minutes_left: int | None = None) -> str:
    """Format the progress of the day: `5 of 20 · 8 min left`."""
    if minutes_left is None:
        return _("{done} of {total}").format(done=done, total=total)
    return _("{done} of {total} · {minutes} min left").format(
        done=done, total=total, minutes=minutes_left
    )


def source_opened(url: str, *, is_open: bool) -> str:
    """Report the opened source, or show its address where no browser started."""
    return _("Opened: {url}").format(url=url) if is_open else url


def obstacle_line(obstacle: Obstacle) -> str:
    """Say what another session did with a card, so that nothing was recorded."""
    return {
        "": "",
        "removed": _("This card was removed in another session; nothing was recorded."),
        "suspended": _(
            "This card was suspended in another session; nothing was recorded."
        ),
        "buried": _("This card was buried in another session; nothing was recorded."),
    }[obstacle]


def flagged_line(flag: int, keys: ReviewKeys) -> str:
    """Tell which flag a card was given; 0 for none."""
    if not flag:
        return keys.fill(_("Flag removed. Press {undo} to undo."))
    text = _("Flagged {sign}. Press {undo} to undo.")
    return keys.fill(text, sign=flag_sign(flag))


def answered_line(answered: Answered, question: str) -> str:
    """Report a lost or leech answer; empty for all others.

    Args:
        answered: The result.
        question: What the card asks, Markdown.
    """
    if not answered.applied:
        answered_elsewhere = _("Already answered in another session; not recorded.")
        return obstacle_line(answered.obstacle) or answered_elsewhere
    if not answered.became_leech or answered.state is None:
        return ""
    message = (
        _("Leech, now suspended: '{question}', forgotten {count} times. Reword it.")
        if answered.suspended
        else _("Leech: '{question}', forgotten {count} times. Reword or split it.")
    )
    name = short_question(question)
    return message.format(question=name, count=answered.state.lapses)


def waiting_lines(wait_ms: int) -> tuple[str, str]:
    """Report that only learning cards are left, and when the next one is due."""
    seconds = max(1, -(-wait_ms // 1000))
    minutes, rest = divmod(seconds, 60)
    time = _("{n} s").format(n=rest)
    if minutes:
        time = f"{minutes}:{rest:02}"
    return _(NONE_DUE_NOW), _("The next card is due in {time}.").format(time=time)


def summary_lines(summary: Summary) -> tuple[str, str]:
    """Summarize a review that did not change the schedule."""
    after = _("The schedule is unchanged.")
    count = summary.answered
    if not count:
        return _("No cards were answered."), after
    answers = ngettext(
        "{count} answer, {percent} % correct, {time}.",
        "{count} answers, {percent} % correct, {time}.",
        count,
    ).format(
        count=count,
        percent=round(100 * summary.correct / count),
        time=duration_label(summary.duration_ms),
    )
    return answers, after


class HistoryRow(Struct, frozen=True):
    """An answer to a card, or what was done by hand, in words."""

    answered: str
    """Local date and time."""
    rating: str
    interval: str
    """Empty after a reset."""
    took: str
    """Empty if it was no answer."""
    is_undone: bool


def history_rows(history: list[HistoryLine]) -> list[HistoryRow]:
    """Put the answers to a card into words."""
    return [_history_row(one) for one in history]


def history_lines(history: list[HistoryLine]) -> list[str]:
    """Format the answers to a card, one per line in aligned columns."""
    shown = [name for _rating, name, _when in rating_help()]
    width = max(map(width_of, [*shown, *map(history_name, history)]))
    lines = [_history_line(one, width) for one in history_rows(history)]
    return lines or [_(NO_ANSWERS)]


def history_name(line: HistoryLine) -> str:
    """Name the rating of an answer, or what was done by hand."""
    if not line.rating:
        return _("reset") if line.is_reset else _("due day set")
    return {int(rating): name for rating, name, _when in rating_help()}[line.rating]


def _history_row(line: HistoryLine) -> HistoryRow:
    local = datetime.fromtimestamp(line.at_ms / 1000 + line.offset_min * 60, UTC)
    interval = _("cram") if line.look else interval_label(line.interval)
    return HistoryRow(
        f"{local:%Y-%m-%d %H:%M}",
        history_name(line),
        "" if line.is_reset else interval,
        duration_label(line.duration_ms) if line.rating else "",
        line.undone,
    )


def _history_line(row: HistoryRow, width: int) -> str:
    took = _("took {time}").format(time=row.took) if row.took else ""
    undone = "  " + _("undone") if row.is_undone else ""
    name, interval = padded(row.rating, width), padded(row.interval, 7, right=True)
    return f"{row.answered}  {name}  {interval}  {took}{undone}".rstrip()


def sync_failure_line(reason: str) -> str:
    """Say after a review that the sync failed."""
    return _("flash: sync: {reason}").format(reason=reason)
