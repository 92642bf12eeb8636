"""An exam: its day, its cards, and how it changes the scheduling before it."""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.blueprint import Blueprint
from srs.models.presets import Preset

FINAL_REVIEW_DAYS = 7
"""Days before the exam on which cards are reviewed before they are due."""


class Exam(Struct, frozen=True):
    """An exam that the user prepares for."""

    day: int
    """Study day of the exam."""
    deck: str = ""
    """Deck whose cards are asked, with its children; empty for all."""
    weights: Mapping[str, float] = {}
    """Points by tag; if empty, all cards count alike."""
    minutes: float = 0.0
    """Study minutes per day; 0 = unset."""
    blueprint: Blueprint | None = None
    """What the exam asks, as its deck says; None if it says nothing."""

    def domain_name(self, tag: str) -> str:
        """Return the name of a domain; its tag if it has no name."""
        return self.blueprint.domain_name(tag) if self.blueprint else tag

    def is_divided(self, domains: Iterable[str]) -> bool:
        """Return True if there is a domain among those of some cards or in the weights.

        Args:
            domains: Tags; empty for the cards of no domain.
        """
        return bool(self.weights) or any(domains)

    def is_ahead(self, day: int) -> bool:
        """Return True if a study day is before the exam."""
        return day < self.day

    def is_over(self, day: int) -> bool:
        """Return True if a study day is after the exam."""
        return day > self.day

    def covers(self, deck: str) -> bool:
        """Return True if the exam asks the cards of a deck."""
        return not self.deck or deck == self.deck or deck.startswith(self.deck + "::")

    def longest_interval(self, day: int) -> int:
        """Return the longest interval in days for an answer on a study day."""
        return max(1, self.day - 1 - day)

    def is_final_review(self, day: int) -> bool:
        """Return True if a study day is one of the last before the exam."""
        return self.day - FINAL_REVIEW_DAYS <= day < self.day


def read_exam(text: str) -> Exam | None:
    """Parse the setting `exam`; None for an empty text."""
    return msgspec.json.decode(text, type=Exam) if text else None


def exam_text(exam: Exam) -> str:
    """Format an exam for the setting `exam`."""
    return msgspec.json.encode(exam).decode()


def with_blueprint(exam: Exam, found: Blueprint | None) -> Exam:
    """Return an exam that asks what a blueprint says; given weights stay."""
    if found is None:
        return exam
    return replace(exam, blueprint=found, weights=exam.weights or found.weights)


def before_exam(preset: Preset, exam: Exam | None, deck: str, day: int) -> Preset:
    """Return the preset of a deck, changed so that its cards return before the exam.

    Siblings are not buried: the cards of a large table would not all be seen.

    Args:
        preset: The usual preset of the deck.
        exam: The exam, None for none.
        deck: Name of the deck.
        day: Study day of the answer.
    """
    if exam is None or not exam.is_ahead(day) or not exam.covers(deck):
        return preset
    longest = min(preset.maximum_interval, exam.longest_interval(day))
    return replace(preset, maximum_interval=longest, bury_siblings=False)
