"""What comes from a running Anki, whatever was renamed and moved there."""

import json
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from command_runner import Run
from connect_server import Anki, listening

TWO = """\
deck: {deck}
cards:
  - {{front: "{deck} one?", back: a}}
  - {{front: "{deck} two?", back: b}}
"""


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    opened = Anki(tmp_path)
    yield opened
    opened.collection.close()


@pytest.fixture
def url(anki: Anki, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with listening(anki) as address:
        monkeypatch.setenv("ANKICONNECT_URL", address)
        yield address


def send(flash: Run, *decks: str) -> None:
    for deck in decks:
        file = Path(f"{deck.replace(':', '-')}.yaml")
        file.write_text(TWO.format(deck=deck), "utf-8")
        assert flash("add", str(file))[0] == 0
    assert flash("push")[0] == 0


def answer(anki: Anki, deck: str) -> None:
    """Answer a card of a deck in Anki."""
    collection = anki.collection
    collection.decks.select(collection.decks.id_for_name(deck))
    card = collection.sched.getCard()
    card.start_timer()
    collection.sched.answerCard(card, 3)


def test_decks_are_one_operation_and_one_backup(
    flash: Run, anki: Anki, url: str
) -> None:
    send(flash, "A", "B", "C")
    answer(anki, "A")
    answer(anki, "C")

    assert flash.json("pull")["reviews"] == 2
    assert len(list(Path("store.db.backups").iterdir())) == 1
    names = [one["name"] for one in flash.json("log")]
    assert names == ["import", "add", "add", "add"]

    assert flash.json("pull")["backup"] is None
    assert len(list(Path("store.db.backups").iterdir())) == 1
    assert len(flash.json("log")) == 4
    flash("undo")
    assert not any(one["reps"] for one in flash.json("list"))


def test_a_renamed_deck_is_found_by_its_cards(flash: Run, anki: Anki, url: str) -> None:
    send(flash, "A")
    anki.collection.decks.rename(anki.collection.decks.id_for_name("A"), "Mine::A")
    answer(anki, "Mine")

    found = flash.json("pull")

    assert (found["decks"], found["absent"], found["reviews"]) == (["Mine"], [], 1)


@pytest.mark.parametrize("words", [(), ("--deck", "A")], ids=["all", "a deck"])
def test_cards_moved_in_anki_are_found(
    flash: Run, anki: Anki, url: str, words: tuple[str, ...]
) -> None:
    send(flash, "A")
    card = anki.collection.find_cards("two")[0]
    anki.collection.set_deck([card], anki.collection.decks.id("Other::B"))
    answer(anki, "Other::B")

    assert flash.json("pull", *words)["reviews"] == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_decks_are_compared_as_anki_does(
    flash: Run, anki: Anki, url: str, form: str
) -> None:
    name = normalize(form, "Café")
    send(flash, name)
    answer(anki, "Café")

    found = flash.json("pull")

    assert (found["decks"], found["reviews"]) == (["Café"], 1)
    assert flash.json("pull", "--deck", "cafe\N{COMBINING ACUTE ACCENT}")["decks"]


def test_a_deck_that_only_anki_has_can_be_named(
    flash: Run, anki: Anki, url: str
) -> None:
    send(flash, "A")
    note = anki.collection.new_note(anki.collection.models.by_name("Basic"))
    note["Front"], note["Back"] = "made there", "b"
    anki.collection.add_note(note, anki.collection.decks.id("Newdeck"))

    code, _, err = flash("pull", "--deck", "Newdeck")
    assert (code, "no deck 'Newdeck'" in err) == (1, True)
    code, _, err = flash("pull", "--new", "--deck", "Newdek")
    assert (code, "did you mean 'Newdeck'" in err) == (1, True)

    assert flash.json("pull", "--new", "--deck", "newdeck")["new_notes"] == 1
    assert flash.json("pull", "--new")["decks"] == ["A", "Newdeck"]


def test_media_of_all_decks_come_along(flash: Run, anki: Anki, url: str) -> None:
    send(flash, "A", "B")
    for deck in "AB":
        (anki.media / f"{deck}.png").write_bytes(deck.encode())
        note = anki.collection.new_note(anki.collection.models.by_name("Basic"))
        note["Front"], note["Back"] = f"picture {deck}", f'<img src="{deck}.png">'
        anki.collection.add_note(note, anki.collection.decks.id(deck))

    found = flash.json("pull", "--new")

    assert (found["new_notes"], found["media"], found["missing_media"]) == (2, 2, [])
    files = {file.name: file.read_bytes() for file in Path("store.db.media").iterdir()}
    assert files == {"A.png": b"A", "B.png": b"B"}


def test_missing_decks_are_named(flash: Run, anki: Anki, url: str) -> None:
    send(flash, "A")
    Path("b.yaml").write_text(TWO.format(deck="B"), "utf-8")
    flash("add", "b.yaml")

    code, _, err = flash("pull")

    assert (code, err) == (0, "not in Anki: B (flash push sends them)\n")
    assert flash("pull", "--deck", "B")[2] == err


def test_a_pull_says_what_an_import_says(flash: Run, anki: Anki, url: str) -> None:
    send(flash, "A")
    collection = anki.collection
    one, two = collection.find_cards("")
    collection.set_user_flag_for_cards(2, [one])
    answer(anki, "A")
    note = collection.get_note(collection.find_notes("one")[0])
    note["Back"] = "edited"
    collection.update_note(note)
    collection.db.execute("update notes set mod = 1900000000 where id = ?", note.id)
    model = collection.models.by_name("Image Occlusion")
    occlusion = collection.new_note(model)
    occlusion.fields[0] = "{{c1::image-occlusion:rect:left=.1:top=.1:width=.1}}"
    occlusion.fields[1] = '<img src="a.png">'
    collection.add_note(occlusion, collection.decks.id_for_name("A"))

    code, out, err = flash("pull")

    assert code == 0
    assert "1 card suspended, unsuspended or flagged" in out
    assert "1 note left out: image occlusion can't be shown in a terminal" in err
    assert (
        "1 note edited in Anki: the text here was kept"
        " (flash import --update-text takes Anki's)\n"
    ) in err


def test_a_failure_in_one_deck_changes_nothing(
    flash: Run, anki: Anki, url: str
) -> None:
    send(flash, "A", "B")
    answer(anki, "A")
    fetched: list[str] = []
    export = anki.do_exportPackage

    def fail_at_second(deck: str, path: str, includeSched: bool) -> bool:
        fetched.append(deck)
        return len(fetched) == 1 and export(deck, path, includeSched)

    anki.do_exportPackage = fail_at_second  # type: ignore[method-assign]

    code, out, err = flash("pull")

    assert (code, out) == (1, "")
    assert "Anki didn't export 'B'" in err
    assert not any(one["reps"] for one in json.loads(flash("list", "--json")[1]))
    assert not Path("store.db.backups").exists()
