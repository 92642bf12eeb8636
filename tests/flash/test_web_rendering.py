"""The HTML of a card: what a stranger's deck may write runs nothing."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_fixtures import Clock, add, basic
from web_client import Server

from flash.web.mathml import mathml
from flash.web.rendering import card_html, media_name, media_of_name
from srs.store.connection import Store

TAGS = frozenset(
    """
    a audio blockquote br code div em h1 h2 h3 h4 h5 h6 hr img li ol p pre strong table
    tbody td th thead tr ul video math mrow mi mn mo ms mtext mspace mfrac msqrt mroot
    msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd
    mstyle mpadded mphantom menclose
    """.split()
)
ATTRIBUTES = frozenset(
    """
    href target rel src alt class controls preload playsinline tabindex start
    display mathvariant stretchy linebreak linethickness displaystyle scriptlevel
    notation columnalign width
    """.split()
)


class Elements(HTMLParser):
    """Collects what is not on the list, and the addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.odd.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES or name.startswith("on"):
                self.odd.append(name)
            if name in ("href", "src"):
                self.addresses.append(value or "")

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def is_harmless(text: str) -> bool:
    found = Elements(text)
    fine = all(
        one.startswith(("https://", "http://", "/media/")) for one in found.addresses
    )
    return not found.odd and fine


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](vbscript:x) ![x](javascript:alert(1))",
    "[x](//evil.example) [y](#/search) [z](/api/undo)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover=alert(1))',
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '![" onerror="alert(1)](a.png)',
    '![x](a.png"onerror=alert(1))',
    "![s](x.mp3) ![v](x.mp4)",
    "`<b onclick=x>`\n\n```html\n<script>\n```",
    '```x"onclick=alert(1)\ncode\n```',
    "<svg onload=alert(1)>\n\n<!-- x --><iframe srcdoc=x>",
    "| a |\n|:-:|\n| <b> |",
    "$\\text{</mtext></math><img src=x onerror=alert(1)>}$",
    "$\\href{javascript:alert(1)}{x}$ $$\\style{background:url(//e)}{x}$$",
    "$\\text{<!--<img src=x onerror=alert(1)>-->}$",
    "$\\class{x}{y}\\cssId{a}{b}\\unicode{60}$",
    "&lt;script&gt; &#60;b&#62;",
    "![x](../../etc/passwd) ![x](/etc/passwd) ![x](C:\\x.png)",
    "<https://a.example> <javascript:alert(1)> <x@a.example>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_makes_nothing_that_runs(text: str) -> None:
    assert is_harmless(card_html(text, 'gu"id')), card_html(text, 'gu"id')


pieces = st.sampled_from(
    [*HOSTILE, "$", "$$", "\\frac", "{", "}", "\\text{", "<", ">", '"', "&", "]", "("]
)


@settings(max_examples=60)
@given(text=st.lists(pieces, max_size=6).map("".join))
@example(text="$\\text{" + "<a>" * 50 + "}$")
def test_no_mixture_of_markup_runs(text: str) -> None:
    assert is_harmless(card_html(text, "guid"))


@settings(max_examples=100)
@given(tex=st.text(st.sampled_from(list("\\{}^_&<>'\"$%~#a1 []()|-/!\n")), max_size=30))
def test_no_formula_runs_or_fails(tex: str) -> None:
    assert is_harmless(mathml(tex, block=False))


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("a < b", "<mo>&lt;</mo>"),
        (
            r"\frac{1}{2}",
            "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>",
        ),
        (r"\binom{n}{k}", '<mfrac linethickness="0">'),
        (r"\href{javascript:alert(1)}{x}", "<mi>x</mi>"),
    ],
)
def test_a_formula_becomes_mathml(tex: str, expected: str) -> None:
    found = mathml(tex, block=False)

    assert found.startswith('<math display="inline">')
    assert expected in found


@pytest.mark.parametrize(
    "tex",
    ["", "{", r"\frac{a}", r"\ce{H2O}", r"\text{a & b}", "{" * 900, "x" * 4001],
)
def test_a_doubtful_formula_is_shown_as_written(tex: str) -> None:
    assert mathml(tex, block=True).startswith('<code class="tex">$$')


def test_a_picture_is_fetched_by_the_note_and_its_path() -> None:
    name = media_name("gu/id", "img/a b.png")

    assert card_html("![A cat](img/a%20b.png)", "gu/id") == (
        f'<img src="/media/{name}" alt="A cat">'
    )
    assert media_of_name(name) == ("gu/id", "img/a b.png")


@pytest.mark.parametrize("name", ["", "x", "eA", "€", "%%%", "AAAA" * 3])
def test_a_name_of_no_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        media_of_name(name)


def test_pictures_of_other_servers_are_links() -> None:
    assert card_html("![x](https://a.example/p.png)", "g") == (
        '<a href="https://a.example/p.png" target="_blank" rel="noopener noreferrer">'
        "x</a>"
    )


def test_cells_are_aligned_and_code_is_code() -> None:
    assert card_html("| a |\n|---|\n| b |", "g").startswith("<table>")
    assert '<td class="right">b</td>' in card_html("| a |\n|--:|\n| b |", "g")
    assert card_html("`a<b`", "g") == "<code>a&lt;b</code>"


@pytest.fixture
def server(store: Store, clock: Clock, tmp_path: Path) -> Iterator[Server]:
    """A server on a deck in a folder with files."""
    folder = tmp_path / "deck"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "a b.png").write_bytes(b"picture")
    (folder / "x.svg").write_bytes(b"<svg onload='alert(1)'/>")
    (folder / "deck.yaml").write_bytes(b"deck: A")
    (folder / "dir.png").mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    add(store, [basic("![x](a%20b.png)")], file=str(folder / "deck.yaml"))
    made = Server(store, clock)
    yield made
    made.close()


def test_a_picture_of_a_card_is_sent(server: Server) -> None:
    client = server.client("Firefox")
    (address,) = Elements(client.cards()[0]["question"]).addresses

    reply = client.http.get(address)
    part = client.http.get(address, headers={"range": "bytes=1-2"})

    assert (reply.content, reply.headers["content-type"]) == (b"picture", "image/png")
    assert reply.headers["cache-control"].startswith("private")
    assert "sandbox" in reply.headers["content-security-policy"]
    assert (part.status_code, part.content) == (206, b"ic")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png",
        "/etc/passwd",
        "deck.yaml",
        "dir.png",
        "link.png",
        "none.png",
        "a" * 5000 + ".png",
        "..",
        "",
    ],
)
def test_no_other_file_is_sent(server: Server, path: str) -> None:
    client = server.client("Firefox")
    guid = client.cards()[0]["guid"]

    reply = client.http.get(f"/media/{media_name(guid, path)}")

    assert reply.status_code == 404


def test_an_svg_picture_runs_no_script(server: Server) -> None:
    client = server.client("Firefox")
    name = media_name(client.cards()[0]["guid"], "x.svg")

    headers = client.http.get(f"/media/{name}").headers

    assert headers["content-type"] == "image/svg+xml"
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert headers["x-content-type-options"] == "nosniff"
