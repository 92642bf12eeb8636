"""Add deck files that were edited: during a review, or since they were last added."""

from collections.abc import Sequence
from pathlib import Path

from cards.errors import DeckError, FlashError
from flash.service.adding import (
    add_unasked,
    apply_adding,
    plan_adding,
)
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from srs.store.connection import StoreError


def reread(app: AppContext, file: str) -> str | None:
    """Add a deck file that was edited during a review.

    Returns:
        The errors of the file as text; None if there are none.
    """
    try:
        add_unasked(app, read_files([Path(file)]), name="edit")
    except DeckError as error:
        return "\n".join(str(problem) for problem in error.problems[:5])
    except StoreError:
        raise
    except FlashError as error:
        return str(error)
    return None


def add_changed(app: AppContext, files: Sequence[str]) -> list[str]:
    """Add deck files that were edited since they were last added.

    Args:
        app: The open store.
        files: Absolute paths.

    Returns:
        What keeps files from being added, as texts; their old cards stay.
    """
    sound: list[Path] = []
    errors: list[str] = []
    for file in files:
        try:
            read_files([Path(file)])
            sound.append(Path(file))
        except DeckError as error:
            errors += [str(problem) for problem in error.problems[:3]]
    if not sound:
        return errors
    try:
        plan = plan_adding(app.store, read_files(sound))
        if plan.refusal:
            raise plan.refusal
        apply_adding(app, plan)
    except StoreError:
        raise
    except FlashError as error:
        errors.append(str(error))
    return errors
