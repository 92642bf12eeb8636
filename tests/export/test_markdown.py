"""Fields of Anki as Markdown: the short way gives what the parser gives."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cards.text.markdown import is_plain
from export.anki.html_to_markdown import parsed_markdown, to_markdown
from export.anki.simple_html import simple_markdown

TEXTS = st.text("ab 19.)-#*_`~=+|>:;!?'\"/(&]\xa0\u3000é日", max_size=8)
ENTITIES = st.sampled_from(
    "&lt; &gt; &amp; &quot; &nbsp; &#39; &#x27; &x; &amp".split()
)
TAGS = st.sampled_from(
    "<br> <br/> <br /> <b> </b> <strong> </strong> <i> </i> <em> </em> <code> </code> "
    "<div> </div> <B> <img src=x> \n \t \\ [ $ {{c1:: }} \U0010f8f00\U0010f8f1".split(
        " "
    )
)
MARKED = st.builds(
    lambda tag, inner: f"<{tag}>{inner}</{tag}>",
    st.sampled_from("b strong i em code".split()),
    st.one_of(TEXTS, ENTITIES, st.builds(str.__add__, TEXTS, ENTITIES)),
)
SIMPLE = st.lists(
    st.one_of(TEXTS, ENTITIES, MARKED, st.sampled_from(["<br>", "<br/>", "<br />"]))
).map("".join)
ANY = st.lists(st.one_of(TEXTS, ENTITIES, MARKED, TAGS)).map("".join)


@settings(max_examples=300)
@given(st.one_of(SIMPLE, ANY))
@example("1. a<br>- b")
@example("<code> `` </code>")
@example("a<b> </b>b<i>&nbsp;c</i>")
@example("https://example.org/?a=1&amp;b=2")
def test_a_simple_field_comes_out_as_from_the_parser(field: str) -> None:
    # A line that Markdown reads as it stands is left as it stands.
    assume(not is_plain(field))

    assert to_markdown(field) == parsed_markdown(field)


def test_what_people_mostly_write_is_simple() -> None:
    fields = ["a<br>b", "x &lt; <b>y</b>", "<code>a_b</code> and <strong>c</strong>."]

    assert [simple_markdown(field) for field in fields] == [
        "a\\\nb",
        "x \\< **y**",
        "`a_b` and **c**.",
    ]


def test_a_field_may_hold_the_characters_that_flash_uses_inside() -> None:
    assert to_markdown("a\U0010f8f07\U0010f8f1 <p>b") == "a7\n\nb"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("trailing<br>", "trailing"),
        ("<br>lead", "lead"),
        ("<br><br><i>a</i><br>b<br><br>", "*a*\\\nb"),
        ("<div>a</div><br>", "a"),
        ("<br>", ""),
        ("C:\\", "C:\\\\"),
        ("C:\\<br>", "C:\\\\"),
    ],
)
def test_breaks_at_the_edges_are_left_out(field: str, expected: str) -> None:
    assert to_markdown(field) == expected
