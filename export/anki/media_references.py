"""Find the media files that fields, templates and styles refer to.

Files whose name begins with `_` belong to templates and styles: Anki imports them even
if no field names them.

Source: rslib/src/text.rs of https://github.com/ankitects/anki.
"""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from cards.text.media import decoded
from export.anki.character_references import unescaped

REMOTE = ("http://", "https://", "data:")
"""How names begin that are no files."""
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_TAGS = re.compile(r"<(?:img|audio|video|object|source|embed)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"""\s(?:src|data)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s<>"']+))""", re.IGNORECASE
)
_URL = re.compile(r"""(\burl\(\s*["']?)([^"'()\s]+)""", re.IGNORECASE)
_TEXT_FILES = (".css", ".js", ".html")
"""Files that may name others."""


def has_media(field: str) -> bool:
    """Return True if a field may refer to files."""
    return "[sound:" in field or ("<" in field and _TAGS.search(field) is not None)


def media_names(field: str) -> list[str]:
    """Return the names of the pictures, sounds and videos in a field."""
    return [name for _start, _end, name in _references(field)]


def _references(field: str) -> list[tuple[int, int, str]]:
    """Return where names of files begin and end in a field, and the names."""
    if not has_media(field):
        return []
    tags = list(_TAGS.finditer(field))
    # A tag that is not closed before the next one is none: reading is linear.
    bounds = [*(tag.start() for tag in tags[1:]), len(field)]
    found = [
        (
            *source.span(source.lastindex),
            decoded(unescaped(source[source.lastindex])),
        )
        for tag, bound in zip(tags, bounds, strict=False)
        for source in _SOURCE.finditer(field, tag.end(), _end(field, tag.end(), bound))
        if source.lastindex and source[source.lastindex]
    ]
    # After the last bracket each opening mark would search the rest in vain.
    sounds = _SOUND.finditer(field, 0, field.rfind("]") + 1)
    return found + [(*one.span(1), unescaped(one[1])) for one in sounds]


def _end(field: str, start: int, bound: int) -> int:
    """Return the end of the attributes of a tag; `start` if it isn't closed."""
    return max(start, field.find(">", start, bound))


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Replace the names of files where a field, template or style refers to them.

    A template may put a field that is nothing but a name into a tag.
    """
    whole = names.get(unescaped(text))
    if whole:
        return html.escape(whole)
    parts: list[str] = []
    done = 0
    for start, end, name in sorted(_references(text)):
        if name in names and start >= done:
            parts += text[done:start], html.escape(names[name])
            done = end
    joined = "".join((*parts, text[done:]))
    return _URL.sub(lambda url: url[1] + names.get(unquote(url[2]), url[2]), joined)


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
