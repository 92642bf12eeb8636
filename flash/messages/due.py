"""The counts of a day. Loads little: `flash due` answers a shell prompt."""

from cards.translate import N_, TYPE_CHECKING, _, ngettext

if TYPE_CHECKING:
    from srs.models.day_counts import Backlog

BACKLOG = N_(
    "Catching up: {due} of {overdue} overdue cards today, fastest-fading first. "
    "No new cards."
)
BACKLOG_WITH_NEW = N_(
    "Catching up: {due} of {overdue} overdue cards today, fastest-fading first."
)


def due_heading() -> str:
    """Return the heading of counts of due cards: their phrase without a number."""
    return _("{n} due").format(n="").strip()


def due_line(new: int, learning: int, due: int) -> str:
    """Format the cards left: `new 12 · learning 3 · due 48`."""
    return _("new {new} · learning {learning} · due {due}").format(
        new=new, learning=learning, due=due
    )


def backlog_line(backlog: "Backlog | None") -> str:
    """Say that a backlog is worked off in daily portions, before any new cards.

    Returns:
        Empty without a backlog, or if only new cards are asked.
    """
    if backlog is None or (backlog.new and not backlog.due):
        return ""
    if not backlog.due:
        text = ngettext(
            "Catching up: {overdue} overdue card is left for another day. "
            "No new cards.",
            "Catching up: {overdue} overdue cards are left for other days. "
            "No new cards.",
            backlog.overdue,
        )
        return text.format(overdue=backlog.overdue)
    text = _(BACKLOG_WITH_NEW if backlog.new else BACKLOG)
    return text.format(due=backlog.due, overdue=backlog.overdue)
