"""What was done in a running Anki stays as it is after a push."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_edits import add, note_type, only_note
from command_runner import CELLS, Run
from connect_server import Anki, listening

LATER = "2027-06-01T09:00:00+00:00"


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    opened = Anki(tmp_path)
    yield opened
    opened.collection.close()


@pytest.fixture(autouse=True)
def url(anki: Anki, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with listening(anki) as address:
        monkeypatch.setenv("ANKICONNECT_URL", address)
        yield address


@pytest.fixture
def vocabulary(flash: Run, anki: Anki) -> None:
    """A note that flash shows as several questions, and has from Anki."""
    sides = ("{{W}} / {{M}}", "{{M}} / {{W}}", "{{W}}? / {{M}} {{E}}")
    note_type(anki.collection, "Vocabulary", "WMEX", *sides)
    add(anki.collection, "Vocabulary", "word", "meaning", "", "")
    assert flash.json("pull", "--new", "--deck", "Default")["new_notes"] == 1


@pytest.fixture
def pair(flash: Run, anki: Anki) -> None:
    """A note of question and answer, from Anki, with another field."""
    note_type(anki.collection, "Pair", "QAX", "{{Q}} / {{A}}")
    add(anki.collection, "Pair", "question", "answer", "")
    assert flash.json("pull", "--new", "--deck", "Default")["new_notes"] == 1


def edit_here(flash: Run, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit the text of the first card in flash, later than in Anki."""
    script = Path("editor.py")
    script.write_text(
        "import pathlib, sys\n"
        "p = pathlib.Path(sys.argv[1])\n"
        f"p.write_text(p.read_text('utf-8').replace({old!r}, {new!r}), 'utf-8')\n"
    )
    monkeypatch.setenv("VISUAL", f"python {script.absolute()}")
    card = str(flash.json("list")[0]["card"])
    code, out, err = flash("edit", card, now=LATER)
    assert code == 0, out + err


def edit_there(anki: Anki, field: str, text: str, *tags: str) -> None:
    note = only_note(anki.collection)
    note[field] = text
    note.tags += tags
    anki.collection.update_note(note)


def there(anki: Anki) -> tuple[list[str], list[str]]:
    note = only_note(anki.collection)
    return list(note.fields), list(note.tags)


def schema_time(anki: Anki) -> int:
    return int(anki.collection.db.scalar("select scm from col"))


def test_an_unchanged_note_type_of_anki_is_not_sent(
    flash: Run, anki: Anki, pair: None
) -> None:
    models = anki.collection.models
    model = models.by_name("Pair")
    models.remove_field(model, model["flds"][2])
    models.update_dict(model)
    before = schema_time(anki)

    assert flash("push") == (0, "Nothing new to send to Anki\n", "")

    assert len(models.by_name("Pair")["flds"]) == 2
    assert schema_time(anki) == before


@pytest.mark.parametrize("part", ["flds", "tmpls"])
def test_a_changed_note_type_is_pulled_before_its_notes_are_sent(
    flash: Run, anki: Anki, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = anki.collection
    sides = ("{{Q}} / {{A}}", "{{A}} / {{Q}}")
    note_type(collection, "Pair", "QAX", *sides)
    add(collection, "Pair", "question", "answer", "")
    flash("pull", "--new", "--deck", "Default")
    model = collection.models.by_name("Pair")
    if part == "flds":
        collection.models.remove_field(model, model["flds"][2])
    else:
        collection.models.remove_template(model, model["tmpls"][1])
    model["mod"] += 10
    collection.models.update_dict(model)
    edit_here(flash, "answer", "changed", monkeypatch)
    before, count = schema_time(anki), len(model[part])

    code, out, err = flash("push")
    assert (code, out) == (0, "Nothing new to send to Anki\n")
    assert err == (
        "1 note not sent: the note type was changed in Anki (flash pull takes that)\n"
    )
    flash("pull")
    assert flash("push")[1].startswith("Sent to Anki: 1 note")

    assert there(anki)[0][:2] == ["question", "changed"]
    assert len(collection.models.by_name("Pair")[part]) == count
    assert schema_time(anki) == before


def test_notes_deleted_in_anki_stay_deleted(flash: Run, anki: Anki) -> None:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    flash("push")
    collection = anki.collection
    collection.remove_notes([collection.find_notes("Mitochondrion")[0]])

    assert flash("push") == (
        0,
        "Nothing new to send to Anki\n",
        "1 note deleted in Anki: not sent (--deleted sends them again)\n",
    )
    assert collection.note_count() == 2

    assert flash("push", "--deleted")[1] == "Sent to Anki: 1 note, 1 card\n"
    assert collection.note_count() == 3


def test_cards_that_a_note_lacks_in_anki_are_sent(flash: Run, anki: Anki) -> None:
    text = "deck: A\ncards:\n  - {front: q, back: a, reverse: true}\n"
    Path("a.yaml").write_text(text, "utf-8")
    flash("add", "a.yaml")
    flash("push")
    assert anki.collection.card_count() == 2
    anki.collection.db.execute("delete from cards where ord = 1")

    assert flash("push")[1] == "Nothing new to send to Anki\n"
    with sqlite3.connect("store.db") as connection:
        connection.execute("delete from anki_marks")
    connection.close()
    assert flash("push")[1] == "Sent to Anki: 1 note, 2 cards\n"

    assert anki.collection.card_count() == 2
    assert flash("push")[1] == "Nothing new to send to Anki\n"


def test_a_note_pulled_and_deleted_in_anki_stays_deleted(
    flash: Run, anki: Anki, pair: None
) -> None:
    flash("pull")
    anki.collection.remove_notes([only_note(anki.collection).id])

    flash("push")

    assert anki.collection.note_count() == 0


@pytest.mark.parametrize("is_pulled", [True, False])
def test_an_edit_without_a_field_changes_nothing_in_anki(
    flash: Run,
    anki: Anki,
    vocabulary: None,
    is_pulled: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edit_there(anki, "E", "example", "marked")
    if is_pulled:
        flash("pull")

    edit_here(flash, "meaning", "sense", monkeypatch)
    _, _, err = flash("push")

    assert "1 note keeps its text in Anki" in err
    assert there(anki) == (["word", "meaning", "example", ""], ["marked"])


def test_an_edit_changes_only_its_field(
    flash: Run, anki: Anki, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_there(anki, "X", "private", "marked")

    edit_here(flash, "answer", "changed", monkeypatch)
    flash("push")

    assert there(anki) == (["question", "changed", "private"], ["marked"])


def test_tags_are_merged_with_those_of_anki(flash: Run, anki: Anki) -> None:
    file = Path("a.yaml")
    text = "deck: A\ncards:\n  - {front: q, back: a, tags: [one, two]}\n"
    file.write_text(text, "utf-8")
    flash("add", "a.yaml")
    flash("push")
    edit_there(anki, "Front", "q", "marked")

    for tags in ("[two, three]", "[two, three]", "[three]"):
        line = text.splitlines()[2].replace("[one, two]", tags)
        file.write_text(f"deck: A\ncards:\n{line}\n", "utf-8")
        flash("add", "a.yaml", now=LATER)
        anki.collection.db.execute("update notes set mod = 1")
        flash("push")

    assert there(anki)[1] == ["marked", "three"]


def test_pushing_again_says_which_answers_stay_here(flash: Run, anki: Anki) -> None:
    Path("a.yaml").write_text("deck: A\ncards: [{front: q, back: a}]\n", "utf-8")
    flash("add", "a.yaml")
    flash("review", "--plain", typed="\n3\n")
    assert flash.json("list")[0]["reps"] == 1

    assert flash("push") == (0, "Sent to Anki: 1 note, 1 card\n", "")
    assert anki.collection.db.scalar("select reps from cards") == 1
    assert flash("push") == (0, "Nothing new to send to Anki\n", "")

    flash("review", "--plain", typed="\n3\n", now=LATER)
    assert flash("push")[1:] == (
        "Nothing new to send to Anki\n",
        "1 card with newer answers here: Anki keeps its own progress"
        " (flash phone sends answers)\n",
    )


@pytest.fixture
def changed(flash: Run, anki: Anki) -> None:
    """A note of a deck file that was sent with two texts, the later one last."""
    for number, answer in enumerate(("alpha", "omega")):
        Path("d.yaml").write_text(
            f"deck: D\ncards:\n  - {{front: q, back: {answer}}}\n", "utf-8"
        )
        assert flash("add", "d.yaml", now=f"2026-11-23T09:0{number}:00+00:00")[0] == 0
        assert flash("push")[1].startswith("Sent to Anki: 1 note")
    assert there(anki)[0][1] == "omega"


def test_an_undone_text_is_sent_back(flash: Run, anki: Anki, changed: None) -> None:
    flash("undo")

    assert flash("push")[1].startswith("Sent to Anki: 1 note")
    assert there(anki)[0][1] == "alpha"
    assert flash("push")[1] == "Nothing new to send to Anki\n"

    flash("redo")
    assert flash("push")[1].startswith("Sent to Anki: 1 note")
    assert there(anki)[0][1] == "omega"
    assert flash("push")[1] == "Nothing new to send to Anki\n"


def test_an_undo_takes_back_no_later_edit_in_anki(
    flash: Run, anki: Anki, changed: None
) -> None:
    flash("undo")
    edit_there(anki, only_note(anki.collection).keys()[1], "there")

    assert flash("push")[1] == "Nothing new to send to Anki\n"
    assert there(anki)[0][1] == "there"


def test_an_undone_text_of_a_note_from_anki_is_sent_back(
    flash: Run, anki: Anki, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_there(anki, "X", "more")
    edit_here(flash, "answer", "changed", monkeypatch)
    flash("push")
    assert there(anki)[0] == ["question", "changed", "more"]
    flash("undo")

    assert flash("push")[1].startswith("Sent to Anki: 1 note")

    assert there(anki)[0] == ["question", "answer", "more"]
    assert flash("push")[1] == "Nothing new to send to Anki\n"


def test_a_pull_leaves_an_undone_text_of_a_note_from_anki(
    flash: Run, anki: Anki, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_here(flash, "answer", "changed", monkeypatch)
    flash("push")
    flash("undo")

    flash("pull")

    assert "answer" in flash("show", "question")[1]


@pytest.fixture
def filed(flash: Run, anki: Anki) -> None:
    """A note of a deck file that was sent and then edited in Anki."""
    add_file(flash, "question", "answer", "2026-11-23T09:00:00+00:00")
    flash("push")
    edit_there(anki, "Back", "there")
    anki.collection.db.execute("update notes set mod = 1796000000")


def add_file(flash: Run, front: str, back: str, now: str) -> None:
    text = f"deck: D\ncards:\n  - {{front: {front}, back: {back}}}\n"
    Path("d.yaml").write_text(text, "utf-8")
    assert flash("add", "d.yaml", now=now)[0] == 0


def test_a_push_keeps_what_anki_edited_in_our_notes(
    flash: Run, anki: Anki, filed: None
) -> None:
    for day, front in enumerate(("Question", "QUESTION"), start=1):
        add_file(flash, front, "answer", f"2027-06-0{day}T09:00:00+00:00")

        _, _, err = flash("push")

        assert there(anki)[0][:2] == [front, "there"]
        assert err.startswith("1 note edited in Anki: the text here was kept")
        assert flash("push")[1] == "Nothing new to send to Anki\n"

    assert "1 note edited in Anki" in flash("pull")[2]


@pytest.mark.parametrize("kind", ["filed", "pair"])
def test_a_push_names_an_edit_that_it_replaces(
    flash: Run,
    anki: Anki,
    kind: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request.getfixturevalue(kind)
    if kind == "filed":
        add_file(flash, "question", "here", LATER)
    else:
        edit_there(anki, "A", "there")
        edit_here(flash, "answer", "here", monkeypatch)

    _, _, err = flash("push")

    assert there(anki)[0][:2] == ["question", "here"]
    assert err.startswith("'question' was edited on both sides; the text of flash")
    assert "\n  flash: here\n  Anki: there\n" in err
    assert "both sides" not in flash("push")[2]
    assert "both sides" not in flash("pull")[2]


def test_an_edit_of_anki_that_a_push_kept_is_still_taken(
    flash: Run, anki: Anki, pair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_there(anki, "A", "there")
    edit_here(flash, "question", "Question", monkeypatch)
    _, _, err = flash("push")
    assert there(anki)[0][:2] == ["Question", "there"]

    _, _, pulled = flash("pull")

    assert "1 note edited in Anki" in err
    assert "1 note edited in Anki" in pulled
