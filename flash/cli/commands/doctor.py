"""`flash doctor`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cards.translate import _
from flash.cli.options import JsonOption, StoreOption
from flash.messages.checks import fix_text, problem_text
from flash.messages.maintenance import (
    finding_lines,
    kept_line,
    recovery_lines,
    repair_backup_line,
)
from flash.messages.sync import remark_lines, synced_line
from flash.service.context import chosen_store, open_app
from flash.service.device import sync_lock
from flash.service.rebuilding import rebuild, sources, sync_again
from flash.terminal import echo, echo_err, print_json, print_lines, working
from srs.maintenance.checks import Finding, Report, examine, repair
from srs.maintenance.restore import RebuildSources
from srs.store.connection import DamagedStore


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be repaired.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Check and repair the store.

    Checks file integrity, references, card states and media. Nothing is changed
    without --fix, which makes a backup first. With --fix, a damaged file is kept, and
    the store is rebuilt from its newest backup and its sync log; without a sync log,
    flash says what a restore of the backup would lose. Exit code 1: there are problems
    that were not repaired.
    """
    path, clock = chosen_store(db)
    with working(_("checking"), quiet=json):
        report, found = _checked(db, path, fix=fix)
        rebuilds = fix and found is not None and bool(found.log)
        kept = rebuild(path, found, clock()) if found and rebuilds else None
    if json:
        print_json(
            {
                "findings": [_finding_json(one, fix, found) for one in report.findings],
                "backup": str(report.backup or kept or "") or None,
            }
        )
    else:
        print_lines(finding_lines(report.findings, found, fixed=fix))
        if found and not found.log:
            print_lines(recovery_lines(path))
        if report.backup:
            echo(repair_backup_line(report.backup))
        if kept:
            echo(kept_line(kept))
    if found and found.backup and rebuilds:
        _sync(db, path, found.log, echo_err if json else echo)
    if any(not (fix and one.is_fixable) for one in report.findings):
        raise typer.Exit(1)


def _checked(
    db: Path | None, path: Path, *, fix: bool
) -> tuple[Report, RebuildSources | None]:
    """Check the store; if it is damaged, find what it can be rebuilt from."""
    try:
        with open_app(db) as app:
            report = (repair if fix else examine)(app.store, app.now())
        details = [one.details for one in report.findings if one.category == "damage"]
    except DamagedStore as error:
        report, details = Report(()), [(error.message,)]
    if not details:
        return report, None
    found = sources(path)
    damage = Finding(
        "damage", "damage", 1, is_fixable=bool(found.log), details=details[0]
    )
    return Report((damage,)), found


def _sync(db: Path | None, path: Path, log: str, write: Callable[[str], None]) -> None:
    with open_app(db) as app, sync_lock(path):
        done = sync_again(app, log)
    write(synced_line(done))
    for line in remark_lines(done):
        echo_err(line)


def _finding_json(
    one: Finding, fixed: bool, found: RebuildSources | None
) -> dict[str, Any]:
    return {
        "what": one.category,
        "message": problem_text(one),
        "count": one.count,
        "fix": fix_text(one, found),
        "fixable": one.is_fixable,
        "fixed": fixed and one.is_fixable,
    }
