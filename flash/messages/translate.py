"""Look up the translation of a message."""

from cards.translate import N_, _, ngettext

__all__ = ["N_", "_", "ngettext"]
