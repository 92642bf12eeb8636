"""Where the store is: `--db`, else `$FLASH_DB`, else the data folder of the user."""

import os
import sys
from pathlib import Path

from flash.cli.errors import echo_err

_SYNCED = {
    "mobile documents": "iCloud",
    "icloud": "iCloud",
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "syncthing": "Syncthing",
}


def store_path(given: Path | None) -> Path:
    """Choose the file of the store and warn where a program synchronises it.

    Args:
        given: The path of `--db`.
    """
    named = os.environ.get("FLASH_DB", "")
    path = (given or (Path(named) if named else _default())).expanduser()
    service = _service(path.absolute())
    if service:
        echo_err(
            f"flash: warning: {path} lies in {service}, which may damage a database "
            "that is in use (keep it elsewhere and copy backups there: flash backup)"
        )
    return path


def _default() -> Path:
    if sys.platform.startswith("linux"):
        # What platformdirs gives here, without its import.
        home = os.environ.get("XDG_DATA_HOME", "") or str(Path.home() / ".local/share")
        return Path(home) / "flash" / "flash.db"
    import platformdirs

    return Path(platformdirs.user_data_dir("flash", appauthor=False)) / "flash.db"


def _service(path: Path) -> str:
    for folder in path.parents:
        name = folder.name.lower()
        if (folder / ".stfolder").exists():
            return "Syncthing"
        for word, service in _SYNCED.items():
            if name == word or name.startswith((f"{word} ", f"{word}-", f"{word}~")):
                return service
    return ""
