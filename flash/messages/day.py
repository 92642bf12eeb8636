"""The end of a review: the day, what is left, tomorrow, and what could come next."""

import shlex
from typing import TYPE_CHECKING

from cards.translate import _, ngettext, program
from flash.messages.cards import duration_label
from flash.messages.phrases import count_cards, count_days, labelled
from flash.messages.review import counts_label, summary_lines
from flash.messages.review_keys import ReviewKeys

if TYPE_CHECKING:
    from srs.study.day_report import DayReport
    from srs.study.results import Summary


def end_lines(summary: "Summary", report: "DayReport | None") -> list[str]:
    """Sum up a review at its end.

    Args:
        summary: The session.
        report: The day; None if the session did not change the schedule.
    """
    if report is None:
        return list(summary_lines(summary))
    return [*day_lines(report), *_offers(report)]


def all_done(summary: "Summary", report: "DayReport | None", keys: ReviewKeys) -> str:
    """Report that no card is left, of all or of those that were chosen.

    Args:
        summary: The session.
        report: The day; None if the session did not change the schedule.
        keys: The keys of the user.
    """
    if report is not None and report.query:
        return _("No more of these cards are due today.")
    if report is not None:
        return _("No more cards are due today.")
    if summary.answered:
        return _("Every card was recalled.")
    if summary.name == "confused":
        message = _(
            "No confused cards yet. After a miss, press {mix_up} to record one."
        )
        return keys.fill(message)
    return _("There are no cards to cram.")


def day_lines(report: "DayReport") -> list[str]:
    """Sum up the study day, and tell what tomorrow brings."""
    return [_today(report), _tomorrow(report)]


def _today(report: "DayReport") -> str:
    if not report.answered:
        return _("No cards were answered today.")
    text = ngettext(
        "Today: {count} answer, {percent} % correct, {time}. Streak: {days}.",
        "Today: {count} answers, {percent} % correct, {time}. Streak: {days}.",
        report.answered,
    )
    return text.format(
        count=report.answered,
        percent=round(100 * report.correct / report.answered),
        time=duration_label(report.duration_ms),
        days=count_days(report.streak),
    )


def _tomorrow(report: "DayReport") -> str:
    if report.is_exam_tomorrow:
        return _(
            "The exam is tomorrow. Afterwards, flash exam clear says how many cards "
            "are due early because of it."
        )
    if not report.tomorrow.total:
        return _("Nothing is due tomorrow.")
    counts = _("{due} due, {new} new")
    if report.overdue:
        counts = _("{due} due, {new} new; {overdue} are overdue")
    if report.is_catching_up:
        counts = _("{due} due, no new cards while catching up; {overdue} are overdue")
    text = _("Tomorrow: {counts}.")
    if report.rest.total:
        text = _("If you stop now, tomorrow: {counts}.")
    due = report.tomorrow.due + report.tomorrow.learning
    counts = counts.format(due=due, new=report.tomorrow.new, overdue=report.overdue)
    return text.format(counts=counts)


def _offers(report: "DayReport") -> list[str]:
    """Name the commands for what could come next, one a line."""
    query = f" {shlex.quote(report.query)}" if report.query else ""
    command = f"{program()} review{query}"
    if report.left.total:
        counts = counts_label(report.left)
        text = _("Left today: {counts}. Continue with: {command}")
        return [text.format(counts=counts, command=command)]
    offers = []
    if report.rest.total:
        text = _("Other cards left today: {counts}. Continue with: {command}")
        counts = counts_label(report.rest)
        offers.append(text.format(counts=counts, command=f"{program()} review"))
    if report.more_new:
        text = ngettext("{n} more new card", "{n} more new cards", report.more_new)
        what = text.format(n=report.more_new)
        offers.append(labelled(what, f"{command} --more {report.more_new}"))
    # What is overdue comes before what is not due yet.
    if report.more_due:
        text = ngettext(
            "{n} more overdue card", "{n} more overdue cards", report.more_due
        )
        what = text.format(n=report.more_due)
        offers.append(labelled(what, f"{command} --ahead 1"))
    elif report.ahead and not report.overdue:
        what = _("{cards} of tomorrow").format(cards=count_cards(report.ahead))
        offers.append(labelled(what, f"{command} --ahead 1"))
    if report.answered and not report.is_passing:
        what = _("Practice without changing the schedule")
        offers.append(labelled(what, f"{command} --cram"))
    return offers
