r"""Backslashes that YAML takes for escapes and the author for TeX.

In double quotes, `$\theta$` is a tab and `heta`.  A tab or a line break may be meant,
so only an escape in math, or one that begins the name of a TeX command, is suspected.
"""

import re
from collections import deque

from cards.text.verbatim import VerbatimKind, verbatim_spans

_PAIR = re.compile(r"\\([^\n])")
_ESCAPE = re.compile(r"\\(?:([tnrbfvae0N_LP])([A-Za-z]*)|[^\n])")
_CONTROLS = frozenset("bfvae0NLP")
"""Escapes that make characters no text may have."""
_TEX_NAMES = frozenset(
    "tag tan tanh tau tbinom text textbf textit textrm textsf texttt tfrac theta"
    " therefore thickapprox thicksim tilde times to top triangle triangledown"
    " triangleleft triangleright triangleq twoheadrightarrow"
    " rangle rbrace rbrack rceil rfloor rho right rightarrow rightharpoonup"
    " rightleftharpoons rightsquigarrow rvert rVert".split()
)
"""Commands that begin as a tab or a carriage return, rare in a text."""
_AFTER_BREAK = frozenset(
    "nabla natural ncong ne nearrow neg neq nexists ngeq ngtr ni nleq nless nmid not"
    " notin nparallel nprec nsim nsubseteq nsucc nsupseteq nu nwarrow".split()
)
"""Commands with `n`: in text, a word on a new line may look like one."""


def lost_command(raw: str) -> tuple[str, str] | None:
    r"""Find the first escape of a double-quoted text that is hardly meant.

    Args:
        raw: The text as written, with its quotes.

    Returns:
        The escape and the command that it begins, such as `\t` and `\theta`; None if
        each escape may be meant.
    """
    spans = deque(verbatim_spans(_unescaped(raw), comments=False))
    for found in _ESCAPE.finditer(raw):
        if not found[1]:
            continue
        while spans and spans[0].end <= found.start():
            spans.popleft()
        kind = spans[0].kind if spans and spans[0].start <= found.start() else None
        if _is_suspect(found[1], found[2], kind):
            return found[0][:2], found[0]
    return None


def control_command(raw: str) -> str:
    r"""Return the first escape of a quoted text that makes a control character.

    Args:
        raw: The text as written, with its quotes.

    Returns:
        The escape and the letters after it, such as `\alpha`; empty if the character
        is written by its number.
    """
    for found in _ESCAPE.finditer(raw):
        if found[1] and found[1] in _CONTROLS:
            return found[0]
    return ""


def _is_suspect(sign: str, rest: str, kind: VerbatimKind | None) -> bool:
    is_math = kind is VerbatimKind.MATH
    if kind is not None and not is_math:
        return False  # tabs and breaks are usual in code
    if sign == "n":
        return is_math and sign + rest in _AFTER_BREAK
    if sign + rest in _TEX_NAMES:
        return True
    return is_math and (bool(rest) or sign == "_")


def _unescaped(raw: str) -> str:
    r"""Write an escaped backslash as `x\`, so that places stay and math is found."""
    return _PAIR.sub(lambda pair: "x\\" if pair[1] == "\\" else pair[0], raw)
