"""The commands of `flash phone`, on a free port of this computer."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from anki_phone import Phones, free_port
from command_runner import CELLS, Run

from export.anki.phone import hub
from flash.service import phone
from flash.service.phone_account import HubPlace
from flash.service.phone_round import Round


@pytest.fixture
def filled(flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A store with cards at the real time, as Anki reads the clock itself."""
    os.environ.pop("FLASH_NOW")
    # In its test mode Anki's clock is two hours slow before four in the morning.
    monkeypatch.delenv("ANKI_TEST_MODE")
    Path("cells.yaml").write_text(CELLS)
    assert flash("add", "cells.yaml")[0] == 0
    return flash


@pytest.fixture
def served(filled: Run) -> Iterator[subprocess.Popen[str]]:
    """A running `flash phone`."""
    with subprocess.Popen(
        [sys.executable, "-m", "flash", "phone"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
    ) as process:
        yield process
        process.kill()


def processes() -> list[str]:
    """List the running processes of Anki for stores below the present folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode().replace("\0", " ")
        except OSError:
            continue
        if "anki_process" in line and str(Path.cwd()) in line:
            found.append(line)
    return found


@pytest.mark.slow
def test_files_of_the_present_folder_are_no_modules(filled: Run) -> None:
    for name in ("anki", "export", "random"):
        Path(f"{name}.py").write_text(f"open('{name} ran', 'w').close()", "utf-8")

    assert filled("phone", "setup", "--port", str(free_port()))[0] == 0

    assert filled("phone", "sync")[0] == 0
    assert list(Path().glob("* ran")) == []


@pytest.mark.slow
def test_phone_prints_a_line_for_each_round(
    filled: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    port = free_port()
    made = filled.json("phone", "setup", "--port", str(port), "--user", "me")
    assert made["url"] == f"http://127.0.0.1:{port}/"
    assert made["user"] == "me"
    place = HubPlace(tmp_path / "store.db")
    assert place.account_file.stat().st_mode & 0o777 == 0o600
    served = request.getfixturevalue("served")

    assert served.stdout.readline() == f"Serving {made['url']} (Ctrl-C ends)\n"
    assert served.stdout.readline()[6:] == "nothing new\n"
    phones = Phones(tmp_path / "clients", place.account())
    phones.ask("sync", "phone")
    phones.ask("answer", "phone", count=2, seed=1)
    phones.ask("sync", "phone")
    phones.close()
    assert served.stdout.readline()[6:] == "received 2 reviews\n"
    done = filled.json("phone", "sync")
    assert done["received"] == {"reviews": 0, "notes": 0, "marked": 0, "moved": 0}
    assert filled.json("phone", "status")["running"]
    for words in (("forget", "--yes"), ("setup", "--password", "another")):
        code, _, err = filled("phone", *words)
        assert (code, "running already" in err) == (1, True)
    assert place.account().password == made["password"]

    served.send_signal(signal.SIGKILL)
    served.wait()
    deadline = time.monotonic() + 5
    while processes() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes() == []
    assert filled("phone", "forget", "--yes")[0] == 0
    assert not place.folder.exists()


def test_without_a_hub_the_command_names_the_setup(flash: Run) -> None:
    for words in ((), ("sync",), ("status",), ("forget",)):
        code, out, err = flash("phone", *words)
        assert (code, out) == (1, "")
        assert "flash phone setup" in err


def test_ctrl_c_is_the_usual_end_of_phone(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_db: Path | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flash.cli.commands.phone.serve_phone", interrupted)

    assert flash("phone") == (0, "", "")


def test_a_damaged_account_is_named_and_can_be_removed(
    flash: Run, tmp_path: Path
) -> None:
    place = HubPlace(tmp_path / "store.db")
    place.make()
    place.account_file.write_text("{")
    for words in ((), ("sync",), ("status",), ("setup",)):
        code, _, err = flash("phone", *words)
        assert code == 1
        assert "account.json" in err
        assert "flash phone forget" in err

    assert flash("phone", "forget", "--yes")[0] == 0
    assert not place.folder.exists()


def test_other_computers_need_more_than_a_short_password(flash: Run) -> None:
    words = ("phone", "setup", "--lan", "--password")

    code, out, err = flash(*words, "short")

    assert (code, out) == (1, "")
    assert err == (
        "flash: a password for other devices has at least 10 characters"
        " (without --password, flash makes one)\n"
    )
    assert not HubPlace(Path("store.db")).account_file.exists()


def test_without_the_extra_the_command_names_it(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda _: None)

    code, out, err = flash("phone", "setup")

    assert (code, out) == (1, "")
    assert f"({sys.executable} -m pip install 'anki<27,>=" in err


def test_the_log_of_the_server_names_the_versions_of_apps() -> None:
    lines = (
        "2026-12-01T09:00:00.5Z  INFO listening addr=127.0.0.1:1\n"
        '2026-12-01T09:00:01.5Z  INFO request{uri="/sync/hostKey" ip="::1"}: finished\n'
        '2026-12-01T09:00:02.5Z  INFO request{uri="/sync/meta" ip="::1" uid="u"'
        ' client="27.01,abc,android" session="x"}: finished httpstatus=200\n'
    )
    server = hub.Server(SimpleNamespace(stdout=io.StringIO(lines)))
    found = []

    with pytest.raises(hub.HubError):
        found.extend(server.requests(5))  # as far as it gets

    assert [one.version for one in found] == ["", "27.01"]
    assert found[1].at_s == datetime(2026, 12, 1, 9, 0, 2, 500_000, UTC).timestamp()


def test_a_sync_while_a_round_ends_starts_another_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Requests of the round itself, which the server logs too, start none."""
    server = hub.Server(SimpleNamespace(stdout=None))  # type: ignore[arg-type]
    server._lines.get()
    rounds = []

    def log(at_s: float) -> None:
        at = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        server._lines.put(f'{at}Z  INFO request{{uri="/sync/meta" ip="::1"}}\n')

    def run_round(*_args: object) -> Round:
        rounds.append(Round(synced_s=1000.0 + len(rounds)))
        log(rounds[-1].synced_s - 0.1)
        log(rounds[-1].synced_s + 0.1)
        if len(rounds) == 1:
            log(rounds[-1].synced_s + 0.5)
        else:
            server._lines.put(None)
        return rounds[-1]

    place = SimpleNamespace(hub=None, account=lambda: "account")
    for name, value in {
        "_place": lambda _db: place,
        "_not_serving": lambda _place: nullcontext(),
        "_server": lambda _place: nullcontext(server),
        "opened_hub": lambda _folder: nullcontext(),
        "_round": run_round,
        "_QUIET_S": 0.01,
    }.items():
        monkeypatch.setattr(phone, name, value)

    events = []
    with pytest.raises(hub.HubError):
        events.extend(phone.serve_phone(None))
    assert len(rounds) == 2


@pytest.mark.slow
def test_setup_again_keeps_what_is_not_named(filled: Run, tmp_path: Path) -> None:
    place = HubPlace(tmp_path / "store.db")
    port = str(free_port())
    assert filled("phone", "setup", "--lan", "--port", port)[0] == 0

    assert filled("phone", "setup", "--password", "another word")[0] == 0
    kept = place.account()
    assert filled("phone", "setup", "--no-lan")[0] == 0

    assert (kept.lan, kept.password, str(kept.port)) == (True, "another word", port)
    assert not place.account().lan


def test_a_user_with_a_colon_is_refused(filled: Run, tmp_path: Path) -> None:
    code, _, err = filled("phone", "setup", "--user", "a:b")

    assert (code, err) == (1, "flash: a user name can't have a colon\n")
    assert not HubPlace(tmp_path / "store.db").account_file.exists()
