"""Real apps and a real hub, for tests: Anki clients with a clock that the test moves.

The clients run in a process of their own.  It, the hub and the server read the time
through libfaketime, which reads the difference to the real time from a file.
"""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from export.anki.phone.hub import HubError, Server, opened_hub, running_server
from flash.service.context import AppContext, open_app
from flash.service.phone_account import Account, HubPlace
from flash.service.phone_round import PhoneRound, Round
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.rows import ANKI_CARD
from srs.study.session import Session

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
_CLIENTS = Path(__file__).with_name("anki_clients.py")
FIRST_DAY = (2036, 12, 1)
"""Ahead of any test: timers of the processes fail on a clock that was set back."""
_NETWORK = "NetworkError"
"""Of Anki's code on both ends: its timers see the clock jump.  Apps try again, too."""
Cards = dict[str, dict[str, Any]]


class Phones:
    """The clients: `phones.ask("answer", "tablet", count=3)`."""

    def __init__(self, folder: Path, account: Account) -> None:
        folder.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, str(_CLIENTS), str(folder), account.own_url, account.key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, name: str, client: str, **arguments: Any) -> Any:
        request = {"do": name, "client": client, **arguments}
        reply = self._reply(request)
        if reply.get("error", "").startswith(_NETWORK):
            reply = self._reply(request)
        assert "error" not in reply, reply["error"]
        return reply["done"]

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, f"the clients ended during {request['do']}"
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class World:
    """A person with flash, a hub, a phone and a tablet in one time zone."""

    def __init__(
        self, folder: Path, zone: str, patch: pytest.MonkeyPatch, stack: ExitStack
    ) -> None:
        self.folder, self.zone, self._patch = folder, ZoneInfo(zone), patch
        self._stack, self._offset = stack, folder / "offset"
        self.path, self.deck = folder / "store.db", folder / "deck.yaml"
        patch.setenv("TZ", zone)
        patch.setenv("ANKI_TEST_MODE", "1")
        patch.setenv("LD_PRELOAD", str(LIBRARY))
        patch.setenv("FAKETIME_TIMESTAMP_FILE", str(self._offset))
        patch.setenv("FAKETIME_NO_CACHE", "1")
        self.at(0, 8)
        self.place = HubPlace(self.path)
        self.place.make()
        self.place.save(Account("u", "p", free_port()))

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """Move every clock to a time of a day, counted from the first one."""
        moment = datetime(*FIRST_DAY, hour, minute, tzinfo=self.zone)
        target = int(moment.timestamp()) + day * 86_400
        # Replaced, as the processes read it at any moment.
        written = self._offset.with_suffix(".new")
        written.write_text(f"{target - int(time.time()):+d}\n")
        written.replace(self._offset)
        shown = datetime.fromtimestamp(target, self.zone).isoformat()
        self._patch.setenv("FLASH_NOW", shown)
        self.now_ms = target * 1000

    def start(self) -> None:
        """Start the server, the hub and, after the first round, the clients."""
        self.start_server()
        self.hub = self._stack.enter_context(opened_hub(self.place.hub))
        self.round()
        self.phones = Phones(self.folder / "clients", self.place.account())
        self._stack.callback(self.phones.close)
        for client in ("phone", "tablet"):
            self.sync(client)

    def start_server(self) -> None:
        self._server = self._stack.enter_context(ExitStack())
        self._server.enter_context(server_of(self.place))

    def stop_server(self) -> None:
        self._server.close()

    def sync(self, client: str) -> None:
        """Let an app synchronize; its first time is a download."""
        self.phones.ask("sync", client)

    def round(self, **options: Any) -> Round:
        try:
            return self._round(**options)
        except HubError as error:
            if not error.kind.startswith(_NETWORK):
                raise
            return self._round(**options)

    def _round(self, **options: Any) -> Round:
        with self.app() as app:
            account = self.place.account()
            return PhoneRound(app, self.place, account, self.hub).run(**options)

    @contextmanager
    def app(self) -> Iterator[AppContext]:
        with open_app(self.path) as app:
            yield app

    def study(self, count: int, seed: int) -> int:
        """Answer in flash, 7 s for each card; return how many."""
        chance, clock = random.Random(seed), _Seconds(self.now_ms)
        with self.app() as app:
            session = Session(app.store, clock)
            done = 0
            while done < count and session.next() is not None:
                session.answer(_rating(chance), 5000)
                clock.now_ms += 7000
                done += 1
        return done

    def everyone(self) -> Round:
        """Let the apps synchronize, then flash, then the apps again."""
        self.sync("phone")
        self.sync("tablet")
        done = self.round()
        self.sync("phone")
        self.sync("tablet")
        return done


class _Seconds:
    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def _rating(chance: random.Random) -> Rating:
    return chance.choices(list(Rating), (15, 10, 60, 15))[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server_of(place: HubPlace) -> Iterator[Server]:
    account = place.account()
    with running_server(
        place.server,
        account.user,
        account.password,
        host=account.host,
        port=account.port,
    ) as server:
        yield server


@contextmanager
def world(folder: Path, zone: str, patch: pytest.MonkeyPatch) -> Iterator[World]:
    """Make a world; the caller fills the store and starts it."""
    with ExitStack() as stack:
        yield World(folder, zone, patch, stack)


def flash_log(store: Store, *, undone: bool = False) -> set[tuple[str, int, int]]:
    """Read the log: card, moment and rating."""
    rows = store.rows(
        f"""
        select c.note || ':' || c.ordinal, r.origin_ms, r.rating
          from reviews r join cards c on c.id = r.card
         where c.retired = 0 and r.undone = {int(undone)} and r.origin <> '{ANKI_CARD}'
        """
    )
    return set(rows)


def flash_cards(app: AppContext) -> Cards:
    """Read state, due day, memory and marks of the cards that are asked."""
    found = {}
    for name, *values in app.store.rows(
        """
        select c.note || ':' || c.ordinal, c.state, c.due_day, c.stability,
               c.difficulty, c.reps, c.suspended, c.flag, d.name
          from cards c join decks d on d.id = c.deck where c.retired = 0
        """
    ):
        names = ("type", "day", "s", "d", "reps", "suspended", "flag", "deck")
        found[name] = dict(zip(names, values, strict=True))
    return found
