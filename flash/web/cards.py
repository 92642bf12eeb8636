"""Cards of a review as the page gets them: JSON values."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from cards.note import Note
from flash.language import interface_language
from flash.messages.cards import (
    checked_line,
    interval_label,
    right_option,
    source_url,
    was_line,
)
from flash.service.serving import Asked, Upcoming, delays_of
from flash.web.rendering import card_html, link_start
from srs.models.browser_answers import CRAM, seen_token
from srs.models.presets import Preset
from srs.study.prompt import Prompt
from srs.study.queue import Counts


def queue_json(found: Upcoming) -> dict[str, Any]:
    """Return the reply to a request for cards."""
    names = _PresetNames()
    cards = [card_json(asked, names, found.name) for asked in found.cards]
    notes = {one.prompt.card.guid: note_json(one.prompt.note) for one in found.cards}
    return {
        "now": found.now_ms,
        "day_ends": found.day_ends_ms,
        "counts": counts_json(found.counts),
        "overdue": found.overdue,
        "days_to_exam": found.days_to_exam,
        "name": found.name,
        "done_today": found.done_today,
        "is_empty": found.is_empty,
        "cards_between": found.cards_between,
        "presets": names.presets,
        "notes": notes,
        "cards": cards,
    }


class _PresetNames:
    """Short names of the presets in one reply."""

    def __init__(self) -> None:
        self.presets: dict[str, Any] = {}
        self._names: dict[tuple[Any, ...], str] = {}

    def name(self, preset: Preset) -> str:
        key = preset.learning_steps, preset.relearning_steps
        if key not in self._names:
            self._names[key] = f"p{len(self._names) + 1}"
            self.presets[self._names[key]] = delays_of(preset)
        return self._names[key]


def counts_json(counts: Counts) -> dict[str, int]:
    """Return the cards that are left."""
    return {"new": counts.new, "learning": counts.learning, "due": counts.due}


def card_json(
    asked: Asked, names: _PresetNames | None = None, mode: str = ""
) -> dict[str, Any]:
    """Return a card, with its question and answer as HTML.

    Args:
        asked: The card.
        names: Collects the presets of a reply; None if it has none.
        mode: Name of a cram.
    """
    prompt = asked.prompt
    card, question, progress = prompt.card, prompt.question, prompt.card.progress
    options = [card_html(option.text, card.guid) for option in question.options]
    right = right_option(question)
    labels = [interval_label(one.interval) for one in asked.states.values()]
    return {
        "id": card.id,
        "guid": card.guid,
        "uid": asked.uid,
        "deck": prompt.deck,
        "state": progress.state.name.lower(),
        "step": progress.step,
        "preset": names.name(asked.preset) if names else None,
        "question": card_html(question.question, card.guid),
        "answer": shown_answer(prompt),
        "choices": options or None,
        "correct": None if right is None else [right],
        "typed": question.typed,
        "ahead": prompt.ahead,
        "due": None if mode else progress.due_ms,
        "labels": labels,
        "seen": seen_token(card, CRAM if mode else ""),
        "flag": card.flag,
        "leech": card.leech,
        "lang": prompt.note.language,
    }


def shown_answer(prompt: Prompt) -> str:
    """Render the answer and what the terminal shows below it."""
    guid, note = prompt.card.guid, prompt.note
    parts = [f'<div class="answer">{card_html(prompt.question.answer, guid)}</div>']
    for name, text in (("context", prompt.question.context), ("extra", note.extra)):
        if text:
            parts.append(f'<div class="{name}">{card_html(text, guid)}</div>')
    was, checked = was_line(note.changed, note.language), checked_line(note)
    if was:
        parts.append(f'<p class="was">{escape(was)}</p>')
    if checked:
        language = interface_language()
        parts.append(f'<p class="checked" lang="{language}">{escape(checked)}</p>')
    return "".join(parts)


def note_json(note: Note) -> dict[str, Any]:
    """Return what the cards of a note share."""
    return {
        "tags": note.tags,
        "source": source_html(note) or None,
        "url": source_url(note) or None,
    }


def source_html(note: Note) -> str:
    """Render the sources of a note, as links where they are web pages."""
    found = []
    for source in note.sources:
        name = escape(source.title or source.url)
        is_web = source.url.lower().startswith(("https://", "http://"))
        if name:
            found.append(f"{link_start(source.url)}{name}</a>" if is_web else name)
    return "<br>".join(found)


def marked_html(spans: Iterable[Sequence[Any]]) -> str:
    """Render a typed or expected answer; what the other one lacks is marked."""
    return "".join(
        escape(text) if is_common else f"<mark>{escape(text)}</mark>"
        for text, is_common in spans
    )
