"""Packages of all generations, and ones that nobody should make."""

import json
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection as AnkiCollection
from anki_edits import AnkiSide
from foreign_packages import GENERATIONS, HOSTILE, Make, database, package, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import NOON, contradictions, new_store, shelf

from cards.note import Basic, Cloze
from cards.text.media import media_paths
from export.anki import package_file
from export.anki.collection_reader import read_collection
from export.anki.package_file import open_package
from export.files import PackageError
from flash.messages.exchange import loss_text
from flash.service.context import AppContext
from flash.service.importing import Imported, import_package, media_folder
from srs.models.cards import State
from srs.models.incoming import Loss, LossReason
from srs.store.connection import Store


def imported(store: Store, file: Path) -> Imported:
    return import_package(AppContext(store, lambda: NOON + 10 * 86_400_000), file)


@pytest.mark.parametrize("make", GENERATIONS.values(), ids=GENERATIONS)
def test_every_generation_comes_whole(tmp_path: Path, make: Make) -> None:
    store = new_store(tmp_path)

    done = imported(store, make(tmp_path))

    notes = {note.note.content: note for note in shelf(store)}
    assert set(notes) == {
        Basic("q", "a **bold**"),
        Basic("picture", "![](p.png)![](s.mp3)"),
        Basic("r1", "r2", reverse=True),
        Basic("o1", "o2", reverse=True),
        Basic("t1", "t2"),
        Cloze("{{c1::x}} y {{c2::z::h}}"),
    }
    assert {note.note.deck for note in notes.values()} == {"Über::Deck"}
    assert {note.note.tags for note in notes.values()} == {("one", "two::three")}
    assert notes[Cloze("{{c1::x}} y {{c2::z::h}}")].note.extra == "more"
    assert (done.merged.new_notes, done.merged.new_cards) == (6, 9)
    assert (done.merged.reviews, done.media) == (3, 2)
    assert tuple(map(loss_text, done.losses)) == (
        "1 note left out: image occlusion can't be shown in a terminal",
    )
    assert done.losses[0].first_field == "Heart: p.png"
    states = [card.progress.state for note in notes.values() for card in note.cards]
    assert sorted(states)[:6] == [State.NEW] * 6
    assert contradictions(store) == []
    folder = media_folder(store.path)
    assert (folder / "p.png").read_bytes() == b"a picture"
    again = imported(store, tmp_path / next(tmp_path.glob("*pkg")).name).merged
    assert (again.new_notes, again.reviews, again.marked) == (0, 0, 0)
    store.close()


@pytest.mark.parametrize(("make", "said"), HOSTILE.values(), ids=HOSTILE)
def test_unreadable_package_is_reported_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make, said: str
) -> None:
    # The bombs need not be larger than the bound.
    monkeypatch.setattr(package_file, "MAX_DATABASE_SIZE", 32 << 20)
    store = new_store(tmp_path)
    file = make(tmp_path / "deck.apkg")

    with pytest.raises(PackageError) as caught:
        imported(store, file)

    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.row("select count(*) from operations") == (0,)
    assert not media_folder(store.path).exists()
    store.close()


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no such file"):
        imported(new_store(tmp_path), tmp_path / "none.apkg")


ODD_ROWS = {
    "a type that is missing": ("update notes set mid = 9", "note type missing"),
    "no cards": ("delete from cards", "no cards"),
    "an ordinal beyond": ("update cards set ord = 900", "all questions are empty"),
    "two empty sides": (
        "update notes set flds = char(31)",
        "no question or no answer",
    ),
}


@pytest.mark.parametrize(("script", "why"), ODD_ROWS.values(), ids=ODD_ROWS)
def test_note_left_out_is_listed_with_its_reason(
    tmp_path: Path, script: str, why: str
) -> None:
    store = new_store(tmp_path)

    done = imported(store, package(tmp_path / "deck.apkg", script))

    assert done.merged.new_notes == 0
    losses = [loss_text(loss) for loss in done.losses]
    assert any(loss.startswith(f"1 note left out: {why}") for loss in losses)
    store.close()


def test_invalid_reviews_are_counted(tmp_path: Path) -> None:
    rows = "".join(
        f"insert into revlog values ({row});"
        for row in (
            "1700000000000, 2, -1, 3, -600, 0, 500, 900, 0",
            "1700000001000, 2, -1, 9, 1, 0, 500, 900, 0",
            "-5, 2, -1, 3, 1, 0, 500, 900, 0",
            "1700000002000, 2, -1, 3, 1, 0, 500, 900, 44",
            "1700000003000, 777, -1, 3, 1, 0, 500, 900, 0",
        )
    )
    store = new_store(tmp_path)

    done = imported(store, package(tmp_path / "deck.apkg", rows))

    assert (done.merged.reviews, done.merged.invalid_reviews) == (1, 3)
    assert done.losses == (Loss(LossReason.REVIEW_CARD),)
    assert contradictions(store) == []
    store.close()


def test_names_of_media_never_become_paths(tmp_path: Path) -> None:
    names = ["../out.png", "/abs.png", "a/b.png", ".hidden.png", "C:x.png", "ok.png"]
    field = "".join(f'<img src="{name}">' for name in names)
    data = database(f"update notes set flds = 'q' || char(31) || '{field}'")
    listed = "{" + ", ".join(f'"{i}": "{name}"' for i, name in enumerate(names)) + "}"
    entries = {"collection.anki2": data, "media": listed.encode()}
    entries |= {str(index): b"data" for index in range(len(names))}
    store = new_store(tmp_path)

    done = imported(store, zipped(tmp_path / "deck.apkg", entries))

    assert (done.media, set(done.renamed_media)) == (6, set(names) - {"ok.png"})
    folder = media_folder(store.path)
    found = {path.relative_to(folder) for path in tmp_path.rglob("*.png")}
    assert found == {Path("ok.png"), *map(Path, done.renamed_media.values())}
    (answer,) = [note.note.content.back for note in shelf(store)]
    assert {path for path, _ in media_paths(answer)} == set(map(str, found))
    store.close()


def test_different_file_with_the_same_name_is_renamed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for number, data in enumerate((b"one", b"two")):
        script = (
            f"update notes set id = {number + 1}, guid = 'g{number}',"
            f" flds = 'q{number}' || char(31) || '<img src=\"p.png\">';"
            f" update cards set id = {number + 5}, nid = {number + 1}"
        )
        entries = {
            "collection.anki2": database(script),
            "media": b'{"0": "p.png"}',
            "0": data,
        }
        imported(store, zipped(tmp_path / f"{number}.apkg", entries))

    texts = [note.note.content.back for note in shelf(store)]
    folder = media_folder(store.path)
    held = [(folder / text[4:-1]).read_bytes() for text in texts]
    assert texts[0] == "![](p.png)"
    assert held == [b"one", b"two"]
    store.close()


def fresh(folders: pytest.TempPathFactory) -> Path:
    return folders.mktemp("collection")


WHOLE = {"collection.anki2": database(), "media": b"{}"}


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE["collection.anki2"]) - 1), st.integers(0, 255)
        ),
        min_size=1,
        max_size=40,
    )
)
def test_database_with_flipped_bytes_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(WHOLE["collection.anki2"])
    for at, value in flips:
        data[at] = value
    path = tmp_path_factory.getbasetemp() / "flipped.apkg"
    zipped(path, {"collection.anki2": bytes(data)})
    try:
        with open_package(path) as opened:
            read_collection(opened, path, fresh(tmp_path_factory))
    except PackageError as error:
        assert error.hint


@settings(max_examples=100)
@given(st.binary(max_size=200), st.integers(0, 3))
def test_any_bytes_are_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.apkg"
    entries = {
        "meta": b"\x08\x03" if place != 1 else noise,
        "collection.anki21b": noise,
        "media": noise,
    }
    if place:
        zipped(path, entries)
    else:
        path.write_bytes(noise)
    with pytest.raises(PackageError), open_package(path) as opened:
        opened.media()
        read_collection(opened, path, fresh(tmp_path_factory))


def test_note_types_are_the_same_in_both_schemas(tmp_path: Path) -> None:
    def mark(collection: AnkiCollection) -> None:
        cloze = collection.models.by_name("Cloze")
        for name in ("plainText", "collapsed", "excludeFromSearch", "rtl", "sticky"):
            cloze["flds"][1][name] = True
        cloze["flds"][1]["description"] = "shown if empty"
        cloze["tmpls"][0] |= {"bfont": "Mono", "bsize": 14, "bqfmt": "b", "bafmt": "c"}
        collection.models.update_dict(cloze)
        collection.add_image_occlusion_notetype()

    anki = AnkiSide(tmp_path)
    found: list[dict[str, dict[str, Any]]] = []
    for legacy in (False, True):
        path = Path(anki.whole(*[mark] * (not legacy), legacy=legacy))
        with open_package(path) as opened:
            types = read_collection(opened, path, tmp_path).notetypes.values()
        found.append({one.name: json.loads(one.model) for one in types})

    modern, legacy_ones = found
    for name, model in modern.items():
        assert model | legacy_ones[name] | {"usn": -1} == model | {
            "req": legacy_ones[name]["req"]
        }
