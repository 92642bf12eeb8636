"""Reviewing: open a session, add changed files, open the source of a card."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from flash.service.context import AppContext, file_stats
from srs.models.retirements import RetiredCard
from srs.store.backups import back_up_daily
from srs.store.deck_files import files_in_use, known_file_stats
from srs.store.operations import was_ever_filled
from srs.store.rows import has_notes
from srs.store.schema import RETIRED_REVERSE
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.session import Session


def open_session(
    app: AppContext,
    card_filter: CardFilter | None = None,
    limits: SessionLimits | None = None,
    *,
    cram: CramOptions | None = None,
) -> Session:
    """Open a review session that can reload edited deck files."""

    def reread(file: str) -> list[RetiredCard]:
        from flash.service.edited_files import reread  # noqa: PLC0415 - loads YAML

        return reread(app, file)

    def take_text(card: int, text: str, before: str) -> list[RetiredCard]:
        from flash.service.edited_files import take_text  # noqa: PLC0415 - as above

        return take_text(app, card, text, before)

    return Session(
        app.store,
        app.clock,
        card_filter,
        limits,
        cram=cram,
        reread=reread,
        take_text=take_text,
    )


def card_filter(
    app: AppContext,
    words: Sequence[str],
    tag: str = "",
    *,
    deck: str = "",
    must_match: bool = False,
) -> CardFilter:
    """Return the filter for the cards that words name; nothing names all cards.

    Args:
        app: The open store.
        words: A query.
        tag: A tag that the cards have to have.
        deck: Their deck.
        must_match: Refuse words that match no card, as after a typing error, and that
            match none as time goes by.

    Raises:
        FlashError: See `flash.service.finding.find`; or no card matches.
    """
    if not (words or tag or deck):
        return CardFilter()
    from flash.messages.queries import no_match  # noqa: PLC0415 - only for a query
    from flash.service.finding import check_tag, find  # noqa: PLC0415 - as above

    check_tag(app, tag)
    found = find(app, words, deck=deck, tag=tag)
    if must_match and words and not found.cards and not found.is_passing:
        raise no_match(found.query)
    cards = None if found.deck else frozenset(found.cards)
    return CardFilter(found.deck, cards, found.query, is_passing=found.is_passing)


class FirstDeck(Struct, frozen=True):
    """The bundled deck in a store that had nothing."""

    deck: str
    cards: int
    new_per_day: int


def add_first_deck(app: AppContext) -> FirstDeck | None:
    """Add the bundled deck to a store to which nothing was ever added.

    Returns:
        None if the store has or had notes.
    """
    if has_notes(app.store) or was_ever_filled(app.store):
        return None
    from cards.identity.keys import root_of  # noqa: PLC0415 - as above
    from flash.service.adding import (  # noqa: PLC0415 - loads YAML
        BUNDLED,
        add_unasked,
    )
    from flash.service.deck_reading import read_for_adding  # noqa: PLC0415 - as above

    added = add_unasked(app, read_for_adding([Path(BUNDLED)], app.store))
    deck = root_of(added.plan.steps[0].note.deck)
    return FirstDeck(deck, added.new_cards, app.options.preset(deck).new_per_day)


def add_changed_files(app: AppContext) -> list[str]:
    """Add known deck files that were edited since they were last added.

    Returns:
        What keeps files from being added, whose old cards are asked; removed cards that
        are back; and once, what a migration has retired.
    """
    return [*_add_changed(app), *_migrated_lines(app)]


def _migrated_lines(app: AppContext) -> list[str]:
    if not app.store.setting(RETIRED_REVERSE):
        return []
    from flash.messages.adding import one_way_line  # noqa: PLC0415 - once
    from srs.store.notes import take_retired_reverse  # noqa: PLC0415 - as above

    with app.store.transaction(stamped=False):
        return [one_way_line(take_retired_reverse(app.store))]


def _add_changed(app: AppContext) -> list[str]:
    known = known_file_stats(app.store)
    stats = set(file_stats(file for file, _, _ in known)) - set(known)
    changed = {file for file, _, _ in stats}
    # The notes are read only if a file was changed: a first question waits for this.
    changed = changed and changed & files_in_use(app.store)
    if not changed:
        return []
    from flash.service.edited_files import (  # noqa: PLC0415 - loads YAML
        add_changed,
    )

    done = add_changed(app, sorted(changed))
    return [*done.errors, *done.returned]


def back_up_after_review(app: AppContext) -> None:
    """Make the daily backup.

    Raises:
        StoreError: The backup failed; the review is saved all the same.
    """
    back_up_daily(app.store, app.options.calendar, app.now())


def open_in_browser(url: str) -> bool:
    """Open a web page outside the terminal; False if there is no such browser."""
    # Not needed before the first question.
    import webbrowser

    try:
        browser = webbrowser.get()
        # A browser in this terminal would overwrite the screen.
        if isinstance(browser, webbrowser.GenericBrowser) and not isinstance(
            browser, webbrowser.BackgroundBrowser
        ):
            return False
        return browser.open(url)
    except webbrowser.Error:
        return False
