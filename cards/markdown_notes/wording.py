"""Questions for drafted cards, in the language of the note.

A heading or an item becomes a question only if it names something: `KMS key` does,
`keys are rotated` does not.
"""

import re

from cards.markdown_notes.blocks import Block, is_sentence
from cards.markdown_notes.question_labels import read_label
from cards.markdown_notes.wiki import MARKED
from cards.text.verbatim import masked

_KANA_KANJI = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_EMPHASIS = tuple(
    re.compile(
        rf"{before}(?P<mark>{mark})(?![\s{sign}])({words}+?)(?<![\s\\{sign}]){end}"
    )
    for sign, mark, before, words, end in (
        ("*", r"\*{2,3}", r"(?<![\\*])", ".", r"(?P=mark)(?!\*)"),
        ("*", r"\*", r"(?<![\w\\*])", "[^*]", r"(?P=mark)(?![\w*])"),
        ("_", "_", r"(?<![\w\\_])", ".", r"(?P=mark)(?![\w_])"),
        ("_", "__", r"(?<![\w\\_])(?!__\w+__)", ".", r"(?P=mark)(?![\w_])"),
    )
)
"""Pairs of marks.  A mark without partner, as in `*args`, belongs to the word, and so
do those of `__init__`."""
_IN_A_WORD = re.compile(r"[A-Za-z0-9_][\x00-/:-@\[-^`{-\x7f]").fullmatch
_NUMBER = re.compile(
    r"^(?:(?:モジュール|章|chapter|module|part|section|lesson|第)\s*)?"
    r"[0-9０-９]+(?:\.[0-9]+)*[章節回]?[.．:：)）]?\s+",
    re.IGNORECASE,
)
_STATEMENT_JA = re.compile(
    r"(?:[るたいうくぐすつぬぶむだ]|です|ます|ません|でき[るず]|なし)$"
)
_ASKS_WHAT = re.compile(
    r"(?:流れ|種類|機能|方法|やり方|例|目的|理由|原因|タイプ|動作|条件|特徴|違い|手順"
    r"|料金|価格|役割|利点|欠点|メリット|デメリット|数|長さ|サイズ|期間|場所|対象"
    r"|要素|観点|一部|一覧|項目|略|意味)$"
)
_PLURAL = re.compile(r"[a-z]{2}(?<![iu])(?<!s)s$")
_QUESTION = re.compile(
    r"[?？]$|とは$|(?:[うくぐすつぬぶむるいただ]|です|ます|ません)か$|[はがも]\S{0,40}(?<!ほ)か$"
)
_TALK = re.compile(
    r"(?:学び|学ん|思い|感じ|理解|勉強|体験|参加|受け|行い|知り|おすすめ)\S*"
    r"(?:ました|ます|です|でした|だ)[。．!！]?$"
)
GENERIC = frozenset(
    {"terms", "glossary", "definitions", "overview", "summary", "notes", "basics"}
    | {"introduction", "points", "details", "list", "features", "concepts", "options"}
    | {
        "用語",
        "用語集",
        "定義",
        "概要",
        "まとめ",
        "はじめに",
        "メモ",
        "要点",
        "一覧",
        "基本",
    }
)
"""Headings that don't say what their section is about."""
_ANNOUNCES = re.compile(r"以下|下記|次の|つあ|following|as follows|[:：]$")
_SENTENCES = re.compile(r"(?<=[。．！？])|(?<=\w[.!?])\s+(?=[A-Z])|\n")
_WRAPPED = re.compile(r"(?<=[^\n]{50})(?<![。．！？:：])\n|\n(?=[a-z])")
"""The end of a long line, or the one above a line that begins no sentence."""
_ALL_BOLD = re.compile(r"(\*\*|__)(?=\S)((?!\1).)+(?<=\S)\1[:：]?")
_LONGEST_NAME = 40
_LONGEST_NAME_EN = 60


def is_japanese(text: str) -> bool:
    """Return True if a text has as many Japanese characters as a Japanese text."""
    return len(_KANA_KANJI.findall(text)) * 10 > len(text)


def bare(text: str) -> str:
    """Return Markdown on one line, without marks of emphasis."""
    if "*" in text or "_" in text:
        for pattern in _EMPHASIS:
            text = _without_marks(text, pattern)
    if "==" in text:
        text = _without_marks(text, MARKED)
    return " ".join(text.split())


def _without_marks(text: str, pattern: re.Pattern[str]) -> str:
    parts, end = list[str](), 0
    twin = masked(text)
    for found in pattern.finditer(twin):
        start, stop = found.span(found.re.groups)
        outside = twin[found.start() - 1 : found.start()], twin[found.end() :][:1]
        # In CommonMark, a mark between a letter and a bracket opens or closes nothing.
        edges = zip(outside, (twin[start], twin[stop - 1]), strict=True)
        if not any(_IN_A_WORD(a + b) for a, b in edges):
            parts += [text[end : found.start()], text[start:stop]]
            end = found.end()
    return "".join([*parts, text[end:]])


def unnumbered(heading: str) -> str:
    """Return a heading without its number, `Module 3` or `2.1`."""
    return _NUMBER.sub("", bare(heading), count=1) or bare(heading)


def is_question(text: str) -> bool:
    """Return True if a heading asks."""
    asked = bare(text)
    label = read_label(asked)
    return bool(_QUESTION.search(asked.rstrip("。"))) or (
        label is not None and label[0] and bool(label[1])
    )


def is_numbered(text: str) -> bool:
    """Return True if a text begins with a number, as `Module 3 Keys` does."""
    return bool(_NUMBER.match(bare(text)))


def is_talk(text: str) -> bool:
    """Return True for what an author says about learning, not about the subject."""
    return bool(_TALK.search(text.strip()))


def is_name(text: str) -> bool:
    """Return True if a text names something, so that one can ask what it is."""
    text = bare(text)
    if not text or is_sentence(text) or is_question(text):
        return False
    if is_japanese(text):
        return len(text) <= _LONGEST_NAME and not (
            _STATEMENT_JA.search(text) or re.search(r"[はがを、]\S|で[ァ-ヶ]", text)
        )
    words = text.split()
    return len(text) <= _LONGEST_NAME_EN and len(words) <= 7


def topic(block: Block, above: list[str]) -> str:
    """Name what a block is about: the items above it and the heading, if names.

    Args:
        block: The block.
        above: Texts of the items above it, outermost first.
    """
    names = [bare(text).rstrip(":：") for text in above]
    if block.headings:
        headings = [unnumbered(heading) for heading in block.headings]
        special = [one for one in headings if one.casefold() not in GENERIC]
        names[:0] = special[-1:]
    names = [name for name in names if is_name(name)]
    kept: list[str] = []
    for name in names[-2:]:
        if kept and kept[-1].casefold() in name.casefold():
            kept.pop()
        kept.append(name)
    return " › ".join(kept)


def about(term: str, of: str) -> str:
    """Add to a term what it belongs to, unless one names the other."""
    term = bare(term)
    low, above = term.casefold(), of.casefold()
    if not of or any(part in low or low in part for part in above.split(" › ")):
        return term
    return f"{term}（{of}）" if is_japanese(term + of) else f"{term} ({of})"


def what_is(term: str, of: str, *, japanese: bool) -> str:
    """Ask for the meaning of a term."""
    named = about(term, of)
    if not japanese:
        return f"{named}: what is it?"
    return f"{named}は？" if _ASKS_WHAT.search(bare(term)) else f"{named}とは？"


def names_kinds(name: str) -> bool:
    """Return True if a name promises all things of a kind: `Storage classes`."""
    name = bare(name)
    return bool(_ASKS_WHAT.search(name) or _PLURAL.search(name))


def list_name(name: str, of: str, items: list[str], *, japanese: bool) -> str:
    """Say what a list contains: its name, or what is said about it."""
    named = about(name, of)
    statements = sum(not is_name(item) for item in items)
    if not is_name(name):
        return bare(name)
    if statements * 2 < len(items) or _ASKS_WHAT.search(bare(name)):
        return named
    return f"{named}の特徴" if japanese else f"Points about {named}"


def announces(text: str) -> bool:
    """Return True if a text says that a list stands below it."""
    return bool(_ANNOUNCES.search(text.strip()))


def introduction(text: str, *, is_near: bool) -> str:
    """Return the words of a paragraph that say what the list below it contains.

    Args:
        text: The paragraph.
        is_near: No line is empty between it and the list.

    Returns:
        Its last sentence, without marks and colon; empty if it is about other things.
    """
    unwrapped = _WRAPPED.sub(" ", text.strip())
    sentences = [one for one in _SENTENCES.split(unwrapped) if one.strip()]
    last = sentences[-1].strip() if sentences else ""
    is_label = len(sentences) == 1 and (
        bool(_ALL_BOLD.fullmatch(last)) or (is_near and is_name(last))
    )
    if not (announces(last) or is_question(last) or is_label):
        return ""
    return bare(last).rstrip(":：").rstrip()


_POINTS = re.compile(r"^Points about |の特徴(?=$|（)")
"""What `list_name` adds to a list of statements."""


def list_topic(question: str) -> str:
    """Return what a list is about, whether it has names or statements."""
    return _POINTS.sub("", question)


def row_name(texts: list[str]) -> str:
    """Name a row by what its cells have in common; empty if that is too little."""
    first, *others = texts
    best = ""
    for start in range(len(first)):
        for end in range(start + len(best) + 1, len(first) + 1):
            if not all(first[start:end] in other for other in others):
                break
            best = first[start:end]
    best = best.strip(" 　、，,・:：→-–のはがをにで")
    return best if len(best) >= 3 else ""
