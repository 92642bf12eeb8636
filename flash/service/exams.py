"""The exam that a deck prepares for: the `exam.yaml` beside its files, its domains."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from cards.blueprint import Blueprint
from cards.deckfile.discovery import exam_beside
from cards.deckfile.exam_file import read_exam_file
from cards.identity.matching import Action, PlannedChange
from flash.service.context import AppContext
from srs.store.deck_files import files_of_decks
from srs.store.decks import deck_ids, root_decks


class NoDomain(Struct, frozen=True):
    """New notes in the decks of an exam that have none of its domains."""

    notes: int
    tag: str
    """Tag of one of the domains, as an example."""


def without_domain(app: AppContext, steps: Iterable[PlannedChange]) -> NoDomain | None:
    """Find the new notes that an exam with points by domain gives no points.

    Args:
        app: The open store.
        steps: What happens to the notes that are added.

    Returns:
        None if there is no such note, or no such exam from today on.
    """
    exam = app.options.exam
    if exam is None or not exam.weights or exam.is_over(app.today()):
        return None
    from srs.forecast.exam import domain_of  # noqa: PLC0415 - only with an exam

    count = sum(
        step.action is Action.NEW
        and exam.covers(step.note.deck)
        and not domain_of(step.note.tags, exam.weights)
        for step in steps
    )
    return NoDomain(count, next(iter(exam.weights))) if count else None


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
