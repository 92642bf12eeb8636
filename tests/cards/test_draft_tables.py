"""What a draft makes of tables."""

from pathlib import Path

import pytest

from cards.markdown_notes.reading import parse_note
from cards.markdown_notes.rules import propose
from cards.note import Basic, Compare, Content
from cards.questions import questions


def made(text: str, name: str = "a.md") -> list[Content]:
    """Return what the rules propose for a note."""
    return [proposal.content for proposal in propose(parse_note(text, Path(name)))]


def table(*rows: tuple[str, ...]) -> str:
    head, *others = (f"| {' | '.join(row)} |\n" for row in rows)
    return f"# Keys\n\n{head}|{'---|' * len(rows[0])}\n{''.join(others)}"


@pytest.mark.parametrize("length", [2, 12, 13, 30])
@pytest.mark.parametrize(
    "head", [("Term", "Meaning"), ("用語", "意味"), ("Command", "Use"), ("Key", "説明")]
)
def test_a_glossary_is_asked_in_both_directions(
    head: tuple[str, str], length: int
) -> None:
    rows = [(f"CMK{i}", f"the master of {i}") for i in range(length)]

    assert made(table(head, *rows)) == [
        Basic(f"{term} (Keys)", meaning, reverse=True) for term, meaning in rows
    ]


def test_a_subject_that_is_no_word_has_its_header() -> None:
    (content,) = made(table(("Port", "Service"), ("22", "SSH"), ("443", "HTTPS")))

    assert [(one.question, one.answer) for one in questions(content)] == [
        ("Port 22: Service?", "SSH"),
        ("Which has Service = SSH?\n\nPort 22 · Port 443", "Port 22"),
        ("Port 443: Service?", "HTTPS"),
        ("Which has Service = HTTPS?\n\nPort 22 · Port 443", "Port 443"),
    ]


def test_each_row_of_a_long_table_is_asked() -> None:
    rows = [(str(port), f"service {port}") for port in range(20, 40)]

    assert made(table(("Port", "Service"), *rows)) == [
        Basic(f"Port {port} (Keys)", service, reverse=True) for port, service in rows
    ]


def test_an_ambiguous_meaning_is_not_reversed() -> None:
    rows = [("a", "same"), ("b", "same"), ("c", "other"), ("d", "")]

    assert made(table(("Term", "Meaning"), *rows)) == [
        Basic("a (Keys)", "same"),
        Basic("b (Keys)", "same"),
        Basic("c (Keys)", "other", reverse=True),
    ]


def test_a_table_of_several_columns_compares() -> None:
    head, *rows = ("Term", "Meaning", "Cost"), ("a b", "x", "1"), ("c d", "y", "2")

    assert made(table(head, *rows)) == [
        Compare(("a b", "c d"), {"Meaning": ("x", "y"), "Cost": ("1", "2")})
    ]


def test_long_cells_and_meanings_are_asked_from_one_side() -> None:
    long = [("A", "a " * 31), ("B", "b"), ("C", "c " * 110)]

    assert made(table(("Term", "Meaning"), *long)) == [
        Basic("A (Keys)", ("a " * 31).strip(), reverse=True),
        Basic("B (Keys)", "b", reverse=True),
        Basic("C (Keys)", ("c " * 110).strip()),
    ]
    assert made(table(("Key", "Use"), *long[:2])) == [
        Compare(("A", "B"), {"Use": (("a " * 31).strip(), "b")})
    ]
