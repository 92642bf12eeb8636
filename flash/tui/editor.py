"""Opening a card's file at its line, in the editor that the person chose.

Editors disagree on how a line is named; those that are known get it in their
own manner, others get the file.  Never through a shell.
"""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

_PLUS = frozenset({"vi", "vim", "nvim", "view", "gvim", "nano", "pico", "emacs"})
_PLUS |= {"emacsclient", "micro", "kak", "joe", "jed", "mg", "ne", "neovide"}
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor"})
_COLON = frozenset({"hx", "helix", "zed", "zeditor", "subl", "sublime_text"})
_WAITS = frozenset({"zed", "zeditor", "subl", "sublime_text"}) | _GOTO
"""They come back at once unless they are told to wait."""
_FALLBACKS = ("nano", "vim", "vi", "notepad")


def editor_command(
    file: str, line: int, environment: Mapping[str, str] | None = None
) -> list[str] | None:
    """Make the argument list that opens a file at a line.

    Args:
        file: Its path.
        line: Counted from 1; 0 where it is unknown.
        environment: Where `VISUAL` and `EDITOR` stand; the process's by default.

    Returns:
        The arguments, None where there is no editor.
    """
    words = _editor(os.environ if environment is None else environment)
    if not words:
        return None
    name = Path(words[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    if name in _WAITS and not {"-w", "--wait"} & set(words):
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
            # A quote that is never closed.
            continue
        if words:
            return words
    found = next(filter(shutil.which, _FALLBACKS), None)
    return [found] if found else []
