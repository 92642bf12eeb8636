"""The filters of Anki's templates: `{{kana:Word}}`.

Source: https://docs.ankiweb.net/templates/fields.html and
rslib/src/template_filters.rs of https://github.com/ankitects/anki.
"""

import re

from export.anki.anki_cloze import revealed, revealed_only, typed_text
from export.anki.character_references import unescaped
from export.anki.text_scanner import PairScanner

_TAG = re.compile(r"<[^>]*>")


def apply_filter(name: str, text: str, number: int, *, is_answer: bool) -> str:
    """Apply one filter to a text.

    Args:
        name: Of the filter; unknown filters, which add-ons have, change nothing.
        text: HTML.
        number: The cloze number of the card.
        is_answer: The side that is rendered.
    """
    match name:
        case "text":
            return without_tags(text)
        case "kana" | "kanji" | "furigana":
            return _with_readings(name, text)
        case "cloze":
            return revealed(text, number, is_answer=is_answer)
        case "cloze-only":
            return revealed_only(text, number, is_answer=is_answer)
        case "cloze-typed":
            return typed_text(text, number)
        case _:
            # A text to be spoken is silent in a terminal.
            return "" if name.startswith("tts ") else text


def without_tags(text: str) -> str:
    """Return the text of HTML, without comments, styles and scripts."""
    pairs = {"<!--": "-->", "<style": "</style>", "<script": "</script>"}
    kept = (one.inner for one in PairScanner(text, pairs).pairs() if not one.opening)
    plain = _TAG.sub("", "".join(kept)) if ">" in text else text
    return unescaped(plain).replace("\xa0", " ") if "&" in plain else plain


def _with_readings(name: str, text: str) -> str:
    r"""Replace readings, ` word[reading]`; a sound is none.

    The pattern ` ?([^ >]+?)\[(.+?)\]` would take quadratic time.
    """
    text = text.replace("&nbsp;", " ")
    written: list[str] = []
    end = 0
    opened = text.find("[")
    while opened >= 0 and (closed := text.find("]", opened + 2)) >= 0:
        blank = max(text.rfind(" ", end, opened), text.rfind(">", end, opened))
        start = max(blank + 1, end)
        if start < opened and "\n" not in text[opened:closed]:
            word, reading = text[start:opened], text[opened + 1 : closed]
            start -= start > end and text[start - 1] == " "
            written.append(text[end:start])
            written.append(_reading(name, text[start : closed + 1], word, reading))
            end = closed + 1
            opened = closed
        opened = text.find("[", opened + 1)
    return "".join(written) + text[end:]


def _reading(name: str, whole: str, word: str, reading: str) -> str:
    if reading.startswith("sound:"):
        return whole
    if name == "furigana":
        return f"<ruby><rb>{word}</rb><rt>{reading}</rt></ruby>"
    return reading if name == "kana" else word
