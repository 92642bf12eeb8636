"""Presets: the options of a deck, inherited from its parents."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from cards.translate import _

# FSRS-6's default parameters, as `fsrs` 6 carries them; written here too so that
# reading a setting doesn't load the scheduler.
DEFAULT_PARAMETERS = (
    0.212,
    1.2931,
    2.3065,
    8.2956,
    6.4133,
    0.8334,
    3.0194,
    0.001,
    1.8722,
    0.1666,
    0.796,
    1.4835,
    0.0614,
    0.2629,
    1.6483,
    0.6014,
    1.8729,
    0.5425,
    0.0912,
    0.0658,
    0.1542,
)

# The range of each; `fsrs` 6 rejects values outside.
PARAMETER_RANGES = (
    (0.001, 100.0),
    (0.001, 100.0),
    (0.001, 100.0),
    (0.001, 100.0),
    (1.0, 10.0),
    (0.001, 4.0),
    (0.001, 4.0),
    (0.001, 0.75),
    (0.0, 4.5),
    (0.0, 0.8),
    (0.001, 3.5),
    (0.001, 5.0),
    (0.001, 0.25),
    (0.001, 0.9),
    (0.0, 4.0),
    (0.0, 1.0),
    (1.0, 6.0),
    (0.0, 2.0),
    (0.0, 2.0),
    (0.0, 0.8),
    (0.1, 0.8),
)

MAX_STEP_S = 86_400 * 30
"""Longest delay of a step, seconds."""
MAX_STEPS = 10
Seconds = Annotated[int, Meta(ge=1, le=MAX_STEP_S)]


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """How the cards of a deck are scheduled."""

    desired_retention: Annotated[
        float,
        Meta(ge=0.70, le=0.99, description="Chance of recall at which a card is due."),
    ] = 0.9
    new_per_day: Annotated[
        int, Meta(ge=0, le=9999, description="New cards a study day.")
    ] = 20
    reviews_per_day: Annotated[
        int, Meta(ge=0, le=9999, description="Reviews a study day.")
    ] = 200
    learning_steps: Annotated[
        tuple[Seconds, ...],
        Meta(
            max_length=MAX_STEPS, description="Delays of new cards, such as '1m 10m'."
        ),
    ] = (60, 600)
    relearning_steps: Annotated[
        tuple[Seconds, ...],
        Meta(max_length=MAX_STEPS, description="Delays of forgotten cards."),
    ] = (600,)
    maximum_interval: Annotated[
        int, Meta(ge=1, le=36500, description="Longest interval, days.")
    ] = 36500
    leech_threshold: Annotated[
        int, Meta(ge=1, le=99, description="Lapses that make a card a leech.")
    ] = 8
    leech_suspend: Annotated[
        bool, Meta(description="Suspend a card that becomes a leech.")
    ] = False
    bury_siblings: Annotated[
        bool, Meta(description="One card of a note a day, as far as it is new or due.")
    ] = True
    fuzz: Annotated[
        bool, Meta(description="Spread due days a little, the same way each time.")
    ] = True
    load_balance: Annotated[
        bool, Meta(description="Within the fuzz, prefer days with few cards.")
    ] = True
    easy_days: Annotated[
        tuple[Annotated[float, Meta(ge=0, le=1)], ...],
        Meta(
            min_length=7,
            max_length=7,
            description="Share of the usual load by weekday, such as 'sat=50% sun=0%'.",
        ),
    ] = (1.0,) * 7
    parameters: Annotated[
        tuple[float, ...],
        Meta(min_length=21, max_length=21, description="FSRS-6 parameters."),
    ] = DEFAULT_PARAMETERS

    anki_parameters: dict[str, tuple[float, ...]] = {}
    """FSRS parameters of a version that flash doesn't know, for Anki only."""
    anki_preset: dict[str, bool | int | float | str] = {}
    """The name of its preset in Anki, and options that flash doesn't have."""

    def __post_init__(self) -> None:
        """Reject parameters that FSRS would reject at the first answer."""
        pairs = zip(self.parameters, PARAMETER_RANGES, strict=False)
        for number, (value, (lowest, highest)) in enumerate(pairs, 1):
            if not lowest <= value <= highest:
                message = _(
                    "parameter {number} is {value}, not {lowest} to {highest}"
                ).format(number=number, value=value, lowest=lowest, highest=highest)
                raise ValueError(message)


_LEVEL = re.compile("::")


def ancestry(deck: str) -> list[str]:
    """Return the deck and its parents, `""` first, then the root."""
    parents = [deck[: found.start()] for found in _LEVEL.finditer(deck)]
    return ["", *parents, deck] if deck else [""]


def summed_by_deck(rows: Iterable[tuple[str, Sequence[int]]]) -> dict[str, list[int]]:
    """Add the counts of each deck to those of its parents, which get their own sums.

    Args:
        rows: Deck and counts, each with as many counts.
    """
    sums: dict[str, list[int]] = {}
    for deck, counts in rows:
        for name in ancestry(deck)[1:]:
            before = sums.get(name, [0] * len(counts))
            sums[name] = [a + b for a, b in zip(before, counts, strict=True)]
    return sums


def resolve(deck: str, options: Mapping[str, Mapping[str, Any]]) -> Preset:
    """Merge the options of a deck with those of its parents.

    Args:
        deck: Name of a deck; `""` for what holds everywhere.
        options: For each deck that has some of its own, those options.
    """
    merged: dict[str, Any] = {}
    # Few decks have options: asking those is less work than naming every parent.
    path = f"{deck}::"
    parents = (name for name in options if not name or path.startswith(f"{name}::"))
    for name in sorted(parents, key=len):
        merged.update(options[name])
    return msgspec.convert(merged, Preset)
