"""What was not edited in Anki stays as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text.html import to_html
from export.anki.html_to_markdown import to_markdown
from export.anki.kept_markdown import with_writing_of

TEXTS = {
    "language of code": "```python\nx = 1\n```\n\nold",
    "code before and after": "old\n\n```sql\nselect 1;\n\nselect 2;\n```\n\nmore",
    "alignment of a table": "| a | b |\n|:--|--:|\n| 1 | old |",
    "table of one column": "| old |\n|---|\n| x \\| y |",
    "title of a link": '[l](http://x.example "title") old',
    "title of a picture": '![alt](p.png "t") old',
    "spaces at the end of a line": "a  \nb old",
    "other bullets": "* x\n  * y\n    * old",
    "tasks": "- [ ] todo\n- [x] old",
    "signs that need no escape": "snake_case 5 * 3 * 2 old",
    "lines of a paragraph": "line\nline old",
    "lines in Japanese": "日本語\nの改行 old",
    "rule": "> q\n> r\n\n---\n\nold",
    "entities": "a &amp; b old",
}


def edited(source: str, old: str, new: str) -> str:
    field = to_html(source)
    return with_writing_of(
        source, to_markdown(field), to_markdown(field.replace(old, new))
    )


@pytest.mark.parametrize("new", ["new", "two more words", "新しい"])
@pytest.mark.parametrize("source", TEXTS.values(), ids=TEXTS)
def test_one_edited_word_changes_only_that_word(source: str, new: str) -> None:
    assert edited(source, "old", new) == source.replace("old", new)


def test_new_text_that_looks_like_markdown_is_escaped() -> None:
    assert edited("* x\n* old", "old", "a_b_c *d*") == "* x\n* a\\_b\\_c \\*d\\*"


MARKDOWN = st.text("ab *_`|\n-#[]()>1.!日", max_size=30)


@given(source=MARKDOWN, other=MARKDOWN)
def test_kept_writing_never_changes_what_is_said(source: str, other: str) -> None:
    before, after = to_markdown(to_html(source)), to_markdown(to_html(other))

    made = with_writing_of(source, before, after)

    assert to_markdown(to_html(made)) == to_markdown(to_html(after))
