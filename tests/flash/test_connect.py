"""Push and pull, with an Anki that is open."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_runner import CELLS, Run
from connect_server import Anki, listening
from foreign_packages import MEDIA_FILES, media_package


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    return flash


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    opened = Anki(tmp_path)
    yield opened
    opened.collection.close()


@pytest.fixture
def url(anki: Anki) -> Iterator[str]:
    with listening(anki) as address:
        yield address


def test_notes_go_and_reviews_come_back(flash: Run, anki: Anki, url: str) -> None:
    Path("p.png").write_bytes(b"a picture")
    with Path("cells.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {front: '![](p.png)', back: b}\n")
    flash("add", "cells.yaml")

    code, out, _ = flash("push", "--url", url)

    assert (code, out) == (0, "Sent to Anki: 4 notes, 6 cards, 1 media file\n")
    assert anki.collection.note_count() == 4
    assert len(list(anki.media.glob("flash-*.png"))) == 1
    anki.collection.decks.select(anki.collection.decks.id("Cells"))
    for _ in range(3):
        card = anki.collection.sched.getCard()
        card.start_timer()
        anki.collection.sched.answerCard(card, 3)

    assert flash("pull", "--url", url)[1] == (
        "0 new notes, 0 cards, 3 new reviews\n4 notes known already, with 0 reviews\n"
    )
    assert flash("pull", "--url", url)[1] == (
        "0 new notes, 0 cards, 0 new reviews\n4 notes known already, with 3 reviews\n"
    )
    assert not list(anki.media.glob("_flash*"))
    found = json.loads(flash("list", "--json")[1])
    assert [one["reps"] for one in found].count(1) == 3


def test_files_of_templates_go_along(flash: Run, anki: Anki, url: str) -> None:
    flash("import", str(media_package(Path("in.apkg"), MEDIA_FILES)))

    flash("push", "--url", url)

    sent = {file.name: file.read_bytes() for file in anki.media.iterdir()}
    used = MEDIA_FILES.keys() - {"_other.png"}
    assert sent == {name: MEDIA_FILES[name] for name in used}


def test_pushing_again_updates_the_text(flash: Run, anki: Anki, url: str) -> None:
    flash("add", "cells.yaml")
    flash("push", "--url", url)
    text = Path("cells.yaml").read_text("utf-8")
    Path("cells.yaml").write_text(text.replace("Mitochondrion", "Mito"), "utf-8")
    flash("add", "cells.yaml")
    anki.collection.db.execute("update notes set mod = 1")

    flash("push", "--url", url)

    assert anki.collection.note_count() == 3
    assert anki.collection.find_notes("Back:Mito")


def test_deck_options_of_anki_stay(flash: Run, anki: Anki, url: str) -> None:
    flash("add", "cells.yaml")
    flash("push", "--url", url)
    decks = anki.collection.decks
    options = decks.add_config("mine")
    options["desiredRetention"] = 0.95
    decks.update_config(options)
    deck = decks.by_name("Cells")
    decks.set_config_id_for_deck_dict(deck, options["id"])
    before = decks.all_config()

    assert flash("config", "desired_retention", "0.8", "--deck", "Cells")[0] == 0
    with Path("cells.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {front: a, back: b}\n")
    flash("add", "cells.yaml")
    flash("push", "--url", url)

    assert anki.collection.note_count() == 4
    assert decks.config_dict_for_deck_id(deck["id"])["name"] == "mine"
    assert decks.all_config() == before


def test_new_imports_notes_that_only_anki_has(flash: Run, anki: Anki, url: str) -> None:
    flash("add", "cells.yaml")
    flash("push", "--url", url)
    note = anki.collection.new_note(anki.collection.models.by_name("Basic"))
    note["Front"], note["Back"] = "made there", "b"
    anki.collection.add_note(note, anki.collection.decks.id("Cells::More"))

    assert "1 note left out: not in flash" in flash("pull", "--url", url)[1]
    out = flash("pull", "--url", url, "--new")[1]

    assert out.startswith("1 new note, 1 card, 0 new reviews\n")
    assert "made there" in flash("list")[1]


def test_anki_without_our_decks_is_reported(flash: Run, anki: Anki, url: str) -> None:
    flash("add", "cells.yaml")

    code, out, err = flash("pull", "--url", url)

    assert (code, out) == (0, "")
    assert err == "not in Anki: Cells (flash push sends them)\n"


def test_key_is_required_if_anki_requires_one(
    flash: Run, anki: Anki, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anki.key = "secret"
    flash("add", "cells.yaml")

    code, _, err = flash("push", "--url", url)

    assert code == 1
    assert err == (f"flash: {url}: the key is wrong or missing (set it with --key)\n")
    assert flash("push", "--url", url, "--key", "secret")[0] == 0
    monkeypatch.setenv("ANKICONNECT_KEY", "secret")
    monkeypatch.setenv("ANKICONNECT_URL", url)
    assert flash("push")[0] == 0


def test_closed_anki_is_reported(flash: Run) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    code, _, err = flash("push", "--url", f"http://127.0.0.1:{port}")

    assert code == 1
    url = f"http://127.0.0.1:{port}"
    assert err.startswith(f"flash: {url}: Anki doesn't respond (start")
    assert flash("push", "--url", "ftp://x")[2].startswith("flash: ftp://x: not an")


BROKEN: dict[str, tuple[str, Callable[[], object], str]] = {
    "an old add-on": ("version", lambda: 5, "AnkiConnect 5, too old (update"),
    "another program": ("version", lambda: "garbage", "not an AnkiConnect response"),
    "a refused import": ("importPackage", lambda: False, "Anki didn't import"),
}


@pytest.mark.parametrize(("action", "answer", "said"), BROKEN.values(), ids=BROKEN)
def test_failure_is_reported_and_can_be_repeated(
    flash: Run,
    anki: Anki,
    url: str,
    action: str,
    answer: Callable[[], object],
    said: str,
) -> None:
    flash("add", "cells.yaml")
    anki.answers[action] = answer

    code, out, err = flash("push", "--url", url)

    assert (code, out) == (1, "")
    assert err.startswith(f"flash: {url}: {said}")
    del anki.answers[action]
    assert flash("push", "--url", url)[0] == 0
    assert anki.collection.note_count() == 3
    assert not list(anki.media.glob("_flash*"))


def test_slow_anki_is_reported(flash: Run, anki: Anki, url: str) -> None:
    flash("add", "cells.yaml")
    anki.answers["version"] = anki.hang

    code, _, err = flash("push", "--url", url, "--timeout", "0.1")
    anki.is_patient.set()

    assert code == 1
    assert err.startswith(f"flash: {url}: no response within 0.1 s (close the dialogs")
