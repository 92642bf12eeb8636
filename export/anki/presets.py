"""A preset of Anki as options of ours, its parameters brought to FSRS-6."""

import math
from typing import Any

from msgspec.structs import asdict

from export.anki.anki_model import AnkiPreset
from srs.models.presets import PARAMETER_RANGES, Preset


def options_of(preset: AnkiPreset) -> dict[str, Any]:
    """Give what a preset of Anki says otherwise than flash's defaults.

    Values outside flash's ranges are brought to their nearest.
    """
    wanted: dict[str, Any] = {
        "desired_retention": _within(preset.desired_retention, 0.70, 0.99),
        "new_per_day": _within(preset.new_per_day, 0, 9999),
        "reviews_per_day": _within(preset.reviews_per_day, 0, 9999),
        "learning_steps": _steps(preset.learning_steps),
        "relearning_steps": _steps(preset.relearning_steps),
        "maximum_interval": _within(preset.maximum_interval, 1, 36500),
        "leech_threshold": _within(preset.leech_threshold, 1, 99),
        "leech_suspend": preset.leech_suspend,
        "bury_siblings": preset.bury_siblings,
        "easy_days": _shares(preset.easy_days),
        "parameters": parameters_of(preset.parameters),
    }
    defaults = asdict(Preset())
    return {
        name: value
        for name, value in wanted.items()
        if value is not None and value != defaults[name]
    }


def _within(value: float | None, lowest: float, highest: float) -> float | None:
    if value is None:
        return None
    kept = max(lowest, min(highest, value))
    return round(kept, 4) if isinstance(kept, float) else kept


def _shares(given: tuple[float, ...]) -> tuple[float, ...] | None:
    """Give the shares of seven weekdays, None for anything else."""
    if len(given) != 7 or not all(map(math.isfinite, given)):
        return None
    return tuple(round(max(0.0, min(1.0, share)), 4) for share in given)


def _steps(minutes: tuple[float, ...] | None) -> tuple[int, ...] | None:
    if minutes is None:
        return None
    longest = 86_400 * 30
    return tuple(max(1, min(longest, round(one * 60))) for one in minutes[:10])


def parameters_of(given: tuple[float, ...]) -> tuple[float, ...] | None:
    """Bring FSRS parameters of any age to the 21 of FSRS-6.

    Args:
        given: 17 (FSRS-4.5), 19 (FSRS-5) or 21 values.

    Returns:
        21 values inside their ranges; None for any other number of values.

    Source:
        `check_and_fill_parameters` of
        https://github.com/open-spaced-repetition/fsrs-rs
    """
    values = list(given)
    if len(values) == 17:
        values[4] += 2 * values[5]
        values[5] = math.log(max(1e-6, 3 * values[5] + 1)) / 3
        values[6] += 0.5
        values += [0.0, 0.0]
    if len(values) == 19:
        values += [0.0, 0.5]
    if len(values) != 21 or not all(map(math.isfinite, values)):
        return None
    pairs = zip(values, PARAMETER_RANGES, strict=True)
    return tuple(round(max(low, min(high, v)), 4) for v, (low, high) in pairs)
