"""Every mistake in a deck is reported with file, line, column and hint."""

from pathlib import Path

import pytest

from cards.deckfile.reader import parse_deck, read_deck
from cards.errors import DeckError

HEAD = "deck: D\ncards:\n"
CARD = "  - front: a\n    back: b\n"

MISTAKES: dict[str, tuple[str, list[str]]] = {
    "unknown key": (
        HEAD + "  - frnt: q\n    back: a\n",
        ["3:5: unknown key 'frnt' (did you mean 'front'?)"],
    ),
    "unknown key at the top": (
        "deck: D\ntgas: [a]\ncards:\n  - front: q\n    back: a\n",
        ["2:1: unknown key 'tgas' (did you mean 'tags'?)"],
    ),
    "key of another kind": (
        HEAD + "  - front: q\n    back: a\n    options: [a, b]\n",
        ["5:5: key 'options' in a card with 'front' (remove it, or add another card)"],
    ),
    "duplicate key": (
        HEAD + "  - front: q\n    back: a\n    back: b\n",
        ["5:5: duplicate key 'back' (already on line 4: remove one)"],
    ),
    "tab indentation": (
        HEAD + "  - front: q\n\tback: a\n",
        ["4:1: tab indentation (indent with spaces)"],
    ),
    "unclosed quote": (
        HEAD + '  - front: "q\n    back: a\n',
        ['3:12: quote is never closed (close it with ")'],
    ),
    "colon inside a text": (
        HEAD + "  - front: a: b\n    back: c\n",
        ["3:13: a ': ' inside the text (put the whole text in double quotes)"],
    ),
    "text where a list belongs": (
        HEAD + "  - front: q\n    back: a\n    tags: a\n",
        ["5:11: 'tags' must be a list (write [a, b], or lines with '- ')"],
    ),
    "a list where a text belongs": (
        HEAD + "  - front: [q]\n    back: a\n",
        ["3:12: 'front' must be text (put the text in double quotes)"],
    ),
    "neither true nor false": (
        HEAD + "  - front: q\n    back: a\n    reverse: yes\n",
        ["5:14: invalid 'reverse': 'yes' (write true or false)"],
    ),
    "no kind": (
        HEAD + "  - extra: q\n",
        [
            "3:5: this card has no question "
            "(add one of: front, cloze, list, choice, compare, questions)"
        ],
    ),
    "two kinds": (
        HEAD + "  - front: q\n    back: a\n    cloze: b\n",
        ["5:12: a card of two kinds: 'front' and 'cloze' (make one card of each)"],
    ),
    "a quote that the next one closes": (
        HEAD + '  - front: "What is ATP?\n    back: "energy"\n',
        ['3:12: quote is never closed (close it with ")'],
    ),
    "a single quote that a later one closes": (
        HEAD + "  - front: a\n    back: 'it''s\n    extra: 'b'\n",
        ["4:11: quote is never closed (close it with ')"],
    ),
    "a colon in braces": (
        HEAD + CARD + "    source: {title: Biology: an introduction, url: x}\n",
        [
            "5:28: a ': ' inside the text (put the whole text in double quotes)",
        ],
    ),
    "a comma is missing in braces": (
        HEAD + CARD + "    changed: {was: unknown since: 1950}\n",
        ["5:28: no ',' before 'since' (write ', since: ')"],
    ),
    "a comment in a list": (
        HEAD + CARD + "    tags: [#bio, x]\n",
        ["5:12: a '#' that begins a comment (put the text in double quotes)"],
    ),
    "a comment behind an item": (
        HEAD + CARD + "    tags: [x, #bio]\n",
        ["5:15: a '#' that begins a comment (put the text in double quotes)"],
    ),
    "a bracket too many": (
        HEAD + CARD + "    tags: [atp, energy]]\n",
        ["5:24: a ']' too many (remove it)"],
    ),
    "a brace too many": (
        HEAD + CARD + "    source: {title: x}}\n",
        ["5:23: a '}' too many (remove it)"],
    ),
    "empty front and back": (
        HEAD + '  - front: ""\n    back: " "\n',
        [
            "3:12: empty front (write the question)",
            "4:11: empty back (write the answer)",
        ],
    ),
    "back is missing": (
        HEAD + "  - front: q\n",
        ["3:5: 'back' is missing (add 'back:')"],
    ),
    "a row of the wrong length": (
        HEAD + "  - compare: [a, b]\n    by:\n      row: [x]\n",
        [
            "5:12: 1 cell in row 'row' for 2 subjects "
            '(write one cell per subject, "" for no card)'
        ],
    ),
    "an answer that is not an option": (
        HEAD + "  - choice: q\n    options: [a, b]\n    answer: c\n",
        ["5:13: the answer 'c' is not an option (repeat an option word for word)"],
    ),
    "alias": (
        HEAD + "  - front: *x\n    back: a\n",
        ["3:12: alias '*x' (repeat the text, or quote it if '*' is part of it)"],
    ),
    "anchor": (
        HEAD + "  - front: &x q\n    back: a\n",
        ["3:12: anchor '&x' (remove it, or quote the text if '&' is part of it)"],
    ),
    "tag": (
        HEAD + "  - front: !!str q\n    back: a\n",
        ["3:12: tag '!!str' (remove it, or quote the text if '!' is part of it)"],
    ),
    "several documents": (
        HEAD + "  - front: q\n    back: a\n---\ndeck: E\n",
        ["5:1: a second document (keep one per file: remove '---')"],
    ),
    "empty file": (
        "# nothing\n",
        ["1:1: an empty file (begin with 'deck: a name' and 'cards:')"],
    ),
    "no cards": (
        "deck: D\n",
        ["1:1: 'cards' is missing (add 'cards:' with a list under it)"],
    ),
    "no deck": (
        "cards:\n  - front: q\n    back: a\n",
        ["1:1: 'deck' is missing (add 'deck:')"],
    ),
    "NUL": (
        HEAD + "  - front: a\0b\n    back: a\n",
        ["3:13: control character U+0000 (remove it)"],
    ),
    "control characters and other mistakes": (
        HEAD + "  - front: a\x07\x08b\n    back: \x1bc\n  - fornt: d\n    back: e\n",
        [
            "3:13: control character U+0007 (remove it)",
            "4:11: control character U+001B (remove it)",
            "5:5: unknown key 'fornt' (did you mean 'front'?)",
        ],
    ),
    "the names of another program": (
        HEAD + "  - question: q\n    answer: a\n  - q: q\n    a: a\n",
        [
            "3:5: unknown key 'question' (did you mean 'front'?)",
            "4:5: unknown key 'answer' (did you mean 'back'?)",
            "5:5: unknown key 'q' (did you mean 'front'?)",
            "6:5: unknown key 'a' (did you mean 'back'?)",
        ],
    ),
    "a choice named question": (
        HEAD + "  - question: q\n    options: [a, b]\n    answer: a\n",
        ["3:5: unknown key 'question' (did you mean 'choice'?)"],
    ),
    "text for a question": (
        HEAD + "  - text: q\n    back: a\n",
        ["3:5: unknown key 'text' (did you mean 'front'?)"],
    ),
    "text for a cloze": (
        HEAD + "  - text: a {{c1::b}}\n",
        ["3:5: unknown key 'text' (did you mean 'cloze'?)"],
    ),
    "another name of the answer": (
        HEAD + "  - front: q\n    answer: a\n",
        ["4:5: unknown key 'answer' (did you mean 'back'?)"],
    ),
    "a bracket before a list": (
        HEAD + "  - front: q\n    back: a\n    tags: [a] b\n",
        [
            "5:15: a line that doesn't fit the lines around it "
            "(check its indentation, or quote the text)"
        ],
    ),
    "an escape that makes a control character": (
        HEAD + '  - front: "a\\e[31m"\n    back: a\n',
        ["3:12: control character U+001B (write '\\\\e', or use single quotes)"],
    ),
    "an exclamation mark without quotes": (
        HEAD + "  - front: ![](gone.png)\n    back: a\n",
        ["3:12: a text that begins with '!' (put it in double quotes)"],
    ),
    "a path that leaves the folder": (
        HEAD + '  - front: "![](../secret.png)"\n    back: a\n',
        [
            "3:12: '../secret.png' is outside the deck's folder "
            "(keep pictures and sounds in the folder of the deck)"
        ],
    ),
    "no such day": (
        HEAD + "  - front: q\n    back: a\n    checked: 2026-02-30\n",
        ["5:14: no such day: '2026-02-30' (check the calendar)"],
    ),
    "several clozes in one": (
        HEAD + "  - cloze: a {{c1,2::b}}\n",
        [
            "3:12: one cloze with several numbers "
            "(write {{c1::…}} and nest a cloze with the other number)"
        ],
    ),
    "all at once": (
        HEAD + "  - frnt: q\n    back: a\n  - front: q\n    bakc: a\n",
        [
            "3:5: unknown key 'frnt' (did you mean 'front'?)",
            "6:5: unknown key 'bakc' (did you mean 'back'?)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_reported_with_place_and_hint(
    text: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deck.yaml").write_text(text, "utf-8", newline="")

    with pytest.raises(DeckError) as caught:
        read_deck(Path("deck.yaml"))

    told = [
        str(problem).removeprefix("deck.yaml:") for problem in caught.value.problems
    ]
    assert told == expected


def test_a_missing_picture_is_reported_with_its_path(tmp_path: Path) -> None:
    deck = tmp_path / "deck.yaml"
    deck.write_text(HEAD + '  - front: "![](gone.png)"\n    back: a\n', "utf-8")

    with pytest.raises(DeckError) as caught:
        read_deck(deck)

    target = tmp_path / "gone.png"
    assert (
        str(caught.value)
        == f"{deck}:3:12: no such file: 'gone.png' (put it at {target})"
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "byte order mark"])
def test_any_line_ending_and_a_bom_are_accepted(
    tmp_path: Path, ending: str, mark: str
) -> None:
    deck = tmp_path / "deck.yaml"
    text = mark + HEAD + "  - front: q\n    back: a\n"
    deck.write_text(text.replace("\n", ending), "utf-8", newline="")

    read = read_deck(deck)

    assert (read.name, len(read.notes), read.notes[0].line) == ("D", 1, 3)


@pytest.mark.parametrize(
    "text", ["no", "on", "3.10", "22:30", "140-2", "0x1F", "null", "1e3", "2026-11-23"]
)
def test_every_scalar_stays_text(tmp_path: Path, text: str) -> None:
    deck = tmp_path / "deck.yaml"
    deck.write_text(HEAD + f"  - front: {text}\n    back: a\n", "utf-8")

    content = read_deck(deck).notes[0].content

    assert getattr(content, "front", None) == text


@pytest.mark.parametrize(
    "begin", ["[EC2]", "[link](http://x.y)", "{EC2}", '["a"]', "[a, b]", "[[wiki]]"]
)
@pytest.mark.parametrize("rest", [" what", " is: this", ", and more", "-b"])
@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("  - front: ", "    back: a\n", 12),
        ("  - choice: q\n    options:\n      - ", "    answer: a\n", 9),
        ("  - front: q\n    back: a\n    extra: ", "", 12),
    ],
    ids=["front", "option", "extra"],
)
def test_a_text_that_begins_with_a_bracket_is_named(
    begin: str, rest: str, before: str, after: str, column: int
) -> None:
    text = f"{HEAD}{before}{begin}{rest}\n{after}"
    line = (HEAD + before).count("\n") + 1

    with pytest.raises(DeckError) as caught:
        parse_deck(text, Path("d"))

    (problem,) = caught.value.problems
    message = f"a text that begins with '{begin[0]}' (put it in double quotes)"
    assert str(problem) == f"d:{line}:{column}: {message}"
