"""Org markup as Markdown: no text gets lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text.terminal import plain_text
from export.programs.org_markup import org_to_markdown

CASES = {
    "emphasis": ("a *b* /c/ =d*= $e$", "a **b** *c* `d*` $e$"),
    "emphasis over lines": ("a *b\nc* d", "a **b\nc** d"),
    "paths in items": (
        "- see /etc/passwd\n- then run, /carefully/ now",
        "- see /etc/passwd\n- then run, *carefully* now",
    ),
    "a star in a paragraph": (
        "Pass *args here.\n\nIt is *important* too.",
        "Pass \\*args here.\n\nIt is **important** too.",
    ),
    "numbered items": ("1. a =b\n2. c= d", "1. a =b\n2. c= d"),
    "items with stars": ("- a\n  * b *c\n  * d* e", "- a\n  - b \\*c\n  - d\\* e"),
    "amounts": ("costs $5 here\n\nand$ there", "costs \\$5 here\n\nand\\$ there"),
    "math over lines": ("\\[a\n+ b\\]", "$$a\n+ b$$"),
    "an equation": (
        "a\n\\begin{equation*}\nb_1 \\\\\n\n*c*\n\\end{equation*}\n*d*",
        "a\n$$b_1 \\\\\n*c*$$\n**d**",
    ),
    "an environment": (
        "  \\begin{align}\n  a &= b\n  \\end{align}",
        "  $$\\begin{align}\n  a &= b\n  \\end{align}$$",
    ),
    "an environment without end": ("\\begin{align}\na", "\\\\begin{align}\na"),
    "text of a fixed width": (
        "a:\n: *b*\n:\n:   c\n- d\n  : ```\n:e",
        "a:\n```\n*b*\n\n  c\n```\n- d\n  ````\n  ```\n  ````\n:e",
    ),
    "keywords and comments": (
        "#+CAPTION[a]: b\n#+attr_html: :width 3\nc\n# d\n#\n#e\n#+begin_comment\nf\n"
        "#+end_comment",
        "c\n#e",
    ),
    "verse": (
        "#+begin_verse\none\n  *two*\n\nthree\n#+end_verse\nfour",
        "one\\\n**two**\n\nthree\n\nfour",
    ),
    "rules": ("a\n-----\nb\n- c\n  ------", "a\n\n-----\nb\n- c\n\n  ------"),
    "lines of dashes": ("a\n---\nb\n=\nc\n====", "a\n\\---\nb\n\\=\nc\n`==`"),
    "lines of math": ("\\[\na\n=\nb\n\\]", "$$a\n=\nb$$"),
    "line breaks": ("a\\\\\nb \\\\\n\nc\\\\", "a\\\nb\n\nc"),
    "code": (
        "#+begin_src c\n: a\n,* b\n#+end_src\n#+begin_example\n\\begin{align}\n#+d: e",
        "```c\n: a\n* b\n```\n\n```\n\\begin{align}\n#+d: e\n```",
    ),
}


@pytest.mark.parametrize(("org", "expected"), CASES.values(), ids=CASES.keys())
def test_org_markup_becomes_markdown(org: str, expected: str) -> None:
    assert org_to_markdown(org.split("\n")) == expected


@given(st.lists(st.text("ab /*_=", max_size=12), max_size=5))
def test_no_letter_is_lost_between_items(texts: list[str]) -> None:
    text = "\n".join(f"- x{text}y" for text in texts)

    shown = plain_text(org_to_markdown(text.split("\n")))

    for letter in "abxy":
        assert shown.count(letter) == text.count(letter)
