"""Messages of `flash doctor`: the problems of a store and their fixes."""

from collections.abc import Callable
from datetime import UTC, datetime

from cards.translate import _, ngettext
from srs.maintenance.checks import Finding
from srs.maintenance.restore import RebuildSources

_MAX_SHOWN = 5

_PROBLEMS: dict[str, Callable[[int], str]] = {
    "index": lambda _n: _("An index does not match its table"),
    "settings": lambda n: ngettext(
        "{n} unreadable setting", "{n} unreadable settings", n
    ),
    "notes_unreadable": lambda n: ngettext(
        "{n} unreadable note", "{n} unreadable notes", n
    ),
    "dates": lambda n: ngettext("{n} invalid date", "{n} invalid dates", n),
    "decks_lost": lambda n: ngettext(
        "{n} deck without a name", "{n} decks without a name", n
    ),
    "decks_empty": lambda n: ngettext("{n} empty deck", "{n} empty decks", n),
    "notes_lost": lambda n: ngettext(
        "Cards of {n} missing note", "Cards of {n} missing notes", n
    ),
    "dangling_confusions": lambda n: ngettext(
        "{n} confused pair without its card",
        "{n} confused pairs without their cards",
        n,
    ),
    "dangling_reviews": lambda n: ngettext(
        "{n} review without its card", "{n} reviews without their cards", n
    ),
    "dangling_anki_notes": lambda n: ngettext(
        "Anki fields of {n} missing note", "Anki fields of {n} missing notes", n
    ),
    "dangling_mark_stamps": lambda n: ngettext(
        "{n} stamp without its card", "{n} stamps without their cards", n
    ),
    "dangling_anki_marks": lambda n: ngettext(
        "{n} Anki mark without its card", "{n} Anki marks without their cards", n
    ),
    "dangling_mock_exams": lambda n: ngettext(
        "{n} unreadable mock exam", "{n} unreadable mock exams", n
    ),
    "dangling_file_bases": lambda n: ngettext(
        "{n} file base without its note", "{n} file bases without their notes", n
    ),
    "cards_missing": lambda n: ngettext(
        "{n} question without a card", "{n} questions without a card", n
    ),
    "cards_stray": lambda n: ngettext(
        "{n} card that its note no longer asks",
        "{n} cards that their notes no longer ask",
        n,
    ),
    "reviews_invalid": lambda n: ngettext(
        "{n} review with impossible values", "{n} reviews with impossible values", n
    ),
    "reviews_doubled": lambda n: ngettext(
        "{n} review that an import inserted a second time",
        "{n} reviews that an import inserted a second time",
        n,
    ),
    "reviews_future": lambda n: ngettext(
        "{n} review in the future, the last at {details}",
        "{n} reviews in the future, the last at {details}",
        n,
    ),
    "operations": lambda n: ngettext(
        "{n} operation that cannot be undone", "{n} operations that cannot be undone", n
    ),
    "states": lambda n: ngettext(
        "{n} card state that differs from the review log",
        "{n} card states that differ from the review log",
        n,
    ),
    "leeches": lambda n: ngettext(
        "{n} card with a wrong leech mark", "{n} cards with a wrong leech mark", n
    ),
    "positions": lambda n: ngettext(
        "{n} card without a position among the new cards",
        "{n} cards without a position among the new cards",
        n,
    ),
    "media": lambda n: ngettext(
        "{n} media file not found: {details}", "{n} media files not found: {details}", n
    ),
}
_FIXES: dict[str, Callable[[], str]] = {
    "index": lambda: _("rebuilt"),
    "settings": lambda: _("reset to the inherited or default value"),
    "notes_unreadable": lambda: _("retired with their history; add their files again"),
    "dates": lambda: _("removed; add their files again"),
    "decks_lost": lambda: _("named 'Lost deck'; add their files again"),
    "notes_lost": lambda: _("retired with their history; add their files again"),
    "cards_missing": lambda: _("matched by their order in the note, else added"),
    "cards_stray": lambda: _("retired; their answers stay"),
    "reviews_invalid": lambda: _("marked as undone"),
    "reviews_doubled": lambda: _("deleted"),
    "reviews_future": lambda: _("is the clock right? they count until then"),
    "states": lambda: _("rebuilt from the log"),
    "leeches": lambda: _("corrected"),
    "positions": lambda: _("moved to the end"),
    "media": lambda: _("restore the files, or add the deck file again"),
    "damage": lambda: _("'flash doctor' says what it can be rebuilt from"),
}


def problem_text(finding: Finding) -> str:
    """Describe a problem of the store."""
    if finding.code == "damage":
        return _("; ").join(finding.details)
    details = _(", ").join(finding.details[:_MAX_SHOWN])
    if len(finding.details) > _MAX_SHOWN:
        more = _("{details} and {n} more")
        details = more.format(details=details, n=len(finding.details) - _MAX_SHOWN)
    text = _PROBLEMS[finding.code](finding.count)
    return text.format(n=finding.count, details=details)


def fix_text(finding: Finding, found: RebuildSources | None = None) -> str:
    """Say how a problem is fixed, or what the user can do.

    Args:
        finding: The problem.
        found: What a damaged store can be rebuilt from.
    """
    if finding.code == "damage" and found:
        return _rebuild_text(found)
    if finding.code in _FIXES:
        return _FIXES[finding.code]()
    return _("deleted")


def _rebuild_text(found: RebuildSources) -> str:
    """Say what a damaged store is rebuilt from, or what is lost without a log."""
    if not found.backup:
        if found.log:
            return _("rebuilt from the log {log}").format(log=found.log)
        return _("there is no backup, and no log of other devices")
    made = f"{datetime.fromtimestamp(found.backup.made_ms // 1000, UTC):%Y-%m-%d %H:%M}"
    if found.log:
        text = _("rebuilt from the backup of {date} (UTC) and the log {log}")
        return text.format(date=made, log=found.log)
    text = _(
        "'flash restore {name}' goes back to {date} (UTC); answers since then are lost"
    )
    return text.format(name=found.backup.path.name, date=made)
