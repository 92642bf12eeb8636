"""What can hinder an export or an import."""


class ExchangeError(Exception):
    """Nothing was written; says where, what and how to mend it."""

    def __init__(self, place: str, message: str, hint: str) -> None:
        """Keep the place, what is wrong and what to do."""
        self.place, self.message, self.hint = place, message, hint
        super().__init__(f"{place}: {message} ({hint})")


class ExportError(ExchangeError):
    """A file can't be written."""


class PackageError(ExchangeError):
    """A file can't be read."""
