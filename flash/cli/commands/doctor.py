"""`flash doctor`: is the store whole, and what can be done where it isn't."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, JsonOption
from flash.service.context import chosen_store, open_app
from flash.terminal import counted, echo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from srs.maintenance.findings import Finding
    from srs.maintenance.salvage import Salvaged


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended, after a backup.")
    ] = False,
    salvage: Annotated[
        Path | None,
        typer.Option(
            "--salvage",
            metavar="NEW.db",
            help="Read what can be read of a damaged store into a new one.",
        ),
    ] = None,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Look the store over: the file, its ties, what cards carry of the log, media.

    Without --fix nothing is changed; a second --fix finds nothing left to mend.
    With --salvage the damaged store is only read; look at the new one with --db,
    then put it in place with `flash restore NEW.db`.  Exit code 1: something is
    wrong that wasn't mended.
    """
    if salvage is not None:
        _salvage(db, salvage, as_json=json)
        return
    from srs.maintenance.doctor import examine, repair

    with open_app(db) as store:
        report = (repair if fix else examine)(store.store, store.now())
    left = [one for one in report.findings if not (fix and one.mended)]
    if json:
        from flash.terminal import print_json

        backup = str(report.backup) if report.backup else None
        found = [_shown(one, fix=fix) for one in report.findings]
        print_json({"findings": found, "backup": backup})
    else:
        _print(report.findings, fix=fix)
        if report.backup:
            echo(f"backup from before: {report.backup}")
        if report.findings and not fix:
            typer.echo("(nothing was changed)")
    if left:
        raise typer.Exit(1)


def _shown(finding: "Finding", *, fix: bool) -> dict[str, Any]:
    return {
        "what": finding.what,
        "message": finding.sentence,
        "count": finding.count,
        "mend": finding.mend,
        "mendable": finding.mended,
        "mended": fix and finding.mended,
    }


def _print(findings: "Iterable[Finding]", *, fix: bool) -> None:
    found = list(findings)
    for one in found:
        mark = "mended" if fix and one.mended else "wrong"
        fix_text = f"--fix: {one.mend}" if one.mended and not fix else one.mend
        echo(f"{mark}: {one.sentence} ({fix_text})")
    if not found:
        typer.echo("all is well")


def _salvage(db: Path | None, target: Path, *, as_json: bool) -> None:
    from srs.maintenance.salvage import salvage

    path, clock = chosen_store(db)
    if target.absolute() == path.absolute():
        raise FlashError("the new store can't be the damaged one", "name a new file")
    found = salvage(path, target, clock())
    if as_json:
        from flash.terminal import print_json

        print_json(
            {
                "file": str(target),
                "rows": found.rows,
                "lost": found.lost,
                "lost_pages": found.lost_pages,
                "lost_rows": found.lost_rows,
                "findings": [_shown(one, fix=True) for one in found.findings],
            }
        )
        return
    _print_salvaged(found, target)


def _print_salvaged(found: "Salvaged", target: Path) -> None:
    from flash.terminal import print_table

    shown = {name: count for name, count in found.rows.items() if count}
    rows = [
        [name, str(count), str(found.lost.get(name, "") or "")]
        for name, count in shown.items()
    ]
    print_table(["", "read", "lost, at least"], rows, right=(1, 2))
    if found.lost_pages or found.lost_rows:
        pages = counted(found.lost_pages, "page")
        echo(f"not readable: {pages}, {counted(found.lost_rows, 'row')}")
    if found.findings:
        _print(found.findings, fix=True)
    echo(f"look at it with --db {target}, then: flash restore {target}")
