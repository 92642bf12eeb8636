"""Edits in a real collection of Anki, and packages of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from anki._backend import RustBackend
from anki.collection import Collection, ExportAnkiPackageOptions
from anki.notes import Note
from anki_backend import import_package
from command_runner import Run

LATER = "2027-06-01T09:00:00+00:00"
"""After the edits in Anki."""
Edit = Callable[[Collection], None]


def note_type(collection: Collection, name: str, fields: str, *sides: str) -> None:
    """Add a note type with one-letter fields and templates, question / answer."""
    models = collection.models
    made = models.new(name)
    for field in fields:
        models.add_field(made, models.new_field(field))
    for number, both in enumerate(sides):
        template = models.new_template(f"Card {number}")
        template["qfmt"], template["afmt"] = both.split(" / ")
        models.add_template(made, template)
    models.add(made)


def add(collection: Collection, name: str, *fields: str) -> Note:
    """Add a note to the deck `Default`."""
    note = collection.new_note(collection.models.by_name(name))
    note.fields = list(fields)
    collection.add_note(note, 1)
    return note


def only_note(collection: Collection, query: str = "") -> Note:
    """Return the only note."""
    (number,) = collection.find_notes(query)
    return collection.get_note(number)


def set_fields(*fields: str, tags: tuple[str, ...] = ()) -> Edit:
    """Return an edit of the only note."""

    def edit(collection: Collection) -> None:
        note = only_note(collection)
        note.fields, note.tags = list(fields), list(tags)
        collection.update_note(note)

    return edit


def edit_here(flash: Run, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit the text of the card that asks the old one, later than in Anki."""
    edit_card(flash, old.partition(": ")[2], old, new, monkeypatch)


def edit_card(
    flash: Run, card: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edit the text of a card in flash, later than in Anki."""
    script = Path("editor.py")
    script.write_text(
        "import pathlib, sys\n"
        "p = pathlib.Path(sys.argv[1])\n"
        "text = p.read_text('utf-8')\n"
        f"assert {old!r} in text, text\n"
        f"p.write_text(text.replace({old!r}, {new!r}), 'utf-8')\n"
    )
    monkeypatch.setenv("VISUAL", f"python {script.absolute()}")
    code, out, err = flash("edit", card, now=LATER)
    assert code == 0, out + err


def answer(collection: Collection, rating: int = 3) -> int:
    """Answer the next card; return its id."""
    card = collection.sched.getCard()
    card.start_timer()
    collection.sched.answerCard(card, rating)
    return int(card.id)


_FIRST_S = 1_790_000_000
"""Before the time of the tests; each export is later by `_STEP_S`."""
_STEP_S = 6_000_000
_TIMES = (("notes", "mod"), ("cards", "mod"), ("notetypes", "mtime_secs"))


class AnkiSide:
    """A collection that is edited and exported, at moments of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "anki.anki2"
        self._folder, self._exports = folder, 0

    def package(
        self, *edits: Edit, scheduling: bool = True, legacy: bool = False
    ) -> str:
        """Edit the collection, later than the time before; return a package of it."""
        collection = Collection(str(self.path))
        collection.set_config("fsrs", True)
        now_s = _FIRST_S + self._exports * _STEP_S
        before = {table: _times(collection, table, name) for table, name in _TIMES}
        for edit in edits:
            edit(collection)
        for table, column in _TIMES:
            for number, changed in _times(collection, table, column).items():
                if before[table].get(number) != changed:
                    sql = f"update {table} set {column} = ? where id = ?"
                    collection.db.execute(sql, now_s, number)
        self._exports += 1
        path = self._folder / f"anki-{self._exports}.apkg"
        options = ExportAnkiPackageOptions(
            with_scheduling=scheduling,
            with_deck_configs=scheduling,
            with_media=True,
            legacy=legacy,
        )
        collection.export_anki_package(out_path=str(path), options=options, limit=None)
        collection.close()
        return str(path)

    def whole(self, *edits: Edit, legacy: bool = False) -> str:
        """Edit the collection and return a package of everything."""
        self.package(*edits)
        collection = Collection(str(self.path))
        path = str(self._folder / "whole.colpkg")
        collection.export_collection_package(path, include_media=True, legacy=legacy)
        return path

    def restore(self, package: str) -> None:
        """Replace the collection by a whole one."""
        for path in (self.path, self.path.with_suffix(".media.db2")):
            path.unlink(missing_ok=True)
        media = self.path.with_suffix(".media")
        media.mkdir(exist_ok=True)
        RustBackend().import_collection_package(
            col_path=str(self.path),
            backup_path=package,
            media_folder=str(media),
            media_db=str(self.path.with_suffix(".media.db2")),
        )

    def take(self, package: str) -> list[tuple[list[str], list[str]]]:
        """Import a package, of which Anki refuses nothing; return fields and tags."""
        collection = Collection(str(self.path))
        log = import_package(collection, Path(package))
        assert not (log.conflicting or log.missing_notetype), log
        found = [collection.get_note(one) for one in collection.find_notes("")]
        read = [(list(note.fields), list(note.tags)) for note in found]
        collection.close()
        return read


def _times(collection: Collection, table: str, column: str) -> dict[int, int]:
    return dict(collection.db.all(f"select id, {column} from {table}"))
