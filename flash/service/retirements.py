"""The cards that files or an edit retire, and whether the user has to agree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cards.identity.keys import root_of
from cards.identity.matching import Action, ExistingNote, PlannedChange
from cards.note import Note
from cards.questions import parts_of
from srs.models.cards import StoredNote
from srs.models.retirements import RetiredCard, Retirement
from srs.store.connection import Store
from srs.store.note_writer import continued_parts
from srs.store.notes import answered_parts, stored_note_of

FREE_LOSS = 10
"""Cards that may always be retired without asking."""
_LOSING = (Action.RETIRED, Action.REWORDED, Action.CHANGED, Action.RETURNED)


def retired_cards(store: Store, steps: Iterable[PlannedChange]) -> list[RetiredCard]:
    """Return the cards that a plan retires, in the order of its steps."""
    losing = [
        (step, step.known)
        for step in steps
        if step.known and not step.known.retired and step.action in _LOSING
    ]
    answered = answered_parts(store, [known.guid for _, known in losing])
    return [
        RetiredCard(known.guid, known.note, part, part in answered.get(known.guid, ()))
        for step, known in losing
        for part in _gone(step, known.note)
    ]


def cards_gone(store: Store, before: StoredNote) -> list[RetiredCard]:
    """Return the cards with answers that a note has lost since it was read."""
    used = {card.id: card for card in before.cards if not card.retired}
    now = stored_note_of(store, before.cards[0].id)
    return [
        RetiredCard(before.guid, before.note, used[card.id].part, is_answered=True)
        for card in now.cards
        if card.retired and card.id in used and card.progress.reps
    ]


def _gone(step: PlannedChange, old: Note) -> Iterator[str]:
    """Yield the old parts that don't go on after a change."""
    goes_on = step.action is not Action.RETIRED and old.kind == step.note.kind
    kept = set(continued_parts(old, step.note).values()) if goes_on else set()
    yield from (part for part in parts_of(old.content) if part not in kept)


def retirements(
    cards: Sequence[RetiredCard], known: Iterable[ExistingNote]
) -> tuple[Retirement, ...]:
    """Return the decks that would lose cards with answers, or more than a tenth.

    Args:
        cards: From `retired_cards`.
        known: All notes of the store.
    """
    lost: dict[str, list[RetiredCard]] = defaultdict(list)
    for card in cards:
        lost[root_of(card.note.deck)].append(card)
    if not any(len(c) > FREE_LOSS or _has_answers(c) for c in lost.values()):
        return ()
    total: dict[str, int] = defaultdict(int)
    for one in known:
        if not one.retired:
            total[root_of(one.note.deck)] += len(parts_of(one.note.content))
    return tuple(
        Retirement(
            deck, tuple(sorted(some, key=lambda c: not c.is_answered)), total[deck]
        )
        for deck, some in lost.items()
        if _has_answers(some)
        or (len(some) > FREE_LOSS and len(some) * 10 > total[deck])
    )


def _has_answers(cards: Iterable[RetiredCard]) -> bool:
    return any(card.is_answered for card in cards)
