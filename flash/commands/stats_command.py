"""`flash stats`: today, the streak, how much is kept, the month to come."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from flash.opened import DbOption, JsonOption, opened

if TYPE_CHECKING:
    from srs.statistics import Retention, Statistics


def stats(json: JsonOption = False, db: DbOption = None) -> None:
    """Show today, the streak, true retention and a forecast of thirty days."""
    from srs.calendar import day_date
    from srs.statistics import statistics

    with opened(db) as store:
        options = store.options
        now = store.now()
        found = statistics(store.store, options, now)
        today = day_date(options.calendar.day(now))
    if json:
        from flash.printing import print_json

        print_json(_as_json(found, today))
        return
    _print_today(found)
    _print_cards(found)
    _print_retention(found)
    _print_forecast(found, today)


def _as_json(found: "Statistics", today: Any) -> dict[str, Any]:
    import msgspec

    values = msgspec.structs.asdict(found)
    young, mature = values.pop("young_retention"), values.pop("mature_retention")
    values["retention"] = {
        name: {"recalled": kept.recalled, "reviews": kept.reviews, "share": kept.share}
        for name, kept in (("young", young), ("mature", mature))
    }
    values["forecast"] = [
        {"date": str(today + timedelta(days=index)), "due": due}
        for index, due in enumerate(found.forecast)
    ]
    return values


def _print_today(found: "Statistics") -> None:
    from flash.printing import counted, styled

    count = found.reviewed_today
    if count:
        correct = round(100 * (count - found.again_today) / count)
        minutes = found.seconds_today / 60
        told = f"{counted(count, 'answer')}, {correct} % right, {minutes:.0f} min"
    else:
        told = "nothing reviewed yet"
    typer.echo(f"{styled('today', '1')}   {told}; {found.due} due")
    typer.echo(f"{styled('streak', '1')}  {counted(found.streak, 'day')}")
    typer.echo()


def _print_cards(found: "Statistics") -> None:
    from flash.printing import bar, counted, padded, styled

    head = f"{counted(found.cards, 'card')}, {counted(found.reviews, 'review')}"
    typer.echo(styled(head, "1"))
    names = ("new", "learning", "young", "mature", "suspended")
    largest = max(getattr(found, name) for name in names)
    for name in names:
        value = getattr(found, name)
        number = padded(str(value), 7, right=True)
        typer.echo(f"  {name:<10}{number}  {bar(value, largest, 30)}".rstrip())
    typer.echo()


def _print_retention(found: "Statistics") -> None:
    from flash.printing import styled

    typer.echo(styled("true retention, last 30 days", "1"))
    _print_kept("young", found.young_retention)
    _print_kept("mature", found.mature_retention)
    typer.echo()


def _print_kept(name: str, kept: "Retention") -> None:
    from flash.printing import bar

    if kept.share is None:
        typer.echo(f"  {name:<10}      –  no reviews yet")
        return
    share = f"{100 * kept.share:.1f} %"
    typer.echo(f"  {name:<10}{share:>7}  {bar(kept.share, 1, 30)} {kept.reviews}")


def _print_forecast(found: "Statistics", today: Any) -> None:
    from flash.printing import bar, styled

    typer.echo(styled(f"due in the next 30 days: {sum(found.forecast)}", "1"))
    largest = max(found.forecast)
    if not largest:
        return
    last = max(index for index, due in enumerate(found.forecast) if due)
    for index, due in enumerate(found.forecast[: last + 1]):
        date = today + timedelta(days=index)
        typer.echo(f"  {date:%a %m-%d}{due:>8}  {bar(due, largest, 30)}".rstrip())
