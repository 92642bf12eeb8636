"""Adding deck files for a person: the plan shown, a large loss asked for."""

import os
from collections.abc import Callable
from pathlib import Path

from cards.bundled import bundled_path
from cards.plan import Action, Step
from cards.problem import DeckError
from flash.opened import Opened
from flash.printing import clipped, styled
from flash.trouble import Trouble
from srs.intake import Intake, carry_out, plan_intake, read_files
from srs.library import Applied

BUNDLED = "aws-security"
"""The deck that an empty store begins with."""

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


def plan(opened: Opened, paths: list[Path], language: str) -> Intake:
    """Read the files and say what adding them does.

    Raises:
        DeckError: The files have mistakes, or a card fits two.
    """
    return plan_intake(opened.store, read_files(paths), language)


def refuse_loss(intake: Intake, *, agreed: Callable[[str], bool]) -> None:
    """Ask before a large part of a deck is retired.

    Raises:
        Trouble: The person didn't agree.
    """
    if intake.loss is None:
        return
    deck, lost, have = intake.loss
    question = f"this retires {lost} of {have} cards of '{deck}'; go on?"
    if not agreed(question):
        message = f"would retire {lost} of {have} cards of '{deck}'; nothing was done"
        raise Trouble(message, "add --yes if that is meant")


def add_quietly(opened: Opened, path: Path) -> Applied:
    """Add a deck without asking or printing; for the first review."""
    intake = plan(opened, [path], "")
    return carry_out(opened.store, intake, opened.now())


def reread(opened: Opened, file: str) -> str | None:
    """Take an edited file in again during a review.

    Returns:
        What is wrong with it, None where all is well.
    """
    try:
        intake = plan(opened, [Path(file)], "")
        refuse_loss(intake, agreed=lambda _: False)
        carry_out(opened.store, intake, opened.now(), name="edit")
    except DeckError as error:
        return "\n".join(str(problem) for problem in error.problems[:5])
    except Trouble as error:
        return str(error)
    return None


def told_plan(intake: Intake) -> list[str]:
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


def _told_step(step: Step) -> str:
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
        return f"  {name} {text}  ({where})"
    return f"  {name} {text}"
