"""Markdown becomes HTML: CommonMark with tables and `$math$`, raw HTML as text.

Most facts are one line without any markup; those never load the parser.
"""

import html
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from cards.cloze import Hidden, Parts, parse_cloze
from cards.media import decoded, is_sound

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_ACTIVE = re.compile(r"[\\`*_\[<&$\n\r\t]|  ").search
_ACTIVE_FIRST = frozenset(" #>+=|~-0123456789")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_OPEN, _NUMBERED, _CLOSE, _END = "\ue000", "\ue001", "\ue002", "\ue003"
_OPENED = re.compile(f"{_OPEN}(\\d+){_NUMBERED}")
_CLOSED = re.compile(f"{_CLOSE}([^{_END}]*){_END}")
_FOREIGN = str.maketrans("", "", _OPEN + _NUMBERED + _CLOSE + _END)

ImageOf = Callable[[str], str]
"""Gives the name under which a picture or sound is found."""


def to_html(text: str, image: ImageOf | None = None) -> str:
    r"""Render Markdown.

    Args:
        text: CommonMark with tables and math.
        image: Renames pictures and sounds; by default they keep their path.

    Returns:
        HTML; a text of one paragraph comes without `<p>`.  Math is written as
        `\(…\)` and `\[…\]`, a sound as `[sound:name]`, as Anki wants them.
    """
    if is_plain(text):
        if ">" in text or '"' in text:
            return text.replace(">", "&gt;").replace('"', "&quot;")
        return text
    if image is None or "![" not in text:
        return _rendered(text)
    return _render(text, image)


def is_plain(text: str) -> bool:
    """Tell whether a text is one line without any markup."""
    return not (
        _ACTIVE(text) or text[:1] in _ACTIVE_FIRST or text[-1:].isspace() or not text
    )


@lru_cache(maxsize=4096)
def _rendered(text: str) -> str:
    return _render(text, None)


def _render(text: str, image: ImageOf | None) -> str:
    rendered = str(_parser().render(text, {"image": image})).strip()
    inner = rendered.removeprefix("<p>").removesuffix("</p>")
    if rendered.startswith("<p>") and rendered.endswith("</p>") and "<p>" not in inner:
        return inner
    return rendered


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            return bool(_SAFE_LINK.match(url)) or not _SCHEME.match(url)

    parser = Parser("commonmark", {"html": False}).enable("table")
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )
    parser.add_render_rule("math_inline", _math_inline)
    parser.add_render_rule("math_inline_double", _math_block)
    parser.add_render_rule("math_block", _math_block)
    parser.add_render_rule("image", _image)
    return parser


def _math_inline(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return f"\\({html.escape(tokens[index].content, quote=False)}\\)"


def _math_block(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return f"\\[{html.escape(tokens[index].content.strip(), quote=False)}\\]"


def _image(_: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    path = decoded(str(token.attrs["src"]))
    rename: ImageOf | None = env.get("image")
    name = rename(path) if rename and not _SCHEME.match(path) else path
    if is_sound(path):
        return f"[sound:{name}]"
    return f'<img src="{html.escape(name)}" alt="{html.escape(token.content)}">'


def cloze_html(
    text: str, number_of: Callable[[int], int | None], image: ImageOf | None = None
) -> str:
    """Render Markdown with clozes for a field of Anki.

    Args:
        text: Markdown with clozes in Anki's syntax.
        number_of: Gives a cloze its number in Anki; None shows its text openly.
        image: As for `to_html`.

    Returns:
        HTML in which only the clozes are written with double braces.

    Raises:
        ClozeError: The text has a cloze that would make no card.
    """
    return marked_html(_marked(parse_cloze(text), number_of), image)


def hidden_mark(number: int, text: str, hint: str = "") -> str:
    """Mark a text as hidden for `marked_html`."""
    return f"{_OPEN}{number}{_NUMBERED}{text}{_CLOSE}{hint}{_END}"


def marked_html(text: str, image: ImageOf | None = None) -> str:
    """Render Markdown in which `hidden_mark` made the clozes."""
    rendered = to_html(text, image)
    rendered = rendered.replace("{{", "{&#123;").replace("}}", "}&#125;")
    rendered = _OPENED.sub(r"{{c\1::", rendered)
    return _CLOSED.sub(lambda end: f"::{end[1]}}}}}" if end[1] else "}}", rendered)


def _marked(parts: Parts, number_of: Callable[[int], int | None]) -> str:
    written = ""
    for part in parts:
        if isinstance(part, Hidden):
            inner = _marked(part.parts, number_of)
            number = number_of(part.number)
            hint = part.hint.translate(_FOREIGN)
            written += inner if number is None else hidden_mark(number, inner, hint)
        else:
            written += part.translate(_FOREIGN)
    return written
