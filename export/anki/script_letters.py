"""Superscripts and subscripts as Unicode, else as `^(…)` and `_(…)`.

Without them, 2<sup>10</sup> would read 210.
"""

from collections.abc import Mapping

from export.anki.html_tree import Element, Node, elements, texts

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
    if any(one.name in ("sub", "sup") for one in elements(element)):
        return [f"{mark}(", *element.children, ")"]
    text = "".join(texts(element)).strip()
    if all(one in letters or one.isspace() for one in text):
        return [_mapped(child, letters) for child in element.children]
    if len(text) == 1:
        return element.children if text in ".,:;!?" else [mark, *element.children]
    return [f"{mark}(", *element.children, ")"]


def _mapped(node: Node, letters: Mapping[str, str]) -> Node:
    if isinstance(node, str):
        return "".join(letters.get(one, one) for one in node)
    if isinstance(node, Element):
        children = [_mapped(child, letters) for child in node.children]
        return Element(node.name, node.attributes, children)
    return node
