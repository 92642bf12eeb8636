"""The functions of `cards.translate`, for modules of messages."""

from cards.translate import N_, _, ngettext

__all__ = ["N_", "_", "ngettext"]
