"""Find the card that was confused with another, by a part of its text."""

from msgspec import Struct

from cards.questions import Question, questions
from srs.models.cards import StoredCard
from srs.store.confusions import partners
from srs.store.connection import Store
from srs.store.rows import NOTE_COLUMNS, note_of
from srs.store.text_search import Needle, folded_json, note_texts

MAX_FOUND = 8
_MAX_NOTES = 60
"""Notes whose cards are compared one by one."""
_NO_MATCH = 2


class Candidate(Struct, frozen=True):
    """A card that may have been confused with the missed one."""

    card: int
    question: str
    answer: str


def find_candidates(store: Store, card: StoredCard, text: str) -> tuple[Candidate, ...]:
    """Find the cards that the user may have confused with a card.

    Args:
        store: The store.
        card: The card that was missed; it is never among the results.
        text: Words of the question or answer, or parts of them, in any width and
            case; empty for the cards that were confused with it before.

    Returns:
        At most `MAX_FOUND`, the likeliest first: confused before, same note, same
        deck, a tag in common.
    """
    words = [Needle(word) for word in text.split()]
    known = partners(store, card.id)
    found: list[Candidate] = []
    if not words:
        for other in known[:MAX_FOUND]:
            (guid,) = store.row("select note from cards where id = :id", {"id": other})
            cards = _matching_cards(store, guid, [], card.id)
            found += [candidate for candidate in cards if candidate.card == other]
        return tuple(found)
    for guid in _matching_notes(store, card, words, known):
        found += _matching_cards(store, guid, words, card.id)
        if len(found) >= MAX_FOUND:
            break
    found.sort(key=lambda one: known.index(one.card) if one.card in known else 99)
    return tuple(found[:MAX_FOUND])


def _matching_notes(
    store: Store, card: StoredCard, words: list[Needle], known: tuple[int, ...]
) -> list[str]:
    """Return the guids of the notes that contain all words, the likeliest first."""

    def matches(fields: str) -> bool:
        raw = folded_json(fields)
        # Decoding takes most of the time.
        if not all(word.may_be_in(raw) for word in words):
            return False
        texts = note_texts(fields)
        return all(any(map(word.is_in, texts)) for word in words)

    store.connection.create_function("matches", 1, matches)
    rows = store.rows(
        """
        with missed as (select deck, tags from notes where guid = :guid)
        select n.guid
          from notes n
         where n.retired = 0 and matches(n.fields)
         order by case
                    when n.guid in (select note from cards where id in
                                      (select value from json_each(:known))) then 0
                    when n.guid = :guid then 1
                    else 2 + 2 * (n.deck <> (select deck from missed))
                           + not exists (
                               select 1 from json_each(n.tags) t
                                where t.value in
                                  (select value from json_each(
                                                       (select tags from missed))))
                  end, n.anki_id
         limit :most
        """,
        {"guid": card.guid, "known": str(list(known)), "most": _MAX_NOTES},
    )
    return [guid for (guid,) in rows]


def _matching_cards(
    store: Store, guid: str, words: list[Needle], missed: int
) -> list[Candidate]:
    """Return the cards of a note that match, those whose answer does first."""
    sql = f"""
        select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
         where n.guid = :guid
    """
    note = note_of(store.row(sql, {"guid": guid}))
    by_part = {one.part: one for one in questions(note.content, note.language)}
    sql = """
        select id, part from cards
         where note = :guid and retired = 0 and id <> :missed
         order by ordinal
    """
    rows = store.rows(sql, {"guid": guid, "missed": missed})
    ranked = sorted(
        (_match_rank(by_part[part], words), place, card, part)
        for place, (card, part) in enumerate(rows)
        if part in by_part
    )
    return [
        Candidate(card, by_part[part].question, by_part[part].answer)
        for rank, _, card, part in ranked
        if rank < _NO_MATCH
    ]


def _match_rank(question: Question, words: list[Needle]) -> int:
    """Return 0 if the answer has all words, 1 if question and answer have them."""
    if all(word.is_in(question.answer) for word in words):
        return 0
    both = (question.question, question.answer)
    is_found = all(any(map(word.is_in, both)) for word in words)
    return 1 if is_found else _NO_MATCH
