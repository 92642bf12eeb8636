"""The user's editor, `$VISUAL` or `$EDITOR`, for a file or a short text.

It is not started through a shell.  Editors differ in how a line is named; known ones
get it in their own way, others get the file only.
"""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

from cards.errors import FlashError, reason_of
from cards.translate import _
from flash.messages.review import NO_EDITOR

_PLUS = frozenset({"vi", "vim", "nvim", "view", "gvim", "nano", "pico", "emacs"})
_PLUS |= {"emacsclient", "micro", "kak", "joe", "jed", "mg", "ne", "neovide"}
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor"})
_COLON = frozenset({"hx", "helix", "zed", "zeditor", "subl", "sublime_text"})
_NEEDS_WAIT = frozenset({"zed", "zeditor", "subl", "sublime_text"}) | _GOTO
"""Editors that return at once unless called with `--wait`."""
_FALLBACKS = ("nano", "vim", "vi", "notepad")


class EditorFailed(FlashError):
    """The editor ended with another code than 0: nothing is taken from it."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(_("the editor ended with code {code}").format(code=code))
        self.code = code


def run_editor(file: Path, line: int) -> None:
    """Open a file at a line in the user's editor.

    Raises:
        EditorFailed: Its exit code is not 0.
        FlashError: No editor was found, or it can't be started.
    """
    command = editor_command(str(file), line)
    if command is None:
        raise FlashError(_(NO_EDITOR))
    # Ctrl-C is for the editor; a handler, as it would inherit SIG_IGN.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        hint = _("set $VISUAL or $EDITOR to your editor")
        raise FlashError(reason_of(error), hint, command[0]) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        raise EditorFailed(code)


def edit_file(file: Path, line: int) -> bool:
    """Open a file at a line in the user's editor; return True if it was changed.

    Raises:
        FlashError: See `run_editor`, or the file is gone or can't be read.
    """
    try:
        before = file.read_bytes()
        run_editor(file, line)
        return file.read_bytes() != before
    except OSError as error:
        raise FlashError(reason_of(error), place=file) from None


def edit_text(text: str, stored: str | None = None) -> str:
    """Open a text in the user's editor, as a YAML file; return it as saved.

    Args:
        text: The text.
        stored: The text before all edits; by default the same.  If the editor fails, a
            text that differs from it is kept in a file.

    Raises:
        FlashError: See `run_editor`, or the temporary file can't be written or read.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="flash-") as folder:
            path = Path(folder, "card.yaml")
            path.write_text(text, encoding="utf-8")
            try:
                run_editor(path, 1)
            except EditorFailed as error:
                left = path.read_text(encoding="utf-8", errors="replace")
                if left == (text if stored is None else stored):
                    raise
                raise editor_failed(error.code, keep_text(left)) from None
            return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FlashError(reason_of(error), place=error.filename) from None


def editor_failed(code: int, file: Path) -> FlashError:
    """Return the error that names the exit code, and the file with the text."""
    message = _("the editor ended with code {code}; your text is in {file}")
    return FlashError(message.format(code=code, file=file))


def keep_text(text: str) -> Path:
    """Write a text that was not taken into a file of its own.

    Raises:
        FlashError: It can't be written.
    """
    try:
        path = Path(tempfile.mkdtemp(prefix="flash-"), "card.yaml")
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FlashError(reason_of(error), place=error.filename) from None
    return path


class KeptTexts:
    """Edited texts of cards that were not taken: each is in a file until it is."""

    def __init__(self) -> None:
        """Begin without texts."""
        self._texts: dict[int, str] = {}
        self._files: dict[int, Path] = {}

    def text_of(self, card: int, stored: str) -> str:
        """Return the text of a card to edit: the kept one, else the stored one."""
        return self._texts.get(card, stored)

    def keep(self, card: int, text: str) -> Path:
        """Keep the text of a card; return its file.

        Raises:
            FlashError: The file can't be written; the text can still be edited.
        """
        self.forget(card)
        self._texts[card] = text
        self._files[card] = keep_text(text)
        return self._files[card]

    def forget(self, card: int) -> None:
        """Forget the text of a card, which was taken or given up."""
        self._texts.pop(card, None)
        file = self._files.pop(card, None)
        if file is not None:
            rmtree(file.parent, ignore_errors=True)


def editor_command(
    file: str, line: int, environment: Mapping[str, str] | None = None
) -> list[str] | None:
    """Build the command that opens a file at a line.

    Args:
        file: Path of the file.
        line: Counted from 1; 0 if unknown.
        environment: Source of `VISUAL` and `EDITOR`; `os.environ` by default.

    Returns:
        The arguments, or None if no editor was found.
    """
    words = _editor(os.environ if environment is None else environment)
    if not words:
        return None
    name = Path(words[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    if name in _NEEDS_WAIT and not {"-w", "--wait"} & set(words):
        words.append("--wait")
    if line > 0 and name in _PLUS:
        return [*words, f"+{line}", file]
    if line > 0 and name in _GOTO:
        return [*words, "--goto", f"{file}:{line}"]
    if line > 0 and name in _COLON:
        return [*words, f"{file}:{line}"]
    return [*words, file]


def _editor(environment: Mapping[str, str]) -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""), posix=os.name != "nt")
        except ValueError:
            # An unclosed quote.
            continue
        if words:
            return words
    found = next(filter(shutil.which, _FALLBACKS), None)
    return [found] if found else []
