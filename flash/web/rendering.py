"""The texts of a card as HTML for the page.

All HTML of a card is made here, from the Markdown that every screen reads: no text of
a deck becomes a tag, an address that runs something, or a request to another server.
"""

import base64
from collections.abc import Sequence
from functools import cache, lru_cache
from html import escape
from typing import Any

from cards.text.html import rendered_by, to_html
from cards.text.markdown import is_simple
from cards.text.media import decoded, is_remote, medium_of
from flash.web.mathml import mathml

_WEB = ("https://", "http://")


def card_html(text: str, guid: str) -> str:
    """Render Markdown for the page.

    Args:
        text: As `cards.text.html.to_html` takes it.
        guid: Of the note; pictures and sounds are fetched by it.
    """
    return to_html(text) if is_simple(text) else _rendered(text, guid)


@lru_cache(maxsize=2048)
def _rendered(text: str, guid: str) -> str:
    return rendered_by(_renderer(), text, {"guid": guid})


@cache
def _renderer() -> Any:
    from markdown_it.renderer import RendererHTML

    renderer: Any = RendererHTML()
    renderer.rules |= {
        "math_inline": lambda tokens, index, *_: _math(tokens, index, block=False),
        "math_inline_double": lambda tokens, index, *_: _math(
            tokens, index, block=True
        ),
        "math_block": lambda tokens, index, *_: _math(tokens, index, block=True),
        "image": _medium,
        "link_open": _link,
        "td_open": _cell,
        "th_open": _cell,
    }
    return renderer


def _math(tokens: Sequence[Any], index: int, *, block: bool) -> str:
    return mathml(tokens[index].content.strip(), block=block)


def _cell(tokens: Sequence[Any], index: int, *_: Any) -> str:
    """Begin a cell; its alignment is a class, as no style of a tag is allowed."""
    token = tokens[index]
    side = str(token.attrs.get("style", "")).partition("text-align:")[2]
    return f'<{token.tag} class="{side}">' if side else f"<{token.tag}>"


def _link(tokens: Sequence[Any], index: int, *_: Any) -> str:
    """Open web pages outside of the app; other links go nowhere."""
    address = str(tokens[index].attrs.get("href", ""))
    return link_start(address) if address.lower().startswith(_WEB) else "<a>"


def link_start(address: str) -> str:
    """Return the tag that begins a link to a web page."""
    rel = "noopener noreferrer"
    return f'<a href="{escape(address)}" target="_blank" rel="{rel}">'


def _medium(tokens: Sequence[Any], index: int, _: Any, env: Any) -> str:
    token = tokens[index]
    path, alt = decoded(str(token.attrs["src"])), escape(token.content)
    if is_remote(path):
        # A picture of another server would tell it who studies what.
        is_web = path.lower().startswith(_WEB)
        return f"{link_start(path)}{alt or escape(path)}</a>" if is_web else alt
    source = f'src="/media/{media_name(env["guid"], path)}"'
    match medium_of(path):
        case "sound":
            return f'<audio controls preload="none" {source}></audio>'
        case "video":
            return f'<video controls preload="none" playsinline {source}></video>'
    return f'<img {source} alt="{alt}">'


def media_name(guid: str, path: str) -> str:
    """Return the name under which a file of a note is fetched."""
    name = f"{guid}\0{path}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(name).decode().rstrip("=")


def media_of_name(name: str) -> tuple[str, str]:
    """Return guid and path of a name.

    Raises:
        ValueError: It is none.
    """
    padded = name + "=" * (-len(name) % 4)
    guid, mark, path = base64.urlsafe_b64decode(padded).decode().partition("\0")
    if not mark or "\0" in path:
        raise ValueError(name)
    return guid, path
