"""Sentences of the review of proposed cards."""

from cards.translate import N_, _
from flash.messages.phrases import count_cards, labelled

NOT_SPLITTABLE = N_("This card can't be split.")
NOTHING_DONE = N_("There is nothing to undo.")
UNCHANGED = N_("The card was not changed.")


def draft_keys(which: str = "aesdku?q") -> list[tuple[str, str]]:
    """Return the keys to name below a card: key and label."""
    return [(key, label) for key, label, _description in _keys() if key in which]


def draft_key_line() -> str:
    """Return the keys of the plain review on one line."""
    return "  ".join(f"{key} {label}" for key, label in draft_keys("aesdkuq"))


def draft_help() -> tuple[str, list[str]]:
    """Return the title and the lines of the help of the full screen."""
    title = _("What you decide is in the deck file at once.")
    lines = [labelled(f"{key}  {label}", text) for key, label, text in _keys()]
    return title, [*lines, _("Arrows, PgUp, PgDn, Home, End: scroll a long card")]


def _keys() -> list[tuple[str, str, str]]:
    """Return the keys with a label and a description."""
    return [
        ("a", _("accept"), _("write the card to the deck file")),
        ("e", _("edit"), _("edit the card here; it may become several cards")),
        ("E", _("editor"), _("edit the card in your editor")),
        ("s", _("split"), _("a table by cell, a list in halves, or by direction")),
        ("d", _("drop"), _("never propose the card again")),
        ("k", _("skip"), _("leave the card for another time")),
        ("u", _("undo"), _("undo the last step; press again to go further back")),
        ("?", _("help"), _("show this help")),
        ("q", _("quit"), _("leave; the same command goes on later")),
    ]


def position_text(at: int, total: int) -> str:
    """Return which proposal is shown."""
    return f"{at + 1}/{total}"


def decided_text(accepted: int, dropped: int, skipped: int) -> str:
    """Sum up the decisions."""
    text = _("{accepted} accepted, {dropped} dropped, {skipped} skipped")
    return text.format(accepted=count_cards(accepted), dropped=dropped, skipped=skipped)


def all_decided_text() -> str:
    """Say that every proposal was decided."""
    return _("All proposals are decided.")
