"""The process of a command: Ctrl-C, odd streams, crashes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from anki_edits import AnkiSide, add
from command_runner import CELLS
from terminal_review import ReviewSetup

from flash.tui import app as screen

HOSTILE = "\x1b]0;owned\x07\u202e"
FLASH = f"'{sys.executable}' -m flash"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    Path("cells.yaml").write_text(CELLS + "  - {front: 鍵 é 🔑, back: b}\n", "utf-8")
    assert shell(f"{FLASH} add cells.yaml")[0] == 0


def shell(line: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", line],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


FULL = "flash: can't write: No space left on device (free some disk space)\n"
STREAMS: dict[str, tuple[str, tuple[int, str]]] = {
    "stdout is full": (f"{FLASH} list > /dev/full", (1, FULL)),
    "stdout of a prompt is full": (f"{FLASH} due > /dev/full", (1, FULL)),
    "stdout of a prompt is closed": (f"{FLASH} due >&-", (0, "")),
    "the reader of a prompt is gone": (
        f"{FLASH} due | true; exit ${{PIPESTATUS[0]}}",
        (0, ""),
    ),
    "stdout is closed": (f"{FLASH} list >&-", (0, "")),
    "the reader is gone": (f"{FLASH} list | true; exit ${{PIPESTATUS[0]}}", (0, "")),
    "stderr is full": (f"{FLASH} show nothing 2> /dev/full", (1, "")),
    "stderr is closed": (f"{FLASH} show nothing 2>&-", (1, "")),
    "stdin is closed": (f"{FLASH} review --plain <&- > /dev/null", (0, "")),
    "everything is closed": (f"{FLASH} decks <&- >&- 2>&-", (0, "")),
    "stdin is not UTF-8": (
        f"printf '\\377\\nq\\n' | {FLASH} review --plain > /dev/null",
        (0, ""),
    ),
}


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("line", "expected"), STREAMS.values(), ids=STREAMS)
def test_odd_stream_causes_no_traceback(
    line: str, expected: tuple[int, str], unbuffered: str
) -> None:
    code, _, err = shell(line, PYTHONUNBUFFERED=unbuffered)

    assert (code, err) == expected


def test_encoding_without_kanji_shows_codes() -> None:
    code, out, err = shell(f"{FLASH} list", PYTHONIOENCODING="ascii")

    assert (code, err) == (0, "")
    assert "\\u9375 \\xe9 \\U0001f511" in out


def test_locale_without_kanji_can_not_name_the_file_of_a_deck() -> None:
    deck = "deck: 鍵\ncards: [{front: q, back: a}]"
    Path("keys.yaml").write_text(deck, "utf-8")
    shell(f"{FLASH} add keys.yaml")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    code, _, err = shell(f"{FLASH} export --yaml out", **ascii_only)

    assert code == 1
    assert err.startswith("flash: the locale can't write the file name '")
    assert err.endswith("(set LC_ALL=C.UTF-8 and try again)\n")


def test_json_in_ascii_is_json() -> None:
    code, out, _ = shell(f"{FLASH} list --json", PYTHONIOENCODING="ascii")

    assert code == 0
    assert json.loads(out)[-1]["question"] == "鍵 é 🔑"


ANNOUNCED = """
import signal, sys
import flash.__main__

install = signal.signal

def announce(*given):
    install(*given)
    print(flush=True)

signal.signal = announce
sys.exit(flash.__main__.main())
"""
"""Prints a line once flash handles Ctrl-C; until then, Python does."""


@pytest.mark.slow
@pytest.mark.parametrize("words", [["list"], ["review", "--plain"]])
def test_interrupt_while_loading_exits_with_130(words: list[str]) -> None:
    for delay_ms in range(0, 200, 20):
        process = subprocess.Popen(
            [sys.executable, "-c", ANNOUNCED, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_ms / 1000)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1].decode()
        # At its very end Python has let go of the handler; a shell says 130, too.
        assert process.returncode in (130, 0, -signal.SIGINT), err
        assert "Traceback" not in err


INTERRUPTED = """
import signal, sqlite3, sys
import flash.__main__
from srs.maintenance import checks

# On a large store that takes a minute.
checks.first_damage = lambda *_given: sys.exit("looked for damage")

class Connection(sqlite3.Connection):
    def create_function(self, name, count, function, **more):
        def interrupted(*given):
            signal.raise_signal(signal.SIGINT)
            return function(*given)
        super().create_function(name, count, interrupted, **more)

    def set_progress_handler(self, function, steps):
        def interrupted():
            signal.raise_signal(signal.SIGINT)
            return function()
        super().set_progress_handler(interrupted, 1)

connect = sqlite3.connect
sqlite3.connect = lambda *given, **more: connect(*given, factory=Connection, **more)
sys.exit(flash.__main__.main())
"""
"""Ctrl-C while SQLite calls a function of flash."""


@pytest.mark.parametrize(
    "words", [["undo"], ["list", "water"], ["import"]], ids=" ".join
)
def test_interrupt_inside_a_query_exits_with_130(
    words: list[str], tmp_path: Path
) -> None:
    if words == ["import"]:
        anki = AnkiSide(tmp_path)
        words.append(anki.package(lambda one: add(one, "Basic", "q", "a")))

    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *words], capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (130, b"flash: interrupted\n")


def test_traceback_has_no_control_characters() -> None:
    script = (
        "import sys, flash.cli.app as app, flash.__main__ as m\n"
        "def run(words): raise RuntimeError(sys.argv[1])\n"
        "app.run = run\n"
        "m.main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, HOSTILE], capture_output=True, check=False
    )

    err = done.stderr.decode()
    assert done.returncode == 1
    assert "RuntimeError: " in err
    assert err.replace("\n", "").isprintable()


async def test_crash_of_the_screen_is_raised_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = ReviewSetup(tmp_path)
    app = screen.ReviewApp(setup.session())

    def fail(*_: object) -> None:
        raise RuntimeError(HOSTILE)

    monkeypatch.setattr(app.review, "press", fail)
    with pytest.raises(RuntimeError):
        async with app.run_test() as pilot:
            await pilot.press("space")
    setup.close()

    assert isinstance(app.failure, RuntimeError)
    assert app._exit_renderables == []
