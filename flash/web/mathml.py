"""Math as MathML.

latex2mathml lets HTML and links of a formula through and fails on odd ones, so its
output is parsed, and written again from a list of harmless elements and attributes.
In any doubt the formula is shown as it was written.
"""

import re
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element, fromstring

_MOST_CHARACTERS = 4000
_MOST_OUTPUT = 200_000
_DEEPEST = 60
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = frozenset(
    """
    math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover
    munderover mmultiscripts mprescripts mtable mtr mtd mstyle mpadded mphantom menclose
    """.split()
)
_CHILDREN = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_ATTRIBUTES = {
    "display": "block|inline",
    "mathvariant": "[a-z-]{1,30}",
    "stretchy": "true|false",
    "linebreak": "newline",
    "linethickness": "0",
    "displaystyle": "true|false",
    "scriptlevel": "[0-3]",
    "notation": "[a-z ]{1,40}",
    "columnalign": "[a-z ]{1,80}",
    "width": r"-?[0-9.]{1,8}(?:em|ex|px|pt|%)?",
}
"""Those that are kept, and the values that they may have."""


class _Doubt(ValueError):
    """The output has something that is not on the list."""


@lru_cache(maxsize=2048)
def mathml(tex: str, *, block: bool) -> str:
    """Convert a formula.

    Args:
        tex: LaTeX, without dollars.
        block: It stands on lines of its own.

    Returns:
        A `math` element, or the source in a `code` element.
    """
    try:
        return _converted(tex, block=block)
    except Exception:  # noqa: BLE001 - whatever latex2mathml raises on odd input
        mark = "$$" if block else "$"
        return f'<code class="tex">{escape(f"{mark}{tex}{mark}")}</code>'


def _converted(tex: str, *, block: bool) -> str:
    from latex2mathml.converter import convert

    if len(tex) > _MOST_CHARACTERS or not tex.strip():
        raise _Doubt(tex)
    made = convert(tex, display="block" if block else "inline")
    if len(made) > _MOST_OUTPUT or "<!" in made or "<?" in made:
        raise _Doubt(tex)
    return _written(fromstring(made), _DEEPEST)  # noqa: S314 - no declarations


def _written(element: Element, depth: int) -> str:
    name = element.tag.removeprefix(_NAMESPACE)
    text = element.text or ""
    # An unknown command is left as it was written.
    if name not in _ELEMENTS or not depth or text.startswith("\\"):
        raise _Doubt(name)
    if len(element) != _CHILDREN.get(name, len(element)):
        raise _Doubt(name)
    attributes = "".join(
        f' {key}="{escape(value)}"'
        for key, value in element.attrib.items()
        if key in _ATTRIBUTES and re.fullmatch(_ATTRIBUTES[key], value)
    )
    inner = escape(text) + "".join(
        _written(child, depth - 1) + escape(child.tail or "") for child in element
    )
    return f"<{name}{attributes}>{inner}</{name}>"
