"""`flash push` and `flash pull`: exchange with a running Anki."""

from typing import Annotated

import typer

from cards.translate import _
from export.anki.ankiconnect import AnkiConnect
from flash.cli.imported import imported_json, print_imported
from flash.cli.options import (
    DbOption,
    DeckOption,
    JsonOption,
    StoreOption,
    TagOption,
    finite,
)
from flash.messages.ankiconnect import absent_line, kept_in_pull_line, push_remarks
from flash.messages.edits import edit_conflict_lines
from flash.messages.exchange import (
    contents_text,
    loss_items,
    loss_lines,
)
from flash.service.anki_pull import pull as pull_decks
from flash.service.anki_push import push as push_notes
from flash.service.context import open_app
from flash.service.finding import find
from flash.terminal import echo, echo_err, print_json, progress_bar
from srs.store.notes import stored_notes

UrlOption = Annotated[
    str,
    typer.Option(
        "--url", metavar="URL", envvar="ANKICONNECT_URL", help="AnkiConnect address."
    ),
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="KEY", envvar="ANKICONNECT_KEY", help="AnkiConnect API key."
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="How long to wait for each complete response from Anki.",
        min=0.1,
        max=86_400,
        callback=finite,
    ),
]
_ADDRESS = "http://127.0.0.1:8765"


def push(
    deck: DeckOption = "",
    tag: TagOption = "",
    deleted: Annotated[
        bool,
        typer.Option("--deleted", help="Also send notes that were deleted in Anki."),
    ] = False,
    url: UrlOption = _ADDRESS,
    key: KeyOption = "",
    timeout: TimeoutOption = 120.0,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Send notes to a running Anki.

    Media and the schedule of new cards are sent too. Notes that were changed here since
    Anki got them are updated: their progress, other fields and tags in Anki stay, and
    so do its deck options. Sending again is safe. Exit code 1: Anki can't be reached or
    refuses.
    """
    anki = _connect(url, key, timeout)
    with open_app(db) as app:
        cards = find(app, (), deck=deck, tag=tag).named
        notes = list(stored_notes(app.store, cards=cards))
        with progress_bar(len(notes), _("exporting"), quiet=json) as progressed:
            done = push_notes(app, anki, notes, deleted=deleted, progressed=progressed)
    if json:
        counts = {**dict.fromkeys(("notes", "cards", "media"), 0), **done.sent}
        held = {"deleted": done.deleted, "outdated": done.outdated}
        items = loss_items(done.losses)
        both = {"differing": done.differing, "conflicts": done.conflicts}
        about = {"ahead": done.ahead, "items": items}
        print_json({"url": url, **counts, **held, **about, **both})
        return
    if done.sent:
        text = _("Sent to Anki: {contents}")
        echo(text.format(contents=contents_text(done.sent)))
    else:
        echo(_("Nothing new to send to Anki"))
    for line in (
        *loss_lines(done.losses),
        *edit_conflict_lines(done.conflicts),
        *[kept_in_pull_line(done.differing)] * bool(done.differing),
        *push_remarks(done.deleted, done.outdated, done.ahead),
    ):
        echo_err(line)


def pull(
    deck: DeckOption = "",
    new: Annotated[
        bool, typer.Option("--new", help="Also import notes that only Anki has.")
    ] = False,
    url: UrlOption = _ADDRESS,
    key: KeyOption = "",
    timeout: TimeoutOption = 120.0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Fetch reviews from a running Anki.

    The decks that have cards of flash are fetched, also those that were renamed in
    Anki. With --new, --deck may name one that only Anki has. Fields and note types
    that were changed in Anki are kept for the next push. Pulling again never counts a
    review twice, and a backup is made if something changes. Exit code 1: Anki can't be
    reached or refuses; nothing is changed.
    """
    anki = _connect(url, key, timeout)
    with open_app(db) as app:
        found = pull_decks(app, anki, deck, new=new)
    done = found.imported
    kept = kept_in_pull_line(done.differing) if done else ""
    if json:
        about = {"url": url, "decks": found.decks, "absent": found.absent}
        print_json({**about, **(imported_json(done, kept) if done else {})})
        return
    if done:
        print_imported(done, kept)
    if found.absent:
        echo_err(absent_line(found.absent))


def _connect(url: str, key: str, timeout: float) -> AnkiConnect:
    anki = AnkiConnect(url, key, timeout)
    anki.check()
    return anki
