"""The counts of a day. Loads little: `flash due` answers a shell prompt."""

from cards.translate import _


def due_heading() -> str:
    """Return the heading of counts of due cards: their phrase without a number."""
    return _("{n} due").format(n="").strip()


def due_line(new: int, learning: int, due: int) -> str:
    """Format the cards left: `new 12 · learning 3 · due 48`."""
    return _("new {new} · learning {learning} · due {due}").format(
        new=new, learning=learning, due=due
    )
