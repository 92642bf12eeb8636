"""`flash backup` and `flash restore`."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.asking import is_confirmed
from flash.cli.completion import complete_backups
from flash.cli.options import DbOption, DryRunOption, JsonOption, StoreOption
from flash.messages.maintenance import (
    FIGURES,
    backup_line,
    backup_table,
    log_line,
    no_backups_line,
    replace_question,
    restore_lines,
    restored_line,
)
from flash.messages.phrases import dry_run_remark
from flash.messages.sync import parked_text
from flash.service.context import chosen_store, open_app
from flash.service.log_restore import prepared_from_log
from flash.terminal import echo, echo_err, print_json, print_lines, working
from srs.maintenance import restore as restoring
from srs.store.backups import (
    Backup,
    Contents,
    back_up,
    contents_of,
    folder_of,
    list_backups,
)
from srs.store.sync_state import PLACE, parked


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="File to write [default: in the backup folder]."
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the backups.")] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Back up the store, or list backups.

    The copy is checked, and can be made while a review is open. The backup folder is
    beside the store; the last ten backups and the first of each month are kept. flash
    makes a backup once a day after a review, and before an import, a restore, a
    repair, a deletion for good and a change of the store's format.
    """
    if listed and file is not None:
        raise typer.BadParameter(_("name a file or --list, not both"))
    if listed:
        _list(db, as_json=json)
        return
    with working(_("backing up"), quiet=json), open_app(db) as app:
        made = back_up(app.store, app.now(), file)
    size = made.stat().st_size
    if json:
        print_json({"file": str(made), "bytes": size})
    else:
        echo(backup_line(made, size))


def restore(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Backup file, or its name in the backup folder.",
            autocompletion=complete_backups,
        ),
    ] = None,
    from_log: Annotated[
        str,
        typer.Option(
            "--from-log", metavar="LOG", help="Rebuild the store from a sync log."
        ),
    ] = "",
    dry_run: DryRunOption = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Restore a backup, or what a sync log has.

    Without FILE, lists the backups. Compares the backup with the store, and asks before
    it backs up and replaces the store. A review that is open continues with the
    restored cards. After a restore of a backup, `flash sync` brings back what the sync
    log has. Exit code 1: the file can't be used, or you didn't confirm; nothing is
    changed.
    """
    if file is not None and from_log:
        raise typer.BadParameter(_("name a backup or --from-log, not both"))
    if file is None and not from_log:
        _list(db, as_json=json)
        return
    path, clock = chosen_store(db)
    source = restoring.restored_name(path, file) if file else Path()
    prepared = (
        restoring.prepared(path, source, clock())
        if file
        else prepared_from_log(path, from_log, clock())
    )
    with ExitStack() as stack:
        with working(_("reading"), quiet=json):
            copy = stack.enter_context(prepared)
            now, then = restoring.present(path), contents_of(copy.connection)
        place = copy.setting(PLACE)
        if not json:
            shown = source.name if file else place
            print_lines(restore_lines(path, shown, now, then))
            if file and place:
                echo_err(log_line(place))
        if path.exists() and not (dry_run or yes):
            _confirm(path)
        with working(_("restoring"), quiet=json):
            saved = None if dry_run else restoring.restore(path, copy, clock(), source)
        waiting = parked(copy)
    if json:
        print_json(
            {
                "file": str(source) if file else place,
                "now": _contents_json(now) if now else None,
                "then": _contents_json(then),
                "dry_run": dry_run,
                "backup": str(saved) if saved else None,
            }
        )
    else:
        echo(dry_run_remark() if dry_run else restored_line(saved))
    for reason, count in sorted(waiting.items()):
        echo_err(parked_text(reason, count))


def _confirm(path: Path) -> None:
    if is_confirmed(replace_question(path)):
        return
    raise FlashError(_("nothing was changed"), _("add --yes to replace the store"))


def _list(db: Path | None, *, as_json: bool) -> None:
    path, _clock = chosen_store(db)
    folder, found = folder_of(path), list_backups(path)
    if as_json:
        print_json([_backup_json(one) for one in found])
    elif found:
        echo(str(folder))
        print_lines(backup_table(found))
    else:
        echo(no_backups_line(folder))


def _backup_json(one: Backup) -> dict[str, Any]:
    contents = _contents_json(one.contents) if one.contents else {"damaged": True}
    made = _iso(one.made_ms)
    return {"file": str(one.path), "made": made, "bytes": one.size, **contents}


def _contents_json(contents: Contents) -> dict[str, Any]:
    newest = contents.newest_ms
    return {
        **{name: getattr(contents, name) for name in FIGURES},
        "newest_review": None if newest is None else _iso(newest),
        "version": contents.version,
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).isoformat()
