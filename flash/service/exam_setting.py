"""Set, move and clear the exam that the user prepares for."""

from collections.abc import Mapping
from difflib import get_close_matches

from msgspec.structs import replace

from cards.errors import FlashError
from cards.text.folding import fold
from cards.translate import _
from flash.messages.phrases import quoted_text
from flash.messages.review import early_line
from flash.messages.scheduling import exam_cleared
from flash.service.context import AppContext
from flash.service.exams import blueprint_of
from flash.service.finding import find_deck
from flash.service.set_due import unread_date
from srs.forecast.after_exam import count_early
from srs.forecast.exam import ExamCards
from srs.models.exam import Exam, exam_text, with_blueprint
from srs.scheduler.study_day import date_day, day_date
from srs.store.settings import save_setting

_LONGEST_DAYS = 36_525


def set_exam(
    app: AppContext,
    date: str,
    deck: str = "",
    weights: Mapping[str, float] | None = None,
    minutes: float = 0.0,
) -> Exam:
    """Set the exam, in place of another one.

    Args:
        app: The open store.
        date: Its day, as the user typed it.
        deck: Whose cards are asked, as the user typed it; empty for all.
        weights: Points by tag; None for those of the `exam.yaml` of the deck.
        minutes: Study minutes per day; 0 = unset.

    Raises:
        FlashError: The day is not in the next hundred years, or there is no such deck
            or tag.
    """
    day = _future_day(app, date)
    deck = find_deck(app, deck)
    exam = Exam(day, deck, weights or {}, minutes)
    _check_tags(app, exam)
    return _save(app, with_blueprint(exam, blueprint_of(app, deck)))


def move_exam(app: AppContext, exam: Exam, date: str) -> Exam:
    """Give an exam another day, and nothing else.

    Raises:
        FlashError: The day is not in the next hundred years.
    """
    return _save(app, replace(exam, day=_future_day(app, date)))


def clear_exam(app: AppContext) -> list[str]:
    """Remove the exam; return what the user should know."""
    exam = app.options.exam
    early = _early(app, exam) if exam else ""
    save_setting(app.store, "exam", "", app.now())
    done = exam_cleared(day_date(exam.day) if exam else None)
    return [done, early] if early else [done]


def _early(app: AppContext, exam: Exam) -> str:
    return early_line(exam, count_early(app.store, app.options, exam))


def _save(app: AppContext, exam: Exam) -> Exam:
    save_setting(app.store, "exam", exam_text(exam), app.now())
    return exam


def _future_day(app: AppContext, date: str) -> int:
    try:
        day = date_day(fold(date))
    except ValueError:
        raise unread_date(date, _("write it as 2027-03-01")) from None
    if day <= app.today():
        message = _("{date} is not in the future").format(date=date)
        raise FlashError(message, _("give the day of the exam"))
    if day > app.today() + _LONGEST_DAYS:
        message = _("{date} is more than a century ahead").format(date=date)
        raise FlashError(message, _("give the day of the exam"))
    return day


def _check_tags(app: AppContext, exam: Exam) -> None:
    """Check that the weighted tags of an exam exist."""
    cards = ExamCards(app.store, app.options, exam, exam.day)
    used = set(cards.domains.values())
    for tag in exam.weights:
        if tag in used:
            continue
        others = cards.other_domains(tag)
        if others:
            raise _counted_elsewhere(tag, others)
        near = get_close_matches(tag, cards.tags, 1)
        hint = _("did you mean '{name}'?").format(name=near[0]) if near else ""
        message = _("no card of the exam has the tag '{tag}'").format(tag=tag)
        raise FlashError(message, hint or _("flash tag list shows all tags"))


def _counted_elsewhere(tag: str, others: list[str]) -> FlashError:
    """Make the error for a tag whose cards all count for other domains."""
    message = _("all cards with the tag '{tag}' count for {others} already").format(
        tag=tag, others=_(", ").join(map(quoted_text, others))
    )
    if all(len(one) == len(tag) for one in others):
        return FlashError(message, _("name '{tag}' first").format(tag=tag))
    hint = _("the longest tag of a card counts: leave '{tag}' out").format(tag=tag)
    return FlashError(message, hint)
