"""Let the user's editor change a short text."""

import tempfile
from pathlib import Path

from flash.service.editor import run_editor


def edit_text(text: str, *, ending: str = ".yaml") -> str:
    """Open a text in the user's editor and return it as saved.

    Args:
        text: The text to begin with.
        ending: Ending of the temporary file, by which editors choose a mode.

    Raises:
        FlashError: There is no editor, or it can't be started.
    """
    with tempfile.TemporaryDirectory(prefix="flash-") as folder:
        path = Path(folder, f"card{ending}")
        path.write_text(text, encoding="utf-8")
        run_editor(path, 1)
        return path.read_text(encoding="utf-8", errors="replace")
