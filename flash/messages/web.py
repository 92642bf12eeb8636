"""Words of the page of `flash serve`, by the name under which the page knows them."""

from cards.translate import _
from flash.language import interface_language
from flash.messages.due import BACKLOG, BACKLOG_WITH_NEW, due_heading
from flash.messages.phrases import deck_name
from flash.messages.review import NO_ANSWERS, TEXT_UNCHANGED


def web_words() -> dict[str, str]:
    """Return every word of the page; the page fills in placeholders."""
    language = {"lang": interface_language()}
    return language | _app_words() | _review_words() | _message_words() | _page_words()


def _app_words() -> dict[str, str]:
    return {
        "pages": _("Pages"),
        "review": _("Review"),
        "decks": _("Decks"),
        "stats": _("Statistics"),
        "exam": _("Exam"),
        "search": _("Search"),
        "add": _("Add"),
        "skip": _("Skip to the content"),
        "loading": _("Loading …"),
        "offline": _("offline"),
        "unsent": _("{count} unsent"),
        "kept_here": _("{count} answers kept here"),
        "kept_here_one": _("{count} answer kept here"),
        "unsent_title": _("Answers are kept on this device until they are sent."),
        "held": _("{count} unsent, for another store"),
        "lost": _("{count} not recorded: the card was deleted"),
        "needs_network": _("This page needs the network. Reviews go on without it."),
        "needs_network_now": _("This needs the network."),
        "failed": _("The server could not do this: {error}"),
        "retry": _("Try again"),
        "not_undone": _("This browser could not store this step. Nothing was undone."),
        "not_kept": _("This browser could not store the answer. It was not recorded."),
        "pair_title": _("Pair this device"),
        "pair_text": _(
            "Run flash serve on your computer, then open the address that it prints, "
            "or paste the address here."
        ),
        "pair_kept": _("{count} unsent answers are kept until then."),
        "pair_kept_one": _("{count} unsent answer is kept until then."),
        "pair_address": _("Address with its key"),
        "pair": _("Pair"),
        "close": _("Close"),
    }


def _review_words() -> dict[str, str]:
    return {
        "question": _("Question"),
        "answer": _("Answer"),
        "ratings": _("How well did you know it?"),
        "card_actions": _("This card"),
        "show": _("Show answer"),
        "again": _("Again"),
        "hard": _("Hard"),
        "good": _("Good"),
        "easy": _("Easy"),
        "undo": _("Undo"),
        "bury": _("Bury"),
        "suspend": _("Suspend"),
        "flag": _("Flag"),
        "source": _("Source"),
        "source_is": _("Source: "),
        "history": _("History"),
        "history_answered": _("Answered"),
        "history_rating": _("Rating"),
        "history_interval": _("Interval"),
        "history_took": _("Time"),
        "history_undone": _("undone"),
        "no_answers": _(NO_ANSWERS),
        "edit": _("Edit"),
        "edit_text": _("Text of the card"),
        "save": _("Save"),
        "help": _("Keys"),
        "choices": _("Choices"),
        "right": _("right"),
        "wrong": _("wrong"),
        "wide_table": _("Table"),
        "wide_code": _("Code"),
        "wide_math": _("Formula"),
        "type_answer": _("Your answer"),
        "you_typed": _("You typed:"),
        "counts": _("new {new} · learning {learning} · due {due}"),
        "mode_counts": _("{mode} · {count} left"),
        "cram": _("cram"),
        "progress": _("{done} of {total}"),
        "flagged": _("flag: {flag}"),
        "leech": _("leech"),
        "ahead": _("before it is due"),
        "flag_0": _("no flag"),
        "flag_1": _("red"),
        "flag_2": _("orange"),
        "flag_3": _("green"),
        "flag_4": _("blue"),
        "flag_5": _("pink"),
        "flag_6": _("turquoise"),
        "flag_7": _("purple"),
    }


def _message_words() -> dict[str, str]:
    return {
        "buried": _("Buried until tomorrow."),
        "suspended": _("Suspended."),
        "undone": _("Undone."),
        "unchanged": _(TEXT_UNCHANGED),
        "nothing_to_undo": _("Nothing to undo."),
        "stale": _("Already answered in another session; not recorded."),
        "no_source": _("This card has no source link."),
        "open_source": _(
            "The source may give the answer away. Choose it again to open it."
        ),
        "backlog": _(BACKLOG),
        "backlog_with_new": _(BACKLOG_WITH_NEW),
        "exam_tomorrow": _("Exam tomorrow: cards worth the most points come first."),
        "exam_days": _("Exam in {days} days: cards worth the most points come first."),
        "exam_tomorrow_backlog": _(
            "Exam tomorrow, {overdue} cards overdue: new cards, then the reviews that "
            "gain the most. No cap before an exam; stop at any time."
        ),
        "exam_days_backlog": _(
            "Exam in {days} days, {overdue} cards overdue: new cards, then the reviews "
            "that gain the most. No cap before an exam; stop at any time."
        ),
        "none_due_now": _("No card is due right now."),
        "next_due": _("The next card is due in {time}."),
        "go_ahead": _("Show it now"),
        "all_done": _("No more cards are due today."),
        "some_done": _("No more of these cards are due today."),
        "no_cards": _("No cards yet."),
        "no_cards_hint": _(
            "Start a deck that comes with flash, or write a card of your own."
        ),
        "not_loaded": _("More cards could not be loaded."),
        "left_today": _("Cards left for today: {count}."),
        "cram_done": _("Every card was recalled."),
        "cram_none": _("There are no cards to cram."),
        "done_today": _("Cards finished today: {count}."),
        "no_review": _("These cards can't be reviewed."),
        "last_review_only": _(
            "Without the network, only the review that was open last goes on."
        ),
        "key_reveal": _("show the answer, then rate Good"),
        "key_choose": _("choose, before the answer is shown"),
        "key_rate": _("rate Again, Hard, Good, Easy"),
        "key_undo": _("undo the last step"),
        "key_flag": _("flag the card"),
        "key_type": _("type the answer; it is compared, and rates nothing"),
        "key_edit": _("change the card's text"),
        "key_bury": _("hide the card until tomorrow"),
        "key_suspend": _("hide the card until you unsuspend it"),
        "key_source": _("open the card's source"),
        "key_history": _("show every answer to this card"),
        "key_help": _("show these keys"),
        "space": _("Space"),
    }


def _page_words() -> dict[str, str]:
    return {
        "deck": _("Deck"),
        "new": _("new"),
        "learning": _("learning"),
        "due": due_heading(),
        "overdue": _("{count} overdue"),
        "buried_count": _("{count} buried"),
        "no_decks": _("No decks yet."),
        "start_deck": _("Start"),
        "start_named": _("Start {deck}"),
        "review_now": _("Review now"),
        "bundled": _("Decks that come with flash"),
        "more_title": _("More for today"),
        "more_new": _("More new cards"),
        "more_button": _("Learn"),
        "cram_title": _("Cram by tag"),
        "cram_text": _("Practice without changing the schedule."),
        "tag": _("Tag"),
        "cram_button": _("Cram"),
        "query": _("Query"),
        "query_help": _("For example: deck:Biology tag:exam is:due flag:1 rated:7"),
        "found": _("{count} cards found"),
        "found_one": _("{count} card found"),
        "found_first": _("{shown} of {count} cards found"),
        "found_none": _("No card matches."),
        "review_found": _("Review those due"),
        "cram_found": _("Cram them"),
        "card": _("Card"),
        "unsuspend": _("Unsuspend"),
        "add_title": _("Add a card"),
        "card_question": _("Question"),
        "card_answer": _("Answer"),
        "markdown": _("Markdown; $…$ is math."),
        "cloze_help": _(
            "Leave it empty for a cloze, such as: Water is {{c1::hydrogen}} and oxygen."
        ),
        "tags": _("Tags"),
        "tags_help": _("Optional; put spaces between them."),
        "add_button": _("Add the card"),
        "no_exam": _("No exam is set."),
        "exam_set": _("Set the exam"),
        "exam_change": _("Another day"),
        "exam_move": _("Change the day"),
        "exam_clear": _("Remove the exam"),
        "exam_day": _("Day of the exam"),
        "exam_hint": _(
            "Until then, cards worth the most points come first, and no interval "
            "extends past the day before."
        ),
        "all_decks": deck_name(""),
        "exam_domains": _("Domains"),
        "exam_share": _("Share of the points"),
    }
