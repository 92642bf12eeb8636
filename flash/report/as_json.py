"""Statistics as plain values for `flash stats --json`.

The keys of the first version stay as they are; what was added since stands beside
them.  What wasn't asked for is null.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from srs.scheduler.study_day import day_date
from srs.stats.answer_times import EDGES_S
from srs.stats.collect import Answers, Figures
from srs.stats.leeches import AskedCard
from srs.stats.memory_state import Group
from srs.stats.retention import INTERVALS, Retention


def as_json(found: Figures) -> dict[str, Any]:
    """Give all figures under their keys, in a fixed order."""
    values = msgspec.structs.asdict(found.statistics)
    young, mature = values.pop("young_retention"), values.pop("mature_retention")
    today = day_date(found.today)
    values["retention"] = {"young": kept(young), "mature": kept(mature)}
    values["forecast"] = [
        {"date": str(today + timedelta(days=index)), "due": due}
        for index, due in enumerate(found.statistics.forecast)
    ]
    return values | _beside(found) | _of_answers(found.answers)


def kept(found: Retention) -> dict[str, Any]:
    """Give a retention with its share."""
    return {
        "recalled": found.recalled,
        "reviews": found.reviews,
        "share": found.share,
    }


def _beside(found: Figures) -> dict[str, Any]:
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
        "stability": _groups(found.strength.stability),
        "difficulty": _groups(found.strength.difficulty),
        "decks": [
            msgspec.structs.asdict(one) | {"retention": kept(one.retention)}
            for one in found.decks
        ],
        "leeches": found.leeches.count,
        "forgotten": [
            _asked(one.asked)
            | {
                "lapses": one.lapses,
                "difficulty": one.difficulty,
                "leech": one.leech,
                "suspended": one.suspended,
            }
            for one in found.leeches.worst
        ],
        "confused": [
            {
                "times": pair.times,
                "cards": [_asked(pair.first), _asked(pair.second)],
            }
            for pair in found.confused
        ],
    }


def _asked(found: AskedCard) -> dict[str, Any]:
    return {"card": found.card, "deck": found.deck, "question": found.question}


def _groups(found: Sequence[Group]) -> list[dict[str, Any]]:
    return [{"from": one.low, "to": one.high, "cards": one.cards} for one in found]


def _of_answers(found: Answers | None) -> dict[str, Any]:
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
                shortest, longest, found.recalled.by_interval, strict=True
            )
        ],
        "by_hour": [
            {"hour": hour, **kept(one)}
            for hour, one in enumerate(found.recalled.by_hour)
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
