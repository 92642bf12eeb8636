"""Packages that the real Anki and others made, and ones that nobody should make."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import zstandard
from anki.collection import Collection, ExportAnkiPackageOptions

NOTES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Basic", ("q", "a <b>bold</b>")),
    ("Basic", ("picture", '<img src="p.png">[sound:s.mp3]')),
    ("Basic (and reversed card)", ("r1", "r2")),
    ("Basic (optional reversed card)", ("o1", "o2", "y")),
    ("Basic (type in the answer)", ("t1", "t2")),
    ("Cloze", ("{{c1::x}} y {{c2::z::h}}", "more")),
    (
        "Image Occlusion",
        ("{{c1::image-occlusion:rect:left=.1}}", '<img src="p.png">', "Heart", "", ""),
    ),
)

Make = Callable[[Path], Path]


def _collection(folder: Path) -> Collection:
    """Make a collection with a note of each of Anki's own types, some answered."""
    collection = Collection(str(folder / "made.anki2"))
    collection.set_config("fsrs", True)
    media = Path(collection.media.dir())
    (media / "p.png").write_bytes(b"a picture")
    (media / "s.mp3").write_bytes(b"a sound")
    deck = collection.decks.id("Über::Deck")
    for name, fields in NOTES:
        note = collection.new_note(collection.models.by_name(name))
        for index, field in enumerate(fields):
            note.fields[index] = field
        note.tags = ["one", "two::three"]
        collection.add_note(note, deck)
    collection.decks.select(deck)
    for rating in (3, 1, 4):
        card = collection.sched.getCard()
        card.start_timer()
        collection.sched.answerCard(card, rating)
    return collection


def _package(folder: Path, *, legacy: bool) -> Path:
    collection = _collection(folder)
    path = folder / f"{'old' if legacy else 'new'}.apkg"
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
    )
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    collection.close()
    return path


def _whole(folder: Path, *, legacy: bool) -> Path:
    collection = _collection(folder)
    path = folder / f"{'old' if legacy else 'new'}.colpkg"
    collection.export_collection_package(str(path), include_media=True, legacy=legacy)
    return path


def _oldest(folder: Path) -> Path:
    """Take the newest generation but one apart into the oldest."""
    path = folder / "oldest.apkg"
    with zipfile.ZipFile(_package(folder, legacy=True)) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    entries["collection.anki2"] = entries.pop("collection.anki21")
    del entries["meta"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


GENERATIONS: dict[str, Make] = {
    "oldest": _oldest,
    "legacy": lambda folder: _package(folder, legacy=True),
    "newest": lambda folder: _package(folder, legacy=False),
    "legacy collection": lambda folder: _whole(folder, legacy=True),
    "newest collection": lambda folder: _whole(folder, legacy=False),
}


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def database(script: str = "", *, version: int = 11) -> bytes:
    """Make a collection of schema 11 with one note, changed by a script."""
    from genanki.apkg_col import APKG_COL
    from genanki.apkg_schema import APKG_SCHEMA

    model = {
        "id": 5,
        "name": "M",
        "type": 0,
        "flds": [{"name": "Front", "ord": 0}, {"name": "Back", "ord": 1}],
        "tmpls": [{"name": "C", "ord": 0, "qfmt": "{{Front}}", "afmt": "<hr>{{Back}}"}],
    }
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(APKG_SCHEMA)
        connection.executescript(APKG_COL)
        connection.execute(
            "update col set models = ?, ver = ?, crt = 1577865600",
            (json.dumps({"5": model}), version),
        )
        connection.execute(
            "insert into notes values (1, 'guid', 5, 1700000000, -1, '', ?, 'q', 0, 0, '')",
            ("q\x1fa",),
        )
        connection.execute(
            "insert into cards values"
            " (2, 1, 1, 0, 1700000000, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, '')"
        )
        connection.executescript(script)
        connection.commit()
        return connection.serialize()


def package(path: Path, script: str = "", *, version: int = 11) -> Path:
    """Make a package of the oldest generation from a changed collection."""
    data = database(script, version=version)
    return zipped(path, {"collection.anki2": data, "media": b"{}"})


MEDIA_FILES = {
    "_logo.png": b"logo",
    "_style.css": b"@font-face{src:url('_font.ttf')}",
    "_font.ttf": b"font",
    "_other.png": b"of another type",
    "clip.mp4": b"video",
}


def media_package(path: Path, files: dict[str, bytes]) -> Path:
    """Make a package whose note, template and style name files."""
    import genanki

    model = genanki.BASIC_MODEL.to_json(0, 1) | {"id": "5"}
    model["tmpls"][0]["qfmt"] = '<img src="_logo.png">{{Front}}'
    model["css"] = '@import url("_style.css");'
    models = json.dumps({"5": model}).replace("'", "''")
    field = '<video src="clip.mp4"></video>'
    script = (
        f"update col set models = '{models}'; update notes set flds = '{field}' || flds"
    )
    names = {str(index): name for index, name in enumerate(files)}
    entries = {str(index): data for index, data in enumerate(files.values())}
    media = {"media": json.dumps(names).encode()}
    return zipped(path, {"collection.anki2": database(script)} | media | entries)


def _huge_zip(path: Path) -> Path:
    return zipped(path, {"collection.anki2": bytes(40 << 20)})


def _huge_zstd(path: Path) -> Path:
    engine = zstandard.ZstdCompressor(level=1)
    buffer = io.BytesIO()
    with engine.stream_writer(buffer, closefd=False) as writer:
        for _ in range(40):
            writer.write(bytes(1 << 20))
    return zipped(path, {"meta": b"\x08\x03", "collection.anki21b": buffer.getvalue()})


def _cut(path: Path) -> Path:
    whole = package(path.with_name("whole.apkg")).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _flipped(path: Path) -> Path:
    data = bytearray(database())
    data[4096:8192] = bytes(range(256)) * 16
    return zipped(path, {"collection.anki2": bytes(data)})


HOSTILE: dict[str, tuple[Make, str]] = {
    "no zip": (
        lambda path: path.write_bytes(b"hello") and path,
        "not an Anki package (choose an .apkg or .colpkg file that Anki exported)",
    ),
    "nothing": (lambda path: path.touch() or path, "not an Anki package"),
    "cut off": (_cut, "not an Anki package"),
    "no collection": (
        lambda path: zipped(path, {"media": b"{}"}),
        "no collection in the package",
    ),
    "a version from the future": (
        lambda path: zipped(path, {"meta": b"\x08\x04", "collection.anki21b": b""}),
        "a package of version 4, newer than flash knows (update flash, ",
    ),
    "a damaged meta": (
        lambda path: zipped(path, {"meta": b"\xff" * 20, "collection.anki21b": b""}),
        "damaged 'meta'",
    ),
    "no database": (
        lambda path: zipped(path, {"collection.anki2": b"x" * 9000}),
        "damaged collection: not a database",
    ),
    "half a database": (
        lambda path: zipped(path, {"collection.anki2": database()[:9000]}),
        "damaged collection: truncated",
    ),
    "a damaged page": (_flipped, "damaged collection"),
    "a schema from the future": (
        lambda path: package(path, version=19),
        "unknown schema 19",
    ),
    "no settings": (lambda path: package(path, "delete from col"), "no row in 'col'"),
    "settings that are no JSON": (
        lambda path: package(path, "update col set models = '{'"),
        "damaged collection",
    ),
    "settings of another shape": (
        lambda path: package(path, "update col set decks = '[1]'"),
        "damaged collection: settings",
    ),
    "a table that is a view": (
        lambda path: package(
            path, "drop table revlog; create view revlog as select * from cards"
        ),
        "no table 'revlog'",
    ),
    "a virtual table": (
        lambda path: package(
            path,
            "drop table revlog; create virtual table revlog using fts5 (id, cid)",
        ),
        "no table 'revlog'",
    ),
    "a zip bomb": (_huge_zip, "unpacks to over"),
    "a zstd bomb": (_huge_zstd, "unpacks to over"),
    "not zstd": (
        lambda path: zipped(
            path, {"meta": b"\x08\x03", "collection.anki21b": b"x" * 99}
        ),
        "'collection.anki21b' is damaged",
    ),
    "a list of media that is none": (
        lambda path: zipped(path, {"collection.anki2": database(), "media": b"[1"}),
        "damaged list of media",
    ),
}
