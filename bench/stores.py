"""Material for the measurements: large decks and stores, the same each time."""

import random
from pathlib import Path

from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store

NOW_MS = 1_795_000_000_000
_DAY_MS = 86_400_000
_WORDS = """
key policy bucket object stream shard consumer producer role account region endpoint
gateway subnet route table rule group log metric alarm event target detector finding
score secret rotation version lambda function queue topic
""".split()


def write_deck(path: Path, cards: int) -> None:
    """Write a deck of about 130 bytes a card, a sixth of them with Markdown."""
    chance = random.Random(7)
    lines = ["deck: Bench::Large", "language: en", "tags: [bench]", "cards:"]
    for number in range(cards):
        words = " ".join(chance.choice(_WORDS) for _ in range(7))
        answer = " ".join(chance.choice(_WORDS) for _ in range(5))
        if number % 6 == 0:
            answer = f"`{answer.split()[0]}` and **{answer.split()[1]}**"
        lines.append(f"  - front: What of number {number} is the {words}?")
        lines.append(f'    back: "{answer}"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_store(path: Path, *, cards: int, reviews_each: int, folder: Path) -> None:
    """Make a store with so many cards, each answered so many times."""
    deck = folder / f"deck-{cards}.yaml"
    write_deck(deck, cards)
    read = read_deck(deck)
    store = open_store(path, NOW_MS - 400 * _DAY_MS)
    apply_plan(store, make_plan(read.notes, [], FileScope(frozenset())), NOW_MS)
    chance = random.Random(11)
    ids = [row[0] for row in store.rows("select id from cards order by id")]
    reviews: list[tuple[int, ...]] = []
    states: list[tuple[object, ...]] = []
    at = NOW_MS - 365 * _DAY_MS
    step = 364 * _DAY_MS // max(1, len(ids) * reviews_each)
    for turn in range(reviews_each):
        for card in ids:
            at += step
            interval = 2 * (turn + 1) + chance.randrange(20)
            rating = 1 if chance.random() < 0.1 else 3
            row = (at, card, at, rating, 4000, 2 if turn else 0, 1 if turn else 0)
            reviews.append((*row, 0, 2, 0, interval, 2 * turn, 5))
            if turn == reviews_each - 1:
                day = at // _DAY_MS
                due = max(day + interval, NOW_MS // _DAY_MS - chance.randrange(30, 60))
                due += chance.randrange(0, 90)
                memory = (2, 12.5, 5.0, interval, due, at, day, reviews_each)
                states.append((*memory, card))
    with store.transaction() as connection:
        connection.executemany(
            "insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,"
            " offset_min, state, step, interval, last_interval, difficulty)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            reviews,
        )
        connection.executemany(
            "update cards set state = ?, stability = ?, difficulty = ?, interval = ?,"
            " due_day = ?, last_ms = ?, last_day = ?, reps = ? where id = ?",
            states[: len(states) - len(states) // 10],
        )
    store.connection.execute("pragma wal_checkpoint(truncate)")
    store.close()
