"""The plain review of proposed cards: one line per step."""

from collections.abc import Callable
from typing import TextIO

from cards.errors import FlashError
from cards.text.width import clean
from cards.translate import _
from flash.cli.plain_stream import PlainStream
from flash.messages.draft_review import (
    NOT_SPLITTABLE,
    NOTHING_DONE,
    all_decided_text,
    decided_text,
    draft_key_line,
    position_text,
)
from flash.service.draft_review import DraftReview
from flash.service.editor import edit_text


def run_plain_draft(review: DraftReview, stdin: TextIO, stdout: TextIO) -> None:
    """Decide the proposals on two streams; the end of the input quits."""
    stream = PlainStream(stdin, stdout)
    shown = None
    while review.current is not None:
        if review.current is not shown:
            shown = review.current
            _show(review, stream)
        word = stream.read()
        if stream.is_ending:
            break
        try:
            _press(review, stream, word)
        except FlashError as error:
            stream.print(str(error))
    try:
        review.let_go()
    except FlashError as error:
        stream.print(error.message)
    if review.current is None:
        stream.print(all_decided_text())
    stream.print(decided_text(review.accepted, review.dropped, review.skipped))


def _show(review: DraftReview, stream: PlainStream) -> None:
    card = review.current
    if card is None:
        return
    place = position_text(review.at, review.total)
    about = (place, card.rule, card.passage, card.heading)
    stream.print(" · ".join(part for part in about if part))
    for line in card.lines:
        stream.print(f"  {line}")
    stream.print(clean(card.body).rstrip("\n"))
    stream.print(f"({draft_key_line()})")


def _press(review: DraftReview, stream: PlainStream, word: str) -> None:
    simple: dict[str, Callable[[], None]] = {
        "a": review.accept,
        "d": review.drop,
        "k": review.skip,
    }
    if word in simple:
        simple[word]()
    elif word == "s":
        if not review.split():
            stream.print(_(NOT_SPLITTABLE))
    elif word == "u":
        if not review.undo():
            stream.print(_(NOTHING_DONE))
    elif word == "e" and review.current is not None:
        review.edited(edit_text(review.text))
    else:
        stream.print(draft_key_line())
