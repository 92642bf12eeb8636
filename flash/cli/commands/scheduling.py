"""`flash optimize`, `flash reschedule` and `flash simulate`."""

import gc
from datetime import timedelta
from typing import Annotated, Any

import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.options import (
    MOST,
    DeckArgument,
    DryRunOption,
    JsonOption,
    StoreOption,
)
from flash.messages.dates import dated
from flash.messages.phrases import dry_run_line, dry_run_remark, percent
from flash.messages.scheduling import (
    fit_evaluation,
    fit_result,
    fit_title,
    kept_reason,
    rescheduled,
    simulation_remarks,
    simulation_title,
)
from flash.service.context import AppContext, open_app
from flash.service.finding import find_deck
from flash.terminal import (
    bar,
    echo,
    print_json,
    print_lines,
    styled,
    table_lines,
    terminal_columns,
    working,
)
from srs.forecast.workload import Workload, workload
from srs.optimizer.parameters import DeckFit, adopt, fit_deck, owners
from srs.optimizer.reschedule import reschedule_cards
from srs.scheduler.study_day import day_date
from srs.store.decks import deck_ids

_NUMBER_COLUMNS = 49
"""Columns of the simulation table without its bars."""


def optimize(
    deck: DeckArgument = "",
    every: Annotated[
        bool, typer.Option("--all", help="Include decks with their own parameters.")
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Fit FSRS parameters to your reviews.

    The new parameters replace the old ones only if they predict later answers better.
    Memory states change at once; due days change only with flash reschedule. flash
    undo restores the old parameters. Exit code 1: the optimizer isn't installed, or
    there is no such deck.
    """
    if every and deck:
        raise FlashError(_("give a deck or --all, not both"))
    with open_app(db) as app:
        deck = find_deck(app, deck)
        decks = owners(app.options) if every else [deck]
        with working(_("fitting"), quiet=json):
            found = [_fit(app, name, dry_run=dry_run) for name in decks]
    if json:
        shown = [_fit_json(one, dry_run=dry_run) for one in found]
        print_json(shown if every else shown[0])
        return
    for one in found:
        print_lines(_fit_lines(one))
    if any(one.fit.kept is None for one in found):
        next_step = _("(flash reschedule updates the due days)")
        echo(dry_run_remark() if dry_run else next_step)


def _fit(app: AppContext, deck: str, *, dry_run: bool) -> DeckFit:
    found = fit_deck(app.store, app.options, deck)
    if found.fit.kept is None and not dry_run:
        adopt(app.store, found, app.now())
    return found


def _fit_json(found: DeckFit, *, dry_run: bool) -> dict[str, Any]:
    fit = found.fit
    return {
        "deck": found.deck,
        "reviews": fit.reviews,
        "items": fit.items,
        "held_out": fit.held_out,
        "before": fit.before,
        "after": fit.after,
        "better": fit.kept is None,
        "kept": kept_reason(fit) or None,
        "old": found.old,
        "fitted": fit.parameters,
        "changed": fit.kept is None and not dry_run,
    }


def _fit_lines(found: DeckFit) -> list[str]:
    fit = found.fit
    lines = [styled(fit_title(found.deck, fit), "1")]
    if fit.before and fit.after:
        rows = [
            [name, f"{one.log_loss:.4f}", percent(one.rmse_bins, 2)]
            for name, one in ((_("before"), fit.before), (_("after"), fit.after))
        ]
        lines.append(fit_evaluation(fit))
        lines += table_lines(["", _("log loss"), _("RMSE (bins)")], rows, right=(1, 2))
    return lines + fit_result(fit)


def reschedule(
    deck: DeckArgument = "",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Recompute due days from the current memory states.

    Useful after flash optimize, a change of the desired retention, or an exam, before
    which intervals are short; flash never does this by itself. Intervals count from the
    last answer, so some cards may become due at once: try --dry-run first. flash undo
    restores the due days. Exit code 1: there is no such deck.
    """
    # Many values and no cycles: a quarter faster.
    gc.disable()
    with open_app(db) as app:
        deck = find_deck(app, deck)
        decks = deck_ids(app.store, deck) if deck else None
        with working(_("rescheduling"), quiet=json):
            found = reschedule_cards(
                app.store, app.options, app.now(), decks, dry_run=dry_run
            )
        today = app.today()
    gc.freeze()  # skips them at exit, too
    days = [day_date(today) + timedelta(days=n) for n in range(len(found.before))]
    load = list(zip(days, found.before, found.after, strict=True))
    if json:
        due = [{"date": str(day), "before": b, "after": a} for day, b, a in load]
        counts = {"cards": found.cards, "moved": found.moved, "sooner": found.sooner}
        print_json({**counts, "dry_run": dry_run, "due": due})
        return
    echo(dry_run_line(rescheduled(found)) if dry_run else rescheduled(found))
    if found.moved:
        rows = [[dated(day, with_year=False), str(b), str(a)] for day, b, a in load]
        head = [_("due"), _("before"), _("after")]
        print_lines(table_lines(head, rows, right=(1, 2)))


def simulate(
    deck: DeckArgument = "",
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", min=1, max=3650, help="Days to simulate."),
    ] = 365,
    new: Annotated[
        float | None,
        typer.Option(
            "--new",
            metavar="N",
            min=0,
            max=MOST,
            help="New cards per day [default: as set].",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            max=MOST,
            help="Random seed; change it for a different run.",
        ),
    ] = 0,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Compare the workload of desired retentions.

    Simulates your cards with your parameters, answer times and ratings, within the
    daily limits, once for each retention. Nothing is changed. Exit code 1: there is no
    such deck, or it has no cards.
    """
    with working(_("simulating"), quiet=json), open_app(db) as app:
        deck = find_deck(app, deck)
        found = workload(
            app.store,
            app.options,
            app.now(),
            deck_ids(app.store, deck),
            deck,
            days=days,
            new=new,
            seed=seed,
        )
    if not found.cards:
        raise FlashError(_("no cards to simulate"), _("add some with flash add"))
    if json:
        print_json(found)
    else:
        print_lines(_workload_lines(found))


def _workload_lines(found: Workload) -> list[str]:
    title, *lines = simulation_title(found)
    most = max(one.minutes for one in found.choices)
    best = max(one.remembered for one in found.choices)
    # Two bars share the room beside the numbers.
    room = max(0, min(16, (terminal_columns() - _NUMBER_COLUMNS) // 2))
    rows = [
        [
            f"{one.retention:.2f}",
            f"{one.minutes:.1f}",
            bar(one.minutes, most, room),
            f"{one.reviews:.0f}{'*' if one.limited else ''}",
            f"{one.remembered:.0f}",
            bar(one.remembered, best, room),
            _("as set") if abs(one.retention - found.present) < 0.005 else "",
        ]
        for one in found.choices
    ]
    head = [_("retention"), _("min/day"), "", _("reviews"), _("recalled"), "", ""]
    table = table_lines(head, rows, right=(0, 1, 3, 4))
    remarks = simulation_remarks(found)
    return [styled(title, "1"), *lines, "", *table, *remarks]
