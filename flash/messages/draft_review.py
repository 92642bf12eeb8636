"""Sentences of the review of proposed cards."""

from cards.translate import _
from flash.messages.phrases import count_cards

NOT_SPLITTABLE = "This card can't be split."
NOTHING_DONE = "There is nothing to undo."
UNCHANGED = "The card was not changed."


def draft_keys() -> list[tuple[str, str]]:
    """Return the keys and what they do."""
    return [
        ("a", _("accept")),
        ("e", _("edit")),
        ("s", _("split")),
        ("d", _("drop")),
        ("k", _("skip")),
        ("u", _("undo")),
        ("q", _("quit")),
    ]


def draft_key_line() -> str:
    """Return the keys on one line."""
    return "  ".join(f"{key} {label}" for key, label in draft_keys())


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
