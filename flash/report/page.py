"""Statistics as one HTML page: charts in SVG, their figures as tables, no script.

The page asks nothing of the network, and says so to the browser; what cards say
is escaped.  The same figures make the same page, byte by byte.
"""

from flash.report.markup import tag, text
from flash.report.sections import sections
from flash.report.style import STYLE
from flash.terminal import counted
from srs.scheduler.study_day import day_date
from srs.stats.collect import Statistics
from srs.stats.overview import Overview
from srs.stats.retention import Retention

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SCREEN = "width=device-width, initial-scale=1"


def page(found: Statistics) -> str:
    """Write the whole page.

    Args:
        found: The figures, those of a year of answers among them.
    """
    title = found.deck.replace("::", " › ") or "All decks"
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content=_SCREEN),
        tag("title", text(f"{title} · flash")),
        tag("style", STYLE),
    )
    day = f"Statistics of {day_date(found.today):%A, %Y-%m-%d}"
    body = (
        tag("header", tag("h1", text(title)), tag("p", text(day))),
        _sums(found.overview, found.desired_retention),
        tag("main", *(f"\n{one}" for one in sections(found)), "\n"),
    )
    lines = (
        "<!doctype html>",
        '<html lang="en">',
        tag("head", "\n", "\n".join(head), "\n"),
        tag("body", "\n", "\n".join(body), "\n"),
        "</html>",
    )
    return "\n".join(lines) + "\n"


def _sums(seen: Overview, wanted: float) -> str:
    both = (seen.young_retention, seen.mature_retention)
    kept = Retention(
        sum(one.recalled for one in both), sum(one.reviews for one in both)
    )
    share = "–" if kept.share is None else f"{100 * kept.share:.1f} %"
    rows = (
        (
            "Today",
            f"{seen.reviewed_today}",
            f"answers, {seen.seconds_today / 60:.0f} min",
        ),
        ("Due", f"{seen.due}", f"{seen.forecast[1]} tomorrow"),
        (
            "Streak",
            counted(seen.streak, "day"),
            f"{counted(seen.reviews, 'answer')} in all",
        ),
        ("Retention", share, f"30 days; {wanted:.0%} wanted"),
        ("Cards", f"{seen.cards}", f"{seen.new} new, {seen.mature} mature"),
    )
    cells = (
        tag(
            "div",
            tag("dt", text(name)),
            tag("dd", text(value), tag("small", text(more))),
        )
        for name, value, more in rows
    )
    return tag("dl", *cells, class_="sums")
