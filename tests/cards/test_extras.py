"""How to install what only some commands need."""

import importlib.metadata
import shlex
import sys

import pytest

from cards.extras import install_command

PIP = [sys.executable, "-m", "pip", "install"]


@pytest.mark.parametrize("package", ["anki", "pyrage", "obstore", "blake3"])
def test_a_package_of_an_extra_keeps_its_bounds(package: str) -> None:
    *words, requirement = shlex.split(install_command(package))

    assert words == PIP
    assert requirement.startswith((f"{package}<", f"{package}>"))


def test_a_name_that_begins_alike_is_another_package() -> None:
    assert shlex.split(install_command("fsrs-rs"))[-1] == "fsrs-rs"


def test_without_metadata_the_name_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> list[str]:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "requires", missing)

    assert shlex.split(install_command("anki")) == [*PIP, "anki"]
