"""What Obsidian writes in other ways than Markdown: links, pictures and marks."""

import re
from collections.abc import Callable

from cards.text.media import is_medium
from cards.text.verbatim import masked, verbatim_spans

MARKED = re.compile(r"(?<![=\\])==(?=[^\s=])((?:(?!==)[^\n])+)(?<=\S)==(?!=)")
"""`==words==` in a text in which code and math are masked."""
is_reference = re.compile(r"\^[A-Za-z0-9-]+").fullmatch
"""Matches a word that names the block it ends: `^abc`."""
_LINK = re.compile(r"(!?)\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]")


def shown_links(text: str) -> str:
    """Replace links by their text, and embedded files by pictures of Markdown."""
    return outside_code(text, lambda part: _LINK.sub(_shown_link, part))


def shown_marks(text: str) -> str:
    """Replace marked words by words in bold."""
    parts, end = list[str](), 0
    for found in MARKED.finditer(masked(text)):
        parts += [text[end : found.start()], f"**{text[slice(*found.span(1))]}**"]
        end = found.end()
    return "".join([*parts, text[end:]])


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change the parts of a text that are neither code, math nor comments."""
    parts, end = list[str](), 0
    for span in verbatim_spans(text):
        parts += [change(text[end : span.start]), text[span.start : span.end]]
        end = span.end
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
