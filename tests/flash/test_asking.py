"""Confirmations: the answers that are understood, in any width and language."""

import io

import pytest
import typer

from flash.cli.asking import is_confirmed


class Terminal(io.StringIO):
    """Typed lines, as a terminal gives them."""

    def isatty(self) -> bool:
        return True


def ask(monkeypatch: pytest.MonkeyPatch, typed: str) -> bool:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    return is_confirmed("Go on?")


@pytest.mark.parametrize(
    "typed", ["y", "Y", "yes", "ｙ", "Ｙ", "ＹＥＳ", "　はい", " y "]
)
def test_a_yes_is_understood(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    assert ask(monkeypatch, f"{typed}\n")


@pytest.mark.parametrize("typed", ["", "n", "No", "ｎ", "ＮＯ", "いいえ", "　"])
def test_a_no_is_understood(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    assert not ask(monkeypatch, f"{typed}\n")


def test_another_answer_asks_again_in_the_language_of_the_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flash.cli.asking._", lambda text: f"訳：{text}")

    assert ask(monkeypatch, "たぶん\nｙ\n")

    shown = capsys.readouterr()
    again = "訳：please answer y (yes) or n (no)\n"
    assert shown.err == f"Go on? [y/N]:{again}Go on? [y/N]:"
    assert shown.out == "  "


def test_the_end_of_the_input_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(typer.Abort):
        ask(monkeypatch, "")


def test_without_a_terminal_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    assert not is_confirmed("Go on?")


def test_bytes_that_are_no_text_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = [b"\x82\x99", b"y"]
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda _prompt: typed.pop(0).decode())

    assert is_confirmed("Go on?")
    assert typed == []
