"""`flash add`."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from cards.errors import FlashError
from cards.identity.matching import Action
from cards.questions import question_of, question_text
from cards.translate import _
from flash.cli.asking import has_terminal, is_confirmed
from flash.cli.options import DbOption, DryRunOption, FilesArgument, JsonOption
from flash.messages.adding import (
    asks_line,
    conflict_question,
    copied_line,
    due_today_line,
    ignored_line,
    kept_lines,
    left_tags_line,
    loss_question,
    new_cards_line,
    newer_line,
    no_domain_line,
    one_way_line,
    other_language_line,
    plan_lines,
    plan_summary,
    renamed_lines,
    retirement_text,
    warning_lines,
)
from flash.messages.conflicts import conflict_lines, undecided_text
from flash.messages.notes import stamped_line
from flash.service.adding import (
    AddPlan,
    apply_adding,
    check_names,
    plan_adding,
)
from flash.service.context import AppContext, open_app
from flash.service.deck_reading import read_for_adding
from flash.service.exams import NoDomain, without_domain
from flash.service.stamping import stamp_notes
from flash.terminal import (
    echo,
    echo_err,
    print_json,
    print_lines,
    progress_bar,
    working,
)
from srs.models.retirements import RetiredCard


def add(
    files: FilesArgument,
    dry_run: DryRunOption = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="Don't ask; the files win."),
    ] = False,
    lang: Annotated[
        str,
        typer.Option("--lang", metavar="LANG", help="Language, if there are several."),
    ] = "",
    due_today: Annotated[
        list[str] | None,
        typer.Option(
            "--due-today",
            metavar="ID",
            help="Make this card due today because its answer has changed.",
        ),
    ] = None,
    stamp: Annotated[
        bool,
        typer.Option("--stamp", help="Write an id after each card in Markdown notes."),
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Add deck files and notes, or update their cards.

    Edited, renamed and moved cards keep their history. A card that is no longer in
    its file is retired; it returns with its history when it is back. A bundled deck is
    copied beside the database, where you can edit it; after an upgrade of flash, adding
    it again merges the new version. With `-`, reads a deck file from standard input and
    appends its cards to the file of that deck, as `flash new` does. Exit code 1: a file
    has mistakes, and nothing is added; or a card was edited on another device, too, and
    the store keeps that text for now, while all else is added.
    """
    # A short run that makes many values and no cycles: a quarter faster.
    gc.disable()
    if files == [Path("-")]:
        from flash.cli.commands.new import (  # noqa: PLC0415 - loads the editor
            add_from_stdin,
        )

        found = add_from_stdin(db, dry_run=dry_run)
        _report(found.plan, found.plan.cards, as_json=json, dry_run=dry_run)
        _say_no_domain(found.no_domain)
        if found.cards and not json:
            count = len(found.cards)
            echo(new_cards_line(count, found.deck, found.file, found.line))
        return
    names = due_today or []
    if stamp and not dry_run:
        _stamp(files, may_lack_git=yes)
    with open_app(db) as app:
        with working(_("reading"), quiet=json):
            parsed = read_for_adding(files, app.store, lang)
            plan = plan_adding(app.store, parsed, lang, files_win=yes)
            no_domain = without_domain(app, plan.steps)
        if dry_run:
            _report(plan, plan.cards, as_json=json, dry_run=True)
            _say_no_domain(no_domain)
            return
        check_names(app, plan, names)
        if not yes:
            plan = _agreed(app, plan)
        with progress_bar(len(plan.steps), _("adding"), quiet=json) as progressed:
            added = apply_adding(app, plan, due_today=names, progressed=progressed)
    for line in renamed_lines(added.renamed):
        echo_err(line)
    if added.one_way:
        echo_err(one_way_line(added.one_way))
    _report(added.plan, added.cards, as_json=json, dry_run=False)
    _say_no_domain(no_domain)
    if names and not json:
        echo(due_today_line(added.due_today))
    if undecided := added.plan.undecided:
        raise FlashError(*undecided_text(len(undecided)))


def _stamp(files: list[Path], *, may_lack_git: bool) -> None:
    stamped = stamp_notes(files, may_lack_git=may_lack_git)
    echo_err(stamped_line(stamped.count))
    for problem in stamped.left:
        echo_err(str(problem))


def _agreed(app: AppContext, plan: AddPlan) -> AddPlan:
    """Ask about conflicts and losses; return the plan that the user wants.

    Raises:
        FlashError: The user did not agree to the losses.
    """
    for line in conflict_lines(plan.conflicts, plan.parsed.files):
        echo_err(line)
    if plan.conflicts and is_confirmed(conflict_question(len(plan.conflicts))):
        plan = plan_adding(app.store, plan.parsed, plan.language, files_win=True)
    if plan.losses and has_terminal():
        _show_losses(plan)
    questions = (loss_question(retirement_text(loss)) for loss in plan.losses)
    if plan.refusal and not all(is_confirmed(one) for one in questions):
        raise plan.refusal
    return plan


def _show_losses(plan: AddPlan) -> None:
    """Name what the user is about to be asked for."""
    lost = {card.guid for loss in plan.losses for card in loss.cards}
    steps = [step for step in plan.steps if step.known and step.known.guid in lost]
    for line in plan_lines(steps, plan.retired, plan.conflicts):
        echo_err(line)


def _report(plan: AddPlan, cards: int, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        _print_json(plan, cards, dry_run=dry_run)
        return
    for line in warning_lines(plan.parsed.warnings):
        echo_err(line)
    print_lines(plan_lines(plan.steps, plan.retired, plan.conflicts))
    echo(plan_summary(plan.counts, cards, len(plan.retired), dry_run=dry_run))
    if dry_run and plan.reasons:
        for line in conflict_lines(plan.conflicts, plan.parsed.files):
            echo_err(line)
        echo_err(asks_line(plan.reasons))
    for copy in plan.parsed.copies:
        if not copy.mine and not dry_run:
            echo_err(copied_line(copy.folder))
        for line in kept_lines(copy.upgrade.kept):
            echo_err(line)
    _remark(plan)


def _remark(plan: AddPlan) -> None:
    """Name what was not taken from the files."""
    if newer := plan.counts[Action.NEWER] - len(plan.undecided):
        echo_err(newer_line(newer))
    if plan.other_language:
        echo_err(other_language_line(plan.other_language))
    if plan.left_tags:
        echo_err(left_tags_line(plan.left_tags))
    if plan.parsed.ignored:
        echo_err(ignored_line(plan.parsed.ignored))


def _say_no_domain(found: NoDomain | None) -> None:
    if found:
        echo_err(no_domain_line(found.notes, found.tag))


def _print_json(plan: AddPlan, cards: int, *, dry_run: bool) -> None:
    conflicts = {step.known.guid for step in plan.conflicts if step.known}
    steps = [
        {
            "action": step.action.value,
            "question": question_text(step.note.content),
            "was": question_text(step.known.note.content) if step.known else None,
            "guid": step.known.guid if step.known else None,
            "deck": step.note.deck,
            "file": step.note.file,
            "line": step.note.line,
            "joined": bool(step.base),
            "conflict": bool(step.known and step.known.guid in conflicts),
        }
        for step in plan.steps
        if step.action not in (Action.UNCHANGED, Action.NEW)
    ]
    print_json(
        {
            **plan.counts,
            "cards": cards,
            "dry_run": dry_run,
            "left_out": plan.other_language,
            "left_alone": len(plan.parsed.ignored),
            "left_alone_files": list(plan.parsed.ignored),
            "copies": [str(copy.folder) for copy in plan.parsed.copies],
            "kept": [one for copy in plan.parsed.copies for one in copy.upgrade.kept],
            "steps": steps,
            "retired_cards": [retired_json(card) for card in plan.retired],
            "asks": plan.reasons,
        }
    )


def retired_json(card: RetiredCard) -> dict[str, str | bool]:
    """Return what `--json` prints of a retired card."""
    asked = question_of(card.note, card.part)
    return {
        "guid": card.guid,
        "deck": card.note.deck,
        "question": asked.question,
        "answer": asked.answer,
        "answered": card.is_answered,
    }
