"""Path of the store: `--db`, else `$FLASH_DB`, else the user data folder."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from cards.errors import FlashError
from cards.translate import _
from flash.terminal import echo_err

_SYNCED = {
    "mobile documents": "iCloud",
    "icloud": "iCloud",
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "syncthing": "Syncthing",
}


def store_path(given: Path | None) -> Path:
    """Return the path of the store; warn if its folder is synchronized.

    Args:
        given: The value of `--db`.

    Raises:
        FlashError: It is in a home folder that doesn't exist.
    """
    named = os.environ.get("FLASH_DB", "")
    path = _expanded(given or (Path(named) if named else _default()))
    service = _service(path.absolute())
    if service:
        echo_err(
            _(
                "flash: warning: {path} is in a {service} folder, which can corrupt an"
                " open database (keep it elsewhere and copy backups there: flash"
                " backup)"
            ).format(path=path, service=service)
        )
    return path


def check_store(given: Path | None) -> None:
    """Check that a store that is named exists, or has backups; see `open_store`.

    Args:
        given: The value of `--db`; None for the default, which may be made.

    Raises:
        FlashError: There is none.
    """
    if given is None:
        return
    from srs.store.backups import is_lost  # noqa: PLC0415 - loads much for `--help`

    path = _expanded(given)
    if not path.exists() and not is_lost(path):
        hint = _("check the path; flash add makes a new store")
        raise FlashError(_("no such store"), hint, path)


def _expanded(path: Path) -> Path:
    """Replace `~` or `~user` at the start.

    Raises:
        FlashError: There is no such user, or no home folder.
    """
    try:
        expanded = path.expanduser()
    except RuntimeError:
        expanded = path
    has_home = expanded.is_absolute() and os.environ.get("HOME") != ""
    if str(path).startswith("~") and not has_home:
        hint = _("name the database with --db or $FLASH_DB")
        raise FlashError(_("no home folder for '{path}'").format(path=path), hint)
    return expanded


def _default() -> Path:
    if sys.platform.startswith("linux"):
        # The same as platformdirs, without its import.
        folder = Path(os.environ.get("XDG_DATA_HOME", ""))
        if not folder.is_absolute():
            # The specification: a relative path is invalid and ignored.
            folder = Path("~/.local/share")
        return folder / "flash" / "flash.db"
    import platformdirs

    return Path(platformdirs.user_data_dir("flash", appauthor=False)) / "flash.db"


def _service(path: Path) -> str:
    for folder in path.parents:
        name = folder.name.lower()
        with suppress(OSError):  # opening the store reports it
            if (folder / ".stfolder").exists():
                return "Syncthing"
        for word, service in _SYNCED.items():
            if name == word or name.startswith((f"{word} ", f"{word}-", f"{word}~")):
                return service
    return ""
