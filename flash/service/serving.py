"""What a browser may ask for in a review: cards, answers, marks, undo.

Each call is one step on the open store, and no session is kept: several browsers and
a terminal may review at once.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import astuple, replace

from cards.errors import FlashError
from cards.translate import _
from flash.messages.operations import undone_text
from flash.messages.review import NOTHING_TO_UNDO, answered_line
from flash.service.context import AppContext
from flash.service.reviewing import add_changed_files, open_session
from flash.service.selection import Selected, finds_nothing, selected_cards
from srs.merging.browser_answers import MergedAnswer, merge_answer
from srs.models.browser_answers import CRAM, BrowserAnswer
from srs.models.cards import Rating, SchedulingState, State, StoredCard
from srs.models.presets import Preset
from srs.models.retirements import RetiredCard
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import step_delays
from srs.store import card_actions
from srs.store.browsers import card_named, find_step, save_step, uid_of
from srs.store.queue import due_counts
from srs.store.revlog import HistoryLine, history
from srs.store.settings import Options
from srs.store.undo import undo_operation
from srs.study.cram import CARDS_BETWEEN, CramOptions
from srs.study.daily import states_after
from srs.study.due_cards import CardFilter
from srs.study.prompt import Prompt, read_prompt
from srs.study.queue import Counts
from srs.study.results import Answered, Obstacle
from srs.study.session import Session
from srs.study.typed_answer import TypedAnswer, check_typed

_MOST_CARDS = 300
"""Cards that a browser gets at once; it asks for more when they are used up.  A cram
ends with them, as its answers change nothing by which the next ones could be told."""

Mark = Literal["bury", "suspend", "unsuspend", "flag"]


class Asked(Struct, frozen=True):
    """A card as a browser shows it."""

    prompt: Prompt
    uid: str
    """With the guid the name of the card on every device."""
    preset: Preset
    states: dict[Rating, SchedulingState]
    """After each rating; empty in a cram."""


class Upcoming(Struct, frozen=True):
    """The next cards of a review."""

    now_ms: int
    day_ends_ms: int
    counts: Counts
    cards: tuple[Asked, ...]
    name: str = ""
    overdue: int = 0
    done_today: int = 0
    days_to_exam: int | None = None
    is_empty: bool = False
    """Whether deck and query find no card, due or not."""
    cards_between: tuple[int | None, ...] | None = None
    """In a cram, for each rating after how many cards a card comes back."""


class AnsweredCard(Struct, frozen=True):
    """What became of an answer of a browser."""

    merged: MergedAnswer
    next_ms: int | None
    """When the card is shown again on this study day."""
    card: Asked | None
    """The card as it is now, if it is still to be asked; in a cram whenever it may."""
    sentence: str = ""
    """What the user should know, such as that the card is a leech."""


class Undo(Struct, frozen=True):
    """What became of an undo."""

    status: Literal["undone", "stale", "unknown"]
    sentence: str
    card: Asked | None = None
    """The card as it is now, if it is still to be asked."""


def delays_of(preset: Preset) -> dict[str, tuple[tuple[int | None, ...], ...]]:
    """Return the seconds until a card is shown again, by state, step and rating."""
    states = {"learning": State.LEARNING, "relearning": State.RELEARNING}
    return {name: step_delays(preset, state) for name, state in states.items()}


class ReviewService:
    """Steps of browsers on one open store, one at a time."""

    def __init__(self, app: AppContext) -> None:
        """Keep the open store."""
        self.app = app
        self._load: DueCounts | None = None
        self._load_key: tuple[int, int] | None = None
        self._counts = Counts(0, 0, 0)
        self._counts_key: tuple[int, int, Selected] | None = None
        """Version of the store, study day and cards for which they hold."""

    def _session(self, chosen: CardFilter, *, is_cram: bool) -> Session:
        cram = CramOptions() if is_cram else None
        return open_session(self.app, chosen, cram=cram)

    def _add_changed_files(self) -> None:
        written = self.app.store.connection.total_changes
        add_changed_files(self.app)
        if self.app.store.connection.total_changes != written:
            self._forget_counts()

    def _forget_counts(self) -> None:
        """Count again: the version of the store tells only of other programs."""
        self._load = self._counts_key = None

    def upcoming(self, choice: Selected, more: int = 0) -> Upcoming:
        """Return the next cards.

        Args:
            choice: Which cards.
            more: New cards beyond those that the limits of the day leave.

        Raises:
            FlashError: There is no such deck, or the query has a mistake.
            StoreError: The store can't be read.
        """
        self._add_changed_files()
        chosen = replace(selected_cards(self.app, choice), more=more)
        session = self._session(chosen, is_cram=choice.is_cram)
        counts, name = session.counts(), session.name
        now_ms = self.app.now()
        load = None if name else self._due_counts()
        between = tuple(CARDS_BETWEEN.get(one) for one in Rating) if name else None
        if name:
            counts = Counts(0, 0, min(counts.total, _MOST_CARDS))
        return Upcoming(
            now_ms,
            self._day_ends_ms(),
            counts,
            name=name,
            overdue=session.overdue(),
            done_today=session.done_today(),
            days_to_exam=session.days_to_exam(),
            is_empty=finds_nothing(self.app, chosen),
            cards_between=between,
            cards=tuple(
                self._asked(prompt, session.options, load)
                for prompt in session.upcoming(_MOST_CARDS)
            ),
        )

    def counts(self, choice: Selected) -> Counts:
        """Count the cards that are left; after answers of browsers they follow."""
        key = self.app.store.version(), self.app.today(), choice
        if key != self._counts_key:
            chosen = selected_cards(self.app, choice)
            self._counts = self._session(chosen, is_cram=choice.is_cram).counts()
            self._counts_key = key
        return self._counts

    def _asked(self, prompt: Prompt, options: Options, load: DueCounts | None) -> Asked:
        """Add to a card what follows from it; in a cram there is no load."""
        deck, now_ms = prompt.deck, self.app.now()
        states = load and states_after(options, prompt.card, deck, now_ms, load)
        uid = uid_of(self.app.store, prompt.card.id)
        return Asked(prompt, uid, options.preset(deck), states or {})

    def _day_ends_ms(self) -> int:
        return self.app.options.calendar.start_ms(self.app.today() + 1)

    def answer(self, answer: BrowserAnswer) -> AnsweredCard:
        """Record an answer; it is on disk when this returns.

        Raises:
            StoreError: The store can't be written.
        """
        app = self.app
        options, load = app.options, self._due_counts()
        before = card_named(app.store, answer.guid, answer.uid)
        merged = merge_answer(app.store, options, answer, app.now(), load)
        if merged.card is None:
            return AnsweredCard(merged, None, None)
        is_cram = answer.seen.startswith(CRAM)
        asked = self._card(merged.card, is_cram=is_cram)
        if asked is None:
            return AnsweredCard(merged, None, None)
        card = asked.prompt.card
        is_left = self._is_left(card, is_cram=is_cram)
        next_ms = card.progress.due_ms if is_left and not is_cram else None
        if before is not None and merged.recorded is not None and not is_cram:
            load.move(before.progress.due_day, card.progress.due_day)
            self._count(before.progress, is_left=next_ms is not None)
        elif merged.status == "recorded":
            self._counts_key = None
        sentence = _sentence(merged, asked.prompt)
        return AnsweredCard(merged, next_ms, asked if is_left else None, sentence)

    def _count(self, before: SchedulingState, *, is_left: bool) -> None:
        """Count an answer without reading the queue, which takes a while."""
        new, learning, due = astuple(self._counts)
        match before.state:
            case State.NEW:
                new = max(0, new - 1)
            case State.REVIEW:
                due = max(0, due - 1)
            case _:
                learning = max(0, learning - 1)
        self._counts = Counts(new, learning + is_left, due)

    def _is_left(self, card: StoredCard, *, is_cram: bool) -> bool:
        """Return True if a card is still to be asked on this study day."""
        today, progress = self.app.today(), card.progress
        if card.suspended or card.retired or card.buried == today:
            return False
        if is_cram or progress.state is State.NEW:
            return True
        if progress.due_ms is not None:
            return progress.due_ms < self._day_ends_ms()
        return progress.due_day is not None and progress.due_day <= today

    def _due_counts(self) -> DueCounts:
        """Return what is due on the days to come; reading it takes a while."""
        store, today = self.app.store, self.app.today()
        key = store.version(), today
        if self._load is None or key != self._load_key:
            self._load = due_counts(store, today, self.app.options.away)
            self._load_key = key
        return self._load

    def _card(self, card: int, *, is_cram: bool = False) -> Asked | None:
        app, now_ms = self.app, self.app.now()
        prompt = read_prompt(app.store, card, now_ms=now_ms, ahead=False, partner=None)
        if prompt is None:
            return None
        load = None if is_cram else self._due_counts()
        return self._asked(prompt, app.options, load)

    def _stored(self, guid: str, uid: str) -> StoredCard:
        card = card_named(self.app.store, guid, uid)
        if card is None:
            raise FlashError(_("there is no such card"), _("it may have been deleted"))
        return card

    def mark(self, guid: str, uid: str, key: str, mark: Mark, value: int = 0) -> bool:
        """Bury, suspend, unsuspend or flag a card once.

        Args:
            guid: Of the note.
            uid: Of the card.
            key: The id that the browser gave the step.
            mark: What to do.
            value: The flag.

        Returns:
            False if it was done before, or nothing had to change.

        Raises:
            FlashError: There is no such card.
            StoreError: The store can't be written.
        """
        app = self.app
        store, now_ms = app.store, app.now()
        with store.transaction() as connection:
            if find_step(store, key) is not None:
                return False
            cards = [self._stored(guid, uid).id]
            if mark == "bury":
                changed = card_actions.bury(store, cards, now_ms, app.today())
            elif mark == "flag":
                changed = card_actions.flag(store, cards, now_ms, value)
            else:
                is_off = mark == "suspend"
                changed = card_actions.suspend(store, cards, now_ms, suspended=is_off)
            save_step(connection, key, changed=bool(changed))
        self._forget_counts()
        return bool(changed)

    def undo(self, key: str) -> Undo:
        """Undo a step of a browser, unless its card was answered again since.

        Raises:
            StoreError: The store can't be written.
        """
        store = self.app.store
        with store.transaction():
            step = find_step(store, key)
            if step is None or not step.operation:
                return Undo("unknown", _(NOTHING_TO_UNDO))
            if step.undone:
                return Undo("undone", "", self._card_left(step.card))
            undone = undo_operation(store, Options(store), step.operation)
        if undone is None:
            sentence = _("The card was answered again since; nothing was undone.")
            return Undo("stale", sentence)
        self._forget_counts()
        card = self._card_left(step.card)
        return Undo("undone", undone_text(undone.operation), card)

    def _card_left(self, card: int | None) -> Asked | None:
        asked = None if card is None else self._card(card)
        is_left = asked and self._is_left(asked.prompt.card, is_cram=False)
        return asked if is_left else None

    def history(self, guid: str, uid: str) -> list[HistoryLine]:
        """Return the answers to a card, the newest first.

        Raises:
            FlashError: There is no such card.
        """
        return history(self.app.store, self._stored(guid, uid).id)

    def asked(self, guid: str, uid: str) -> Asked:
        """Return a card as a browser shows it, without its intervals.

        Raises:
            FlashError: There is no such card.
        """
        found = self._card(self._stored(guid, uid).id, is_cram=True)
        if found is None:
            raise FlashError(_("there is no such card"), _("it may have been deleted"))
        return found

    def text(self, guid: str, uid: str) -> str:
        """Return the note of a card as text to edit, as its deck file has it now.

        Raises:
            FlashError: There is no such card.
        """
        from flash.service.edited_files import text_of_note  # noqa: PLC0415 - slow

        self._add_changed_files()
        return text_of_note(self.app.store, self._stored(guid, uid).id)

    def edit(self, guid: str, uid: str, text: str, before: str) -> list[RetiredCard]:
        """Take the edited text of a note back; its history stays.

        Args:
            guid: Of the note.
            uid: Of the card.
            text: The edited text.
            before: What `text` returned.

        Returns:
            The cards with answers that the text no longer has.

        Raises:
            EditedMeanwhile: The note is no longer as it was; nothing was written.
            FlashError: The text has a mistake, or there is no such card; nothing
                was written.
            StoreError: The store can't be written.
        """
        from flash.service.edited_files import take_text  # noqa: PLC0415 - as above

        retired = take_text(self.app, self._stored(guid, uid).id, text, before)
        self._forget_counts()
        return retired

    def check_typed(self, guid: str, uid: str, text: str) -> TypedAnswer:
        """Compare a typed answer with that of a card.

        Raises:
            FlashError: There is no such card.
        """
        return check_typed(self.asked(guid, uid).prompt.question, text)


def _sentence(merged: MergedAnswer, prompt: Prompt) -> str:
    done = merged.recorded
    if done is None:
        if merged.status != "stale":
            return ""
        obstacle: Obstacle = "suspended" if prompt.card.suspended else ""
        obstacle = "removed" if prompt.card.retired else obstacle
        return answered_line(Answered(applied=False, obstacle=obstacle), "")
    answered = Answered(
        applied=True,
        state=done.progress,
        became_leech=done.became_leech,
        suspended=done.suspended,
    )
    return answered_line(answered, prompt.question.question)
