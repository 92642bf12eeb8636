"""Messages about the pictures and sounds of cards, shown and imported."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cards.translate import N_, _, ngettext

_NAMED_FILES = 5
_LONGEST_NAME = 60
NO_MEDIA = N_("This side of the card has no pictures or sounds.")
_NO_MEDIUM = N_("Not opened, not a picture, sound or video by its extension: {files}.")
_DRAWING = N_(
    "Not opened, SVG may run scripts in a browser: {files}. flash serve shows it."
)
NO_OPENER = N_(
    "No program opens files here. Choose one with flash config opener PROGRAM."
)


def media_opened(paths: Sequence[str]) -> str:
    """Say which files were opened."""
    return _("Opened {files}.").format(files=_names(paths))


def media_refused(paths: Sequence[str], *, drawings: bool) -> str:
    """Say which files are not opened, and why."""
    message = _(_DRAWING) if drawings else _(_NO_MEDIUM)
    return message.format(files=_names(paths))


def _names(paths: Sequence[str]) -> str:
    return ", ".join(Path(path).name for path in paths)


def media_missing(paths: Sequence[str]) -> str:
    """Say which files there are none of."""
    return _("Not found: {files}.").format(files=", ".join(paths))


def media_losses(
    missing: Sequence[str],
    renamed: Mapping[str, str],
    differing: Sequence[str] = (),
    unused: Sequence[str] = (),
) -> list[str]:
    """Name the media files that were not imported or got another name."""
    pairs = [f"{old[:_LONGEST_NAME]} → {new}" for old, new in renamed.items()]
    groups = [
        (missing, _("{files} not found in the package: {names}")),
        (pairs, _("{files} renamed: {names}")),
        (differing, _("{files} replaced in Anki, those here were kept: {names}")),
        (unused, _("{files} left out, used by no note: {names}")),
    ]
    return [
        text.format(files=count_media(len(names)), names=_first_names(names))
        for names, text in groups
        if names
    ]


def missing_media_lines(missing: Sequence[str], folder: Path) -> list[str]:
    """Name the media files of a table that are missing.

    Args:
        missing: Their names.
        folder: Where they are looked for.
    """
    if not missing:
        return []
    text = _("{files} not found: {names} (put them into {folder})")
    files, names = count_media(len(missing)), _first_names(missing)
    return [text.format(files=files, names=names, folder=folder)]


def count_media(count: int) -> str:
    """Count media files."""
    text = ngettext("{count} media file", "{count} media files", count)
    return text.format(count=count)


def _first_names(names: Sequence[str]) -> str:
    shown = ", ".join(name[: 2 * _LONGEST_NAME] for name in names[:_NAMED_FILES])
    if len(names) <= _NAMED_FILES:
        return shown
    text = _("{names} and {n} more")
    return text.format(names=shown, n=len(names) - _NAMED_FILES)
