"""Reading a file returns a deck or reports problems with places."""

from pathlib import Path

import pytest
from deck_strategies import DECK, slips
from hypothesis import given, settings

from cards.deckfile.reader import parse_deck, read_deck
from cards.errors import DeckError
from cards.identity.keys import duplicates
from cards.note import Basic, Change, Choice, Cloze, Compare, ListNote, Option, Source

HEAD = "deck: D\ncards:\n"
CARD = "  - front: q\n    back: a\n"


def told(text: str, folder: Path = Path()) -> list[str]:
    """Read a text and give its problems without the file's name."""
    with pytest.raises(DeckError) as caught:
        parse_deck(text, folder / "d.yaml")
    head = f"{folder / 'd.yaml'}:"
    return [str(problem).removeprefix(head) for problem in caught.value.problems]


def test_a_deck_is_read_with_all_its_keys(tmp_path: Path) -> None:
    (tmp_path / "cell.png").write_bytes(b"png")
    (tmp_path / "d.yaml").write_text(DECK, "utf-8")

    deck = read_deck(tmp_path / "d.yaml")

    book = Source("A book", "https://example.org/book")
    first, second = deck.notes[:2]
    assert (deck.name, deck.language) == ("Biology::Cells", "en")
    assert [note.content for note in deck.notes] == [
        Basic(
            "Which *organelle* in ![a cell](cell.png) makes ATP?",
            "The mitochondrion,\n\nmostly\n",
            reverse=True,
        ),
        Cloze("{{c1::DNA}} and {{c2::RNA {{c3::or so}}::a hint}}"),
        ListNote(
            "The phases of mitosis", ("prophase", "metaphase", "anaphase"), ordered=True
        ),
        Choice(
            "Which base pairs with adenine?",
            ("Thymine", Option("None of these", "last")),
            "Thymine",
        ),
        Compare(
            ("DNA", "RNA"), {"strands": ("two", "one"), "sugar": ("deoxyribose", "~")}
        ),
    ]
    assert [note.line for note in deck.notes] == [7, 18, 21, 24, 29]
    assert (first.tags, first.sources) == (("biology", "cell's", "energy"), (book,))
    assert (first.checked, first.recheck) == ("2026-11-23", "2027-11-23")
    assert first.changed == Change("Nothing", "2023-01", "A page")
    assert second.extra == "it's so"
    assert second.sources == (
        book,
        Source("A page"),
        Source("Another", "http://example.org/"),
    )


MORE_MISTAKES: dict[str, tuple[str, list[str]]] = {
    "two rows that are no lists": (
        HEAD
        + "  - compare: [a, b]\n    by:\n      r: x, y\n      s: [z]\n      t: u\n",
        [
            "5:10: 'r' must be a list (write [a, b], or lines with '- ')",
            "7:10: 't' must be a list (write [a, b], or lines with '- ')",
        ],
    ),
    "misspelt keys inside options and a source": (
        "deck: D\nsource: [{titel: b}, {link: x}]\ncards:\n"
        "  - choice: q\n    options: [{txt: a}, {text: b, pin: first}]\n    answer: b\n",
        [
            "2:11: unknown key 'titel' (did you mean 'title'?)",
            "2:23: unknown key 'link' (did you mean 'url'?)",
            "5:16: unknown key 'txt' (did you mean 'text'?)",
            "5:40: invalid 'pin': 'first' (write last)",
        ],
    ),
    "keys that only the struct they are in has": (
        HEAD
        + CARD
        + "    source: [{note: n.md, line: 3}, {name: x, line: 2, tag: y}]\n"
        + "    changed: {wass: x, sinc: soon, source: {ulr: x}}\n"
        + "  - compare: [a, b]\n    by:\n      r: {cell: [x, y]}\n"
        + "      s: {cells: [x, y], aks: q, revers: true}\n      t: [u, v]\n",
        [
            "5:27: unknown key 'line' (did you mean 'lines'?)",
            "5:38: unknown key 'name' (did you mean 'title'?)",
            "5:47: unknown key 'line' (did you mean 'lines'?)",
            "5:56: unknown key 'tag' (known keys: hash, lines, note, title, url)",
            "6:15: unknown key 'wass' (did you mean 'was'?)",
            "6:24: unknown key 'sinc' (did you mean 'since'?)",
            "6:45: unknown key 'ulr' (did you mean 'url'?)",
            "9:11: unknown key 'cell' (did you mean 'cells'?)",
            "10:26: unknown key 'aks' (did you mean 'ask'?)",
            "10:34: unknown key 'revers' (did you mean 'reverse'?)",
        ],
    ),
    "lines in the wrong order": (
        HEAD + CARD + "    source: {note: n.md, lines: 9-2}\n",
        ["5:33: invalid 'lines': '9-2' (write the first line first: 2-9)"],
    ),
    "digits that are no ASCII": (
        HEAD
        + CARD
        + "    checked: ２０２６-１１-２３\n    recheck: 2026-11-２３\n"
        + "    changed: {was: x, since: ２０２３}\n    source: {note: n.md, lines: ３}\n",
        [
            "5:14: can't read 'checked': '２０２６-１１-２３' (write a date as 2026-11-23)",
            "6:14: can't read 'recheck': '2026-11-２３' (write a date as 2026-11-23)",
            "7:30: can't read 'since': '２０２３'"
            " (write a date as 2023, 2023-01 or 2023-01-31)",
            "8:33: invalid 'lines': '３' (write 12, or 12-14 for several lines)",
        ],
    ),
    "a change told in words": (
        HEAD + CARD + "    changed: long ago\n",
        ["5:14: 'changed' must be a mapping (write {was: \u2026, since: 2023-01})"],
    ),
    "a change with nothing in it": (
        HEAD + CARD + '    changed: {was: "", since: 2023-13, source: {url: x}}\n',
        [
            "5:20: empty 'was' (write the earlier state)",
            "5:31: no such day: '2023-13' (check the calendar)",
            "5:54: invalid url 'x' (begin it with https://, and write %20 for a space)",
        ],
    ),
    "an address with a space": (
        HEAD + CARD + '    source: [{url: "https://a b"}]\n',
        [
            "5:20: invalid url 'https://a b' (begin it with https://, and write %20 for a space)"
        ],
    ),
    "a source of nothing": (
        HEAD + CARD + "    source: {title: '', url: }\n",
        ["5:13: a source without title, url and note (add one)"],
    ),
    "an empty tag": (
        HEAD + CARD + '    tags: [a b, ""]\n',
        [
            "5:12: space in the tag 'a b' (write 'a-b')",
            "5:17: empty tag (name it or remove it)",
        ],
    ),
    "a bare deck": (
        "deck:\ncards:\n" + CARD,
        ["1:6: empty deck name (name it, and each part between '::')"],
    ),
    "a deck with a part of no name": (
        'deck: "A::"\ncards:\n' + CARD,
        ["1:7: empty deck name (name it, and each part between '::')"],
    ),
    "a language in words": (
        "deck: D\nlanguage: English please\ncards:\n" + CARD,
        ["2:11: invalid language 'English please' (write en, ja or pt-BR)"],
    ),
    "bare cards": (
        "deck: D\ncards:\n",
        ["2:7: 'cards' is not a list of cards (begin each card with '- ')"],
    ),
    "an empty list of cards": (
        "deck: D\ncards: []\n",
        ["2:8: 'cards' is not a list of cards (begin each card with '- ')"],
    ),
    "cards that are one mapping": (
        "deck: D\ncards:\n  front: q\n  back: a\n",
        ["3:3: 'cards' is not a list of cards (begin each card with '- ')"],
    ),
    "a list at the top": (
        "- front: q\n  back: a\n",
        ["1:1: a deck is a mapping (begin with 'deck: a name' and 'cards:')"],
    ),
    "a card in words": (
        HEAD + "  - q and a\n",
        ["3:5: a card is a mapping (write 'front:' and 'back:' under one '-')"],
    ),
    "a bare id": (
        HEAD + "  - id:\n    front: q\n    back: a\n",
        ["3:8: empty id (name it or remove the line)"],
    ),
    "a list as an id": (
        HEAD + "  - id: [a]\n    front: q\n    back: a\n",
        ["3:9: 'id' must be text (put the text in double quotes)"],
    ),
    "only the back": (
        HEAD + "  - back: a\n",
        ["3:5: this card has no question (add 'front:')"],
    ),
    "only the options": (
        HEAD + "  - options: [a, b]\n    answer: a\n",
        ["3:5: this card has no question (add 'choice:')"],
    ),
    "a misspelt kind with its other keys": (
        HEAD + "  - compar: [a, b]\n    by: {r: [x, y]}\n",
        ["3:5: unknown key 'compar' (did you mean 'compare'?)"],
    ),
    "no space after the dash": (
        HEAD + "  -front: q\n   back: a\n",
        ["4:8: no space after '-' (write '- ' at the beginning of a card)"],
    ),
    "a key too far in": (
        HEAD + "  - front: q\n     back: a\n",
        [
            "4:10: 'back:' is indented too far "
            "(indent it as far as the keys above, or quote the text)"
        ],
    ),
    "a key not far enough in": (
        HEAD + "  - front: q\n   back: a\n",
        [
            "4:4: a line that doesn't fit into the list "
            "(check its indentation: items begin with '- ' in one column)"
        ],
    ),
    "two kinds of quotes": (
        HEAD + '  - front: "it" isn\'t\n    back: a\n',
        [
            "3:17: text after a closing quote "
            "(put the whole text in single quotes, and double those inside)"
        ],
    ),
    "a cloze at the beginning": (
        HEAD + "  - cloze: {{c1::a}} is b\n",
        ["3:12: a text that begins with '{' (put it in double quotes)"],
    ),
    "no blank after a colon": (
        HEAD + "  - front:q\n    back: a\n",
        ["3:5: no ': ' after 'front' (write 'front: ' with a colon and a space)"],
    ),
    "a wide colon": (
        HEAD + "  - front： q\n    back: a\n",
        ["3:5: no ': ' after 'front' (write 'front: ' with a colon and a space)"],
    ),
    "a wide blank": (
        HEAD + "  - front:\u3000q\n    back: a\n",
        ["3:5: no ': ' after 'front' (write 'front: ' with a colon and a space)"],
    ),
    "no colon at all": (
        HEAD + "  - front q\n    back: a\n",
        ["3:5: no ': ' after 'front' (write 'front: ' with a colon and a space)"],
    ),
    "no blank after the first colon": (
        "deck:D\ncards:\n  - front: q\n    back: a\n",
        ["1:1: no ': ' after 'deck' (write 'deck: ' with a colon and a space)"],
    ),
    "a first line too far in": (
        " deck: D\ncards:\n  - front: q\n    back: a\n",
        ["1:1: the first line is indented (begin it in the first column)"],
    ),
    "a comma in a title": (
        "deck: D\nsource: {title: A, B and C}\ncards:\n" + CARD,
        [
            "2:20: unknown key 'B and C' "
            "(if it is part of a text with ',' or ': ', put that in double quotes)"
        ],
    ),
    "a colon in an option": (
        HEAD + "  - choice: q\n    answer: b\n    options: [{x: y}, b]\n",
        [
            "5:15: 'text' is missing (add 'text:')",
            "5:16: unknown key 'x' (remove it, or put a text with ': ' in double quotes)",
        ],
    ),
    "a quote inside quotes": (
        HEAD + "  - front: 'it's'\n    back: a\n",
        ["3:16: text after a closing quote (put the whole text in double quotes)"],
    ),
    "text behind a bar": (
        HEAD + "  - front: | q\n    back: a\n",
        ["3:12: text after '|' or '>' (begin the text on the next line)"],
    ),
    "an unknown escape": (
        HEAD + '  - front: "a\\d"\n    back: a\n',
        [
            "3:14: unknown escape in double quotes "
            "(write '\\\\' for a backslash, or use single quotes)"
        ],
    ),
    "an unclosed list": (
        HEAD + CARD + "    tags: [a, b\n" + CARD,
        [
            "5:11: the list is never closed "
            "(close it with ']', or quote an item that holds ',' or '[')"
        ],
    ),
    "a text that ends inside a list": (
        HEAD + CARD + "    tags: [a,\n",
        ["5:14: the text ends inside a list or braces (close it with ']' or '}')"],
    ),
    "text without a key": (
        HEAD + CARD + "and so on\n",
        [
            "5:1: a line that is neither a key nor part of a text "
            "(write 'key: value', or indent it under the text it belongs to)"
        ],
    ),
    "a key that is a list": (
        HEAD + "  - ? [a]\n    : b\n",
        ["3:7: a key that is not text (write 'key: value')"],
    ),
    "lists without end": (
        HEAD + f"  - front: {'[' * 50}\n",
        ["3:21: nested too deeply (a card needs three levels)"],
    ),
    "two lists of cards": (
        HEAD + CARD + "cards:\n" + CARD,
        ["5:1: duplicate key 'cards' (already on line 2: remove one)"],
    ),
    "an escape in the name of the deck": (
        'deck: "D\\e[31m"\ncards:\n' + CARD,
        ["1:7: control character U+001B (write '\\\\e', or use single quotes)"],
    ),
    "an escape in a key": (
        HEAD + CARD + '    "back\\e": b\n',
        [
            "5:5: control character U+001B (write '\\\\e', or use single quotes)",
            "5:5: unknown key 'back\\u001b' (did you mean 'back'?)",
        ],
    ),
    "lines inside what is quoted": (
        HEAD + '  - list: l\n    items: ["a\\nb", "a\\nb"]\n',
        ["4:21: 'a b' twice in 'items' (remove one)"],
    ),
    "a picture whose path no system takes": (
        HEAD + '  - front: "![](a%00b.png)"\n    back: a\n',
        [
            "3:12: not a file path: 'a\\u0000b.png' (name a file in the folder of the deck)"
        ],
    ),
    "a picture whose name is too long": (
        HEAD + f'  - front: "![]({"x" * 300}.png)"\n    back: a\n',
        [
            f"3:12: not a file path: '{'x' * 60}' (name a file in the folder of the deck)"
        ],
    ),
    "rows of nothing": (
        HEAD + "  - compare: [a, b]\n    by: {r: [~, ]}\n",
        [
            "4:9: all cells are empty (fill in at least one)",
            "4:13: 1 cell in row 'r' for 2 subjects "
            '(write one cell per subject, "" for no card)',
        ],
    ),
}


@pytest.mark.parametrize(
    ("text", "expected"), MORE_MISTAKES.values(), ids=MORE_MISTAKES.keys()
)
def test_a_mistake_is_reported_at_its_place(text: str, expected: list[str]) -> None:
    assert told(text) == expected


def test_all_mistakes_are_reported_in_file_order() -> None:
    text = (
        "dekc: D\ncards:\n  - front: q\n    bakc: a\n  - cloze: none\n"
        "  - list: l\n    items: [a]\n  - front: q\n    back: a\n    reverse: 2\n"
    )

    found = told(text)

    assert found == [
        "1:1: unknown key 'dekc' (did you mean 'deck'?)",
        "4:5: unknown key 'bakc' (did you mean 'back'?)",
        "5:12: no part is hidden (hide one as {{c1::text}})",
        "7:12: 'items' needs two or more entries (add another)",
        "10:14: invalid 'reverse': '2' (write true or false)",
    ]


def test_a_duplicate_id_is_reported_with_both_places() -> None:
    card = "  - id: same\n    front: {}\n    back: a\n"
    text = HEAD + card.format("q") + card.format("r")

    problems = duplicates(parse_deck(text, Path("d.yaml")).notes, {})

    file = Path("d.yaml").absolute()
    assert [str(problem) for problem in problems] == [
        f"{file}:6:5: duplicate id 'same' (already used at {file}:3:5)"
    ]


@pytest.mark.slow
@given(slips())
@settings(max_examples=600)
def test_every_typo_is_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "slips.yaml"
    path.write_text(text, "utf-8", newline="")
    try:
        assert read_deck(path).notes
    except DeckError as error:
        lines = text.replace("\r", "\n").split("\n")
        assert error.problems
        for problem in error.problems:
            assert 1 <= problem.place.line <= len(lines)
            assert 1 <= problem.place.column <= max(map(len, lines)) + 2
            assert problem.message
            assert problem.hint
            assert str(problem).isprintable()


CONTROLS = {"bell": "\a", "escape": "\x1b", "delete": "\x7f", "line": "\u2028"}


@pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS.keys())
def test_a_control_character_is_reported_by_code_point(
    tmp_path: Path, control: str
) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(HEAD + f"  - front: q{control}\n    back: a\n", "utf-8")

    with pytest.raises(DeckError) as caught:
        read_deck(path)

    assert str(caught.value) == (
        f"{path}:3:13: control character U+{ord(control):04X} (remove it)"
    )


def test_blanks_around_deck_name_parts_are_removed() -> None:
    deck = parse_deck('deck: " A  B :: C "\ncards:\n' + CARD, Path("d.yaml"))

    assert (deck.name, deck.notes[0].deck) == ("A B::C", "A B::C")


QUOTE = "(put the whole text in double quotes)"
FOLD = (
    "line breaks of an unquoted text become spaces"
    " (begin it with '|' on its own line, or quote it)"
)
CUT: dict[str, tuple[str, list[str]]] = {
    "a colour": ("front: Colour #FFF is?", ["3:12: '#' cuts the text after 'Colour'"]),
    "a number": ("back: issue #42", ["3:11: '#' cuts the text after 'issue'"]),
    "a remark after prose": ("back: C # so", ["3:11: '#' cuts the text after 'C'"]),
    "a remark after a tab": ("back: C\t# so", ["3:11: '#' cuts the text after 'C'"]),
    "an id": ("id: C #1", ["3:9: '#' cuts the text after 'C'"]),
    "an item": ("items:\n      - a #1", ["4:9: '#' cuts the text after 'a'"]),
    "an item in brackets": (
        "tags: [a #1\n     , b]",
        ["3:12: '#' cuts the text after 'a'"],
    ),
    "a cell": ("by:\n      r: [x #\n       ]", ["4:11: '#' cuts the text after 'x'"]),
}


@pytest.mark.parametrize(("line", "expected"), CUT.values(), ids=CUT.keys())
def test_a_comment_that_cuts_a_text_is_an_error(line: str, expected: list[str]) -> None:
    text = f"{HEAD}  - {line}\n"

    assert [found for found in told(text) if "cuts" in found] == [
        f"{one} {QUOTE}" for one in expected
    ]


KEPT = {
    "after a date": "checked: 2026-11-23   # the day",
    "after an id": "id: c # optional",
    "after a quoted text": 'extra: "C" # so',
    "after brackets": "tags: [a, b] # so",
    "after a key": "source: # so\n      title: x",
    "on its own line": "extra: x\n    # so",
    "in a word": "extra: C#d and#e",
    "in a block": "extra: |\n      C #1",
}


@pytest.mark.parametrize("line", KEPT.values(), ids=KEPT.keys())
def test_a_comment_that_cuts_nothing_is_a_comment(line: str) -> None:
    text = f"{HEAD}  - front: q\n    back: a\n    {line}\n"

    assert len(parse_deck(text, Path("d.yaml")).notes) == 1


def test_an_unquoted_text_of_several_lines_is_an_error() -> None:
    text = HEAD + "  - front: one\n      two\n    back: '3\n      4'\n"

    assert told(text) == [f"3:12: {FOLD}"]


BROKEN = {
    "a quote": '"one',
    "a list": "[a",
    "an indent": "a\n     b: c",
    "a tab": "a\n\tb: c",
    "a bracket too many": "a]: [",
    "an alias": "*x y",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_checking_goes_on_after_a_syntax_error(broken: str) -> None:
    first = HEAD + CARD + f"  - front: q\n    back: {broken}\n"
    line = first.count("\n") + len(CARD.splitlines()) + 2
    text = first + CARD + "  - front: q\n    bakc: a\n" + CARD

    found = told(text)

    assert f"{line}:5: unknown key 'bakc' (did you mean 'back'?)" in found
    assert 2 <= len(found) <= 3


def test_every_syntax_error_of_a_file_is_reported() -> None:
    cards = [CARD, "  - front: [q\n", '  - back: "a\n', CARD, "  - front: {q\n", CARD]

    found = told(HEAD + "".join(cards))

    assert [line.split(":")[0] for line in found] == ["5", "6", "9"]
