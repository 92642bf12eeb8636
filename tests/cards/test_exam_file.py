"""`exam.yaml`: found beside the decks, read, and its mistakes at their places."""

from pathlib import Path

import pytest

from cards.blueprint import Blueprint, Domain
from cards.deckfile.discovery import exam_beside, find_decks, is_deck, is_exam
from cards.deckfile.exam_file import read_exam_file
from cards.deckfile.reader import parse_deck
from cards.errors import DeckError
from cards.note import Source

DECK = "deck: One\ncards:\n  - {front: a, back: b, tags: [t::logs]}\n"
EXAM = """\
exam: An exam (X-1)
domains:
  - {tag: "t::logs", name: Logs, weight: 60}
  - {tag: "t::keys", weight: 40.5}
questions: 20
minutes: 30
passing: 70 %
source: {title: A guide, url: "https://example.org/x"}
checked: 2026-11-23
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder: a deck and its exam."""
    monkeypatch.chdir(tmp_path)
    Path("one.yaml").write_text(DECK, "utf-8")
    Path("exam.yaml").write_text(EXAM, "utf-8")
    return tmp_path


def test_an_exam_file_is_read(folder: Path) -> None:
    found = read_exam_file(folder / "exam.yaml")

    assert found.blueprint == Blueprint(
        exam="An exam (X-1)",
        domains=(Domain("t::logs", 60, "Logs"), Domain("t::keys", 40.5)),
        questions=20,
        minutes=30,
        passing="70 %",
        source=Source("A guide", "https://example.org/x"),
        checked="2026-11-23",
    )
    assert [place[1:] for place in found.tag_places] == [(3, 11), (4, 11)]


def test_an_exam_is_found_and_is_no_deck(folder: Path) -> None:
    found = find_decks([folder])

    assert found.files == (folder / "one.yaml",)
    assert found.exams == (folder / "exam.yaml",)
    assert found.other_yaml == ()
    assert find_decks([Path("exam.yaml")]).exams == (Path("exam.yaml"),)
    assert exam_beside(folder / "one.yaml") == folder / "exam.yaml"


OTHERS = {"deck": (DECK, True), "foreign": ("school: X\nexams: 3\n", False)}


@pytest.mark.parametrize(("text", "is_deck_file"), OTHERS.values(), ids=OTHERS)
def test_other_files_of_that_name_are_no_exams(
    folder: Path, text: str, is_deck_file: bool
) -> None:
    path = folder / "exam.yaml"
    path.write_text(text, "utf-8")

    found = find_decks([folder])

    assert (is_exam(path), is_deck(path)) == (False, is_deck_file)
    assert found.exams == ()
    assert (path in found.files, path in found.other_yaml) == (
        is_deck_file,
        not is_deck_file,
    )
    assert exam_beside(folder / "one.yaml") is None


MISTAKES = {
    "empty": ("", ["exam.yaml:1:1: an empty file (begin with 'exam: a name' and"]),
    "list": ("- exam: a\n", ["exam.yaml:1:1: an exam is a mapping (begin with"]),
    "syntax": ("exam: [a\n", ["exam.yaml:1:7: "]),
    "missing": (
        "exam: a\n",
        [
            "exam.yaml:1:1: 'domains' is missing (add 'domains:')",
            "exam.yaml:1:1: 'minutes' is missing (add 'minutes:')",
            "exam.yaml:1:1: 'questions' is missing (add 'questions:')",
        ],
    ),
    "key": (
        EXAM.replace("passing:", "pasing:"),
        ["exam.yaml:7:1: unknown key 'pasing' (did you mean 'passing'?)"],
    ),
    "number": (
        EXAM.replace("60", "much"),
        ["exam.yaml:3:42: invalid 'weight': 'much' (write a number)"],
    ),
    "values": (
        EXAM.replace("60", "0").replace("20\n", "0\n").replace("30\n", "9999\n"),
        [
            "exam.yaml:3:42: invalid 'weight': '0.0' (write a number above 0)",
            "exam.yaml:5:12: invalid 'questions': '0' (write a number from 1 to 1000)",
            "exam.yaml:6:10: invalid 'minutes': '9999' (write a number from 1 to 1440)",
        ],
    ),
    "infinite": (
        EXAM.replace("60", "inf").replace("40.5", "nan"),
        [
            "exam.yaml:3:42: invalid 'weight': 'inf' (write a number above 0)",
            "exam.yaml:4:30: invalid 'weight': 'nan' (write a number above 0)",
        ],
    ),
    "nested key": (
        EXAM.replace("weight: 60", "wieght: 60"),
        ["exam.yaml:3:34: unknown key 'wieght' (did you mean 'weight'?)"],
    ),
    "tags": (
        EXAM.replace("t::keys", "t::logs").replace("An exam (X-1)", '" "'),
        [
            "exam.yaml:1:7: empty exam name (write the name of the exam)",
            "exam.yaml:4:11: 't::logs' twice (remove one)",
        ],
    ),
    "space": (
        EXAM.replace("t::keys", "t keys"),
        [
            "exam.yaml:4:11: invalid tag 't keys' "
            "(write a tag of the cards, without spaces)"
        ],
    ),
    "day": (
        EXAM.replace("11-23", "02-30").replace("https:", "ftp:"),
        [
            "exam.yaml:8:31: invalid url 'ftp://example.org/x'",
            "exam.yaml:9:10: no such day: '2026-02-30' (check the calendar)",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_of_an_exam_is_placed(
    folder: Path, text: str, expected: list[str]
) -> None:
    Path("exam.yaml").write_text(text, "utf-8")

    with pytest.raises(DeckError) as caught:
        read_exam_file(Path("exam.yaml"))

    found = [str(problem) for problem in caught.value.problems]
    assert [
        line[: len(start)] for line, start in zip(found, expected, strict=True)
    ] == (expected)


def test_domains_without_cards_are_warned_about(folder: Path) -> None:
    text = DECK.replace("[t::logs]", '["t::logs::x", "t::kyes"]')
    notes = parse_deck(text, folder / "one.yaml").notes
    elsewhere = parse_deck(text, folder.parent / "one.yaml").notes
    found = read_exam_file(Path("exam.yaml"))

    assert found.unused_tags(elsewhere) == []
    assert list(map(str, found.unused_tags(notes))) == [
        "exam.yaml:4:11: warning: no card has the tag 't::keys' "
        "(did you mean 't::kyes'?)"
    ]
