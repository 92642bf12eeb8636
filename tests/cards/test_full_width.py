"""Full-width colons and spaces are named at their line; in texts they are no mistake."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.deckfile.discovery import find_decks
from cards.deckfile.reader import parse_deck, read_deck
from cards.errors import DeckError
from cards.note import Basic

DECK = """\
deck: 生物
language: ja
cards:
  - front: 質問：何？
    back: |
      答え
      　段落
      back：これは本文
    tags: [a]
  - choice: どれ？
    options:
      - 一
      - 二：三
    answer: 一
    source:
      title: 本
      url: https://example.org
  - list: 並べて
    items: [一, 二]
    extra: '　空白'
"""
LINES = DECK.split("\n")
KEY_LINES = [n for n, line in enumerate(LINES) if ": " in line and "本文" not in line]
INDENTED = [n for n in KEY_LINES if LINES[n].startswith("  ")]


def problems(text: str) -> list[str]:
    try:
        parse_deck(text, Path("d"))
    except DeckError as error:
        return [str(one).removeprefix("d:") for one in error.problems]
    return []


def no_colon(line: int, column: int, key: str) -> str:
    return (
        f"{line}:{column}: no ': ' after '{key}' "
        f"(write '{key}: ' with a colon and a space)"
    )


def wide_dash(line: int, column: int, sign: str) -> str:
    return f"{line}:{column}: '{sign}' is full-width (write '- ' in ASCII)"


def wide_blank(line: int, column: int) -> str:
    return f"{line}:{column}: a full-width space (U+3000) (type ordinary spaces)"


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u202f"])
def test_another_space_as_indentation_is_named(blank: str) -> None:
    text = f"deck: D\ncards:\n- front: a\n{2 * blank}back: b\n- {blank}front: c\n  back: d\n"

    message = f"a space that is not an ordinary one (U+{ord(blank):04X}) (type ordinary spaces)"
    assert problems(text) == [f"4:1: {message}", f"5:3: {message}"]
    assert problems(f"deck: D\ncards:\n- front: a{blank}b\n  back: c\n") == []


def test_full_width_characters_in_texts_are_no_mistake() -> None:
    assert problems(DECK) == []


@given(st.sets(st.sampled_from(KEY_LINES), min_size=1), st.sampled_from("：　"))
def test_every_full_width_colon_is_named(lines: set[int], typed: str) -> None:
    text, expected = list(LINES), []
    for number in sorted(lines):
        head, _, value = LINES[number].partition(": ")
        text[number] = f"{head}{typed if typed == '：' else ':　'}{value}"
        key = head.lstrip(" -")
        expected.append(no_colon(number + 1, len(head) - len(key) + 1, key))

    assert problems("\n".join(text)) == expected


@given(st.sets(st.sampled_from(INDENTED), min_size=1), st.booleans())
def test_every_full_width_indentation_is_named(lines: set[int], is_whole: bool) -> None:
    text, expected = list(LINES), []
    for number in sorted(lines):
        rest = LINES[number].lstrip(" ")
        indent = len(LINES[number]) - len(rest)
        wide = "　" * (indent // 2) if is_whole else " " * (indent - 2) + "　"
        text[number] = wide + rest
        expected.append(wide_blank(number + 1, wide.index("　") + 1))

    assert problems("\n".join(text)) == expected


CASES = {
    "both": (
        "deck: D\ncards:\n  - front：q\n　　back：a\n",
        [no_colon(3, 5, "front"), wide_blank(4, 1), no_colon(4, 3, "back")],
    ),
    "the whole file": (
        "deck：D\ncards：\n  - front：q\n    back：a\n",
        [
            no_colon(1, 1, "deck"),
            no_colon(2, 1, "cards"),
            no_colon(3, 5, "front"),
            no_colon(4, 5, "back"),
        ],
    ),
    "after the dash": (
        "deck: D\ncards:\n  -　front: q\n    back: a\n",
        [wide_blank(3, 4)],
    ),
    "before the dash": (
        "deck: D\ncards:\n　- front: q\n　  back: a\n  - front: r\n    back: b\n",
        [wide_blank(3, 1), wide_blank(4, 1)],
    ),
    "in a block text": (
        "deck: D\ncards:\n  - front: |\n      a\n　　　b\n    back: a\n",
        [wide_blank(5, 1)],
    ),
    "before a block text": (
        "deck: D\ncards:\n  - front：|\n      a\n      back：b\n    back: a\n",
        [no_colon(3, 5, "front")],
    ),
    "a dash": (
        "deck: D\ncards:\n  - front: p\n    back: b\n  － front: q\n    back: a\n",
        [wide_dash(5, 3, "－")],
    ),
    "the first dash": (
        "deck: D\ncards:\n－front: q\n  back: a\n- front: r\n  back: b\n",
        [wide_dash(3, 1, "－")],
    ),
    "a long-vowel mark": (
        "deck: D\ncards:\nー front: q\n  back: a\n",
        [wide_dash(3, 1, "ー")],
    ),
    "a minus sign": (
        "deck: D\ncards:\n− front: q\n  back: a\n",
        ["3:1: '−' is not the hyphen of ASCII (write '- ' in ASCII)"],
    ),
    "dashes of a list": (
        "deck: D\ncards:\n- list: q\n  items:\n  － a\n  － b\n",
        [wide_dash(5, 3, "－"), wide_dash(6, 3, "－")],
    ),
    "all signs of a card": (
        "deck: D\ncards:\n－　front：q\n　　back：a\n",
        [
            wide_dash(3, 1, "－"),
            no_colon(3, 3, "front"),
            wide_blank(4, 1),
            no_colon(4, 3, "back"),
        ],
    ),
    "dashes in a text": (
        "deck: D\ncards:\n- front: q\n  back: a\n    － b\n    － c\n  bakc: d\n",
        [
            "4:9: line breaks of an unquoted text become spaces "
            "(begin it with '|' on its own line, or quote it)",
            "7:3: unknown key 'bakc' (did you mean 'back'?)",
        ],
    ),
    "beside another mistake": (
        "deck: D\ncards:\n  - front：q\n    bakc: a\n  - frnt: r\n    back: b\n",
        [
            no_colon(3, 5, "front"),
            "4:5: unknown key 'bakc' (did you mean 'back'?)",
            "5:5: unknown key 'frnt' (did you mean 'front'?)",
        ],
    ),
    "other cards keep theirs": (
        "deck: D\ncards:\n  - front: '　\n\n      back：x'\n    back: a\n"
        "  - frnt: r\n    back: b\n",
        ["7:5: unknown key 'frnt' (did you mean 'front'?)"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_a_full_width_character_is_reported_once(
    text: str, expected: list[str]
) -> None:
    assert problems(text) == expected


def test_a_full_width_colon_makes_no_other_yaml_of_a_deck(tmp_path: Path) -> None:
    for name, text in {"a.YAML": "deck：生物\n", "b.Yml": "cards：\n"}.items():
        (tmp_path / name).write_text(text, "utf-8")

    found = find_decks([tmp_path])

    assert [path.name for path in found.files] == ["a.YAML", "b.Yml"]
    assert found.other_yaml == ()


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_utf_16_deck_in_a_folder_is_reported(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    (tmp_path / "a.yaml").write_bytes(f"{mark}{DECK}".encode(encoding))

    (file,) = find_decks([tmp_path]).files

    with pytest.raises(DeckError) as caught:
        read_deck(file)
    assert str(caught.value) == (
        f"{file}:1:1: UTF-16 instead of UTF-8 (save the file as UTF-8)"
    )


def test_the_corrected_text_of_a_deck_is_never_read() -> None:
    """A deck with a mistake has no cards, however clear it is what was meant."""
    with pytest.raises(DeckError):
        parse_deck("deck: D\ncards:\n  - front：q\n    back: a\n", Path("d"))
    deck = parse_deck("deck: D\ncards:\n  - front: q\n    back: a\n", Path("d"))
    assert [note.content for note in deck.notes] == [Basic("q", "a")]
