"""The exam that a deck prepares for: the `exam.yaml` beside its files."""

from pathlib import Path

from cards.blueprint import Blueprint
from cards.deckfile.discovery import exam_beside
from cards.deckfile.exam_file import read_exam_file
from flash.service.context import AppContext
from srs.store.deck_files import files_of_decks
from srs.store.decks import deck_ids, root_decks


def blueprint_of(app: AppContext, deck: str) -> Blueprint | None:
    """Find the exam that all cards of a deck prepare for.

    Args:
        app: The open store.
        deck: Name of a deck, whose children belong to it; empty for all decks.

    Returns:
        None if a card stands in a folder without `exam.yaml`, or if there are several
        exams.

    Raises:
        DeckError: An `exam.yaml` has mistakes.
    """
    files = files_of_decks(app.store, deck_ids(app.store, deck))
    # One file for each folder.
    files = list({Path(file).parent: file for file in files}.values())
    paths = [exam_beside(Path(file)) if file else None for file in files]
    found = [read_exam_file(path).blueprint for path in paths if path is not None]
    is_one = len(found) == len(paths) and len({one.exam for one in found}) == 1
    return found[0] if is_one else None


def only_deck_with_exam(app: AppContext) -> str:
    """Return the root deck that prepares for an exam; empty for none or several.

    Raises:
        DeckError: An `exam.yaml` has mistakes.
    """
    found = [deck for deck in root_decks(app.store) if blueprint_of(app, deck)]
    return found[0] if len(found) == 1 else ""
