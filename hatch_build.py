"""Compile the translations when the package is built or installed."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):
    """Writes the file that gettext reads beside each catalogue."""

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Compile all catalogues; elsewhere if the source tree can't be written."""
        self._folder = Path(tempfile.mkdtemp())
        for catalogue in Path(self.root, "flash", "locale").rglob("*.po"):
            compiled = catalogue.with_suffix(".mo")
            try:
                _compile(catalogue, compiled)
            except OSError:
                place = compiled.relative_to(self.root)
                other = self._folder / place
                other.parent.mkdir(parents=True)
                _compile(catalogue, other)
                build_data["force_include"][str(other)] = place.as_posix()

    def finalize(
        self, _version: str, _build_data: dict[str, Any], _artifact: str
    ) -> None:
        """Remove what was compiled elsewhere."""
        shutil.rmtree(self._folder)


def _compile(catalogue: Path, compiled: Path) -> None:
    with catalogue.open("rb") as source, compiled.open("wb") as target:
        write_mo(target, read_po(source))
