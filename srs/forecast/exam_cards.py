"""The cards of an exam, with their memory and what each is worth."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from srs.forecast.exam import domain_of, weights
from srs.forecast.simulator import DeckParams, SimCard, sim_card
from srs.models.exam import Exam
from srs.store.connection import Store
from srs.store.settings import Options

_CARDS = """
    select c.id, c.deck, n.tags, c.state, c.stability, c.difficulty, c.last_day,
           c.due_day
      from cards c join notes n on n.guid = c.note
     where c.suspended = 0 and c.retired = 0
     order by c.position, c.id
"""

DOMAIN = "domain::"
"""Tags under this one name the domains of an exam that weighs none."""

_tags = msgspec.json.Decoder(list[str])


class ExamCards:
    """The cards that an exam asks, in the order of new ones."""

    def __init__(self, store: Store, options: Options, exam: Exam, day: int) -> None:
        """Read them.

        Args:
            store: The store.
            options: The person's settings.
            exam: The exam.
            day: Today's study day; cards in learning are due on it.
        """
        names: dict[int, str] = dict(store.rows("select id, name from decks"))
        rules = {
            deck: DeckParams(options.preset(name))
            for deck, name in names.items()
            if exam.covers(name)
        }
        self.subjects: dict[int, SimCard] = {}
        tagged: dict[int, list[str]] = {}
        for card, deck, tags, *memory in store.rows(_CARDS):
            if deck in rules:
                tagged[card] = _tags.decode(tags)
                self.subjects[card] = sim_card(rules[deck], memory, day)
        self.tags = {tag for tags in tagged.values() for tag in tags}
        self.weights = dict(exam.weights) or _sizes(tagged.values())
        """Points by domain; where the exam says nothing, the number of cards."""
        self.domains = {
            card: domain_of(tags, self.weights) for card, tags in tagged.items()
        }
        """For each card the domain it counts under; empty for none."""
        for card, worth in weights(self.domains, exam.weights).items():
            self.subjects[card].worth = worth


def _sizes(rows: Iterable[list[str]]) -> dict[str, float]:
    names = (tag for tags in rows for tag in tags if tag.startswith(DOMAIN))
    return {name: float(count) for name, count in Counter(names).items()}
