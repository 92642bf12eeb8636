"""Notes whose file and root deck have other names."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cards.errors import DeckError
from cards.identity.keys import guid_for, text_key
from cards.identity.matching import Action, ExistingNote, FileScope, make_plan
from cards.note import Basic, Note

OLD, NEW = "/V/n.md", "/W/n.md"


def note(question: str, answer: str = "a", deck: str = "V", file: str = OLD) -> Note:
    line = sum(map(ord, question))
    return Note(Basic(question, answer), deck=deck, language="", file=file, line=line)


def known(notes: list[Note]) -> list[ExistingNote]:
    return [
        ExistingNote(guid_for(f"{at}"), one, text_key=text_key(one))
        for at, one in enumerate(notes)
    ]


def moved(notes: list[Note], root: str = "W", file: str = NEW) -> list[Note]:
    return [
        replace(one, deck=root + one.deck.removeprefix("V"), file=file) for one in notes
    ]


@dataclass
class Plan:
    """What becomes of the notes."""

    origins: list[str | None]
    """The question that each incoming note continues."""
    retired: int


def plan(before: list[Note], after: list[Note]) -> Plan:
    """Plan the import of all files of some notes; all others are gone."""
    files = frozenset(one.file for one in after)
    gone = frozenset(one.file for one in before if one.file) - files
    steps = make_plan(after, known(before), FileScope(files, gone))
    used = [step for step in steps if step.action is not Action.RETIRED]
    return Plan(
        [step.known.note.content.front if step.known else None for step in used],
        len(steps) - len(used),
    )


NOTES = [
    note("Which organelle makes ATP?", "yes"),
    note("What is DNA?", "yes", "V::sub"),
    note("Which base?", "yes", "V::sub"),
]
QUESTIONS = [one.content.front for one in NOTES]


@pytest.mark.parametrize("file", [OLD, ""])
def test_a_renamed_vault_keeps_its_history(file: str) -> None:
    before = [replace(one, file=file) for one in NOTES]

    assert plan(before, moved(NOTES)) == Plan(QUESTIONS, 0)


def test_other_edits_of_a_renamed_vault_are_followed() -> None:
    after = moved(NOTES)
    after[0] = replace(after[0], content=Basic(QUESTIONS[0], "Mitochondrion"))
    after[1] = replace(after[1], content=Basic("What is DNA then?", "yes"))
    after.append(note("New?", "new", "W", NEW))

    before = [
        *NOTES,
        note("Which other base?", "no"),
        note("Which third one?", "maybe"),
    ]
    whole = [*after, *moved(before[3:])]

    assert plan(before, whole).origins[:3] == QUESTIONS


@pytest.mark.parametrize("file", [OLD, ""])
@pytest.mark.parametrize("elsewhere", ["/X/n.md", ""])
def test_two_decks_that_fit_are_left_alone(file: str, elsewhere: str) -> None:
    before = [replace(one, file=file) for one in NOTES]
    twins = [replace(one, deck="X", file=elsewhere) for one in NOTES]

    assert plan(before + twins, moved(NOTES)).origins == [None] * 3


def test_a_deck_with_two_copies_follows_neither() -> None:
    after = moved(NOTES) + moved(NOTES, "X", "/X/n.md")

    assert plan(NOTES, after).origins == [None] * 6


def test_a_few_equal_questions_are_another_deck() -> None:
    others = [note(f"Question {at}?", f"answer {at}") for at in range(9)]
    after = moved(NOTES)

    assert plan([*NOTES[:2], *others], after) == Plan([None] * 3, 0)


def test_the_same_questions_with_other_answers_are_another_deck() -> None:
    after = [
        replace(one, content=Basic(one.content.front, "no")) for one in moved(NOTES)
    ]

    assert plan(NOTES, after) == Plan([None] * 3, 0)


def test_a_deck_without_files_is_no_part_of_a_larger_one() -> None:
    before = [replace(one, file="") for one in NOTES]
    others = [note(f"Question {at}?", deck="W", file=NEW) for at in range(4)]

    assert plan(before, moved(NOTES) + others).origins == [None] * 7


def test_an_imported_package_is_no_deleted_file() -> None:
    package = [replace(one, file="/decks/a.apkg", line=0) for one in NOTES]
    others = [note(f"Question {at}?", deck="W", file=NEW) for at in range(4)]

    assert plan(package, moved(NOTES) + others) == Plan([None] * 7, 0)


def test_a_deck_that_is_in_files_was_not_renamed() -> None:
    before = [replace(one, file="") for one in NOTES]
    elsewhere = note("Which acid?", file="/V/other.md")
    scope = FileScope(frozenset([NEW]))

    steps = make_plan(moved(NOTES), known([*before, elsewhere]), scope)

    assert [step.action for step in steps] == [Action.NEW] * 3


def test_an_id_goes_on_in_a_deck_that_has_another_name() -> None:
    before = [replace(one, file="", id=f"flash-{at}") for at, one in enumerate(NOTES)]
    after = moved([replace(one, file=NEW) for one in before])

    assert plan(before, after[1:]).origins == QUESTIONS[1:]


def test_an_id_of_another_fact_of_a_synced_deck_is_refused() -> None:
    theirs = note("q", "a", "Theirs", "")
    mine = note("r", "b", "Mine", NEW)

    with pytest.raises(DeckError):
        plan([replace(theirs, id="same")], [replace(mine, id="same")])


texts = st.sampled_from("abcdef")
decks = st.lists(
    st.tuples(texts, texts), min_size=1, max_size=6, unique_by=lambda t: t[0]
)


@given(old=decks, new=decks, in_use=decks, has_file=st.booleans())
def test_a_history_follows_only_where_most_is_equal(
    old: list[tuple[str, str]],
    new: list[tuple[str, str]],
    in_use: list[tuple[str, str]],
    has_file: bool,
) -> None:
    before = [note(*pair, file=OLD if has_file else "") for pair in old]
    other = [note(*pair, "Other", "/other.md") for pair in in_use]
    after = [note(*pair, "W", NEW) for pair in new]
    gone = frozenset([OLD] if has_file else [])

    steps = make_plan(after, known(before + other), FileScope(frozenset([NEW]), gone))

    decks = [step.known.note.deck for step in steps if step.known]
    equal = len(set(old) & set(new))
    is_most = 2 * equal >= (len(old) if has_file else max(len(old), len(new)))
    assert len(decks) >= equal if is_most else decks == []
    assert set(decks) <= {"V"}
