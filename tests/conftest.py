"""Fixtures of all tests; the same Hypothesis examples on every run."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_runner import NOW, Run
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from store_fixtures import Clock, new_store
from translations import compile_translations
from web_page import chromium

from cards.translate import use_catalogue, use_program
from flash.language import choose_language
from srs.store.connection import Store

# Anki's backend reads it when it is loaded, and schedules without fuzz.
os.environ["ANKI_TEST_MODE"] = "1"

# Hypothesis also draws constants from the modules that happen to be loaded: other
# examples in every worker.
providers._get_local_constants = lambda: providers._local_constants
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages are English unless a test wants another language."""
    for name in ("FLASH_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    yield
    use_catalogue(None)
    use_program()


@pytest.fixture
def translations() -> None:
    """The catalogues are compiled, as in an installation."""
    compile_translations()


@pytest.fixture
def japanese(translations: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interface is Japanese."""
    monkeypatch.setenv("FLASH_LANG", "ja")
    choose_language()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store of a user in UTC."""
    opened = new_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
def flash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line in an empty folder, with a store of its own at a fixed time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    monkeypatch.setenv("FLASH_NOW", NOW)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return Run(monkeypatch, capsys)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for the tests of the page in one file."""
    with chromium() as started:
        yield started
