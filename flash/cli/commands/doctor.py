"""`flash doctor`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, JsonOption
from flash.messages.checks import fix_text, problem_text
from flash.messages.maintenance import finding_lines, repair_backup_line, salvage_lines
from flash.messages.translate import _
from flash.service.context import chosen_store, open_app
from flash.terminal import echo, print_json, print_lines
from srs.maintenance.checks import Finding, examine, repair
from srs.maintenance.salvage import salvage as recover


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be repaired.")
    ] = False,
    salvage: Annotated[
        Path | None,
        typer.Option(
            "--salvage",
            metavar="NEW.db",
            help="Recover what is readable of a damaged store into a new one.",
        ),
    ] = None,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Check and repair the store.

    Checks file integrity, references, card states and media. Nothing is changed
    without --fix, which makes a backup first. --salvage only reads the damaged store;
    inspect the new one with --db, then replace the damaged one with flash restore
    NEW.db. Exit code 1: there are problems that were not repaired.
    """
    if salvage is not None:
        _salvage(db, salvage, as_json=json)
        return
    with open_app(db) as app:
        report = (repair if fix else examine)(app.store, app.now())
    if json:
        print_json(
            {
                "findings": _findings_json(report.findings, fixed=fix),
                "backup": str(report.backup) if report.backup else None,
            }
        )
    else:
        print_lines(finding_lines(report.findings, fixed=fix))
        if report.backup:
            echo(repair_backup_line(report.backup))
    if any(not (fix and one.is_fixable) for one in report.findings):
        raise typer.Exit(1)


def _findings_json(findings: Sequence[Finding], *, fixed: bool) -> list[dict[str, Any]]:
    return [
        {
            "what": one.category,
            "message": problem_text(one),
            "count": one.count,
            "mend": fix_text(one),
            "mendable": one.is_fixable,
            "mended": fixed and one.is_fixable,
        }
        for one in findings
    ]


def _salvage(db: Path | None, target: Path, *, as_json: bool) -> None:
    path, clock = chosen_store(db)
    if target.absolute() == path.absolute():
        message = _("the new store can't be the damaged one")
        raise FlashError(message, _("name a new file"))
    found = recover(path, target, clock())
    if as_json:
        print_json(
            {
                "file": str(target),
                "rows": found.rows,
                "lost": found.lost,
                "lost_pages": found.lost_pages,
                "lost_rows": found.lost_rows,
                "findings": _findings_json(found.findings, fixed=True),
            }
        )
    else:
        print_lines(salvage_lines(found, target))
