"""Superscripts and subscripts as Unicode, else as `^(…)` and `_(…)`.

Without them, 2<sup>10</sup> would read 210.  Marks around blocks, such as the items of
a list, would stand alone on their lines: there are none.
"""

from collections.abc import Mapping

from export.anki.html_tree import BLOCKS, Element, Node, elements, texts

_SCRIPTS = frozenset(("sub", "sup"))
_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
_LOWERED = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)


def raised_or_lowered(element: Element) -> list[Node]:
    """Return the content of `<sup>` or `<sub>`."""
    is_raised = element.name == "sup"
    letters = _RAISED if is_raised else _LOWERED
    mark = "^" if is_raised else "_"
    inner = {one.name for one in elements(element)}
    text = "" if inner & _SCRIPTS else "".join(texts(element)).strip()
    if not inner & _SCRIPTS and all(one in letters or one.isspace() for one in text):
        return [_mapped(child, letters) for child in element.children]
    if inner & BLOCKS or (len(text) == 1 and text in ".,:;!?"):
        return element.children
    if len(text) == 1:
        return [mark, *element.children]
    return [f"{mark}(", *element.children, ")"]


def _mapped(node: Node, letters: Mapping[str, str]) -> Node:
    if isinstance(node, str):
        return "".join(letters.get(one, one) for one in node)
    if isinstance(node, Element):
        children = [_mapped(child, letters) for child in node.children]
        return Element(node.name, node.attributes, children)
    return node
