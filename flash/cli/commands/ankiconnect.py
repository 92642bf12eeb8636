"""`flash push` and `flash pull`: exchange with a running Anki."""

import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cards.text.width import clean
from cards.translate import _
from export.anki.ankiconnect import AnkiConnect
from flash.cli.options import DbOption, DeckOption, JsonOption, TagOption, finite
from flash.messages.exchange import (
    contents_text,
    loss_items,
    loss_lines,
    pulled_line,
)
from flash.service.context import AppContext, open_app
from flash.service.exporting import export_package
from flash.service.finding import find, find_deck
from flash.service.importing import import_package
from flash.terminal import echo, echo_err, print_json, progress_bar
from srs.models.incoming import MergeResult
from srs.store.decks import root_decks
from srs.store.notes import note_count, stored_notes

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
        help="How long to wait for each complete answer from Anki.",
        min=0.1,
        max=86_400,
        callback=finite,
    ),
]
_ADDRESS = "http://127.0.0.1:8765"


def push(
    deck: DeckOption = "",
    tag: TagOption = "",
    url: UrlOption = _ADDRESS,
    key: KeyOption = "",
    timeout: TimeoutOption = 120.0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Send notes to a running Anki.

    Media and the schedule of new cards are sent too. Notes that Anki already has get
    the text of flash and keep their progress in Anki. The deck options of Anki stay.
    Sending again is safe. Exit code 1: Anki can't be reached or refuses.
    """
    anki = _connect(url, key, timeout)
    with open_app(db) as app, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "push.apkg"
        cards = find(app, (), deck=deck, tag=tag).cards
        notes = stored_notes(app.store, cards=cards)
        with progress_bar(note_count(app.store), "exporting", quiet=json) as progressed:
            sent, losses = export_package(
                app,
                file,
                notes,
                with_schedule=True,
                with_presets=False,
                progressed=progressed,
            )
        anki.send(file.read_bytes())
    if json:
        print_json({"url": url, **sent, "items": loss_items(losses)})
    else:
        echo(_("Sent to Anki: {contents}").format(contents=contents_text(sent)))
        for line in loss_lines(losses):
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

    Pulling again never counts a review twice. Exit code 1: Anki can't be reached or
    refuses; decks fetched before that are kept.
    """
    anki = _connect(url, key, timeout)
    with open_app(db) as app:
        found = _pull(app, anki, deck, new=new)
    if json:
        print_json({name: msgspec.structs.asdict(one) for name, one in found.items()})
        return
    for name, merged in found.items():
        echo(f"{clean(name)}: {pulled_line(merged, with_notes=new)}")
    if not found:
        echo_err(_("Anki has none of these decks (send them with flash push)"))


def _connect(url: str, key: str, timeout: float) -> AnkiConnect:
    anki = AnkiConnect(url, key, timeout)
    anki.check()
    return anki


def _pull(
    app: AppContext, anki: AnkiConnect, deck: str, *, new: bool
) -> dict[str, MergeResult]:
    """Merge the top-level decks of flash that Anki has."""
    wanted = {find_deck(app, deck)} if deck else set(root_decks(app.store))
    there = {name.casefold(): name for name in anki.deck_names()}
    found: dict[str, MergeResult] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(wanted):
            if name.casefold() not in there:
                continue
            file = Path(folder) / "pull.apkg"
            file.write_bytes(anki.fetch(there[name.casefold()]))
            found[name] = import_package(app, file, reviews_only=not new).merged
    return found
