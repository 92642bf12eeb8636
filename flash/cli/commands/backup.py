"""`flash backup` and `flash restore`: copies of the store, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, JsonOption
from flash.service.context import chosen_store, open_app
from flash.terminal import echo

if TYPE_CHECKING:
    from srs.store.backups import Contents

_FIGURES = ("notes", "cards", "reviews")


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Where to; by default beside the store."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the backups beside the store.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Copy the store as it is now, checked, also while a review is open.

    Backups beside the store are thinned out: the last ten and one of each month
    stay.  One is made by itself on each study day when a review ends, and before
    an import, a restore, a mend and a change of the store's format.
    """
    from srs.store.backups import back_up

    if listed:
        _list(db, as_json=json)
        return
    with open_app(db) as store:
        made = back_up(store.store, store.now(), file)
    if json:
        from flash.terminal import print_json

        print_json({"file": str(made), "bytes": made.stat().st_size})
        return
    echo(f"{made}: {made.stat().st_size / 1e6:.1f} MB")


def _list(db: Path | None, *, as_json: bool) -> None:
    from flash.terminal import print_json, print_table
    from srs.store.backups import folder_of, list_backups

    path, _ = chosen_store(db)
    found = list_backups(path)
    if as_json:
        rows = [
            {
                "file": str(one.path),
                "made": _iso(one.made_ms),
                "bytes": one.size,
                **(_shown(one.contents) if one.contents else {"damaged": True}),
            }
            for one in found
        ]
        print_json(rows)
        return
    if not found:
        echo(f"no backups in {folder_of(path)}")
        return
    table = [
        [one.path.name, f"{one.size / 1e6:.1f}", *_cells(one.contents)] for one in found
    ]
    echo(str(folder_of(path)))
    head = ["backup (UTC)", "MB", *_FIGURES, "last review (UTC)"]
    print_table(head, table, right=(1, 2, 3, 4))


def _cells(contents: "Contents | None") -> list[str]:
    if contents is None:
        return ["-", "-", "-", "damaged"]
    figures = [str(getattr(contents, name)) for name in _FIGURES]
    return [*figures, _last_review(contents)]


def _last_review(contents: "Contents | None") -> str:
    if contents is None or contents.newest_ms is None:
        return "-"
    return _iso(contents.newest_ms)[:16].replace("T", " ")


def _iso(at_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms // 1000, UTC).isoformat()


def _shown(contents: "Contents") -> dict[str, Any]:
    newest = contents.newest_ms
    return {
        **{name: getattr(contents, name) for name in _FIGURES},
        "newest_review": None if newest is None else _iso(newest),
        "version": contents.version,
    }


def restore(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A backup: its path, or its name beside the store.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Go back to a backup; without FILE, list what there is.

    Shows first what would be more and what less than now, and asks.  The present
    store is backed up before.  A review that is open meanwhile goes on with the
    restored cards.  Exit code 1: the file can't be used, or you didn't agree;
    nothing was changed.
    """
    if file is None:
        _list(db, as_json=json)
        return
    from srs.maintenance.restore import prepared, present, restored_name
    from srs.maintenance.restore import restore as put_back

    path, clock = chosen_store(db)
    source = restored_name(path, file)
    with prepared(path, source, clock()) as copy:
        from srs.store.backups import contents_of

        now, then = present(path), contents_of(copy.connection)
        if not json:
            _print_change(path, source, now, then)
        if not (dry_run or yes):
            _ask(path, has_store=path.exists())
        saved = None if dry_run else put_back(path, copy, clock(), source)
    if json:
        from flash.terminal import print_json

        print_json(
            {
                "file": str(source),
                "now": _shown(now) if now else None,
                "then": _shown(then),
                "dry_run": dry_run,
                "backup": str(saved) if saved else None,
            }
        )
        return
    if dry_run:
        typer.echo("(nothing was changed: --dry-run)")
        return
    echo(f"restored; what was there before: {saved or 'nothing'}")


def _print_change(
    path: Path, source: Path, now: "Contents | None", then: "Contents"
) -> None:
    from flash.terminal import print_table

    echo(f"{source.name} in the place of {path}")
    if now is None and path.exists():
        typer.echo("the present store can't be read; it is kept as it is beside")
    rows: list[list[str]] = []
    for name in _FIGURES:
        before, after = getattr(now, name, 0), getattr(then, name)
        rows.append([name, str(before), str(after), f"{after - before:+}"])
    rows.append(["last review (UTC)", _last_review(now), _last_review(then), ""])
    print_table(["", "now", "then", "change"], rows, right=(1, 2, 3))


def _ask(path: Path, *, has_store: bool) -> None:
    import sys

    if not has_store:
        return
    if sys.stdin.isatty() and typer.confirm(f"replace {path}?", err=True):
        return
    raise FlashError("nothing was changed", "add --yes to go on")
