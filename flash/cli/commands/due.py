"""`flash due`; a shell prompt gets its answer from `flash.prompt`."""

import sys
from typing import Annotated

import typer

from flash.cli.options import JsonOption, StoreOption
from flash.messages.due import backlog_line, due_line
from flash.prompt import NOTHING_DUE
from flash.service.context import queue_of
from flash.terminal import echo, print_json


def due(
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 if nothing is due.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Count the cards of today, for a shell prompt.

    Counts what `flash review` would still ask today, after limits and burying: new
    cards, learning cards, and reviews that are due. Without a store nothing is due; one
    that --db names has to exist. On a terminal a second line tells why a backlog leaves
    no new cards. Exit code 3: with --check, nothing is due.
    """
    queue = queue_of(db)
    counts = queue.counts()
    if json:
        print_json(counts)
    else:
        echo(due_line(counts.new, counts.learning, counts.due))
        if sys.stdout.isatty() and (why := backlog_line(queue.backlog())):
            echo(why)
    if check and not counts.total:
        raise typer.Exit(NOTHING_DUE)
