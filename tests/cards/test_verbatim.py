"""What in a text is code, math or a comment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text.verbatim import COMMENT, MATH_OR_CODE, masked, verbatim_spans

CASES = {
    "code": ("a `b` c ``d`e`` f", "a xxx c xxxxxxx f"),
    "code without end": ("a `b\n\nc` d", "a `b\n\nc` d"),
    "escapes": (r"a \`b\` \$c$ d", r"a \`b\` \$c$ d"),
    "math": ("a $b$ c $$d\ne$$ f", "a xxx c xxx\nxxx f"),
    "amounts": ("$5 or $6 and 5 $ b", "$5 or $6 and 5 $ b"),
    "a dollar after a digit": ("5$x$ and $x$5", "5$x$ and $x$5"),
    "a block of math": ("$$\na\n\nb\n$$ c", "xx\nx\n\nx\nxx c"),
    "math without end": ("a $$b\n\nc$$ d", "a $$b\n\nc$$ d"),
    "comments": ("a <!-- b --> c %%d%%", "a .......... c ....."),
    "comments over paragraphs": ("<!-- a\n\nb --> c", "......\n\n..... c"),
    "comments without end": ("%% a\nb <!-- c\n\nd -->", "....\nb <!-- c\n\nd -->"),
    "a fence": ("a\n```py\nb `c\n```\nd", "a\nxxxxx\nxxxx\nxxx\nd"),
    "a longer fence": ("~~~~\n~~~\n~~~~\na", "xxxx\nxxx\nxxxx\na"),
    "a fence without end": ("```\na\n\nb", "xxx\nx\n\nx"),
    "code of three ticks": ("```a``` b", "xxxxxxx b"),
    "a comment in code": ("`<!--` a -->", "xxxxxx a -->"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_what_is_no_text_is_masked(text: str, expected: str) -> None:
    signs = str.maketrans({MATH_OR_CODE: "x", COMMENT: "."})

    assert masked(text).translate(signs) == expected


@given(st.text("ab `$%~<!->\\\n", max_size=40))
def test_a_mask_keeps_lengths_and_lines(text: str) -> None:
    mask = masked(text)

    lengths = [len(line) for line in text.split("\n")]
    assert [len(line) for line in mask.split("\n")] == lengths
    spans = list(verbatim_spans(text))
    ends = [end for span in spans for end in (span.start, span.end)]
    assert ends == sorted(ends)
