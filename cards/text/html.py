"""Markdown becomes HTML: CommonMark with tables and `$math$`, raw HTML as text.

Most facts are one line with no markup, or with code and bold type only; those
never load the parser, and come out as if they had.
"""

import html
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from cards.text.media import decoded, is_remote, is_sound

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_ACTIVE = re.compile(r"[\\`*_\[<&$\n\r\t\0]").search
_BLOCK = re.compile(r"[ #>+=|~-]|[0-9]{1,9}[.)](?:\s|$)").match
_SIMPLE = re.compile(
    r"""(?:
      [^\\`*_\[<&$\n\r\t\0]++
    | (?<!`)`(?!`)[^`\n\r\t\0]++`(?!`)
    | (?<!\*)\*\*[^\W_](?:[^\\`*_\[<&$\n\r\t\0]*[^\W_])?\*\*(?!\*)
    | (?<=[^\W_])_++(?=[^\W_])
    | [<&](?=[ ])
    )++""",
    re.VERBOSE,
).fullmatch
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|[<>&\"]")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE).match
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:").match

ImageOf = Callable[[str], str]
"""Gives the name under which a picture or sound is found."""


def to_html(text: str, image: ImageOf | None = None) -> str:
    r"""Render Markdown.

    Args:
        text: CommonMark with tables and math.
        image: Renames pictures and sounds; by default they keep their path.

    Returns:
        HTML; a text of one paragraph comes without `<p>`.  Math is written as
        `\(…\)` and `\[…\]`, a sound as `[sound:name]`, as Anki wants them.  Text
        never comes out empty, unless it was blank.
    """
    if is_plain(text):
        if ">" in text or '"' in text:
            return text.replace(">", "&gt;").replace('"', "&quot;")
        return text
    if is_simple(text):
        return _INLINE.sub(_inline, text)
    if image is None or "![" not in text:
        return cached_html(text)
    return parsed_html(text, image)


def is_plain(text: str) -> bool:
    """Tell whether a text is one line without any markup."""
    return not (_ACTIVE(text) or _BLOCK(text)) and text.strip() == text


def is_simple(text: str) -> bool:
    """Tell whether a text is one line with nothing but code and bold type."""
    return not _BLOCK(text) and text.strip() == text and bool(_SIMPLE(text))


def parsed_html(text: str, image: ImageOf | None = None) -> str:
    """Render Markdown with the parser, whatever it holds; see `to_html`."""
    rendered = str(parser().render(text, {"image": image})).strip("\n")
    if not rendered:
        return html.escape(text.strip())
    inner = rendered.removeprefix("<p>").removesuffix("</p>")
    if len(rendered) == len(inner) + 7 and "<p>" not in inner:
        return inner
    return rendered


cached_html = lru_cache(maxsize=4096)(parsed_html)


def _inline(found: re.Match[str]) -> str:
    code, bold = found.groups()
    if code is not None:
        # One blank on each side parts the code from its backticks.
        if code[0] == code[-1] == " " and code.strip(" "):
            code = code[1:-1]
        return f"<code>{html.escape(code).replace('&#x27;', chr(39))}</code>"
    if bold is not None:
        inner = bold.replace(">", "&gt;").replace('"', "&quot;")
        return f"<strong>{inner}</strong>"
    return html.escape(found[0])


@cache
def parser() -> "MarkdownIt":
    """Make the parser, once."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            return bool(_SAFE_LINK(url)) or not _SCHEME(url)

    made = Parser("commonmark", {"html": False}).enable("table")
    made.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )
    made.add_render_rule("math_inline", _math_inline)
    made.add_render_rule("math_inline_double", _math_block)
    made.add_render_rule("math_block", _math_block)
    made.add_render_rule("image", _image)
    return made


def _math_inline(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return f"\\({html.escape(tokens[index].content, quote=False)}\\)"


def _math_block(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return f"\\[{html.escape(tokens[index].content.strip(), quote=False)}\\]"


def _image(_: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    path = decoded(str(token.attrs["src"]))
    rename: ImageOf | None = env.get("image")
    name = rename(path) if rename and not is_remote(path) else path
    if is_sound(path):
        return f"[sound:{html.escape(name)}]"
    return f'<img src="{html.escape(name)}" alt="{html.escape(token.content)}">'
