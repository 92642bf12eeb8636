"""Settings of Obsidian's Spaced Repetition plugin that change what a card is.

Source: `multilineCardEndMarker` and `flashcardTags` in `src/settings.ts` of
https://github.com/st3v3nmw/obsidian-spaced-repetition
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cards.vaults import vault_of

_FILE = ".obsidian/plugins/obsidian-spaced-repetition/data.json"
_TAG = "flashcards"


class PluginSettings(Struct, frozen=True):
    """What the plugin's settings say about cards."""

    end_marker: str = ""
    """The line that ends cards with `?`; empty if a blank one does."""
    tags: tuple[str, ...] = (_TAG,)
    """The tags of notes with cards, without `#`; `flashcards` is always one."""


class _PluginData(Struct):
    settings: dict[str, Any] = {}


def plugin_settings(note: Path) -> PluginSettings:
    """Return the settings in the vault of a note; those of no vault by default."""
    vault = vault_of(note)
    if vault is None:
        return PluginSettings()
    file = vault / _FILE
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError:
        return PluginSettings()


@lru_cache(maxsize=16)
def _read(file: Path, _changed_ns: int) -> PluginSettings:
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_PluginData).settings
    except msgspec.DecodeError:
        return PluginSettings()
    marker, tags = found.get("multilineCardEndMarker"), found.get("flashcardTags")
    named = tags if isinstance(tags, list) else []
    others = (tag.strip().strip("#/") for tag in named if isinstance(tag, str))
    return PluginSettings(
        marker.strip() if isinstance(marker, str) else "",
        tuple(dict.fromkeys((_TAG, *filter(None, others)))),
    )
