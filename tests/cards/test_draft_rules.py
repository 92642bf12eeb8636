"""What the rules of a draft make of the forms in which notes are written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose
from cards.note import Content, ListNote


def made(text: str, name: str = "a.md") -> list[Content]:
    """Return what the rules propose for a note."""
    return [proposal.content for proposal in propose(parse_note(text, Path(name)))]


def lists(text: str, name: str = "a.md") -> dict[str, tuple[str, ...]]:
    """Return the items of the proposed lists by their names."""
    found = [content for content in made(text, name) if isinstance(content, ListNote)]
    assert len({content.list for content in found}) == len(found)
    return {content.list: content.items for content in found}


INTRODUCTIONS = {
    "colon": ("Allowed sites:", "Denied sites:"),
    "full-width colon": ("許可：", "禁止："),
    "last sentence": ("A site has rules. Allowed ones:", "So be it! Denied ones:"),
    "announced": ("許可するのは以下の2つ。", "禁止するのは次の2つ。"),
    "bold": ("**Allowed sites**", "**Denied sites**:"),
    "question": ("Which sites are allowed?", "Which sites are denied?"),
    "definition": ("Sites: allowed are the following:", "Sites: denied are these:"),
}
ITEMS = "- Tokyo\n- Osaka\n"


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
@pytest.mark.parametrize(
    ("one", "other"), INTRODUCTIONS.values(), ids=INTRODUCTIONS.keys()
)
def test_a_line_that_introduces_a_list_names_it(one: str, other: str, gap: str) -> None:
    text = f"# Ports\n\n## Regions\n\n{one}{gap}{ITEMS}\n{other}{gap}- Ohio\n- Oregon\n"

    found = lists(text)

    assert list(found.values()) == [("Tokyo", "Osaka"), ("Ohio", "Oregon")]
    for name, line in zip(found, (one, other), strict=True):
        words = line.strip("*:：").split(". ")[-1].split("! ")[-1]
        assert name.startswith(words)
        assert name.removeprefix(words) in ("", " (Regions)", "（Regions）")


def test_a_line_in_an_item_names_the_list_below_it() -> None:
    text = "# Sites\n\n- Asia\n\n  Allowed:\n\n  - Tokyo\n  - Osaka\n\n- Africa\n"

    assert lists(text) == {
        "Sites": ("Asia", "Africa"),
        "Allowed (Sites › Asia)": ("Tokyo", "Osaka"),
    }


def test_a_name_right_above_a_list_names_it() -> None:
    text = f"# Sites\n\nAllowed\n{ITEMS}\nThey are far from here\n\n- Ohio\n- Oregon\n"

    assert lists(text) == {
        "Allowed (Sites)": ("Tokyo", "Osaka"),
        "Sites": ("Ohio", "Oregon"),
    }


def test_a_heading_names_one_list_at_most() -> None:
    other = "\nSome words about others.\n\n- Ohio\n- Oregon\n"

    assert lists(f"# Sites\n\n{ITEMS}{other}{other}") == {"Sites": ("Tokyo", "Osaka")}
    assert lists(f"# Sites\n{other}{other}") == {}
    assert lists(f"# Sites\n{other}") == {"Sites": ("Ohio", "Oregon")}


@given(
    st.lists(
        st.text(st.characters(categories=["Ll"]), min_size=3, max_size=9),
        min_size=2,
        max_size=5,
        unique=True,
    )
)
def test_each_introduced_list_has_a_name_of_its_own(words: list[str]) -> None:
    text = "".join(f"The {word}:\n\n- a\n- b\n\n" for word in words)

    assert len(lists(f"# Sites\n\n{text}")) == len(words)


def test_a_line_that_introduces_a_list_is_no_other_card() -> None:
    text = "# Sites\n\nThe **allowed** ones in this land: these:\n\n- Tokyo\n- Osaka\n"

    (content,) = made(text)

    assert isinstance(content, ListNote)
