"""Anki apps for tests: a phone and a tablet, in a process that reads JSON lines."""

import json
import os
import random
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

from anki.collection import Collection
from anki.sync_pb2 import SyncAuth


class _Client:
    """One app; runs in the process of the clients."""

    def __init__(self, folder: Path, url: str, key: str) -> None:
        folder.mkdir()
        self.col = Collection(str(folder / "collection.anki2"))
        self.auth = SyncAuth(hkey=key, endpoint=url)
        self.full_syncs = 0

    def sync(self, *, media: bool = True) -> int:
        needed = self.col.sync_collection(self.auth, sync_media=False).required
        if needed > 1:
            self.full_syncs += 1
            assert self.full_syncs == 1, f"a full sync: {needed}"
            self.full(upload=False)
        if media:
            self.col.sync_media(self.auth)
        while self.col.media_sync_status().active:
            time.sleep(0.002)
        return self.full_syncs

    def full(self, *, upload: bool) -> None:
        self.col.close_for_full_sync()
        self.col.full_upload_or_download(auth=self.auth, server_usn=None, upload=upload)
        self.col.reopen(after_full_sync=True)

    def answer(self, count: int, seed: int) -> int:
        chance, done = random.Random(seed), 0
        for deck in self.col.decks.all_names_and_ids(skip_empty_default=True):
            self.col.decks.select(deck.id)
            while done < count:
                card = self.col.sched.getCard()
                if card is None:
                    break
                card.start_timer()
                self.col.sched.answerCard(
                    card, chance.choices((1, 2, 3, 4), (15, 10, 60, 15))[0]
                )
                done += 1
        return done

    def undo(self) -> None:
        self.col.undo()

    def chosen(self, query: str, at: int = 0) -> int:
        return self.col.find_cards(query, order="c.id")[at]

    def suspend(self, query: str) -> None:
        self.col.sched.suspend_cards([self.chosen(query)])

    def unsuspend(self, query: str) -> None:
        self.col.sched.unsuspend_cards([self.chosen(query)])

    def flag(self, query: str, number: int) -> None:
        self.col.set_user_flag_for_cards(number, [self.chosen(query)])

    def set_due(self, query: str, days: str) -> None:
        self.col.sched.set_due_date([self.chosen(query)], days)

    def reset(self, query: str) -> None:
        self.col.sched.schedule_cards_as_new([self.chosen(query)])

    def edit(self, query: str, field: str, text: str, picture: str = "") -> None:
        note = self.col.get_card(self.chosen(query)).note()
        text += self._image(picture)
        note[field] = text
        self.col.update_note(note)

    def new(self, front: str, back: str, picture: str = "") -> None:
        note = self.col.new_note(self.col.models.by_name("Basic"))
        note["Front"], note["Back"] = front, back + self._image(picture)
        self.col.add_note(note, self.col.decks.id("Default"))

    def _image(self, picture: str) -> str:
        if not picture:
            return ""
        return f' <img src="{self.col.media.write_data(picture, b"a picture")}">'

    def delete(self, query: str) -> None:
        card = self.col.get_card(self.chosen(query))
        self.col.remove_notes([card.nid])

    def move(self, query: str, deck: str) -> None:
        self.col.set_deck([self.chosen(query)], self.col.decks.id(deck))

    def filtered(self) -> None:
        deck = self.col.sched.get_or_create_filtered_deck(0)
        deck.name = "Again"
        deck.config.search_terms[0].search = "is:review OR is:learn OR is:new"
        deck.config.search_terms[0].limit = 5
        self.col.sched.add_or_update_filtered_deck(deck)

    def add_field(self) -> None:
        notetype = self.col.models.by_name("Basic")
        self.col.models.add_field(notetype, self.col.models.new_field("More"))
        self.col.models.update_dict(notetype)

    def log(self) -> list[list[Any]]:
        return self.col.db.all(
            "select n.guid || ':' || c.ord, r.id, r.ease from revlog r"
            " join cards c on c.id = r.cid join notes n on n.id = c.nid"
        )

    def cards(self) -> dict[str, dict[str, Any]]:
        today = self.col.sched.today
        now = datetime.now().astimezone()
        if now.hour < 4:
            now = datetime.fromtimestamp(now.timestamp() - 4 * 3600).astimezone()
        first = now.date().toordinal() - date(1970, 1, 1).toordinal() - today
        found = {}
        for name, kind, queue, due, reps, flags, data, deck in self.col.db.all(
            "select n.guid || ':' || c.ord, c.type, c.queue,"
            " iif(c.odue <> 0, c.odue, c.due), c.reps, c.flags & 7, c.data,"
            " iif(c.odid <> 0, c.odid, c.did)"
            " from cards c join notes n on n.id = c.nid"
        ):
            memory = json.loads(data or "{}")
            found[name] = {
                "type": kind,
                "day": due + first if kind == 2 else None,
                "s": memory.get("s"),
                "d": memory.get("d"),
                "reps": reps,
                "suspended": int(queue == -1),
                "flag": flags,
                "lrt": "lrt" in memory,
                "deck": self.col.decks.name(deck),
            }
        return found

    def fields(self, query: str) -> list[str]:
        return self.col.get_card(self.chosen(query)).note().fields

    def fronts(self) -> list[str]:
        notes = map(self.col.get_note, self.col.find_notes(""))
        return sorted(note.fields[0] for note in notes)

    def reps(self) -> list[int]:
        return self.col.db.list("select reps from cards")

    def media(self) -> list[str]:
        return sorted(path.name for path in Path(self.col.media.dir()).iterdir())

    def check(self) -> str:
        return self.col.fix_integrity()[0]

    def presets(self) -> dict[str, Any]:
        return {
            one["name"]: one["desiredRetention"] for one in self.col.decks.all_config()
        }


def _serve(folder: str, url: str, key: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    clients: dict[str, _Client] = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request.pop("client")
        if name not in clients:
            clients[name] = _Client(Path(folder, name), url, key)
        try:
            reply = {"done": getattr(clients[name], request.pop("do"))(**request)}
        except Exception as error:  # noqa: BLE001 - the test reports it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=answers, flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
