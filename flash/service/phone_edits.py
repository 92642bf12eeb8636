"""Find the texts that were edited on a phone."""

from collections.abc import Callable, Iterator

from export.anki.anki_model import Collection
from export.anki.package_file import CollectionFiles
from export.anki.text_edits import TextEdit, text_edits
from flash.service.anki_edits import seen_in
from flash.service.context import AppContext
from flash.service.phone_media import with_unpacked_media
from srs.models.incoming import Incoming
from srs.store.import_rows import original_notes, original_notetypes
from srs.store.note_media import media_files
from srs.store.note_types import arranged_notes
from srs.store.notes import stored_notes


def find_phone_edits(
    app: AppContext,
    hub: CollectionFiles,
    collection: Collection,
    incoming: Incoming,
    report: Callable[[str], None],
) -> list[TextEdit]:
    """Find the notes that were edited on a phone, and unpack their new media files.

    Args:
        app: The open store.
        hub: Has the files.
        collection: That of the hub.
        incoming: What was converted from it.
        report: Called with files that can't be written, and why.
    """
    stored, kept = arranged_notes(
        {one.guid: one for one in stored_notes(app.store)},
        original_notes(app.store),
        original_notetypes(app.store),
        incoming.notetypes,
    )
    seen, media = seen_in(app, incoming), media_files(app.store)

    def found(
        collection: Collection, renamed: Callable[[str], str] | None = None
    ) -> Iterator[TextEdit]:
        return text_edits(collection, stored, kept, media, renamed, seen)

    return with_unpacked_media(app, hub, collection, found(collection), found, report)
