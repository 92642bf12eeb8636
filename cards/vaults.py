"""Find the vault of Obsidian, or the repository, that a note is in."""

from functools import cache
from pathlib import Path

from cards.files import absolute


def vault_of(file: Path) -> Path | None:
    """Return the root of the vault or repository that a file is in; None for none."""
    return _vault_above(absolute(file).parent)


def forget_vaults() -> None:
    """Look for vaults again: folders may have changed."""
    _vault_above.cache_clear()


@cache
def _vault_above(folder: Path) -> Path | None:
    for root in (folder, *folder.parents):
        if (root / ".obsidian").is_dir() or (root / ".git").exists():
            return root
    return None
