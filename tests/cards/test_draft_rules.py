"""What the rules of a draft make of the forms in which notes are written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work_limits import assert_linear

from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose
from cards.note import Basic, Cloze, Content, ListNote


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


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("The sites are\nallowed as follows:", "The sites are allowed as follows"),
        (
            f"Here is {'a very ' * 6}long line\nAWS has these ones:",
            f"Here is {'a very ' * 6}long line AWS has these ones",
        ),
        ("A site has rules\nAllowed ones:", "Allowed ones"),
        ("- done\n\nサイトの規則\n許可：", "許可"),
    ],
)
def test_a_wrapped_line_is_one_with_the_next(lines: str, name: str) -> None:
    (found,) = lists(f"# Regions\n\n{lines}\n\n{ITEMS}")

    assert found.partition(" (Regions)")[0].partition("（")[0] == name


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


LABELS = (
    "Note",
    "NOTES",
    "**Warning**",
    "Example",
    "examples",
    "TODO",
    "See also",
    "References",
    "Step 1",
    "step 12",
    "Figure 2",
    "注",
    "注意",
    "例",
    "例えば",
    "図",
    "図3",
    "参考",
    "参考文献",
    "手順1",
    "Q1",
    "答",
)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("form", ["- {}: {}", "{}: {}", "- {}\n  - {}", "{}\n: {}"])
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_labels_of_remarks_are_no_terms(label: str, form: str, name: str) -> None:
    text = f"# KMS\n\n{form.format(label, 'keys rotate each year')}\n"

    found = made(text, name)

    assert not [one for one in found if isinstance(one, Basic) and one.reverse]
    assert not [one for one in found if isinstance(one, Basic) and label in one.front]


@pytest.mark.parametrize("label", ["`q`", "`UPDATE`", "+", "`--note`"])
def test_what_stands_in_code_is_no_label(label: str) -> None:
    assert made(f"- {label}: quits it\n") == [Basic(label, "quits it", reverse=True)]


@pytest.mark.parametrize("text", ["- [{}] done: {}", "- [{}] **done** by {} of us all"])
@pytest.mark.parametrize("box", [" ", "x"])
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_tasks_make_no_cards(text: str, box: str, name: str) -> None:
    lines = "".join(f"{text.format(box, words)}\n" for words in ("one", "two"))

    assert made(f"# KMS\n\n{lines}", name) == []


def test_tasks_may_answer_a_question() -> None:
    assert made("# What to do?\n\n- [ ] stop\n") == [Basic("What to do?", "- stop")]


@pytest.mark.parametrize(
    "back",
    [
        "![[a.png]]",
        "![a](a.png)",
        "https://example.org/a",
        "<https://example.org>",
        "[page](https://example.org)",
    ],
)
@pytest.mark.parametrize("form", ["- shape of keys: {}", "- shape of keys\n  - {}"])
def test_a_picture_or_an_address_is_not_asked(form: str, back: str) -> None:
    (content,) = made(f"# KMS\n\n{form.format(back)}\n")

    assert isinstance(content, Basic)
    assert (content.back, content.reverse) == (back, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# KMS\n\n- Price: 1 dollar\n", [Basic("Price (KMS)", "1 dollar")]),
        ("# 鍵の管理\n\n- タイプ:共有\n", [Basic("タイプ（鍵の管理）は？", "共有")]),
        (
            "# 鍵の管理\n\n- 規則の例:共有\n",
            [Basic("規則の例（鍵の管理）は？", "共有")],
        ),
        ("- Price: 1 dollar\n", []),
    ],
)
def test_properties_are_asked_of_their_owner_only(
    text: str, expected: list[Content]
) -> None:
    assert made(text) == expected


def test_a_label_names_a_list_with_what_it_belongs_to() -> None:
    assert lists(f"# KMS\n\nExamples:\n\n{ITEMS}") == {
        "Examples (KMS)": ("Tokyo", "Osaka")
    }
    assert lists(f"Examples:\n\n{ITEMS}") == {}
    assert lists(f"Examples\n\n{ITEMS}", "a.txt") == {}


def test_a_name_above_items_is_no_item_among_statements() -> None:
    text = (
        "# Shield\n\n- always on\n- layer 3\n- layer 4\n- Advanced\n  - team\n  - fee\n"
    )

    assert lists(text) == {
        "Shield": ("always on", "layer 3", "layer 4"),
        "Advanced (Shield)": ("team", "fee"),
    }


COMPLETE = {
    "all names": "# Shield\n\n- Standard\n  - free\n  - on\n- Advanced\n  - team\n  - fee\n",
    "terms": "# Shield\n\n- Standard\n- Other\n- Advanced\n  - has a team\n",
    "steps": "# Shield\n\n1. Stop\n2. Look\n3. Mend\n   - it\n   - them\n",
    "a kind": "# Shield plans\n\n- Standard\n- Free\n- Advanced\n  - team\n  - fee\n",
    "種類": "# 盾の種類\n\n- 標準\n- 無料\n- 上級\n  - 人\n  - 料\n",
    "introduced": "# Shield\n\nPlans:\n\n- Free\n- Basic\n- Advanced\n  - team\n  - fee\n",
}


@pytest.mark.parametrize("text", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_name_above_items_is_an_item_among_its_like(text: str) -> None:
    items = [line[2:].strip() for line in text.split("\n") if re.match(r"-|\d", line)]

    assert tuple(items) in lists(text).values()


@pytest.mark.parametrize(
    "text", ["- Price: 1\n- Type: a\n- Use:\n  - one\n  - two\n", "- 料金:1\n- 例:a\n"]
)
def test_properties_are_no_list(text: str) -> None:
    assert set(lists(f"# KMS\n\n{text}")) <= {"Use (KMS)"}


@pytest.mark.parametrize(
    "words",
    ["and", "never", "NOT", "must not", "and/or", "必ず", "または", "Note:", "注意："],
)
@pytest.mark.parametrize("mark", ["**", "=="])
def test_words_of_grammar_and_labels_are_not_hidden(words: str, mark: str) -> None:
    text = f"A key is here {mark}{words}{mark} there in the store"

    assert made(f"{text}.\n") == []
    assert made(f"{text} of **KMS**.\n") == [Cloze(f"{text} of {{{{c1::KMS}}}}.")]


@pytest.mark.parametrize(
    ("title", "before"),
    [
        ("", ""),
        (" Warning", ""),
        (" Beware", ""),
        (" NAT gateways", "NAT gateways\n\n"),
        (" Why so", "Why so\n\n"),
    ],
)
@pytest.mark.parametrize("mark", ["[!warning]", "[!note]-", "[!my-kind|wide]+"])
def test_the_title_of_a_callout_stands_above_its_text(
    mark: str, title: str, before: str
) -> None:
    text = (
        f"# VPC\n\n> {mark}{title}\n> Each **gateway** costs money,\n> also at night.\n"
    )

    assert made(text) == [
        Cloze(f"{before}Each {{{{c1::gateway}}}} costs money,\nalso at night.")
    ]


def test_a_quotation_is_no_callout() -> None:
    text = "> Each **gateway** costs money,\n> also at night.\n"

    assert made(text) == [Cloze("Each {{c1::gateway}} costs money,\nalso at night.")]


@given(st.integers(1, 4))
def test_several_meanings_are_a_list_and_not_reversed(count: int) -> None:
    meanings = [f"a host of {i}" for i in range(count)]
    text = "Gateway\n" + "".join(f": {one}\n" for one in meanings)

    lines = [f"- {one}" for one in meanings] if count > 1 else meanings
    assert made(text) == [Basic("Gateway", "\n".join(lines), reverse=count == 1)]


@pytest.mark.parametrize("part", ["は", "**Q: a** ", "Q: ", "＝", "。", "A. ", "-- = "])
@pytest.mark.parametrize("before", ["", "- ", "Q: ", "> [!faq] ", "**"])
def test_the_work_of_a_draft_grows_with_the_length(part: str, before: str) -> None:
    assert_linear(lambda size: made(before + part * size + "x\n\n- a\n- b\n"))


@pytest.mark.parametrize("end", [":", "："])
def test_a_line_between_items_begins_a_list(end: str) -> None:
    text = (
        f"# Regions\n\nAllowed{end}\n- Tokyo\n- Osaka\nDenied{end}\n- Ohio\n- Oregon\n"
    )

    assert lists(text) == {
        "Allowed (Regions)": ("Tokyo", "Osaka"),
        "Denied (Regions)": ("Ohio", "Oregon"),
    }
    assert lists(text, "a.txt") == {
        "Allowed": ("Tokyo", "Osaka"),
        "Denied": ("Ohio", "Oregon"),
    }


def test_a_label_before_a_cloze_is_kept() -> None:
    assert made("**Note**: keys **never** leave the **HSM** at night.\n") == [
        Cloze("**Note**: keys **never** leave the {{c1::HSM}} at night.")
    ]


def test_a_colon_is_no_part_of_a_topic() -> None:
    text = "- Keys:\n  - CMK: a master key\n  - DEK: a data key\n"

    assert made(text)[1] == Basic("CMK (Keys)", "a master key", reverse=True)
