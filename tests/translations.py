"""The catalogues of the tree, compiled as an installation compiles them."""

import os
from pathlib import Path

import flash

LOCALE = Path(flash.__file__).with_name("locale")


def compile_translations() -> None:
    """Compile the catalogues that were edited since they were compiled."""
    for catalogue in LOCALE.rglob("*.po"):
        target = catalogue.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        # Other processes may do the same.
        made = target.with_suffix(f".{os.getpid()}")
        with catalogue.open("rb") as source, made.open("wb") as file:
            write_mo(file, read_po(source))
        made.replace(target)
