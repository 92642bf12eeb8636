"""The text of a card is edited in a browser: in its deck file, else in the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from store_fixtures import Clock, add, numbered
from web_client import Client, Server

from cards.deckfile.discovery import bundled_decks, bundled_path
from cards.deckfile.reader import parse_deck
from cards.deckfile.writer import card_yaml, header_yaml
from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from srs.store.connection import Store
from srs.store.settings import save_options
from srs.store.undo import undo_operations

DECK = """\
deck: AWS::KMS
language: en
tags: [kms]
source: {url: https://docs.aws.amazon.com/kms, title: KMS}
cards:
# a comment that stays
- front: What does KMS stand for?
  back: Key Managment Service
- cloze: "A key policy is a {{c1::resource}} policy."  # another one
"""
NOTE = "---\nflash: true\ndeck: Notes\n---\n\n# Keys\n\nQ: What is it?\nA: A kye.\n"


@pytest.fixture
def server(store: Store, clock: Clock) -> Iterator[Server]:
    """A server on an empty store."""
    made = Server(store, clock)
    yield made
    made.close()


def client_of(server: Server, *files: Path) -> Client:
    """Add deck files; return a paired browser."""
    if files:
        add_unasked(AppContext(server.store, server.clock), read_files(files))
    return server.client("Phone")


def text_path(card: dict[str, Any]) -> str:
    return f"/api/cards/{card['guid']}/{card['uid']}/text"


def refusal(client: Client, card: dict[str, Any], text: str, before: str) -> str:
    body = {"text": text, "before": before}
    reply = client.http.post(text_path(card), json=body)
    assert reply.status_code == 400, reply.text
    return str(reply.json()["error"])


def test_an_edit_changes_the_deck_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    client.answer(card, 3)
    text = client.get(text_path(card))["text"]

    reply = client.post(
        text_path(card), {"text": text.replace("Managm", "Managem"), "before": text}
    )

    assert reply["sentence"] == "Changed."
    assert file.read_text("utf-8") == DECK.replace("Managm", "Managem")
    server.clock.turn(minutes=30)
    (again,) = (one for one in client.cards() if one["guid"] == card["guid"])
    assert "Key Management Service" in again["answer"]
    assert again["state"] == "learning"
    # The review does not take the file for one that was edited since.
    assert server.store.row("select count(*) from operations where undone = 0") == (3,)
    assert [one.operation.name for one in undo_operations(server.store, 1)] == ["edit"]


def test_an_edit_names_the_answered_cards_that_it_retires(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "storage.yaml"
    file.write_text("deck: D\ncards:\n- list: Storage\n  items: [S3, EBS, EFS]\n")
    client = client_of(server, file)
    save_options(server.store, "", {"bury_siblings": False})
    cards = client.cards()
    client.answer(cards[0], 4)
    client.answer(cards[1], 4)
    text = client.get(text_path(cards[2]))["text"]
    other = text.replace("S3", "Glacier vaults").replace("EFS", "Lustre")

    reply = client.post(text_path(cards[2]), {"text": other, "before": text})

    assert reply["sentence"] == "Changed. Retired: 'Storage: S3'."


def test_counts_follow_an_edit(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "water.yaml"
    cloze = "Water is {{c1::hydrogen}} and {{c2::oxygen}}."
    file.write_text(f'deck: D\ncards:\n- cloze: "{cloze}"\n', "utf-8")
    client = client_of(server, file)
    save_options(server.store, "", {"bury_siblings": False})
    card = client.cards()[0]
    before = client.post("/api/answers", [])["counts"]
    text = client.get(text_path(card))["text"]
    shorter = text.replace("{{c2::oxygen}}", "oxygen")

    client.post(text_path(card), {"text": shorter, "before": text})

    after = client.post("/api/answers", [])["counts"]
    assert (before["new"], after["new"]) == (2, 1)


def test_an_edit_changes_a_card_in_a_note(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "keys.md"
    file.write_bytes(NOTE.replace("\n", "\r\n").encode())
    client = client_of(server, file)
    card = client.cards()[0]
    text = client.get(text_path(card))["text"]

    client.post(text_path(card), {"text": text.replace("kye", "key"), "before": text})

    right = NOTE.replace("kye", "key").replace("\n", "\r\n")
    assert file.read_bytes() == right.encode()
    assert "A key." in client.cards()[0]["answer"]


def test_an_edit_changes_a_card_without_a_file(server: Server) -> None:
    add(server.store, numbered(1))
    with server.store.transaction() as connection:
        connection.execute("update notes set file = '', line = 0")
    client = client_of(server)
    card = client.cards()[0]
    text = client.get(text_path(card))["text"]

    client.post(
        text_path(card), {"text": text.replace("A 000", "A changed"), "before": text}
    )

    assert client.cards()[0]["question"] == "A changed"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("front:", "frnt:", "card:4:3: unknown key 'frnt' (did you mean 'front'?)"),
        ("title: KMS", "title: Keys", "only the texts and tags can change here"),
        ("AWS::KMS", "AWS::Keys", "only the texts and tags can change here"),
        ("cards:", "cards:\n- cloze: a {{c1::b}}", "the text must have one card"),
        ("What does KMS stand for?", "''", "card:4:10: empty front"),
    ],
)
def test_a_refused_edit_changes_nothing(
    server: Server, tmp_path: Path, old: str, new: str, why: str
) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    text = client.get(text_path(card))["text"]

    assert refusal(client, card, text.replace(old, new), text).startswith(why)
    assert file.read_text("utf-8") == DECK
    assert client.cards()[0]["answer"] == card["answer"]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (DECK + "- oops\n", "{file}:10:3: a card is a mapping"),
        (DECK.replace("- cloze", "- front: a\n  back: b\n- cloze"), ""),
        ("", "the deck file of this card was not found"),
    ],
    ids=["broken file", "another card", "no file"],
)
def test_a_file_that_was_edited_meanwhile(
    server: Server, tmp_path: Path, now: str, why: str
) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    before = client.get(text_path(card))["text"]
    text = before.replace("Managm", "Managem")
    if now:
        file.write_text(now, "utf-8")
    else:
        file.unlink()

    if why:
        found = refusal(client, card, text, before)
        assert found.startswith(why.format(file=file))
        assert not now or file.read_text("utf-8") == now
    else:
        client.post(text_path(card), {"text": text, "before": before})
        assert file.read_text("utf-8") == now.replace("Managm", "Managem")


@pytest.mark.parametrize("is_added", [True, False], ids=["added", "not yet added"])
def test_an_edit_never_replaces_a_newer_text(
    server: Server, tmp_path: Path, is_added: bool
) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    before = client.get(text_path(card))["text"]
    newer = DECK.replace("Key Managment Service", "Key Management Service")
    file.write_text(newer, "utf-8")
    if is_added:
        client.cards()

    body = {"text": before.replace("Key Managment", "Keys"), "before": before}
    reply = client.http.post(text_path(card), json=body)

    present = before.replace("Managment", "Management")
    assert (reply.status_code, reply.json()) == (
        409,
        {
            "error": "this card has been changed since you opened it; nothing was saved",
            "hint": "compare the texts, then save again",
            "text": present,
        },
    )
    assert file.read_text("utf-8") == newer
    client.post(text_path(card), body | {"before": present})
    assert file.read_text("utf-8") == newer.replace("Key Management", "Keys")


def test_a_text_to_edit_is_that_of_the_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    file.write_text(DECK.replace("Managm", "Managem"), "utf-8")

    assert "Key Management Service" in client.get(text_path(card))["text"]


def test_the_text_of_every_bundled_card_reads_back() -> None:
    for name in bundled_decks():
        folder = bundled_path(name)
        assert folder is not None
        for note in read_files([folder]).notes:
            head = header_yaml(note.deck, note.language)
            path = Path(note.file)
            (same,) = parse_deck(f"{head}cards:\n{card_yaml(note)}", path).notes
            assert replace(same, line=note.line, column=note.column) == note


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "new"])
def test_question_and_answer_change_together(
    server: Server, tmp_path: Path, is_answered: bool
) -> None:
    file = tmp_path / "kms.yaml"
    file.write_text(DECK, "utf-8")
    client = client_of(server, file)
    card = client.cards()[0]
    if is_answered:
        client.answer(card, 3)
    client.post(
        f"/api/cards/{card['guid']}/{card['uid']}/flag", {"id": "1" * 32, "flag": 2}
    )
    text = client.get(text_path(card))["text"]
    changed = text.replace("What does KMS stand for?", "DNA?")
    changed = changed.replace("Key Managment Service", "An acid")

    client.post(text_path(card), {"text": changed, "before": text})

    server.clock.turn(minutes=30)
    (again,) = (one for one in client.cards() if one["guid"] == card["guid"])
    assert (again["question"], again["id"], again["flag"]) == ("DNA?", card["id"], 2)
    assert again["state"] == ("learning" if is_answered else "new")
    assert "DNA?" in file.read_text("utf-8")
    assert [one.operation.name for one in undo_operations(server.store, 1)] == ["edit"]
