"""Statistics as plain values for `flash stats --json`.

The keys of the first version stay as they are; what was added since stands beside
them.  What wasn't asked for is null.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from srs.scheduler.study_day import day_date
from srs.stats.collect import AnswerStatistics, Statistics
from srs.stats.difficult_cards import CardQuestion
from srs.stats.distributions import EDGES_S, CardGroup
from srs.stats.retention import INTERVALS, Retention


def as_json(found: Statistics) -> dict[str, Any]:
    """Give all figures under their keys, in a fixed order."""
    values = msgspec.structs.asdict(found.overview)
    young, mature = values.pop("young_retention"), values.pop("mature_retention")
    today = day_date(found.today)
    values["retention"] = {"young": kept(young), "mature": kept(mature)}
    values["forecast"] = [
        {"date": str(today + timedelta(days=index)), "due": due}
        for index, due in enumerate(found.overview.forecast)
    ]
    return values | _beside(found) | _of_answers(found.answers)


def kept(found: Retention) -> dict[str, Any]:
    """Give a retention with its share."""
    return {
        "recalled": found.recalled,
        "reviews": found.reviews,
        "share": found.share,
    }


def _beside(found: Statistics) -> dict[str, Any]:
    return {
        "deck": found.deck,
        "days": [
            {
                "date": str(day_date(one.day)),
                "reviews": one.reviews,
                "seconds": one.seconds,
            }
            for one in found.days
        ],
        "stability": _groups(found.memory.stability),
        "difficulty": _groups(found.memory.difficulty),
        "decks": [
            msgspec.structs.asdict(one) | {"retention": kept(one.retention)}
            for one in found.decks
        ],
        "leeches": found.difficult.leeches,
        "forgotten": [
            _asked(one.asked)
            | {
                "lapses": one.lapses,
                "difficulty": one.difficulty,
                "leech": one.leech,
                "suspended": one.suspended,
            }
            for one in found.difficult.cards
        ],
        "confused": [
            {
                "times": pair.times,
                "cards": [_asked(pair.first), _asked(pair.second)],
            }
            for pair in found.confused
        ],
    }


def _asked(found: CardQuestion) -> dict[str, Any]:
    return {"card": found.card, "deck": found.deck, "question": found.question}


def _groups(found: Sequence[CardGroup]) -> list[dict[str, Any]]:
    return [{"from": one.low, "to": one.high, "cards": one.cards} for one in found]


def _of_answers(found: AnswerStatistics | None) -> dict[str, Any]:
    if found is None:
        names = ("by_interval", "by_hour", "calibration", "answer_times")
        return dict.fromkeys(names)
    longest = (*INTERVALS, None)
    shortest = (1, *(days + 1 for days in INTERVALS))
    times = found.times
    return {
        "by_interval": [
            {"from": low, "to": high, **kept(one)}
            for low, high, one in zip(
                shortest, longest, found.retention.by_interval, strict=True
            )
        ],
        "by_hour": [
            {"hour": hour, **kept(one)}
            for hour, one in enumerate(found.retention.by_hour)
        ],
        "calibration": found.calibration,
        "answer_times": {
            "all": times.all,
            "by_rating": times.by_rating,
            "groups": [
                {"from": low, "to": high, "answers": count}
                for low, high, count in zip(
                    (0, *EDGES_S), (*EDGES_S, None), times.groups, strict=True
                )
            ],
        },
    }
