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


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def updated(old: Catalog) -> Catalog:
    """Return the messages of today with the translations that there are."""
    new = extracted(str(old.locale))
    for message in new:
        known = old.get(message.id) if message.id else None
        if known is not None:
            message.string = known.string
    return new


def complaints(old: Catalog) -> list[str]:
    """Name messages without a translation, and translations without a message."""
    new = updated(old)
    return [
        *(
            f"not translated: {one.id!r}"
            for one in new
            if one.id and not all(one.string or ("",))
        ),
        *(
            f"no longer a message: {one.id!r}"
            for one in old
            if one.id and one.id not in new
        ),
    ]


def write(path: Path, old: Catalog) -> None:
    """Update a catalogue below its head, and compile it."""
    new = updated(old)
    text = io.BytesIO()
    write_po(text, new, width=88, sort_output=True, omit_header=True)
    head = path.read_bytes().partition(b"\n\n")[0]
    path.write_bytes(head + b"\n\n" + text.getvalue())
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, new)


def main(words: list[str]) -> int:
    """Update or check the catalogues."""
    found = []
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/flash.po")):
        catalogue = read(path)
        found += [f"{path.parts[-3]}: {one}" for one in complaints(catalogue)]
        if words != ["--check"]:
            write(path, catalogue)
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found)) if words == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
