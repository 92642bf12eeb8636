"""Find the media files that fields, templates and styles refer to.

Files whose name begins with `_` belong to templates and styles: Anki imports them even
if no field names them.

Source: rslib/src/text.rs of https://github.com/ankitects/anki.
"""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from cards.text.media import decoded

REMOTE = ("http://", "https://", "data:")
"""How names begin that are no files."""
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_TAGS = re.compile(r"<(?:img|audio|video|object|source|embed)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"""\s(?:src|data)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s<>"']+))""", re.IGNORECASE
)
_TEXT_FILES = (".css", ".js", ".html")
"""Files that may name others."""


def has_media(field: str) -> bool:
    """Return True if a field may refer to files."""
    return "[sound:" in field or ("<" in field and _TAGS.search(field) is not None)


def media_names(field: str) -> list[str]:
    """Return the names of the pictures, sounds and videos in a field."""
    if not has_media(field):
        return []
    tags = list(_TAGS.finditer(field))
    # A tag that is not closed before the next one is none: reading is linear.
    bounds = [*(tag.start() for tag in tags[1:]), len(field)]
    found = [
        a or b or c
        for tag, bound in zip(tags, bounds, strict=False)
        for a, b, c in _SOURCE.findall(_inside(field, tag.end(), bound))
    ]
    # After the last bracket each opening mark would search the rest in vain.
    closed = field[: field.rfind("]") + 1]
    names = [decoded(html.unescape(name)) for name in found if name]
    return [*names, *map(html.unescape, _SOUND.findall(closed))]


def _inside(field: str, start: int, bound: int) -> str:
    """Return the attributes of a tag; empty if it isn't closed."""
    end = field.find(">", start, bound)
    return field[start : end if end >= 0 else start]


def with_names(field: str, names: Mapping[str, str]) -> str:
    """Replace the names of files in a field."""
    for old, new in names.items():
        for written in dict.fromkeys((old, html.escape(old), quote(old))):
            field = field.replace(written, new)
    return field


def shared_files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder that templates may use, by name."""
    return {file.name: file for file in folder.glob("_*") if file.is_file()}


def template_files(notetype: str, shared: Mapping[str, Path]) -> set[str]:
    """Return the files whose name begins with `_` that a note type uses.

    Args:
        notetype: Its JSON, with templates and style.
        shared: Such files by name.
    """
    found: set[str] = set()
    texts = [notetype]
    while texts and len(found) < len(shared):
        text = texts.pop()
        for name in shared.keys() - found:
            if name in text or quote(name) in text or html.escape(name) in text:
                found.add(name)
                if name.lower().endswith(_TEXT_FILES):
                    texts.append(shared[name].read_text("utf-8", "replace"))
    return found
