"""Texts of `flash browse`."""

from cards.translate import N_, _
from flash.messages.phrases import labelled

NO_CARDS = N_("No card matches.")
PROMPTS = {
    "due": N_("due in days (3, 3-7, 2027-01-10) "),
    "tag": N_("tags to add, or to remove as -tag "),
    "deck": N_("deck to move to "),
}
"""What to type, for changes that need more than a key."""
CHANGED_ELSEWHERE = N_("Another session changed these cards; nothing was done.")
NEEDS_TERMINAL = N_("flash browse needs a terminal")


_NEEDED = ("/", "↑↓", "J K", "q", "?")
"""The keys to name where there is room for few."""


def browse_keys(*, is_short: bool = False) -> list[tuple[str, str]]:
    """Name the keys, or only those without which nobody gets on."""
    labels = {key: label for key, label, _description in _keys()}
    return [(key, labels[key]) for key in (_NEEDED if is_short else labels)]


def browse_help() -> tuple[str, list[str]]:
    """Return the title and the lines of the help."""
    title = _("A key changes the marked cards, or the selected one if none is marked.")
    return title, [labelled(f"{key}  {label}", text) for key, label, text in _keys()]


def _keys() -> list[tuple[str, str, str]]:
    """Return the keys with a label and a description."""
    return [
        ("/", _("query"), _("find other cards")),
        ("↑↓", _("select"), _("j, k, PgUp, PgDn, Home and End, too")),
        ("J K", _("scroll"), _("scroll a long card; so do Shift and the arrows")),
        (_("Space"), _("mark"), _("mark the card, or unmark it; Esc unmarks all")),
        ("s", _("suspend"), _("hide until you unsuspend them; unsuspend if all are")),
        ("b", _("bury"), _("hide until tomorrow; unbury if all are buried")),
        ("0-7", _("flag"), _("mark with a flag, 1 to 7; 0 removes it")),
        ("d", _("due"), _("set the due day")),
        ("r", _("reset"), _("make the cards new again")),
        ("t", _("tag"), _("add tags, or remove them, also in deck files")),
        ("m", _("move"), _("move to another deck; a deck file names its own")),
        ("e", _("edit"), _("open the selected card in your editor")),
        ("x", _("remove"), _("retire the cards; adding their file brings them back")),
        ("u", _("undo"), _("undo the last operation, of any command")),
        ("U", _("redo"), _("do again what was undone")),
        ("o", _("sort"), _("by new-card order, due day, lapses, stability, day added")),
        ("p", _("media"), _("open the card's pictures, and play its sounds")),
        ("?", _("help"), _("show this help")),
        ("q", _("quit"), _("leave; every change is already saved")),
    ]


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
        "": _("Sorted in the order of new cards."),
        "due": _("Sorted by due day."),
        "lapses": _("Sorted by lapses."),
        "stability": _("Sorted by stability."),
        "added": _("Sorted by the day they were added."),
    }
    return names[order]
