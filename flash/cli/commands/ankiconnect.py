"""`flash push` and `flash pull`: the exchange with an Anki that is open."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cards.text.width import clean
from flash.cli.options import DbOption, DeckOption, JsonOption, TagOption
from flash.service.context import AppContext, open_app
from flash.terminal import counted, echo_err

if TYPE_CHECKING:
    from export.anki.ankiconnect import AnkiConnect
    from srs.merging.merge import Merged

UrlOption = Annotated[
    str,
    typer.Option(
        "--url", metavar="URL", envvar="ANKICONNECT_URL", help="Of AnkiConnect."
    ),
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", metavar="KEY", envvar="ANKICONNECT_KEY", help="Its apiKey, if any."
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="To wait for Anki.", min=0.1),
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
    """Send notes, media and the schedule of new cards to an open Anki.

    Notes that Anki has get the text of flash and keep their progress there.
    Sending again is safe.  Exit code 1: Anki can't be reached, or refuses.
    """
    from flash.service.exporting import export_package
    from srs.store.notes import stored_notes

    anki = _connected(url, key, timeout)
    with open_app(db) as store, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "push.apkg"
        notes = stored_notes(store.store, deck=deck, tag=tag)
        sent = export_package(store, file, notes, quiet=json, with_schedule=True)
        anki.send(file.read_bytes())
    if json:
        from flash.terminal import print_json

        print_json({"url": url, **sent})
        return
    told = ", ".join(f"{count} {name}" for name, count in sent.items() if count)
    typer.echo(f"sent to Anki: {told}")


def pull(
    deck: DeckOption = "",
    new: Annotated[
        bool, typer.Option("--new", help="Take notes over that only Anki has, too.")
    ] = False,
    url: UrlOption = _ADDRESS,
    key: KeyOption = "",
    timeout: TimeoutOption = 120.0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Fetch the reviews made in an open Anki.

    Nothing counts twice, however often you pull.  Exit code 1: Anki can't be
    reached, or refuses; decks fetched before that are kept.
    """
    anki = _connected(url, key, timeout)
    with open_app(db) as store:
        found = _pulled(store, anki, deck, new=new)
    if json:
        import msgspec

        from flash.terminal import print_json

        print_json({name: msgspec.structs.asdict(one) for name, one in found.items()})
        return
    for name, merged in found.items():
        reviews = counted(merged.reviews, "new review")
        notes = f", {counted(merged.new_notes, 'new note')}" if new else ""
        typer.echo(f"{clean(name)}: {reviews}{notes}")
    if not found:
        echo_err("Anki has none of these decks (push them first: flash push)")


def _connected(url: str, key: str, timeout: float) -> "AnkiConnect":
    from export.anki.ankiconnect import AnkiConnect

    anki = AnkiConnect(url, key, timeout)
    anki.check()
    return anki


def _pulled(
    store: AppContext, anki: "AnkiConnect", deck: str, *, new: bool
) -> dict[str, "Merged"]:
    """Merge the outermost decks of flash that Anki has."""
    from flash.service.importing import import_package
    from srs.store.decks import root_decks

    wanted = {deck} if deck else set(root_decks(store.store))
    there = {name.casefold(): name for name in anki.deck_names()}
    found: dict[str, Merged] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(wanted):
            if name.casefold() not in there:
                continue
            file = Path(folder) / "pull.apkg"
            file.write_bytes(anki.fetch(there[name.casefold()]))
            done = import_package(store, file, reviews_only=not new)
            found[name] = done.merged
    return found
