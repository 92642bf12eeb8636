"""The questions of a mock exam, drawn by the weights of its domains.

Choices of the deck come first.  A domain with too few is filled with questions made
from tables (the wrong options are other cells of the row) and from lists (they are
items of other lists); nothing is made up.  What an earlier mock exam asked comes last:
the score is to tell what the learner knows of the domain, not of a few questions.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from cards.note import Note
from cards.questions import alternatives, parts_of, question_of
from srs.models.cards import StoredCard
from srs.models.mock_exam import MockExam, MockQuestion, QuestionKey

_WRONG = 3
"""Wrong options of a question that is made."""
_FEWEST_WRONG = 2
MOST_OPTIONS = 7
"""A choice with more is asked without some of the wrong ones."""


class AskedCard(Struct, frozen=True):
    """A card that the exam may ask."""

    card: StoredCard
    note: Note
    uid: str
    domain: str

    @property
    def key(self) -> QuestionKey:
        """Return what identifies its question in other exams."""
        return self.card.guid, self.uid


def last_asked(earlier: Iterable[MockExam]) -> dict[QuestionKey, int]:
    """Return when each question was asked last, as the id of the exam.

    Args:
        earlier: Mock exams, the oldest first.
    """
    return {one.key: exam.id for exam in earlier for one in exam.questions}


def draw(
    cards: Sequence[AskedCard],
    weights: Mapping[str, float],
    count: int,
    seed: int,
    asked: Mapping[QuestionKey, int],
) -> tuple[MockQuestion, ...]:
    """Draw the questions.

    Args:
        cards: All cards of the exam.
        weights: Points by domain.
        count: Number of questions wanted.
        seed: Of the random choice, of the order and of the options.
        asked: See `last_asked`; of those asked before, the oldest come first.

    Returns:
        The questions in random order; fewer than `count` if a domain has too few.
    """
    rng = random.Random(seed)
    lists = _lists(cards)
    by_domain: dict[str, list[AskedCard]] = defaultdict(list)
    for one in cards:
        by_domain[one.domain].append(one)
    drawn: list[MockQuestion] = []
    for domain, wanted in shares(weights, count).items():
        pool = by_domain[domain]
        choices = [one for one in pool if one.note.kind == "choice"]
        rng.shuffle(choices)
        others = [one for one in pool if one.note.kind != "choice"]
        ranked = [*choices, *_one_by_note(others, rng)]
        ranked.sort(key=lambda one: asked.get(one.key, 0))
        questions = (_question_of(one, lists, rng) for one in ranked)
        drawn += islice((one for one in questions if one), wanted)
    rng.shuffle(drawn)
    return tuple(drawn)


def shares(weights: Mapping[str, float], count: int) -> dict[str, int]:
    """Divide a number of questions by weights; the largest remainders round up."""
    total = sum(weights.values())
    if not total:
        return {}
    exact = {domain: count * weight / total for domain, weight in weights.items()}
    found = {domain: int(share) for domain, share in exact.items()}
    by_remainder = sorted(exact, key=lambda domain: found[domain] - exact[domain])
    for domain in by_remainder[: count - sum(found.values())]:
        found[domain] += 1
    return found


def _one_by_note(cards: Iterable[AskedCard], rng: random.Random) -> list[AskedCard]:
    """Shuffle cards so that a second one of a note comes after the first of all."""
    shuffled = list(cards)
    rng.shuffle(shuffled)
    seen: dict[str, int] = defaultdict(int)
    ranked: list[tuple[int, AskedCard]] = []
    for one in shuffled:
        ranked.append((seen[one.card.guid], one))
        seen[one.card.guid] += 1
    return [one for _rank, one in sorted(ranked, key=lambda pair: pair[0])]


def _question_of(
    one: AskedCard, lists: Mapping[str, tuple[str, ...]], rng: random.Random
) -> MockQuestion | None:
    if one.note.kind == "choice":
        return _choice(one, rng)
    return _made(one, lists, rng)


def _choice(one: AskedCard, rng: random.Random) -> MockQuestion:
    asked = question_of(one.note, one.card.part)
    wrong = [one for one in asked.options if one.text != asked.answer]
    left_out = rng.sample(wrong, max(0, len(asked.options) - MOST_OPTIONS))
    options = [option for option in asked.options if option not in left_out]
    loose = [option.text for option in options if not option.pin]
    rng.shuffle(loose)
    pinned = [option.text for option in options if option.pin]
    return _question(one, asked.question, [*loose, *pinned], asked.answer)


def _question(
    one: AskedCard,
    asked: str,
    options: Sequence[str],
    answer: str,
    *,
    is_made: bool = False,
) -> MockQuestion:
    return MockQuestion(
        one.card.guid,
        one.uid,
        one.domain,
        asked,
        tuple(options),
        options.index(answer),
        is_made,
    )


def _lists(cards: Iterable[AskedCard]) -> dict[str, tuple[str, ...]]:
    """Return the items of the lists by note."""
    return {
        one.card.guid: parts_of(one.note.content)
        for one in cards
        if one.note.kind == "list"
    }


def _made(
    one: AskedCard, lists: Mapping[str, tuple[str, ...]], rng: random.Random
) -> MockQuestion | None:
    """Make a question of a table's cell or a list's item; None if there is too little.

    The other lists are those of all domains: those of one are few.
    """
    asked = question_of(one.note, one.card.part)
    wrong = list(alternatives(one.note.content, one.card.part))
    if one.note.kind == "list":
        own = lists[one.card.guid]
        others = (items for guid, items in lists.items() if guid != one.card.guid)
        wrong = sorted({item for items in others for item in items} - set(own))
    if len(wrong) < _FEWEST_WRONG:
        return None
    options = [asked.answer, *rng.sample(wrong, min(_WRONG, len(wrong)))]
    rng.shuffle(options)
    return _question(one, asked.question, options, asked.answer, is_made=True)
