"""Find deck files in folders and among the bundled decks, and read their text.

A user's folder holds other YAML too (workflows, settings of tools).  Only files with
`deck` or `cards` at their top are decks; `exam.yaml` beside them describes the exam
that they prepare for; other files are skipped and counted.
"""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from msgspec import Struct

from cards.encodings import UTF_16, EncodingError, decode_text, is_utf_16
from cards.errors import MAX_PROBLEMS, DeckError, Place, Problem, reason_of
from cards.files import files_under, is_encodable, is_file, open_file
from cards.markdown_notes.card_tags import is_switched_off
from cards.markdown_notes.inline_cards import holds_cards, unread_cards
from cards.translate import _

MAX_BYTES = 64 * 1024 * 1024
"""Size limit of a deck file; about 500,000 cards."""

_DECK = re.compile(r"^(?:deck|\"deck\"|'deck')[ \t]*[:：]", re.MULTILINE)
_CARDS = re.compile(r"^(?:cards|\"cards\"|'cards')[ \t]*[:：]", re.MULTILINE)
_EXAM = re.compile(r"^(?:exam|domains)[ \t]*:", re.MULTILINE)
_EXAM_NAMES = ("exam.yaml", "exam.yml")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Includes line ends of YAML that editors don't count."""
_CONTROLS = re.compile(f"{_CONTROL.pattern}+")

_MARKDOWN = (".md", ".markdown", ".mdown", ".qmd", ".rmd")
YAML_ENDINGS = (".yaml", ".yml")
_ENDINGS = (*YAML_ENDINGS, *_MARKDOWN)
_IMPORTED = (".apkg", ".colpkg", ".csv", ".tsv", ".org")
"""Endings of files that `flash import` reads."""

_BUNDLED = Path(__file__).parents[1] / "decks"
_FALLBACK_LANGUAGE = "en"


class DeckFiles(Struct, frozen=True):
    """The deck files under the given paths."""

    files: tuple[Path, ...]
    other_yaml: tuple[Path, ...] = ()
    """Other YAML files in the folders."""
    exams: tuple[Path, ...] = ()
    """Descriptions of exams."""
    other_notes: tuple[Path, ...] = ()
    """Markdown files without cards in the folders."""
    unread: tuple[Problem, ...] = ()
    """Cards in these that only other programs read."""


def find_decks(paths: list[Path]) -> DeckFiles:
    """Find deck files: each given file, and decks and exams in each given folder.

    Args:
        paths: Files or folders; hidden folders are skipped.

    Raises:
        DeckError: A folder holds no deck, or a file is to be imported.
    """
    files: dict[Path, None] = {}
    exams: dict[Path, None] = {}
    problems: list[Problem] = []
    other_yaml: list[Path] = []
    other_notes: list[Path] = []
    unread: list[Problem] = []
    for path in paths:
        if not _is_folder(path):
            (exams if is_exam(path) else files)[path] = None
            if path.suffix.lower() in _IMPORTED and is_file(path):
                hint = _("import it: flash import {path}").format(path=path)
                problems.append(Problem(Place(str(path)), _("not a deck file"), hint))
            continue
        inside = decks_in(path)
        exams.update(dict.fromkeys(inside.exams))
        other_yaml += inside.other_yaml
        other_notes += inside.other_notes
        unread += unread_in(inside.other_notes, is_warning=bool(inside.files))
        files.update(dict.fromkeys(inside.files))
        if not inside.files:
            hint = _(
                "a deck has 'deck:' and 'cards:' at its top, a note 'flash: true';"
                " flash import reads decks of other programs"
            )
            problems.append(
                Problem(Place(str(path)), _("no deck in this folder"), hint)
            )
    if problems:
        raise DeckError([*problems, *unread])
    return DeckFiles(
        tuple(files),
        tuple(other_yaml),
        tuple(exams),
        tuple(other_notes),
        tuple(unread),
    )


def decks_in(folder: Path) -> DeckFiles:
    """Find the decks in a folder, which may have none or not exist.

    Raises:
        DeckError: The folder can't be listed.
    """
    found = files_under(folder, reject_folder)
    inside = [file for file in found if file.name.lower().endswith(_ENDINGS)]
    decks = [file for file in inside if is_deck(file)]
    exams = [file for file in inside if is_exam(file)]
    known = {*decks, *exams}
    others = [file for file in inside if file not in known]
    notes = tuple(filter(is_markdown, others))
    yaml = tuple(file for file in others if not is_markdown(file))
    return DeckFiles(tuple(decks), yaml, tuple(exams), notes)


def unread_in(notes: Iterable[Path], *, is_warning: bool) -> list[Problem]:
    """Name the cards that only other programs read, in notes without others."""
    texts = ((path, _skimmed(path) or "") for path in notes)
    return [
        problem._replace(is_warning=is_warning)
        for path, text in texts
        for problem in unread_cards(text, path)
    ]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # reading it as a file reports the error


def is_markdown(path: Path) -> bool:
    """Return True if a path has the ending of a Markdown file."""
    return path.suffix.lower() in _MARKDOWN


def is_switched_off_note(path: Path) -> bool:
    """Return True for a Markdown file whose front matter has `flash: false`."""
    return is_markdown(path) and is_switched_off(_skimmed(path) or "")


def is_deck(path: Path) -> bool:
    """Return True if a file has `deck` or `cards` at its top, or can't be read.

    One of the two is enough: with a typo in the other, the file is still a deck, and
    reading it reports the typo.
    """
    text = _skimmed(path)
    if text is not None and is_markdown(path):
        return holds_cards(text, path)
    return text is None or bool(_DECK.search(text) or _CARDS.search(text))


def is_exam(path: Path) -> bool:
    """Return True if a file is an exam file, as `is_exam_text` says."""
    text = _skimmed(path) if path.name in _EXAM_NAMES else None
    return text is not None and is_exam_text(path.name, text)


def is_exam_text(name: str, text: str) -> bool:
    """Return True if a file named `exam.yaml` has `exam` or `domains` at its top.

    A deck file of that name is a deck.
    """
    is_deck = _DECK.search(text) or _CARDS.search(text)
    return name in _EXAM_NAMES and not is_deck and bool(_EXAM.search(text))


def exam_beside(file: Path) -> Path | None:
    """Find the exam file in the folder of a deck file."""
    paths = (file.parent / name for name in _EXAM_NAMES)
    return next((path for path in paths if is_exam(path)), None)


def _skimmed(path: Path) -> str | None:
    """Return the text of a file as well as it can be read; None if it can't."""
    try:
        with open_file(path) as file:
            data = file.read(MAX_BYTES)
    except OSError:
        return None
    if is_utf_16(data):
        data = data.removeprefix(UTF_16[0]).removeprefix(UTF_16[1]).replace(b"\0", b"")
    return data.decode("utf-8", errors="replace").lstrip("\ufeff")


def read_text(path: Path, *, allow_controls: bool = False) -> str:
    """Read the text of a deck file, without a byte order mark.

    Args:
        path: The file.
        allow_controls: Control characters are reported later, by `parse_deck`.

    Raises:
        DeckError: It can't be read, is too large, is not UTF-8 or holds control
            characters.
    """
    data = _read_bytes(path)
    try:
        text = decode_text(data)
    except EncodingError as error:
        hint = _("save the file as UTF-8")
        raise _error(path, error.message, hint, error.line, error.column) from None
    if not allow_controls:
        check_controls(text, path)
    return text


def check_controls(text: str, path: Path) -> None:
    """Check that the text of a deck file or a note has no control characters.

    Raises:
        DeckError: It has some.
    """
    problems = control_problems(text, path)
    if problems:
        raise DeckError(problems)


def control_problems(text: str, path: Path) -> list[Problem]:
    """Return a problem for each place with control characters."""
    problems: list[Problem] = []
    if not _CONTROL.search(text):
        return problems
    for found in islice(_CONTROLS.finditer(text), MAX_PROBLEMS):
        line, column = line_and_column(text, found.start())
        message = _("control character U+{code:04X}").format(code=ord(found[0][0]))
        place = Place(str(path), line, column)
        problems.append(Problem(place, message, _("remove it")))
    return problems


def without_controls(text: str) -> str:
    """Return a text with a space for each control character."""
    return _CONTROLS.sub(lambda found: " " * len(found[0]), text)


def _missing_hint(path: Path) -> str:
    start = path.name.lower()[:3]
    meant = [name for name in bundled_decks() if name.startswith(start)]
    if not meant:
        return _("check the path")
    return _("the bundled deck is called '{name}'").format(name=meant[0])


def _read_bytes(path: Path) -> bytes:
    if not is_encodable(str(path)):
        hint = _("rename it; convmv converts the names of a zip file of Windows")
        raise _error(path, _("the file name is not UTF-8"), hint)
    try:
        with open_file(path) as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _error(path, _("no such file"), _missing_hint(path)) from None
    except PermissionError:
        hint = _("allow reading it (chmod u+r)")
        raise _error(path, _("no permission to read"), hint) from None
    except OSError as error:
        reason = reason_of(error)
        raise _error(
            path, reason[:1].lower() + reason[1:], _("check the path")
        ) from None
    if len(data) > MAX_BYTES:
        message = _("larger than {megabytes} MB").format(
            megabytes=MAX_BYTES // 1024 // 1024
        )
        raise _error(path, message, _("split it into several decks"))
    return data


def _error(
    path: Path, message: str, hint: str, line: int = 1, column: int = 1
) -> DeckError:
    return DeckError([Problem(Place(str(path), line, column), message, hint)])


def reject_folder(error: OSError) -> None:
    """Reject a folder that can't be listed: its decks would seem deleted.

    Raises:
        DeckError: Always, unless the folder is gone.
    """
    if not isinstance(error, FileNotFoundError):
        reason = reason_of(error).lower()
        hint = _("allow reading it (chmod u+rx)")
        raise _error(Path(error.filename), reason, hint)


def control_in(text: str) -> str | None:
    """Find the first control character of a text."""
    found = _CONTROL.search(text)
    return found[0] if found else None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Convert an offset to line and column, both from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def bundled_decks() -> dict[str, tuple[str, ...]]:
    """Map the names of the decks that ship with flash to their languages."""
    return {
        folder.name: tuple(sorted(p.name for p in folder.iterdir() if p.is_dir()))
        for folder in sorted(_BUNDLED.iterdir())
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }


def bundled_path(name: str, language: str = "") -> Path | None:
    """Find the folder of a bundled deck.

    Args:
        name: As in `bundled_decks`.
        language: The preferred language, `ja` or `ja-JP`; English is the fallback.

    Returns:
        The folder; None if no bundled deck has that name.
    """
    languages = bundled_decks().get(name)
    if not languages:
        return None
    preferred = language.replace("_", "-").partition("-")[0].lower()
    chosen = preferred if preferred in languages else _FALLBACK_LANGUAGE
    return _BUNDLED / name / (chosen if chosen in languages else languages[0])


def bundled_name(file: str) -> str:
    """Return the name of the bundled deck that a file of an installation is part of.

    Args:
        file: Absolute path of a deck file, also of an older installation.

    Returns:
        The name; empty for a deck file of the user.
    """
    parts = Path(file).parts
    is_bundled = parts[-5:-3] == ("cards", _BUNDLED.name)
    return parts[-3] if is_bundled and parts[-3] in bundled_decks() else ""


def is_installed(file: str) -> bool:
    """Return True for a file of an installed flash, which the next install replaces.

    Cards that were added before bundled decks were copied come from such files.
    """
    if not bundled_name(file):
        return False
    # In a clone of flash the deck is there to be edited.
    return not (Path(file).parents[4] / "pyproject.toml").exists()
