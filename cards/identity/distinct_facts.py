"""Texts that are alike and ask of different things: `EBS` and `EFS`.

Names such as `SSE-S3` and `SSE-C` share most of their letters, and a question may be
the same but for the name, or the word, that it is about.  A misspelt name has the same
letters, or one too many or too few.
"""

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(
    r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*|[\u3041-\u309f]+|[\u30a0-\u30ff]+|[\u4e00-\u9fff々]+"
    r"|[^\W_]+"
)
_NAME = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9]|.+[A-Z])[A-Za-z0-9.-]+").fullmatch
"""Matches a word with a digit, or with a capital letter behind its first one."""


def names_another(text: str, other: str) -> bool:
    """Return True if the second text has another name where the first one has one."""
    names, others = _names(text), _names(other)
    gone, come = names - others, others - names
    if len(gone) != 1 or len(come) != 1:
        return False
    return not _may_be_misspelt(*gone, *come)


def replaced_words(text: str, other: str) -> list[tuple[str, str]]:
    """Return the words of the first text that the second one has others for."""
    words, others = _TOKEN.findall(text), _TOKEN.findall(other)
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    return [
        (" ".join(words[a:b]), " ".join(others[c:d]))
        for change, a, b, c, d in matcher.get_opcodes()
        if change == "replace"
    ]


def _names(text: str) -> set[str]:
    return {token for token in _TOKEN.findall(text[:2000]) if _NAME(token)}


def _may_be_misspelt(name: str, other: str) -> bool:
    """Return True for the same letters, or one more: `ESB` or `EB` for `EBS`."""
    short, long = sorted((name.casefold(), other.casefold()), key=len)
    if len(short) == len(long):
        return sorted(short) == sorted(long)
    rest = iter(long)
    is_inside = all(letter in rest for letter in short)
    return is_inside and len(long) == len(short) + 1
