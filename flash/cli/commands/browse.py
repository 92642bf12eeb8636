"""`flash browse`."""

import os
import sys

from cards.errors import FlashError
from cards.translate import _
from flash.cli.options import QueryArgument, StoreOption
from flash.messages.browsing import NEEDS_TERMINAL
from flash.service.browsing import Browser
from flash.service.context import open_app


def browse(words: QueryArgument = None, db: StoreOption = None) -> None:
    """Find, read and change cards on the full screen.

    A query, the list of its cards, and the selected card as a review shows it. Space
    marks cards; a key changes the marked ones, or the selected one, at once, and u
    undoes the last change. Exit code 1: no terminal, no such card or deck, or the
    query has a mistake.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or (
        os.environ.get("TERM") == "dumb"
    ):
        raise FlashError(_(NEEDS_TERMINAL), _("flash list needs none"))
    from flash.tui.browse_app import run_browser  # noqa: PLC0415 - loads Textual

    with open_app(db) as app:
        run_browser(Browser(app, " ".join(words or ())))
