"""`flash serve` as a process: its first line, its end, and clients that misbehave."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_runner import CELLS, Run
from store_fixtures import contradictions
from web_client import step_id

import flash
from flash.web.security import Site
from flash.web.server import listen
from srs.store.opening import open_store

WAIT_S = 20
SOURCE = Path(flash.__file__).parents[1]


class Process:
    """A server on a free port."""

    def __init__(self, store: Path, *words: str, code: str = "pass") -> None:
        self.store = store
        start = f"import sys; {code}; from flash.__main__ import main; sys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, "serve", "--port", "0", "--no-open", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ
            | {"FLASH_DB": str(store), "FLASH_NOW": "", "PYTHONPATH": str(SOURCE)},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:([0-9]+)/#key=(.+)", self.address)
        assert found, self.process.communicate()
        self.port, self.key, self.cookie = int(found[1]), found[2], ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request; return the status and the JSON."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        headers = {"content-type": "application/json", "cookie": self.cookie}
        content = None if body is None else json.dumps(body)
        client.request(method, path, content, headers)
        reply = client.getresponse()
        text = reply.read()
        self.cookie = (reply.getheader("set-cookie") or self.cookie).split(";")[0]
        client.close()
        return reply.status, json.loads(text) if text else None

    def pair(self) -> None:
        pairing = {"key": self.key, "name": "Firefox"}
        assert self.ask("POST", "/api/pair", pairing)[0] == 204

    def answer(self, number: int) -> dict[str, Any]:
        """Make an answer to the first card."""
        found = self.ask("GET", "/api/queue")[1]
        card = found["cards"][0]
        shown = {name: card[name] for name in ("guid", "uid", "seen")}
        return {"id": step_id(number), "at": found["now"], "rating": 3} | shown

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, out, err


@pytest.fixture
def store(flash: Run, tmp_path: Path) -> Path:
    """The path of a store with the cells."""
    Path("cells.yaml").write_text(CELLS, "utf-8")
    assert flash("add", "cells.yaml")[0] == 0
    return tmp_path / "store.db"


@pytest.fixture
def server(store: Path) -> Iterator[Process]:
    made = Process(store)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


def reviews(store: Path) -> list[tuple[int, int]]:
    opened = open_store(store, 1)
    found = opened.rows("select rating, undone from reviews")
    assert contradictions(opened) == []
    opened.close()
    return found


@pytest.mark.slow
def test_the_server_answers_and_ends_cleanly(server: Process, flash: Run) -> None:
    server.pair()
    answer = server.answer(1)

    status, reply = server.ask("POST", "/api/answers", [answer])
    devices = flash.json("serve", "devices")
    ended = server.end()

    assert (status, reply["results"][0]["status"]) == (200, "recorded")
    assert [one["name"] for one in devices] == ["Firefox"]
    assert ended == (
        0,
        "",
        "The key pairs one browser, for a year. Ctrl-C ends the server.\n",
    )
    assert reviews(server.store) == [(3, 0)]


@pytest.mark.slow
def test_no_device_is_told_where_the_store_is(store: Path) -> None:
    server = Process(store.with_name("away.db"), "--db", str(store))

    told = [server.ask("GET", path) for path in ("/api/words", "/api/queue")]
    code = server.end()[0]

    assert ([status for status, _ in told], code) == ([200, 401], 0)
    assert store.name not in str(told)
    assert "flash serve" in str(told)


@pytest.mark.slow
def test_a_server_killed_before_its_reply_loses_nothing(store: Path) -> None:
    """The answer is sent again, as a browser does that got no reply."""
    die = (
        "import os, flash.web.review_api as api; "
        "api.ReviewApi._counts = lambda *_: os._exit(9)"
    )
    killed = Process(store, code=die)
    killed.pair()
    answer = killed.answer(1)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        killed.ask("POST", "/api/answers", [answer])
    killed.process.communicate(timeout=WAIT_S)

    again = Process(store)
    again.pair()
    _, reply = again.ask("POST", "/api/answers", [answer])
    again.end()

    assert killed.process.returncode == 9
    assert reply["results"][0]["status"] == "duplicate"
    assert reviews(store) == [(3, 0)]


@pytest.mark.slow
def test_slow_clients_are_dropped_and_others_served(store: Path) -> None:
    quick = (
        "import flash.web.protocol as p, flash.web.requests as r; "
        "p._HEAD_S = r._PATIENCE_S = 0.2"
    )
    server = Process(store, code=quick)
    server.pair()
    silent, dripping, half = server.connect(), server.connect(), server.connect()
    dripping.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    half.sendall(
        b"POST /api/pair HTTP/1.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100\r\nHost: 127.0.0.1:%d\r\n\r\n{" % server.port
    )

    ends = [silent.recv(100), dripping.recv(100), half.recv(20)]
    served = server.ask("GET", "/api/words")[0]
    code, _, errors = server.end()

    assert ends == [b"", b"", b"HTTP/1.1 408 Request"]
    assert (served, code) == (200, 0)
    assert errors.count("\n") == 1
    for one in (silent, dripping, half):
        one.close()


@pytest.mark.slow
def test_noise_on_the_port_is_survived(server: Process) -> None:
    for noise in (b"\x16\x03\x01\x02\x00\x01", b"GET\n\n\n", b"A" * 200_000):
        with server.connect() as client:
            client.sendall(noise)
            client.shutdown(socket.SHUT_WR)

    assert server.ask("GET", "/api/queue")[0] == 401
    code, _, errors = server.end()
    assert (code, errors.count("\n")) == (0, 1)


def test_no_reply_waits_for_the_receipt_of_its_head() -> None:
    with listen("127.0.0.1", 0) as server:
        address = server.getsockname()
        with socket.create_connection(address), server.accept()[0] as accepted:
            option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert option


def test_a_port_in_use_is_named(flash: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, out, err = flash("serve", "--port", str(port))

    assert (code, out) == (1, "")
    assert err == (
        f"flash: port {port} is in use (name another one with --port; "
        "flash serve may be running already)\n"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--host", "203.0.113.1"], "can't listen to 203.0.113.1"),
        (["--host", "no such name"], "can't listen to no such name"),
        (["--cert", "none.pem", "--key", "none.pem"], "the certificate can't be used"),
        (["revoke", "nobody"], "no paired browser is called 'nobody'"),
    ],
)
def test_what_the_server_needs_is_named(
    flash: Run, words: list[str], expected: str
) -> None:
    code, out, err = flash("serve", *words)

    assert (code, out) == (1, "")
    assert expected in err


@pytest.mark.parametrize(
    "words",
    [
        ["--cert", "a.pem"],
        ["--lan", "--host", "127.0.0.1"],
        ["--origin", "cards.example.org"],
        ["--origin", "ftp://cards.example.org"],
        ["--origin", "https://[::1"],
        ["--port", "65536"],
    ],
)
def test_wrong_options_are_usage_errors(flash: Run, words: list[str]) -> None:
    assert flash("serve", *words)[0] == 2


def test_paired_browsers_are_listed_and_revoked(flash: Run, tmp_path: Path) -> None:
    from srs.store.browsers import add_browser

    opened = open_store(tmp_path / "store.db", 1)
    names = [add_browser(opened, "Phone", f"{n}", 1_795_435_200_000) for n in range(2)]
    opened.close()

    listed = flash("serve", "devices")[1]
    revoked = flash("serve", "revoke", "Phone 2")[1]

    assert names == ["Phone", "Phone 2"]
    assert [line.split("  ")[0] for line in listed.splitlines()] == [
        *("Device", "Phone", "Phone 2")
    ]
    assert revoked == "'Phone 2' is no longer paired.\n"
    assert len(flash.json("serve", "devices")) == 1


def test_a_restored_backup_has_no_paired_browsers(flash: Run, tmp_path: Path) -> None:
    from srs.store.browsers import add_browser

    opened = open_store(tmp_path / "store.db", 1)
    add_browser(opened, "Phone", "cookie", 1)
    opened.close()
    file = flash.json("backup")["file"]

    assert flash("restore", file, "--yes")[0] == 0

    assert flash.json("serve", "devices") == []


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="IPv6 is missing")
def test_all_addresses_are_those_of_both_protocols() -> None:
    with listen("::", 0) as listening:
        port = listening.getsockname()[1]
        for host in "127.0.0.1", "::1":
            socket.create_connection((host, port), timeout=WAIT_S).close()

    assert Site("::", port).address("k") == f"http://127.0.0.1:{port}/#key=k"
