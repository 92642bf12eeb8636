"""`flash draft` and `flash coverage`: from notes to cards."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cards.deckfile.discovery import is_deck, is_markdown
from cards.errors import FlashError, Place
from cards.files import absolute
from cards.markdown_notes.blocks import NoteBlocks
from cards.markdown_notes.coverage import NotesCoverage
from cards.markdown_notes.rules import RULES
from cards.note import Note
from cards.translate import _
from export.files import refuse_inputs
from flash.cli.completion import complete_decks
from flash.cli.options import JsonOption, StoreOption
from flash.cli.plain_draft import run_plain_draft
from flash.messages.draft_review import decided_text
from flash.messages.notes import (
    below_limit_line,
    coverage_lines,
    draft_summary,
    file_exists_text,
    left_out_lines,
    model_lines,
    unused_ignore_line,
)
from flash.report.coverage_page import coverage_page
from flash.service.context import chosen_store, open_app
from flash.service.coverage import deck_cards, measure, read_notes, refuse_two_sources
from flash.service.draft_review import DraftReview
from flash.service.drafted_card import holds_only_drops
from flash.service.drafting import (
    Draft,
    deck_text,
    draft_cards,
    rules_without,
    write_draft,
)
from flash.service.finding import find
from flash.service.model_drafts import ModelProposer, model_from_environment
from flash.service.output_files import write_page
from flash.terminal import echo, echo_err, print_json, print_lines
from srs.store.notes import stored_notes

_RULES = ", ".join(rule.name for rule in RULES)

NotesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="NOTE|DIR...", help="Notes in Markdown or plain text."),
]
DecksOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--decks",
        metavar="FILE|DIR",
        help="Deck files with cards [default: those in the current folder].",
    ),
]


def draft(
    notes: NotesArgument,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The deck file to write."),
    ] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add the cards to an existing file.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing file.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", metavar="DECK", help="Name of a new deck.")
    ] = "",
    decks: DecksOption = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="RULE", help=f"Switch off a rule: {_RULES}."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="NAME",
            help="Let a language model propose; sends blocks to $FLASH_LLM_URL.",
        ),
    ] = "",
    review: Annotated[
        bool,
        typer.Option("--review", help="Decide on each proposal; needs -o."),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Review line by line, not full screen.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Propose cards for notes, as a deck file to edit.

    Each proposal names its rule, the lines of the note and its words. Blocks that a
    card covers already get no proposal. Without -o the deck is printed.

    With --review, accept, edit, split, drop or skip one proposal after another. What
    you accept is in the file at once; run the command again to go on.

    With --model, the blocks that no card covers are sent to an OpenAI-compatible
    server ($FLASH_LLM_URL, $FLASH_LLM_KEY). A proposal that does not quote its block
    is dropped.
    """
    rules = _known_rules(without or [])
    exists = output is not None and output.exists() and not holds_only_drops(output)
    if review and (output is None or force or json):
        raise typer.BadParameter(_("--review needs -o, and no --force or --json"))
    append = append or review
    blocks = read_notes(notes)
    if output:
        _refuse_to_lose(output, blocks, append=append, force=force)
    known = [*deck_cards(decks, blocks)]
    if output and exists and append and str(absolute(output)) not in _files(known):
        known += deck_cards([output])
    if output and exists and force:
        known = [card for card in known if card.file != str(absolute(output))]
    target = output or Path("draft.yaml")
    asked = ModelProposer(model_from_environment(model)) if model else None
    proposer = asked.propose if asked else rules_without(rules)
    made = draft_cards(blocks, known, target=target, deck=name, proposer=proposer)
    for line in model_lines(asked.report) if asked else ():
        echo_err(line)
    if review and output:
        _review(DraftReview(made, output), plain=plain)
        for line in left_out_lines(made.repeated, made.dropped):
            echo_err(line)
        return
    if output and made.cards:
        write_draft(made, output, append=append and exists)
    _report(made, output, as_json=json)


def _review(review: DraftReview, *, plain: bool) -> None:
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if plain or not is_terminal or not review.total:
        run_plain_draft(review, sys.stdin, sys.stdout)
        return
    from flash.tui.draft_app import (  # noqa: PLC0415 - loads Textual
        run_draft_screen,
    )

    run_draft_screen(review)
    echo(decided_text(review.accepted, review.dropped, review.skipped))


def _refuse_to_lose(
    output: Path, notes: list[NoteBlocks], *, append: bool, force: bool
) -> None:
    """Refuse to write a draft over a note, or over a file that is not to be lost."""
    place = Place(str(output))
    if is_markdown(output):
        message = _("a draft is YAML and can't be written into a note")
        raise FlashError(message, _("name a file that ends in .yaml"), place)
    refuse_inputs(output, (one.file for one in notes))
    if append or not output.exists() or holds_only_drops(output):
        return
    if not force:
        message, hint = file_exists_text()
        raise FlashError(message, hint, place)
    if output.stat().st_size and not is_deck(output):
        message = _("this is not a deck file, and --force replaces nothing else")
        raise FlashError(message, _("name another file"), place)


def _known_rules(names: list[str]) -> frozenset[str]:
    unknown = set(names) - {rule.name for rule in RULES}
    if unknown:
        text = _("no rule '{name}'; the rules are {names}")
        raise typer.BadParameter(text.format(name=min(unknown), names=_RULES))
    return frozenset(names)


def _files(cards: list[Note]) -> set[str]:
    return {card.file for card in cards}


def _report(made: Draft, output: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "proposals": [
                    {
                        "rule": one.rule,
                        "passage": one.passage,
                        "lines": list(one.lines),
                        "card": one.card.content,
                    }
                    for one in made.cards
                ],
                "asked": made.asked,
                "repeated": list(made.repeated),
                "dropped": len(made.dropped),
                "mistakes": list(made.dropped),
                "file": str(output) if output and made.cards else None,
            }
        )
        return
    if output is None and made.cards:
        text = deck_text(made.deck, made.language, made.cards)
        if sys.stdout.isatty():
            echo(text)
        else:
            sys.stdout.write(text)
    shown = str(output) if output else ""
    summary = draft_summary(len(made.cards), made.asked, shown)
    for line in [*summary, *left_out_lines(made.repeated, made.dropped)]:
        echo_err(line)


def coverage(
    notes: NotesArgument,
    decks: DecksOption = None,
    deck: Annotated[
        str,
        typer.Option(
            "--deck",
            metavar="DECK",
            help="Cards of this deck in the store.",
            autocompletion=complete_decks,
        ),
    ] = "",
    ignore: Annotated[
        Path | None,
        typer.Option(
            "--ignore", metavar="FILE", help="Blocks to ignore, one on each line."
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="Write a page that shows the notes with their cards.",
        ),
    ] = None,
    fail_under: Annotated[
        float,
        typer.Option(
            "--fail-under",
            metavar="PERCENT",
            min=0,
            max=100,
            help="Exit with code 1 below this coverage.",
        ),
    ] = 0,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Show which blocks of notes no card covers.

    A card covers a block that it names as its source, in which it is written, or whose
    words it has. Cards in another language count by source only. Exit code 1: coverage
    is below --fail-under.
    """
    if deck and decks:
        raise refuse_two_sources()
    blocks = read_notes(notes)
    cards = _cards(blocks, decks, deck, db)
    found = measure(blocks, cards, ignore)
    if html:
        files = [*(one.file for one in blocks), *(one.file for one in cards)]
        sources = [*map(Path, files), *(decks or ())]
        sources += [ignore] if ignore else []
        write_page(coverage_page(found), html, chosen_store(db)[0], sources)
    if json:
        print_json(_as_json(found))
    else:
        print_lines(coverage_lines(found))
    for entry in found.unused:
        echo_err(unused_ignore_line(entry))
    if found.percent < fail_under:
        echo_err(below_limit_line(found.percent, fail_under))
        raise typer.Exit(1)


def _cards(
    notes: list[NoteBlocks], decks: list[Path] | None, deck: str, db: Path | None
) -> list[Note]:
    if not deck:
        return list(deck_cards(decks, notes))
    with open_app(db) as app:
        stored = stored_notes(app.store, cards=find(app, (), deck=deck).cards)
        return [one.note for one in stored if not one.retired]


def _as_json(found: NotesCoverage) -> dict[str, Any]:
    return {
        "blocks": found.blocks,
        "covered": found.covered,
        "ignored": found.ignored,
        "uncovered": [
            {
                "file": one.note.file,
                "lines": [asked.block.first, asked.block.last],
                "heading": asked.block.heading_path,
                "text": asked.block.text,
            }
            for one in found.notes
            for asked in one.uncovered
        ],
    }
