"""The two note types of flash in Anki.

Their fields never change: Anki matches a renamed field or template by its id, but an
added one needs a merge of note types and a full sync.  So there are spare fields, and
every id is fixed.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import genanki

BASIC_ID = 1795_100_000_001
CLOZE_ID = 1795_100_000_002

BASIC_FIELDS = (
    "Front",
    "Back",
    "Reverse",
    "Options",
    "Context",
    "Extra",
    "Changed",
    "Source",
    "Checked",
    "Id",
    "Spare 1",
    "Spare 2",
    "Spare 3",
)
CLOZE_FIELDS = (
    "Text",
    "Table",
    "Extra",
    "Changed",
    "Source",
    "Checked",
    "Id",
    "Spare 1",
    "Spare 2",
    "Spare 3",
)

_FOOT = (
    '{{#Extra}}<div class="extra">{{Extra}}</div>{{/Extra}}'
    '{{#Changed}}<div class="changed">{{Changed}}</div>{{/Changed}}'
    '<div class="foot">'
    '{{#Source}}<span class="source">{{Source}}</span>{{/Source}}'
    '{{#Checked}}<span class="checked">{{Checked}}</span>{{/Checked}}</div>'
)
_OPTIONS = '{{#Options}}<div class="options">{{Options}}</div>{{/Options}}'
_TYPED = "{{#Spare 1}}{{type:Back}}{{/Spare 1}}"
"""An input for the answer; after it the difference."""
_RULE = '<hr id="answer">'


def _fields(names: tuple[str, ...], base: int) -> list[dict[str, object]]:
    return [{"name": name, "id": base + i} for i, name in enumerate(names)]


@cache
def basic_model() -> "genanki.Model":
    """Create the note type of questions with an answer and of choices."""
    import genanki

    return genanki.Model(
        BASIC_ID,
        "Flash",
        fields=_fields(BASIC_FIELDS, 179_510_000_100),
        templates=[
            {
                "name": "Card",
                "id": 179_510_000_201,
                "qfmt": f'<div class="question">{{{{Front}}}}</div>{_OPTIONS}{_TYPED}',
                "afmt": '<div class="question">{{Front}}</div>'
                f"{_OPTIONS}{_RULE}{_TYPED}"
                '<div class="answer">{{Back}}</div>'
                '{{#Context}}<div class="context">{{Context}}</div>{{/Context}}'
                + _FOOT,
            },
            {
                "name": "Reverse",
                "id": 179_510_000_202,
                "qfmt": '{{#Reverse}}<div class="question">{{Back}}</div>{{/Reverse}}',
                "afmt": f'<div class="question">{{{{Back}}}}</div>{_RULE}'
                '<div class="answer">{{Front}}</div>' + _FOOT,
            },
        ],
        css=_css(),
    )


@cache
def cloze_model() -> "genanki.Model":
    """Create the note type of clozes, lists and tables."""
    import genanki

    return genanki.Model(
        CLOZE_ID,
        "Flash Cloze",
        fields=_fields(CLOZE_FIELDS, 179_510_000_300),
        templates=[
            {
                "name": "Cloze",
                "id": 179_510_000_401,
                "qfmt": '<div class="question">{{cloze:Text}}</div>',
                "afmt": '<div class="question">{{cloze:Text}}</div>'
                '{{#Table}}<div class="table">{{cloze:Table}}</div>{{/Table}}' + _FOOT,
            }
        ],
        css=_css(),
        model_type=genanki.Model.CLOZE,
    )


def _css() -> str:
    return (files("export.anki") / "anki.css").read_text("utf-8")
