"""`flash decks`, `flash list`, `flash show`: what the store holds."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cards.errors import FlashError
from cards.text.width import clean
from flash.cli.options import DbOption, JsonOption, TagOption
from flash.service.context import AppContext, open_app

if TYPE_CHECKING:
    from cards.note import Note
    from srs.store.card_list import CardListRow


def decks(
    bundled: Annotated[
        bool, typer.Option("--bundled", help="List the decks that ship with flash.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List the decks with their cards: new, learning, due."""
    from flash.terminal import print_json, print_table

    if bundled:
        _bundled(as_json=json)
        return
    from srs.store.card_list import deck_lines

    with open_app(db) as store:
        calendar = store.options.calendar
        day = calendar.day(store.now())
        found = deck_lines(store.store, day, calendar.start_ms(day + 1))
    if json:
        print_json(found)
        return
    if not found:
        typer.echo("no decks yet (flash add cards.yaml, or flash review to begin)")
        return
    rows = [
        [
            "  " * one.deck.count("::") + one.deck.split("::")[-1],
            *(str(n) for n in (one.cards, one.new, one.learning, one.due)),
        ]
        for one in found
    ]
    head = ("deck", "cards", "new", "learning", "due")
    print_table(head, rows, right=(1, 2, 3, 4))


def _bundled(*, as_json: bool) -> None:
    from cards.deckfile.discovery import bundled_decks
    from flash.terminal import print_json

    found = bundled_decks()
    if as_json:
        print_json(
            [{"deck": name, "languages": langs} for name, langs in found.items()]
        )
        return
    for name, languages in found.items():
        typer.echo(f"{name}  ({', '.join(languages)})  add it with: flash add {name}")


def list_cards(
    deck: Annotated[
        str, typer.Argument(metavar="[DECK]", help="Only this deck and its children.")
    ] = "",
    tag: TagOption = "",
    retired: Annotated[
        bool, typer.Option("--retired", help="Retired cards too.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List the cards with their state and the day they are due.

    Exit code 1: no deck has this name.
    """
    from flash.cli.card_selector import check_deck
    from flash.terminal import print_json
    from srs.store.card_list import card_list

    with open_app(db) as store:
        check_deck(store, deck)
        calendar = store.options.calendar
        found = list(
            card_list(store.store, calendar, deck=deck, tag=tag, retired=retired)
        )
    if json:
        print_json(found)
        return
    _print_lines(found)


def _print_lines(found: "list[CardListRow]") -> None:
    from flash.terminal import clipped, columns_of_terminal, print_table

    room = max(20, columns_of_terminal() - 44)
    rows = [
        [
            str(line.card),
            clipped(line.question, room),
            "suspended"
            if line.suspended
            else "retired"
            if line.retired
            else line.state,
            line.due[:10] if line.due else "",
        ]
        for line in found
    ]
    print_table(("card", "question", "state", "due"), rows)


def show(
    name: Annotated[
        str, typer.Argument(metavar="CARD", help="A card's number, or a note's id.")
    ],
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show cards whole: text, source, memory and every answer given.

    Exit code 1: no card has that name.
    """
    from flash.terminal import print_json
    from srs.store.revlog import history

    with open_app(db) as store:
        note, found = _named(store, name)
        if json:
            about = {
                "extra": note.extra,
                "sources": note.sources,
                "checked": note.checked,
                "recheck": note.recheck,
                "changed": note.changed,
            }
            print_json(
                [
                    {"line": line, **about, "history": history(store.store, line.card)}
                    for line in found
                ]
            )
            return
        for line in found:
            _print_card(store, note, line)


def _named(store: AppContext, name: str) -> "tuple[Note, list[CardListRow]]":
    from srs.store.card_list import card_list_row, cards_named
    from srs.store.notes import stored_note_of

    cards = cards_named(store.store, name)
    cards = cards or cards_named(store.store, name, retired=True)
    if not cards:
        raise FlashError(
            f"no card is called '{name}'", "flash list shows their numbers"
        )
    stored = stored_note_of(store.store, cards[0])
    calendar = store.options.calendar
    return stored.note, [
        card_list_row(stored, card, calendar)
        for card in stored.cards
        if card.id in cards
    ]


def _print_about(note: "Note") -> None:
    """Show what stands on the card beside question and answer."""
    from cards.questions import options_of
    from flash.messages.cards import checked_line, was_line
    from flash.terminal import styled

    for option in options_of(note.content):
        print(f"- {clean(option.text)}")
    if note.extra:
        print(clean(note.extra))
    told = (
        was_line(note.changed, note.language),
        *(f"{one.title} {one.url}".strip() for one in note.sources),
        checked_line(note),
    )
    for text in told:
        if text:
            print(styled(clean(text), "2"))


def _print_card(store: AppContext, note: "Note", line: "CardListRow") -> None:
    from flash.messages.cards import interval_label
    from flash.terminal import counted, print_table, styled
    from srs.store.revlog import history

    print(styled(f"{line.deck} · card {line.card}", "2"))
    print(styled(line.question, "1"))
    print(clean(line.answer))
    _print_about(note)
    place = f"{line.file}:{line.line}" if line.file else "no file"
    memory = ""
    if line.stability is not None and line.difficulty is not None:
        memory = (
            f" · stability {line.stability:.1f} d · difficulty {line.difficulty:.1f}"
        )
    due = f" · due {line.due[:10]}" if line.due else ""
    counts = ""
    if line.reps:
        reviews, lapses = counted(line.reps, "review"), counted(line.lapses, "lapse")
        counts = f" · {reviews} · {lapses}"
    print(styled(f"{line.state}{due}{memory}{counts}", "2"))
    print(styled(place, "2"))
    names = {0: "", 1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}
    rows = [
        [
            _local(one.at_ms, one.offset_min),
            names[one.rating] + (" (undone)" if one.void else ""),
            interval_label(one.interval),
            f"{one.took_ms / 1000:.1f} s",
        ]
        for one in history(store.store, line.card)
    ]
    if rows:
        print_table(("answered", "rating", "next", "took"), rows)
    print()


def _local(at_ms: int, offset_min: int) -> str:
    from datetime import timedelta, timezone

    zone = timezone(timedelta(minutes=offset_min))
    return f"{datetime.fromtimestamp(at_ms / 1000, zone):%Y-%m-%d %H:%M}"
