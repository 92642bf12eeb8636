"""What `flash stats --full` tells beside the figures of every day."""

from collections.abc import Iterator, Sequence

from flash.report.names import (
    group_name,
    hour_name,
    interval_names,
    leeches_counted,
    time_names,
)
from flash.report.plots import left_edge, range_plot
from flash.report.text import bars
from flash.terminal import clipped, padded, styled, width
from srs.models.cards import Rating
from srs.stats.calibration import Calibration, CalibrationBin
from srs.stats.collect import AnswerStatistics, Statistics
from srs.stats.difficult_cards import ConfusedPair, DifficultCards
from srs.stats.distributions import AnswerTimeGroup, AnswerTimes, MemoryDistribution
from srs.stats.overview import DeckSummary
from srs.stats.retention import Retention, confidence_interval

_PLOT = 30
_COUNTS = 40
"""Columns that the figures of a deck take."""
_SHORTEST_NAME = 20


def full_text(found: Statistics, columns: int) -> Iterator[str]:
    """Write the other figures.

    Args:
        found: The figures; those of a year of answers too.
        columns: Width of the terminal, 40 or more.
    """
    if found.answers is not None:
        yield from _answers(found.answers, columns)
    yield from _strength(found.memory, columns)
    yield from _decks(found.decks, columns)
    yield from _leeches(found.difficult, columns)
    yield from _confused(found.confused, columns)


def _answers(found: AnswerStatistics, columns: int) -> Iterator[str]:
    names = [f"{name} d" for name in interval_names()]
    intervals = list(zip(names, found.retention.by_interval, strict=True))
    hours = [
        (hour_name(hour), kept) for hour, kept in enumerate(found.retention.by_hour)
    ]
    yield from _ranges("true retention by interval, last year", intervals, columns)
    yield from _ranges("true retention by hour, last year", hours, columns)
    yield from _calibration(found.calibration, columns)
    yield from _times(found.times, columns)


def _ranges(
    title: str, rows: Sequence[tuple[str, Retention]], columns: int
) -> Iterator[str]:
    """Draw shares as dots on the range in which they lie with 95 %."""
    yield styled(title, "1")
    seen = [
        (name, kept, confidence_interval(kept)) for name, kept in rows if kept.reviews
    ]
    if not seen:
        yield "  no reviews yet"
        yield ""
        return
    names = max(len(name) for name, _, _ in seen)
    room = min(_PLOT, columns - names - 20)
    left = left_edge([low for _, _, (low, _) in seen])
    scale = padded(f"{left:.0%}", room - 4) + "100%"
    yield styled(f"  {'':<{names}}  {'':>7}  {scale}", "2")
    for name, kept, (low, high) in seen:
        share = kept.recalled / kept.reviews
        plot = range_plot(low, share, high, left=left, columns=room)
        told = f"{100 * share:.1f} %"
        yield f"  {name:<{names}}  {told:>7}  {plot:<{room}} {kept.reviews:>6}"
    yield ""


def _calibration(found: Calibration, columns: int) -> Iterator[str]:
    yield styled("predicted and actual recall, last year", "1")
    if found.log_loss is None or found.rmse is None:
        yield "  no reviews yet"
        yield ""
        return
    yield styled("  predicted  recalled  answers", "2")
    rows: list[CalibrationBin | Calibration] = [*found.bins, found]
    for one in rows:
        if one.predicted is not None and one.recalled is not None:
            shares = f"{100 * one.predicted:7.1f} %{100 * one.recalled:8.1f} %"
            yield f"  {shares}{one.reviews:>9}{'  in all' if one is found else ''}"
    loss, rmse = f"log loss {found.log_loss:.4f}", f"{100 * found.rmse:.2f} %"
    yield from _wrapped([loss, f"RMSE of the bins {rmse}"], columns)
    yield ""


def _wrapped(parts: Sequence[str], columns: int) -> Iterator[str]:
    """Put parts on one line, or where it is too narrow on one each."""
    line = "  " + ", ".join(parts)
    yield from [line] if width(line) <= columns else (f"  {part}" for part in parts)


def _times(found: AnswerTimes, columns: int) -> Iterator[str]:
    yield styled("time for an answer, last year", "1")
    if not found.all.answers:
        yield "  no answers yet"
        yield ""
        return
    yield styled("           median  90 % within  answers", "2")
    yield _time_line("all", found.all)
    for one in found.by_rating:
        if one.rating is not None:
            yield _time_line(Rating(one.rating).name.lower(), one)
    names = [f"{name} s" for name in time_names()]
    yield from bars(list(zip(names, found.groups, strict=True)), columns)
    yield ""


def _time_line(name: str, one: AnswerTimeGroup) -> str:
    median, slowest = (
        "–" if value is None else f"{value:.1f} s"
        for value in (one.median, one.slowest)
    )
    return f"  {name:<7}{median:>8}{slowest:>13}{one.answers:>9}"


def _strength(found: MemoryDistribution, columns: int) -> Iterator[str]:
    for title, unit, groups in (
        ("stability, days until recall is 90 %", " d", found.stability),
        ("difficulty, 1 to 10", "", found.difficulty),
    ):
        yield styled(title, "1")
        if any(one.cards for one in groups):
            rows = [(group_name(one) + unit, one.cards) for one in groups]
            yield from bars(rows, columns)
        else:
            yield "  no card was answered yet"
        yield ""


def _decks(found: Sequence[DeckSummary], columns: int) -> Iterator[str]:
    if not found:
        return
    yield styled("decks, with the last 30 days", "1")
    names = ["  " * one.deck.count("::") + one.deck.split("::")[-1] for one in found]
    room = min(max(width(name) for name in names), columns - 2 - _COUNTS)
    narrow = columns - 2 - _COUNTS < _SHORTEST_NAME
    head = f"{'cards':>7}{'new':>7}{'mature':>8}{'kept':>8}{'min/week':>10}"
    yield styled(head[2:] if narrow else f"  {'':<{room}}{head}", "2")
    for name, one in zip(names, found, strict=True):
        # A narrow terminal gives the name a line of its own.
        if narrow:
            yield f"  {_indented(name, columns - 2)}"
            yield _deck_counts(one)[2:]
        else:
            shown = padded(_indented(name, room), room)
            yield f"  {shown}{_deck_counts(one)}"
    yield ""


def _indented(name: str, room: int) -> str:
    indent = name[: len(name) - len(name.lstrip(" "))]
    return indent + clipped(name, room - len(indent))


def _deck_counts(one: DeckSummary) -> str:
    share = one.retention.share
    kept = "–" if share is None else f"{100 * share:.0f} %"
    counts = f"{one.cards:>7}{one.new:>7}{one.mature:>8}"
    return f"{counts}{kept:>8}{one.minutes_a_week:>10.1f}"


def _leeches(found: DifficultCards, columns: int) -> Iterator[str]:
    yield styled(f"forgotten most often ({leeches_counted(found)})", "1")
    if not found.cards:
        yield "  no card was forgotten three times"
    for one in found.cards:
        mark = " suspended" if one.suspended else " leech" if one.leech else ""
        lapses = f"{one.lapses:>4}  "
        room = columns - 2 - len(lapses) - len(mark)
        yield f"  {lapses}{clipped(one.asked.question, room)}{styled(mark, '2')}"
    yield ""


def _confused(found: Sequence[ConfusedPair], columns: int) -> Iterator[str]:
    if not found:
        return
    yield styled("mixed up with each other", "1")
    for pair in found:
        room = columns - 9
        yield f"  {pair.times:>3} × {clipped(pair.first.question, room)}"
        yield f"        {clipped(pair.second.question, room)}"
    yield ""
