"""`flash undo`, `flash redo` and `flash log`."""

from typing import Annotated

import typer

from cards.text.width import width_of
from cards.translate import _
from flash.cli.options import MOST, JsonOption, StoreOption
from flash.messages.operations import operation_text, undone_text
from flash.messages.phrases import dry_run_remark
from flash.messages.review import NOTHING_TO_UNDO
from flash.service.context import open_app
from flash.terminal import (
    clip_line,
    echo,
    print_json,
    print_lines,
    styled,
    terminal_columns,
    working,
)
from srs.store.operations import last_operations
from srs.store.redo import redo_operations
from srs.store.undo import undo_operations


def undo(
    steps: Annotated[
        int,
        typer.Argument(
            metavar="[STEPS]", min=1, max=MOST, help="How many operations to undo."
        ),
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be undone.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Undo the last operations.

    An operation is an answer, added files, a setting or an import; `flash log` lists
    them. The review log keeps an undone answer, marked as undone. Deck files are
    never changed. Exit code 1: what was deleted for good can't be undone; nothing is.
    """
    with working(_("undoing"), quiet=json), open_app(db) as app:
        undone = undo_operations(app.store, steps, dry_run=dry_run)
        app.store.shrink()
    texts = [undone_text(one.operation) for one in undone]
    if json:
        print_json({"undone": texts, "dry_run": dry_run})
        return
    echo("\n".join(texts) or _(NOTHING_TO_UNDO))
    if texts and dry_run:
        echo(dry_run_remark())


def redo(
    steps: Annotated[
        int,
        typer.Argument(
            metavar="[STEPS]", min=1, max=MOST, help="How many operations to redo."
        ),
    ] = 1,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Redo undone operations.

    Possible until something else changes the store: after another operation there is
    nothing to redo. Exit code 1: the cards have changed in another way; nothing is
    redone.
    """
    with working(_("redoing"), quiet=json), open_app(db) as app:
        done = redo_operations(app.store, steps)
    texts = [operation_text(one) for one in done]
    if json:
        print_json({"redone": texts})
    else:
        lines = [_("Redone: {what}").format(what=text) for text in texts]
        echo("\n".join(lines) or _("Nothing to redo."))


def log(
    limit: Annotated[
        int,
        typer.Option(
            "--limit", metavar="N", min=1, max=MOST, help="Show at most N operations."
        ),
    ] = 20,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """List the last operations.

    The newest comes first; `flash undo` undoes them in this order.
    """
    with open_app(db) as app:
        calendar = app.options.calendar
        found = [
            (calendar.iso(one.at_ms), one) for one in last_operations(app.store, limit)
        ]
    if json:
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
    for moment, one in found:
        at = moment[:16].replace("T", " ")
        mark = _("  (undone)") if one.undone else ""
        room = max(20, terminal_columns() - len(at) - 2 - width_of(mark))
        line = f"{at}  {clip_line(operation_text(one), room)}{mark}"
        print_lines([styled(line, "2") if one.undone else line])
    if not found:
        echo(_("No operations yet."))
