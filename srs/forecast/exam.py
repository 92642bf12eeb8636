"""The cards of an exam: their weights, and how the days before are spent.

Until the exam no interval is longer than to the day before it, so that every card
is seen again; cards whose review gains the most points come first, and in the last
days the weakest cards are reviewed before they are due.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    StudyPolicy,
    sim_card,
)
from srs.models.exam import Exam
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.forecast_queries import cards_in_use
from srs.store.settings import Options

DOMAIN = "domain::"
"""Tags under this name are the domains of an exam without weights."""
_MIN_GAIN = 0.01
"""A review before the due day must gain this share of a card's weight."""


class ExamCards:
    """The cards that an exam asks, in the order of new cards."""

    def __init__(self, store: Store, options: Options, exam: Exam, day: int) -> None:
        """Read the cards.

        Args:
            store: The store.
            options: The user's settings.
            exam: The exam.
            day: Today's study day; cards in learning are due on it.
        """
        params = {
            deck: DeckParams(options.preset(name), name)
            for deck, name in deck_names_by_id(store).items()
            if exam.covers(name)
        }
        found = cards_in_use(store, list(params))
        self.decks = list(params)
        """Ids."""
        self.cards = {card.id: sim_card(params[card.deck], card, day) for card in found}
        self.tags = {tag for card in found for tag in card.tags}
        self._tags = {card.id: card.tags for card in found}
        self.weights = dict(exam.weights) or _domain_sizes(card.tags for card in found)
        """Points by domain; for an exam without weights, the number of cards."""
        self.domains = {card.id: domain_of(card.tags, self.weights) for card in found}
        """Domain of each card; empty for none."""
        self._is_weighted = bool(exam.weights)
        for card, weight in card_weights(self.domains, exam.weights).items():
            self.cards[card].weight = weight

    @property
    def groups(self) -> Mapping[int, str]:
        """Return the domain of each card; empty if the domains have no points."""
        return self.domains if self._is_weighted else {}

    def other_domains(self, tag: str) -> list[str]:
        """Return the domains for which the cards with a tag count instead."""
        cards = [card for card, tags in self._tags.items() if domain_of(tags, {tag: 1})]
        return sorted({self.domains[card] for card in cards} - {tag, ""})

    def share_on(self, day: int) -> float:
        """Return the share of the points that is recalled without further study."""
        cards = self.cards.values()
        total = sum(card.weight for card in cards)
        gained = sum(card.weight * card.recall(day) for card in cards)
        return gained / total if total else 0.0


def _domain_sizes(tags: Iterable[Sequence[str]]) -> dict[str, float]:
    domains = (tag for row in tags for tag in row if tag.startswith(DOMAIN))
    return {name: float(count) for name, count in Counter(domains).items()}


def domain_of(tags: Sequence[str], weights: Mapping[str, float]) -> str:
    """Return the longest weighted tag at or above one of the tags; empty for none."""
    matching = (
        name
        for name in weights
        if any(tag == name or tag.startswith(name + "::") for tag in tags)
    )
    return max(matching, key=len, default="")


def card_weights(
    domains: Mapping[int, str], points: Mapping[str, float]
) -> dict[int, float]:
    """Distribute the points of an exam among its cards.

    Args:
        domains: Domain of each card.
        points: Points by domain; if empty, all cards count alike.

    Returns:
        Weight of each card; the sum is 1, or 0 if no card counts.
    """
    sizes = Counter(domains.values())
    if not points:
        return dict.fromkeys(domains, 1 / max(1, len(domains)))
    total = sum(points.get(name, 0.0) for name in sizes) or 1.0
    return {
        card: points.get(name, 0.0) / total / sizes[name]
        for card, name in domains.items()
    }


def new_order(cards: Mapping[int, SimCard], groups: Mapping[int, str]) -> list[int]:
    """Return the new cards (ids) in the order in which they are introduced.

    The domains take turns: the next card is of the domain whose number of seen cards is
    the lowest in proportion to its points.  So a lack of time leaves out a part of each
    domain and not one of them.  A domain without points comes last.

    Args:
        cards: The cards of the exam, in file order; learned ones count as seen.
        groups: Domain of each card; cards without one form a domain of their own.
    """
    new = [card for card, memory in cards.items() if not memory.stability]
    points: dict[str, float] = defaultdict(float)
    seen: Counter[str] = Counter()
    for card, memory in cards.items():
        points[groups.get(card, "")] += memory.weight
        seen[groups.get(card, "")] += bool(memory.stability)
    turns = {}
    for card in new:
        domain = groups.get(card, "")
        turns[card] = (
            (seen[domain] + 0.5) / points[domain] if points[domain] else math.inf
        )
        seen[domain] += 1
    return sorted(new, key=turns.__getitem__)


def gain(card: SimCard, day: int, exam_day: int) -> float:
    """Return how many points a review on a study day adds on the day of the exam.

    The gain is the recall after the review, averaged over Good and Again, minus the
    recall without it, times the weight.  A new card gains its whole weight.
    """
    if not card.stability:
        return card.weight
    params, days = card.params, exam_day - day
    recall = card.recall(day)
    memory = card.stability, card.difficulty, card.last_day, day
    good = params.recall(params.after(*memory, 3)[0], days)
    again = params.recall(params.after(*memory, 1)[0], days)
    after = recall * good + (1 - recall) * again
    return card.weight * (after - card.recall(exam_day))


def by_gain(due: Sequence[SimCard], day: int, exam_day: int) -> list[SimCard]:
    """Sort cards by the gain of their review, largest first."""
    return sorted(due, key=lambda card: -gain(card, day, exam_day))


def final_review(learned: Sequence[SimCard], day: int, exam: Exam) -> Iterator[SimCard]:
    """Yield the cards to review before they are due, largest gain first.

    Args:
        learned: Cards that are not new.
        day: Study day; there are none except in the last days before the exam.
        exam: The exam.
    """
    if not exam.is_final_review(day):
        return
    ahead = [card for card in learned if card.due_day > day and card.last_day != day]
    gains = [(gain(card, day, exam.day), index) for index, card in enumerate(ahead)]
    for found, index in sorted(gains, reverse=True):
        if found < _MIN_GAIN * ahead[index].weight:
            return
        yield ahead[index]


def exam_policy(exam: Exam, budget: DailyBudget) -> StudyPolicy:
    """Return how the days before an exam are spent."""
    return StudyPolicy(
        budget,
        order=lambda due, day: by_gain(due, day, exam.day),
        final_review=lambda learned, day: final_review(learned, day, exam),
        longest_interval=exam.longest_interval,
        new_first=True,
    )
