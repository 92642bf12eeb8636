"""Texts about adding deck files."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from cards.deckfile.upgrade import Difference, KeptEdit
from cards.errors import Problem
from cards.identity.matching import Action, PlannedChange
from cards.note import Cloze, ListNote, Note
from cards.questions import question_of, question_text
from cards.text.width import clean
from cards.translate import N_, _, ngettext
from flash.messages.phrases import (
    action_label,
    count_cards,
    count_notes,
    dry_run_line,
    labelled,
    quoted_text,
)
from flash.terminal import clip_line, padded, styled
from srs.models.retirements import RetiredCard, Retirement

ANSWER_NEEDED = N_("give an answer, or hide a part as {{c1::text}}")
NOTHING_ADDED = N_("Nothing was added.")
EDIT_AGAIN = N_("Edit it again?")
_SHOWN = 20
_SHOWN_NEW = 3
_SHOWN_WARNINGS = 3
_ORDER = (
    Action.REWORDED,
    Action.CHANGED,
    Action.MOVED,
    Action.RETURNED,
    Action.RETIRED,
    Action.NEW,
)
_QUESTION_COLUMNS = 56
_INDENT = " " * 12


def loss_question(loss: str) -> str:
    """Ask whether cards may be retired, given `retirement_text`."""
    return _("This retires {loss}. Continue?").format(loss=loss)


def retirement_text(loss: Retirement, *, with_names: bool = False) -> str:
    """Say how many cards of a deck would be retired, and name the first ones."""
    text = _("{retired} of {total} cards of '{deck}'").format(
        retired=loss.retired, total=loss.total, deck=clean(loss.deck)
    )
    if loss.answered:
        more = _(", {answered} of them with answers")
        text += more.format(answered=loss.answered)
    if not with_names:
        return text
    names = (_card_name(card) for card in loss.cards)
    return labelled(text, _first_names(names, loss.retired))


def conflict_text(notes: Sequence[Note]) -> str:
    """Say which notes were edited here and on another device."""
    text = ngettext(
        "{n} note was edited in its file and on another device",
        "{n} notes were edited in their files and on another device",
        len(notes),
    )
    names = (question_text(note.content) for note in notes)
    return labelled(text.format(n=len(notes)), _first_names(names, len(notes)))


def _first_names(names: Iterator[str], count: int) -> str:
    first = (clip_line(name, _QUESTION_COLUMNS) for name in islice(names, _SHOWN_NEW))
    shown = _(", ").join(quoted_text(name) for name in first)
    if count <= _SHOWN_NEW:
        return shown
    return _("{names} and {n} more").format(names=shown, n=count - _SHOWN_NEW)


def _card_name(card: RetiredCard) -> str:
    """Return what a card asks, short; where that is the whole note, its answer, too."""
    asked, content = question_of(card.note, card.part), card.note.content
    if not isinstance(content, Cloze | ListNote):
        return clip_line(asked.question, _QUESTION_COLUMNS)
    half = _QUESTION_COLUMNS // 2
    title = clip_line(question_text(content), half)
    return labelled(title, clip_line(asked.answer, half))


def with_retired(line: str, retired: Sequence[RetiredCard]) -> str:
    """Put the names of the cards that an edit has retired behind a sentence."""
    if not retired:
        return line
    names = _first_names(map(_card_name, retired), len(retired))
    return f"{line} {_('Retired: {names}.').format(names=names)}"


def conflict_question(notes: int) -> str:
    """Ask whether the files win."""
    text = ngettext(
        "{n} note was edited in its file and on another device. Take the file's text"
        " (else the store keeps the other one for now)?",
        "{n} notes were edited in their files and on another device. Take the texts of"
        " the files (else the store keeps the others for now)?",
        notes,
    )
    return text.format(n=notes)


def asks_line(reasons: str) -> str:
    """Say in a dry run why `flash add` will ask."""
    return _("flash add asks first: {reasons}").format(reasons=reasons)


def newer_line(notes: int) -> str:
    """Count the notes that stay as another device wrote them."""
    text = ngettext(
        "{n} note is newer on another device and stays; its file has the old text",
        "{n} notes are newer on another device and stay; their files have the old"
        " texts",
        notes,
    )
    return text.format(n=notes)


def plan_lines(
    changes: Sequence[PlannedChange],
    retired: Iterable[RetiredCard] = (),
    conflicts: Iterable[PlannedChange] = (),
) -> list[str]:
    """Describe what happens to the notes, leaving out unchanged ones.

    Args:
        changes: Of a plan.
        retired: Cards that it retires.
        conflicts: Changes of notes that were edited on another device, too.
    """
    elsewhere = {step.known.guid for step in conflicts if step.known}
    lost: dict[str, list[RetiredCard]] = defaultdict(list)
    for card in retired:
        lost[card.guid].append(card)
    lines: list[str] = []
    for action in _ORDER:
        steps = [step for step in changes if step.action is action]
        shown = _SHOWN_NEW if action is Action.NEW else _SHOWN
        for step in steps[:shown]:
            lines.append(_step_line(step))
            if step.known and step.known.guid in elsewhere:
                text = _("replaces the edit of another device")
                lines.append(f"{_INDENT}{text}")
            if step.base:
                text = _("keeps the edit of another device")
                lines.append(f"{_INDENT}{text}")
            if step.known and step.action is not Action.RETIRED:
                lines += _retired_lines(lost.get(step.known.guid, ()))
        if len(steps) > shown:
            more = _("… and {count} more").format(count=len(steps) - shown)
            lines.append(f"  {'':<9} {more}")
    return lines


def _retired_lines(cards: Sequence[RetiredCard]) -> list[str]:
    """Name the cards that a note loses."""
    lines: list[str] = []
    for card in cards[:_SHOWN]:
        text = _("retires: {card}")
        if card.is_answered:
            text = _("retires: {card} (has answers)")
        lines.append(_INDENT + text.format(card=_card_name(card)))
    if len(cards) > _SHOWN:
        more = _("… and {count} more").format(count=len(cards) - _SHOWN)
        lines.append(_INDENT + more)
    return lines


def returned_lines(changes: Sequence[PlannedChange]) -> list[str]:
    """Name removed notes that are back because their deck file still has them."""
    text = _("back, as {file} has it: {question}")
    back = [step.note for step in changes if step.action is Action.RETURNED]
    lines = [
        text.format(
            file=clean(Path(note.file).name),
            question=clip_line(question_text(note.content), _QUESTION_COLUMNS),
        )
        for note in back[:_SHOWN_NEW]
    ]
    if len(back) > _SHOWN_NEW:
        lines.append(_("… and {count} more").format(count=len(back) - _SHOWN_NEW))
    return lines


def also_changed_lines(changes: Sequence[PlannedChange]) -> list[str]:
    """Name what else was changed in a file to which a card was added."""
    if not changes:
        return []
    text = _("{name}: {question}")
    lines = [
        text.format(
            name=action_label(step.action),
            question=clip_line(question_text(step.note.content), _QUESTION_COLUMNS),
        )
        for step in changes[:_SHOWN]
    ]
    if len(changes) > _SHOWN:
        lines.append(_("… and {count} more").format(count=len(changes) - _SHOWN))
    head = _("The file was added as a whole, with other changes in it:")
    return [head, *(f"  {line}" for line in lines)]


def _step_line(step: PlannedChange) -> str:
    text = clip_line(question_text(step.note.content), _QUESTION_COLUMNS)
    label = action_label(step.action)
    name = styled(padded(label, 9), "1" if step.action is Action.RETIRED else "2")
    if step.known is None:
        return f"  {name} {text}"
    old = step.known.note
    if step.action is Action.REWORDED:
        before = clip_line(question_text(old.content), _QUESTION_COLUMNS)
        return f"  {name} {before}\n{_INDENT}→ {text}"
    if step.action is Action.MOVED:
        deck, file = step.note.deck, step.note.file
        where = f"{old.deck} → {deck}" if old.deck != deck else Path(file).name
        return f"  {name} {text}  ({clean(where)})"
    if old.kind != step.note.kind:
        restarts = _("{old} → {new}: starts as new").format(
            old=old.kind_name, new=step.note.kind_name
        )
        return f"  {name} {text}  ({restarts})"
    return f"  {name} {text}"


def plan_summary(
    counts: Mapping[str, int], cards: int, retired: int = 0, *, dry_run: bool
) -> str:
    """Count the notes by what happens to them, and the cards in use and retired."""
    shown = _(", ").join(
        _("{n} {name}").format(n=count, name=action_label(name))
        for name, count in counts.items()
        if count
    )
    text = _("{changes}; {cards}")
    line = text.format(changes=shown or _("no changes"), cards=count_cards(cards))
    if retired:
        line += _(", {n} retired").format(n=retired)
    return dry_run_line(line) if dry_run else line


def other_language_line(notes: int) -> str:
    """Count the notes that are in a language that was not chosen."""
    text = _("{notes} in another language skipped (choose with --lang)")
    return text.format(notes=count_notes(notes))


def left_tags_line(left: Mapping[str, int]) -> str:
    """Name the tags that the notes of the chosen language don't have."""
    each = _("{what} ({notes})")
    tags = [each.format(what=tag, notes=count_notes(n)) for tag, n in left.items()]
    text = _("only the other language has the tags: {tags}")
    return clean(text.format(tags=_(", ").join(tags)))


def ignored_line(files: Sequence[str]) -> str:
    """Name the YAML files that are not decks."""
    text = ngettext(
        "{count} other YAML file ignored: {names}",
        "{count} other YAML files ignored: {names}",
        len(files),
    )
    names = ", ".join(files[:_SHOWN_NEW]) + (" …" if len(files) > _SHOWN_NEW else "")
    return text.format(count=len(files), names=clean(names))


def copied_line(folder: Path) -> str:
    """Say where a bundled deck was copied to."""
    text = _("Copied to {folder}; edit it there.")
    return text.format(folder=clean(str(folder)))


def kept_lines(kept: Sequence[KeptEdit]) -> list[str]:
    """Name what was edited in a bundled deck and differs in its new version."""
    lines = [_kept_line(one) for one in kept[:_SHOWN]]
    if len(kept) > _SHOWN:
        more = _("… and {count} more").format(count=len(kept) - _SHOWN)
        lines.append(f"  {more}")
    return lines


def _kept_line(one: KeptEdit) -> str:
    text = {
        Difference.CHANGED: _("Your edit was kept; the new version differs: {name}"),
        Difference.REMOVED: _(
            "Your edit was kept; the new version no longer has: {name}"
        ),
        Difference.DELETED_HERE: _("Still deleted; the new version changed: {name}"),
    }[one.difference]
    return text.format(name=clip_line(one.question or one.file, _QUESTION_COLUMNS))


def renamed_lines(renamed: Iterable[tuple[str, str]]) -> list[str]:
    """Name the decks whose settings were moved."""
    text = _("Moved the settings of '{old}' to '{new}'.")
    return [text.format(old=old, new=new) for old, new in renamed]


def warning_lines(warnings: Sequence[Problem]) -> list[str]:
    """Return the first warnings, and the number of the others."""
    lines = [str(warning) for warning in warnings[:_SHOWN_WARNINGS]]
    more = len(warnings) - len(lines)
    text = ngettext(
        "… and {count} more warning; flash check shows all",
        "… and {count} more warnings; flash check shows all",
        more,
    )
    return [*lines, text.format(count=more)] if more else lines


def one_way_line(cards: int) -> str:
    """Explain once why cards of tables are gone."""
    text = ngettext(
        "Tables are now asked from subject to value only: {count} card is retired and"
        " keeps its history. A row '{{cells: [...], reverse: true}}' brings it back.",
        "Tables are now asked from subject to value only: {count} cards are retired and"
        " keep their history. A row '{{cells: [...], reverse: true}}' brings them"
        " back.",
        cards,
    )
    return text.format(count=cards)


def due_today_line(cards: int) -> str:
    """Count the cards that were made due today."""
    return _("due today: {cards}").format(cards=count_cards(cards))


def new_card_template() -> str:
    """Return the comment above the first card that a user writes in an editor."""
    lines = _(
        "Write the card, save, and leave the editor. More cards may follow, of any"
        " kind:\n  - cloze: Water is {{c1::hydrogen}} and {{c2::oxygen}}.\n"
        "Nothing is added if you leave this as it is."
    )
    return "".join(f"# {line}\n" for line in lines.split("\n"))


def new_cards_line(cards: int, deck: str, file: str, line: int) -> str:
    """Report new cards and the place of the first one."""
    text = _("Added {cards} to '{deck}': {file}:{line}")
    return text.format(cards=count_cards(cards), deck=deck, file=file, line=line)


def no_domain_line(notes: int, tag: str) -> str:
    """Say that new notes get no points of the exam, and name a tag that gives some."""
    text = ngettext(
        "{n} new note has no domain of the exam and comes last; give it a tag such as "
        "{tag}",
        "{n} new notes have no domain of the exam and come last; give them a tag such "
        "as {tag}",
        notes,
    )
    return text.format(n=notes, tag=clean(tag))


def missing_translation_line(language: str, ids: Sequence[str]) -> str:
    """Name the ids that a language lacks."""
    shown = ", ".join(ids[:10]) + (" …" if len(ids) > 10 else "")
    text = _("'{language}' lacks {cards} that another language has: {ids}")
    return text.format(language=language, cards=count_cards(len(ids)), ids=shown)
