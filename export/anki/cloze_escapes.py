"""Write the clozes of a Markdown text, and escape what only looks like one."""

import re

from cards.text.cloze_writing import apart
from cards.text.markdown import code_text, escaped
from export.anki.cloze_marks import CLOSE, HINT, MARK, OPEN, unmarked

_TOKEN = re.compile(
    rf"(?P<mark>{MARK})|(?P<math>(?<!\\)\$\$?)"
    r"|(?P<code>(?<!`)(?P<fence>`+)(?!`).+?(?<!`)(?P=fence)(?!`))",
    re.DOTALL,
)
_LIKE_CLOZE = re.compile(r"\{\{(c[0-9,]+:):")
_TWINS = re.compile(r"(?<=:)(?=:)|(?<=\})(?=\})")
_LAST = {HINT: ":", CLOSE: "}"}
"""Characters that a mark would take with it, by the mark after them."""


def with_syntax(markdown: str) -> str:
    """Write clozes in Markdown that has marks; escape text that looks like them.

    Code can't be escaped: it loses its backticks then.
    """
    if OPEN not in markdown:
        return markdown
    written: list[str] = []
    depth, in_math, end = 0, False, 0
    for token in _TOKEN.finditer(markdown):
        text = markdown[end : token.start()]
        written.append(_text(text, token[0], is_hidden=depth > 0, in_math=in_math))
        end = token.end()
        if token["mark"]:
            depth += {OPEN: 1, CLOSE: -1}.get(token[0][0], 0)
            written.append(unmarked(token[0]))
        elif token["code"]:
            written.append(_code(token[0], len(token["fence"]), is_hidden=depth > 0))
        else:
            in_math = not in_math
            written.append(token[0])
    written.append(_text(markdown[end:], "", is_hidden=depth > 0, in_math=in_math))
    return "".join(written)


def _text(text: str, following: str, *, is_hidden: bool, in_math: bool) -> str:
    if not is_hidden:
        return _LIKE_CLOZE.sub(r"\\{\\{\1\\:", text)
    last = _LAST.get(following, "")
    if in_math:
        text = _TWINS.sub(" ", text)
        return f"{text} " if last and text.endswith(last) else text
    # No backslash parts a character from the mark after it.
    kept = text.rstrip(last) if last else text
    return apart(kept) + f"&#{ord(last or ' ')};" * (len(text) - len(kept))


def _code(code: str, width: int, *, is_hidden: bool) -> str:
    """Write code; as text if a mark would be found in it."""
    looks = ("::", "}}") if is_hidden else ("{{c",)
    if not any(one in code for one in looks):
        return code
    text = escaped(code_text(code[width:-width])).strip("\n").replace("\n", "\\\n")
    return _text(text, "", is_hidden=is_hidden, in_math=False)
