"""Settings of Obsidian's Spaced Repetition plugin that change what a card is.

Source: `multilineCardEndMarker` in `src/settings.ts` of
https://github.com/st3v3nmw/obsidian-spaced-repetition
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from cards.media_places import vault_of

_FILE = ".obsidian/plugins/obsidian-spaced-repetition/data.json"


class _Settings(Struct, rename="camel"):
    multiline_card_end_marker: str = ""


class _PluginData(Struct):
    settings: _Settings = msgspec.field(default_factory=_Settings)


def end_marker(note: Path) -> str:
    """Return the line that ends cards with `?` in the vault of a note.

    Empty if a blank line ends them, as it does without settings that can be read.
    """
    vault = vault_of(note)
    if vault is None:
        return ""
    try:
        data = (vault / _FILE).read_bytes()
        settings = msgspec.json.decode(data, type=_PluginData).settings
    except (OSError, msgspec.DecodeError):
        return ""
    return settings.multiline_card_end_marker.strip()
