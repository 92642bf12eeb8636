"""Errors of exports and imports."""

from cards.errors import FlashError


class ExchangeError(FlashError):
    """An export or import failed; nothing was written."""

    def __init__(self, place: str, message: str, hint: str) -> None:
        """Keep the file or address, what is wrong and what to do."""
        super().__init__(message, hint, place)


class ExportError(ExchangeError):
    """A file can't be written."""


class PackageError(ExchangeError):
    """A file can't be read."""
