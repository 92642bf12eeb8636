"""`flash optimize` and `flash reschedule`: parameters of one's own, due days anew."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, JsonOption
from flash.service.context import AppContext, open_app

if TYPE_CHECKING:
    from srs.optimizer.parameters import DeckFit
    from srs.optimizer.reschedule import RescheduleResult

DeckArgument = Annotated[
    str, typer.Argument(metavar="[DECK]", help="Only this deck and its children.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done and change nothing.")
]

_DRY = "nothing was changed: --dry-run"


def optimize(
    deck: DeckArgument = "",
    every: Annotated[
        bool,
        typer.Option("--all", help="Also each deck that has parameters of its own."),
    ] = False,
    dry_run: DryRun = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Fit FSRS to your own answers; the old parameters stay unless the new win.

    Both are judged on answers that came later than those they were fitted to.
    Memory states follow the new parameters at once, due days only with `flash
    reschedule`; `flash undo` goes back.  Exit code 1: the extra isn't installed,
    or no deck has this name.
    """
    if every and deck:
        raise FlashError("a deck and --all", "name one of them")
    from flash.cli.card_selector import check_deck
    from srs.optimizer.parameters import owners

    with open_app(db) as store:
        check_deck(store, deck)
        decks = owners(store.options) if every else [deck]
        found = [_optimized(store, one, dry_run=dry_run) for one in decks]
    if json:
        from flash.terminal import print_json

        shown = [_as_json(one, dry_run=dry_run) for one in found]
        print_json(shown if every else shown[0])
        return
    for one in found:
        _print_fit(one)
    if any(one.fit.kept is None for one in found):
        end = _DRY if dry_run else "flash reschedule updates the due days"
        typer.echo(f"({end})")


def _optimized(store: AppContext, deck: str, *, dry_run: bool) -> "DeckFit":
    from srs.optimizer.parameters import adopt, optimize

    found = optimize(store.store, store.options, deck)
    if found.fit.kept is None and not dry_run:
        adopt(store.store, found, store.now())
    return found


def _as_json(found: "DeckFit", *, dry_run: bool) -> dict[str, Any]:
    from flash.messages.scheduling import kept_reason

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


def _print_fit(found: "DeckFit") -> None:
    from flash.messages.scheduling import fit_evaluation, fit_result, fit_title
    from flash.terminal import print_table, styled

    fit = found.fit
    typer.echo(styled(fit_title(found.deck, fit), "1"))
    if fit.before and fit.after:
        typer.echo(fit_evaluation(fit))
        rows = [
            [name, f"{one.log_loss:.4f}", f"{100 * one.rmse_bins:.2f} %"]
            for name, one in (("before", fit.before), ("after", fit.after))
        ]
        print_table(["", "log loss", "RMSE (bins)"], rows, right=(1, 2))
    for line in fit_result(fit):
        typer.echo(line)


def reschedule(
    deck: DeckArgument = "",
    dry_run: DryRun = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Give each review card the due day that its memory asks for today.

    Meant for after `flash optimize` or another desired retention; never done by
    itself.  Intervals count from the last answer, so some cards may be due at
    once: look with --dry-run first.  `flash undo` takes it back.  Exit code 1:
    no deck has this name.
    """
    import gc

    from flash.cli.card_selector import check_deck
    from srs.optimizer.reschedule import reschedule as compute

    # Many values and no cycles: a quarter faster so.
    gc.disable()
    with open_app(db) as store:
        check_deck(store, deck)
        now, options = store.now(), store.options
        decks = _ids_under(store, deck) if deck else None
        found = compute(store.store, options, now, decks, dry_run=dry_run)
        today = options.calendar.day(now)
    gc.freeze()  # nor are they looked through at the end
    _print_load(found, today, as_json=json, dry_run=dry_run)


def _ids_under(store: AppContext, deck: str) -> list[int]:
    from srs.store.decks import deck_ids

    return deck_ids(store.store, deck)


def _print_load(
    found: "RescheduleResult", today: int, *, as_json: bool, dry_run: bool
) -> None:
    from flash.messages.scheduling import rescheduled
    from flash.terminal import print_json, print_table
    from srs.scheduler.study_day import day_date

    days = [day_date(today) + timedelta(days=n) for n in range(len(found.before))]
    load = list(zip(days, found.before, found.after, strict=True))
    if as_json:
        due = [{"date": str(day), "before": b, "after": a} for day, b, a in load]
        counts = {"cards": found.cards, "moved": found.moved, "sooner": found.sooner}
        print_json({**counts, "dry_run": dry_run, "due": due})
        return
    end = f" ({_DRY})" if dry_run else ""
    typer.echo(rescheduled(found) + end)
    if found.moved:
        rows = [[f"{day:%a %m-%d}", str(b), str(a)] for day, b, a in load]
        print_table(["due", "before", "after"], rows, right=(1, 2))
