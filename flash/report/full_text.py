"""The further statistics of `flash stats --full` on a terminal."""

from collections.abc import Iterator, Sequence

from cards.text.terminal import plain_text
from cards.text.width import width_of
from cards.translate import N_, _
from flash.messages import statistics as messages
from flash.messages.phrases import percent
from flash.report.plots import left_edge, range_plot
from flash.report.text import bars
from flash.terminal import clip_line, padded, styled
from srs.stats.calibration import Calibration, CalibrationBin
from srs.stats.collect import AnswerStatistics, Statistics
from srs.stats.difficult_cards import ConfusedPair, DifficultCards
from srs.stats.distributions import AnswerTimeGroup, AnswerTimes, MemoryDistribution
from srs.stats.overview import DeckSummary
from srs.stats.retention import Retention, confidence_interval

_PLOT = 30
_DECK_HEAD = N_("  cards    new  mature  recalled  min/week")
_SHORTEST_NAME = 20


def full_text(found: Statistics, columns: int) -> Iterator[str]:
    """Yield the lines of the further statistics.

    Args:
        found: The statistics.
        columns: Width of the terminal, 40 or more.
    """
    if found.answers is not None:
        yield from _answers(found.answers, columns)
    yield from _memory(found.memory, columns)
    yield from _decks(found.decks, columns)
    yield from _difficult(found.difficult, columns)
    yield from _confused(found.confused, columns)


def _answers(found: AnswerStatistics, columns: int) -> Iterator[str]:
    names = [_("{n} d").format(n=name) for name in messages.interval_names()]
    intervals = list(zip(names, found.retention.by_interval, strict=True))
    hours = [
        (messages.hour_name(hour), kept)
        for hour, kept in enumerate(found.retention.by_hour)
    ]
    yield from _ranges(_("true retention by interval, last year"), intervals, columns)
    yield from _ranges(_("true retention by hour, last year"), hours, columns)
    yield from _calibration(found.calibration, columns)
    yield from _times(found.times, columns)


def _ranges(
    title: str, rows: Sequence[tuple[str, Retention]], columns: int
) -> Iterator[str]:
    """Draw shares as dots on their confidence intervals."""
    yield styled(title, "1")
    rows = [(name, found) for name, found in rows if found.reviews]
    if not rows:
        yield "  " + _("no reviews yet")
        yield ""
        return
    names = max(width_of(name) for name, _found in rows)
    room = min(_PLOT, columns - names - 20)
    left = left_edge([confidence_interval(found)[0] for _name, found in rows])
    scale = padded(f"{left:.0%}", room - 4) + "100%"
    yield styled(f"  {'':<{names}}  {'':>7}  {scale}", "2")
    for name, found in rows:
        low, high = confidence_interval(found)
        plot = range_plot(low, found.share or 0, high, left=left, columns=room)
        share = percent(found.share, 1)
        label = f"{padded(name, names)}  {share:>7}"
        yield f"  {label}  {plot:<{room}} {found.reviews:>6}"
    yield ""


def _calibration(found: Calibration, columns: int) -> Iterator[str]:
    yield styled(_("predicted and actual recall, last year"), "1")
    if not found.reviews:
        yield "  " + _("no reviews yet")
        yield ""
        return
    yield styled("  " + _("predicted  recalled  answers"), "2")
    rows: list[CalibrationBin | Calibration] = [*found.bins, found]
    for row in rows:
        if row.reviews:
            predicted = percent(row.predicted, 1)
            recalled = percent(row.recalled, 1)
            end = "  " + _("total") if row is found else ""
            yield f"  {predicted:>9}{recalled:>10}{row.reviews:>9}{end}"
    parts = messages.calibration_errors(found)
    line = "  " + _(", ").join(parts)
    yield from [line] if width_of(line) <= columns else (f"  {part}" for part in parts)
    yield ""


def _times(found: AnswerTimes, columns: int) -> Iterator[str]:
    yield styled(_("answer times, last year"), "1")
    if not found.all.answers:
        yield "  " + _("no answers yet")
        yield ""
        return
    groups = (found.all, *found.by_rating)
    rooms = [width_of(messages.rating_name(group.rating)) for group in groups]
    room = max(7, *rooms)
    yield styled(" " * (4 + room) + _("median  90 % within  answers"), "2")
    for group in groups:
        yield _time_line(group, room)
    names = [_("{n} s").format(n=name) for name in messages.time_names()]
    yield from bars(list(zip(names, found.groups, strict=True)), columns)
    yield ""


def _time_line(group: AnswerTimeGroup, room: int) -> str:
    name = padded(messages.rating_name(group.rating), room)
    median, slowest = messages.seconds(group.median), messages.seconds(group.slowest)
    median, slowest = padded(median, 8, right=True), padded(slowest, 13, right=True)
    return f"  {name}{median}{slowest}{group.answers:>9}"


def _memory(found: MemoryDistribution, columns: int) -> Iterator[str]:
    for title, name, groups in (
        (_("stability, days until recall is 90 %"), _("{n} d"), found.stability),
        (_("difficulty, 1 to 10"), "{n}", found.difficulty),
    ):
        yield styled(title, "1")
        if any(group.cards for group in groups):
            rows = [
                (name.format(n=messages.group_name(group)), group.cards)
                for group in groups
            ]
            yield from bars(rows, columns)
        else:
            yield "  " + _("no cards answered yet")
        yield ""


def _decks(found: Sequence[DeckSummary], columns: int) -> Iterator[str]:
    if not found:
        return
    yield styled(_("decks, last 30 days"), "1")
    head = _(_DECK_HEAD)
    names = ["  " * deck.deck.count("::") + deck.deck.split("::")[-1] for deck in found]
    room = min(max(width_of(name) for name in names), columns - 2 - width_of(head))
    is_narrow = columns - 2 - width_of(head) < _SHORTEST_NAME
    yield styled(head[2:] if is_narrow else f"  {'':<{room}}{head}", "2")
    for name, deck in zip(names, found, strict=True):
        counts = _deck_counts(deck)
        if is_narrow:
            yield f"  {_indented(name, columns - 2)}"
            yield counts[2:]
        else:
            yield f"  {padded(_indented(name, room), room)}{counts}"
    yield ""


def _indented(name: str, room: int) -> str:
    indent = name[: len(name) - len(name.lstrip(" "))]
    return indent + clip_line(name, room - len(indent))


def _deck_counts(deck: DeckSummary) -> str:
    share = percent(deck.retention.share)
    counts = f"{deck.cards:>7}{deck.new:>7}{deck.mature:>8}"
    return f"{counts}{share:>10}{deck.minutes_a_week:>10.1f}"


def _difficult(found: DifficultCards, columns: int) -> Iterator[str]:
    leeches = messages.leech_count(found.leeches)
    yield styled(_("most lapses ({leeches})").format(leeches=leeches), "1")
    if not found.cards:
        yield "  " + _("no card has three lapses")
    for card in found.cards:
        mark = messages.card_mark(card)
        mark = f" {mark}" if mark else ""
        lapses = f"{card.lapses:>4}  "
        room = columns - 2 - len(lapses) - width_of(mark)
        question = clip_line(plain_text(card.asked.question), room)
        yield f"  {lapses}{question}{styled(mark, '2')}"
    yield ""


def _confused(found: Sequence[ConfusedPair], columns: int) -> Iterator[str]:
    if not found:
        return
    yield styled(_("confused pairs"), "1")
    for pair in found:
        first, second = (
            clip_line(plain_text(asked.question), columns - 9)
            for asked in (pair.first, pair.second)
        )
        yield f"  {pair.times:>3} × {first}"
        yield f"        {second}"
    yield ""
