"""What a terminal shows while a command works."""

import io
from threading import Event

import pytest

from flash.terminal import working


class Stderr(io.StringIO):
    """A stream that tells when something is written to it."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal, self.is_written = is_terminal, Event()

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        count = super().write(text)
        self.is_written.set()
        return count


def terminal(patch: pytest.MonkeyPatch, *, is_terminal: bool = True) -> Stderr:
    shown = Stderr(is_terminal=is_terminal)
    patch.setattr("sys.stderr", shown)
    return shown


def test_long_work_is_named_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)

    with working("読み込み", every_s=0.001):
        assert shown.is_written.wait(60)

    _, first, *_, blank, end = shown.getvalue().split("\r")
    assert first == "読み込み … 0 s"
    assert (blank, end) == (" " * len("12345678 … 0 s"), "")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)

    with working("importing", every_s=60):
        pass

    assert shown.getvalue() == ""


def test_an_interrupt_ends_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)

    with pytest.raises(KeyboardInterrupt), working("importing", every_s=0.001):
        assert shown.is_written.wait(60)
        raise KeyboardInterrupt

    assert shown.getvalue().endswith(" \r")


@pytest.mark.parametrize(("is_terminal", "quiet"), [(False, False), (True, True)])
def test_a_pipe_and_json_get_no_progress(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, quiet: bool
) -> None:
    shown = terminal(monkeypatch, is_terminal=is_terminal)

    with working("importing", quiet=quiet, every_s=0.001):
        assert not shown.is_written.wait(0.05)
