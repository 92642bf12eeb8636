"""Draft cards with a language model, and check each against the words of its block.

A proposal must quote its block word for word and bring no address or picture that the
block doesn't have; whatever a note says, it can only become a card about itself.
"""

import os
import re
import unicodedata
from collections.abc import Iterator

from cards.errors import FlashError
from cards.identity.keys import normalized
from cards.markdown_notes.blocks import NoteBlocks
from cards.markdown_notes.outline import Proposal
from cards.note import Basic, Cloze, Content
from cards.questions import texts_of
from cards.translate import _
from export.language_model import LanguageModel, ModelError, ModelProposal, ModelReport

_MOST_BLOCKS = 40
_MOST_CHARACTERS = 8000
_FOREIGN = re.compile(r"\w+://[^\s)>\]]*|!\[")
"""Addresses and pictures."""


class ModelProposer:
    """Asks a model about the blocks of notes."""

    def __init__(self, model: LanguageModel) -> None:
        """Use a model; nothing is sent yet."""
        self._model = model
        self.report = ModelReport()

    def propose(self, note: NoteBlocks, wanted: set[int]) -> list[Proposal]:
        """Ask for cards for the wanted blocks of a note.

        Raises:
            ModelError: The first request failed; later failures are in the report.
        """
        found: list[Proposal] = []
        for batch in _batches(note, sorted(wanted)):
            if self.report.stopped_by:
                break
            blocks = [
                {
                    "id": index,
                    "heading": note.blocks[index].heading_path,
                    "text": note.blocks[index].text,
                }
                for index in batch
            ]
            try:
                answer = self._model.propose(blocks)
            except ModelError as error:
                if not self.report.requests:
                    raise
                self.report.stopped_by = str(error)
                break
            self.report.requests += 1
            self.report.tokens += answer.tokens
            self.report.blocks += len(batch)
            self.report.unreadable += answer.proposals is None
            for one in answer.proposals or ():
                content = _content(one)
                if one.block in batch and content and _is_about(note, one, content):
                    found.append(Proposal("model", content, (one.block,)))
                else:
                    self.report.misquoted += 1
        return found


def model_from_environment(name: str) -> LanguageModel:
    """Return the model of a name at `$FLASH_LLM_URL`, with `$FLASH_LLM_KEY`.

    Raises:
        FlashError: There is no address.
        ModelError: It is not valid.
    """
    address = os.environ.get("FLASH_LLM_URL", "")
    if not address:
        hint = _("set FLASH_LLM_URL, such as http://127.0.0.1:11434/v1")
        raise FlashError(_("no address of a language model"), hint)
    return LanguageModel(address, name, os.environ.get("FLASH_LLM_KEY", ""))


def _batches(note: NoteBlocks, wanted: list[int]) -> Iterator[set[int]]:
    batch: set[int] = set()
    size = 0
    for index in wanted:
        length = len(note.blocks[index].text)
        if batch and (len(batch) == _MOST_BLOCKS or size + length > _MOST_CHARACTERS):
            yield batch
            batch, size = set(), 0
        batch.add(index)
        size += length
    if batch:
        yield batch


def _content(one: ModelProposal) -> Content | None:
    if one.cloze.strip() and not (one.front.strip() or one.back.strip()):
        return Cloze(one.cloze)
    if one.front.strip() and one.back.strip() and not one.cloze.strip():
        return Basic(one.front, one.back)
    return None


def _is_about(note: NoteBlocks, one: ModelProposal, content: Content) -> bool:
    """Return True if a proposal quotes its block and adds nothing from elsewhere."""
    text = note.blocks[one.block].text
    words = "\n".join(part for _path, part in texts_of(content))
    is_quoted = bool(one.quote.strip()) and _plain(one.quote) in _plain(text)
    return is_quoted and all(found in text for found in _FOREIGN.findall(words))


def _plain(text: str) -> str:
    return normalized(unicodedata.normalize("NFKC", text))
