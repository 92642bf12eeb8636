"""Pictures and sounds that a text mentions."""

import re

_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:|//").match
SOUNDS = (".mp3", ".ogg", ".oga", ".wav", ".m4a", ".flac", ".opus")
"""Endings of files that are heard, not seen."""


def media_paths(text: str) -> tuple[tuple[str, int], ...]:
    """Find the files that a text shows or plays: `![…](path)`.

    Args:
        text: Markdown.

    Returns:
        Each path, percent signs decoded, with its offset in the text (that of the
        `![` before it where it can't be told); addresses on the web are left out.
    """
    if "![" not in text:
        return ()
    from cards.html import parser

    found: list[tuple[str, int]] = []
    offset = 0
    for block in parser().parse(text):
        for token in block.children or ():
            if token.type == "image":
                path = decoded(str(token.attrs["src"]))
                offset = max(text.find("![", offset), 0)
                offset = _spot(text, path, offset)
                if not is_remote(path):
                    found.append((path, offset))
    return tuple(found)


def _spot(text: str, path: str, start: int) -> int:
    """Find the `![` nearest before a path, at `start` or later."""
    written = text.find(path, start)
    opening = text.rfind("![", start, written) if written >= 0 else -1
    return max(opening, start)


def is_remote(path: str) -> bool:
    """Tell whether a path is an address on the web, not a file."""
    return bool(_REMOTE(path))


def decoded(path: str) -> str:
    """Turn `%20` and its like in a path into the characters they stand for."""
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


def is_sound(path: str) -> bool:
    """Tell whether a path names a sound."""
    return path.lower().endswith(SOUNDS)
