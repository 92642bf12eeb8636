"""The words of typer, which has no translations.

It looks a few up with gettext; the others are found again in its finished messages.
"""

import re

from cards.translate import N_, _
from flash.messages.phrases import quoted_text

LOOKED_UP = (
    N_("Usage: "),
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("(dynamic)"),
    N_("default: {default}"),
    N_("env var: {var}"),
    N_("required"),
    N_("Missing command."),
    N_("No such command {name!r}."),
)
"""Words that typer and its help formatter look up as they are."""
_FORMATTED = (
    N_("Try '{command}' for help."),
    N_("Error: {message}"),
    N_("Invalid value for {name}: {message}"),
    N_("Invalid value: {message}"),
    N_("Missing argument {name}."),
    N_("Missing option {name}."),
    N_("No such option: {name} (Possible options: {names})"),
    N_("No such option: {name}"),
    N_("Option {name} does not take a value."),
    N_("Option {name} requires an argument."),
    N_("Argument {name} takes {count} values."),
    N_("Got unexpected extra argument(s) ({words})"),
    N_("{message}. Did you mean {names}?"),
    N_("{value} is not a valid boolean. Recognized values: {values}"),
    N_("{value} is not in the range {range}."),
    N_("{value} is not one of {values}."),
)
"""Messages that typer has filled in already."""
_REWORDED = {
    "{value} is not a valid integer.": N_("{value} is not a whole number."),
    "{value} is not a valid int range.": N_("{value} is not a whole number."),
    "{value} is not a valid float.": N_("{value} is not a number."),
    "{value} is not a valid float range.": N_("{value} is not a number."),
}
"""Messages of typer that name types of Python, and ours."""
_QUOTED = re.compile("'([^']*)'")
_QUOTED_LIST = re.compile(rf"{_QUOTED.pattern}(?:(?:, ?| / ){_QUOTED.pattern})*")


def usage_text(message: str) -> str:
    """Translate a message of typer, or its parts; unknown ones stay."""
    for form, ours in (*_REWORDED.items(), *zip(_FORMATTED, _FORMATTED, strict=True)):
        found = re.fullmatch(_pattern(form), message)
        if found:
            parts = {name: _part(text) for name, text in found.groupdict().items()}
            # A part that is a sentence ends before the words around it do.
            return _(ours).format(**parts).replace("。。", "。")
    return message


def _part(text: str) -> str:
    """Translate a message in a message, or put what it quotes in our quotes."""
    inner = usage_text(text)
    if inner != text or not _QUOTED_LIST.fullmatch(text):
        return inner
    quoted = [quoted_text(one) for one in _QUOTED.findall(text)]
    return _(", ").join(quoted)


def _pattern(form: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form))
