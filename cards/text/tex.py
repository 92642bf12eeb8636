"""TeX in cards as Unicode, for terminals."""

import re
from functools import cache, lru_cache

_NAME = re.compile(r"\\[A-Za-z]+")
_WORDS = re.compile(
    r"\\(arccos|arcsin|arctan|cos|cosh|cot|deg|det|dim|exp|gcd|inf|lim|ln|log|max|min"
    r"|mod|sin|sinh|sup|tan|tanh)(?![A-Za-z])"
    r"|\\(?:text|mathrm|operatorname) *\{([A-Za-z0-9 ]*)\}"
)
"""Names of functions, and plain text."""
_SIGNS = set("\\{}^_$&~#")
"""Whoever sees one of them sees TeX."""


@lru_cache
def tex_as_text(tex: str) -> str | None:
    """Write a formula without TeX.

    Args:
        tex: A formula, without dollar signs.

    Returns:
        Its text; None if that would still have TeX, such as a fraction.
    """
    from unicodeit import replace

    source = _WORDS.sub(lambda found: found[1] or found[2], " ".join(tex.split()))
    # It takes 50\% for a fraction, and \lx for \l and x.
    source = source.replace("\\%", "%")
    if not _known_names().issuperset(_NAME.findall(source)):
        return None
    text = " ".join(replace(source).split())
    return None if _SIGNS.intersection(text) else text


@cache
def _known_names() -> frozenset[str]:
    from unicodeit.data import COMBININGMARKS, REPLACEMENTS

    pairs = (*REPLACEMENTS, *COMBININGMARKS)
    return frozenset(name for key, _ in pairs for name in _NAME.findall(key))
