"""A note stays the same one while its parts come and go."""

import pytest

from cards.identity.parts import THRESHOLD, content_similarity
from cards.note import Cloze, Compare, Content, ListNote, MultiQuestion, SubQuestion

ASKED = (
    SubQuestion("What does SCP stand for?", "Service control policy"),
    SubQuestion("What does an SCP never grant?", "Permissions"),
    SubQuestion("To whom does it not apply?", "The management account"),
)


@pytest.mark.parametrize(
    ("fewer", "more"),
    [
        (MultiQuestion(ASKED[:1]), MultiQuestion(ASKED[:2])),
        (MultiQuestion(ASKED[1:2]), MultiQuestion(ASKED)),
        (MultiQuestion(ASKED[:2]), MultiQuestion(ASKED[::-1])),
        (ListNote("STRIDE", ("a", "b")), ListNote("Threats", ("b", "c", "a"))),
        (
            Compare(("KMS", "HSM"), {"keys": ("AWS", "you")}),
            Compare(("KMS", "HSM"), {"tenancy": ("x", "y"), "keys": ("AWS", "you")}),
        ),
        (Cloze("{{c1::ATP}} is energy"), Cloze("{{c1::ATP}} is {{c2::energy}}")),
    ],
    ids=["a question", "questions", "reversed", "item", "row", "cloze"],
)
def test_a_note_is_the_same_with_more_parts(fewer: Content, more: Content) -> None:
    assert content_similarity(fewer, more) >= THRESHOLD
    assert content_similarity(more, fewer) >= THRESHOLD


def test_notes_that_ask_other_questions_differ() -> None:
    one, other = MultiQuestion(ASKED[:1]), MultiQuestion(ASKED[2:])

    assert content_similarity(one, other) < THRESHOLD
