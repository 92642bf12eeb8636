"""Messages of `flash log` and of an undo."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cards.translate import N_, _, ngettext
from flash.messages.cards import short_question
from flash.messages.phrases import (
    action_label,
    count_answers,
    count_cards,
    count_notes,
    count_questions,
    labelled,
    quoted_text,
)
from flash.messages.review import NOTHING_TO_UNDO, rating_help
from srs.models.cards import Rating
from srs.store.operations import DUE_TODAY

if TYPE_CHECKING:
    from srs.store.operations import Operation
    from srs.store.undo import Undone

_DONE: dict[str, Callable[[int], str]] = {
    "confusion": lambda _n: _("Recorded a confused card"),
    "suspend": lambda n: ngettext("Suspended {n} card", "Suspended {n} cards", n),
    "unsuspend": lambda n: ngettext("Unsuspended {n} card", "Unsuspended {n} cards", n),
    "bury": lambda n: ngettext("Buried {n} card", "Buried {n} cards", n),
    "unbury": lambda n: ngettext("Unburied {n} card", "Unburied {n} cards", n),
    "flag": lambda n: ngettext("Flagged {n} card", "Flagged {n} cards", n),
    DUE_TODAY: lambda n: ngettext(
        "Made {n} card due today", "Made {n} cards due today", n
    ),
    "set-due": lambda n: ngettext(
        "Set the due day of {n} card", "Set the due day of {n} cards", n
    ),
    "reset": lambda n: ngettext("Reset {n} card", "Reset {n} cards", n),
    "reschedule": lambda n: ngettext(
        "Rescheduled {n} card", "Rescheduled {n} cards", n
    ),
    "away": lambda n: ngettext(
        "Changed the vacation; moved {n} card",
        "Changed the vacation; moved {n} cards",
        n,
    ),
}
_UNDONE: dict[str, Callable[[int], str]] = {
    "answer": lambda _n: _("Undid the last answer."),
    "look": lambda _n: _("Undid the last cram answer."),
    "confusion": lambda _n: _("Undid recording a confused card."),
    "suspend": lambda n: ngettext("Unsuspended {n} card.", "Unsuspended {n} cards.", n),
    "unsuspend": lambda n: ngettext(
        "Suspended {n} card again.", "Suspended {n} cards again.", n
    ),
    "bury": lambda n: ngettext("Unburied {n} card.", "Unburied {n} cards.", n),
    "unbury": lambda n: ngettext(
        "Buried {n} card again.", "Buried {n} cards again.", n
    ),
    "flag": lambda n: ngettext(
        "Restored the flag of {n} card.", "Restored the flags of {n} cards.", n
    ),
    "reset": lambda n: ngettext(
        "Restored the schedule of {n} card.", "Restored the schedule of {n} cards.", n
    ),
    **dict.fromkeys(
        (DUE_TODAY, "set-due"),
        lambda n: ngettext(
            "Restored the due day of {n} card.", "Restored the due day of {n} cards.", n
        ),
    ),
    "reschedule": lambda n: ngettext(
        "Undid rescheduling {n} card.", "Undid rescheduling {n} cards.", n
    ),
    "away": lambda _n: _("Restored the previous vacation."),
}
_UNDONE_CARD = {
    "answer": N_("Undid the answer to '{question}'."),
    "look": N_("Undid the cram answer to '{question}'."),
    "confusion": N_("Undid recording what '{question}' was confused with."),
    "suspend": N_("Unsuspended '{question}'."),
    "unsuspend": N_("Suspended '{question}' again."),
    "bury": N_("Unburied '{question}'."),
    "unbury": N_("Buried '{question}' again."),
    "flag": N_("Restored the flag of '{question}'."),
    DUE_TODAY: N_("Restored the due day of '{question}'."),
    "set-due": N_("Restored the due day of '{question}'."),
    "reset": N_("Restored the schedule of '{question}'."),
}
"""Used where the operation was about one card."""
_UNDONE_ACTIONS: dict[str, Callable[[int], str]] = {
    "new": lambda n: ngettext(
        "{n} new note is removed", "{n} new notes are removed", n
    ),
    "changed": lambda n: ngettext(
        "{n} changed note is restored", "{n} changed notes are restored", n
    ),
    "reworded": lambda n: ngettext(
        "{n} reworded note is restored", "{n} reworded notes are restored", n
    ),
    "moved": lambda n: ngettext(
        "{n} moved note is back", "{n} moved notes are back", n
    ),
    "returned": lambda n: ngettext(
        "{n} returned note is retired again", "{n} returned notes are retired again", n
    ),
    "retired": lambda n: ngettext(
        "{n} retired note is back", "{n} retired notes are back", n
    ),
}


_DONE_TO_DECK = {
    "move": N_("Moved {cards} to '{deck}'"),
    "remove": N_("Removed '{deck}': {cards}"),
    "delete": N_("Deleted '{deck}' for good: {cards}"),
}
_UNDONE_TO_DECK = {
    "move": N_("Moved {cards} back from '{deck}'."),
    "remove": N_("'{deck}' is back: {cards}."),
}
_EXAM = ("exam",)
"""The setting that `flash config` has not."""


def operation_text(done: "Operation") -> str:
    """Describe an operation in a line of `flash log`."""
    if done.name in _DONE:
        return _DONE[done.name](done.count).format(n=done.count)
    match done.name:
        case "answer" | "look":
            return _answer_text(done)
        case "import":
            return _("Imported {content}").format(content=_imported(done))
        case "add" | "edit":
            return _files_text(done)
        case "config":
            return _settings_text(done)
        case "move" | "remove" | "delete":
            text = _(_DONE_TO_DECK[done.name])
            return text.format(deck=done.about, cards=count_cards(done.count))
        case "mock":
            text = _("Took a mock exam: {questions}")
            return text.format(questions=count_questions(done.count))
        case "optimize":
            deck = done.about or _("all decks")
            return _("Optimized the parameters of {deck}").format(deck=deck)
    return done.name


def undone_text(undone: "Operation", *, in_files: bool = False) -> str:
    """Describe what an undo did.

    Args:
        undone: What was undone.
        in_files: Whether the deck files are as before, too.
    """
    if undone.is_void:
        return _("Nothing was undone: another device has changed it since.")
    text = _undone_text(undone, in_files)
    if not undone.left:
        return text
    left = ngettext(
        "{n} change of another device stays.",
        "{n} changes of other devices stay.",
        undone.left,
    )
    return f"{text} {left.format(n=undone.left)}"


def undo_line(undone: "Undone | None", later: "Operation | None") -> str:
    """Report an undo in a review.

    Args:
        undone: What was undone; None if nothing was.
        later: The operation that came after the last step; None for none.
    """
    if undone is not None:
        return undone_text(undone.operation)
    if later is None:
        return _(NOTHING_TO_UNDO)
    text = _("Not a step of this review: {what}. flash undo undoes it.")
    return text.format(what=operation_text(later))


def _undone_text(undone: "Operation", in_files: bool) -> str:
    if undone.about and undone.name in _UNDONE_CARD:
        text = _(_UNDONE_CARD[undone.name])
        return text.format(question=short_question(undone.about))
    if undone.name in _UNDONE:
        return _UNDONE[undone.name](undone.count).format(n=undone.count)
    match undone.name:
        case "import":
            return _("Undid an import of {content}.").format(content=_imported(undone))
        case "add":
            text = _added_undone(undone)
        case "edit":
            text = _edit_undone(undone, in_files)
        case "move" | "remove":
            text = _(_UNDONE_TO_DECK[undone.name])
            return text.format(deck=undone.about, cards=count_cards(undone.count))
        case "mock":
            text = _("Removed the result of the mock exam; {answers} no longer count.")
            if not undone.reviews:
                text = _("Removed the result of the mock exam.")
            return text.format(answers=count_answers(undone.reviews))
        case "optimize":
            deck = undone.about or _("all decks")
            return _("Restored the previous parameters of {deck}.").format(deck=deck)
        case _:
            return _settings_undone(undone)
    changes = [
        _UNDONE_ACTIONS[k](n).format(n=n) for k, n in undone.actions.items() if n
    ]
    files = _files(undone)
    return text.format(file=files, files=files, changes=_(", ").join(changes))


def _added_undone(undone: "Operation") -> str:
    if undone.files == 1:  # a name, see `_files_text`
        return _("Undid adding {file} ({changes}). Files on disk are unchanged.")
    return _("Undid adding {files} ({changes}). Files on disk are unchanged.")


def _edit_undone(undone: "Operation", in_files: bool) -> str:
    is_name = undone.files == 1
    if in_files and is_name:
        return _("Undid editing {file} ({changes}), on disk, too.")
    if in_files:
        return _("Undid editing {files} ({changes}), on disk, too.")
    if is_name:
        return _(
            "Undid editing {file} ({changes}). Files on disk are unchanged: undo the "
            "edit there, too, or it comes back."
        )
    if undone.files:
        return _(
            "Undid editing {files} ({changes}). Files on disk are unchanged: undo the "
            "edit there, too, or it comes back."
        )
    return _("Undid editing {files} ({changes}).")


def _files_text(done: "Operation") -> str:
    text = _("Added {files}") if done.name == "add" else _("Edited {files}")
    if done.files == 1:  # a name, which Japanese sets off with a blank
        text = _("Added {file}") if done.name == "add" else _("Edited {file}")
    files = _files(done)
    each = _("{n} {name}")
    actions = [
        each.format(n=n, name=action_label(name))
        for name, n in done.actions.items()
        if n
    ]
    return labelled(text.format(file=files, files=files), _(", ").join(actions))


def _settings_text(done: "Operation") -> str:
    if done.names == _EXAM:
        return _("Changed the exam")
    text = _("Changed {names} of {deck}") if done.about else _("Changed {names}")
    return text.format(names=", ".join(done.names), deck=done.about)


def _settings_undone(undone: "Operation") -> str:
    if undone.names == _EXAM:
        return _("Restored the exam.")
    text = _("Restored {names} of {deck}.") if undone.about else _("Restored {names}.")
    return text.format(names=", ".join(undone.names), deck=undone.about)


def _answer_text(done: "Operation") -> str:
    if not done.rating:
        return _("Answered a card that no longer exists")
    text = _("Answered {rating}: {question}")
    if done.name == "look":
        text = _("Crammed, {rating}: {question}")
    names = {rating: name for rating, name, _when in rating_help()}
    return text.format(
        rating=names[Rating(done.rating)], question=short_question(done.about)
    )


def _files(done: "Operation") -> str:
    if done.files == 1:
        return done.about
    if not done.files and done.about:  # no file has these notes
        name = quoted_text(short_question(done.about))
        return name if done.count == 1 else count_notes(done.count)
    return ngettext("{n} file", "{n} files", done.files).format(n=done.files)


def _imported(done: "Operation") -> str:
    notes = ngettext("{n} note", "{n} notes", done.count).format(n=done.count)
    reviews = ngettext("{n} review", "{n} reviews", done.reviews)
    text = _("{notes} and {reviews}")
    return text.format(notes=notes, reviews=reviews.format(n=done.reviews))
