"""What Obsidian writes in other ways than Markdown: links, pictures and marks."""

import re
from collections.abc import Callable

from cards.text.media import is_medium

COMMENT_OR_CODE = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|^[ \t]*(?P<fence>`{3,}|~{3,}).*?(?:^[ \t]*(?P=fence)|\Z)"
    r"|(?P<ticks>`+)(?!`)[^`\n]+(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
"""What is not text: comments, code blocks and code in a line."""
MARKED = re.compile(r"==(?=\S)([^=\n]+?)(?<=\S)==")
"""`==words==`"""
_LINK = re.compile(r"(!?)\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]")


def shown_links(text: str) -> str:
    """Replace links by their text, and embedded files by pictures of Markdown."""
    return outside_code(text, lambda part: _LINK.sub(_shown_link, part))


def shown_marks(text: str) -> str:
    """Replace marked words by words in bold."""
    return outside_code(text, lambda part: MARKED.sub(r"**\1**", part))


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change the parts of a text that are neither code nor comments."""
    parts, end = list[str](), 0
    for found in COMMENT_OR_CODE.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def _shown_link(found: re.Match[str]) -> str:
    target = found[2].strip()
    if found[1] and is_medium(target):
        return f"![](<{target}>)"
    # What is embedded may be a note: its text is not a part of the card.
    return (found[3] or _shown_target(target)).strip()


def _shown_target(target: str) -> str:
    """Return a link as Obsidian shows it: `note > heading`, without its block."""
    steps = target.replace("\\", "").split("#")
    named = (step for step in steps if step and not step.startswith("^"))
    return " > ".join(named) or target
