"""Texts of `flash browse`."""

from cards.translate import N_, _

NO_CARDS = N_("No card matches.")
DUE_PROMPT = N_("due in days (3, 3-7, 2027-01-10) ")
TAG_PROMPT = N_("tags to add, or to remove as -tag ")
CHANGED_ELSEWHERE = N_("Another session changed these cards; nothing was done.")
NEEDS_TERMINAL = N_("flash browse needs a terminal")


_NEEDED = ("/", "↑↓", "J K", "q")
"""The keys to name where there is room for few."""


def browse_keys(*, is_short: bool = False) -> list[tuple[str, str]]:
    """Name the keys, or only those without which nobody gets on."""
    keys = [
        ("/", _("query")),
        ("↑↓", _("select")),
        ("J K", _("scroll")),
        (_("Space"), _("mark")),
        ("s", _("suspend")),
        ("b", _("bury")),
        ("0-7", _("flag")),
        ("d", _("due")),
        ("r", _("reset")),
        ("t", _("tag")),
        ("e", _("edit")),
        ("x", _("remove")),
        ("u", _("undo")),
        ("U", _("redo")),
        ("o", _("sort")),
        ("p", _("media")),
        ("q", _("quit")),
    ]
    return [one for one in keys if not is_short or one[0] in _NEEDED]


def typing_keys(purpose: str) -> str:
    """Name the keys that end the typing of a query, or of a change to cards."""
    if purpose == "query":
        return _("Enter searches, Esc cancels")
    return _("Enter changes the cards, Esc cancels")


def found_line(place: int, total: int, marked: int) -> str:
    """Count the cards: which one is selected, and how many are marked."""
    text = _("{place} of {total}").format(place=place, total=total)
    if marked:
        text += _(" · {count} marked").format(count=marked)
    return text


def sorted_line(order: str) -> str:
    """Say how the cards are sorted now."""
    names = {
        "": _("Sorted as new cards come."),
        "due": _("Sorted by due day."),
        "lapses": _("Sorted by lapses."),
        "stability": _("Sorted by stability."),
        "added": _("Sorted by the day they were added."),
    }
    return names[order]
