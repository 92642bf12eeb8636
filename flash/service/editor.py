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


def run_editor(file: Path, line: int) -> int:
    """Open a file at a line in the user's editor; return its exit code.

    Raises:
        FlashError: No editor was found, or it can't be started.
    """
    command = editor_command(str(file), line)
    if command is None:
        raise FlashError(_(NO_EDITOR))
    # Ctrl-C is for the editor; a handler, as it would inherit SIG_IGN.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        raise FlashError(reason_of(error), place=command[0]) from None
    finally:
        signal.signal(signal.SIGINT, before)


def edit_text(text: str) -> str:
    """Open a text in the user's editor, as a YAML file; return it as saved.

    Raises:
        FlashError: There is no editor, it can't be started, or the temporary file
            can't be written or read.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="flash-") as folder:
            path = Path(folder, "card.yaml")
            path.write_text(text, encoding="utf-8")
            run_editor(path, 1)
            return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FlashError(reason_of(error), place=error.filename) from None


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
