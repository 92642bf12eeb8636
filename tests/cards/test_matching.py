"""Matching notes and their cards before and after an edit."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cards.deckfile.reader import parse_deck
from cards.errors import DeckError
from cards.identity.keys import duplicates, guid_for, text_key
from cards.identity.matching import (
    Action,
    ExistingNote,
    FileScope,
    count_actions,
    make_plan,
)
from cards.identity.parts import followed_parts
from cards.note import (
    Basic,
    Cloze,
    Compare,
    Content,
    ListNote,
    MultiQuestion,
    Note,
    Row,
    SubQuestion,
)
from cards.questions import question_text
from cards.table_rows import cells_of

FILE = "/decks/a.yaml"


def both(*cells: str) -> Row:
    return Row(cells, reverse="true")


TABLE = Compare(
    ("KMS", "HSM"),
    {"tenancy": both("multi", "single"), "keys": both("AWS", "you")},
)


def note(question: str, answer: str = "a", line: int = 1, **more: object) -> Note:
    values = {"deck": "D::E", "language": "en", "file": FILE, "line": line, **more}
    return Note(Basic(question, answer), **values)


def known(notes: list[Note]) -> list[ExistingNote]:
    taken: set[str] = set()
    made: list[ExistingNote] = []
    for one in notes:
        key = text_key(one)
        guid = guid_for(one.id or key, taken)
        taken.add(guid)
        made.append(ExistingNote(guid, one, text_key=key))
    return made


def plan(
    before: list[Note], after: list[Note], **scope: frozenset[str]
) -> dict[str, int]:
    files = {one.file for one in before + after}
    there = FileScope(**{"files": frozenset(files), **scope})
    steps = make_plan(after, known(before), there)
    return {name: n for name, n in count_actions(steps).items() if n}


NOTES = [
    note("Which organelle makes ATP?", "Mitochondrion", 3),
    note("What is DNA short for?", "Deoxyribonucleic acid", 5),
    note("Which base pairs with adenine?", "Thymine", 7),
]
LAST = NOTES[-1]

EDITS: dict[str, tuple[list[Note], dict[str, int]]] = {
    "nothing": (NOTES, {"unchanged": 3}),
    "another order": (NOTES[::-1], {"unchanged": 3}),
    "an answer edited": (
        [*NOTES[:2], replace(LAST, content=Basic(LAST.content.front, "Thymine (T)"))],
        {"changed": 1, "unchanged": 2},
    ),
    "a question reworded": (
        [*NOTES[:2], replace(LAST, content=Basic("Adenine's partner?", "Thymine"))],
        {"reworded": 1, "unchanged": 2},
    ),
    "question and answer edited in place": (
        [
            *NOTES[:2],
            replace(
                LAST, content=Basic("Which base does pair with adenine?", "Thymine (T)")
            ),
        ],
        {"reworded": 1, "unchanged": 2},
    ),
    "an id given": (
        [*NOTES[:2], replace(LAST, id="adenine")],
        {"changed": 1, "unchanged": 2},
    ),
    "another file": (
        [replace(one, file="/decks/b.yaml") for one in NOTES],
        {"moved": 3},
    ),
    "another child deck": ([replace(one, deck="D::F") for one in NOTES], {"moved": 3}),
    "another root deck": (
        [replace(one, deck="R::E") for one in NOTES],
        {"moved": 3},
    ),
    "one deleted": (NOTES[:2], {"retired": 1, "unchanged": 2}),
    "one added": ([*NOTES, note("New?", "Yes", 9)], {"new": 1, "unchanged": 3}),
}


@pytest.mark.parametrize(("after", "expected"), EDITS.values(), ids=EDITS.keys())
def test_an_edited_note_keeps_its_history(
    after: list[Note], expected: dict[str, int]
) -> None:
    assert plan(NOTES, after) == expected


def test_a_renamed_file_with_a_reworded_question_is_followed() -> None:
    after = [replace(one, file="/decks/b.yaml") for one in NOTES]
    after[2] = replace(after[2], content=Basic("Adenine's partner?", "Thymine"))

    found = plan(
        NOTES, after, files=frozenset({"/decks/b.yaml"}), gone=frozenset({FILE})
    )

    assert found == {"moved": 2, "reworded": 1}


def test_a_table_with_a_new_column_is_the_same_note() -> None:
    grown = Compare(
        (*TABLE.compare, "XKS"),
        {row: both(*cells, "x") for row, cells in cells_of(TABLE).items()},
    )

    assert plan([replace(LAST, content=TABLE)], [replace(LAST, content=grown)]) == {
        "reworded": 1
    }


def test_an_id_survives_a_change_of_language() -> None:
    english = replace(LAST, id="adenine")
    japanese = replace(
        english, language="ja", content=Basic("相手は", "チミン"), deck="D::日本語"
    )

    assert plan([english], [japanese]) == {"changed": 1}


def test_two_equal_candidates_need_an_id() -> None:
    before = [
        note("Base pairing with A?", "T", 1),
        note("Base pairing with B?", "T", 2),
    ]
    after = [note("Base pairing with C?", "T", 1)]

    with pytest.raises(DeckError) as caught:
        plan(before, after)

    (problem,) = caught.value.problems
    assert problem.message == "'Base pairing with C?' may be any of 2 reworded cards"
    guids = {one.guid for one in known(before)}
    assert all(f"id: {guid}" in problem.hint for guid in guids)


def test_a_guid_as_id_selects_the_old_card() -> None:
    before = [
        note("Base pairing with A?", "T", 1),
        note("Base pairing with B?", "T", 2),
    ]
    guid = known(before)[1].guid
    after = [note("Base pairing with C?", "T", 1, id=guid)]

    steps = make_plan(after, known(before), FileScope(frozenset({FILE})))

    assert [(step.action, step.known and step.known.guid) for step in steps] == [
        ("changed", guid),
        ("retired", known(before)[0].guid),
    ]


def test_an_id_of_another_deck_is_refused() -> None:
    theirs = note("q", id="same", deck="Theirs", file="/other.yaml", line=4)
    mine = note("r", id="same", deck="Mine", line=2)

    with pytest.raises(DeckError) as caught:
        make_plan([mine], known([theirs]), FileScope(frozenset({FILE})))

    assert str(caught.value) == (
        "/decks/a.yaml:2:1: duplicate id 'same' (it names a note of 'Theirs' at "
        "/other.yaml:4:1; choose another id)"
    )


def test_an_id_of_another_language_is_not_refused() -> None:
    japanese = note("質問", id="same", deck="Theirs", language="ja", file="/other.yaml")
    english = note("q", id="same", deck="Mine")

    (change,) = make_plan([english], known([japanese]), FileScope(frozenset({FILE})))

    assert change.action == "changed"


def test_a_similar_text_of_another_kind_is_a_new_note() -> None:
    cloze = Cloze("Which base pairs with adenine? {{c1::Uracil}}")

    found = plan(NOTES, [*NOTES[:2], replace(LAST, content=cloze)])

    assert found == {"new": 1, "retired": 1, "unchanged": 2}


@pytest.mark.parametrize("answer", ["Thymine", "Uracil"])
def test_dissimilar_notes_are_neither_matched_nor_asked(answer: str) -> None:
    before = [note("Base of adenine?", "Thymine", 1), note("5-?", "Thymine", 2)]
    after = [note("Who wrote the Iliad", answer, 1)]

    assert plan(before, after) == {"new": 1, "retired": 2}


def test_hundreds_of_items_go_on_when_all_are_edited() -> None:
    old = ListNote("Services", tuple(f"Service {i * 7919:b}" for i in range(300)))
    new = ListNote("Services", ("Another", *(f"The {item}" for item in old.items)))

    found = followed_parts(old, new)

    assert found == {f"The {item}": item for item in old.items}


def test_hundreds_of_reworded_notes_with_one_answer_go_on() -> None:
    names = [f"{i * 7919:08b}" for i in range(300)]
    before = [note(f"Is {one} a key?", "yes", i) for i, one in enumerate(names, 1)]
    after = [note(f"Is {one} really a key?", "yes") for one in names if one != names[9]]
    after.insert(0, note("Does it rain?", "yes"))

    files = FileScope(frozenset([FILE]))
    steps = make_plan(after, known(before), files)

    assert count_actions(steps)["reworded"] == 299
    assert count_actions(steps)["new"] == count_actions(steps)["retired"] == 1
    assert all(
        step.known is not None
        and question_text(step.note.content).replace(" really", "")
        == question_text(step.known.note.content)
        for step in steps
        if step.action is Action.REWORDED
    )


@pytest.mark.parametrize("answer", ["a", "another"])
def test_notes_of_files_that_were_not_read_stay(answer: str) -> None:
    elsewhere = note("Who wrote Hamlet?", file="/decks/b.yaml")
    incoming = note("Who wrote Emma?", answer, file="/new.yaml")

    changes = make_plan(
        [incoming], known([elsewhere]), FileScope(frozenset({"/new.yaml"}))
    )

    assert [change.action for change in changes] == ["new"]


@pytest.mark.parametrize("answer", ["a", "another"])
def test_notes_of_a_deleted_unrelated_file_stay(answer: str) -> None:
    elsewhere = note("Who wrote Hamlet?", file="/decks/b.yaml")
    incoming = note("Who wrote Emma?", answer, file="/new.yaml")
    scope = FileScope(frozenset({"/new.yaml"}), gone=frozenset({"/decks/b.yaml"}))

    changes = make_plan([incoming], known([elsewhere]), scope)

    assert [change.action for change in changes] == ["new"]


@pytest.mark.parametrize("other", [{"file": "/x/anki"}, {"line": 9}])
@pytest.mark.parametrize("last", [0, 1])
def test_of_two_notes_with_an_id_that_of_the_file_goes_on(
    other: dict[str, object], last: int
) -> None:
    mine = ExistingNote("mine", note("Who wrote Emma?", id="one"))
    copy = note("Who wrote Persuasion?", **{"id": "one", "line": 0, **other})
    copied = ExistingNote("copy", copy, retired=copy.file == FILE)
    both_notes = [copied, mine] if last else [mine, copied]

    (change, *rest) = make_plan([mine.note], both_notes, FileScope(frozenset({FILE})))

    assert (change.action, change.known, rest) == (Action.UNCHANGED, mine, [])


@pytest.mark.parametrize("other", [{"id": "two"}, {"line": 0}])
@pytest.mark.parametrize("last", [0, 1])
def test_of_two_notes_with_a_question_that_of_the_file_goes_on(
    other: dict[str, object], last: int
) -> None:
    first = note("Who wrote Emma?", "Austen")
    second = note("Who wrote Emma?", "Jane", **{"line": 3, **other})
    stored = [
        ExistingNote(guid, one, text_key=text_key(one))
        for guid, one in (("mine", first), ("other", second))
    ]
    edited = replace(first, content=Basic("Who wrote Emma?", "a novelist"))
    incoming = [edited, second] if second.id else [edited]
    scope = FileScope(frozenset({FILE}))

    changes = make_plan(incoming, stored[::-1] if last else stored, scope)

    assert [(one.action, one.known.guid) for one in changes] == [
        (Action.CHANGED, "mine"),
        (Action.UNCHANGED, "other"),
    ][: len(incoming)]


@pytest.mark.parametrize("covered", ["files", "gone"])
def test_no_file_retires_imported_notes(covered: str) -> None:
    imported = [
        note("Who wrote Hamlet?", "Shakespeare", 0, file="/store.media/anki"),
        note("Who wrote Emma?", "Austen", 0, file="/store.media/anki"),
    ]
    incoming = [
        note("Who wrote Hamlet?", "Shakespeare", file="/new.yaml"),
        note("Whose novel is Emma?", "Austen", file="/new.yaml"),
    ]
    scope = {covered: frozenset({"/store.media/anki"})}
    files = {"files": frozenset({"/new.yaml"})}

    changes = make_plan(incoming, known(imported), FileScope(**{**files, **scope}))

    assert [change.action for change in changes] == ["moved", "new"]


PARTS: dict[str, tuple[Content, Content, dict[str, str]]] = {
    "clozes renumbered": (
        Cloze("{{c1::S3}} and {{c2::EBS}}"),
        Cloze("{{c2::S3}} and {{c1::EBS}}"),
        {"S3": "S3", "EBS": "EBS"},
    ),
    "a hidden text edited": (
        Cloze("{{c1::S3}} and {{c2::EBS}}"),
        Cloze("{{c1::Amazon S3}} and {{c2::EBS}}"),
        {"Amazon S3": "S3", "EBS": "EBS"},
    ),
    "a cloze put before the others": (
        Cloze("{{c1::S3}} and {{c2::EBS}}"),
        Cloze("{{c1::EFS}}, {{c2::S3}} and {{c3::EBS}}"),
        {"S3": "S3", "EBS": "EBS"},
    ),
    "an item moved and one edited": (
        ListNote("l", ("Spoofing", "Tampering", "Repudiation")),
        ListNote("l", ("Repudiation", "Spoofing", "Tampering with data")),
        {
            "Repudiation": "Repudiation",
            "Spoofing": "Spoofing",
            "Tampering with data": "Tampering",
        },
    ),
    "a row renamed": (
        Compare(("a", "b"), {"tenancy": ("x", "x"), "keys": ("y", "y")}),
        Compare(("a", "b"), {"who shares it": ("x", "x"), "keys": ("y", "y")}),
        {
            "who shares it\x1fa": "tenancy\x1fa",
            "who shares it\x1fb": "tenancy\x1fb",
            "keys\x1fa": "keys\x1fa",
            "keys\x1fb": "keys\x1fb",
        },
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), PARTS.values(), ids=PARTS.keys())
def test_an_edited_question_keeps_its_history(
    old: Content, new: Content, expected: dict[str, str]
) -> None:
    assert followed_parts(old, new) == expected


def test_a_translation_keeps_questions_by_position() -> None:
    japanese = Compare(
        ("鍵", "箱"), {"共有": both("多", "単"), "管理": both("雲", "人")}
    )

    found = followed_parts(TABLE, japanese, translated=True)

    assert found["共有\x1f鍵"] == "tenancy\x1fKMS"
    assert found["管理\x1f箱\x1f<"] == "keys\x1fHSM\x1f<"
    assert len(found) == 8


def several(*asked: str) -> MultiQuestion:
    return MultiQuestion(tuple(SubQuestion(one, f"{one[::-1]}.") for one in asked))


UNTOUCHED, GONE, OTHER = "Who grants it?", "Never limited by what?", "Since which year?"
SHARED: dict[str, tuple[Content, Content]] = {
    "one of two questions": (several(UNTOUCHED, GONE), several(UNTOUCHED, OTHER)),
    "one of many": (
        several(*map(hex, range(1 << 30, (1 << 30) + 9)), UNTOUCHED),
        several(UNTOUCHED, OTHER),
    ),
    "a row": (
        Compare(("a", "b"), {GONE: ("x", "y"), UNTOUCHED: ("z", "w")}),
        Compare(("a", "b"), {UNTOUCHED: ("z", "w"), OTHER: ("1", "2"), "q": ("", "")}),
    ),
}


@pytest.mark.parametrize(("old", "new"), SHARED.values(), ids=SHARED.keys())
@pytest.mark.parametrize("moved", [False, True])
def test_a_note_goes_on_by_a_question_that_stayed(
    old: Content, new: Content, moved: bool
) -> None:
    before = [*NOTES, replace(LAST, content=old, line=9)]
    edited = replace(LAST, content=new)
    after = [edited, note("New?"), *NOTES[::-1]] if moved else [*NOTES, edited]

    found = plan(before, after)

    assert found == {"reworded": 1, "unchanged": 3} | ({"new": 1} if moved else {})


def test_a_note_goes_on_by_a_similar_question_in_its_place() -> None:
    old = several("Which base pairs with adenine?", GONE * 3)
    new = several("Which base does pair with adenine?", OTHER * 3)

    found = plan(
        [*NOTES, replace(LAST, content=old)], [*NOTES, replace(LAST, content=new)]
    )

    assert found == {"reworded": 1, "unchanged": 3}


def test_of_two_notes_the_one_with_more_common_questions_goes_on() -> None:
    old = replace(LAST, content=several(UNTOUCHED, GONE, OTHER))
    less, more = several(UNTOUCHED, "A?"), several(GONE, OTHER, "B?")

    steps = make_plan(
        [replace(old, content=one) for one in (less, more)],
        known([old]),
        FileScope(frozenset({FILE})),
    )

    assert [step.action for step in steps] == ["new", "reworded"]


def test_two_ids_are_two_notes_though_they_share_a_question() -> None:
    old = replace(LAST, content=several(UNTOUCHED, GONE), id="one")
    new = replace(LAST, content=several(UNTOUCHED, OTHER), id="two")

    assert plan([old], [new]) == {"new": 1, "retired": 1}


words = st.text("abcdefghij ", min_size=12, max_size=40).map(str.strip).filter(bool)
decks = st.lists(
    st.tuples(words, words),
    min_size=2,
    max_size=8,
    unique_by=(lambda t: t[0], lambda t: t[1]),
)


def read(pairs: list[tuple[str, str]]) -> list[Note]:
    cards = "".join(f'- front: "{q}"\n  back: "{a}"\n' for q, a in pairs)
    return list(parse_deck(f"deck: D\ncards:\n{cards}", Path("d.yaml")).notes)


def reordered(pairs: list[tuple[str, str]], at: int) -> list[tuple[str, str]]:
    return pairs[at:] + pairs[:at]


def new_answer(pairs: list[tuple[str, str]], at: int) -> list[tuple[str, str]]:
    return [(q, a + " indeed" * (i == at)) for i, (q, a) in enumerate(pairs)]


def new_question(pairs: list[tuple[str, str]], at: int) -> list[tuple[str, str]]:
    return [("now " * (i == at) + q, a) for i, (q, a) in enumerate(pairs)]


@pytest.mark.parametrize("edited", [reordered, new_answer, new_question])
@given(pairs=decks, at=st.integers(0, 7))
def test_no_single_edit_adds_or_retires_a_note(
    edited: Callable[[list[tuple[str, str]], int], list[tuple[str, str]]],
    pairs: list[tuple[str, str]],
    at: int,
) -> None:
    before, after = read(pairs), read(edited(pairs, at % len(pairs)))
    if duplicates(after, {}):
        return

    found = plan(before, after)

    assert (found.get("new", 0), found.get("retired", 0)) == (0, 0)
