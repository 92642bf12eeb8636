"""How a draft takes questions and answers from the forms in which notes have them."""

from pathlib import Path

import pytest

from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose
from cards.note import Basic, Content


def made(text: str, name: str = "a.md") -> list[Content]:
    """Return what the rules propose for a note."""
    return [proposal.content for proposal in propose(parse_note(text, Path(name)))]


def asked(text: str, name: str = "a.md") -> dict[str, str]:
    """Return the answers of the proposed questions; there is no other proposal."""
    found = made(text, name)
    assert all(isinstance(one, Basic) and not one.reverse for one in found)
    return {one.front: one.back for one in found if isinstance(one, Basic)}


PAIRS = {
    "colons": "Q: {0}\nA: {1}",
    "in two texts": "Q: {0}\n\nA: {1}",
    "stops": "Q. {0}\nA. {1}",
    "full width": "Ｑ：{0}\nＡ：{1}",
    "Japanese": "問：{0}\n答：{1}",
    "numbers": "Q1: {0}\nA1: {1}",
    "words": "Question: {0}\nAnswer: {1}",
    "items": "- Q: {0}\n- A: {1}",
    "an item and one below": "- Q: {0}\n  - A: {1}",
    "one item": "- Q: {0}\n  A: {1}",
}
MARKED_PAIRS = {
    "bold labels": "**Q:** {0}\n**A:** {1}",
    "bold letters": "**Q**: {0}\n\n**A**: {1}",
    "bold question": "**Q: {0}**\nA: {1}",
    "bold question without A": "**Q: {0}**\n{1}",
    "bold line": "**{0}**\n{1}",
    "bold text": "**{0}**\n\n{1}",
    "behind bold": "**{0}** {1}",
    "bold item": "- **{0}** {1}",
    "callout": "> [!faq] {0}\n> {1}",
    "folded callout": "> [!question]- {0}\n> {1}",
    "heading": "## Q: {0}\n\nA: {1}",
}


@pytest.mark.parametrize("form", PAIRS.values(), ids=PAIRS.keys())
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_labels_pair_questions_and_answers(form: str, name: str) -> None:
    text = "# VPC\n\n" + form.format("Which types are free?", "Gateway ones")
    text += "\n\n# Costs\n\n" + form.format("What is it: a tax?", "No, a fee")

    assert asked(text, name) == {
        "Which types are free?": "Gateway ones",
        "What is it: a tax?": "No, a fee",
    }


@pytest.mark.parametrize("form", MARKED_PAIRS.values(), ids=MARKED_PAIRS.keys())
def test_marks_pair_questions_and_answers(form: str) -> None:
    text = "# VPC\n\n" + form.format("Which types are free?", "The **gateway** ones")

    assert asked(text) == {"Which types are free?": "The **gateway** ones"}


def test_a_text_may_hold_several_questions() -> None:
    text = "Q: What?\nA: This\nor that\nQ: Why?\nA: So\n"

    assert asked(text) == {"What?": "This\nor that", "Why?": "So"}


def test_an_answer_may_be_a_list() -> None:
    text = "Q: What is free?\nA:\n- gateways\n- routes\n"

    assert asked(text) == {"What is free?": "- gateways\n- routes"}


ALONE = {
    "question": "Q: What is free?",
    "answer": "A: gateways",
    "items": "- Q: What is free?\n- Q: What is not?",
    "bold question": "**Q: What is free?**",
    "options": "Q: Which is free?\nA. gateways\nB. routes",
    "options apart": "- Q: Which is free?\n- A. gateways\n- B. routes",
}


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE.keys())
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_labels_without_a_pair_make_no_card(text: str, name: str) -> None:
    assert made(f"# VPC\n\n{text}\n", name) == []


@pytest.mark.parametrize(
    ("heading", "is_asked"),
    [
        ("S3はいくらですか", True),
        ("IAMが使えるか", True),
        ("料金がかかりますか。", True),
        ("原因は何か", True),
        ("そのほか", False),
        ("ソフトウェアのなか", False),
        ("確か", False),
    ],
)
def test_japanese_headings_that_end_in_ka_ask(heading: str, is_asked: bool) -> None:
    found = made(f"# {heading}\n\n一つの答え。\n")

    assert found == ([Basic(heading, "一つの答え。")] if is_asked else [])


def test_steps_keep_their_numbers_in_an_answer() -> None:
    text = "# How?\n\n1. Make one\n   of them\n2. Join\n   - it\n   - them\n3. End\n"

    assert made(text) == [
        Basic(
            "How?",
            "1. Make one\n   of them\n2. Join\n   - it\n   - them\n3. End",
        )
    ]


@pytest.mark.parametrize("text", ["- a\n- b", "1. a\n   1. b\n2. c", "1. a\n   - b"])
@pytest.mark.parametrize("before", ["", "It is as follows:\n\n"])
def test_an_answer_is_the_list_of_the_note(text: str, before: str) -> None:
    assert made(f"# How?\n\n{before}{text}\n")[0] == Basic("How?", before + text)
