"""Messages of a mock exam, shared by the full screen and the plain mode."""

from collections.abc import Mapping, Sequence

from cards.text.width import width_of
from cards.translate import N_, _, ngettext
from flash.messages.cards import one_line
from flash.messages.phrases import count_questions, percent
from flash.terminal import padded
from srs.models.exam import Exam
from srs.models.mock_exam import MockExam, MockQuestion
from srs.study.mock_session import MockScore, score_of

TIME_IS_UP = N_("The time is up: the exam was handed in.")
MADE_DUE = N_("The card is due today.")
NOT_MADE_DUE = N_("The card is new, or due already.")
CONFUSION_RECORDED = N_("Confused card recorded; flash undo removes it.")
CARD_GONE = N_("This card is no longer in use.")
ALL_ANSWERED = N_("Every question has an answer and none is marked.")
NOT_ANSWERED = N_("not answered")
_LETTERS = "abcdefg"


def shown_question(asked: MockQuestion) -> str:
    """Return what a question asks, Markdown, or that its note was deleted."""
    return asked.question or _("The text of this question was deleted.")


def option_of_key(key: str, options: int) -> int | None:
    """Return the option that a letter names; None for other keys.

    Args:
        key: Such as `a`; letters up to G, as others have another meaning.
        options: Number of options.
    """
    index = _LETTERS.find(key) if len(key) == 1 else -1
    return index if 0 <= index < options else None


def clock_label(milliseconds: int) -> str:
    """Format a time left or used: `2:03:09`, `12:40`."""
    minutes, seconds = divmod(max(0, milliseconds) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{head}:{seconds:02}"


def mock_title(exam: MockExam) -> str:
    """Return the title of a mock exam."""
    if not exam.name:
        return _("Mock exam")
    return _("Mock exam: {name}").format(name=one_line(exam.name))


def begin_lines(
    exam: MockExam,
    asks: Exam,
    *,
    made: int,
    repeated: int,
    lacking: Mapping[str, int],
) -> list[str]:
    """Describe a mock exam before its first question.

    Args:
        exam: The exam.
        asks: Its weights and the names of its domains.
        made: Questions made from tables and lists.
        repeated: Questions that an earlier mock exam asked, too.
        lacking: Questions that could not be drawn, by domain.
    """
    text = _("{title}: {questions}, {minutes}, seed {seed}.")
    lines = [
        text.format(
            title=mock_title(exam),
            questions=count_questions(len(exam.questions)),
            minutes=_minutes(exam.limit_ms),
            seed=exam.seed,
        ),
        _(
            "Each question has one right answer; the real exam may also have multiple "
            "response, ordering and matching."
        ),
    ]
    is_divided = asks.is_divided(one.domain for one in exam.questions)
    if is_divided and not asks.weights:
        lines.append(_("Each domain is weighted by its number of cards."))
    if made:
        text = ngettext(
            "{n} question was made from a table or a list: its domain has too few "
            "choices.",
            "{n} questions were made from tables and lists: their domains have too few "
            "choices.",
            made,
        )
        lines.append(text.format(n=made))
    if repeated:
        text = ngettext(
            "{n} question was in an earlier mock exam: its domain has too few others.",
            "{n} questions were in an earlier mock exam: their domains have too few "
            "others.",
            repeated,
        )
        lines.append(text.format(n=repeated))
    if lacking:
        names = (
            f"{_domain_name(asks, tag)} {count}" if is_divided else str(count)
            for tag, count in lacking.items()
        )
        text = _("Questions that the deck lacks: {domains}.")
        lines.append(text.format(domains=_(", ").join(names)))
    return lines


def continued_line(exam: MockExam) -> str:
    """Say that an unfinished mock exam goes on."""
    done = len(exam.questions) - len(exam.unanswered)
    text = _("{title}, continued: {done} of {total} answered. --new drops it.")
    return text.format(title=mock_title(exam), done=done, total=len(exam.questions))


def paused_line(exam: MockExam) -> str:
    """Say how an unfinished mock exam is continued."""
    text = _("The mock exam is saved, {time} left. flash exam mock continues it.")
    return text.format(time=clock_label(exam.limit_ms - exam.spent_ms))


def position_label(position: int, total: int) -> str:
    """Format the place of a question: `question 12 of 65`."""
    text = _("question {position} of {total}")
    return text.format(position=position + 1, total=total)


def left_label(milliseconds: int) -> str:
    """Format the time left."""
    return _("{time} left").format(time=clock_label(milliseconds))


def answered_label(exam: MockExam) -> str:
    """Format how many questions are answered and marked."""
    done, total = len(exam.questions) - len(exam.unanswered), len(exam.questions)
    label = _("{done} of {total} answered").format(done=done, total=total)
    marked = len(exam.marked)
    return label + (" · " + _("{n} marked").format(n=marked) if marked else "")


def hand_in_lines(exam: MockExam) -> list[str]:
    """Say what is open before an exam is handed in."""
    lines = []
    for text, open_ in (
        (_("Without an answer, which counts as wrong: {questions}"), exam.unanswered),
        (_("Marked for later: {questions}"), exam.marked),
    ):
        if open_:
            lines.append(text.format(questions=_named(open_)))
    return lines or [_(ALL_ANSWERED)]


def _named(indexes: Sequence[int]) -> str:
    """Name questions by their numbers from 1: `questions 3, 7-65`."""
    text = ngettext("question {numbers}", "questions {numbers}", len(indexes))
    return text.format(numbers=_ranges(indexes))


def _ranges(indexes: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for index in indexes:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(
        f"{run[0] + 1}-{run[-1] + 1}" if len(run) > 1 else str(run[0] + 1)
        for run in runs
    )


def exam_keys() -> tuple[tuple[str, str, str], ...]:
    """Return the keys during an exam: key, label, description."""
    return (
        ("A…", _("answer"), _("choose an option; the same key again takes it back")),
        ("←→", _("go"), _("go to the question before or after")),
        ("m", _("mark"), _("mark the question for later, or unmark it")),
        (
            "n",
            _("next open"),
            _("go to the next marked or unanswered one"),
        ),
        ("h", _("hand in"), _("finish the exam and see the score")),
        ("?", _("help"), _("show this help")),
        ("q", _("pause"), _("leave; flash exam mock continues with the time left")),
    )


def result_keys() -> tuple[tuple[str, str, str], ...]:
    """Return the keys after an exam: key, label, description."""
    return (
        ("←→", _("go"), _("go to the question before or after")),
        ("d", _("due"), _("make the card due today")),
        ("x", _("confuse"), _("record the card that you confused it with")),
        ("o", _("link"), _("open the card's source in a browser")),
        ("?", _("help"), _("show this help")),
        ("q", _("quit"), _("leave; the result is saved")),
    )


def result_label(exam: MockExam, place: int) -> str:
    """Format a place in `MockExam.misses_first`: `miss 3 of 17`."""
    misses = len(exam.misses)
    if place < misses:
        text = _("miss {position} of {total}")
        return text.format(position=place + 1, total=misses)
    text = _("right answer {position} of {total}")
    return text.format(position=place + 1 - misses, total=exam.right)


def following_label(exam: MockExam, place: int) -> str:
    """Name what follows a place in `MockExam.misses_first`; empty after the last one.

    Args:
        exam: The exam.
        place: From 0; -1 for the score.
    """
    misses = len(exam.misses)
    if place + 1 == len(exam.questions):
        return ""
    if place + 1 < misses:
        return _("show the misses") if place < 0 else _("next miss")
    return _("show the right answers") if place < misses else _("next right answer")


def result_lines(exam: MockExam, asks: Exam) -> list[str]:
    """Return the score of a mock exam, in total and by domain.

    Args:
        exam: The exam.
        asks: What passes, and the names of its domains.
    """
    score = score_of(exam)
    passing = asks.blueprint.passing if asks.blueprint else ""
    text = _(
        "Score: {right} of {questions}, {share} "
        "(95 % confidence interval {low}-{high}, Wilson)"
    )
    lines = [
        text.format(
            right=score.right,
            questions=score.questions,
            share=percent(score.share),
            low=round(100 * score.low),
            high=percent(score.high),
        ),
        _("Predicted when it began: {share} of the points recalled").format(
            share=percent(exam.predicted)
        ),
    ]
    if passing:
        text = _("Passing: {passing}")
        if not set(passing) & set("%％"):
            text = _(
                "Passing: {passing} (the exam's own scale, "
                "not a percentage of right answers)"
            )
        lines.append(text.format(passing=one_line(passing)))
    used = _("Time: {used} of {limit}")
    lines.append(
        used.format(used=clock_label(exam.spent_ms), limit=clock_label(exam.limit_ms))
    )
    if exam.unanswered:
        questions = count_questions(len(exam.unanswered))
        lines.append(_("Not answered: {questions}").format(questions=questions))
    if exam.counts:
        text = _("Wrong answers were recorded as Again.")
    else:
        text = _("The schedule is unchanged.")
    lines.append(text)
    if asks.is_divided(one.domain for one in score.domains):
        lines += ["", *_domain_lines(score, asks)]
    return lines


def _domain_name(asks: Exam, tag: str) -> str:
    return one_line(asks.domain_name(tag) or _("other"))


def _domain_lines(score: MockScore, asks: Exam) -> list[str]:
    """Return the score in each domain; names come last, as long ones wrap."""
    rows = [
        (
            _("{n} of {total}").format(n=one.right, total=one.questions),
            percent(one.right / one.questions),
            _domain_name(asks, one.domain),
        )
        for one in score.domains
    ]
    counts, shares = (max(width_of(row[column]) for row in rows) for column in (0, 1))
    return [
        f"{padded(count, counts, right=True)}  {padded(share, shares, right=True)}"
        f"  {name}"
        for count, share, name in rows
    ]


def _minutes(milliseconds: int) -> str:
    minutes = round(milliseconds / 60_000)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
