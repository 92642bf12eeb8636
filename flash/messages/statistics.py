"""Labels and sentences of statistics, for the terminal and the page."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from cards.translate import _, ngettext
from flash.messages.cards import duration_label
from flash.messages.dates import dated
from flash.messages.phrases import count_answers, count_days, count_reviews, percent
from srs.models.cards import Rating
from srs.stats.calibration import Calibration
from srs.stats.difficult_cards import DifficultCard
from srs.stats.distributions import EDGES_S, AnswerTimes, CardGroup
from srs.stats.overview import Overview
from srs.stats.retention import INTERVALS, Retention, confidence_interval


def leech_count(count: int) -> str:
    """Format a number of leeches."""
    return ngettext("{n} leech", "{n} leeches", count).format(n=count)


def seconds(value: float | None) -> str:
    """Format a time; a dash for None."""
    return "–" if value is None else _("{n} s").format(n=f"{value:.1f}")


def _time(spent_s: float) -> str:
    """Format the time of many answers."""
    return duration_label(round(1000 * spent_s))


def interval_names() -> list[str]:
    """Name the groups of intervals: `1`, `2–3`, … (days)."""
    ranges = [f"{shorter + 1}–{longest}" for shorter, longest in pairwise(INTERVALS)]
    return [str(INTERVALS[0]), *ranges, _("over {n}").format(n=INTERVALS[-1])]


def time_names() -> list[str]:
    """Name the groups of answer times (seconds)."""
    ranges = [f"{low}–{high}" for low, high in pairwise((0, *EDGES_S))]
    return [*ranges, f"{EDGES_S[-1]}+"]


def group_name(group: CardGroup) -> str:
    """Name a group of cards by its bounds."""
    if group.high is None:
        return f"{group.low:g}+"
    return f"{group.low:g}–{group.high:g}"


def hour_name(hour: int) -> str:
    """Name an hour of the day."""
    return f"{hour:02}:00"


def rating_name(rating: int | None) -> str:
    """Name a rating; None stands for all."""
    names = {
        Rating.AGAIN: _("again"),
        Rating.HARD: _("hard"),
        Rating.GOOD: _("good"),
        Rating.EASY: _("easy"),
    }
    return _("all") if rating is None else names[Rating(rating)]


def card_states(found: Overview) -> list[tuple[str, int]]:
    """Name the counts of cards by state."""
    return [
        (_("new"), found.new),
        (_("learning"), found.learning),
        (_("young"), found.young),
        (_("mature"), found.mature),
        (_("suspended"), found.suspended),
    ]


def card_mark(card: DifficultCard) -> str:
    """Name the state of a difficult card; empty if it is usual."""
    if card.suspended:
        return _("suspended")
    return _("leech") if card.leech else ""


def today_summary(found: Overview) -> str:
    """Summarize today's answers and due cards."""
    due = _("{n} due").format(n=found.due)
    if found.overdue:
        due += _(", {n} overdue").format(n=found.overdue)
    if found.buried:
        due += _(", {n} buried").format(n=found.buried)
    count = found.reviewed_today
    if not count:
        return _("nothing reviewed yet; {due}").format(due=due)
    return _("{answers}, {percent} % correct, {time}; {due}").format(
        answers=count_answers(count),
        percent=round(100 * (count - found.again_today) / count),
        time=_time(found.seconds_today),
        due=due,
    )


def due_title(due: Sequence[int]) -> str:
    """Count the reviews due in the days of a forecast."""
    return _("due in the next {days} days: {n}").format(days=len(due), n=sum(due))


def due_summary(due: Sequence[int]) -> str:
    """Summarize a forecast of at least seven days."""
    return _("today {today}, tomorrow {tomorrow}, in 7 days {week}").format(
        today=due[0], tomorrow=due[1], week=sum(due[:7])
    )


def due_total(due: Sequence[int]) -> str:
    """Summarize a forecast on the page."""
    if not any(due):
        return _("No reviews in the next {days} days").format(days=len(due))
    return _("{reviews} in {days} days, {week} in 7").format(
        reviews=count_reviews(sum(due)), days=len(due), week=sum(due[:7])
    )


def due_on(day: date, count: int) -> str:
    """State how many reviews are due on a day."""
    return _("{day}: {n} due").format(day=dated(day), n=count)


def weeks_title(answers: int, weeks: int) -> str:
    """Count the answers of the weeks that are shown."""
    return _("{answers} in {weeks} weeks").format(
        answers=count_answers(answers), weeks=weeks
    )


def year_summary(answers: int, days: int, darkest: int) -> str:
    """Summarize the answers of a year; `darkest` is the least of its darkest days."""
    summary = _("{answers} on {days} of the last year").format(
        answers=count_answers(answers), days=count_days(days)
    )
    if not darkest:
        return summary
    return _("{summary}; darkest: {n} or more").format(summary=summary, n=darkest)


def day_summary(day: date, answers: int, spent_s: float) -> str:
    """Summarize the answers of a day."""
    return _("{day}: {answers}, {time}").format(
        day=dated(day),
        answers=count_answers(answers),
        time=_time(spent_s),
    )


def retention_summary(groups: Sequence[Retention]) -> str:
    """Summarize retention by groups."""
    reviews = count_reviews(sum(group.reviews for group in groups))
    return _("{reviews} in the last year, with 95 % confidence intervals").format(
        reviews=reviews
    )


def confidence_range(found: Retention) -> str:
    """Format the confidence interval of a share."""
    low, high = confidence_interval(found)
    return _("{low}–{high} %").format(low=f"{100 * low:.1f}", high=f"{100 * high:.1f}")


def share_range(low: float, high: float) -> str:
    """Format the bounds of a bin of shares."""
    return _("{low}–{high} %").format(low=f"{100 * low:g}", high=f"{100 * high:g}")


def retention_details(name: str, found: Retention) -> str:
    """State a share with its confidence interval."""
    low, high = confidence_interval(found)
    message = _("{name}: {share} of {n} recalled, 95 % interval {low} to {high}")
    return message.format(
        name=name,
        share=f"{found.share or 0:.1%}",
        n=found.reviews,
        low=f"{low:.0%}",
        high=f"{high:.0%}",
    )


def predicted_name(chance: float) -> str:
    """Name answers by their predicted recall."""
    return _("predicted {chance}").format(chance=f"{chance:.1%}")


def calibration_errors(found: Calibration) -> list[str]:
    """State log loss and RMSE."""
    return [
        _("log loss {n}").format(n=f"{found.log_loss:.4f}"),
        _("RMSE (bins) {n}").format(n=percent(found.rmse, 2)),
    ]


def calibration_summary(found: Calibration) -> str:
    """Summarize predicted and actual recall."""
    recall = _("{predicted} predicted, {recalled} recalled").format(
        predicted=percent(found.predicted, 1), recalled=percent(found.recalled, 1)
    )
    errors = _(", ").join(calibration_errors(found))
    return _("{recall}; {errors}").format(recall=recall, errors=errors)


def times_summary(found: AnswerTimes) -> str:
    """Summarize answer times."""
    return _("Median {median}, 90 % within {slowest}").format(
        median=seconds(found.all.median), slowest=seconds(found.all.slowest)
    )


def time_group_summary(name: str, answers: int) -> str:
    """State how many answers took a range of seconds."""
    return _("{name} s: {answers}").format(name=name, answers=count_answers(answers))


def overview_figures(
    found: Overview, desired_retention: float
) -> list[tuple[str, str, str]]:
    """Return name, value and explanation of the main figures of the page."""
    both = (found.young_retention, found.mature_retention)
    total = Retention(
        sum(one.recalled for one in both), sum(one.reviews for one in both)
    )
    time = _time(found.seconds_today)
    return [
        (
            _("Today"),
            str(found.reviewed_today),
            _("answers, {time}").format(time=time),
        ),
        (_("Due"), str(found.due), _("{n} tomorrow").format(n=found.forecast[1])),
        (
            _("Streak"),
            count_days(found.streak),
            _("{answers} in total").format(answers=count_answers(found.reviews)),
        ),
        (
            _("Retention"),
            percent(total.share, 1),
            _("last 30 days; desired {share}").format(share=f"{desired_retention:.0%}"),
        ),
        (
            _("Cards"),
            str(found.cards),
            _("{new} new, {mature} mature").format(new=found.new, mature=found.mature),
        ),
    ]
