"""Statistics as plain values for `flash stats --json`.

The keys are documented and stay; what was not requested is null.
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
    """Return all statistics under their keys, in a fixed order."""
    values = msgspec.structs.asdict(found.overview)
    young, mature = values.pop("young_retention"), values.pop("mature_retention")
    del values["days"]
    today = day_date(found.today)
    values["retention"] = {"young": _retention(young), "mature": _retention(mature)}
    values["forecast"] = [
        {"date": str(today + timedelta(days=index)), "due": due}
        for index, due in enumerate(found.overview.forecast)
    ]
    return values | _of_cards(found) | _of_answers(found.answers)


def _retention(found: Retention) -> dict[str, Any]:
    return {
        "recalled": found.recalled,
        "reviews": found.reviews,
        "share": found.share,
    }


def _of_cards(found: Statistics) -> dict[str, Any]:
    return {
        "deck": found.deck,
        "days": [
            {
                "date": str(day_date(day.day)),
                "reviews": day.reviews,
                "seconds": day.seconds,
            }
            for day in found.overview.days
        ],
        "stability": _groups(found.memory.stability),
        "difficulty": _groups(found.memory.difficulty),
        "decks": [
            msgspec.structs.asdict(deck) | {"retention": _retention(deck.retention)}
            for deck in found.decks
        ],
        "leeches": found.difficult.leeches,
        "forgotten": [
            _question(card.asked)
            | {
                "lapses": card.lapses,
                "difficulty": card.difficulty,
                "leech": card.leech,
                "suspended": card.suspended,
            }
            for card in found.difficult.cards
        ],
        "confused": [
            {
                "times": pair.times,
                "cards": [_question(pair.first), _question(pair.second)],
            }
            for pair in found.confused
        ],
    }


def _question(found: CardQuestion) -> dict[str, Any]:
    return {"card": found.card, "deck": found.deck, "question": found.question}


def _groups(found: Sequence[CardGroup]) -> list[dict[str, Any]]:
    return [
        {"from": group.low, "to": group.high, "cards": group.cards} for group in found
    ]


def _of_answers(found: AnswerStatistics | None) -> dict[str, Any]:
    if found is None:
        names = ("by_interval", "by_hour", "calibration", "answer_times")
        return dict.fromkeys(names)
    longest = (*INTERVALS, None)
    shortest = (1, *(days + 1 for days in INTERVALS))
    times = found.times
    return {
        "by_interval": [
            {"from": low, "to": high, **_retention(group)}
            for low, high, group in zip(
                shortest, longest, found.retention.by_interval, strict=True
            )
        ],
        "by_hour": [
            {"hour": hour, **_retention(group)}
            for hour, group in enumerate(found.retention.by_hour)
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
