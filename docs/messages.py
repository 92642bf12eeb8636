"""Extract the messages of flash into the catalogues of its translations.

python -m docs.messages           update the catalogues and compile them
python -m docs.messages --check   exit 1 if a catalogue is out of date or incomplete

See docs/translating.md.
"""

import inspect
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from typer.main import get_command

import cards
import export
import flash
import srs
from flash.cli.app import GROUPS, application

_PACKAGES = (cards, srs, export, flash)
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
LOCALE = Path(flash.__file__).with_name("locale")


def extracted(language: str) -> Catalog:
    """Return a catalogue of all messages, without translations."""
    found = Catalog(language, charset="utf-8", fuzzy=False)
    for package in _PACKAGES:
        folder = Path(package.__file__).parent
        for file, _line, message, _comments, _context in extract_from_dir(
            folder, [("**.py", "python")], keywords=_KEYWORDS
        ):
            # Without lines, which change with every edit of a file.
            found.add(message, locations=[(f"{folder.name}/{file}", 0)])
    for message in _helps(get_command(application())):
        found.add(message, locations=[("flash/cli", 0)])
    return found


def _helps(command: Any) -> Iterator[str]:
    """Yield the help texts of a command as `HelpFormatter` looks them up."""
    texts = [command.help, *(param.help for param in command.params)]
    yield from (inspect.cleandoc(text) for text in texts if text)
    for title, entries in GROUPS.items():
        yield title
        yield from (entry.summary for entry in entries.values())
    for subcommand in getattr(command, "commands", {}).values():
        yield from _helps(subcommand)


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """Yield each catalogue with the messages of today and its translations."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/flash.po")):
        with path.open("rb") as file:
            old = read_po(file, locale=path.parts[-3])
        new = extracted(path.parts[-3])
        for message in new:
            known = old.get(message.id) if message.id else None
            if known is not None:
                message.string = known.string
        yield path, new


def is_translated(message: Any) -> bool:
    """Return True if a message of a catalogue has a translation."""
    text = message.string or ""
    return bool(text) if isinstance(text, str) else all(text)


def compile_to(path: Path, catalogue: Catalog) -> None:
    """Write the file that gettext reads."""
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def main(words: list[str]) -> int:
    """Update or check the catalogues."""
    status = 0
    for path, catalogue in catalogues():
        missing = [one.id for one in catalogue if one.id and not is_translated(one)]
        for message in missing:
            print(f"{path.parts[-3]}: not translated: {message!r}")
        old = path.read_bytes()
        new = io.BytesIO()
        write_po(new, catalogue, width=88, sort_output=True, omit_header=True)
        text = old.partition(b"\n\n")[0] + b"\n\n" + new.getvalue()
        if words == ["--check"]:
            if old != text:
                print(f"{path.name} is out of date: run python -m docs.messages")
            status |= old != text or bool(missing)
        else:
            path.write_bytes(text)
            compile_to(path, catalogue)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
