"""The fields of a card as a terminal shows them.

Text from a deck is cleaned here, so that no control character in a file reaches a
terminal.
"""

from cards.added_words import former_text
from cards.note import Change, Note, Source
from cards.questions import Question
from cards.text.terminal import plain_text
from cards.text.width import clean, clipped
from cards.translate import _
from srs.scheduler.study_day import DAY_S

_QUESTION_COLUMNS = 48
_MONTH_DAYS = 30.4375
_YEAR_DAYS = 365.25
_WEB = ("https://", "http://")


def interval_label(interval: int) -> str:
    """Format an interval.

    Args:
        interval: Days if positive, seconds if negative.

    Returns:
        Such as `10 min`, `3 d`, `1.2 mo` or `2.3 y`.
    """
    if interval < 0:
        return _seconds_label(-interval)
    if interval <= 30:
        return _("{n} d").format(n=interval)
    if interval < 365:
        return _("{n} mo").format(n=_short(interval / _MONTH_DAYS))
    return _("{n} y").format(n=_short(interval / _YEAR_DAYS))


def duration_label(milliseconds: int) -> str:
    """Format a duration: `45 s`, `6 min`, `1.5 h`."""
    return _seconds_label(max(0, round(milliseconds / 1000)))


def _seconds_label(seconds: int) -> str:
    if seconds < 60:
        return _("{n} s").format(n=seconds)
    if round(seconds / 60) < 60:
        return _("{n} min").format(n=round(seconds / 60))
    if seconds < DAY_S:
        return _("{n} h").format(n=_short(seconds / 3600))
    return _("{n} d").format(n=_short(seconds / DAY_S))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def breadcrumb(deck: str) -> str:
    """Format a deck name as a path: `AWS Security › 13 Secrets`."""
    return " › ".join(one_line(part) for part in deck.split("::"))


def flag_sign(flag: int) -> str:
    """Return the sign of a flag, 1 to 7; empty for 0."""
    return f"⚑{flag}" if flag else ""


def one_line(text: str) -> str:
    """Clean a text and collapse its white space."""
    return " ".join(clean(text).split())


def short_question(markdown: str) -> str:
    """Return a question as plain text on one short line, to name its card."""
    return clipped(one_line(plain_text(markdown)), _QUESTION_COLUMNS)


def was_line(changed: Change | None, language: str = "") -> str:
    """Return what held before or what the notes said; empty without a change."""
    if changed is None:
        return ""
    was = one_line(plain_text(changed.was))
    return former_text(changed.since or "", was, language)


def source_names(note: Note) -> list[str]:
    """Name the sources of a note; `↗` marks those that `o` can open."""
    return [
        one_line(source.title or source.url) + (" ↗" if _is_web(source) else "")
        for source in note.sources
        if source.title or source.url
    ]


def source_addresses(note: Note) -> list[str]:
    """Name the sources of a note for output that is read aloud: with the addresses."""
    return [
        one_line(f"{source.title} {source.url if _is_web(source) else ''}")
        or one_line(source.url)
        for source in note.sources
        if source.title or source.url
    ]


def source_url(note: Note) -> str:
    """Return the first address that a browser may open; empty if there is none."""
    return next((source.url for source in note.sources if _is_web(source)), "")


def _is_web(source: Source) -> bool:
    return source.url.lower().startswith(_WEB) and source.url.isprintable()


def checked_line(note: Note) -> str:
    """Return when the fact was last verified; empty if unknown."""
    return _("checked {date}").format(date=note.checked) if note.checked else ""


def option_letter(index: int) -> str:
    """Return the letter of an option: A, B, C and so on."""
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def right_option(question: Question) -> int | None:
    """Return the index of the right option as shown."""
    for index, option in enumerate(question.options):
        if option.text.strip() == question.answer.strip():
            return index
    return None
