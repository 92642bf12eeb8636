"""Texts about exports and imports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cards.translate import _, ngettext
from flash.messages.media import count_media
from flash.messages.phrases import (
    count_cards,
    count_files,
    count_notes,
    count_reviews,
)
from srs.models.incoming import Loss, LossReason, MergeResult

SCREENFUL = 20
"""Notes that are named on a terminal."""
_OF_DECKS = (
    LossReason.PARAMETERS,
    LossReason.OPTIONS,
    LossReason.DECK_CARDS,
    LossReason.DECK_FILTERED,
    LossReason.DECK_TEXT,
)


def contents_text(counts: Mapping[str, int]) -> str:
    """List what was exported, such as `4 notes, 6 cards`."""
    formats = {
        "notes": count_notes,
        "cards": count_cards,
        "media": count_media,
        "reviews": count_reviews,
        "files": count_files,
    }
    return _(", ").join(formats[name](count) for name, count in counts.items() if count)


def replaced_remark(*, is_whole: bool) -> str:
    """Say what a package replaces in the Anki that notes came from.

    Args:
        is_whole: It is a whole collection, not one with presets.
    """
    if is_whole:
        return _(
            "in Anki, this file replaces everything, also what flash left out when it"
            " was imported"
        )
    return _(
        "in Anki, leave 'Import any deck presets' off for decks that came from there:"
        " it replaces their options"
    )


def import_lines(merged: MergeResult, media: int, updated: int) -> list[str]:
    """Count what an import changed, left out and knew already."""
    first = [
        _count_new_notes(merged.new_notes),
        count_cards(merged.new_cards),
        _count_new_reviews(merged.reviews),
    ]
    if media:
        first.append(count_media(media))
    lines = [_(", ").join(first)]
    if merged.known_notes:
        text = _("{notes} known already, with {reviews}")
        notes = count_notes(merged.known_notes)
        lines.append(
            text.format(notes=notes, reviews=count_reviews(merged.known_reviews))
        )
    cards = [
        (merged.marked, _("{cards} suspended, unsuspended or flagged")),
        (merged.rescheduled, _("{cards} due as set in Anki")),
    ]
    reviews = [
        (merged.shifted, _("{reviews} moved by milliseconds")),
        (merged.invalid_reviews, _("{reviews} left out: invalid")),
    ]
    changed = [
        (updated, _("{notes} updated with the text of Anki")),
        (merged.moved, _("{notes} moved to the deck that they have in Anki")),
        (merged.left_out, _("{notes} left out: not in flash")),
        (merged.removed, _("{notes} left out: removed here")),
    ]
    lines += [text.format(cards=count_cards(n)) for n, text in cards if n]
    lines += [text.format(reviews=count_reviews(n)) for n, text in reviews if n]
    return lines + [text.format(notes=count_notes(n)) for n, text in changed if n]


def loss_text(loss: Loss) -> str:
    """Describe what an import leaves out, and why."""
    if loss.line:
        return _row_text(loss.reason).format(line=loss.line, detail=loss.detail)
    return _counted_text(loss.reason, loss.count).format(
        n=loss.count, detail=loss.detail
    )


def loss_lines(losses: Sequence[Loss], *, with_names: bool = True) -> list[str]:
    """Describe losses, equal ones together, each with the notes that it concerns.

    Args:
        losses: What an import left out or changed.
        with_names: Name the first notes.
    """
    groups: dict[tuple[LossReason, str, int], list[Loss]] = defaultdict(list)
    for loss in losses:
        groups[loss.reason, loss.detail, loss.line].append(loss)
    lines: list[str] = []
    left = SCREENFUL
    for (reason, detail, line), group in groups.items():
        count = sum(loss.count for loss in group)
        lines.append(loss_text(Loss(reason, count, detail, line)))
        named = [one for one in group if with_names and (one.deck or one.first_field)]
        lines += [f"  {_name_of(loss)}" for loss in named[: max(0, left)]]
        left -= len(named)
    if left < 0:
        lines.append(_("… and {n} more; --json names all").format(n=-left))
    return lines


def _name_of(loss: Loss) -> str:
    if loss.reason in _OF_DECKS:
        return loss.deck
    first = loss.first_field or _("(empty)")
    return f"{loss.deck}: {first}" if loss.deck else first


def loss_items(losses: Iterable[Loss]) -> list[dict[str, str]]:
    """Name each note that an import left out or changed, with the reason."""
    return [
        {
            "deck": loss.deck,
            "first_field": loss.first_field,
            "reason": loss_text(loss),
        }
        for loss in losses
        if loss.deck or loss.first_field
    ]


def _row_text(reason: LossReason) -> str:
    match reason:
        case LossReason.ROW_NOTE:
            return _("line {line} left out: another card of a note above")
        case LossReason.ROW_QUESTION:
            return _("line {line} left out: same question as a line above")
        case LossReason.ROW_ID:
            return _("line {line} left out: the id '{detail}' is on a line above")
        case LossReason.ROW_SETTING:
            return _("line {line} left out: unknown setting '#{detail}'")
        case LossReason.CLOZE:
            return _("line {line} left out: invalid cloze: {detail}")
        case LossReason.OCCLUSION:
            return _(
                "line {line} left out: image occlusion can't be shown in a terminal"
            )
        case LossReason.ROW_COMMENT:
            return _("line {line} left out: a comment")
        case _other:
            return _("line {line} left out: no question or no answer")


def _counted_text(reason: LossReason, count: int) -> str:
    match reason:
        case LossReason.CARD:
            return ngettext(
                "{n} card left out: its question is empty",
                "{n} cards left out: the question is empty",
                count,
            )
        case LossReason.TEMPLATE:
            return ngettext(
                "{n} card left out: invalid template: {detail}",
                "{n} cards left out: invalid template: {detail}",
                count,
            )
        case LossReason.NOTE_GUID:
            return ngettext(
                "{n} note with a new guid: it was missing or not unique",
                "{n} notes with new guids: they were missing or not unique",
                count,
            )
        case LossReason.NOTE_INCOMPLETE:
            return ngettext(
                "{n} card suspended: no question or no answer",
                "{n} cards suspended: no question or no answer",
                count,
            )
        case LossReason.EDIT:
            return ngettext(
                "{n} note keeps its text in Anki: its note type can't hold the edit",
                "{n} notes keep their text in Anki: the note type can't hold the edit",
                count,
            )
        case LossReason.MEDIA:
            return _("not found, left out: {detail}")
        case LossReason.PARAMETERS:
            return ngettext(
                "{n} deck with {detail} FSRS parameters, a version flash doesn't know:"
                " kept for Anki, not used",
                "{n} decks with {detail} FSRS parameters, a version flash doesn't know:"
                " kept for Anki, not used",
                count,
            )
        case LossReason.REVIEW:
            return ngettext(
                "{n} review left out: its card is left out",
                "{n} reviews left out: the card is left out",
                count,
            )
        case LossReason.REVIEW_CARD:
            return ngettext(
                "{n} review left out: its card was deleted in Anki",
                "{n} reviews left out: the card was deleted in Anki",
                count,
            )
        case _other:
            return _merged_text(reason, count)


def _merged_text(reason: LossReason, count: int) -> str:
    match reason:
        case LossReason.NOTE_ID:
            return ngettext(
                "{n} note without its id '{detail}': another note has it",
                "{n} notes without their id '{detail}': another note has it",
                count,
            )
        case LossReason.NOTE_DELETED:
            return ngettext(
                "{n} note deleted in Anki stays here ('flash remove' removes it)",
                "{n} notes deleted in Anki stay here ('flash remove' removes them)",
                count,
            )
        case LossReason.CARD_UNKNOWN:
            return ngettext(
                "{n} card left out: its note has no such question in flash",
                "{n} cards left out: the notes have no such questions in flash",
                count,
            )
        case LossReason.CARD_GONE:
            return ngettext(
                "{n} card left out: its note has no such card in Anki",
                "{n} cards left out: the notes have no such cards in Anki",
                count,
            )
        case LossReason.ROW_KIND:
            return ngettext(
                "{n} card left out: a table can't hold its kind, {detail}"
                " (export --yaml can)",
                "{n} cards left out: a table can't hold their kind, {detail}"
                " (export --yaml can)",
                count,
            )
        case LossReason.OPTIONS:
            return ngettext(
                "{n} deck has other options in Anki, those here were kept: {detail}",
                "{n} decks have other options in Anki, those here were kept: {detail}",
                count,
            )
        case LossReason.ROLLOVER:
            return _(
                "days begin at another hour in Anki: 'flash config rollover {detail}'"
                " sets the same"
            )
        case _other:
            return _phone_text(reason, count)


def _phone_text(reason: LossReason, count: int) -> str:
    match reason:
        case LossReason.PHONE_DELETED:
            return ngettext(
                "{n} note deleted on a phone came back: flash remove deletes it,"
                " flash suspend stops its questions",
                "{n} notes deleted on a phone came back: flash remove deletes them,"
                " flash suspend stops their questions",
                count,
            )
        case LossReason.PHONE_MOVED:
            return ngettext(
                "{n} note moved to '{detail}' on a phone went back to its deck in"
                " flash: move it in its deck file",
                "{n} notes moved to '{detail}' on a phone went back to their decks in"
                " flash: move them in their deck files",
                count,
            )
        case _other:
            return _moved_text(reason, count)


def _moved_text(reason: LossReason, count: int) -> str:
    match reason:
        case LossReason.DECK_CARDS:
            return ngettext(
                "{n} deck left out: it has no cards",
                "{n} decks left out: they have no cards",
                count,
            )
        case LossReason.DECK_FILTERED:
            return ngettext(
                "{n} filtered deck left out: its cards are in their own decks",
                "{n} filtered decks left out: their cards are in their own decks",
                count,
            )
        case LossReason.DECK_TEXT:
            return ngettext(
                "{n} deck without its description: flash has none",
                "{n} decks without their descriptions: flash has none",
                count,
            )
        case LossReason.CARD_TEXT:
            return ngettext(
                "{n} card left out: no Markdown file has its text",
                "{n} cards left out: no Markdown file has their texts",
                count,
            )
        case LossReason.LOG_PART:
            return ngettext(
                "{n} card without its first answers: they are not in the database",
                "{n} cards without their first answers: they are not in the database",
                count,
            )
        case LossReason.NO_LOG:
            return _("no answers imported, only due days: {detail} is missing")
        case LossReason.MACROS:
            return _("macros in math are shown as they are written: {detail}")
        case _other:
            text = ngettext("{n} note left out: ", "{n} notes left out: ", count)
            return text + _note_reason(reason)


def _note_reason(reason: LossReason) -> str:
    reasons = {
        LossReason.NOTE_TYPE: _("note type missing"),
        LossReason.NOTE_CARDS: _("no cards"),
        LossReason.NOTE_QUESTIONS: _("all questions are empty"),
        LossReason.NOTE_SIDES: _("no question or no answer"),
        LossReason.FIELDS: _("its fields don't fit its note type"),
        LossReason.CLOZE_FIELD: _("cloze note type without a cloze field"),
        LossReason.CLOZE: _("invalid cloze: {detail}"),
        LossReason.NOTE_TEMPLATE: _("invalid template: {detail}"),
        LossReason.CARD_TYPE: _("unknown type of cards '{detail}'"),
        LossReason.CARD_INVALID: "{detail}",
        LossReason.OCCLUSION: _("image occlusion can't be shown in a terminal"),
    }
    return reasons[reason]


def written_losses(missing: Sequence[str], cleaned: Sequence[str]) -> list[str]:
    """Name what deck files lack.

    Args:
        missing: Media that were not found, with the places of their notes.
        cleaned: The places of notes that had control characters.
    """
    lines = [_("not found, left out: {name}").format(name=name) for name in missing]
    text = _("control characters left out: {place}")
    return lines + [text.format(place=place) for place in cleaned]


def kept_text_line(count: int) -> str:
    """Count the notes that were edited in Anki and keep their text here."""
    text = _(
        "{notes} edited in Anki: the text here was kept (--update-text takes Anki's)"
    )
    return text.format(notes=count_notes(count))


def _count_new_notes(count: int) -> str:
    return ngettext("{count} new note", "{count} new notes", count).format(count=count)


def _count_new_reviews(count: int) -> str:
    text = ngettext("{count} new review", "{count} new reviews", count)
    return text.format(count=count)
