"""Markdown and clozes as HTML.

Anki reads a field from left to right and knows no escape: braces and double
colons of the text itself are written as entities, so that only a cloze looks like
one.  Inside Markdown a cloze is carried by four private use characters, which no
parser touches.
"""

import html
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from cards.text.cloze import Hidden, Parts, parse_cloze, plain
from cards.text.markdown import code_text, is_simple, parser
from cards.text.media import decoded, is_remote, medium_of

if TYPE_CHECKING:
    from markdown_it.renderer import RendererProtocol

# Single characters instead of a class: so `re` skips what begins no alternative.
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|<|>|&|\"")

_OPEN, _NUMBERED, _CLOSE, _END = "\U0010fff0", "\U0010fff1", "\U0010fff2", "\U0010fff3"
_MARKS = _OPEN + _NUMBERED + _CLOSE + _END
_MARKED = re.compile(f"[{_MARKS}]").search
_NO_MARKS = str.maketrans("", "", _MARKS)
_OPENED = re.compile(f"{_OPEN}(\\d+){_NUMBERED}")
_CLOSED = re.compile(f"{_CLOSE}([^{_MARKS}]*){_END}")
_IN_TAG = re.compile(f"<[^<>]*[{_MARKS}]")
_LIKE_CLOZE = re.compile(r"\{\{|\}\}|::").search
_TWIN = re.compile(
    f"\\{{(?=[{{{_OPEN}]|$)|\\}}(?=[}}{_CLOSE}{_END}]|$)|:(?=[:{_MARKS}]|$)"
)
_LIVE = re.compile(r"\[(?=sound:|latex\]|\$\$?\]|anki:|\[type:)", re.IGNORECASE)
"""Begins what Anki plays, draws or replaces wherever it stands in a field."""
_DELIMITER = re.compile(r"\\(?=[(\[])")
"""Begins math for MathJax, which reads the text of the page, but not that of code."""
_ENTITIES = {"{": "&#123;", "}": "&#125;", ":": "&#58;"}

ImageOf = Callable[[str], str]
"""Returns the new name of a picture or sound."""


def to_html(text: str, image: ImageOf | None = None) -> str:
    r"""Render Markdown.

    Args:
        text: CommonMark with tables and math.
        image: Renames pictures and sounds; by default they keep their path.

    Returns:
        HTML; a text of one paragraph comes without `<p>`.  Math is written as
        `\(…\)` and `\[…\]`, a sound or video as `[sound:name]`, as Anki wants them;
        where the text itself has such syntax, it is written with entities.
        The result is empty only for a blank text.
    """
    if is_simple(text):
        return literal(_INLINE.sub(_inline, text))
    if image is None or "![" not in text:
        return cached_html(text)
    return parsed_html(text, image)


def parsed_html(text: str, image: ImageOf | None = None) -> str:
    """Render Markdown with the parser, whatever it holds; see `to_html`."""
    return rendered_by(_renderer(), text, {"image": image})


def rendered_by(renderer: Any, text: str, env: dict[str, Any]) -> str:
    """Render Markdown with a renderer of markdown-it, which gets `env`.

    Returns:
        HTML; a text of one paragraph comes without `<p>`.
    """
    tokens = parser().parse(text, env)
    rendered = str(renderer.render(tokens, parser().options, env)).strip("\n")
    return _unwrapped(rendered) or _literal_text(html.escape(text.strip()))


def _unwrapped(rendered: str) -> str:
    inner = rendered.removeprefix("<p>").removesuffix("</p>")
    is_one = len(rendered) == len(inner) + 7 and "<p>" not in inner
    return inner if is_one else rendered


cached_html = lru_cache(maxsize=4096)(parsed_html)


def literal(rendered: str) -> str:
    """Return HTML in which nothing is syntax of Anki but clozes and math."""
    return _LIVE.sub("&#91;", rendered) if "[" in rendered else rendered


def _literal_text(rendered: str) -> str:
    return _DELIMITER.sub(r"<span>\\</span>", literal(rendered))


def _literal_code(rendered: str) -> str:
    return _DELIMITER.sub("&#92;", literal(rendered))


def _inline(found: re.Match[str]) -> str:
    code, bold = found.groups()
    if code is not None:
        code = html.escape(code_text(code)).replace("&#x27;", "'")
        return f"<code>{_literal_code(code)}</code>"
    if bold is not None:
        inner = bold.replace(">", "&gt;").replace('"', "&quot;")
        return f"<strong>{inner}</strong>"
    return html.escape(found[0])


@cache
def _renderer() -> "RendererProtocol":
    renderer: Any = parser().renderer
    for name in ("code_inline", "code_block", "fence"):
        renderer.rules[name] = _with(_literal_code, renderer.rules[name])
    renderer.rules["text"] = _with(_literal_text, renderer.rules["text"])
    renderer.rules["math_inline"] = _math_inline
    renderer.rules["math_inline_double"] = _math_block
    renderer.rules["math_block"] = _math_block
    renderer.rules["image"] = _image
    return parser().renderer


def _with(change: Callable[[str], str], rule: Any) -> Callable[..., str]:
    """Return a rule of a renderer whose result is changed."""
    return lambda *arguments: change(rule(*arguments))


def _math_inline(tokens: Sequence[Any], index: int, *_: Any) -> str:
    return f"\\({literal(html.escape(tokens[index].content, quote=False))}\\)"


def _math_block(tokens: Sequence[Any], index: int, *_: Any) -> str:
    content = html.escape(tokens[index].content.strip(), quote=False)
    return f"\\[{literal(content)}\\]"


def _image(tokens: Sequence[Any], index: int, _: Any, env: Any) -> str:
    token = tokens[index]
    path = decoded(str(token.attrs["src"]))
    rename: ImageOf | None = env.get("image")
    name = rename(path) if rename and not is_remote(path) else path
    if medium_of(path) != "image":
        return f"[sound:{html.escape(name)}]"
    source, shown = literal(html.escape(name)), literal(html.escape(token.content))
    return f'<img src="{source}" alt="{shown}">'


def shown_html(text: str, image: ImageOf | None = None) -> str:
    """Render Markdown without clozes for a field in which Anki looks for some.

    Args:
        text: Markdown; anything in it that looks like a cloze is neutralized.
        image: As for `to_html`.
    """
    rendered = to_html(text, image)
    return _neutral(rendered) if _LIKE_CLOZE(rendered) else rendered


def hidden_html(number: int, text: str, image: ImageOf | None = None) -> str:
    """Render Markdown that is hidden as a whole under a cloze number.

    Args:
        number: Of the cloze in Anki, 1 or more.
        text: As for `shown_html`.
        image: As for `to_html`.
    """
    return within_cloze(number, shown_html(text, image))


def within_cloze(number: int, rendered: str) -> str:
    """Hide HTML that was made by `shown_html` or by this function.

    Args:
        number: Of the cloze in Anki, 1 or more.
        rendered: Not empty; a cloze in it is nested.
    """
    if rendered[-1:] in ("}", ":") and not rendered.endswith("}}"):
        rendered = rendered[:-1] + _ENTITIES[rendered[-1]]
    return f"{{{{c{number}::{rendered}}}}}"


def cloze_html(
    text: str, number_of: Callable[[int], int | None], image: ImageOf | None = None
) -> str:
    """Render Markdown with clozes.

    Args:
        text: Markdown with clozes in Anki's syntax.
        number_of: Returns the number of a cloze in Anki; None shows its text openly.
        image: As for `to_html`.

    Returns:
        HTML in which only the clozes look like one.  Where a cloze is part of the
        address of a link or picture, the text comes without markup, because a cloze
        inside a tag would lose the card.

    Raises:
        ClozeError: The text has a cloze that would make no card.
    """
    parts = parse_cloze(text)
    marked = _marked(parts, number_of)
    rendered = to_html(marked, image)
    wanted = marked.count(_OPEN)
    kept = len(_OPENED.findall(rendered)), len(_CLOSED.findall(rendered))
    if kept != (wanted, wanted) or _IN_TAG.search(rendered):
        rendered = _literal_text(html.escape(marked)).replace("\n", "<br>")
    return _with_braces(_neutral(rendered))


def _neutral(rendered: str) -> str:
    """Write braces and colons that are doubled, or next to a mark, as entities."""
    return _TWIN.sub(lambda found: _ENTITIES[found[0]], rendered)


def _with_braces(rendered: str) -> str:
    rendered = _OPENED.sub(r"{{c\1::", rendered)
    return _CLOSED.sub(lambda end: f"::{end[1]}}}}}" if end[1] else "}}", rendered)


def _marked(parts: Parts, number_of: Callable[[int], int | None]) -> str:
    written = ""
    for part in parts:
        if isinstance(part, Hidden):
            inner = _marked(part.parts, number_of)
            number = number_of(part.number)
            hint = part.hint.translate(_NO_MARKS)
            if number is not None and plain(part.parts).strip():
                inner = f"{_OPEN}{number}{_NUMBERED}{inner}{_CLOSE}{hint}{_END}"
            written += inner
        else:
            written += part.translate(_NO_MARKS) if _MARKED(part) else part
    return written
