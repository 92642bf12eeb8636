"""Write permanent ids into notes: a block reference behind each card.

An id lets its card be edited freely.  Only the reference is written, never a schedule,
and only into files of which git has every change, so that a step back is easy.
"""

import os
import secrets
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cards.deckfile.discovery import find_decks, is_markdown, read_text
from cards.errors import FlashError, Place, Problem
from cards.identity.keys import MARK_PREFIX
from cards.markdown_notes.inline_cards import InlineCard
from cards.markdown_notes.note_deck import inline_cards, parse_note_deck
from cards.markdown_notes.references import with_references, without_line_ends
from cards.translate import _
from flash.service.file_patches import write_deck_text
from flash.service.git_log import git_environment

_SAFE_GIT = (
    *("git", "--no-optional-locks", "--no-pager"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
)
"""Notes of others may come with a `.git` that names programs: none of them is run."""
_NOTHING = "FLASH_NOTHING"
"""An empty variable."""


class Stamped(Struct, frozen=True):
    """The result of writing ids."""

    count: int
    left: tuple[Problem, ...]
    """Cards that got none, as an id would change their text."""


def stamp_notes(paths: Sequence[Path], *, may_lack_git: bool = False) -> Stamped:
    """Write an id behind each card of some notes that has none.

    Args:
        paths: Notes, or folders of notes.
        may_lack_git: Also change notes that are in no repository of git.

    Raises:
        DeckError: A note has mistakes; nothing was written.
        FlashError: A note has changes that git does not have, is in no repository, or
            can't be written.
    """
    texts: dict[Path, str] = {}
    count = 0
    left: list[Problem] = []
    for path in filter(is_markdown, find_decks(list(paths)).files):
        text = read_text(path)
        cards = _without_id(text, path)
        stamped = _stamped(text, cards, path)
        if not _is_same(text, stamped, path):
            unfit = [
                card
                for card in cards
                if not _is_same(text, _stamped(text, [card], path), path)
            ]
            left += [_unfit(card, path) for card in unfit]
            cards = [card for card in cards if card not in unfit]
            stamped = _stamped(text, cards, path)
        if not cards:
            continue
        _check_git(path, may_lack_git=may_lack_git)
        texts[path] = stamped
        count += len(cards)
    for path, text in texts.items():
        write_deck_text(path, text)
    return Stamped(count, tuple(left))


def _without_id(text: str, path: Path) -> list[InlineCard]:
    cards = inline_cards(without_line_ends(text), path)
    return [card for card in cards if "id" not in card.values]


def _is_same(before: str, after: str, path: Path) -> bool:
    """Return True if the cards of a note still have their texts."""
    old, new = (parse_note_deck(text, path).notes for text in (before, after))
    return [note.content for note in old] == [note.content for note in new]


def _unfit(card: InlineCard, path: Path) -> Problem:
    asked = " ".join(next(iter(card.values.values()), "").split())
    message = _("no id for '{asked}': it would change the text of the card")
    return Problem(
        Place(str(path), card.line, card.column),
        message.format(asked=asked[:60]),
    )


def _stamped(text: str, cards: Sequence[InlineCard], path: Path) -> str:
    named = [(card, f"{MARK_PREFIX}{secrets.token_hex(3)}") for card in cards]
    return with_references(text, path, named)


def _check_git(path: Path, *, may_lack_git: bool) -> None:
    """Refuse a file of which git lacks changes, or that is in no repository."""
    changes = None
    with suppress(OSError):
        changes = _git_changes(path)
    if changes:
        message = _("the file has changes that are not committed")
        hint = _("commit them with git first, so that you can go back")
        raise FlashError(message, hint, Place(str(path)))
    if changes is None and not may_lack_git:
        message = _("the file is not in a git repository")
        hint = _("commit it with git first, so that you can go back, or add --yes")
        raise FlashError(message, hint, Place(str(path)))


def _git_changes(path: Path) -> bytes | None:
    """Return what git says of a file that it lacks changes of, None without git."""
    folder = path.absolute().parent
    environment = git_environment({"GIT_ALLOW_PROTOCOL": "", _NOTHING: ""})

    def run(*words: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(  # noqa: S603 - a fixed program, a file name after --
            [*_SAFE_GIT, *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    found = run("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
    filters = os.fsdecode(found.stdout).split("\0")[:-1]
    done = run(
        *(f"--config-env={one}={_NOTHING}" for one in filters),
        *("status", "--porcelain", "--ignored", "--ignore-submodules=all"),
        *("--", path.name),
    )
    return done.stdout.strip() if done.returncode == 0 else None
