"""flash with real Anki apps: a phone and a tablet, over Anki's own sync server."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from anki_phone import World, flash_cards, flash_log, world

from export.anki.phone.hub import Hub, HubError
from flash.service.adding import apply_adding, plan_adding
from flash.service.deck_reading import read_files
from flash.service.phone_round import OneWaySync
from srs.store.card_actions import flag, suspend
from srs.store.settings import save_options, save_setting
from srs.store.undo import undo_last

ZONES = [("UTC", 4), ("Asia/Tokyo", 8), ("America/Los_Angeles", 0)]
"""Each with the hour at which days begin."""
DECK = "deck: Cells\ncards:\n" + "".join(
    f"  - {{id: b{n}, front: question {n}, back: answer {n}, reverse: {n % 2 == 0}}}\n"
    f'  - {{id: c{n}, cloze: "x{n} {{{{{{{{c1::one{n}}}}}}}}} {{{{{{{{c2::two}}}}}}}}"}}\n'
    for n in range(6)
)


def fill(one: World, text: str = DECK) -> None:
    """Add a deck file, or add it again after an edit."""
    one.deck.write_text(text)
    with one.app() as app:
        save_setting(app.store, "time_zone", str(one.zone))
        save_options(app.store, "", {"new_per_day": 30, "bury_siblings": False})
        apply_adding(app, plan_adding(app.store, read_files([one.deck])))


def agree(one: World) -> None:
    """Check that flash and both apps have the same log, days, memory and marks."""
    with one.app() as app:
        log, undone = flash_log(app.store), flash_log(app.store, undone=True)
        ours = flash_cards(app)
    for client in ("phone", "tablet"):
        theirs = {tuple(row) for row in one.phones.ask("log", client)}
        assert theirs - undone == log, client
        cards = one.phones.ask("cards", client)
        assert cards.keys() == ours.keys()
        for name, card in cards.items():
            mine = ours[name]
            for key in ("type", "day", "reps", "suspended", "flag", "deck"):
                assert card[key] == mine[key], (client, name, key, card, mine)
            for key in ("s", "d"):
                wanted = mine[key] and pytest.approx(mine[key], rel=1e-3)
                assert card[key] == wanted, (client, name, card, mine)
            assert card["lrt"] == (card["s"] is not None)


def card_of(one: World, query: str) -> int:
    with one.app() as app:
        sql = "select c.id from cards c join notes n on n.guid = c.note where n.id = :i"
        return app.store.row(sql, {"i": query})[0]


def marks(one: World) -> None:
    """Day 1: suspend and flag on both sides."""
    one.phones.ask("suspend", "phone", query="Id:b1")
    one.phones.ask("flag", "phone", query="Id:b3", number=3)
    with one.app() as app:
        suspend(app.store, [card_of(one, "c1")], one.now_ms, suspended=True)
        flag(app.store, [card_of(one, "c2")], one.now_ms, 4)


def texts(one: World) -> None:
    """Day 2: the phone edits a note and makes one with a picture."""
    one.phones.ask("edit", "phone", query="Id:b5", field="Back", text="better")
    one.phones.ask("new", "phone", front="made", back="here", picture="p.png")
    one.phones.ask("unsuspend", "tablet", query="Id:b3")


def undo(one: World) -> None:
    """Day 3: undo an answer that the phones have."""
    one.at(3, 20)
    one.study(1, seed=5)
    one.everyone()
    with one.app() as app:
        assert undo_last(app.store, app.options) is not None


def by_hand(one: World) -> None:
    """Day 4: set a due day, reset a card."""
    one.phones.ask("set_due", "tablet", query="is:review", days="9")
    # Anki numbers quick answers by milliseconds to come, which no other device knows.
    one.at(4, 20)
    one.phones.ask("reset", "phone", query="is:review -prop:due=9")


def decks(one: World) -> None:
    """Day 5: flash changes a text, removes a note, changes an option."""
    text = DECK.replace("answer 1,", "another answer,")
    fill(one, "".join(line for line in text.splitlines(True) if "id: b0," not in line))
    with one.app() as app:
        save_options(app.store, "Cells", {"desired_retention": 0.85})


def odd(one: World) -> None:
    """Day 6: a filtered deck, and a note that a phone deletes: flash has it."""
    one.phones.ask("filtered", "tablet")
    one.phones.ask("answer", "tablet", count=2, seed=20)
    one.phones.ask("delete", "phone", query="Id:c3")


EVENTS = {1: marks, 2: texts, 3: undo, 4: by_hand, 5: decks, 6: odd}


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "hour"), ZONES)
def test_a_week_on_three_devices_agrees(
    zone: str, hour: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, zone, monkeypatch) as one:
        fill(one)
        with one.app() as app:
            save_setting(app.store, "rollover", str(hour))
        one.start()
        agree(one)
        rounds = {}
        for day in range(7):
            one.at(day, 9)
            one.phones.ask("answer", "phone", count=6, seed=day)
            if day % 3:  # else it is offline until the evening
                one.sync("phone")
            one.at(day, 13)
            one.study(5, seed=day)
            one.at(day, 19)
            one.phones.ask("answer", "tablet", count=5, seed=10 + day)
            EVENTS.get(day, lambda _: None)(one)
            one.at(day, 22)
            rounds[day] = one.everyone()
            agree(one)

        assert [len(done.file_edits) for done in rounds.values()] == [
            int(day == 2) for day in range(7)
        ]
        assert rounds[2].notes == 1
        assert "front: made" in (tmp_path / "inbox.yaml").read_text()
        assert (tmp_path / "p.png").read_bytes() == b"a picture"
        for client in ("phone", "tablet"):
            assert one.phones.ask("fields", client, query="Id:b5")[1] == "better"
            assert "another" in one.phones.ask("fields", client, query="Id:b1")[1]
            assert 0.85 in one.phones.ask("presets", client).values()
            assert one.phones.ask("media", client) == ["p.png"]
            assert one.phones.ask("check", client) == "Database rebuilt and optimized."


class _Killed(BaseException):
    """Stands for the end of the process of flash."""


def interrupted_round(one: World, number: int, delay_s: float | None) -> bool:
    """Run a round that ends during or after one of its requests to Anki.

    Args:
        one: The world.
        number: The request, from 1.
        delay_s: Kill Anki's process so long after the request began; None to end
            the process of flash when it has the answer.

    Returns:
        Whether it was cut short.
    """
    ask, asked = Hub.ask, []

    def killing(hub: Hub, name: str, **arguments: Any) -> Any:
        asked.append(name)
        if len(asked) == number and delay_s is not None:
            timer = threading.Timer(delay_s, hub.process.kill)
            timer.start()
            try:
                return ask(hub, name, **arguments)
            finally:
                timer.join()
                hub.process.wait()
        done = ask(hub, name, **arguments)
        if len(asked) == number and delay_s is None:
            raise _Killed
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Hub, "ask", killing)
        with suppress(_Killed, HubError):
            one.round()
            return False
    return True


@pytest.mark.slow
def test_a_kill_during_any_request_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, "UTC", monkeypatch) as one:
        fill(one)
        one.start()
        text, killed = DECK, []
        for number in range(1, 6):
            for delay_s in (None, 0.001 * number):
                one.at(number, 10 if delay_s else 9)
                one.phones.ask("answer", "phone", count=2, seed=number)
                one.sync("phone")
                one.study(2, seed=number)
                text += f"  - {{front: new {number} {delay_s}, back: b}}\n"
                fill(one, text)
                killed.append(interrupted_round(one, number, delay_s))
            one.round()
        one.everyone()

        agree(one)
        assert sum(killed) >= 6


@pytest.mark.slow
def test_a_lost_or_replaced_collection_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, "UTC", monkeypatch) as one:
        fill(one)
        one.start()
        before = tmp_path / "before.db"
        shutil.copyfile(one.path, before)

        # The hub is damaged: the server has the collection.
        one.at(1, 9)
        one.phones.ask("answer", "phone", count=3, seed=1)
        one.study(3, seed=1)
        one.hub.close()
        one.hub.collection.write_bytes(b"SQLite format 3\0" + bytes(5000))
        one.everyone()
        agree(one)
        assert len(list(one.place.folder.glob("damaged-*"))) == 1

        # The server's collection is deleted: the hub has it, and the apps download.
        one.at(2, 9)
        one.study(3, seed=2)
        one.stop_server()
        shutil.rmtree(one.place.server / "u")
        one.start_server()
        one.round()
        for client in ("phone", "tablet"):
            one.phones.ask("full", client, upload=False)
        agree(one)

        # The store is restored: the phones have its answers.
        one.at(3, 9)
        one.phones.ask("answer", "tablet", count=3, seed=3)
        for suffix in ("-wal", "-shm"):
            Path(f"{one.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(before, one.path)
        one.everyone()
        one.everyone()
        agree(one)
        with one.app() as app:
            assert len(flash_log(app.store)) == 12

        # A phone adds a field: its collection has to replace the server's.
        one.at(4, 9)
        one.phones.ask("answer", "phone", count=2, seed=4)
        one.phones.ask("add_field", "phone")
        one.phones.ask("full", "phone", upload=True)
        one.study(2, seed=4)
        with pytest.raises(OneWaySync):
            one.round()
        with one.app() as app:
            assert len(flash_log(app.store)) == 14
        assert len(list(one.place.folder.glob("hub-*.anki2"))) == 1
        one.round(one_way="phone")
        one.phones.ask("full", "tablet", upload=False)
        one.everyone()
        agree(one)
        with one.app() as app:
            assert len(flash_log(app.store)) == 16
