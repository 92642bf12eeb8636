"""AnkiConnect's protocol, spoken by a small server on top of the real Anki."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    DeckIdLimit,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from anki.errors import NotFoundError


class Anki:
    """A collection that answers as AnkiConnect does."""

    def __init__(self, folder: Path) -> None:
        self.collection = Collection(str(folder / "connected.anki2"))
        self.collection.set_config("fsrs", True)
        self.media = Path(self.collection.media.dir())
        self.key = ""
        self.answers: dict[str, Callable[[], Any]] = {}
        """In place of what an action would do."""
        self.is_patient = threading.Event()
        """Set once nobody waits for an answer any more."""

    def hang(self) -> bool:
        """Take longer than anybody waits."""
        self.is_patient.wait(10)
        return True

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        action, values = message["action"], message.get("params", {})
        try:
            if self.key and message.get("key") != self.key:
                raise ValueError("valid api key must be provided")
            if action in self.answers:
                return {"result": self.answers[action](), "error": None}
            method = getattr(self, f"do_{action}", None)
            if method is None:
                raise ValueError("unsupported action")
            return {"result": method(**values), "error": None}
        except (ValueError, OSError) as error:
            return {"result": None, "error": str(error)}

    def do_version(self) -> int:
        return 6

    def do_deckNames(self) -> list[str]:
        return [deck.name for deck in self.collection.decks.all_names_and_ids()]

    def do_findCards(self, query: str) -> list[int]:
        return list(self.collection.find_cards(query))

    def do_getDecks(self, cards: list[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for card in cards:
            deck = self.collection.db.scalar("select did from cards where id = ?", card)
            name = self.collection.decks.get(deck)["name"]
            found.setdefault(name, []).append(card)
        return found

    def do_notesModTime(self, notes: list[int]) -> list[dict[str, int]]:
        sql = "select mod from notes where id = ?"
        times = {note: self.collection.db.scalar(sql, note) for note in notes}
        return [
            {"noteId": note, "mod": mod} if mod is not None else {}
            for note, mod in times.items()
        ]

    def do_notesInfo(self, notes: list[int]) -> list[dict[str, Any]]:
        return list(map(self._info, notes))

    def _info(self, number: int) -> dict[str, Any]:
        try:
            note = self.collection.get_note(number)
        except NotFoundError:
            return {}
        names = enumerate(note.keys())
        return {
            "noteId": note.id,
            "profile": "User 1",
            "tags": note.tags,
            "fields": {name: {"value": note[name], "order": i} for i, name in names},
            "modelName": note.note_type()["name"],
            "mod": note.mod,
            "cards": list(note.card_ids()),
        }

    def do_modelNamesAndIds(self) -> dict[str, int]:
        found = self.collection.models.all_names_and_ids()
        return {one.name: one.id for one in found}

    def do_modelFieldNames(self, modelName: str) -> list[str]:
        models = self.collection.models
        return models.field_names(models.by_name(modelName))

    def do_modelTemplates(self, modelName: str) -> dict[str, dict[str, str]]:
        templates = self.collection.models.by_name(modelName)["tmpls"]
        return {
            one["name"]: {"Front": one["qfmt"], "Back": one["afmt"]}
            for one in templates
        }

    def do_getMediaDirPath(self) -> str:
        return str(self.media)

    def do_storeMediaFile(self, filename: str, data: str) -> str:
        (self.media / filename).write_bytes(base64.b64decode(data))
        return filename

    def do_deleteMediaFile(self, filename: str) -> None:
        (self.media / filename).unlink(missing_ok=True)

    def do_retrieveMediaFile(self, filename: str) -> str | bool:
        file = self.media / filename
        return base64.b64encode(file.read_bytes()).decode() if file.exists() else False

    def do_importPackage(self, path: str) -> bool:
        options = ImportAnkiPackageOptions(
            merge_notetypes=True, with_scheduling=True, with_deck_configs=True
        )
        self.collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=path, options=options)
        )
        return True

    def do_exportPackage(self, deck: str, path: str, includeSched: bool) -> bool:
        self.collection.export_anki_package(
            out_path=path,
            options=ExportAnkiPackageOptions(
                with_scheduling=includeSched,
                with_deck_configs=includeSched,
                with_media=True,
                legacy=True,
            ),
            limit=DeckIdLimit(self.collection.decks.id_for_name(deck)),
        )
        return True


@contextmanager
def listening(anki: Anki) -> Iterator[str]:
    """Serve in a thread; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            answer = anki.ask(json.loads(self.rfile.read(length)))
            body = json.dumps(answer).encode()
            if answer["result"] == "garbage":
                body = b"<html>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    # Who has asked may be gone.
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
