"""Look up the translation of a message.

Every text for the user goes through `_` or `ngettext`, with named placeholders that
are filled afterwards: `_("Exam in {days} days.").format(days=days)`.  The user
interface chooses the catalogue; without one the text is English, and gettext is not
loaded: it takes a third of the time of `flash due`.

Messages name commands as `flash undo`.  Where the user gave options before or with a
command, `use_program` puts them into all messages, so that a hint that is followed
acts on the same store.  The command of another device is filled in afterwards.
"""

TYPE_CHECKING = False  # as in typing, which `flash due` does without
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from gettext import NullTranslations

_FLASH = "flash"
_used: "NullTranslations | None" = None
_program = _FLASH
_with_program: "Callable[[str], str] | None" = None


def use_catalogue(catalogue: "NullTranslations | None") -> None:
    """Translate messages from now on; None leaves them in English."""
    global _used  # noqa: PLW0603 - the language of the process, as in gettext
    _used = catalogue


def is_translated() -> bool:
    """Return True if messages are in another language than English."""
    return _used is not None


def use_program(program: str = _FLASH, commands: "Iterable[str]" = ()) -> None:
    """Name commands in messages as `program undo` from now on, not as `flash undo`.

    Args:
        program: What to type before a command.
        commands: The names of all commands; other words after `flash` are prose.
    """
    global _program, _with_program  # noqa: PLW0603 - as above
    _program, _with_program = program, None
    if program == _FLASH:
        return
    import re  # noqa: PLC0415 - see above

    names = "|".join(map(re.escape, commands))
    # Japanese has no spaces and may be beside it, which `\b` takes for the same word.
    pattern = re.compile(rf"(?<![\w-])flash (?=(?:{names})(?![\w-]))", re.ASCII)
    escaped = program.replace("{", "{{").replace("}", "}}")

    def with_program(text: str) -> str:
        # A message with placeholders is filled later.
        shown = escaped if "{" in text else program
        return pattern.sub(lambda _match: f"{shown} ", text)

    _with_program = with_program


def program() -> str:
    """Return what to type before a command."""
    return _program


def _(message: str) -> str:
    """Translate a message."""
    # The translation of an empty text is the head of the catalogue.
    text = _used.gettext(message) if _used and message else message
    return _with_program(text) if _with_program else text


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message in the form that fits a count."""
    if _used is None:
        text = singular if count == 1 else plural
    else:
        text = _used.ngettext(singular, plural, count)
    return _with_program(text) if _with_program else text


def N_(message: str) -> str:  # noqa: N802 - the usual name in gettext
    """Mark a constant as a message; `_` translates it where it is shown."""
    return message
