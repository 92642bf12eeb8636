"""Each text of a joined note is that of the side that edited it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.identity.joined_edits import Versions, joined
from cards.note import Basic, Cloze, Content, MultiQuestion, SubQuestion
from cards.questions import parts_of

texts = st.tuples(*[st.sampled_from(("old", "ours", "theirs", "both"))] * 4)
NAMES = ("a long first question", "its answer", "what is asked second", "and that")


def edited(how: tuple[str, ...], *sides: str) -> tuple[str, ...]:
    """Return the texts of a side."""
    return tuple(
        f"{name} {sides[-1]}" if edit in sides else name
        for name, edit in zip(NAMES, how, strict=True)
    )


def several(one: str, two: str, three: str, four: str) -> Content:
    return MultiQuestion((SubQuestion(one, two), SubQuestion(three, four)))


@given(how=texts)
def test_each_side_keeps_its_edits(how: tuple[str, ...]) -> None:
    base = several(*NAMES)
    ours = several(*edited(how, "both", "ours"))
    theirs = several(*edited(how, "both", "theirs"))
    expected = several(
        *(
            f"{name} {'theirs' if edit == 'both' else edit}".removesuffix(" old")
            for name, edit in zip(NAMES, how, strict=True)
        )
    )
    ordinals = [
        {part: number for number, part in enumerate(parts_of(one))}
        for one in (ours, theirs)
    ]

    made, numbers = joined(Versions(base, base, ours, theirs), *ordinals)

    assert made == expected
    assert list(numbers.values()) == [0, 1]
    assert tuple(numbers) == parts_of(made)


def test_what_only_one_side_has_stays() -> None:
    one, two, new, other = (SubQuestion(f"{n * 3} is", n) for n in "12ab")
    base = MultiQuestion((one, two))
    ours = MultiQuestion((two, one, new))
    theirs = MultiQuestion((one, SubQuestion("222 is", "2, of course"), other))

    made, numbers = joined(
        Versions(base, base, ours, theirs),
        {"222 is": 1, "111 is": 0, "aaa is": 3},
        {"111 is": 0, "222 is": 1, "bbb is": 2},
    )

    assert made == MultiQuestion((theirs.questions[1], one, new, other))
    assert numbers == {"222 is": 1, "111 is": 0, "aaa is": 3, "bbb is": 2}


@pytest.mark.parametrize("prefers_ours", [True, False])
def test_a_rewritten_question_is_found_by_its_ordinal(prefers_ours: bool) -> None:
    base = several(*NAMES)
    ours = several("a long first question?", *NAMES[1:])
    theirs = several("In other words", "with more", "what is asked second?", NAMES[3])
    expected = several(
        "a long first question?" if prefers_ours else "In other words",
        *("with more", "what is asked second?", NAMES[3]),
    )
    ordinals = [
        {part: number for number, part in enumerate(parts_of(one))}
        for one in (ours, theirs)
    ]
    versions = Versions(base, base, ours, theirs, prefers_ours)

    made, numbers = joined(versions, *ordinals)

    assert made == expected
    assert list(numbers.values()) == [0, 1]


def test_another_kind_stays_if_only_that_side_changed() -> None:
    base, changed = Basic("q", "a"), Basic("q", "b")
    cloze = Cloze("{{c1::q}}")

    found = [
        joined(Versions(base, base, cloze, base), {}, {})[0],
        joined(Versions(base, base, cloze, changed), {}, {})[0],
        joined(Versions(base, changed, cloze, changed), {}, {})[0],
        joined(Versions(base, base, base, cloze), {}, {})[0],
    ]

    assert found == [cloze, changed, cloze, cloze]
