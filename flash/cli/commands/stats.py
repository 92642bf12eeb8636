"""`flash stats`: today, how much is kept, what comes; on a screen or as a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flash.cli.options import DbOption, JsonOption
from flash.service.context import open_app
from flash.terminal import echo

if TYPE_CHECKING:
    from srs.stats.collect import Statistics


def stats(
    deck: Annotated[
        str, typer.Argument(metavar="[DECK]", help="Only this deck and its children.")
    ] = "",
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Tell all; some seconds where there are a million answers."
        ),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write all of it to a page with charts."
        ),
    ] = None,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show today, the streak, true retention, the last year and what will be due.

    With --full also, from the answers of the last year: retention by interval and
    hour of the day, predicted against actual recall, answer times; and stability,
    difficulty, decks, cards that are forgotten again and again, and pairs that are
    mixed up.  The page holds the same, needs no network, and is replaced as a
    whole.  In JSON, what is to be counted answer by answer is null without --full.
    Exit code 1: no deck has this name, or the page can't be written.
    """
    from flash.service.context import check_deck
    from srs.stats.collect import collect_statistics

    with open_app(db) as store:
        check_deck(store, deck)
        if html is not None:
            from srs.store.backups import refuse_store

            refuse_store(store.store.path, html)
        whole = full or html is not None
        found = collect_statistics(
            store.store, store.options, store.now(), deck, full=whole
        )
    if html is not None:
        _write_page(html, found)
    if json:
        from flash.report.as_json import as_json
        from flash.terminal import print_json

        print_json(as_json(found))
    elif html is not None:
        echo(f"{html}: {html.stat().st_size / 1e3:.0f} kB")
    else:
        _print(found, full=full)


def _print(found: "Statistics", *, full: bool) -> None:
    from flash.report.full_text import full_text
    from flash.report.text import NARROWEST, render_text
    from flash.terminal import styled, terminal_columns

    columns = max(NARROWEST, terminal_columns())
    if full:
        lines = [*render_text(found, columns), "", *full_text(found, columns)]
    else:
        hint = styled("more: --full, or a page: --html FILE", "2")
        lines = [*render_text(found, columns), "", hint]
    typer.echo("\n".join(lines).rstrip("\n"))


def _write_page(file: Path, found: "Statistics") -> None:
    from export.files import replace_file
    from flash.report.page import page

    replace_file(file, page(found).encode())
