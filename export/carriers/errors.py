"""The error of all carriers."""

from export.files import ExchangeError


class CarrierError(ExchangeError):
    """A log can't be read or written; running again goes on."""
