"""`flash serve` with 100,000 cards and 1,000,000 reviews.

The server is a process of its own.  Ten clients answer for a minute; then Chromium,
if there is one, opens the address several times.
"""

import http.client
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from common import NOW_MS, make_store

_ANSWERS = 200
_CLIENTS = 10
_SECONDS = 60
_OPENED = 5
_STATIC = Path(__file__).parents[1] / "flash" / "web" / "static"


class Server:
    """`flash serve` on a free port, and its one-time key."""

    def __init__(self, store: Path) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(NOW_MS / 1000))
        environment = os.environ | {"FLASH_DB": str(store), "FLASH_NOW": now}
        command = [sys.executable, "-m", "flash", "serve", "--port", "0", "--no-open"]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.port = int(self.address.split("/")[2].rpartition(":")[2])

    def memory_mb(self) -> float:
        """Return the resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1000

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait()


class Client:
    """A paired browser without a screen."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request; return the JSON, else the cookie."""
        headers = {"content-type": "application/json", "cookie": self._cookie}
        self._http.request(method, path, json.dumps(body), headers)
        reply = self._http.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{reply.status} {text[:200]!r}")
        return json.loads(text) if text else reply.getheader("set-cookie")

    def answer(self, card: dict[str, Any]) -> float:
        """Answer a card; return the seconds to the acknowledgement."""
        shown = {name: card[name] for name in ("guid", "uid", "seen")}
        answer = {"id": secrets.token_hex(16), "at": NOW_MS, "rating": 3} | shown
        start = time.perf_counter()
        (result,) = self.ask("POST", "/api/answers", [answer])["results"]
        spent = time.perf_counter() - start
        assert result["status"] in ("recorded", "stale"), result
        return spent


def pair(server: Server) -> str:
    """Return the cookie of a new client."""
    key = server.address.partition("key=")[2]
    reply = Client(server.port, "").ask("POST", "/api/pair", {"key": key})
    return str(reply).partition(";")[0]


def load(server: Server, cookie: str) -> tuple[list[float], list[str]]:
    """Let clients fetch and answer for a minute; return times and errors."""
    spent: list[float] = []
    errors: list[str] = []
    end = time.perf_counter() + _SECONDS

    def work(number: int) -> None:
        client = Client(server.port, cookie)
        try:
            while time.perf_counter() < end:
                cards = client.ask("GET", "/api/queue?more=2000")["cards"]
                mine = cards[number::_CLIENTS][:10]
                spent.extend(client.answer(card) for card in mine)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(repr(error))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent, errors


def first_questions(server: Server, cookie: str) -> list[float]:
    """Open the address in Chromium; time until the first question is painted."""
    from playwright.sync_api import sync_playwright

    name, _, value = cookie.partition("=")
    address = server.address.partition("#")[0]
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for _ in range(_OPENED):
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            start = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.get_by_text("What of number").first.wait_for()
            times.append(time.perf_counter() - start)
            context.close()
        browser.close()
    return times


def main() -> None:
    files = [one for one in _STATIC.iterdir() if one.suffix in (".html", ".css", ".js")]
    print(f"HTML, CSS, JS    {sum(one.stat().st_size for one in files) / 1e3:6.0f} kB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store.db"
        make_store(store, cards=100_000, reviews_each=10, folder=folder)
        server = Server(store)
        cookie = pair(server)
        client = Client(server.port, cookie)
        start = time.perf_counter()
        cards = client.ask("GET", "/api/queue")["cards"]
        print(f"first queue      {(time.perf_counter() - start) * 1000:6.0f} ms")
        if shutil.which("chromium"):
            times = first_questions(server, cookie)
            print(f"first question   {statistics.median(times) * 1000:6.0f} ms")
            # The server has closed the idle connection.
            client = Client(server.port, cookie)
        spent = sorted(client.answer(card) for card in cards[:_ANSWERS])
        last = spent[int(len(spent) * 0.99) - 1]
        print(
            f"answer           {statistics.median(spent) * 1000:6.1f} ms median,"
            f" {last * 1000:.1f} ms 99th percentile"
        )
        before = server.memory_mb()
        spent, errors = load(server, cookie)
        print(
            f"ten clients      {len(spent)} answers in {_SECONDS} s, median"
            f" {statistics.median(spent) * 1000:.0f} ms, {len(errors)} errors,"
            f" memory {before:.0f} to {server.memory_mb():.0f} MB"
        )
        server.end()


if __name__ == "__main__":
    main()
