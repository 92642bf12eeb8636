"""Words that several screens share: intervals, decks, what was before."""

from cards.note import Change, Note

_DAY_S = 86_400


def interval_label(interval: int) -> str:
    """Write an interval short.

    Args:
        interval: Days when positive, seconds when negative.

    Returns:
        Such as `10 min`, `3 d`, `1.2 mo` or `2.3 y`.
    """
    if interval < 0:
        return _delay(-interval)
    if interval < 31:
        return f"{interval} d"
    if interval < 365:
        return f"{interval / 30.4375:.1f} mo"
    return f"{interval / 365.25:.1f} y"


def _delay(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    if seconds < _DAY_S:
        return f"{seconds / 3600:.1f} h".replace(".0 ", " ")
    return f"{round(seconds / _DAY_S)} d"


def breadcrumb(deck: str) -> str:
    """Write a deck's name as a path: `AWS Security › 13 Secrets`."""
    return " › ".join(part.strip() for part in deck.split("::"))


def was_line(changed: Change | None) -> str:
    """Say what older notes have in place of the answer, empty where nothing."""
    if changed is None:
        return ""
    until = f" until {changed.since}" if changed.since else ""
    return f"was {changed.was}{until}"


def source_line(note: Note) -> str:
    """Name the sources of a note, those with an address marked."""
    return " · ".join(
        (source.title or source.url) + (" ↗" if source.url else "")
        for source in note.sources
    )


def clock_label(milliseconds: int) -> str:
    """Write a span of time: `45 s`, `6 min`, `1.5 h`."""
    return _delay(max(0, milliseconds) // 1000)
