"""`flash phone`: set up the hub, serve it, run rounds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from cards.errors import FlashError
from cards.numbers import whole_number
from cards.translate import _
from export.anki.phone.hub import Hub, Server, opened_hub, running_server
from flash.service.context import chosen_store, open_app
from flash.service.phone_account import (
    Account,
    HubPlace,
    new_password,
    require_anki,
)
from flash.service.phone_round import OneWaySync, PhoneRound, Round

SHORTEST_IN_NETWORK = 10
"""Characters of a password with which other computers may log in."""
_USER = "flash"
_QUIET_S = 2.0
"""A round begins when no app has talked to the server for so long."""
_LOGGED_S = 0.2
"""The server logs the last request of a round no later than this."""


class NewerClient(Struct, frozen=True):
    """An app with a newer Anki than the server's."""

    client: str
    server: str


class Failed(Struct, frozen=True):
    """A round that failed; the next one does what is left."""

    error: FlashError


PhoneEvent = Account | Round | NewerClient | Failed


class PhoneStatus(Struct, frozen=True):
    """The state of the hub."""

    url: str
    user: str
    running: bool
    last_ms: int
    """When the last round ended; 0 before the first."""
    anki: str
    """Version of the server."""
    folder: str


def set_up_phone(
    db: Path | None,
    *,
    user: str = "",
    password: str = "",
    port: int = 0,
    lan: bool | None = None,
) -> tuple[Account, Round]:
    """Make the hub, or change its account, and run the first round.

    Args:
        db: Database file; None for the default.
        user: Name of the user of the apps; empty to keep it, or for the default.
        password: Theirs; empty to keep it, or to make one.
        port: TCP port; 0 to keep it, or for the default.
        lan: Serve other computers, too; None to keep it.

    Raises:
        FlashError: The extra is missing, there is a hub for another user, the password
            is too short to serve other computers, or the server can't be started.
    """
    if ":" in user:
        # Anki's server parts user and password by it.
        raise FlashError(_("a user name can't have a colon"))
    require_anki()
    place = _place(db)
    known = Account(user or _USER, "")
    if place.account_file.exists():
        known = place.account()
    if user not in ("", known.user):
        message = _("the hub belongs to user '{user}'").format(user=known.user)
        raise FlashError(message, _("flash phone forget removes it"))
    known.password = password or known.password or new_password()
    known.port, known.key = port or known.port, ""
    known.lan = known.lan if lan is None else lan
    if known.lan and len(known.password) < SHORTEST_IN_NETWORK:
        # Anki's server allows any number of tries.
        text = _("a password for other devices has at least {n} characters")
        message = text.format(n=SHORTEST_IN_NETWORK)
        raise FlashError(message, _("without --password, flash makes one"))
    place.make()
    with _not_serving(place):
        place.save(known)
    return known, sync_phone(db)


def sync_phone(
    db: Path | None, *, update_text: bool = False, one_way: str = ""
) -> Round:
    """Run one round, also while the server runs in another process.

    Args:
        db: Database file; None for the default.
        update_text: Import texts edited on a phone for notes without a deck file.
        one_way: `phone` or `flash`: whose version stays if a client forces that.

    Raises:
        FlashError: There is no hub, or the round fails.
    """
    place = _place(db)
    place.account()
    with (
        place.lock("server", waits=False) as is_free,
        opened_hub(place.hub) as hub,
    ):
        if not is_free:
            return _round(db, place, hub, update_text=update_text, one_way=one_way)
        with _server(place):
            return _round(db, place, hub, update_text=update_text, one_way=one_way)


def serve_phone(db: Path | None) -> Iterator[PhoneEvent]:
    """Run the server, and a round at the start and after each client's sync.

    Yields:
        The account when the server listens; then what happens.

    Raises:
        OneWaySync: A client forces a one-way sync.
        FlashError: There is no hub, it is served already, or the server ends.
    """
    place = _place(db)
    account = place.account()
    reported: set[str] = set()
    with (
        _not_serving(place),
        _server(place) as server,
        opened_hub(place.hub) as hub,
    ):
        yield account
        while True:
            try:
                done = _round(db, place, hub)
                # A phone may have synchronized while the round was ending.
                since_s = done.synced_s + _LOGGED_S
                yield done
            except OneWaySync:
                raise
            except FlashError as error:
                since_s = time.time()
                yield Failed(error)
            versions = _wait_for_client(server, since_s)
            for one in sorted(versions - reported):
                if _numbers(one) > _numbers(_anki_version()):
                    yield NewerClient(one, _anki_version())
            reported |= versions


def phone_status(db: Path | None) -> PhoneStatus:
    """Return the state of the hub.

    Raises:
        FlashError: There is no hub.
    """
    place = _place(db)
    account = place.account()
    with place.lock("server", waits=False) as is_free:
        return PhoneStatus(
            account.url,
            account.user,
            not is_free,
            account.last_ms,
            _anki_version(),
            str(place.folder),
        )


def require_hub(db: Path | None) -> None:
    """Check that there is a hub, also a damaged one.

    Raises:
        FlashError: There is none.
    """
    place = _place(db)
    if not place.folder.exists():
        place.account()


def forget_phone(db: Path | None) -> None:
    """Remove the hub; the store stays.

    Raises:
        FlashError: There is no hub, or it is served.
    """
    require_hub(db)
    place = _place(db)
    with _not_serving(place):
        place.forget()


def _place(db: Path | None) -> HubPlace:
    return HubPlace(chosen_store(db)[0].absolute())


@contextmanager
def _not_serving(place: HubPlace) -> Iterator[None]:
    """Hold the lock of the server.

    Raises:
        FlashError: A server runs.
    """
    with place.lock("server", waits=False) as is_free:
        if not is_free:
            message = _("flash phone is running already")
            raise FlashError(message, _("end it with Ctrl-C there"))
        yield


@contextmanager
def _server(place: HubPlace) -> Iterator[Server]:
    account = place.account()
    with running_server(
        place.server,
        account.user,
        account.password,
        host=account.host,
        port=account.port,
    ) as server:
        yield server


def _round(
    db: Path | None,
    place: HubPlace,
    hub: Hub,
    *,
    update_text: bool = False,
    one_way: str = "",
) -> Round:
    # The store is opened for each round: it may be restored in between.
    path = chosen_store(db)[0].absolute()
    with place.lock("round", waits=True), open_app(path) as app:
        one = PhoneRound(app, place, place.account(), hub)
        return one.run(update_text=update_text, one_way=one_way)


def _wait_for_client(server: Server, since_s: float) -> set[str]:
    """Wait until clients have synchronized after a moment; return their versions."""
    found: list[str] = []
    while not found:
        requests = server.requests(_QUIET_S)
        found = [one.version for one in requests if one.at_s > since_s]
    return set(filter(None, found))


def _anki_version() -> str:
    from importlib.metadata import version

    return version("anki")


def _numbers(text: str) -> tuple[int, ...]:
    """Return a version as numbers, to compare; 2.1.66 is older than 23.10."""
    parts = text.split(".")
    return tuple(whole_number(one) or 0 for one in parts)
