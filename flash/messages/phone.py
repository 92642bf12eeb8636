"""Texts about the hub for phones."""

from collections.abc import Mapping
from pathlib import Path

from cards.extras import install_command
from cards.translate import _, ngettext
from flash.messages.phrases import count_cards, count_notes, count_reviews


def one_way_texts(backup: Path) -> tuple[str, str]:
    """Say that a client forces a one-way sync, and what to do."""
    message = _(
        "an app replaced the collection on the server, or added or removed a field or "
        "card type: the two versions can't be merged any more; nothing was changed "
        "(backup of the hub: {backup})"
    )
    hint = _(
        "flash phone sync --one-way phone takes the version of the app, with its "
        "answers; --one-way flash makes the apps download that of flash"
    )
    return message.format(backup=backup), hint


def setup_lines(url: str, user: str, password: str) -> list[str]:
    """Say what to type into the apps."""
    lines = [
        _("Address: {url}").format(url=url),
        _("User: {user}").format(user=user),
        _("Password: {password}").format(password=password),
        "",
        _("AnkiDroid: Settings > Sync > Custom sync server; then sync and log in."),
        _("AnkiMobile: Preferences > Syncing > Custom sync server."),
        _("Anki: Preferences > Syncing > Self-hosted sync server."),
        _("At the first sync choose 'Download': flash has your cards."),
    ]
    if "127.0.0.1" in url:
        lines.append(_("Only this computer can connect; --lan lets phones in."))
    else:
        lines.append(
            _("Plain http: others in this network can read your cards (docs/phone.md).")
        )
    return lines


def serving_line(url: str) -> str:
    """Say that the server listens."""
    return _("Serving {url} (Ctrl-C ends)").format(url=url)


def round_line(received: Mapping[str, int], sent: Mapping[str, int]) -> str:
    """Count what a round brought; see `_counted` for the names."""
    parts = []
    if any(received.values()):
        parts.append(_("received {counts}").format(counts=_counted(received)))
    if any(sent.values()):
        parts.append(_("sent {counts}").format(counts=_counted(sent)))
    return _("; ").join(parts) or _("nothing new")


def _counted(counts: Mapping[str, int]) -> str:
    formats = {
        "reviews": count_reviews,
        "notes": count_notes,
        "cards": count_cards,
        "marked": _count_marked,
        "moved": _count_moved,
        "updated": _count_updated,
        "removed": _count_removed,
    }
    return ", ".join(formats[name](n) for name, n in counts.items() if n)


def _count_marked(count: int) -> str:
    text = ngettext("{n} card marked", "{n} cards marked", count)
    return text.format(n=count)


def _count_moved(count: int) -> str:
    text = ngettext("{n} card moved", "{n} cards moved", count)
    return text.format(n=count)


def _count_updated(count: int) -> str:
    return ngettext("{n} text", "{n} texts", count).format(n=count)


def _count_removed(count: int) -> str:
    text = ngettext("{n} card removed", "{n} cards removed", count)
    return text.format(n=count)


def other_edits_line(count: int) -> str:
    """Count edited notes without a deck file."""
    text = ngettext(
        "{n} note without a deck file was edited on a phone; "
        "flash phone sync --update-text takes its text",
        "{n} notes without a deck file were edited on a phone; "
        "flash phone sync --update-text takes their texts",
        count,
    )
    return text.format(n=count)


def newer_client_line(client: str, server: str) -> str:
    """Report an app that is newer than the server."""
    text = _(
        "an app uses Anki {client}, newer than this server's {server}; if it can't "
        "synchronize, a newer one may: {command}"
    )
    command = install_command("anki") + " --upgrade"
    return text.format(client=client, server=server, command=command)


def status_lines(
    url: str, user: str, last: str, anki: str, *, running: bool
) -> list[str]:
    """Describe the hub."""
    state = _("running") if running else _("not running")
    return [
        _("{url}, user {user}: {state}").format(url=url, user=user, state=state),
        _("Last round: {time}").format(time=last or _("never")),
        _("Anki {version}").format(version=anki),
    ]
