"""Compare the cards that flash made from Anki's with Anki's own rendering.

Both sides are HTML, Anki's from its backend and ours from Markdown, and both are stripped
by the same function: tags go, pictures and sounds become their names, blanks don't count.
What docs/anki.md names as shown differently is taken into account here, and nothing else.
"""

import html
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from anki.collection import Collection
from anki.sound import SoundOrVideoTag
from msgspec import Struct

from cards.note import Note
from cards.questions import question_of
from cards.text.html import to_html
from export.anki.html_tree import BLOCKS, Element
from export.anki.script_letters import raised_or_lowered
from srs.models.cards import StoredNote

_GONE = re.compile(
    r"<!--.*?-->|<(script|style|head|noscript|template|title)\b.*?</\1>|<rp>.*?</rp>"
    r'|<(\w+) [^>]*style="display: *none"[^>]*>.*?</\2>',
    re.DOTALL | re.IGNORECASE,
)
_HINT = re.compile(
    r'\n<a class=hint href="#".*?>\n(.*?)</a>\n<div id="hint\w+" class=hint '
    r'style="display: none">(.*?)</div>\n',
    re.DOTALL,
)
_PLAY = re.compile(r"\[anki:play:([qa]):(\d+)\]")
_TYPE = re.compile(r"\[\[type:((?:cloze:|nc:)?)(.*?)\]\]")
_LATEX = re.compile(r'<img class=latex alt="([^"]*)"[^>]*>')
_SOUND = re.compile(r"\[sound:(.*?)\]")
_MEDIUM = re.compile(
    r"""<(?:img|audio|video|object|source|embed)\b[^>]*?\s(?:src|data)\s*=\s*"""
    r"""(?:"([^"]*)"|'([^']*)'|([^\s>"']+))[^>]*>""",
    re.IGNORECASE,
)
_READING = re.compile(r"<rt>(.*?)</rt>", re.DOTALL)
_SCRIPT = re.compile(r"<(su[bp])>((?:(?!</?su[bp]>).)*)</\1>", re.DOTALL)
_NO_LETTERS = re.compile(
    r"<[^>]*>|«.*?»|\\\(.*?\\\)|\\\[.*?\\\]|\[(latex|\$\$?)\].*?\[/\1\]", re.DOTALL
)
_BLOCK = re.compile(rf"<(?:{'|'.join(BLOCKS)})\b", re.IGNORECASE)
_NESTED, _WAS_TAG = "\ufdd5", "\ufdd6"
_TAG = re.compile(r"""<(?:[!?/]?[a-zA-Z])(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_LATEX_TAG = re.compile(r"\[/?(?:latex|\$\$?)\]")
_MATH = re.compile(r"\\[()\[\]]|\$|\\(?:begin|end)\{(?:displaymath|math)\}|\{\}$")


def stripped(text: str) -> str:
    """Return the text of HTML without blanks."""
    text = re.sub(r"\\\(\s*\\\)|\\\[\s*\\\]", "", _GONE.sub("", text))
    text = _LATEX.sub(lambda found: html.unescape(found[1]), text)
    text = _SOUND.sub(r"«\1»", text)
    text = _MEDIUM.sub(_medium, text)
    text = _READING.sub(lambda found: f"({found[1]})" if found[1].strip() else "", text)
    while _SCRIPT.search(text):
        text = _SCRIPT.sub(_script, text)
    text = html.unescape(_TAG.sub(_WAS_TAG, text.replace(_NESTED, "")))
    text = unicodedata.normalize("NFKC", text.replace(_WAS_TAG, "")).replace("−", "-")
    text = _LATEX_TAG.sub("", "".join(text.split()))
    return _MATH.sub("", text).replace("[...]", "[…]")


def _medium(found: re.Match[str]) -> str:
    return f"«{unquote(found[1] or found[2] or found[3] or '')}»"


def _script(found: re.Match[str]) -> str:
    """Mark what has no superscript or subscript letter as flash does."""
    text = html.unescape(_NO_LETTERS.sub("", found[2])).replace("\xa0", " ").strip()
    made = "".join(str(one) for one in raised_or_lowered(Element(found[1], {}, [text])))
    is_inner = _NESTED not in text
    is_shown = is_inner and unicodedata.normalize("NFKC", made) == text
    if is_shown or _BLOCK.search(found[2]):
        return found[2] + _NESTED
    mark = "^" if found[1] == "sup" else "_"
    is_single = is_inner and len(text) == 1
    return _NESTED + mark + (found[2] if is_single else f"({found[2]})")


class Difference(Struct, frozen=True):
    """A card that flash shows differently."""

    card: int
    side: str
    anki: str
    flash: str


class AnkiCardText(Struct, frozen=True):
    """A card as Anki shows it."""

    question: str
    answers: tuple[str, ...]
    """Without the question, in the ways that the documentation allows."""


def anki_text(collection: Collection, found: Any) -> AnkiCardText:
    """Render a card in Anki."""
    output = found.render_output()
    note = dict(found.note().items())
    question, hints = _without_hints(_played(output, output.question_text))
    answer, more = _without_hints(_played(output, output.answer_text))
    asked = stripped(_TYPE.sub("", question))
    whole = {
        stripped(_TYPE.sub("", answer)),
        stripped(_TYPE.sub(lambda f: "" if f[1] == "cloze:" else note[f[2]], answer)),
        stripped(_TYPE.sub(lambda f: _typed(collection, f, note, found.ord), answer)),
    }
    prefixes = {asked, stripped(_TYPE.sub(lambda f: note.get(f[2], ""), question))}
    rests = whole | {
        one.removeprefix(prefix) for one in whole for prefix in prefixes if prefix
    }
    hidden = [stripped(f"{name}: {text}") for name, text in dict(hints + more).items()]
    return AnkiCardText(
        asked, tuple(rest + "".join(hidden) for rest in rests) + tuple(rests)
    )


def _played(output: Any, text: str) -> str:
    def name(found: re.Match[str]) -> str:
        tags = {"q": output.question_av_tags, "a": output.answer_av_tags}[found[1]]
        tag = tags[int(found[2])]
        return f"«{tag.filename}»" if isinstance(tag, SoundOrVideoTag) else ""

    return _PLAY.sub(name, text)


def _without_hints(text: str) -> tuple[str, list[tuple[str, str]]]:
    return _HINT.sub("", text), _HINT.findall(text)


def _typed(
    collection: Collection, found: re.Match[str], note: dict[str, str], ordinal: int
) -> str:
    if found[1] != "cloze:":
        return note[found[2]]
    return str(collection.extract_cloze_for_typing(note[found[2]], ordinal + 1))


def flash_text(note: Note, part: str) -> tuple[str, tuple[str, ...]]:
    """Return question and answer of a card as flash shows them."""
    asked = question_of(note, part)
    question, answer = (
        stripped(to_html(asked.question)),
        stripped(to_html(asked.answer)),
    )
    extra = stripped(to_html(note.extra))
    if asked.context:
        # A cloze: the whole text stands below the hidden part.
        answer = stripped(to_html(asked.context))
    # A side without text, which Anki shows as nothing.
    question, answer = ("" if one == "(empty)" else one for one in (question, answer))
    return question, (answer + extra, extra) if asked.context else (answer + extra,)


def has_several_cloze_fields(collection: Collection, card: int) -> bool:
    """Return True if a card has clozes in several fields, which flash shows together."""
    found = collection.get_card(card)
    if not found.note_type()["type"]:
        return False
    question = found.template()["qfmt"]
    return len(set(re.findall(r"cloze:([^}:]+)\}\}", question))) > 1


def differences(
    collection: Collection, notes: list[StoredNote]
) -> Iterator[Difference]:
    """Compare all cards that flash has."""
    rows = collection.db.all(
        "select n.guid, c.ord, c.id from cards c join notes n on n.id = c.nid"
    )
    ids = {(guid, ordinal): card for guid, ordinal, card in rows}
    for stored in notes:
        for card in stored.cards:
            number = ids.get((stored.guid, card.ordinal))
            if number is None or has_several_cloze_fields(collection, number):
                continue
            theirs = anki_text(collection, collection.get_card(number))
            ours = flash_text(stored.note, card.part)
            yield from compared(number, theirs, *ours)


def compared(
    card: int, theirs: AnkiCardText, question: str, answers: tuple[str, ...]
) -> Iterator[Difference]:
    """Compare the texts of a card."""
    if question != theirs.question:
        yield Difference(card, "question", theirs.question, question)
    allowed = (
        _is_shown_by(one, answer, theirs.question)
        for one in theirs.answers
        for answer in answers
    )
    if not any(allowed):
        best = min(theirs.answers, key=lambda one: abs(len(one) - len(answers[0])))
        yield Difference(card, "answer", best, answers[0])


def _is_shown_by(theirs: str, ours: str, question: str) -> bool:
    """Compare answers; the text around a cloze may stand in ours, too."""
    for start in range(_common_start(ours, question) + 1):
        rest = ours[start:]
        added = len(rest) - len(theirs)
        if not 0 <= added <= len(question) - start:
            continue
        after = question[len(question) - added :]
        for at in range(_common_start(rest, theirs) + 1):
            if rest == theirs[:at] + after + theirs[at:]:
                return True
    return False


def _common_start(one: str, other: str) -> int:
    return len(os.path.commonprefix((one, other)))


def opened(package: Path, folder: Path) -> Collection:
    """Return a collection of Anki with the content of a package or collection."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    target = folder / "collection.anki2"
    if package.suffix == ".colpkg":
        from anki.import_export_pb2 import ImportCollectionPackageRequest

        empty = Collection(str(target))
        empty.close(downgrade=False)
        request = ImportCollectionPackageRequest(
            col_path=str(target),
            backup_path=str(package),
            media_folder=str(folder / "collection.media"),
            media_db=str(folder / "collection.media.db2"),
        )
        empty._backend.import_collection_package_raw(request.SerializeToString())
        return Collection(str(target))
    collection = Collection(str(target))
    options = ImportAnkiPackageOptions(merge_notetypes=True, with_scheduling=True)
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(package), options=options)
    )
    return collection
