"""The text of a file in UTF-8, or the encoding that it has instead."""

import codecs
import re

from cards.translate import _

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_JIS_ESCAPE = b"\x1b$"
"""Begins the characters of two bytes in ISO-2022-JP, which is ASCII otherwise."""
_JAPANESE = re.compile("[、。ぁ-んァ-ヶー]").search
"""Kana and punctuation: text in another encoding rarely has the bytes of them."""


class EncodingError(ValueError):
    """A file is not UTF-8."""

    def __init__(self, message: str, before: bytes = b"") -> None:
        """Keep a message for the user, and the place, from 1.

        Args:
            message: What the file is.
            before: All bytes before the first wrong one.
        """
        super().__init__(message)
        self.message = message
        self.line = before.count(b"\n") + 1
        start = before.rfind(b"\n") + 1
        self.column = len(before[start:].decode("utf-8", errors="replace")) + 1


def decode_text(data: bytes) -> str:
    """Return a text in UTF-8 without its byte order mark.

    Raises:
        EncodingError: It is not UTF-8.
    """
    if is_utf_16(data):
        raise EncodingError(_("UTF-16 instead of UTF-8"))
    escape = data.find(_JIS_ESCAPE)
    if escape >= 0 and _is_japanese(data, "iso2022_jp_ext"):
        raise EncodingError(_("ISO-2022-JP instead of UTF-8"), data[:escape])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("not UTF-8: byte 0x{byte:02x}").format(byte=data[error.start])
        # In this order: in Shift-JIS, the kana of EUC-JP are half-width at most.
        if _is_japanese(data, "cp932"):
            message = _("Shift-JIS instead of UTF-8")
        elif _is_japanese(data, "euc_jis_2004") or _is_japanese(data, "euc_jp"):
            message = _("EUC-JP instead of UTF-8")
        raise EncodingError(message, data[: error.start]) from None


def is_utf_16(data: bytes) -> bool:
    """Return True for a file in UTF-16, with or without a byte order mark."""
    return data.startswith(UTF_16) or (len(data) % 2 == 0 and b"\0" in data[:4])


def _is_japanese(data: bytes, encoding: str) -> bool:
    try:
        return bool(_JAPANESE(data.decode(encoding)))
    except UnicodeDecodeError:
        return False
