"""Pictures, sounds and videos that a text refers to."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from cards.text.markdown import parser

_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:|//").match
_LINK = re.compile(r"!\[([^\]]*)\]\((?:<[^>]*>|(?:[^()\s]|\([^()]*\))*)[^)]*\)")
_PLAIN = re.compile(r"[^\s()\\]+").fullmatch
MEDIA_TYPES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jfif"), "image/jpeg"),
    **{f".{one}": f"image/{one}" for one in ("png", "gif", "webp", "avif", "bmp")},
    **dict.fromkeys((".ogg", ".oga", ".opus"), "audio/ogg"),
    **dict.fromkeys((".mp4", ".m4v", ".mov"), "video/mp4"),
    **dict.fromkeys((".mpg", ".mpeg"), "video/mpeg"),
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".heic": "image/heic",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogv": "video/ogg",
    ".avi": "video/x-msvideo",
}
"""The endings of pictures, sounds and videos; other files are not sent or opened."""


@lru_cache(1000)  # the reader asks twice, an export three times
def media_paths(text: str) -> tuple[tuple[str, int], ...]:
    """Find the files that a text shows or plays: `![…](path)`.

    Args:
        text: Markdown.

    Returns:
        Each path, percent signs decoded, with the offset of its `![` in the text;
        web addresses are left out.
    """
    if "![" not in text:
        return ()
    found: list[tuple[str, int]] = []
    start = 0
    for block in parser().parse(text):
        for token in block.children or ():
            if token.type == "image":
                path = decoded(str(token.attrs["src"]))
                offset = _offset(text, path, start)
                start = offset + 2
                if path and not is_remote(path):
                    found.append((path, offset))
    return tuple(found)


def with_media_paths(text: str, renamed: Mapping[str, str]) -> str:
    """Rename the files that a text shows or plays.

    Args:
        text: Markdown.
        renamed: New paths by old ones; a file with an empty one is named in the text
            instead of shown.
    """
    parts, end = list[str](), 0
    for path, offset in media_paths(text):
        found = _LINK.match(text, offset)
        if path in renamed and found and offset >= end:
            link = _named(path)
            if renamed[path]:
                destination = _destination(renamed[path], like=found[0])
                link = f"![{found[1]}]({destination})"
            parts += [text[end:offset], link]
            end = found.end()
    return "".join([*parts, text[end:]])


def with_links_of(text: str, before: str) -> str:
    """Show the files again that `with_media_paths` only named.

    Args:
        text: Markdown.
        before: An earlier state of it, in which they were shown.
    """
    shown = {path for path, _ in media_paths(text)}
    for path, offset in media_paths(before):
        found = _LINK.match(before, offset)
        if found and path not in shown:
            text = text.replace(_named(path), found[0])
    return text


def _destination(path: str, like: str) -> str:
    """Write a path as Markdown takes it, in angle brackets if another link has them."""
    path = path.replace("%", "%25").replace("<", "%3C").replace(">", "%3E")
    return path if _PLAIN(path) and "](<" not in like else f"<{path}>"


def _named(path: str) -> str:
    return f"`{path.replace('`', '')}`"


def _offset(text: str, path: str, start: int) -> int:
    """Find the `![` that names a path: the last before it, else the next."""
    written = text.find(path, start)
    opening = text.rfind("![", start, written) if written >= 0 else -1
    return opening if opening >= 0 else max(text.find("![", start), 0)


def is_remote(path: str) -> bool:
    """Return True if a path is a web address, not a file."""
    return bool(_REMOTE(path))


def decoded(path: str) -> str:
    """Decode `%20` and other percent signs of a path."""
    return unquote(path) if "%" in path else path


def media_type(path: str) -> str:
    """Return the MIME type of a picture, sound or video by its ending; else empty."""
    _, dot, ending = path.lower().rpartition(".")
    return MEDIA_TYPES.get(dot + ending, "")


def medium_of(path: str) -> str:
    """Return as what a path is shown: `sound`, `video` or else `image`."""
    kind = media_type(path).partition("/")[0]
    return {"audio": "sound", "video": "video"}.get(kind, "image")


def is_medium(path: str) -> bool:
    """Return True if a path has the ending of a picture, sound or video."""
    return bool(media_type(path))
