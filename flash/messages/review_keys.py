"""The keys of a review, which a setting changes.

The code of the review knows an action by its default key: `ReviewKeys.meaning` turns
what was pressed into that, `fill` and `help` show the key to press.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from unicodedata import normalize

from msgspec import Struct

from cards.errors import FlashError
from cards.text.width import width_of
from cards.translate import _

ACTIONS = {
    "undo": "u",
    "mix_up": "x",
    "type": "t",
    "edit": "e",
    "suspend": "s",
    "bury": "b",
    "link": "o",
    "history": "i",
    "media": "p",
    "flag": "f",
}
"""Actions whose key can be chosen, and their default keys."""
_DEFAULTS = tuple(ACTIONS.values())
_FIXED = "0123456789jkq?"
_NO_MEANING = "unused"
FLAGS = tuple("01234567")
"""Keys that choose a flag; 0 removes it."""


class ReviewKeys(Struct, frozen=True):
    """The keys of a review."""

    keys: tuple[str, ...] = _DEFAULTS
    """The key of each of `ACTIONS`, in lower case."""

    def by_action(self) -> dict[str, str]:
        """Return the key of each action."""
        return dict(zip(ACTIONS, self.keys, strict=True))

    def meaning(self, pressed: str) -> str:
        """Return the default key of what a pressed key does."""
        key = normalize("NFKC", pressed).lower()
        if key in self.keys:
            return _DEFAULTS[self.keys.index(key)]
        return _NO_MEANING if key in _DEFAULTS else key

    def after_escape(self) -> "ReviewKeys":
        """Return the keys as a message names them while an answer is typed."""
        after = _("Esc, then {key}")
        return ReviewKeys(tuple(after.format(key=key) for key in self.keys))

    def fill(self, message: str, **values: str) -> str:
        """Put keys into a message, for placeholders such as `{undo}`, and values."""
        return message.format(**self.by_action(), **values)

    def help(self, which: str = "uxtesbfopiq") -> list[tuple[str, str, str]]:
        """Return keys other than ratings, by default key: key, label, description."""
        texts = {
            "u": (_("undo"), _("undo the last step; press again to go further back")),
            "x": (
                _("confuse"),
                _("choose the card you confused it with; rates Again"),
            ),
            "t": (_("type"), _("type the answer; it is compared, and rates nothing")),
            "e": (_("edit"), _("open the deck file in your editor, then reload it")),
            "s": (_("suspend"), _("hide the card until you unsuspend it")),
            "b": (_("bury"), _("hide the card until tomorrow")),
            "f": (_("flag"), _("mark the card with a flag, 1 to 7; 0 removes it")),
            "o": (_("link"), _("open the card's source in a browser")),
            "p": (_("media"), _("open the card's pictures, and play its sounds")),
            "i": (_("history"), _("show every answer to this card")),
            "?": (_("help"), _("show this help")),
            "q": (_("quit"), _("end the review; every answer is already saved")),
        }
        shown = dict(zip(_DEFAULTS, self.keys, strict=True))
        return [(shown.get(key, key), *texts[key]) for key in which]


DEFAULT_KEYS = ReviewKeys()


def saved_keys(text: str) -> ReviewKeys:
    """Parse keys that were saved, perhaps by another version of flash.

    What this version can't use is ignored.  An action that was added to flash since
    then has another letter if its default key was chosen for another action.
    """
    given: dict[str, str] = {}
    for action, key in _words(text):
        if action in ACTIONS and _is_key(key) and key not in given.values():
            given[action] = key
    taken = set(given.values())
    used = {*taken, *_DEFAULTS, *_FIXED}
    free = (key for key in "abcdefghijklmnopqrstuvwxyz" if key not in used)
    chosen = {
        action: next(free) if key in taken else key
        for action, key in ACTIONS.items()
        if action not in given
    }
    return ReviewKeys(tuple((chosen | given)[action] for action in ACTIONS))


def parse_keys(text: str) -> ReviewKeys:
    """Parse keys such as `undo=z bury=-`; the others are the default ones.

    Raises:
        FlashError: An action or a key doesn't exist, or two actions have one key.
    """
    owners: dict[str, str] = {}
    for action, key in (ACTIONS | _parsed(text)).items():
        if key in owners:
            message = _("'{key}' is the key of both {first} and {second}")
            raise FlashError(
                message.format(key=key, first=owners[key], second=action),
                _("give one of them another key, too"),
            )
        owners[key] = action
    return ReviewKeys(tuple(owners))


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the actions and keys that a text names."""
    for word in normalize("NFKC", text).lower().split():
        typed, _sign, key = word.partition("=")
        yield typed.replace("-", "_"), key


def _is_key(key: str) -> bool:
    """Return True if a key can be chosen."""
    is_seen = key.isprintable() and width_of(key) > 0
    return len(key) == 1 and key not in _FIXED and is_seen


def _parsed(text: str) -> dict[str, str]:
    """Return the keys that are named; see `parse_keys`."""
    given: dict[str, str] = {}
    for action, key in _words(text):
        if action not in ACTIONS:
            raise _no_action(action)
        if not _is_key(key):
            message = _("the key of {action} can't be '{key}'")
            hint = _(
                "choose one character; digits, Space, Enter, j, k, q and ? are fixed"
            )
            raise FlashError(message.format(action=action, key=key), hint)
        if action in given:
            raise FlashError(_("{action} is given twice").format(action=action))
        given[action] = key
    return given


def format_keys(keys: dict[str, str]) -> str:
    """Format the keys of actions as they can be typed."""
    return " ".join(f"{action}={key}" for action, key in keys.items())


def _no_action(typed: str) -> FlashError:
    near = get_close_matches(typed, ACTIONS, 1)
    hint = (
        _("did you mean '{name}'?").format(name=near[0])
        if near
        else _("write undo=z; the actions are {names}").format(names=", ".join(ACTIONS))
    )
    return FlashError(_("no action '{name}' in a review").format(name=typed), hint)
