"""Sentences of `flash serve` for the terminal."""

from collections.abc import Iterable

from cards.translate import _
from flash.terminal import table_lines
from srs.scheduler.study_day import Calendar
from srs.store.browsers import PairedBrowser


def network_lines(address: str) -> list[str]:
    """Say how other devices reach the server; no address without a network."""
    if not address:
        return [_("This computer is not in a network: other devices can't reach it.")]
    lines = [
        _("On another device: scan the code, or open {address}").format(address=address)
    ]
    if address.startswith("http://"):
        warning = _(
            "Plain http: whoever can read this network can read your cards. "
            "docs/browser.md shows how to use https."
        )
        lines.append(warning)
    return lines


def running_line() -> str:
    """Say how to end the server."""
    return _("The key pairs one browser, for a year. Ctrl-C ends the server.")


def device_table(found: Iterable[PairedBrowser], calendar: Calendar) -> list[str]:
    """List the paired browsers."""
    rows = [
        (one.name, calendar.iso(one.paired_ms)[:10], calendar.iso(one.seen_ms)[:10])
        for one in found
    ]
    if not rows:
        return [_("No browser is paired.")]
    return table_lines((_("Device"), _("Paired"), _("Last seen")), rows)


def revoked_line(name: str) -> str:
    """Report that a browser was unpaired."""
    return _("'{name}' is no longer paired.").format(name=name)
