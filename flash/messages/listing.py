"""Texts that list and show decks and cards."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cards.note import Note
from cards.questions import choice_options, place_of, question_text
from cards.staleness import StaleNote
from cards.text.terminal import plain_text
from cards.text.width import clean
from cards.translate import N_, _, ngettext
from flash.messages.cards import (
    checked_line,
    flag_sign,
    interval_label,
    one_line,
    was_line,
)
from flash.messages.due import due_heading
from flash.messages.phrases import count_cards, count_reviews, labelled
from flash.messages.review import history_name
from flash.terminal import clip_line, styled, table_lines, terminal_columns
from srs.store.card_list import CardListRow, DeckLine
from srs.store.revlog import HistoryLine

_STATES = {
    "new": N_("new"),
    "learning": N_("learning"),
    "review": N_("review"),
    "relearning": N_("relearning"),
}
_CHANGED = {
    "suspended": N_("Suspended {count} of {cards}."),
    "unsuspended": N_("Unsuspended {count} of {cards}."),
    "buried": N_("Buried {count} of {cards}."),
    "unburied": N_("Unburied {count} of {cards}."),
    "flagged": N_("Flagged {count} of {cards}."),
    "unflagged": N_("Removed the flag of {count} of {cards}."),
    "due": N_("Set the due day of {count} of {cards}."),
    "reset": N_("Reset {count} of {cards}."),
    "removed": N_("Removed the notes of {cards}."),
}


def changed_line(what: str, count: int, total: int) -> str:
    """Count the cards that a command changed, of those that were named."""
    return _(_CHANGED[what]).format(count=count, cards=count_cards(total))


def tagged_lines(notes: int, files: int, *, written: bool) -> list[str]:
    """Count the notes and the deck files whose tags were, or would be, changed."""
    lines = []
    if notes or not files:
        text = ngettext("Changed {n} note.", "Changed {n} notes.", notes)
        lines.append(text.format(n=notes))
    return lines + file_lines(files, written=written)


def file_lines(files: int, *, written: bool) -> list[str]:
    """Count the deck files that were edited, or say that they weren't; or nothing."""
    if not files:
        return []
    if not written:
        return [_("Deck files are unchanged; --write edits them.")]
    text = ngettext("Edited {n} deck file.", "Edited {n} deck files.", files)
    return [text.format(n=files)]


def moved_line(cards: int, deck: str, *, is_new: bool) -> str:
    """Count the cards that moved to a deck."""
    text = _("Moved {cards} to '{deck}'.")
    if is_new and cards:
        text = _("Moved {cards} to the new deck '{deck}'.")
    return text.format(cards=count_cards(cards), deck=deck)


def renamed_deck_line(old: str, new: str, cards: int) -> str:
    """Say which name a deck has now."""
    text = _("Renamed '{old}' to '{new}': {cards}.")
    return text.format(old=old, new=new, cards=count_cards(cards))


def change_question(count: int) -> str:
    """Ask whether many cards may be changed."""
    return _("Change {cards}?").format(cards=count_cards(count))


def deck_table(decks: Iterable[DeckLine]) -> list[str]:
    """List decks, indented by their level; overdue and buried only where some are."""
    found = list(decks)
    names = ["  " * one.deck.count("::") + one.deck.split("::")[-1] for one in found]
    columns = {
        _("cards"): [one.cards for one in found],
        _("new"): [one.new for one in found],
        _("learning"): [one.learning for one in found],
        due_heading(): [one.due for one in found],
    }
    extra = {
        _("overdue"): [one.overdue for one in found],
        _("buried"): [one.buried for one in found],
    }
    columns |= {name: counts for name, counts in extra.items() if any(counts)}
    rows = zip(names, *(map(str, counts) for counts in columns.values()), strict=True)
    right = range(1, len(columns) + 1)
    return table_lines((_("deck"), *columns), list(rows), right=right, long=0)


def bundled_line(name: str, languages: Sequence[str]) -> str:
    """Name a bundled deck, its languages and how to add it."""
    text = _("{name}  ({languages})  add it with: flash add {name}")
    return text.format(name=name, languages=", ".join(languages))


def state_name(card: CardListRow) -> str:
    """Name the state of a card, or what keeps it out of reviews."""
    if card.retired:
        return _("retired")
    if card.suspended:
        return _("suspended")
    return _("buried") if card.buried else _(_STATES[card.state])


def state_text(card: CardListRow) -> str:
    """Name the state of a card, with its flag."""
    return f"{state_name(card)} {flag_sign(card.flag)}".rstrip()


def list_headings() -> tuple[str, str, str, str]:
    """Name the columns of a list of cards."""
    return _("card"), _("state"), _("due"), _("question")


def card_table(cards: Iterable[CardListRow]) -> list[str]:
    """List cards with state and due day."""
    rows = [
        [
            one.number,
            state_text(one),
            one.due[:10] if one.due else "",
            one_line(plain_text(one.question)),
        ]
        for one in cards
    ]
    return table_lines(list_headings(), rows, long=3)


def card_lines(
    note: Note, card: CardListRow, history: Sequence[HistoryLine]
) -> list[str]:
    """Show a card: text, sources, memory state and all answers."""
    lines = [
        styled(_("{deck} · card {card}").format(deck=card.deck, card=card.number), "2"),
        styled(plain_text(card.question), "1"),
        clean(plain_text(card.answer)),
        *_note_lines(note),
        *_tag_lines(card),
        styled(_memory_line(card), "2"),
        styled(f"{card.file}:{card.line}" if card.line else _("no file"), "2"),
    ]
    if history:
        head = (_("answered"), _("rating"), _("next"), _("took"))
        lines += table_lines(head, [_history_row(one) for one in history])
    return [*lines, ""]


def _note_lines(note: Note) -> list[str]:
    """Show options, extra text, changes and sources."""
    lines = [f"- {clean(option.text)}" for option in choice_options(note.content)]
    if note.extra:
        lines.append(clean(note.extra))
    about = (
        was_line(note.changed, note.language),
        *(" ".join(filter(None, (s.title, s.url, s.passage))) for s in note.sources),
        checked_line(note),
    )
    return lines + [styled(text, "2") for text in about if text]


def _tag_lines(card: CardListRow) -> list[str]:
    """Show the tags, that of a leech among them."""
    text = labelled(_("tags"), " ".join(card.tags))
    return [styled(clean(text), "2")] if card.tags else []


def _memory_line(card: CardListRow) -> str:
    parts = [state_text(card)]
    if card.due:
        parts.append(_("due {day}").format(day=card.due[:10]))
    if card.stability is not None and card.difficulty is not None:
        parts.append(_("stability {days:.1f} d").format(days=card.stability))
        parts.append(_("difficulty {value:.1f}").format(value=card.difficulty))
    if card.reps:
        parts.append(count_reviews(card.reps))
        lapses = ngettext("{count} lapse", "{count} lapses", card.lapses)
        parts.append(lapses.format(count=card.lapses))
    return " · ".join(parts)


def _history_row(line: HistoryLine) -> list[str]:
    local = datetime.fromtimestamp(line.at_ms / 1000, UTC)
    local += timedelta(minutes=line.offset_min)
    name = history_name(line)
    took = _("{n} s").format(n=f"{line.duration_ms / 1000:.1f}")
    return [
        f"{local:%Y-%m-%d %H:%M}",
        _("{rating} (undone)").format(rating=name) if line.undone else name,
        "" if line.is_reset else interval_label(line.interval),
        took if line.rating else "",
    ]


def stale_lines(found: Iterable[StaleNote], notes: Sequence[Note]) -> list[str]:
    """List stale facts with the pages to check, and count them."""
    room = max(30, terminal_columns() - 12)
    lines: list[str] = []
    stale = list(found)
    for one in stale:
        note = one.note
        reason = (
            _("marked to be checked again")
            if one.reason == "recheck"
            else _("last checked {day}").format(day=note.checked)
        )
        about = [f"{reason} · {place_of(note)}", *_pages(note)]
        lines.append(f"{one.since}  {clip_line(question_text(note.content), room)}")
        lines += [styled(f"            {text}", "2") for text in about]
    unchecked = sum(1 for note in notes if not note.checked)
    summary = _("{count} of {total} facts are stale")
    lines.append(summary.format(count=len(stale), total=len(notes)))
    if unchecked:
        never = _("{count} of {total} were never checked")
        lines.append(never.format(count=unchecked, total=len(notes)))
    return lines


def _pages(note: Note) -> list[str]:
    """Return the pages to open; without any, the titles of the sources."""
    pages = [source.url for source in note.sources if source.url]
    names = (one.title or one.passage for one in note.sources)
    return pages or [" ".join(clean(name).split()) for name in names]
