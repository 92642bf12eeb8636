"""The real Anki, for tests: a fresh collection, an import, what became of it."""

from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)


def import_package(collection: Collection, package: Path) -> Any:
    """Import as a person does who changes no option; gives Anki's own log."""
    options = ImportAnkiPackageOptions(merge_notetypes=False)
    request = ImportAnkiPackageRequest(package_path=str(package), options=options)
    return collection.import_anki_package(request).log


def cards_of(collection: Collection) -> dict[tuple[str, int], int]:
    """Give Anki's card ids by guid and ordinal."""
    rows = collection.db.all(
        "select n.guid, c.ord, c.id from cards c join notes n on n.id = c.nid"
    )
    return {(guid, ordinal): card for guid, ordinal, card in rows}


def rendered(collection: Collection, card: int) -> tuple[str, str]:
    """Give question and answer as Anki shows them."""
    output = collection.get_card(card).render_output()
    return output.question_text, output.answer_text
