"""Compile the translations when the package is built or installed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):
    """Writes the file that gettext reads beside each catalogue."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Compile all catalogues."""
        for catalogue in Path(self.root, "flash", "locale").rglob("*.po"):
            with (
                catalogue.open("rb") as source,
                catalogue.with_suffix(".mo").open("wb") as target,
            ):
                write_mo(target, read_po(source))
