"""Deck files are found and read, or reported with their paths."""

import os
from pathlib import Path

import pytest

from cards.deckfile.discovery import find_decks, is_deck
from cards.deckfile.reader import read_deck
from cards.errors import DeckError

HEAD = "deck: D\ncards:\n"
CARD = "  - front: q\n    back: a\n"


def test_a_path_through_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    path = tmp_path / "file" / "d.yaml"

    with pytest.raises(DeckError) as caught:
        read_deck(find_decks([path]).files[0])

    assert str(caught.value) == f"{path}:1:1: not a directory (check the path)"


def test_a_folder_instead_of_a_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DeckError) as caught:
        read_deck(tmp_path)

    assert str(caught.value) == f"{tmp_path}:1:1: is a directory (check the path)"


def test_a_name_too_long_for_the_system_is_reported(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)

    with pytest.raises(DeckError) as caught:
        read_deck(find_decks([path]).files[0])

    assert str(caught.value) == f"{path}:1:1: file name too long (check the path)"


def test_a_file_deleted_while_reading_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(HEAD + CARD, "utf-8")
    found = find_decks([tmp_path])
    path.unlink()

    with pytest.raises(DeckError) as caught:
        read_deck(found.files[0])

    assert str(caught.value) == f"{path}:1:1: no such file (check the path)"


def test_an_unreadable_file_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(HEAD + CARD, "utf-8")

    # Root may read anything, whatever its mode.
    def refuse(*words: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DeckError) as caught:
        read_deck(path)

    assert str(caught.value) == (
        f"{path}:1:1: no permission to read (allow reading it (chmod u+r))"
    )


def test_an_unlistable_folder_is_not_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d.yaml").write_text(HEAD + CARD, "utf-8")
    closed = tmp_path / "closed"
    closed.mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DeckError) as caught:
        find_decks([tmp_path])

    assert str(caught.value) == (
        f"{closed}:1:1: permission denied (allow reading it (chmod u+rx))"
    )


def test_linked_folders_are_read_once(tmp_path: Path) -> None:
    vault, other = tmp_path / "vault", tmp_path / "other"
    for folder in (vault / "own", other / "deep"):
        folder.mkdir(parents=True)
        (folder / "d.yaml").write_text(HEAD + CARD, "utf-8")
    (vault / "linked").symlink_to(other)
    (vault / "linked-again").symlink_to(other / "deep")
    (vault / "own-again").symlink_to(vault / "own")
    (other / "back").symlink_to(tmp_path)
    (other / "self").symlink_to(other / "self")

    assert find_decks([vault]).files == (
        vault / "linked" / "deep" / "d.yaml",
        vault / "own" / "d.yaml",
    )


def test_other_yaml_in_a_folder_is_skipped_and_named(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "ci.yaml").write_text("on: push\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: Deck\n", "utf-8")
    (tmp_path / "notes.txt").write_text(HEAD + CARD, "utf-8")
    (tmp_path / "b").mkdir()
    for name in ("b/z.yml", "a.yaml", "b/a.yaml"):
        (tmp_path / name).write_text(HEAD + CARD, "utf-8")

    found = find_decks([tmp_path, tmp_path / "a.yaml"])

    names = [path.relative_to(tmp_path).as_posix() for path in found.files]
    assert (names, found.other_yaml) == (
        ["a.yaml", "b/a.yaml", "b/z.yml"],
        (tmp_path / "mkdocs.yml",),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, True),
        ("\ufeff" + HEAD, True),
        ("'deck' : D\n\"cards\":\n", True),
        (HEAD.replace("\n", "\r\n"), True),
        ("name: x\njobs:\n  deck: y\n  cards: z\n", False),
        ("deck: D\n", True),
        ("dekc: D\ncards: []\n", True),
        ("name: x\n", False),
    ],
    ids=[
        "plain",
        "byte order mark",
        "quoted",
        "CRLF",
        "further in",
        "no cards",
        "a typo",
        "neither",
    ],
)
def test_a_deck_is_recognized_by_its_top_keys(
    tmp_path: Path, text: str, *, expected: bool
) -> None:
    path = tmp_path / "d.yaml"
    path.write_bytes(text.encode())

    assert is_deck(path) is expected


def test_invalid_utf8_is_reported_with_its_place(tmp_path: Path) -> None:
    deck = tmp_path / "deck.yaml"
    deck.write_bytes(b"deck: D\ncards:\n  - front: caf\xe9\n    back: a\n")

    with pytest.raises(DeckError) as caught:
        read_deck(deck)

    assert str(caught.value) == (
        f"{deck}:3:15: not UTF-8: byte 0xe9 (save the file as UTF-8)"
    )


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp932", "Shift-JIS"), ("euc_jp", "EUC-JP"), ("iso2022_jp", "ISO-2022-JP")],
)
@pytest.mark.parametrize("text", ["カフェ", "水、油。", "漢字とかな"])
def test_another_japanese_encoding_is_named(
    tmp_path: Path, encoding: str, name: str, text: str
) -> None:
    deck = tmp_path / "deck.yaml"
    deck.write_bytes(f"deck: D\ncards:\n  - front: {text}\n".encode(encoding))

    with pytest.raises(DeckError) as caught:
        read_deck(deck)

    assert str(caught.value) == (
        f"{deck}:3:12: {name} instead of UTF-8 (save the file as UTF-8)"
    )


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DeckError) as caught:
        read_deck(tmp_path / "gone.yaml")

    assert str(caught.value) == (
        f"{tmp_path / 'gone.yaml'}:1:1: no such file (check the path)"
    )


def test_a_file_too_large_is_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cards.deckfile.discovery.MAX_BYTES", 2 * 1024 * 1024)
    deck = tmp_path / "deck.yaml"
    deck.write_bytes(b"#" * (3 * 1024 * 1024))

    with pytest.raises(DeckError) as caught:
        read_deck(deck)

    assert str(caught.value) == (
        f"{deck}:1:1: larger than 2 MB (split it into several decks)"
    )


def test_a_folder_without_decks_is_reported(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n", "utf-8")

    with pytest.raises(DeckError) as caught:
        find_decks([tmp_path])

    assert str(caught.value) == (
        f"{tmp_path}:1:1: no deck in this folder "
        "(a deck has 'deck:' and 'cards:' at its top, a note 'flash: true';"
        " flash import reads decks of other programs)"
    )


@pytest.mark.parametrize("name", ["a.apkg", "b.colpkg", "c.CSV", "d.tsv", "e.org"])
def test_a_file_to_import_is_no_deck_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04\xc0")

    with pytest.raises(DeckError) as caught:
        find_decks([path])

    assert str(caught.value) == (
        f"{path}:1:1: not a deck file (import it: flash import {path})"
    )


@pytest.mark.parametrize("name", ["AWS-Security", "aws", "aws-securty"])
def test_a_name_like_that_of_a_bundled_deck_suggests_it(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(DeckError, match="the bundled deck is called 'aws-security'"):
        read_deck(tmp_path / name)
