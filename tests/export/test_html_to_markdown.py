"""Fields of Anki become Markdown that shows the same text."""

import os
import re
from html.parser import HTMLParser

import pytest
from anki_rendering import stripped
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from work_limits import assert_linear

from cards.note import Cloze
from cards.questions import questions
from cards.text.html import cloze_html, to_html
from cards.text.terminal import plain_text
from export.anki.html_to_markdown import to_markdown

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))

TEXTS = st.text(
    "ab 19.)-#*_`~=+|>:;!?'\"/(&]\\[$^\xa0\u3000é日（」。\n\t", min_size=1, max_size=8
)
ENTITIES = st.sampled_from("&lt; &amp; &nbsp; &gt; &quot; &#36; <br> <br/>".split(" "))
INLINE = "b strong i em code u s sub sup span kbd small mark".split()
BLOCKS = "div p ul ol li blockquote h1 h3 pre table tr td th section hr dl dd".split()
ODD = st.sampled_from(
    (
        "<hr>",
        '<img src="x y.png">',
        "<img src=x alt='a]b'>",
        "[sound:a b.mp3]",
        "\\(a_b\\)",
        "\\[x &lt; <b>y</b><br>z\\]",
        "[$]a+b[/$]",
        "[$$]c[/$$]",
        '<a href="https://e.org/a_b?c=(d)">',
        "</a>",
        '<a href="javascript:x">',
        "<!-- c -->",
        "<script>s</script>",
        "<span style='font-weight:bold'>",
        '<div style="display: none">hidden</div>',
        "<ruby>漢<rt>かん</rt></ruby>",
        "<video src=v.mp4></video>",
        "<video src=v.mp4>",
        "<li>",
        "<td>",
        "</div>",
        "</b>",
        "</ul>",
    )
)


NESTED_MATH = re.compile(
    r"\\[(\[](?:(?!\\[)\]]).)*\[\$|\[\$+\](?:(?!\[/\$).)*\[\$|\\\[\$", re.DOTALL
)


VOID = ("br", "hr", "img")
CLOSED_BY_THE_NEXT = ("a", "dd", "dt", "li", "p", "td", "th", "tr")


class Nesting(HTMLParser):
    """Whether each tag is closed in order, and none by the next one of its kind."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.is_whole = True
        self.feed(field)
        self.close()
        self.is_whole = self.is_whole and not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in CLOSED_BY_THE_NEXT and tag in self.open:
            self.is_whole = False
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not self.open or self.open.pop() != tag:
            self.is_whole = False


def element(names: list[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(names), st.lists(PIECES, max_size=4)).map(
        lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>"
    )


PIECES: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(TEXTS, TEXTS, ENTITIES, element(INLINE), element(BLOCKS), ODD)
)
FIELDS = st.lists(PIECES, max_size=8).map("".join)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="EXAMPLES" not in os.environ
)
@given(FIELDS)
@example("<b>a</b>b<b>:</b>c <i>x</i><b>y</b>")
@example("a<br>---<br>1. b<br># c<br>| d<br>:-")
@example("<ul>a<ul><li>b</ul><li>c<p>d</ul>")
@example("<table><tr><td>a|b<td>\\(|x|\\)</table>")
@example("\\<div></div>[")
@example("1<br>\u3000")
@example('\\(a<img src="x.png">b\\)')
@example('a<sub><div style="display: none">b</div></sub>')
@example("1<b><i>:</i></b>")
@example("<ul><b><ul><hr></hr>1</ul></b></ul>")
@example("5\\(x\\)6 $a$ ![b](c) <https://e.org> &amp;lt;")
def test_markdown_shows_the_text_of_the_field(field: str) -> None:
    # A tag that stays open keeps a subscript open, as in a browser; `stripped` can't
    # tell, for it has no tree.
    assume("<su" not in field or Nesting(field).is_whole)
    # LaTeX inside math is no TeX: each side shows its source in another spelling.
    assume(not NESTED_MATH.search(field))
    assert stripped(to_html(to_markdown(field))) == stripped(field)


CONVERTED: dict[str, tuple[str, str]] = {
    "a line end": ("a<br>b", "a\\\nb"),
    "an empty line": ("a<br><br>b", "a\n\nb"),
    "styles": ("x &lt; <b>y</b>", "x \\< **y**"),
    "code": ("<code>a_b</code> and <strong>c</strong>.", "`a_b` and **c**."),
    "starts of blocks": ("1. a<br>- b<br># c", "1\\. a\\\n\\- b\\\n\\# c"),
    "blanks": ("a<b> </b>b<i>&nbsp;c</i>", "a b *c*"),
    "an address": ("https://e.org/?a=1&amp;b=2", "https://e.org/?a=1&b=2"),
    "an unclosed block": ("a <p>b", "a\n\nb"),
    "a last line end": ("trailing<br>", "trailing"),
    "a first line end": ("<br>lead", "lead"),
    "only line ends": ("<br>", ""),
    "a backslash": ("C:\\<br>", "C:\\\\"),
    "exponents": (
        "2<sup>10</sup> keys, 10<sup>-9</sup> s, H<sub>2</sub>O",
        "2¹⁰ keys, 10⁻⁹ s, H₂O",
    ),
    "exponents without letters": ("x<sup>Q+1</sup><sub>%</sub>", "x^(Q+1)\\_%"),
    "an index around blocks": ("<sub><li></sub>%<sup>a<p>%</p></sup>", "%a\n\n%"),
    "a cloze in an index": ("H<sub>{{c1::2}}</sub>O", "H{{c1::₂}}O"),
    "line ends around blocks": ("<div>one</div><br><div>two</div>", "one\n\ntwo"),
    "an empty block": ("a<div><br></div><div>b</div>", "a\n\nb"),
    "a line end before a list": (
        "a<br><ul><li>x<br></li><li>y</li></ul>",
        "a\n\n- x\n- y",
    ),
    "nested lists": (
        "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
        "1. a\n   - b\n2. c",
    ),
    "two lists": ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
    "a table": (
        "<table><tr><th>a<th>b<tr><td>c|<td></table>",
        "| a | b |\n| --- | --- |\n| c\\| |  |",
    ),
    "a table of one cell": ("a<br><table><tr><td>1</td></tr></table>", "a\n\n1"),
    "a quote": ("<blockquote>q<br></blockquote>z", "> q\n\nz"),
    "lines of code": ("<pre>a\n  b<br>c</pre>", "```\na\n  b\nc\n```"),
    "code in a language": (
        '<pre><code class="hljs language-c++">a</code></pre>',
        "```c++\na\n```",
    ),
    "code in no language": (
        '<pre class="language-`x"><code>a</code></pre>',
        "```\na\n```",
    ),
    "bold next to brackets": ("<b>KMS（鍵）</b>と", "**KMS（鍵）**と"),
    "bold that would show marks": ("<b>a:</b>b", "a:b"),
    "math": ("\\(a_b\\) [$]c[/$]", "$a_b$ $c$"),
    "math next to digits": ("5\\(x\\)6", "5 $x$ 6"),
    "a line of math": ("x\\[a\\]y", "x\n\n$$a$$\n\ny"),
    "LaTeX": ("[latex]Let $x$ be[/latex]", "Let $x$ be"),
    "a LaTeX environment": (
        "[latex]\\begin{displaymath}a\\end{displaymath}[/latex]",
        "$a$",
    ),
    "a reading": ("<ruby>漢<rp>(</rp><rt>かん</rt></ruby>", "漢(かん)"),
    "a video": ('<video src="a b.mp4"></video>', "![](a%20b.mp4)"),
    "a percent sign": (
        '<img src="a%20b.png">[sound:c%d.mp3]',
        "![](a%20b.png)![](c%25d.mp3)",
    ),
    "a sound with sources": ("<audio><source src=x.ogg></audio>", "![](x.ogg)"),
    "an unclosed sound": (
        "<ul><li><audio src=a.mp3>b<li>c</ul>d",
        "- ![](a.mp3)b\n- c\n\nd",
    ),
    "an unclosed video with sources": (
        "<video><source src=v.mp4>a<object data=o.svg>b",
        "![](v.mp4)a![](o.svg)b",
    ),
    "text for old browsers": ("<audio src=a.mp3>none</audio>b", "![](a.mp3)b"),
    "a link": ('<a href="https://e.org/(a)">b</a>', "[b](https://e.org/%28a%29)"),
    "a link that is its text": (
        '<a href="https://e.org">https://e.org</a>',
        "<https://e.org>",
    ),
    "another link": ('<a href="javascript:x()">b</a>', "b"),
    "a picture without a file": ('<img src="data:image/png;base64,x">', "\\[image\\]"),
    "strikethrough": ("<s>a</s> <u>b</u>", "a b"),
    "a hidden element": ('a<span style="display:none">b</span>', "a"),
    "style across a cloze": ("<b>a {{c1::b</b> c}}", "**a** {{c1::**b** c}}"),
    "line ends in a cloze": ("a {{c1::<br>b<br>}} c", "a\\\n{{c1::b}}\\\nc"),
    "a cloze in lines of code": (
        "<pre>a {{c1::b_c}} {{c2::d:&#58;e}}</pre>",
        "```\na {{c1::b_c}} {{c2::d: :e}}\n```",
    ),
    "a cloze between backticks": ("`a {{c1::b}} c`", "\\`a {{c1::b}} c\\`"),
    "a cloze at the end of math": (
        "\\(a{{c1::^{b&#125;}}\\) \\({{c1::^{b&#125;}}c\\)",
        "$a{{c1::^{b}\\,}}$ ${{c1::^{b} }}c$",
    ),
    "a hint": ("{{c1::a::<b>h</b>}} x::y", "{{c1::a::**h**}} x::y"),
    "a list in a cloze": ("{{c1::- x}} {{c2::1. y}}", "{{c1::\\- x}} {{c2::1\\. y}}"),
}


@pytest.mark.parametrize(("field", "expected"), CONVERTED.values(), ids=CONVERTED)
def test_field_is_converted_to_markdown(field: str, expected: str) -> None:
    assert to_markdown(field) == expected


INNER = (
    "a",
    "a ",
    "<div>a</div>",
    "<ul><li>a</li></ul>",
    "<ol><li>a</ol> ",
    "<table><tr><td>a<td>b</table>",
    "<pre>a</pre>",
    "<h2>a</h2>",
    "\\[a\\]",
    "a::<div>h</div>",
)
FOLLOWING = (
    " is",
    "&nbsp;is",
    "<b> is</b>",
    " {{c2::is}}",
    "<i></i> is",
    " - is",
    " 1. is",
    " # is",
)


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("following", FOLLOWING)
def test_gap_of_a_cloze_keeps_the_blank_after_it(inner: str, following: str) -> None:
    gap = question_of_first(to_markdown(f"The {{{{c1::{inner}}}}}{following}"))

    hint = "h" if "::" in inner else "…"
    shown = re.sub(r"<[^>]*>|\{\{c2::|\}\}", "", following).replace("&nbsp;", " ")
    assert plain_text(gap) == f"The [{hint}]{shown}"


def question_of_first(cloze: str) -> str:
    return questions(Cloze(cloze))[0].question


@pytest.mark.parametrize(
    "piece",
    [
        "<a href='",
        "<b>",
        "<ul><li>",
        "<!--",
        "\\(",
        "[sound:",
        "[latex]",
        "{{c1::",
        "<",
        "<div><br>",
        "**",
        "`a",
        "&lt;b",
        "<sub>a",
        "a<br>",
        "<table><tr><td>",
    ],
)
def test_time_is_linear_in_the_length_of_a_field(piece: str) -> None:
    assert_linear(lambda size: to_markdown(piece * size))


def test_terminal_shows_no_marks_of_markdown() -> None:
    field = "<div>a*b_c</div><br><ul><li>x<br></li></ul>2<sup>10</sup> <b>k:</b>v"

    assert plain_text(to_markdown(field)) == "a*b_c\n\n• x\n\n2¹⁰ k:v"


@pytest.mark.parametrize(
    "text",
    [
        r"{{c1::arn:aws:s3:\:\:b}} of {{c2::a}\} b::h}}",
        r"{{c1::a&#58;::h}} {{c2::{b&#125;}} `x` std::y \{\{c3:\:z}}",
        r"{{c1::${a} }$}} $x{{c2::y}}$ {{c3::`c` {{c4::d}}}}",
    ],
)
def test_cloze_that_was_exported_is_read_as_it_was(text: str) -> None:
    assert to_markdown(cloze_html(text, lambda number: number)) == text
