"""Queries, names and numbers of cards on the command line."""

import json
from pathlib import Path

import pytest
from command_runner import Run

DECKS = {
    "iam.yaml": """\
deck: AWS::IAM
tags: [domain::iam]
cards:
  - {id: role, front: What is a **role**?, back: An identity}
  - {id: policy, front: What is a `policy` document?, back: JSON}
""",
    "kms.yaml": """\
deck: AWS::KMS Keys
cards:
  - {id: key, front: What is a key?, back: port 0443}
""",
    "other.yaml": """\
deck: Other::IAM
cards:
  - {id: iam, front: What does iam mean?, back: Identity and access}
""",
}


@pytest.fixture
def flash(flash: Run) -> Run:
    for name, text in DECKS.items():
        Path(name).write_text(text, "utf-8")
    flash("add", *DECKS)
    return flash


def ids(flash: Run, *words: str) -> list[str]:
    return [card["id"] for card in flash.json("list", *words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["role", "policy", "key", "iam"]),
        (["AWS"], ["role", "policy", "key"]),
        (["aws::iam"], ["role", "policy"]),
        (["kms keys"], ["key"]),
        (["role"], ["role"]),
        (["role", "key"], ["role", "key"]),
        (["role", "keys"], []),
        (["identity", "access"], ["iam"]),
        (["identity access"], ["iam"]),
        (["deck:iam"], ["role", "policy", "iam"]),
        (["deck:aws", "-tag:iam"], ["key"]),
        (["--tag", "iam"], ["role", "policy"]),
        (["AWS", "--tag", "iam"], ["role", "policy"]),
        (["-tag:iam", "--sort", "due", "-(is:due)"], ["key", "iam"]),
        (['"0443"'], ["key"]),
        (["is:suspended"], []),
    ],
    ids=" ".join,
)
def test_words_name_cards(flash: Run, words: list[str], expected: list[str]) -> None:
    assert ids(flash, *words) == expected


def test_a_card_number_may_be_shortened(flash: Run) -> None:
    first, second = flash.json("list")[:2]

    assert len(first["number"]) == 4
    assert ids(flash, first["number"], second["number"]) == ["role", "policy"]
    assert ids(flash, str(first["card"])) == ["role"]


def test_digits_may_be_a_deck_or_an_id(flash: Run) -> None:
    Path("n.yaml").write_text(
        "deck: '2024'\ncards:\n  - {id: '0412', front: q, back: a}\n", "utf-8"
    )
    flash("add", "n.yaml")
    number = flash.json("list", "deck:2024")[0]["number"]

    assert ids(flash, "2024") == ids(flash, "0412") == ids(flash, number) == ["0412"]
    assert ids(flash, "0412", "role") == ["role", "0412"]


def test_a_deck_called_as_a_card_does_not_hide_the_card(flash: Run) -> None:
    number = flash.json("list")[0]["number"]
    text = f"deck: '{number}'\ncards:\n  - {{id: other, front: q, back: a}}\n"
    Path("n.yaml").write_text(text, "utf-8")
    flash("add", "n.yaml")

    assert ids(flash, number) == ["role"]
    assert ids(flash, f"deck:{number}") == ["other"]
    assert flash("suspend", number)[1] == "Suspended 1 of 1 card.\n"
    assert ids(flash, "is:suspended") == ["role"]


def test_an_ambiguous_number_lists_the_cards(flash: Run) -> None:
    number = str(flash.json("list")[0]["card"])[:3]

    code, _, err = flash("show", "0")
    assert (code, err) == (0, "")
    code, _, err = flash("show", number)
    assert code == 1
    assert err == (
        f"flash: no card has the number {number} (to find the text, write '\"{number}\"')\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["IAM"],
            "several decks are called 'IAM' (write one of: AWS::IAM, Other::IAM)",
        ),
        (["polici"], "no card matches 'polici' (flash list shows all cards)"),
        (["othr"], "no card matches 'othr' (did you mean the deck 'Other'?)"),
        (["deck:Nope"], "no deck 'Nope' (flash decks lists them)"),
        (["deck:othr"], "no deck 'othr' (did you mean 'Other'?)"),
        (["id:nope"], "no card is called 'nope' (flash list shows the card numbers)"),
        (
            ["card:12345"],
            "no card is called '12345' (flash list shows the card numbers)",
        ),
        (
            ["my.yaml"],
            "no card matches 'my.yaml' (add the file first: flash add my.yaml)",
        ),
        (
            ["12345"],
            "no card has the number 12345 (to find the text, write '\"12345\"')",
        ),
        (["is:new", "(a"], "'(' is never closed\n  is:new (a\n         ^ (add ')')"),
        (
            ["東京", "dekc:x"],
            "unknown key 'dekc:'\n  東京 dekc:x\n       ^ (did you mean 'deck:'?)",
        ),
        (
            ["kms:Decrypt"],
            "unknown key 'kms:'\n  kms:Decrypt\n  ^"
            ' (to find the text, write "kms:Decrypt")',
        ),
        (
            ["a Biology::Nope"],
            "no deck 'Biology::Nope'\n  a Biology::Nope\n    ^ (flash decks lists them;"
            ' to find the text, write "Biology::Nope")',
        ),
        (
            ["prop:x>1"],
            "unknown property 'x'\n  prop:x>1\n       ^"
            " (known: due, s, d, r, ivl, reps, lapses)",
        ),
        (
            ["flag:9"],
            "'flag:' can't have this value\n  flag:9\n       ^ (write flag:1)",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("command", ["list", "suspend"])
def test_errors_point_at_the_mistake(
    flash: Run, command: str, words: list[str], message: str
) -> None:
    Path("my.yaml").touch()

    assert flash(command, *words) == (1, "", f"flash: {message}\n")


def test_an_action_needs_a_card(flash: Run) -> None:
    assert flash("suspend", "is:leech")[::2] == (
        1,
        "flash: no card matches 'is:leech' (flash list shows all cards)\n",
    )
    assert flash("suspend", " ")[0] == 1
    assert flash("export", "x.csv", "is:leech")[0] == 1
    assert flash("show", "is:leech")[0] == 1


def test_a_review_asks_what_a_query_finds(flash: Run) -> None:
    out = flash("review", "--plain", "key or tag:iam", typed="\n4\n\n4\nq\n")[1]

    assert "new 3 · learning 0 · due 0" in out
    assert "Left today: new 1 · learning 0 · due 0." in out
    assert "flash review 'key or tag:iam'\n" in out


def test_limits_hold_for_a_query(flash: Run) -> None:
    flash("config", "new_per_day", "1", "--deck", "aws")

    assert flash("review", "--plain", "what", typed="q\n")[1].startswith(
        "\nAWS › IAM\nnew 2 · "
    )


def test_an_export_takes_a_query(flash: Run) -> None:
    assert flash("export", "out.json", "tag:iam", "-policy")[0] == 0

    exported = json.loads(Path("out.json").read_text("utf-8"))
    assert [one["question"] for one in exported] == ["What is a **role**?"]


def test_a_query_removes_its_notes(flash: Run) -> None:
    assert flash("remove", "role", "key")[1].startswith("Removed 'role key': 2 cards.")

    assert ids(flash) == ["policy", "iam"]
    assert ids(flash, "is:retired") == ["role", "key"]
    flash("undo")
    assert flash.json("remove", "key", "--forever", "--yes")["cards"] == 1
    assert ids(flash, "--retired") == ["role", "policy", "iam"]


def test_a_list_is_sorted_and_not_cut_in_a_pipe(flash: Run) -> None:
    long = "x" * 200
    Path("long.yaml").write_text(
        f"deck: Long\ncards:\n  - {{front: 'A *long* {long}', back: b}}\n", "utf-8"
    )
    flash("add", "long.yaml", now="2026-11-24T09:00:00+00:00")

    lines = flash("list", "--sort", "added")[1].splitlines()

    assert lines[1].split(maxsplit=2)[2] == f"A long {long}"
    assert lines[2].endswith("What is a role?")


def test_many_cards_are_changed_after_a_question_only(flash: Run) -> None:
    cards = "".join(f"  - {{front: q{n}, back: a}}\n" for n in range(60))
    Path("many.yaml").write_text(f"deck: Many\ncards:\n{cards}", "utf-8")
    flash("add", "many.yaml")

    assert flash("suspend", "many") == (
        1,
        "",
        "flash: 60 cards would change; nothing was changed (add --yes to change them)\n",
    )
    assert flash("suspend", "many", "-y")[1] == "Suspended 60 of 60 cards.\n"
    assert len(ids(flash, "is:suspended")) == 60


@pytest.mark.parametrize(
    ("name", "other"),
    [("ＡＷＳ", "AWS"), ("AWS", "aws"), ("C*", "C++"), ("A::C*", "A::C++")],
)
def test_a_whole_name_means_that_deck_only(flash: Run, name: str, other: str) -> None:
    flash("remove", "AWS", "--forever", "--yes")
    for file, deck in (("x.yaml", name), ("y.yaml", other)):
        text = f"deck: '{deck}::Child'\ncards:\n  - {{front: 'in {deck}', back: b}}\n"
        Path(file).write_text(text, "utf-8")
    flash("add", "x.yaml", "y.yaml")
    mine, others = [{f"{deck}::Child"} for deck in (name, other)]

    def decks(*words: str) -> set[str]:
        return {card["deck"] for card in flash.json("list", *words)}

    assert decks(name) == decks(f"deck:{name}") == mine
    flash("export", "out.json", "--deck", name)
    exported = json.loads(Path("out.json").read_text("utf-8"))
    assert [card["question"] for card in exported] == [f"in {name}"]
    assert flash("suspend", name)[1] == "Suspended 1 of 1 card.\n"
    assert flash("remove", name, "--forever", "--yes")[0] == 0
    assert decks() == others | {"Other::IAM"}


@pytest.mark.parametrize(
    "query", ["deck:Nope is:due", "deck:Nop*", "id:nope or tag:nope", "-is:new"]
)
def test_a_query_may_match_nothing(flash: Run, query: str) -> None:
    assert flash("list", "--json", "--", query) == (0, "[]\n", "")


def test_a_deck_whose_cards_are_retired_exists(flash: Run) -> None:
    flash("remove", "Other", "--yes")

    assert flash("list", "deck:Other", "--json") == (0, "[]\n", "")
    assert len(flash.json("list", "deck:Other", "--retired")) == 1


@pytest.mark.parametrize("query", ["no such", "deck:No*", "tag:nope", "a tag:nope"])
def test_a_review_of_no_card_at_all_is_an_error(flash: Run, query: str) -> None:
    Path("d.yaml").write_text(
        "deck: D\ncards:\n  - {front: a, back: b, tags: [core]}\n", "utf-8"
    )
    flash("add", "d.yaml")

    for command in (("review", query), ("review", query, "--cram")):
        code, out, err = flash(*command)
        assert (code, out) == (1, "")
        assert err == f"flash: no card matches '{query}' (flash list shows all cards)\n"
    # What the next days or answers change is not a typing error.
    assert flash("review", f"{query} or is:due")[0] == 0
