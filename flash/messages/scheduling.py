"""Messages about exams, simulations, fitted parameters and rescheduling."""

import shlex
from collections.abc import Collection
from datetime import date
from typing import Any

from msgspec import Struct

from cards.text.width import clean, width_of
from cards.translate import _, ngettext, program
from flash.messages.phrases import (
    count_cards,
    count_days,
    count_reviews,
    deck_name,
    percent,
)
from flash.terminal import bar, padded, styled, table_lines, terminal_columns
from srs.forecast.exam_forecast import ExamDomain, ExamForecast
from srs.forecast.workload import Workload
from srs.models.exam import Exam
from srs.optimizer.fit import ADVISED, NEEDED, Fit, KeptReason
from srs.optimizer.reschedule import RescheduleResult
from srs.scheduler.study_day import day_date

_GAIN_COLUMNS, _LEAST_GAIN_COLUMNS = 12, 6
"""Of the bars of gains; on a terminal without room for the least there are none."""


def _minutes(minutes: float) -> str:
    return _("{n} min per day").format(n=f"{minutes:.0f}")


def exam_set(exam: Exam, day: date) -> str:
    """Confirm that an exam was set."""
    message = _("exam on {date}: {deck}; see the forecast with flash exam")
    return message.format(date=day, deck=deck_name(exam.deck))


def points_lines(exam: Exam, asked: Collection[str]) -> list[str]:
    """Say where the points of an exam come from.

    Args:
        exam: The exam.
        asked: The domains that have cards.
    """
    if not exam.is_divided(asked):
        return [_("all cards count alike: no exam.yaml gives weights")]
    if not exam.weights:
        message = _(
            "each domain is weighted by its number of cards: no exam.yaml gives weights"
        )
        return [message]
    lines = []
    if exam.blueprint is not None:
        message = _("{exam}: {questions} questions, {minutes} minutes")
        lines.append(
            message.format(
                exam=clean(exam.blueprint.exam),
                questions=exam.blueprint.questions,
                minutes=exam.blueprint.minutes,
            )
        )
    lacking = [exam.domain_name(tag) for tag in exam.weights if tag not in asked]
    if lacking:
        message = _("no card covers: {domains}")
        lines.append(message.format(domains=clean(_(", ").join(lacking))))
    return lines


def exam_cleared(day: date | None) -> str:
    """Confirm that an exam was cleared; None if there was none."""
    if day is None:
        return _("no exam is set")
    return _("cleared the exam on {date}").format(date=day)


def exam_title(exam: Exam, day: date, found: ExamForecast) -> str:
    """Return the title of the forecast of an exam."""
    if not found.days:
        text = _("the exam is today, {date}: {deck}")
        return text.format(date=day, deck=deck_name(exam.deck))
    return _("exam on {date}, in {days}: {deck}").format(
        date=day, days=count_days(found.days), deck=deck_name(exam.deck)
    )


class ExamReport(Struct, frozen=True):
    """The forecast of an exam in words, without a layout."""

    title: str
    about: tuple[str, ...]
    """Where the points come from, and the cards."""
    shares: tuple[tuple[str, str], ...] = ()
    """Shares of the points: what each is, and its percentage."""
    study: tuple[str, ...] = ()
    """What the study until then takes; empty on the day."""
    head: tuple[str, ...] = ()
    """Columns of the domains: first the name, then numbers."""
    rows: tuple[tuple[str, ...], ...] = ()


def exam_past(exam: Exam) -> str:
    """Say that an exam is over."""
    return _("the exam was on {date}").format(date=day_date(exam.day))


def exam_report(exam: Exam, found: ExamForecast) -> ExamReport:
    """Put the forecast of an exam into words: its points, in total and by domain.

    On the day of the exam it has the present shares only.
    """
    cards = _("{cards}, {new} new")
    return ExamReport(
        title=exam_title(exam, day_date(exam.day), found),
        about=(
            *points_lines(exam, {one.name for one in found.domains}),
            cards.format(cards=count_cards(found.cards), new=found.new),
        ),
        shares=_shares(found),
        study=tuple(_study_lines(exam, found)) if found.days else (),
        **_domain_table(exam, found),
    )


def _shares(found: ExamForecast) -> tuple[tuple[str, str], ...]:
    if not found.days:
        return ((_("expected today"), percent(found.today)),)
    return (
        (_("expected on the day"), percent(found.expected)),
        (_("if the exam were today"), percent(found.today)),
        (_("without further study"), percent(found.idle)),
    )


def _study_lines(exam: Exam, found: ExamForecast) -> list[str]:
    lines = [
        _("as set, {new}: {minutes}, {share} of the cards seen").format(
            new=_new_per_day(found.new_per_day),
            minutes=_minutes(found.minutes),
            share=percent(found.begun),
        ),
        *_unseen_lines(exam, found),
    ]
    if found.full_minutes > exam.minutes > 0:
        message = _("all that a review asks: {minutes}; to stop in time: {command}")
        command = f"{program()} review --minutes {exam.minutes:g}"
        minutes = _minutes(found.full_minutes)
        lines.append(message.format(minutes=minutes, command=command))
    if found.new:
        message = _("to see all in time, {new}: {minutes}, {share} of the points")
        if not found.unseen:
            message = _(
                "to see all with days left to review, {new}: {minutes}, {share} of the"
                " points"
            )
        lines.append(
            message.format(
                new=_new_per_day(found.needed_per_day),
                minutes=_minutes(found.needed_minutes),
                share=percent(found.needed_expected),
            )
        )
        for limit in found.needed_limits:
            command = f"{program()} config new_per_day {limit.new_per_day}"
            if limit.deck:
                command += f" --deck {shlex.quote(clean(limit.deck))}"
            lines.append(_("to allow this: {command}").format(command=command))
    fits = minutes_suffice(found)
    if fits is not None:
        fit = _("this fits your {minutes}") if fits else _("you have {minutes}")
        lines.append(fit.format(minutes=_minutes(found.had_minutes)))
    return lines


def _unseen_lines(exam: Exam, found: ExamForecast) -> list[str]:
    """Say what there is no time for; nothing if all cards will have been seen."""
    if not found.unseen:
        return []
    message = _("not seen by then: {cards} with {share} of the points")
    cards, share = count_cards(found.unseen), percent(found.unseen_points)
    lines = [message.format(cards=cards, share=share)]
    if len(found.domains) < 2:
        return lines
    asked = [one for one in found.domains if one.points]
    lacking = sorted(asked, key=lambda one: -one.unseen_points)
    parts = [
        f"{_domain_name(exam, one)} {percent(one.unseen_points)}"
        for one in lacking
        if one.begun < 1
    ]
    lines.append(_("of these: {domains}").format(domains=clean(_(", ").join(parts))))
    left_out = [_domain_name(exam, one) for one in lacking if not one.begun]
    if left_out:
        message = _("not a single card of: {domains}")
        lines.append(message.format(domains=clean(_(", ").join(left_out))))
    return lines


def _domain_name(exam: Exam, domain: ExamDomain) -> str:
    return exam.domain_name(domain.name) or _("other")


def minutes_suffice(found: ExamForecast) -> bool | None:
    """Return True if the user's minutes suffice to see all cards; None if unknown."""
    if not (found.had_minutes and found.days):
        return None
    return found.needed_minutes <= found.had_minutes


def _new_per_day(count: int) -> str:
    return ngettext("{n} new card per day", "{n} new cards per day", count).format(
        n=count
    )


def simulation_title(found: Workload) -> list[str]:
    """Return the lines above the table of a simulation."""
    return [
        _("{cards}, {new} of them new; {days} from now").format(
            cards=count_cards(found.cards), new=found.new, days=count_days(found.days)
        ),
        _("recalled today: {n}").format(n=f"{found.remembered:.0f}"),
    ]


def simulation_remarks(found: Workload) -> list[str]:
    """Explain the mark of a row below the table of a simulation."""
    if not any(one.limited for one in found.choices):
        return []
    return [_("* on most days, reviews_per_day leaves reviews for later")]


def fit_title(deck: str, fit: Fit) -> str:
    """Return the title of fitted parameters."""
    usable = _("{n} usable").format(n=fit.items) if fit.items else _("none usable")
    return _("{deck}: {reviews}, {usable}").format(
        deck=deck_name(deck), reviews=count_reviews(fit.reviews), usable=usable
    )


def fit_evaluation(fit: Fit) -> str:
    """Explain the evaluation of fitted parameters."""
    message = _("evaluated on {n} later answers; smaller is better")
    return message.format(n=fit.held_out)


def fit_result(fit: Fit) -> list[str]:
    """State whether the fitted parameters are better."""
    lines = []
    if fit.kept is not None:
        lines.append(_("kept the old parameters: {why}").format(why=kept_reason(fit)))
    elif fit.parameters:
        lines.append(_("the new parameters are better:"))
        lines.append("  " + ", ".join(str(value) for value in fit.parameters))
    if fit.reviews < ADVISED:
        message = _("with fewer than {n} reviews the defaults are a good choice")
        lines.append(message.format(n=ADVISED))
    return lines


def kept_reason(fit: Fit) -> str:
    """Explain why the old parameters are kept; empty if they are not."""
    texts = {
        None: "",
        KeptReason.NO_REVIEWS: _("no card was learned and answered on a later day"),
        KeptReason.NONE_USABLE: _("no answer is usable"),
        KeptReason.TOO_FEW: _("only {n} usable answers, {needed} are needed"),
        KeptReason.TOO_FEW_NEW: _("only {held_out} usable answers since the last fit"),
        KeptReason.SAME: _("the fit gives the same parameters"),
        KeptReason.NOT_BETTER: _(
            "the new parameters do not predict later answers better"
        ),
    }
    text = texts[fit.kept]
    return text.format(n=fit.items, needed=NEEDED, held_out=fit.held_out)


def rescheduled(found: RescheduleResult) -> str:
    """Summarize a reschedule."""
    cards = ngettext("{n} review card", "{n} review cards", found.cards)
    return _("moved {moved} of {cards}, {sooner} to an earlier day").format(
        moved=found.moved, cards=cards.format(n=found.cards), sooner=found.sooner
    )


def _domain_table(exam: Exam, found: ExamForecast) -> dict[str, Any]:
    if not exam.is_divided(one.name for one in found.domains):
        return {}
    head = [_("domain"), _("cards"), _("points"), _("today")]
    rows = [
        [
            _domain_name(exam, one),
            str(one.cards),
            percent(one.points),
            percent(one.today),
        ]
        for one in found.domains
    ]
    if found.days:
        head += [_("exam day"), _("gain")]
        for row, one in zip(rows, found.domains, strict=True):
            row += [percent(one.expected), f"+{100 * one.gain:.1f}"]
    return {"head": tuple(head), "rows": tuple(map(tuple, rows))}


def forecast_lines(exam: Exam, found: ExamForecast) -> list[str]:
    """Lay out the forecast of an exam for a terminal, with bars for the gains."""
    report = exam_report(exam, found)
    width = max(width_of(name) for name, _share in report.shares) + 2
    share_of = _("{name}{share} of the points")
    shares = [
        share_of.format(name=padded(name, width), share=share)
        for name, share in report.shares
    ]
    about = [
        *(styled(report.title, "1"), *report.about),
        *("", *shares),
        *(["", *report.study] if report.study else []),
    ]
    if not report.rows:
        return about
    head, rows = [*report.head], [[*row] for row in report.rows]
    table = table_lines(head, rows, right=(1, 2, 3, 4, 5), long=0)
    room = terminal_columns() - max(map(width_of, table[1:]), default=0) - 2
    if found.days and room >= _LEAST_GAIN_COLUMNS:
        head.append("")
        best = max((one.gain for one in found.domains), default=0.0)
        for row, one in zip(rows, found.domains, strict=True):
            row.append(bar(one.gain, best, min(room, _GAIN_COLUMNS)))
        table = table_lines(head, rows, right=(1, 2, 3, 4, 5), long=0)
    return [*about, "", *table]
