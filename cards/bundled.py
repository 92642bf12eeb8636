"""The decks that ship with flash: folders of data, one per language."""

from pathlib import Path

_HOME = Path(__file__).parent / "decks"
_FALLBACK = "en"


def bundled_decks() -> dict[str, tuple[str, ...]]:
    """Name the decks and the languages each comes in."""
    return {
        folder.name: tuple(sorted(p.name for p in folder.iterdir() if p.is_dir()))
        for folder in sorted(_HOME.iterdir())
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }


def bundled_path(name: str, language: str = "") -> Path | None:
    """Find the folder of a bundled deck.

    Args:
        name: As `bundled_decks` names it.
        language: As wished, `ja` or `ja-JP`; English where there is none.

    Returns:
        The folder, None where no deck has that name.
    """
    languages = bundled_decks().get(name)
    if not languages:
        return None
    wished = language.replace("_", "-").partition("-")[0].lower()
    chosen = wished if wished in languages else _FALLBACK
    return _HOME / name / (chosen if chosen in languages else languages[0])
