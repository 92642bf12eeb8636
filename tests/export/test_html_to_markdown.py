"""Fields of Anki become Markdown."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cards.text.html import to_html
from cards.text.markdown import is_plain
from export.anki.html_to_markdown import parsed_markdown, simple_markdown, to_markdown

TEXTS = st.text("ab 19.)-#*_`~=+|>:;!?'\"/(&]\xa0\u3000é日", max_size=8)
TAGS = st.sampled_from(
    "&lt; &amp; &x; <br> <b> </b> <i> </i> <code> </code> <div> </div> <img src=x> "
    "\n \t \\ [ $ {{c1:: }} \U0010f8f00\U0010f8f1".split(" ")
)


MARKED = st.builds(
    lambda tag, inner: f"<{tag}>{inner}</{tag}>",
    st.sampled_from("b strong i em code".split()),
    TEXTS,
)
SIMPLE = st.lists(
    st.one_of(TEXTS, MARKED, st.sampled_from(["<br>", "<br/>", "&nbsp;", "&lt;"]))
).map("".join)


@settings(max_examples=300)
@given(SIMPLE)
@example("1. a<br>- b")
@example("<code> `` </code>")
@example("a<b> </b>b<i>&nbsp;c</i>")
@example("https://example.org/?a=1&amp;b=2")
def test_simple_field_is_converted_as_by_the_parser(field: str) -> None:
    # Text without any markup is returned unchanged.
    assume(not is_plain(field))

    assert to_markdown(field) == parsed_markdown(field)


def test_usual_fields_are_simple() -> None:
    fields = ["a<br>b", "x &lt; <b>y</b>", "<code>a_b</code> and <strong>c</strong>."]

    assert None not in map(simple_markdown, fields)


@settings(max_examples=200)
@given(st.lists(st.one_of(TEXTS, TAGS)).map("".join))
def test_any_field_becomes_markdown_that_can_be_shown(field: str) -> None:
    text = to_markdown(field)

    assert text == text.strip()
    to_html(text)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("a<br>b", "a\\\nb"),
        ("x &lt; <b>y</b>", "x \\< **y**"),
        ("<code>a_b</code> and <strong>c</strong>.", "`a_b` and **c**."),
        ("1. a<br>- b", "1\\. a\\\n\\- b"),
        ("a<b> </b>b<i>&nbsp;c</i>", "ab*c*"),
        ("https://example.org/?a=1&amp;b=2", "https://example.org/?a=1&b=2"),
        ("a\U0010f8f07\U0010f8f1 <p>b", "a7\n\nb"),
        ("trailing<br>", "trailing"),
        ("<br>lead", "lead"),
        ("<br><br><i>a</i><br>b<br><br>", "*a*\\\nb"),
        ("<div>a</div><br>", "a"),
        ("<br>", ""),
        ("C:\\", "C:\\\\"),
        ("C:\\<br>", "C:\\\\"),
    ],
)
def test_field_is_converted_as_anki_shows_it(field: str, expected: str) -> None:
    assert to_markdown(field) == expected
