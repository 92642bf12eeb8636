"""A note: one fact as its author wrote it.

The kinds differ only in their content; whatever every kind may carry (tags,
source, dates) stands beside it.  The classes are the format: the reader converts
YAML into them, the schema for editors and the page on the format are made from
them, and the store keeps the content as their JSON.  All text is Markdown.
"""

from typing import Annotated

from msgspec import Meta, Struct

_ANY_SCALAR = {"type": ["string", "number", "boolean"]}

Text = Annotated[str, Meta(extra_json_schema=_ANY_SCALAR)]
"""A scalar, always kept as it was typed: `no`, `3.10` and `140-2` stay text."""

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar date, YYYY-MM-DD."""

RoughDay = Annotated[str, Meta(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A date as exact as it is known: YYYY, YYYY-MM or YYYY-MM-DD."""


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a fact can be read again."""

    title: Annotated[Text, Meta(description="Name of the page, book or course.")] = ""
    url: Annotated[str, Meta(description="Address of the page, http or https.")] = ""


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """What older notes still say about the fact."""

    was: Annotated[Text, Meta(description="What held before.")]
    since: Annotated[
        RoughDay | None, Meta(description="When that ended: YYYY, YYYY-MM or a day.")
    ] = None
    source: Annotated[
        Text | Source | None, Meta(description="The page that says so.")
    ] = None


class Option(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One option of a choice."""

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


class Cloze(Struct, frozen=True, tag="cloze"):
    """A sentence with parts to fill in, one card per number."""

    cloze: Annotated[
        Text, Meta(description="Hide a part as {{c1::S3}} or {{c1::S3::a hint}}.")
    ]


class ListNote(Struct, frozen=True, tag="list"):
    """A list, one card per item while the others are shown."""

    list: Annotated[Text, Meta(description="What the list is of.")]
    items: Annotated[tuple[Text, ...], Meta(description="Two items or more.")]
    ordered: Annotated[
        bool, Meta(description="Ask which item stands at a position.")
    ] = False


class Choice(Struct, frozen=True, tag="choice"):
    """A question with options, shuffled each time."""

    choice: Annotated[Text, Meta(description="The question.")]
    options: Annotated[
        tuple[Text | Option, ...], Meta(description="Two options or more.")
    ]
    answer: Annotated[Text, Meta(description="The right option, word for word.")]


class Compare(Struct, frozen=True, tag="compare"):
    """A table of facts, one card per cell."""

    compare: Annotated[tuple[Text, ...], Meta(description="The subjects: two or more.")]
    by: Annotated[
        dict[str, tuple[Text, ...]],
        Meta(description="One row per property: a cell for each subject."),
    ]


class SubQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """One of several questions of a note."""

    front: Annotated[Text, Meta(description="The question.")]
    back: Annotated[Text, Meta(description="The answer.")]


class MultiQuestion(Struct, frozen=True, tag="several"):
    """Several questions about one fact, one card each, on different days."""

    questions: Annotated[
        tuple[SubQuestion, ...],
        Meta(description="One question or more, front and back."),
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
"""The key that tells a card's kind, and the content it announces."""


class Common(Struct, frozen=True):
    """What a card of any kind may carry."""

    id: Annotated[
        Text, Meta(description="Identity for ever: edit all else, history stays.")
    ] = ""
    extra: Annotated[Text, Meta(description="Shown under the answer.")] = ""
    tags: Annotated[
        tuple[Text, ...], Meta(description="Join the tags of the file.")
    ] = ()
    source: Annotated[
        Text | Source | tuple[Text | Source, ...],
        Meta(description="Where the fact can be read; joins the source of the file."),
    ] = ()
    checked: Annotated[
        Day | None, Meta(description="The day the fact was last verified.")
    ] = None
    recheck: Annotated[
        Day | None, Meta(description="The day at which to look at the fact again.")
    ] = None
    changed: Annotated[
        Change | None, Meta(description="What older notes still say.")
    ] = None


class Header(Struct, frozen=True):
    """What stands above the cards of a file and holds for all of them."""

    deck: Annotated[Text, Meta(description="Name of the deck; `::` nests.")]
    language: Annotated[
        str, Meta(description="Language of the cards, BCP 47: en, ja, pt-BR.")
    ] = ""
    tags: Annotated[tuple[Text, ...], Meta(description="Tags of every card.")] = ()
    source: Annotated[
        Text | Source | tuple[Text | Source, ...],
        Meta(description="Source of every card."),
    ] = ()


class Note(Struct, frozen=True):
    """One checked fact, with the place it was read from."""

    content: Content
    deck: str
    id: str = ""
    """The author's own name for it; empty where the text is the identity."""
    language: str = ""
    extra: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    checked: str = ""
    """YYYY-MM-DD, or empty where unknown."""
    recheck: str = ""
    changed: Change | None = None
    file: str = ""
    """Absolute path of the YAML file."""
    line: int = 0
    """Line of its first key, from 1; 0 where it came from no file."""
    column: int = 1
    """Column of its first key, from 1."""

    @property
    def kind(self) -> str:
        """Name the kind: basic, cloze, list, choice, compare or several."""
        return KIND_NAMES[type(self.content)]


KIND_NAMES: dict[type[Content], str] = {
    Basic: "basic",
    Cloze: "cloze",
    ListNote: "list",
    Choice: "choice",
    Compare: "compare",
    MultiQuestion: "several",
}
