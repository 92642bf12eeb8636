"""A first memory state for a card that SM-2 has scheduled."""

import math


def memory_from_sm2(
    ease: float, interval: float, parameters: tuple[float, ...], retention: float = 0.9
) -> tuple[float, float]:
    """Guess the memory behind an ease and an interval.

    Args:
        ease: SM-2's factor, 1.3 and above as a rule.
        interval: Days.
        parameters: The 21 of FSRS-6.
        retention: How much was recalled at such intervals, 0 to 1.

    Returns:
        Stability in days and difficulty (1 to 10).

    Source:
        `memory_state_from_sm2` of
        https://github.com/open-spaced-repetition/fsrs-rs/blob/main/src/inference.rs
    """
    decay = -parameters[20]
    factor = math.pow(0.9, 1 / decay) - 1
    stability = max(interval, 0.001) * factor / (math.pow(retention, 1 / decay) - 1)
    stability = max(0.001, min(36500.0, stability))
    growth = math.exp(parameters[8]) * math.pow(stability, -parameters[9])
    growth *= math.expm1((1 - retention) * parameters[10])
    difficulty = 11 - (ease - 1) / growth if growth > 0 else 10.0
    return stability, max(1.0, min(10.0, difficulty))
