"""`flash sync` with object storage and WebDAV servers."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import quote

import pytest
from command_runner import CELLS, Run
from log_servers import KEY, SECRET, Proxy, address, served, server, with_login

from export.carriers.folder import FolderCarrier
from flash.service.carriers import open_carrier
from srs.sync import segments

KINDS = ("s3", "rclone", "wsgidav")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def proxy(kind: str, tmp_path: Path) -> Iterator[Proxy]:
    (tmp_path / "served").mkdir()
    with server(kind, tmp_path / "served") as host:
        found = Proxy(host)
        with served(found):
            yield found


@pytest.fixture
def laptop(flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A store with cards, whose segments have one entry each."""
    monkeypatch.setattr(segments, "MAX_RAW", 10)
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    return flash


def logins(monkeypatch: pytest.MonkeyPatch, secret: str = SECRET) -> None:
    for user in ("AWS_ACCESS_KEY_ID", "FLASH_DAV_USER"):
        monkeypatch.setenv(user, KEY)
    for password in ("AWS_SECRET_ACCESS_KEY", "FLASH_DAV_PASSWORD"):
        monkeypatch.setenv(password, secret)


def test_devices_exchange_through_a_server(
    laptop: Run, kind: str, proxy: Proxy, tmp_path: Path
) -> None:
    place = address(kind, proxy.host, with_login())

    assert laptop("sync", place, "--status")[0] == 0
    assert list((tmp_path / "served").rglob("*.flashlog")) == []
    assert laptop("sync", place) == (0, "Sent 3, received 0.\n", "")
    assert laptop("sync", place, "--db", "b.db") == (
        0,
        "Sent 0, received 3 (0 reviews, 3 notes) from 1 device.\n",
        "",
    )
    laptop("review", "--plain", "--db", "b.db", typed="\n3\nq\n")
    assert laptop("sync", "--db", "b.db") == (0, "Sent 1, received 0.\n", "")
    assert (
        laptop("sync")[1] == "Sent 0, received 1 (1 review, 0 notes) from 1 device.\n"
    )
    assert laptop("sync") == (0, "Nothing to send, nothing new.\n", "")
    code, out, _ = laptop("restore", "--from-log", place, "--yes", "--db", "c.db")
    assert code == 0
    assert [line.split()[-1] for line in out.splitlines() if "reviews" in line] == [
        "+1"
    ]
    assert laptop("sync", "--db", "c.db")[1] == "Nothing to send, nothing new.\n"


@pytest.mark.parametrize("kind", ["s3", "rclone"])
def test_password_is_neither_shown_nor_sent_nor_in_the_store(
    laptop: Run, kind: str, proxy: Proxy, tmp_path: Path
) -> None:
    shown = laptop("sync", address(kind, proxy.host, with_login()), "--json")[1]
    shown += laptop("sync", "--status")[1] + laptop("sync", "--json")[1]
    log = laptop.json("sync")["log"]
    shown += laptop("restore", "--from-log", log, "--dry-run")[1]

    found = [one for one in tmp_path.rglob("*") if one.is_file()]
    having = [one for one in found if SECRET.encode() in one.read_bytes()]

    assert SECRET not in shown
    assert quote(SECRET, safe="") not in shown
    assert having == [tmp_path / "store.db.login"]
    assert having[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["s3", "rclone"])
def test_wrong_password_is_said_and_a_right_one_goes_on(
    laptop: Run, kind: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = address(kind, proxy.host)
    logins(monkeypatch, "wrong")

    code, out, err = laptop("sync", place)

    what = "access key or its secret" if kind == "s3" else "user or the password"
    assert (code, out) == (1, "")
    assert f"the {what} is wrong" in err
    logins(monkeypatch)
    assert laptop("sync", place) == (0, "Sent 3, received 0.\n", "")


@pytest.mark.parametrize("kind", ["rclone"])
def test_busy_server_is_not_taken_for_a_wrong_address(
    laptop: Run, kind: str, proxy: Proxy
) -> None:
    proxy.failure = "busy"

    code, out, err = laptop("sync", address(kind, proxy.host, with_login()))

    assert (code, out) == (1, "")
    assert err.endswith("HTTP status 503 (run it again later)\n")


@pytest.mark.parametrize("kind", ["s3", "rclone"])
@pytest.mark.parametrize("failure", ["full", "gone"])
def test_failure_halfway_is_said_and_the_next_sync_goes_on(
    laptop: Run, kind: str, proxy: Proxy, failure: str
) -> None:
    place = address(kind, proxy.host, with_login())
    proxy.left, proxy.failure = 1, failure

    code, out, err = laptop("sync", place)

    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    expected = {
        "s3full": "the service returned 'QuotaExceeded'",
        "s3gone": "the service can't be reached",
        "full": "the server is full",
        "gone": "connection lost",
    }
    assert expected[f"s3{failure}" if kind == "s3" else failure] in err
    proxy.left = 1_000
    assert laptop("sync", place)[0] == 0
    code, out, err = laptop("sync", place, "--db", "b.db")
    assert (code, err) == (0, "")
    assert "3 notes" in out
    assert laptop("sync", place) == (0, "Nothing to send, nothing new.\n", "")


@pytest.mark.parametrize("kind", ["s3", "rclone"])
def test_network_gone_while_receiving_merges_nothing_twice(
    laptop: Run, kind: str, proxy: Proxy
) -> None:
    place = address(kind, proxy.host, with_login())
    laptop("sync", place)
    proxy.left, proxy.failure = 1, "gone"

    code, out, err = laptop("sync", place, "--db", "b.db")

    assert (code, out) == (1, "")
    assert "can't be reached" in err or "connection lost" in err
    proxy.left = 1_000
    assert "received 3 (0 reviews, 3" in laptop("sync", place, "--db", "b.db")[1]
    assert laptop("sync", "--db", "b.db")[1] == "Nothing to send, nothing new.\n"


def test_folder_has_nothing_of_a_file_that_is_too_large(tmp_path: Path) -> None:
    carrier, _ = open_carrier(str(tmp_path), tmp_path / "a.db")
    carrier.put("media/x", b"eleven bytes"[:11])

    assert carrier.get("media/x", 11) == b"eleven byte"
    assert carrier.get("media/x", 10) == b""


@pytest.mark.parametrize("kind", ["s3", "rclone"])
def test_file_that_is_too_large_is_not_read(kind: str, tmp_path: Path) -> None:
    with server(kind, tmp_path) as host:
        place = address(kind, host, with_login())
        carrier, _ = open_carrier(place, tmp_path / "a.db")
        size = carrier.put("media/x", bytes(3 << 20))

        assert size == 3 << 20
        assert carrier.list("media") == [("x", size)]
        assert carrier.get("media/x", size) == bytes(size)
        assert carrier.get("media/x", 10) == b""


def test_file_that_goes_while_a_folder_is_listed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "half"):
        (tmp_path / name).write_bytes(b"x")
    entries = list(os.scandir(tmp_path))
    (tmp_path / "half").unlink()

    monkeypatch.setattr("os.scandir", lambda _path: nullcontext(entries))

    assert FolderCarrier(tmp_path).list("") == [("a", 1)]


@pytest.mark.parametrize("kind", ["s3", "rclone"])
def test_server_that_is_not_there_is_said(
    laptop: Run, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins(monkeypatch)

    code, out, err = laptop("sync", address(kind, "127.0.0.1:9"))

    assert (code, out) == (1, "")
    assert "can't be reached" in err


def test_missing_bucket_and_missing_key_are_said(
    laptop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no access key is known" in laptop("sync", "s3://bucket")[2]
    logins(monkeypatch)
    with server("s3", tmp_path) as host:
        err = laptop("sync", f"s3://other?endpoint=http://{host}")[2]
    assert "there is no such bucket (create the bucket first)" in err
