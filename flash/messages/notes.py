"""Sentences about notes: drafts and coverage."""

from collections.abc import Iterable, Mapping, Sequence

from cards.deckfile.writer import source_yaml
from cards.markdown_notes.coverage import AskedBlock, NotesCoverage
from cards.markdown_notes.provenance import ChangedSource
from cards.questions import question_text
from cards.translate import _, ngettext
from export.language_model import ModelReport
from flash.messages.phrases import count_cards
from flash.terminal import clip_line, styled, table_lines, terminal_columns

_SHOWN_MISTAKES = 5
_SHOWN_NOTES = 10


def draft_summary(proposed: int, asked: int, target: str) -> list[str]:
    """Say how many cards were proposed, and what was left out.

    Args:
        proposed: Number of cards.
        asked: Proposals whose blocks cards cover already.
        target: The file they were written to; empty for none.
    """
    cards = count_cards(proposed)
    if target and proposed:
        lines = [_("{cards} proposed in {file}").format(cards=cards, file=target)]
    else:
        lines = [_("{cards} proposed").format(cards=cards)]
    if asked:
        text = ngettext(
            "{count} proposal left out: cards cover its block already",
            "{count} proposals left out: cards cover their blocks already",
            asked,
        )
        lines.append(text.format(count=asked))
    return lines


def left_out_lines(repeated: Sequence[str], dropped: Sequence[str]) -> list[str]:
    """Name the first proposals that were left out for another reason.

    Args:
        repeated: Places of cards that ask the same questions, and their sources.
        dropped: Places and mistakes of proposals that would not be valid.
    """
    same = ngettext(
        "{count} proposal left out: this card asks the same question",
        "{count} proposals left out: these cards ask the same questions",
        len(repeated),
    )
    invalid = ngettext(
        "{count} proposal dropped: it would not be valid",
        "{count} proposals dropped: they would not be valid",
        len(dropped),
    )
    return [*_counted_lines(same, repeated), *_counted_lines(invalid, dropped)]


def _counted_lines(text: str, found: Sequence[str]) -> list[str]:
    """Show a count, if there is one, and what was counted first."""
    lines = [text.format(count=len(found))] if found else []
    lines += [f"  {one}" for one in found[:_SHOWN_MISTAKES]]
    if len(found) > _SHOWN_MISTAKES:
        rest = len(found) - _SHOWN_MISTAKES
        lines.append("  " + _("… and {count} more").format(count=rest))
    return lines


def file_exists_text() -> tuple[str, str]:
    """Return message and hint for a draft that would replace a file."""
    hint = _("add the cards with --append, or replace the file with --force")
    return _("the file exists"), hint


def coverage_lines(found: NotesCoverage) -> list[str]:
    """Show a total for each heading, then the blocks that no card covers."""
    head = (_("heading"), _("blocks"), _("covered"), _("ignored"), "%")
    lines: list[str] = []
    for one in found.notes:
        rows = [_row(name, group) for name, group in by_heading(one.blocks)]
        rows.append(_row(one.note.file, one.blocks))
        lines += [*table_lines(head, rows, right=(1, 2, 3, 4)), ""]
    room = terminal_columns()
    for one in found.notes:
        for asked in one.uncovered:
            block = asked.block
            place = f"{one.note.file}:{block.first}: "
            lines.append(place + clip_line(block.text, max(30, room - len(place))))
    wanted = found.blocks - found.ignored
    summary = _("{covered} of {wanted} blocks are covered ({percent:.0f} %)")
    lines.append(
        summary.format(covered=found.covered, wanted=wanted, percent=found.percent)
    )
    return lines


def by_heading(
    blocks: Sequence[AskedBlock],
) -> Iterable[tuple[str, list[AskedBlock]]]:
    """Group blocks by their outermost heading, in the order of the note."""
    groups: dict[str, list[AskedBlock]] = {}
    for one in blocks:
        groups.setdefault("".join(one.block.headings[:1]), []).append(one)
    return groups.items()


def _row(name: str, blocks: Sequence[AskedBlock]) -> list[str]:
    ignored = sum(one.block.ignored is not None for one in blocks)
    covered = sum(one.is_covered for one in blocks)
    wanted = len(blocks) - ignored
    share = f"{100 * covered // wanted}" if wanted else "–"
    shown = clip_line(name, max(20, terminal_columns() - 35))
    return [shown, str(len(blocks)), str(covered), str(ignored), share]


def unused_ignore_line(entry: str) -> str:
    """Warn about an entry that fits no block."""
    return _("no block fits the ignored '{text}'").format(text=entry)


def below_limit_line(percent: float, limit: float) -> str:
    """Say that coverage is below the limit."""
    text = _("coverage {percent:.1f} % is below {limit:g} %")
    return text.format(percent=percent, limit=limit)


def changed_source_lines(changed: Sequence[ChangedSource]) -> list[str]:
    """List the cards whose notes have changed, with the words of then and now."""
    room = max(30, terminal_columns() - 12)
    lines: list[str] = []
    for one in changed:
        card = one.card
        place = _("{passage} has changed · {place}").format(
            passage=one.passage, place=f"{card.file}:{card.line}"
        )
        lines.append(clip_line(question_text(card.content), terminal_columns()))
        about = [place]
        for block in one.blocks:
            if block.was:
                about.append(_("was: {text}").format(text=clip_line(block.was, room)))
            now = clip_line(block.now, room) if block.now else _("gone")
            about.append(_("now: {text}").format(text=now))
        if one.present.hash:
            about.append(_("write: {text}").format(text=source_yaml(one.present)))
        lines += [styled(f"            {text}", "2") for text in about]
    if changed:
        text = ngettext(
            "{count} card is about lines that have changed",
            "{count} cards are about lines that have changed",
            len(changed),
        )
        lines += [text.format(count=len(changed)), ""]
    return lines


def missing_note_lines(missing: Mapping[str, int]) -> list[str]:
    """Name the notes that cards have as their source and that are not there."""
    lines: list[str] = []
    for note, count in list(missing.items())[:_SHOWN_NOTES]:
        text = ngettext(
            "{note} was not found; {count} card names it as its source",
            "{note} was not found; {count} cards name it as their source",
            count,
        )
        lines.append(text.format(note=note, count=count))
    if len(missing) > _SHOWN_NOTES:
        more = _("… and {count} more").format(count=len(missing) - _SHOWN_NOTES)
        lines.append(more)
    return [*lines, ""] if lines else []


def stamped_line(count: int) -> str:
    """Say how many ids were written into notes."""
    text = ngettext("{count} id written", "{count} ids written", count)
    return text.format(count=count)


def model_lines(report: ModelReport) -> list[str]:
    """Say what was sent to a language model, what it cost and what was dropped."""
    text = ngettext(
        "{blocks} blocks sent in {count} request, {tokens} tokens",
        "{blocks} blocks sent in {count} requests, {tokens} tokens",
        report.requests,
    )
    lines = [
        text.format(blocks=report.blocks, count=report.requests, tokens=report.tokens)
    ]
    if report.unreadable:
        text = ngettext(
            "{count} response dropped: it is not JSON of the requested schema",
            "{count} responses dropped: they are not JSON of the requested schema",
            report.unreadable,
        )
        lines.append(text.format(count=report.unreadable))
    if report.misquoted:
        text = ngettext(
            "{count} proposal dropped: it does not quote its block",
            "{count} proposals dropped: they do not quote their block",
            report.misquoted,
        )
        lines.append(text.format(count=report.misquoted))
    if report.stopped_by:
        text = _("the other blocks were not sent: {reason}")
        lines.append(text.format(reason=report.stopped_by))
    return lines


def note_import_lines(new: int, scheduled: int, caught_up: int, kept: int) -> list[str]:
    """Count the cards of imported notes, and say what carries no history.

    Args:
        new: The new cards.
        scheduled: Those of them with a due day.
        caught_up: Known cards without an answer that got their due day now.
        kept: The other known cards.
    """
    text = _("{cards} new, {scheduled} of them with their due day")
    lines = [text.format(cards=count_cards(new), scheduled=scheduled)]
    if caught_up:
        text = _("{cards} known already, but never asked, with their due day")
        lines.append(text.format(cards=count_cards(caught_up)))
    if scheduled or caught_up:
        lines.append(_("The plugin keeps no answers: statistics begin today."))
    if kept:
        text = _("{cards} known already; they keep the schedule of flash")
        lines.append(text.format(cards=count_cards(kept)))
    return lines
