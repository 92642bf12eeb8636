"""`flash sync`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.asking import is_confirmed
from flash.cli.commands.sync_key import encrypt
from flash.cli.options import DbOption, DryRunOption, JsonOption, refuse_unfit
from flash.messages.phrases import dry_run_remark
from flash.messages.sync import (
    device_lines,
    join_question,
    log_title,
    refusal_text,
    remark_lines,
    synced_line,
)
from flash.service.context import AppContext, open_app
from flash.service.device import sync_lock
from flash.service.sync import SyncPlan, apply_sync, plan_sync
from flash.terminal import echo, echo_err, print_json, print_lines, progress_bar
from srs.store.sync_state import Device
from srs.sync.outcome import Synced


def sync(
    log: Annotated[
        str,
        typer.Argument(
            metavar="[LOG]",
            help="The sync log: a folder, or an s3:// or davs:// address [default: the"
            " last one]; or encrypt.",
            show_default=False,
        ),
    ] = "",
    status: Annotated[
        bool,
        typer.Option(
            "--status", help="Show the devices, and what would be sent and received."
        ),
    ] = False,
    dry_run: DryRunOption = False,
    git: Annotated[
        bool, typer.Option("--git", help="Pull and push the folder with git.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of this device.")
    ] = "",
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            "-y",
            help="Join the sync log of another store. With encrypt: make a new key"
            " although one was lost.",
        ),
    ] = False,
    join: Annotated[
        bool,
        typer.Option("--join", help="With encrypt: enter the keys of another device."),
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Synchronize with your other devices.

    Sends what changed here to a sync log, which is a folder that Syncthing, Dropbox or
    git carries, and merges what other devices sent: answers, cards, marks and settings.
    Nothing is lost, in whatever order devices send; of two changes of one text or
    setting the later one counts. An empty folder becomes a sync log. The sync log may
    also be in object storage (s3://bucket/prefix?endpoint=https://...) or on a WebDAV
    server (davs://host/path), see docs/devices.md.

    flash sync encrypt makes and shows a key, and all that is sent later is encrypted
    with it; flash sync encrypt --join enters it on your other devices.

    Exit code 1: the sync log can't be used, or a part of it is damaged or incomplete.
    """
    if log == "encrypt":
        refuse_unfit(
            "flash sync encrypt",
            {
                "--status": status,
                "--dry-run": dry_run,
                "--git": git,
                "--name": bool(name),
                "--json": json,
            },
        )
        encrypt(db, joins=join, is_lost=yes)
        return
    if join:
        raise typer.BadParameter(_("--join goes with flash sync encrypt"))
    with open_app(db) as app, sync_lock(app.store.path):
        is_dry = dry_run or status
        plan = plan_sync(app, log, name=name, joins=yes, git=git, pulls=not is_dry)
        if plan.question and not (is_dry or yes or _agreed(plan)):
            message, hint = refusal_text(plan.question)
            raise FlashError(message, hint, plan.carrier.address)
        total = sum(one.segment.last - one.segment.first + 1 for one in plan.arrived)
        with progress_bar(total, _("merging"), quiet=json) as progressed:
            done = apply_sync(app, plan, progressed=progressed, dry_run=is_dry)
        _report(app, done, as_json=json, status=status, dry_run=is_dry)
    if done.is_faulty:
        raise typer.Exit(1)


def _agreed(plan: SyncPlan) -> bool:
    if plan.question is None:
        return False
    return is_confirmed(join_question(plan.question, plan.carrier.address))


def _report(
    app: AppContext, done: Synced, *, as_json: bool, status: bool, dry_run: bool
) -> None:
    if as_json:
        print_json(_as_json(done, dry_run=dry_run))
    else:
        calendar = app.options.calendar
        if status:
            shown = {
                one.id: calendar.iso(one.last >> 16)[:16].replace("T", " ")
                for one in done.devices
            }
            echo(log_title(done))
            print_lines(device_lines(shown, done.devices))
        echo(synced_line(done))
        if dry_run:
            echo(dry_run_remark())
    for line in remark_lines(done):
        echo_err(line)


def _as_json(done: Synced, *, dry_run: bool) -> dict[str, Any]:
    return {
        "log": done.address,
        "encrypted": done.is_encrypted,
        "sent": done.sent.entries,
        "received": done.received.entries,
        "reviews": done.received.reviews,
        "notes": done.received.notes,
        "media": {"sent": done.media.sent, "received": done.media.received},
        "devices": [_device_json(one, done.own) for one in done.devices],
        "parked": [
            {"reason": reason, "entries": count}
            for reason, count in sorted(done.parked.items())
        ],
        "faults": [{"segment": one.name, "reason": one.reason} for one in done.faults],
        "ignored": list(done.foreign),
        "joined": done.received.joined,
        "lost_edits": done.received.lost,
        "dry_run": dry_run,
    }


def _device_json(one: Device, own: str) -> dict[str, Any]:
    last = datetime.fromtimestamp((one.last >> 16) / 1000, UTC)
    return {
        "id": one.id,
        "name": one.name,
        "last": last.isoformat(timespec="seconds"),
        "entries": one.entries,
        "own": one.id == own,
    }
