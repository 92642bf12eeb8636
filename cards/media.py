"""Pictures and sounds that a text mentions."""

import re

_REFERENCE = re.compile(r"!\[[^\]\n]*\]\(\s*(?:<([^>\n]+)>|([^)\s]+))[^)\n]*\)")
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
SOUNDS = (".mp3", ".ogg", ".oga", ".wav", ".m4a", ".flac", ".opus")
"""Endings of files that are heard, not seen."""


def media_paths(text: str) -> tuple[tuple[str, int], ...]:
    """Find the files that `![…](path)` names.

    Args:
        text: Markdown.

    Returns:
        Each path as written, percent signs decoded, with its offset in the text;
        addresses on the web are left out.
    """
    if "![" not in text:
        return ()
    return tuple(
        (decoded(found[1] or found[2]), found.start())
        for found in _REFERENCE.finditer(text)
        if not _REMOTE.match(found[1] or found[2])
    )


def decoded(path: str) -> str:
    """Turn `%20` and its like in a path into the characters they stand for."""
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


def is_sound(path: str) -> bool:
    """Tell whether a path names a sound."""
    return path.lower().endswith(SOUNDS)
