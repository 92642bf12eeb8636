"""Adding deck files for a person: the plan shown, a large loss asked for."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cards.deckfile.discovery import bundled_path
from cards.errors import DeckError, FlashError
from cards.identity.matching import Action, PlannedChange
from cards.text.width import clean
from flash.service.context import AppContext
from flash.service.deck_import import (
    DeckImport,
    StalePlan,
    apply_import,
    plan_import,
    read_files,
)
from flash.terminal import clipped, styled
from srs.store.connection import StoreError
from srs.store.note_writer import Applied

BUNDLED = "aws-security"
"""The deck that an empty store begins with."""

Done = TypeVar("Done")

_SHOWN = 20
_SHOWN_NEW = 3


def locale_language() -> str:
    """Give the language wished for, such as `ja`; empty if unknown.

    It is what `$FLASH_LANG` says, else that of the person's locale.
    """
    for name in ("FLASH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return value.partition(".")[0].partition("_")[0].lower()
    return ""


def paths_named(names: list[Path], language: str) -> list[Path]:
    """Turn what was typed into paths; the name of a bundled deck is one too."""
    found: list[Path] = []
    for name in names:
        if not name.exists():
            bundled = bundled_path(str(name), language or locale_language())
            found.append(bundled or name)
        else:
            found.append(name)
    return found


def plan(opened: AppContext, paths: list[Path], language: str) -> DeckImport:
    """Read the files and say what adding them does.

    Raises:
        DeckError: The files have mistakes, or a card fits two.
    """
    return plan_import(opened.store, read_files(paths), language)


def refuse_loss(intake: DeckImport, *, agreed: Callable[[str], bool]) -> None:
    """Ask before a large part of a deck is retired.

    Raises:
        Trouble: The person didn't agree.
    """
    if intake.loss is None:
        return
    deck, lost, have = intake.loss
    question = f"this retires {lost} of {have} cards of '{clean(deck)}'; go on?"
    if not agreed(question):
        message = f"would retire {lost} of {have} cards of '{deck}'; nothing was done"
        raise FlashError(message, "add --yes if that is meant")


def plan_and_write(
    opened: AppContext,
    paths: list[Path],
    language: str,
    check: Callable[[DeckImport], None],
    write: Callable[[DeckImport], Done],
) -> tuple[DeckImport, Done]:
    """Plan to add files and do it; anew where another program adds meanwhile.

    Args:
        opened: The store.
        paths: Files and folders.
        language: To take, where there are several.
        check: Refuses a plan.
        write: Carries a plan out, in one transaction with all that it does.

    Returns:
        The plan, and what was done.

    Raises:
        DeckError: The files have mistakes, or a card fits two.
        StoreError: The store can't be written; nothing was.
    """
    while True:
        intake = plan(opened, paths, language)
        check(intake)
        try:
            with opened.store.transaction():
                return intake, write(intake)
        except StalePlan:
            continue


def add_quietly(
    opened: AppContext, path: Path, *, may_lose: bool = True, name: str = "add"
) -> Applied:
    """Add a deck without asking or printing.

    Raises:
        DeckError: The file has mistakes.
        Trouble: It would retire many cards, and may not.
        StoreError: The store can't be written; nothing was.
    """

    def write(intake: DeckImport) -> Applied:
        return apply_import(opened.store, intake, opened.now(), name=name)

    def check(intake: DeckImport) -> None:
        refuse_loss(intake, agreed=lambda _: may_lose)

    return plan_and_write(opened, [path], "", check, write)[1]


def reread(opened: AppContext, file: str) -> str | None:
    """Take an edited file in again during a review.

    Returns:
        What is wrong with it, None where all is well.
    """
    try:
        add_quietly(opened, Path(file), may_lose=False, name="edit")
    except DeckError as error:
        return "\n".join(str(problem) for problem in error.problems[:5])
    except StoreError:
        raise
    except FlashError as error:
        return str(error)
    return None


def plan_lines(intake: DeckImport) -> list[str]:
    """Describe what happens to the notes, the ones that are as they were left out."""
    lines: list[str] = []
    for action in (
        Action.REWORDED,
        Action.CHANGED,
        Action.MOVED,
        Action.RETIRED,
        Action.NEW,
    ):
        steps = [step for step in intake.steps if step.action is action]
        shown = _SHOWN_NEW if action is Action.NEW else _SHOWN
        lines += [_told_step(step) for step in steps[:shown]]
        if len(steps) > shown:
            lines.append(f"  {'':<9} … and {len(steps) - shown} more")
    return lines


def _told_step(step: PlannedChange) -> str:
    from cards.questions import question_text

    text = clipped(question_text(step.note.content), 56)
    name = styled(f"{step.action:<9}", "1" if step.action is Action.RETIRED else "2")
    if step.action is Action.REWORDED and step.known is not None:
        old = clipped(question_text(step.known.note.content), 56)
        return f"  {name} {old}\n            → {text}"
    if step.action is Action.MOVED and step.known is not None:
        old_deck, deck = step.known.note.deck, step.note.deck
        where = (
            f"{old_deck} → {deck}" if old_deck != deck else Path(step.note.file).name
        )
        return f"  {name} {text}  ({clean(where)})"
    if step.known is not None and step.known.note.kind != step.note.kind:
        old = step.known.note.kind
        return f"  {name} {text}  ({old} → {step.note.kind}: begins anew)"
    return f"  {name} {text}"
