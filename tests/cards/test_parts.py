"""A note stays the same one while its parts come and go."""

import pytest

from cards.identity.parts import THRESHOLD, content_similarity, followed_parts
from cards.note import Cloze, Compare, Content, ListNote, MultiQuestion, SubQuestion
from cards.questions import parts_of

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


GATEWAY = Cloze("A gateway endpoint serves {{c1::S3}} and {{c2::DynamoDB}}.")
CUSTODY = Compare(("KMS", "HSM"), {"tenancy": ("x", "y"), "keys": ("AWS", "you")})
UNRELATED: dict[str, tuple[Content, Content, set[str]]] = {
    "an item": (
        ListNote("STRIDE", ("Spoofing", "Tampering")),
        ListNote("STRIDE", ("Spoofing", "Elevation")),
        {"Elevation"},
    ),
    "a short item": (
        ListNote("Hydrides", ("C", "S3")),
        ListNote("Hydrides", ("a C", "S3")),
        {"a C"},
    ),
    "a question and its answer": (
        MultiQuestion(ASKED[:2]),
        MultiQuestion((SubQuestion("How deep may a tree be?", "Five"), ASKED[1])),
        {"How deep may a tree be?"},
    ),
    "a row": (
        CUSTODY,
        Compare(
            ("KMS", "HSM"), {"price": ("per key", "hourly"), "keys": ("AWS", "you")}
        ),
        {"price\x1fKMS", "price\x1fHSM"},
    ),
    "a subject": (
        CUSTODY,
        Compare(("KMS", "Vault"), {"tenancy": ("x", "z"), "keys": ("AWS", "any")}),
        {"tenancy\x1fVault", "keys\x1fVault"},
    ),
    "a gap at another place": (
        GATEWAY,
        Cloze("A {{c2::gateway}} endpoint serves {{c1::S3}} and DynamoDB."),
        {"gateway"},
    ),
}


@pytest.mark.parametrize("case", UNRELATED.values(), ids=UNRELATED.keys())
def test_an_unrelated_part_in_the_place_of_another_is_new(
    case: tuple[Content, Content, set[str]],
) -> None:
    old, new, made = case

    kept = {part: part for part in parts_of(new) if part not in made}

    assert followed_parts(old, new) == kept


REWORDED: dict[str, tuple[Content, Content, dict[str, str]]] = {
    "an item with more words": (
        ListNote("Storage", ("S3", "EFS")),
        ListNote("Storage", ("Amazon S3", "efs")),
        {"Amazon S3": "S3", "efs": "EFS"},
    ),
    "a question with its answer": (
        MultiQuestion(ASKED),
        MultiQuestion((*ASKED[1:], SubQuestion("The long name?", ASKED[0].back))),
        {sub.front: sub.front for sub in ASKED[1:]}
        | {"The long name?": ASKED[0].front},
    ),
    "the only question": (
        MultiQuestion(ASKED[:1]),
        MultiQuestion(ASKED[1:2]),
        {ASKED[1].front: ASKED[0].front},
    ),
    "a hidden text in its sentence": (
        GATEWAY,
        Cloze("The gateway endpoint serves {{c1::EC2}} and {{c2::tables}} only."),
        {"EC2": "S3", "tables": "DynamoDB"},
    ),
    "pictures with other names": (
        ListNote("![](a.png)", ("![](b.png)", "![x](c.png) end", "same")),
        ListNote("![](1.png)", ("![](2.png)", "![x](p/3.png) end", "same")),
        {"![](2.png)": "![](b.png)", "![x](p/3.png) end": "![x](c.png) end"}
        | {"same": "same"},
    ),
    "pictures in another order": (
        ListNote("Cells", ("![](a.png)", "![](b.png)")),
        ListNote("Cells", ("![](b.png)", "![](a.png)")),
        {"![](b.png)": "![](b.png)", "![](a.png)": "![](a.png)"},
    ),
    "a hidden text when a gap is new": (
        GATEWAY,
        Cloze("A {{c1::gateway}} endpoint serves {{c2::EC2}} and {{c3::DynamoDB}}."),
        {"EC2": "S3", "DynamoDB": "DynamoDB"},
    ),
}


@pytest.mark.parametrize(("old", "new", "kept"), REWORDED.values(), ids=REWORDED.keys())
def test_a_reworded_part_goes_on(
    old: Content, new: Content, kept: dict[str, str]
) -> None:
    assert followed_parts(old, new) == kept


def test_translated_clozes_go_on_by_their_numbers() -> None:
    other = Cloze("{{c2::DynamoDB}}と{{c1::S3}}と{{c3::他}}へ")

    found = followed_parts(GATEWAY, other, translated=True)

    assert found == {"DynamoDB": "DynamoDB", "S3": "S3"}
