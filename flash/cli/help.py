"""Help and errors of the command line, in the user's language.

typer measures text in characters and breaks it at blanks; Japanese has no blanks, and
its characters take two columns.
"""

import inspect
import io
import re
import sys
from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import typer.core
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from cards.text.width import StyledText, clean, line_text, width_of, wrap
from cards.translate import _, is_translated
from flash.messages.usage import usage_text
from flash.terminal import fitted

_Context: Any = TyperCommand.context_class
_MOST_NAMES = 30
"""Columns of the names in a list of options or commands."""
_EXTRA = "  ["
"""Comes before typer's remarks on an option, such as its default."""
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_IN_BRACKETS = re.compile(r"[^\s\[\]]+")


class HelpFormatter(_Context.formatter_class):  # type: ignore[misc]  # typer hides it
    """Looks texts up and lays them out by their width."""

    def write_usage(self, prog: str, args: str = "", *_prefix: Any) -> None:
        """Write the line of usage."""
        super().write_usage(prog, args, _("Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        shown = _("{heading}:").format(heading=_(heading))
        self.write(f"{'':{self.current_indent}}{shown}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        if not is_translated():
            super().write_text(text)
            return
        indent = " " * self.current_indent
        for number, paragraph in enumerate(_(text).split("\n\n")):
            lines = _wrapped(paragraph, self.width - len(indent))
            self.write("\n" * (number > 0) + "".join(f"{indent}{x}\n" for x in lines))

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = _MOST_NAMES, *_rest: Any
    ) -> None:
        """Write names and their explanations side by side."""
        if not is_translated():
            super().write_dl(rows, col_max)
            return
        column = min(max(len(name) for name, _text in rows), col_max) + 2
        indent = " " * (self.current_indent + column)
        for name, text in rows:
            help_, mark, extra = text.partition(_EXTRA)
            lines = _wrapped(_(help_) + mark + extra, self.width - len(indent))
            shown = " " * self.current_indent + name.ljust(column)
            if len(name) > column - 2:
                shown = f"{shown.rstrip()}\n{indent}"
            self.write(shown + f"\n{indent}".join(lines) + "\n")


class HelpContext(_Context):  # type: ignore[misc]  # typer hides it
    """The context of every command."""

    formatter_class = HelpFormatter


def _summary(command: Any, limit: int = 45) -> str:
    """Return the first paragraph of a command's help; typer would cut it."""
    if not (is_translated() and command.help):
        return str(_short_help(command, limit))
    return _joined(_(inspect.cleandoc(command.help)).split("\n\n")[0])


_short_help: Any = TyperCommand.get_short_help_str


def translate_typer() -> None:
    """Let typer show its help in the user's language."""
    TyperCommand.get_short_help_str = _summary  # type: ignore[assignment]
    TyperCommand.context_class = TyperGroup.context_class = HelpContext
    # gettext would choose the language by the locale alone.
    typer.core._ = _  # type: ignore[attr-defined]


def show_usage_error(error: TyperException) -> None:
    """Show wrong usage in typer's own way."""
    shown = io.StringIO()
    error.message = clean(error.message)
    error.show(shown)  # type: ignore[attr-defined]  # of all that typer raises
    lines = shown.getvalue().split("\n")
    sys.stderr.write(fitted("\n".join(map(usage_text, lines)), sys.stderr))


def _wrapped(text: str, columns: int) -> list[str]:
    """Break a paragraph at a width, and inside brackets only at blanks."""
    columns = max(columns, 10)
    joined = _joined(text)
    letter = next((one for one in ascii_letters if one not in joined), "")
    words: list[str] = []

    def held(word: re.Match[str]) -> str:
        width = width_of(word[0])
        if word[0].isascii() or width + width_of("[]。") > columns or not letter:
            return word[0]
        words.append(word[0])
        return letter * width  # which `wrap` does not break

    whole = _BRACKETS.sub(lambda found: _IN_BRACKETS.sub(held, found[0]), joined)
    lines = [line_text(line) for line in wrap((StyledText(whole),), columns)]
    if not words:
        return lines
    left = iter(words)
    return [re.sub(f"{letter}+", lambda _held: next(left), line) for line in lines]


def _joined(text: str) -> str:
    words = text.split("\n")
    joined = words[0]
    for line in words[1:]:
        blank = " " if width_of(joined[-1:]) + width_of(line[:1]) < 4 else ""
        joined += blank + line.strip()
    return joined
