"""Markdown and clozes as HTML, with and without the parser."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cards.text.html import (
    cloze_html,
    hidden_html,
    parsed_html,
    shown_html,
    to_html,
)
from cards.text.markdown import is_simple, parser

PIECES = st.text(
    st.sampled_from("ab1鍵é、_*`<&>\"' -+.()#|~=!]{}:\\$[\u3000\u00a0\x0b\x85"),
    max_size=10,
)
MARKUP = st.sampled_from(["`a*b`", "**b c**", "a_b", " & ", "` x `", "1. "])
TEXTS = st.lists(PIECES | MARKUP, max_size=6).map("".join)


@given(TEXTS | st.text(st.characters(codec="utf-8"), max_size=20))
def test_the_shortcut_renders_as_the_parser_does(text: str) -> None:
    if is_simple(text):
        assert to_html(text) == parsed_html(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("std::vector<int>", "std::vector&lt;int&gt;"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("`s3:Put*` and **bold**", "<code>s3:Put*</code> and <strong>bold</strong>"),
        ("aws_s3_bucket", "aws_s3_bucket"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("$a<b$", "\\(a&lt;b\\)"),
        ("$$\nx^2\n$$", "\\[x^2\\]"),
        ("from $5 to $10", "from $5 to $10"),
        ("$5 and $6", "$5 and $6"),
        ("$a^2$ is 5", "\\(a^2\\) is 5"),
        ("$$a$$ is 5", "\\[a\\] is 5"),
        ("- $a$ and 5", "<ul>\n<li>\\(a\\) and 5</li>\n</ul>"),
        ("5$a$ and $a$5", "5$a$ and $a$5"),
        ("[a](https://b.example)", '<a href="https://b.example">a</a>'),
        ("[a](b/c.html)", '<a href="b/c.html">a</a>'),
        ("[a](javascript:b)", "[a](javascript:b)"),
        ("[a](file:///etc/passwd)", "[a](file:///etc/passwd)"),
        ("![a](b.png)", '<img src="b.png" alt="a">'),
        ("![a](b.mp3)", "[sound:b.mp3]"),
        ("![a](<b c.OGG>)", "[sound:b c.OGG]"),
        ("![a](b.mp4)", "[sound:b.mp4]"),
        ("[a]: /nothing/but/a/reference", "[a]: /nothing/but/a/reference"),
        ("30 days", "30 days"),
        ("", ""),
    ],
)
def test_markdown_becomes_html(text: str, expected: str) -> None:
    assert to_html(text) == expected


def test_a_table_becomes_an_html_table() -> None:
    assert "<td>x</td>" in to_html("| a |\n|---|\n| x |")


def test_pictures_are_renamed_but_not_web_addresses() -> None:
    text = "![](a.png) ![](https://b.example/c.png) ![](d.mp3)"

    rendered = to_html(text, image=lambda path: f"new-{path}")

    assert rendered == (
        '<img src="new-a.png" alt=""> '
        '<img src="https://b.example/c.png" alt=""> [sound:new-d.mp3]'
    )


def test_simple_text_does_not_load_the_parser() -> None:
    code = (
        "import sys; from cards.text.html import to_html; "
        "to_html('A plain fact, of 3 words.'); to_html('`code`, **bold** & a_b'); "
        "sys.exit('markdown_it' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{c1::S3}} or {{c2::EBS::a disk}}", "{{c1::S3}} or {{c2::EBS::a disk}}"),
        ("**{{c1::a}} b**", "<strong>{{c1::a}} b</strong>"),
        ("{{c1::**a** b}}", "{{c1::<strong>a</strong> b}}"),
        ("`x {{c1::<y>}}`", "<code>x {{c1::&lt;y&gt;}}</code>"),
        ("${{c1::\\frac{a}{b} }} + 1$", "\\({{c1::\\frac{a}{b} }} + 1\\)"),
        ("{{c1::a {{c2::b}} c}}", "{{c1::a {{c2::b}} c}}"),
        ("{ {{c1::a}} } }}", "{ {{c1::a}} } &#125;&#125;"),
        ("{{{c1::a}}", "&#123;{{c1::a}}"),
        ("[x]({{c1::https://a.example}})", "[x]({{c1::https://a.example}})"),
        ("{{c1::a}}\n\n{{c2::b}}", "<p>{{c1::a}}</p>\n<p>{{c2::b}}</p>"),
        ("\U0010fff0{{c1::a}}\U0010fff3", "{{c1::a}}"),
    ],
)
def test_clozes_survive_markdown(text: str, expected: str) -> None:
    assert cloze_html(text, lambda number: number) == expected


def test_clozes_get_the_numbers_of_their_cards() -> None:
    numbers = {1: 7, 2: None}

    rendered = cloze_html("{{c1::a}} {{c2::b::hint}} {{c1::c}}", numbers.get)

    assert rendered == "{{c7::a}} b {{c7::c}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("std::vector", "{{c3::std&#58;:vector}}"),
        ("a}", "{{c3::a&#125;}}"),
        ("a:", "{{c3::a&#58;}}"),
        ("{{c1::x}}", "{{c3::&#123;{c1&#58;:x&#125;&#125;}}"),
        ("$a^{b^{c}}$", "{{c3::\\(a^{b^{c&#125;}\\)}}"),
        ("- a\n- b", "{{c3::<ul>\n<li>a</li>\n<li>b</li>\n</ul>}}"),
    ],
)
def test_hidden_text_is_one_cloze(text: str, expected: str) -> None:
    assert hidden_html(3, text) == expected


def test_text_like_a_cloze_is_neutralized() -> None:
    assert shown_html("{{c1::x}}") == "&#123;{c1&#58;:x&#125;&#125;"


CJK = {
    "brackets": ("**KMS（鍵管理）**と", "<strong>KMS（鍵管理）</strong>と"),
    "quotes": ("は**「MFA」**を", "は<strong>「MFA」</strong>を"),
    "a colon": ("**警告：**絶対", "<strong>警告：</strong>絶対"),
    "code": ("**`kms:Decrypt`**が", "<strong><code>kms:Decrypt</code></strong>が"),
    "two": (
        "AWSの**鍵（KMS）**と**HSM**。",
        "AWSの<strong>鍵（KMS）</strong>と<strong>HSM</strong>。",
    ),
    "italics": ("これは*「a」*です", "これは<em>「a」</em>です"),
    "korean": ("**KMS(키)**를", "<strong>KMS(키)</strong>를"),
    "chinese": ("**密钥（KMS）。**然后", "<strong>密钥（KMS）。</strong>然后"),
}


@pytest.mark.parametrize(("text", "expected"), CJK.values(), ids=CJK.keys())
def test_emphasis_works_next_to_full_width_signs(text: str, expected: str) -> None:
    assert to_html(text) == expected


@given(st.text("ab *_`(.", max_size=14))
def test_emphasis_of_ascii_text_is_that_of_commonmark(text: str) -> None:
    plain = MarkdownIt("commonmark", {"html": False})

    assert parser().render(text) == plain.render(text)
