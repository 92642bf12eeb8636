"""What looks like syntax of Anki in a text stays text there, and comes back as it was."""

import re
from pathlib import Path

import msgspec
import pytest
from anki.collection import Collection
from anki_backend import cards_of, import_package
from command_runner import Run
from hypothesis import given
from hypothesis import strategies as st

from cards.text.html import cloze_html, to_html
from cards.text.terminal import plain_text
from export.anki.html_to_markdown import to_markdown

LITERALS = (
    "[sound:x.mp3]",
    "[SOUND:x.mp3]",
    "`[sound:x.mp3]`",
    "[latex]x[/latex]",
    "**[latex]** x [/latex]",
    "[LaTeX]x[/LaTeX]",
    "\\[\\$\\]x[/\\$\\]",
    "\\[\\$\\$\\]x[/\\$\\$\\]",
    "`[$]x[/$]`",
    "```\n[$$]x[/$$]\n```",
    "$[sound:y.mp3]$",
    "[anki:tts lang=en_US]x[/anki:tts]",
    "[anki:play:q:0]",
    "[[type:Front]]",
    "{{Front}} {{type:Back}}",
    "\\\\(x\\\\)",
    "`\\(x\\)`",
    "\\\\[x\\\\]",
    "![\\[sound:z.mp3\\]](p.png)",  # whose description comes with its escapes
)
LIVE = re.compile(
    r"\[(?:sound:|latex\]|\$\$?\]|anki:|\[type:)|\\[(\[]", re.IGNORECASE
).search
"""What Anki or MathJax would find in a field."""


def deck(text: str) -> bytes:
    note = {"extra": f"e {text}", "source": f"s {text}"}
    cards = [
        {"front": f"f {text}", "back": f"b {text}", "reverse": True, **note},
        {"cloze": f"c {text} {{{{c1::hidden}}}} and {{{{c2::too::hint}}}}", **note},
        {"list": f"l {text}", "items": [f"i {text}", "j"]},
        {"questions": [{"front": f"q {text}", "back": f"a {text}"}]},
        {"compare": ["x", "y"], "by": {"r": [f"t {text}", "u"]}},
        {"choice": f"w {text}", "options": [f"o {text}", "p"], "answer": "p"},
    ]
    return msgspec.json.encode({"deck": "D", "cards": cards})


@pytest.mark.parametrize("text", LITERALS)
def test_text_like_syntax_of_anki_stays_text(
    flash: Run, tmp_path: Path, text: str
) -> None:
    Path("p.png").write_bytes(b"picture")
    Path("d.yaml").write_bytes(deck(text))
    assert flash("add", "d.yaml")[0] == 0
    flash("export", "out.apkg")

    collection = Collection(str(tmp_path / "anki.anki2"))
    import_package(collection, Path("out.apkg"))
    for card in cards_of(collection).values():
        output = collection.get_card(card).render_output()
        assert (output.question_av_tags, output.answer_av_tags) == ([], [])
        shown = output.question_text + output.answer_text
        assert "class=latex" not in shown
        assert not re.search(r"\[anki:|\[\[type:", shown)
    collection.close()


@pytest.mark.parametrize("text", LITERALS[:-1])
def test_such_a_text_comes_back_as_it_was(text: str) -> None:
    cloze = f"{text} {{{{c1::x}}}}"

    assert plain_text(to_markdown(to_html(text))) == plain_text(text)
    read = to_markdown(cloze_html(cloze, lambda number: number))
    assert plain_text(read) == plain_text(cloze)


PIECES = st.sampled_from([*"[]\\$`*x (", "sound:", "latex", "anki:", "[type:", "/"])


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_text_is_live_but_math(text: str) -> None:
    rendered = re.sub(r"<code>.*?</code>|<pre>.*?</pre>", _code, to_html(text))
    outside = re.sub(r"\\\(.*?\\\)|\\\[.*?\\\]", "", rendered, flags=re.DOTALL)

    assert not LIVE(outside)


def _code(found: re.Match[str]) -> str:
    assert not LIVE(found[0])
    return ""


@given(st.lists(PIECES, max_size=8).map("".join))
def test_text_is_read_back_as_it_is_shown(text: str) -> None:
    text = f"a{text}"

    assert plain_text(to_markdown(to_html(text))).split() == plain_text(text).split()
