"""`flash sync` is killed at any moment, and run again."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from devices import OwnDevice, deliver, exchange, rebuilt
from log_servers import address, server, with_login
from store_fixtures import NOON, Clock, add, give, ids, numbered

from srs.models.cards import Rating

ROOT = Path(__file__).parent.parent.parent


def killed(device: OwnDevice, after_s: float, log: Path | str = "") -> None:
    """Run the program and kill it, unless it ends before."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "flash",
            "--db",
            device.path,
            "sync",
            log or device.log,
            "--yes",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_killed_sync_loses_nothing_and_repeats_nothing(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    devices = [
        OwnDevice(tmp_path / str(late_ms), Clock(NOON + late_ms))
        for late_ms in (0, 30_000)
    ]
    for device in devices:
        with device.opened() as store:
            add(store, numbered(200))
            for card in ids(store):
                device.clock.turn(minutes=1)
                give(store, card, Rating.GOOD, device.clock())
    for _ in range(6):
        device = chance.choice(devices)
        killed(device, chance.uniform(0.2, 1.2))
        for other in devices:
            deliver(device.log, other.log)

    exchange(devices, tmp_path / "shared")

    one, two = (device.contents() for device in devices)
    assert one == two == rebuilt(tmp_path / "rebuilt", tmp_path / "shared")
    assert len(one["reviews"]) == 400


@pytest.mark.slow
def test_killed_sync_with_a_server_loses_and_repeats_nothing(tmp_path: Path) -> None:
    chance = random.Random(1)
    devices = [
        OwnDevice(tmp_path / str(late_ms), Clock(NOON + late_ms))
        for late_ms in (0, 30_000)
    ]
    (tmp_path / "served").mkdir()
    with server("rclone", tmp_path / "served") as host:
        place = address("rclone", host, with_login())
        for device in devices:
            with device.opened() as store:
                add(store, numbered(60))
                for card in ids(store):
                    device.clock.turn(minutes=1)
                    give(store, card, Rating.GOOD, device.clock())
        for _ in range(5):
            killed(chance.choice(devices), chance.uniform(0.3, 0.8), place)
        for device in (*devices, devices[0]):
            device.sync(place)
        last = OwnDevice(tmp_path / "last", Clock(NOON))
        last.sync(place)

    one, two, three = (device.contents() for device in (*devices, last))
    assert one == two == three
    assert len(one["reviews"]) == 120


@pytest.mark.slow
@pytest.mark.parametrize("address", ["s3://k:s@b?endpoint=http://{}", "dav://{}/x"])
def test_interrupt_ends_a_sync_with_a_server_that_is_silent(
    tmp_path: Path, address: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        words = ["--db", tmp_path / "a.db", "sync", address.format(host)]
        with subprocess.Popen(
            [sys.executable, "-m", "flash", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=10)
            connection.close()

    assert (process.returncode, err) == (130, "flash: interrupted\n")
