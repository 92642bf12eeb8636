"""Adding files never retires cards with answers unasked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import Run
from store_fixtures import NOON, give, ids, shelf

from cards.errors import FlashError
from flash.service.adding import AddPlan, apply_adding, plan_adding
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from srs.models.cards import Rating
from srs.store.opening import open_store

CARDS = "  - {front: one, back: a}\n  - {front: two, back: b}\n"
THIRD = "  - {front: three, back: c}\n"


def write(text: str, name: str = "d/a.yaml") -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text, "utf-8")


def learn(flash: Run) -> None:
    """Add the folder and answer its first card."""
    write(f"deck: D\ncards:\n{CARDS}")
    flash("add", "d")
    flash("review", "--plain", typed="\n4\nq\n")


def test_a_typo_in_deck_is_an_error_and_retires_nothing(flash: Run) -> None:
    learn(flash)
    write("deck: E\ncards:\n  - {front: q, back: x}\n", "d/b.yaml")
    write(f"dekc: D\ncards:\n{CARDS}")

    code, out, err = flash("add", "d")

    assert (code, out) == (1, "")
    assert "d/a.yaml:1:1: unknown key 'dekc' (did you mean 'deck'?)" in err
    assert len(flash.json("list")) == 2


def test_a_known_file_without_both_keys_is_an_error(flash: Run) -> None:
    learn(flash)
    write("deck: E\ncards:\n  - {front: q, back: x}\n", "d/b.yaml")
    write("name: x\n")

    code, _, err = flash("add", "d")

    assert code == 1
    assert err == (
        "d/a.yaml:1:1: the store has cards of this file, but it is no longer a deck"
        " (restore 'deck:' and 'cards:' at its top, or delete the file)\n"
    )
    assert len(flash.json("list")) == 2


def test_a_card_with_answers_is_retired_only_with_yes(flash: Run) -> None:
    learn(flash)
    write("deck: D\ncards:\n  - {front: two, back: b}\n")

    refused = flash("add", "d")
    left = len(flash.json("list"))
    agreed = flash("add", "d", "--yes")[0]

    assert refused == (
        1,
        "",
        "flash: would retire 1 of 2 cards of 'D', 1 of them with answers: 'one';"
        " nothing was changed (add --yes if you mean it)\n",
    )
    assert (left, agreed, len(flash.json("list"))) == (2, 0, 1)


def test_a_card_without_answers_is_retired_unasked(flash: Run) -> None:
    learn(flash)
    write("deck: D\ncards:\n  - {front: one, back: a}\n")

    assert flash("add", "d")[0] == 0
    assert len(flash.json("list")) == 1


@pytest.mark.parametrize(("lost", "code"), [(11, 0), (12, 1)])
def test_a_tenth_of_the_cards_is_retired_unasked(
    flash: Run, lost: int, code: int
) -> None:
    cards = [f"  - {{front: question {n}, back: {n}}}\n" for n in range(110)]
    write("deck: D\ncards:\n" + "".join(cards))
    flash("add", "d")
    write("deck: D\ncards:\n" + "".join(cards[lost:]))

    assert flash("add", "d")[0] == code


def test_a_reworded_card_with_answers_is_no_loss(flash: Run) -> None:
    learn(flash)
    write(f"deck: D\ncards:\n{CARDS}".replace("one", "the first"))

    assert flash("add", "d")[0] == 0


LOSSES = {
    "an item": (
        "{list: STRIDE, items: [Spoofing, Tampering, Repudiation]}",
        "{list: STRIDE, items: [Spoofing, Repudiation, Flood]}",
        """\
  changed   STRIDE
            retires: STRIDE: Tampering
1 changed; 3 cards, 1 retired
""",
    ),
    "a gap": (
        "{cloze: '{{c1::S3}} and {{c2::DynamoDB}} are served'}",
        "{cloze: '{{c1::S3}} and DynamoDB are served'}",
        """\
  changed   S3 and DynamoDB are served
            retires: S3 and DynamoDB are served: DynamoDB
1 changed; 1 card, 1 retired
""",
    ),
    "a row": (
        "{compare: [KMS, HSM], by: {keys: [AWS, you], price: [low, high]}}",
        "{compare: [KMS, HSM], by: {keys: [AWS, you]}}",
        """\
  reworded  KMS / HSM: keys, price
            → KMS / HSM: keys
            retires: KMS: price?
            retires: HSM: price?
1 reworded; 2 cards, 2 retired
""",
    ),
    "reverse": (
        "{front: a?, back: b, reverse: true}",
        "{front: a?, back: b}",
        """\
  changed   a?
            retires: b
1 changed; 1 card, 1 retired
""",
    ),
    "a question": (
        "{questions: [{front: What is A?, back: a}, {front: Who is B?, back: b}]}",
        "{questions: [{front: What is A?, back: a}]}",
        """\
  reworded  What is A? / Who is B?
            → What is A?
            retires: Who is B?
1 reworded; 1 card, 1 retired
""",
    ),
    "the kind": (
        "{id: one, front: a?, back: b}",
        "{id: one, choice: a?, options: [b, c], answer: b}",
        """\
  changed   a?  (basic → choice: starts as new)
            retires: a?
1 changed; 1 card, 1 retired
""",
    ),
}


@pytest.mark.parametrize(
    ("before", "after", "said"), LOSSES.values(), ids=LOSSES.keys()
)
def test_each_card_that_a_changed_note_loses_is_named(
    flash: Run, before: str, after: str, said: str
) -> None:
    write(f"deck: D\ncards:\n  - {before}\n")
    flash("add", "d")
    write(f"deck: D\ncards:\n  - {after}\n")

    dry, dry_json = flash("add", "d", "--dry-run"), flash.json("add", "d", "--dry-run")
    real = flash("add", "d")
    flash("undo")
    real_json = flash.json("add", "d")

    assert real == (0, said, "")
    assert dry == (0, said[:-1] + " (dry run: nothing was changed)\n", "")
    assert real_json == dry_json | {"dry_run": False}
    assert len(dry_json["retired_cards"]) == said.count("retires:")


def test_a_dry_run_says_what_will_be_asked(flash: Run) -> None:
    learn(flash)
    write("deck: D\ncards:\n  - {front: two, back: b}\n")
    asks = "would retire 1 of 2 cards of 'D', 1 of them with answers: 'one'"

    err = flash("add", "d", "--dry-run")[2]
    dry = flash.json("add", "d", "--dry-run")
    real = flash.json("add", "d", "--yes")

    assert err == f"flash add asks first: {asks}\n"
    assert dry["asks"] == asks
    assert dry["retired_cards"] == [
        {
            "guid": dry["steps"][0]["guid"],
            "deck": "D",
            "question": "one",
            "answer": "a",
            "answered": True,
        }
    ]
    assert real == dry | {"dry_run": False}


def test_each_deck_that_loses_cards_with_answers_is_named(flash: Run) -> None:
    for name in "DE":
        write(f"deck: {name}\ncards:\n{CARDS}{THIRD}", f"d/{name}.yaml")
    flash("add", "d")
    flash("review", "--plain", typed="\n4\n" * 6 + "q\n")
    for name in "DE":
        write(f"deck: {name}\ncards:\n{THIRD}", f"d/{name}.yaml")

    err = flash("add", "d")[2]

    assert err == (
        "flash: would retire 2 of 3 cards of 'D', 2 of them with answers: 'one',"
        " 'two'; would retire 2 of 3 cards of 'E', 2 of them with answers: 'one',"
        " 'two'; nothing was changed (add --yes if you mean it)\n"
    )


def test_the_cards_are_named_before_the_question(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(flash)
    write("deck: D\ncards:\n  - {front: two, back: b}\n")
    monkeypatch.setattr("flash.cli.commands.add.has_terminal", lambda: True)
    monkeypatch.setattr("flash.cli.asking.has_terminal", lambda: True)

    code, out, err = flash("add", "d", typed="y\n")

    assert code == 0
    assert err == (
        "  retired   one\nThis retires 1 of 2 cards of 'D', 1 of them with answers."
        " Continue? [y/N]:"
    )


def test_a_returned_note_loses_no_retired_card_again(flash: Run) -> None:
    note = "  - {id: s, list: STRIDE, items: [Spoofing, Tampering, Repudiation]}\n"
    write(f"deck: D\ncards:\n{CARDS}{note}")
    flash("add", "d")
    write(f"deck: D\ncards:\n{CARDS}")
    flash("add", "d")
    write(f"deck: D\ncards:\n{CARDS}{note.replace('Tampering, ', '')}")

    out = flash("add", "d")[1]

    assert out == "  returned  STRIDE\n1 returned, 2 unchanged; 4 cards\n"


@pytest.fixture
def app(flash: Run) -> Iterator[AppContext]:
    """A store of three cards; the first one has an answer."""
    learn(flash)
    write(f"deck: D\ncards:\n{CARDS}{THIRD}")
    flash("add", "d")
    store = open_store(Path("store.db"), NOON)
    yield AppContext(store, lambda: NOON)
    store.close()


def planned(app: AppContext, left: str) -> AddPlan:
    """Plan to add the folder when its file has other cards."""
    write(f"deck: D\ncards:\n{left}")
    return plan_adding(app.store, read_files([Path("d")]))


def answer_elsewhere(card: int) -> None:
    """Answer a card as another process does."""
    store = open_store(Path("store.db"), NOON)
    give(store, ids(store)[card], Rating.GOOD, NOON)
    store.close()


@pytest.mark.parametrize(
    ("left", "agreed", "answered"),
    [(CARDS, 0, 1), (THIRD, 1, 2)],
    ids=["nothing agreed", "less agreed"],
)
def test_a_loss_that_grew_since_the_plan_is_refused(
    app: AppContext, left: str, agreed: int, answered: int
) -> None:
    plan = planned(app, left)
    assert sum(loss.answered for loss in plan.losses) == agreed
    answer_elsewhere(2 if left == CARDS else 1)
    before = shelf(app.store)

    with pytest.raises(FlashError, match=f"of 3 cards of 'D', {answered} of them"):
        apply_adding(app, plan)

    assert shelf(app.store) == before


def test_the_agreed_loss_is_taken_though_the_store_changed(app: AppContext) -> None:
    plan = planned(app, "  - {front: two, back: b}\n" + THIRD)
    (loss,) = plan.losses
    assert (loss.deck, loss.retired, loss.total, loss.answered) == ("D", 1, 3, 1)
    answer_elsewhere(2)
    assert app.store.version() != plan.version

    apply_adding(app, plan)

    assert [note.retired for note in shelf(app.store)] == [True, False, False]


@pytest.mark.parametrize("again", ["decks", "decks/a.yaml", "link", "tmp/../decks"])
@pytest.mark.parametrize("first", ["link", "link/a.yaml", "tmp/../decks", "decks"])
def test_a_file_is_known_by_each_of_its_names(
    flash: Run, first: str, again: str
) -> None:
    Path("decks").mkdir()
    Path("tmp").mkdir()
    Path("link").symlink_to("decks")
    card = "  - {{front: {0}, back: b}}\n"
    head = "deck: D\ncards:\n"
    deck = Path("decks/a.yaml")
    deck.write_text(head + card.format("one") + card.format("two"), "utf-8")
    flash("add", first)

    Path("tmp").rmdir()
    Path("tmp").mkdir()
    deck.write_text(head + card.format("one"), "utf-8")
    flash("add", again)

    assert "two" not in flash("list")[1]
    assert str(Path("tmp").absolute()) not in flash("show", "one")[1]


def test_a_file_deleted_in_a_folder_of_another_name_is_gone(flash: Run) -> None:
    Path("decks").mkdir()
    Path("link").symlink_to("decks")
    for name in ("a", "b"):
        text = f"deck: D\ncards:\n  - {{front: {name}, back: b}}\n"
        Path(f"decks/{name}.yaml").write_text(text, "utf-8")
    flash("add", "link")

    Path("decks/b.yaml").unlink()
    flash("add", "decks")

    assert json.loads(flash("list", "--json")[1])[0]["question"] == "a"
    assert len(json.loads(flash("list", "--json")[1])) == 1
