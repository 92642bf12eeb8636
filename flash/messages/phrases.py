"""Short texts that many messages share: counts with their nouns, remarks."""

from cards.translate import _, ngettext


def count_cards(count: int) -> str:
    """Format a number of cards."""
    return ngettext("{count} card", "{count} cards", count).format(count=count)


def count_notes(count: int) -> str:
    """Format a number of notes."""
    return ngettext("{count} note", "{count} notes", count).format(count=count)


def count_reviews(count: int) -> str:
    """Format a number of reviews."""
    return ngettext("{count} review", "{count} reviews", count).format(count=count)


def count_questions(count: int) -> str:
    """Format a number of questions."""
    return ngettext("{count} question", "{count} questions", count).format(count=count)


def count_answers(count: int) -> str:
    """Format a number of answers."""
    return ngettext("{count} answer", "{count} answers", count).format(count=count)


def count_days(count: int) -> str:
    """Format a number of days."""
    return ngettext("{count} day", "{count} days", count).format(count=count)


def count_files(count: int) -> str:
    """Format a number of files."""
    return ngettext("{count} file", "{count} files", count).format(count=count)


def count_warnings(count: int) -> str:
    """Format a number of warnings."""
    return ngettext("{count} warning", "{count} warnings", count).format(count=count)


def count_exams(count: int) -> str:
    """Format a number of exams."""
    return ngettext("{count} exam", "{count} exams", count).format(count=count)


def labelled(what: str, text: str) -> str:
    """Join a label and what it says."""
    return _("{what}: {text}").format(what=what, text=text)


def quoted_text(text: str) -> str:
    """Put a text in quotes."""
    return _("'{text}'").format(text=text)


def sentence(text: str) -> str:
    """End a phrase as a sentence."""
    return _("{text}.").format(text=text)


def dry_run_remark() -> str:
    """Return the remark after the result of a dry run."""
    return _("(dry run: nothing was changed)")


def dry_run_line(line: str) -> str:
    """Put the remark about a dry run behind a result."""
    return _("{line} (dry run: nothing was changed)").format(line=line)


def percent(share: float | None, digits: int = 0) -> str:
    """Format a share from 0 to 1 as a percentage; a dash for None."""
    if share is None:
        return "–"
    return _("{n} %").format(n=f"{100 * share:.{digits}f}")


def deck_name(deck: str) -> str:
    """Return the name of a deck; empty means all decks."""
    return deck or _("all decks")


def action_label(action: str) -> str:
    """Name what happens to a note."""
    return {
        "new": _("new"),
        "unchanged": _("unchanged"),
        "changed": _("changed"),
        "reworded": _("reworded"),
        "moved": _("moved"),
        "retired": _("retired"),
        "returned": _("returned"),
        "newer": _("newer"),
    }.get(action, action)
