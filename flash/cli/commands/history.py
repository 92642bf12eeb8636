"""`flash undo` and `flash log`."""

from typing import Annotated

import typer

from flash.cli.options import DbOption, JsonOption
from flash.service.context import open_app
from flash.terminal import echo


def undo(
    steps: Annotated[
        int,
        typer.Argument(metavar="[STEPS]", min=1, help="How many operations to undo."),
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be undone.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Undo the last operation: an answer, added files, a setting, an import.

    `flash log` lists the operations.  The review log keeps an undone answer, marked
    as undone; deck files are never changed.
    """
    from flash.messages.operations import undone_text
    from srs.store.undo import undo_operations

    with open_app(db) as store:
        undone = undo_operations(store.store, steps, dry_run=dry_run)
    told = [undone_text(one.operation) for one in undone]
    if json:
        from flash.terminal import print_json

        print_json({"undone": told, "dry_run": dry_run})
        return
    echo("\n".join(told) or "Nothing to undo.")
    if told and dry_run:
        typer.echo("(nothing was changed: --dry-run)")


def log(
    limit: Annotated[
        int,
        typer.Option(
            "--limit", metavar="N", min=1, max=10**9, help="Show at most N operations."
        ),
    ] = 20,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List the last operations, newest first, as `flash undo` would undo them."""
    from flash.messages.operations import operation_text
    from srs.store.operations import last_operations

    with open_app(db) as store:
        calendar = store.options.calendar
        found = [
            (calendar.iso(one.at_ms), one)
            for one in last_operations(store.store, limit)
        ]
    if json:
        from flash.terminal import print_json

        shown = [
            {
                "at": at,
                "name": one.name,
                "what": operation_text(one),
                "count": one.count,
                "undone": one.undone,
            }
            for at, one in found
        ]
        print_json(shown)
        return
    from flash.terminal import clipped, columns_of_terminal, styled

    for moment, one in found:
        at = moment[:16].replace("T", " ")
        mark = "  (undone)" if one.undone else ""
        room = max(20, columns_of_terminal() - len(at) - 2 - len(mark))
        line = f"{at}  {clipped(operation_text(one), room)}{mark}"
        typer.echo(styled(line, "2") if one.undone else line)
    if not found:
        typer.echo("No operations yet.")
