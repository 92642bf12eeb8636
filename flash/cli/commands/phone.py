"""`flash phone`: AnkiDroid, AnkiMobile and Anki as the phone of flash."""

import time
from contextlib import suppress
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from cards.text.width import clean
from cards.translate import _
from flash.cli.asking import is_confirmed
from flash.cli.options import (
    HELP_NAMES,
    DbOption,
    JsonOption,
    StoreOption,
    YesOption,
    has_subcommand,
)
from flash.cli.patches import patches_of, print_edits
from flash.messages.edits import edit_conflict_lines
from flash.messages.exchange import loss_items, loss_lines
from flash.messages.phone import (
    newer_client_line,
    other_edits_line,
    round_line,
    serving_line,
    setup_lines,
    status_lines,
)
from flash.service.context import open_app
from flash.service.phone import (
    Failed,
    NewerClient,
    PhoneEvent,
    forget_phone,
    phone_status,
    require_hub,
    serve_phone,
    set_up_phone,
    sync_phone,
)
from flash.service.phone_account import Account
from flash.service.phone_round import Round
from flash.terminal import echo, echo_err, echo_error, print_code, print_json

app = typer.Typer(
    add_completion=False, context_settings=HELP_NAMES, rich_markup_mode=None
)


@app.callback(invoke_without_command=True)
def phone(context: typer.Context, db: DbOption = None) -> None:
    """Study in AnkiDroid, AnkiMobile or Anki.

    Runs Anki's sync server for these apps, and exchanges cards and answers with it at
    the start and after each sync of an app. Needs the extra 'phone' and flash phone
    setup; see docs/phone.md. Exit code 1: there is no hub yet, the server can't be
    started, or an app forces a one-way sync.
    """
    if not has_subcommand(context):
        # Ctrl-C is the way to end it.
        with suppress(KeyboardInterrupt):
            for event in serve_phone(db):
                _show(event)


def _show(event: PhoneEvent) -> None:
    match event:
        case Account():
            echo(serving_line(event.url))
        case Round():
            _show_round(event, f"{time.strftime('%H:%M')} ")
        case NewerClient():
            echo_err(newer_client_line(event.client, event.server))
        case Failed():
            echo_error(event.error, as_json=False)


@app.command()
def setup(
    user: Annotated[
        str,
        typer.Option(
            "--user",
            metavar="USER",
            help="User; it can't be changed later [default: flash].",
        ),
    ] = "",
    password: Annotated[
        str,
        typer.Option(
            "--password",
            metavar="PASSWORD",
            help="Password [default: as before, or a new one].",
        ),
    ] = "",
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            help="TCP port [default: as before, or 27701].",
            min=1,
            max=65_535,
        ),
    ] = None,
    lan: Annotated[
        bool | None,
        typer.Option(
            "--lan/--no-lan",
            help="Let other devices in the network connect [default: as before].",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Make the hub and show what to type into the apps.

    Run it again to change the address or the password. Exit code 1: the server can't
    be started.
    """
    account, done = set_up_phone(
        db, user=user, password=password, port=port or 0, lan=lan
    )
    if json:
        print_json(
            {"url": account.url, "user": account.user, "password": account.password}
        )
        return
    for line in setup_lines(account.url, account.user, account.password):
        echo(line)
    print_code(account.url)
    _show_round(done)


@app.command()
def sync(
    update_text: Annotated[
        bool,
        typer.Option(
            "--update-text",
            help="Import texts edited on a phone for notes without a deck file.",
        ),
    ] = False,
    one_way: Annotated[
        str,
        typer.Option(
            "--one-way",
            metavar="phone|flash",
            help="Whose version stays if an app forces a one-way sync.",
        ),
    ] = "",
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Exchange with the hub once, also while the server runs.

    What is new in flash is on each phone after its next sync. Exit code 1: there is
    no hub yet, the server can't be reached, or an app forces a one-way sync.
    """
    if one_way not in ("", "phone", "flash"):
        raise typer.BadParameter(_("--one-way takes phone or flash"))
    done = sync_phone(db, update_text=update_text, one_way=one_way)
    if json:
        print_json(_round_json(done))
    else:
        _show_round(done)


@app.command()
def status(json: JsonOption = False, db: StoreOption = None) -> None:
    """Show the address, the user and the last round.

    Exit code 1: there is no hub yet.
    """
    found = phone_status(db)
    if json:
        print_json(found)
        return
    last = ""
    if found.last_ms:
        with open_app(db) as opened:
            last = opened.options.calendar.iso(found.last_ms)[:16].replace("T", " ")
    for line in status_lines(
        found.url, found.user, last, found.anki, running=found.running
    ):
        echo(line)


@app.command()
def forget(yes: YesOption = False, db: DbOption = None) -> None:
    """Remove the hub; your cards and answers in flash stay.

    The apps keep their cards and can't synchronize any more. Exit code 1: there is no
    hub, it is running, or you didn't confirm.
    """
    require_hub(db)
    if not yes:
        _confirm()
    forget_phone(db)
    echo(_("Removed the hub; your cards and answers in flash stay."))


def _confirm() -> None:
    question = _("Remove the hub? Answers of phones that wait for a sync are lost.")
    if not is_confirmed(question):
        raise FlashError(_("nothing was removed"), _("add --yes if you mean it"))


def _show_round(done: Round, moment: str = "") -> None:
    """Show one line, then what needs the user."""
    received = {
        "reviews": done.reviews,
        "notes": done.notes,
        "marked": done.marked,
        "moved": done.moved,
        "updated": done.updated,
    }
    sent = {
        "reviews": done.sent_reviews,
        "notes": done.sent_notes,
        "cards": done.sent_cards,
        "removed": done.removed,
    }
    echo(moment + round_line(received, sent))
    print_edits(done.file_edits, _("edited on a phone"))
    if done.other_edits:
        echo_err(other_edits_line(done.other_edits))
    remarks = (*edit_conflict_lines(done.conflicts), *loss_lines(done.losses))
    for line in (*remarks, *done.problems):
        echo_err(line)


def _round_json(done: Round) -> dict[str, Any]:
    return {
        "received": {
            "reviews": done.reviews,
            "notes": done.notes,
            "marked": done.marked,
            "moved": done.moved,
        },
        "sent": {
            "reviews": done.sent_reviews,
            "notes": done.sent_notes,
            "cards": done.sent_cards,
            "removed": done.removed,
        },
        "updated": done.updated,
        "patches": patches_of(done.file_edits, _("edited on a phone")),
        "other_edits": done.other_edits,
        "conflicts": done.conflicts,
        "items": loss_items(done.losses),
        "problems": [clean(one) for one in done.problems],
    }
