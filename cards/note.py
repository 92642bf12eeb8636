"""A note: one fact as its author wrote it.

Kinds differ only in their content; fields that every kind may have (tags, source,
dates) are in `Note`.  The classes are the format: the reader converts YAML into
them, the JSON schema and docs/format.md are generated from them, and the store
keeps the content as their JSON.  All text is Markdown.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from cards.numbers import whole_number

_ANY_SCALAR = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, Meta(extra_json_schema=_ANY_SCALAR)]
"""A scalar, kept exactly as typed: `no`, `3.10` and `140-2` stay text."""

LAST_LINE = 10**9
"""A larger number of a line means this one; no note has as many."""

Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
"""A calendar date, YYYY-MM-DD."""

RoughDay = Annotated[str, Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
"""A date as precise as known: YYYY, YYYY-MM or YYYY-MM-DD."""


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A page, book or course that states the fact, or the lines of a note."""

    title: Annotated[Text, Meta(description="Name of the page, book or course.")] = ""
    url: Annotated[str, Meta(description="Address of the page, http or https.")] = ""
    note: Annotated[
        Text | UnsetType,
        Meta(description="The note that the card was made from; relative to the file."),
    ] = UNSET
    lines: Annotated[
        Annotated[str, Meta(pattern=r"^[1-9][0-9]*(-[1-9][0-9]*)?$")] | UnsetType,
        Meta(description="Its lines: 12 or 12-14."),
    ] = UNSET
    hash: Annotated[
        Annotated[str, Meta(pattern=r"^[0-9a-f]{8}( [0-9a-f]{8})*$")] | UnsetType,
        Meta(description="Hashes of its blocks, by which a change is noticed."),
    ] = UNSET

    @property
    def passage(self) -> str:
        """The place in a note, `notes.md:12-14`; empty without a note."""
        if not self.note:
            return ""
        return f"{self.note}:{self.lines}" if self.lines else self.note

    @property
    def line_numbers(self) -> tuple[int, int]:
        """First and last line, from 1; all lines if it names none."""
        if not self.lines:
            return 1, LAST_LINE
        first, _, last = self.lines.partition("-")
        return (
            whole_number(first, LAST_LINE) or LAST_LINE,
            whole_number(last or first, LAST_LINE) or LAST_LINE,
        )


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """An earlier state of the fact, which older material still gives."""

    was: Annotated[Text, Meta(description="The earlier state of the fact.")]
    since: Annotated[
        RoughDay | None, Meta(description="When it ended: YYYY, YYYY-MM or YYYY-MM-DD.")
    ] = None
    source: Annotated[
        Text | Source | None, Meta(description="The page that announces the change.")
    ] = None


class Option(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An option of a choice."""

    text: Text
    pin: Annotated[
        str,
        Meta(
            pattern="^last$",
            description="`last` keeps the option at the end when options are shuffled.",
        ),
    ] = ""


class Basic(Struct, frozen=True, tag="basic"):
    """A question and its answer."""

    front: Annotated[Text, Meta(description="The question.")]
    back: Annotated[Text, Meta(description="The answer.")]
    reverse: Annotated[
        bool, Meta(description="Make a second card, asked from the back.")
    ] = False
    typed: Annotated[
        bool | UnsetType, Meta(description="Type the answer in a review.")
    ] = UNSET
    accept: Annotated[
        tuple[Text, ...] | UnsetType,
        Meta(description="Other answers that are right when typed."),
    ] = UNSET


class Cloze(Struct, frozen=True, tag="cloze"):
    """A text with hidden parts, one card per cloze number."""

    cloze: Annotated[
        Text, Meta(description="Hide a part as {{c1::S3}} or {{c1::S3::a hint}}.")
    ]


class ListNote(Struct, frozen=True, tag="list"):
    """A list, one card per item; the other items are shown."""

    list: Annotated[Text, Meta(description="What the list contains.")]
    items: Annotated[tuple[Text, ...], Meta(description="Two or more items.")]
    ordered: Annotated[
        bool, Meta(description="Number the items and ask by position.")
    ] = False


class Choice(Struct, frozen=True, tag="choice"):
    """A question with options, shuffled each time."""

    choice: Annotated[Text, Meta(description="The question.")]
    options: Annotated[
        tuple[Text | Option, ...], Meta(description="Two or more options.")
    ]
    answer: Annotated[Text, Meta(description="The correct option, word for word.")]


class Row(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of a table with questions of its own."""

    cells: Annotated[tuple[Text, ...], Meta(description="A cell for each subject.")]
    ask: Annotated[
        Text, Meta(description="The question; `{subject}` stands for the subject.")
    ] = ""
    reverse: Annotated[
        Text,
        Meta(
            description="Also ask from value to subject: a question in which `{value}`"
            " stands for the cell, or `true`."
        ),
    ] = ""


class Compare(Struct, frozen=True, tag="compare"):
    """A table of facts, one card per cell."""

    compare: Annotated[tuple[Text, ...], Meta(description="The subjects: two or more.")]
    by: Annotated[
        dict[str, tuple[Text, ...] | Row],
        Meta(description="One row per property: its cells, or cells with questions."),
    ]


class SubQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """A question of a note with several."""

    front: Annotated[Text, Meta(description="The question.")]
    back: Annotated[Text, Meta(description="The answer.")]
    typed: Annotated[
        bool | UnsetType, Meta(description="Type the answer in a review.")
    ] = UNSET
    accept: Annotated[
        tuple[Text, ...] | UnsetType,
        Meta(description="Other answers that are right when typed."),
    ] = UNSET


class MultiQuestion(Struct, frozen=True, tag="several"):
    """Several questions about one fact, one card each, on different days."""

    questions: Annotated[
        tuple[SubQuestion, ...],
        Meta(description="One or more questions with front and back."),
    ]


Content = Basic | Cloze | ListNote | Choice | Compare | MultiQuestion

KINDS: dict[str, type[Content]] = {
    "front": Basic,
    "cloze": Cloze,
    "list": ListNote,
    "choice": Choice,
    "compare": Compare,
    "questions": MultiQuestion,
}
"""The key that identifies each kind, and its class."""


class Common(Struct, frozen=True):
    """Keys that a card of any kind may have."""

    id: Annotated[
        Text,
        Meta(description="Permanent identity: edit anything else, the history stays."),
    ] = ""
    extra: Annotated[Text, Meta(description="Shown under the answer.")] = ""
    tags: Annotated[
        tuple[Text, ...], Meta(description="Added to the tags of the file.")
    ] = ()
    source: Annotated[
        Text | Source | tuple[Text | Source, ...],
        Meta(description="Where to read the fact; added to the source of the file."),
    ] = ()
    checked: Annotated[
        Day | None, Meta(description="The day the fact was last verified.")
    ] = None
    recheck: Annotated[
        Day | None, Meta(description="The day on which to verify the fact again.")
    ] = None
    changed: Annotated[
        Change | None, Meta(description="The earlier state of the fact.")
    ] = None


class Header(Struct, frozen=True):
    """Keys at the top of a file, which apply to all its cards."""

    deck: Annotated[Text, Meta(description="Name of the deck; `::` nests.")]
    language: Annotated[
        str, Meta(description="Language of the cards, BCP 47: en, ja, pt-BR.")
    ] = ""
    tags: Annotated[tuple[Text, ...], Meta(description="Tags of every card.")] = ()
    source: Annotated[
        Text | Source | tuple[Text | Source, ...],
        Meta(description="Source of every card."),
    ] = ()
    order: Annotated[
        int, Meta(description="New cards of files with a small number come first.")
    ] = 0


class Note(Struct, frozen=True):
    """A validated fact, and the place it was read from."""

    content: Content
    deck: str
    id: str = ""
    """The author's id; empty where the text is the identity."""
    language: str = ""
    extra: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    checked: str = ""
    """YYYY-MM-DD, or empty if unknown."""
    recheck: str = ""
    changed: Change | None = None
    file: str = ""
    """Absolute path of the deck file or Markdown note; of an imported note, what stands
    for it in the media folder of the store; empty if it came from no file."""
    line: int = 0
    """Line of its first key, from 1; 0 if it came from no file."""
    column: int = 1
    """Column of its first key, from 1."""

    @property
    def kind(self) -> str:
        """Return basic, cloze, list, choice, compare or several, as stored."""
        return str(type(self.content).__struct_config__.tag)

    @property
    def kind_name(self) -> str:
        """Return the kind as it is shown, from `KIND_NAMES`."""
        return KIND_NAMES[type(self.content)]


KIND_NAMES: dict[type[Content], str] = {
    Basic: "basic",
    Cloze: "cloze",
    ListNote: "list",
    Choice: "choice",
    Compare: "compare",
    MultiQuestion: "questions",
}
"""What a kind is called in messages, tables and JSON; `questions` is a key of it."""


_StructT = TypeVar("_StructT", bound=Struct)


def with_texts(value: _StructT, change: Callable[[str], str]) -> _StructT:
    """Return a note, or the content of one, with every text changed.

    The names of table rows are texts, too, unless two of them would become one.
    """

    def changed(part: Any) -> Any:
        if isinstance(part, dict):
            names = [change(name) for name in part]
            kept = names if len(set(names)) == len(names) else part
            return dict(zip(kept, map(changed, part.values()), strict=True))
        if isinstance(part, list | tuple):
            return [changed(one) for one in part]
        return change(part) if isinstance(part, str) else part

    plain = msgspec.to_builtins(value)
    made = changed(plain)
    return value if made == plain else msgspec.convert(made, type(value))
