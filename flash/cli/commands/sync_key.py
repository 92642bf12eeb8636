"""`flash sync encrypt`."""

import sys
from pathlib import Path

import typer

from cards.translate import _
from flash.messages.sync import key_joined, key_remarks
from flash.service.carriers import join_key, key_file, own_keys
from flash.service.context import open_app
from flash.terminal import echo, echo_err, print_code
from srs.store.sync_state import PLACE


def encrypt(db: Path | None, *, joins: bool, is_lost: bool) -> None:
    """Show the keys of this device, a new one if it has none; or enter them.

    Args:
        db: The store.
        joins: Read the keys of another device from the terminal or a pipe.
        is_lost: Make a new key although there was one.
    """
    with open_app(db) as app:
        store = app.store
        if joins:
            join_key(store, _typed_key())
            echo(key_joined())
            return
        keys = " ".join(own_keys(store, is_lost=is_lost))
        if sys.stdout.isatty():
            print_code(keys)
        echo(keys)
        for line in key_remarks(key_file(store.path), store.setting(PLACE)):
            echo_err(line)


def _typed_key() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read(1 << 16)
    label = _("Key of the other device: ")
    return str(typer.prompt(label, prompt_suffix="", hide_input=True, err=True))
