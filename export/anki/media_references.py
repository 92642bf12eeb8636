"""Find the media files that fields, templates and styles refer to.

Anki packs files whose name begins with `_` even if no field names them: templates and
styles use them.

Source: rslib/src/text.rs of https://github.com/ankitects/anki.
"""

import html
import re

from export.anki.anki_model import NoteType

_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_TAGS = re.compile(r"<(?:img|audio|video|object|source|embed)\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"""\s(?:src|data)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s<>"']+))""", re.IGNORECASE
)
_UNDERSCORED = re.compile(
    r"""(?:["'(=]|\[sound:)\s*(_[^"'()<>\]\n]{1,200}?)\s*(?:["')>\]]|\s)"""
)


def has_media(field: str) -> bool:
    """Return True if a field may refer to files."""
    return "[sound:" in field or ("<" in field and _TAGS.search(field) is not None)


def media_names(field: str) -> list[str]:
    """Return the names of the pictures, sounds and videos in a field."""
    if not has_media(field):
        return []
    found = [
        a or b or c
        for tag in _TAGS.finditer(field)
        for a, b, c in _SOURCE.findall(_inside(field, tag.end()))
    ]
    return [html.unescape(name) for name in (*found, *_SOUND.findall(field)) if name]


def _inside(field: str, start: int) -> str:
    """Return the attributes of a tag."""
    end = field.find(">", start)
    return field[start : end if end >= 0 else start]


def notetype_media(notetype: NoteType) -> list[str]:
    """Return the files whose name begins with `_` in templates and styles."""
    texts = [notetype.css]
    for template in notetype.templates:
        texts += [template.question, template.answer]
    return [
        html.unescape(name) for text in texts for name in _UNDERSCORED.findall(text)
    ]
