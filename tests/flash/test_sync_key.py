"""`flash sync encrypt`: nothing is sent in the clear, and a missing key is said."""

from pathlib import Path

import pytest
from command_runner import CELLS, Run

_JOIN = "(give it that of your other device: flash sync encrypt --join)\n"


@pytest.fixture
def laptop(flash: Run, tmp_path: Path) -> Run:
    """A store with cards, and an empty folder."""
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    (tmp_path / "log").mkdir()
    flash("add", "cells.yaml")
    return flash


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "log").glob("*/*.flashlog"))


def test_all_that_is_sent_is_encrypted(laptop: Run, tmp_path: Path) -> None:
    code, key, err = laptop("sync", "encrypt")
    assert laptop("sync", "log") == (0, "Sent 3, received 0.\n", "")
    laptop("review", "--plain", typed="\n3\nq\n")
    assert laptop("sync") == (0, "Sent 1, received 0.\n", "")

    assert code == 0
    assert key.startswith("AGE-SECRET-KEY-1")
    assert "On each other device: flash sync encrypt --join\n" in err
    assert (tmp_path / "store.db.key").read_text() == key
    assert (tmp_path / "store.db.key").stat().st_mode & 0o777 == 0o600
    assert all(
        f.read_bytes().startswith(b"age-encryption.org/") for f in files(tmp_path)
    )
    assert laptop.json("sync")["encrypted"] is True
    assert laptop("sync", "--status")[1].startswith(f"{tmp_path / 'log'} (encrypted)\n")


@pytest.mark.parametrize(
    "words", ["--dry-run", "--status", "--json", "--git", "--name x", "--join --json"]
)
def test_encrypt_refuses_options_of_an_exchange(
    laptop: Run, tmp_path: Path, words: str
) -> None:
    code, out, err = laptop("sync", "encrypt", *words.split())

    assert (code, out) == (2, "")
    assert "can't be used with flash sync encrypt" in " ".join(err.split())
    assert not (tmp_path / "store.db.key").exists()


def test_key_is_entered_on_the_other_device(laptop: Run) -> None:
    key = laptop("sync", "encrypt")[1]
    laptop("sync", "log")

    joined = laptop("sync", "encrypt", "--join", "--db", "b.db", typed=f"# x\n {key}")

    assert joined[0] == 0
    assert "received 3" in laptop("sync", "log", "--db", "b.db")[1]
    laptop("review", "--plain", "--db", "b.db", typed="\n3\nq\n")
    assert laptop("sync", "--db", "b.db")[0] == 0
    assert "received 1" in laptop("sync")[1]
    assert laptop("sync", "encrypt", "--db", "b.db")[1] == key


def test_store_is_restored_with_the_key_only(laptop: Run, tmp_path: Path) -> None:
    key = laptop("sync", "encrypt")[1]
    laptop("sync", "log")
    words = ("restore", "--from-log", "log", "--yes", "--db", "b.db")

    code, out, err = laptop(*words)
    laptop("sync", "encrypt", "--join", "--db", "b.db", typed=key)

    assert (code, out) == (1, "")
    assert "encrypted, and this device has no key" in err
    assert laptop(*words)[0] == 0
    assert laptop("sync", "--db", "b.db")[1] == "Nothing to send, nothing new.\n"


@pytest.mark.parametrize("has_key", [False, True], ids=["none", "another"])
def test_device_without_the_key_sends_nothing(
    laptop: Run, tmp_path: Path, has_key: bool
) -> None:
    laptop("sync", "encrypt")
    laptop("sync", "log")
    (file,) = files(tmp_path)
    laptop("add", "cells.yaml", "--db", "b.db")
    if has_key:
        laptop("sync", "encrypt", "--db", "b.db")

    found = laptop("sync", "log", "--db", "b.db")

    what = (
        "encrypted with another key than this device has"
        if has_key
        else "encrypted, and this device has no key"
    )
    join = _JOIN.replace("flash", "flash --db b.db")
    assert found == (1, "", f"flash: {file}: {what} {join}")
    assert files(tmp_path) == [file]


def test_lost_key_sends_nothing_in_the_clear(laptop: Run, tmp_path: Path) -> None:
    laptop("sync", "encrypt")
    laptop("sync", "log")
    (tmp_path / "store.db.key").unlink()
    laptop("review", "--plain", typed="\n3\nq\n")

    code, out, err = laptop("sync")

    assert (code, out) == (1, "")
    assert err == (
        f"flash: {tmp_path / 'store.db'}: the key of this store is missing {_JOIN}"
    )
    assert len(files(tmp_path)) == 1


def test_two_devices_that_made_a_key_each_exchange_them(laptop: Run) -> None:
    key = laptop("sync", "encrypt")[1]
    other = laptop("sync", "encrypt", "--db", "b.db")[1]
    laptop("add", "cells.yaml", "--db", "b.db")
    laptop("sync", "log")

    laptop("sync", "encrypt", "--join", "--db", "b.db", typed=key)
    laptop("sync", "encrypt", "--join", typed=other)

    assert laptop("sync", "log", "--db", "b.db", "--yes")[0] == 0
    assert laptop("sync")[0] == 0


def test_keys_are_entered_one_device_after_the_other(laptop: Run) -> None:
    laptop("sync", "encrypt")
    key = laptop("sync", "encrypt", "--db", "b.db")[1]
    laptop("add", "cells.yaml", "--db", "b.db")
    laptop("sync", "log")
    laptop("sync", "encrypt", "--join", typed=key)

    shown = laptop("sync", "encrypt")[1]
    laptop("sync", "encrypt", "--join", "--db", "b.db", typed=shown)

    assert shown.split()[0] == key.strip()
    assert laptop("sync", "log", "--db", "b.db", "--yes")[0] == 0
    assert laptop("sync")[0] == 0


def test_lost_key_is_not_replaced_unasked(laptop: Run, tmp_path: Path) -> None:
    key = laptop("sync", "encrypt")[1]
    laptop("sync", "log")
    (tmp_path / "store.db.key").unlink()

    code, out, err = laptop("sync", "encrypt")

    assert (code, out) == (1, "")
    assert "the key of this store is missing (--join enters that of another" in err
    assert not (tmp_path / "store.db.key").exists()
    assert laptop("sync", "encrypt", "--yes")[1] not in ("", key)
    (tmp_path / "new").mkdir()
    assert laptop("sync", "new")[1] == "Sent 3, received 0.\n"


def test_key_made_later_reads_what_is_in_the_clear(laptop: Run) -> None:
    laptop("sync", "log")
    laptop("sync", "log", "--db", "b.db")

    err = laptop("sync", "encrypt", "--db", "b.db")[2]
    laptop("review", "--plain", typed="\n3\nq\n")
    laptop("sync")

    assert "has already stays readable. To hide it, sync all devices" in err
    assert "received 1" in laptop("sync", "--db", "b.db")[1]


@pytest.mark.parametrize("cut", [20, 200, -1], ids=["header", "stanza", "end"])
def test_cut_encrypted_file_is_reported_or_refused(
    laptop: Run, tmp_path: Path, cut: int
) -> None:
    key = laptop("sync", "encrypt")[1]
    laptop("sync", "log")
    laptop("sync", "encrypt", "--join", "--db", "b.db", typed=key)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])

    code, out, err = laptop("sync", "log", "--db", "b.db")

    assert (code, out) == (1, "")
    assert "no segment of the log can be read (wait until it has arrived" in err
    file.write_bytes(whole)
    assert "received 3" in laptop("sync", "log", "--db", "b.db")[1]


@pytest.mark.parametrize("typed", ["", "x", "AGE-SECRET-KEY-1QQ\n", "\n\n"])
def test_what_is_no_key_is_refused(laptop: Run, tmp_path: Path, typed: str) -> None:
    code, out, err = laptop("sync", "encrypt", "--join", typed=typed)

    assert (code, out) == (1, "")
    assert "not a key of flash sync encrypt" in err
    assert not (tmp_path / "store.db.key").exists()


def test_damaged_key_file_is_named(laptop: Run, tmp_path: Path) -> None:
    laptop("sync", "encrypt")
    (tmp_path / "store.db.key").write_text("AGE-SECRET-KEY-1QQ\n")

    code, out, err = laptop("sync", "log")

    assert (code, out) == (1, "")
    assert "the key of this device is damaged" in err


def test_terminal_shows_the_key_as_a_qr_code(
    laptop: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    lines = laptop("sync", "encrypt")[1].splitlines()

    assert lines[-1].startswith("AGE-SECRET-KEY-1")
    assert len(lines) > 15
    assert lines[5].startswith("\x1b[97;40m")
    assert set(lines[5][8:-4]) <= set("█▀▄ ")


def test_join_without_encrypt_is_wrong_usage(laptop: Run) -> None:
    assert laptop("sync", "log", "--join")[0] == 2
