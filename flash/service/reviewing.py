"""Reviewing: open a session, edit the deck file of a card, open its source.

No editor is started through a shell.  Editors differ in how a line is named; known
ones get it in their own way, others get the file only.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from flash.service.context import AppContext, file_stats
from srs.store.backups import back_up_daily
from srs.store.deck_files import known_file_stats
from srs.store.operations import was_ever_filled
from srs.store.rows import has_notes
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.session import Session, SessionLimits

_PLUS = frozenset({"vi", "vim", "nvim", "view", "gvim", "nano", "pico", "emacs"})
_PLUS |= {"emacsclient", "micro", "kak", "joe", "jed", "mg", "ne", "neovide"}
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor"})
_COLON = frozenset({"hx", "helix", "zed", "zeditor", "subl", "sublime_text"})
_NEEDS_WAIT = frozenset({"zed", "zeditor", "subl", "sublime_text"}) | _GOTO
"""Editors that return at once unless called with `--wait`."""
_FALLBACKS = ("nano", "vim", "vi", "notepad")


def open_session(
    app: AppContext,
    card_filter: CardFilter | None = None,
    limits: SessionLimits | None = None,
    *,
    cram: CramOptions | None = None,
) -> Session:
    """Open a review session that can reload edited deck files."""

    def reread(file: str) -> str | None:
        from flash.service.edited_files import reread  # noqa: PLC0415 - loads YAML

        return reread(app, file)

    return Session(
        app.store,
        app.clock,
        card_filter,
        limits,
        cram=cram,
        reread=reread,
    )


class FirstDeck(Struct, frozen=True):
    """The bundled deck in a store that had nothing."""

    deck: str
    cards: int
    new_per_day: int


def add_first_deck(app: AppContext) -> FirstDeck | None:
    """Add the bundled deck to a store to which nothing was ever added.

    Returns:
        None if the store has or had notes.
    """
    if has_notes(app.store) or was_ever_filled(app.store):
        return None
    from cards.identity.keys import root_of  # noqa: PLC0415 - as above
    from flash.service.adding import (  # noqa: PLC0415 - loads YAML
        BUNDLED,
        add_unasked,
    )
    from flash.service.deck_reading import read_for_adding  # noqa: PLC0415 - as above

    added = add_unasked(app, read_for_adding([Path(BUNDLED)], app.store.path))
    deck = root_of(added.plan.steps[0].note.deck)
    return FirstDeck(deck, added.new_cards, app.options.preset(deck).new_per_day)


def add_changed_files(app: AppContext) -> list[str]:
    """Add known deck files that were edited since they were last added.

    Returns:
        What keeps files from being added; their old cards are asked.
    """
    known = known_file_stats(app.store)
    changed = set(file_stats(file for file, _, _ in known)) - set(known)
    if not changed:
        return []
    from flash.service.edited_files import (  # noqa: PLC0415 - loads YAML
        add_changed,
    )

    return add_changed(app, sorted(file for file, _, _ in changed))


def back_up_after_review(app: AppContext) -> None:
    """Make the daily backup.

    Raises:
        StoreError: The backup failed; the review is saved all the same.
    """
    back_up_daily(app.store, app.options.calendar, app.now())


def is_installed(file: str) -> bool:
    """Return True for a file of an installed flash, which the next install replaces.

    Cards that were added before bundled decks were copied come from such files.
    """
    from cards.deckfile.discovery import bundled_name  # noqa: PLC0415 - only to edit

    if not bundled_name(file):
        return False
    # In a clone of flash the deck is there to be edited.
    return not (Path(file).parents[4] / "pyproject.toml").exists()


def editor_command(
    file: str, line: int, environment: Mapping[str, str] | None = None
) -> list[str] | None:
    """Build the command that opens a file at a line.

    Args:
        file: Path of the file.
        line: Counted from 1; 0 if unknown.
        environment: Source of `VISUAL` and `EDITOR`; `os.environ` by default.

    Returns:
        The arguments, or None if no editor was found.
    """
    words = _editor(os.environ if environment is None else environment)
    if not words:
        return None
    name = Path(words[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    if name in _NEEDS_WAIT and not {"-w", "--wait"} & set(words):
        words.append("--wait")
    if line > 0 and name in _PLUS:
        return [*words, f"+{line}", file]
    if line > 0 and name in _GOTO:
        return [*words, "--goto", f"{file}:{line}"]
    if line > 0 and name in _COLON:
        return [*words, f"{file}:{line}"]
    return [*words, file]


def _editor(environment: Mapping[str, str]) -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""), posix=os.name != "nt")
        except ValueError:
            # An unclosed quote.
            continue
        if words:
            return words
    found = next(filter(shutil.which, _FALLBACKS), None)
    return [found] if found else []


def open_in_browser(url: str) -> bool:
    """Open a web page outside the terminal; False if there is no such browser."""
    # Not needed before the first question.
    import webbrowser

    try:
        browser = webbrowser.get()
        # A browser in this terminal would overwrite the screen.
        if isinstance(browser, webbrowser.GenericBrowser) and not isinstance(
            browser, webbrowser.BackgroundBrowser
        ):
            return False
        return browser.open(url)
    except webbrowser.Error:
        return False
