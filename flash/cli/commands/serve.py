"""`flash serve`: the review in a browser, and the browsers that are paired."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cards.errors import FlashError
from cards.translate import _, use_program
from flash.cli.options import (
    HELP_NAMES,
    DbOption,
    JsonOption,
    StoreOption,
    has_subcommand,
)
from flash.messages.review import early_line, first_deck_lines
from flash.messages.scheduling import ExamReport, exam_past, exam_report
from flash.messages.serve import (
    device_table,
    network_lines,
    revoked_line,
    running_line,
)
from flash.report.page import page
from flash.service.auto_sync import AutoSync
from flash.service.context import AppContext, open_app
from flash.service.network import address_in_network
from flash.service.reviewing import (
    add_changed_files,
    add_first_deck,
    open_in_browser,
)
from flash.terminal import echo, echo_err, print_code, print_json, print_lines
from flash.web.app import WebApp
from flash.web.pages_api import Reports
from flash.web.security import Keys, Site, origin_of
from flash.web.server import check_certificate, listen
from flash.web.server import serve as run
from srs.forecast.after_exam import count_early
from srs.forecast.exam_forecast import forecast_exam
from srs.store.browsers import browsers, remove_browser
from srs.study.day_counts import day_statistics

app = typer.Typer(
    add_completion=False, context_settings=HELP_NAMES, rich_markup_mode=None
)
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only with --lan


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on [default: 127.0.0.1].",
        ),
    ] = "",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port.")
    ] = 8421,
    lan: Annotated[
        bool,
        typer.Option("--lan", help="Let other devices in this network pair, too."),
    ] = False,
    open_: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            show_default=False,
            help="Open the browser of this computer [default: from a terminal].",
        ),
    ] = None,
    cert: Annotated[
        Path | None,
        typer.Option("--cert", metavar="FILE", help="Certificate for https, PEM."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Its private key, PEM."),
    ] = None,
    origin: Annotated[
        str,
        typer.Option(
            "--origin", metavar="URL", help="The address that a proxy gives the server."
        ),
    ] = "",
    db: DbOption = None,
) -> None:
    """Review in a browser, on this computer or a phone.

    The first line is the address with a key that pairs one browser for a year; each
    start prints a new one. Answers go to the same store as those of a terminal, and
    both can be used at once. --lan prints a code for a phone to scan. Without a
    network the page keeps working and sends its answers later. See docs/browser.md.
    Exit code 1: the port is in use, or the certificate can't be used.
    """
    if has_subcommand(context):
        return
    if (cert is None) != (key is None):
        raise typer.BadParameter(_("--cert and --key go together"))
    if lan and host:
        raise typer.BadParameter(_("--lan cannot be combined with --host"))
    origin = _checked_origin(origin)
    certificate = (cert, key) if cert is not None and key is not None else None
    if certificate:
        check_certificate(*certificate)
    host = host or (_EVERYWHERE if lan else "127.0.0.1")
    with open_app(db) as opened, listen(host, port) as listening:
        site = Site(host, listening.getsockname()[1], bool(certificate), origin)
        keys = Keys()
        _prepare(opened)
        address = site.address(keys.new())
        _announce(site, keys, address)
        use_program()  # a page tells no other device where the store is
        if sys.stdout.isatty() if open_ is None else open_:
            open_in_browser(address)
        application = WebApp(opened, site, keys, Reports(_statistics, _exam))
        auto_sync = AutoSync(opened)
        try:
            run(application.asgi, listening, certificate)
        finally:
            application.close()
        for line in auto_sync.finish():
            echo_err(line)


def _checked_origin(origin: str) -> str:
    """Return an origin as browsers send it; empty if there is none.

    Raises:
        BadParameter: It is no address of a server.
    """
    try:
        return origin_of(origin) if origin else ""
    except ValueError:
        message = _("--origin is an address, such as https://cards.example.org")
        raise typer.BadParameter(message) from None


def _prepare(opened: AppContext) -> None:
    """Add the bundled deck to an empty store, and deck files that were edited."""
    first = add_first_deck(opened)
    if first is not None:
        for line in first_deck_lines(first.deck, first.cards, first.new_per_day):
            echo_err(line)
    for line in add_changed_files(opened):
        echo_err(line)


def _announce(site: Site, keys: Keys, address: str) -> None:
    """Print the address, and for other devices a code."""
    echo(address)
    other = _other_address(site, keys)
    if other:
        print_code(other)
    if not site.is_local or other:
        print_lines(network_lines(other))
    sys.stdout.flush()
    echo_err(running_line())


def _other_address(site: Site, keys: Keys) -> str:
    """Return the address for other devices; empty if they can't reach the server."""
    if site.is_local and not site.origin:
        return ""
    own = address_in_network() if site.is_everywhere else site.host
    return site.address(keys.new(), own) if own or site.origin else ""


def _statistics(opened: AppContext, deck: str) -> str:
    now_ms = opened.now()
    return page(day_statistics(opened.store, opened.options, deck, now_ms, full=True))


def _exam(opened: AppContext) -> ExamReport | None:
    exam = opened.options.exam
    if exam is None:
        return None
    if exam.is_over(opened.today()):
        count = count_early(opened.store, opened.options, exam)
        early = early_line(exam, count)
        return ExamReport(exam_past(exam), (early,) if early else ())
    found = forecast_exam(opened.store, opened.options, exam, opened.now(), 0)
    return exam_report(exam, found)


@app.command("devices")
def devices(json: JsonOption = False, db: StoreOption = None) -> None:
    """List the browsers that are paired."""
    with open_app(db) as opened:
        found, calendar = browsers(opened.store), opened.options.calendar
    if json:
        print_json(found)
    else:
        print_lines(device_table(found, calendar))


@app.command("revoke")
def revoke(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="As flash serve devices lists it.")
    ],
    db: StoreOption = None,
) -> None:
    """Unpair a browser; it can't read or answer cards any more.

    Exit code 1: no paired browser has this name.
    """
    with open_app(db) as opened:
        if not remove_browser(opened.store, name):
            message = _("no paired browser is called '{name}'").format(name=name)
            raise FlashError(message, _("flash serve devices lists them"))
    echo(revoked_line(name))
