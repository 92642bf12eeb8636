"""Several packages of one Anki collection, read as one.

A running Anki exports its decks one by one.  Joined they are one import: one backup and
one operation.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from export.anki.anki_model import Collection
from export.anki.package_file import CollectionFiles
from export.anki.revlog_copy import LOG_COLUMNS

_JOIN = f"""
    insert into log ({LOG_COLUMNS})
    select {LOG_COLUMNS} from others.log
     where card not in (select card from main.log) order by row;
    insert into crams ({LOG_COLUMNS})
    select {LOG_COLUMNS} from others.crams
     where card not in (select card from main.crams) order by row;
    insert or ignore into invalid select * from others.invalid;
"""


def joined_collections(parts: Sequence[Collection]) -> Collection:
    """Join collections whose ids are of the same Anki collection.

    Args:
        parts: At least one.  The log of the first one gets the reviews of the others;
            a card that was exported twice is taken once.
    """
    first, *others = parts
    with closing(sqlite3.connect(first.log, isolation_level=None)) as log:
        for other in others:
            log.execute("attach ? as others", (str(other.log),))
            log.executescript(f"begin; {_JOIN} commit;")
            log.execute("detach others")
    backwards = parts[::-1]
    notes = {note.id: note for part in backwards for note in part.notes}
    cards = {card.id: card for part in backwards for card in part.cards}
    return replace(
        first,
        notetypes={k: v for part in backwards for k, v in part.notetypes.items()},
        decks={k: v for part in backwards for k, v in part.decks.items()},
        presets={k: v for part in backwards for k, v in part.presets.items()},
        notes=[notes[key] for key in sorted(notes)],
        cards=sorted(cards.values(), key=lambda card: (card.note, card.ordinal)),
        filtered=tuple(name for part in parts for name in part.filtered),
        described=frozenset[int]().union(*(part.described for part in parts)),
        review_counts={
            k: v for part in backwards for k, v in part.review_counts.items()
        },
    )


class JoinedFiles:
    """The media files of several packages."""

    def __init__(self, packages: Sequence[CollectionFiles]) -> None:
        """Keep the packages, which stay open."""
        self._packages = packages

    def write_collection(self, target: Path) -> None:
        """Copy the database of the first package to a file."""
        self._packages[0].write_collection(target)

    def media(self) -> dict[str, str]:
        """Return the place of each media file, `0/12`, by its name in NFC."""
        return {
            name: f"{index}/{entry}"
            for index, package in reversed([*enumerate(self._packages)])
            for name, entry in package.media().items()
        }

    def has(self, entry: str) -> bool:
        """Return True if there is such a media file."""
        package, name = self._find(entry)
        return package.has(name)

    def media_size(self, entry: str) -> int:
        """Return the size that a media file is said to have, bytes."""
        package, name = self._find(entry)
        return package.media_size(name)

    def write_media(self, entry: str, target: Path, most: int) -> bool:
        """Copy a media file of at most so many bytes; return False if there is none."""
        package, name = self._find(entry)
        return package.write_media(name, target, most)

    def _find(self, entry: str) -> tuple[CollectionFiles, str]:
        index, _, name = entry.partition("/")
        return self._packages[int(index)], name
