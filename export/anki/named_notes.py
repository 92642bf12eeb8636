"""How a note of Anki is named in the list of what was left out: by its first field."""

import html
import re

from export.anki.character_references import unescaped
from export.anki.media_references import media_names

_LONGEST_NAME = 60
"""Characters of a name."""
_TAG = re.compile(r"<[^<>]*>")


def first_field(fields: tuple[str, ...]) -> str:
    """Return the first field with a text, else its media, shortened, to name a note."""
    shown = (unescaped(_TAG.sub(" ", one[: 20 * _LONGEST_NAME])) for one in fields)
    text = next((" ".join(one.split()) for one in shown if one.strip()), "")
    if not text:
        text = ", ".join(dict.fromkeys(media_names(" ".join(fields))))
    long = len(text) > _LONGEST_NAME
    return text[: _LONGEST_NAME - 1] + "…" if long else text


def picture_and_header(fields: tuple[str, ...]) -> str:
    """Return the name of an image occlusion, whose first field has only shapes."""
    picture = ", ".join(map(html.escape, media_names("".join(fields[1:2]))))
    return ": ".join(text for text in (*fields[2:3], picture) if text)
