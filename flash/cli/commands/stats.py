"""`flash stats`."""

from pathlib import Path
from typing import Annotated

import typer

from cards.translate import _
from flash.cli.options import DeckArgument, JsonOption, StoreOption
from flash.report.as_json import as_json
from flash.report.text import NARROWEST, render_text
from flash.service.context import open_app
from flash.service.finding import find_deck
from flash.service.output_files import write_page
from flash.terminal import (
    echo,
    page_lines,
    print_json,
    styled,
    terminal_columns,
    working,
)
from srs.stats.collect import Statistics
from srs.study.day_counts import day_statistics


def stats(
    deck: DeckArgument = "",
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Show everything; takes seconds for a million reviews."
        ),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page with everything and charts."
        ),
    ] = None,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Show progress, retention and the forecast.

    Shows today, the streak, true retention, the last year and what will be due. --full
    adds, from the answers of the last year: retention by interval and hour, calibration
    (predicted and actual recall) and answer times; and stability, difficulty, decks,
    the cards with the most lapses, and confused pairs. The page has the same content,
    loads nothing from the network, and is replaced as a whole. In JSON, figures that
    need every answer are null without --full. Exit code 1: there is no such deck, or
    the page can't be written.
    """
    with working(_("counting"), quiet=json), open_app(db) as app:
        deck = find_deck(app, deck)
        everything = full or html is not None
        found = day_statistics(app.store, app.options, deck, app.now(), full=everything)
    if html is not None:
        write_page(_page(found), html, app.store.path, ())
    if json:
        print_json(as_json(found))
    elif html is not None:
        echo(f"{html}: {html.stat().st_size / 1e3:.0f} kB")
    else:
        page_lines(_lines(found, full=full))


def _lines(found: Statistics, *, full: bool) -> list[str]:
    columns = max(NARROWEST, terminal_columns())
    lines = [*render_text(found, columns), ""]
    if full:
        from flash.report.full_text import full_text  # noqa: PLC0415 - for --full

        lines += full_text(found, columns)
    else:
        lines.append(styled(_("more: --full, or a page: --html FILE"), "2"))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _page(found: Statistics) -> str:
    from flash.report.page import page  # noqa: PLC0415 - for --html

    return page(found)
