"""`flash tag`: add, remove, list and rename tags."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cards.translate import _
from flash.cli.asking import confirm_many
from flash.cli.completion import complete_tags
from flash.cli.options import (
    HELP_NAMES,
    CardsArgument,
    JsonOption,
    QueryCommand,
    StoreOption,
    YesOption,
)
from flash.cli.patches import print_patches
from flash.messages.edits import patch_text, tags_by_hand
from flash.messages.listing import tagged_lines
from flash.service.context import AppContext, open_app
from flash.service.finding import find_some
from flash.service.tagging import (
    Tagging,
    apply_tagging,
    changed_tags,
    check_new_tag,
    comma_warning,
    plan_rename,
    plan_tags,
)
from flash.terminal import echo_err, page_lines, print_json, table_lines, working
from srs.store.decks import tag_counts

app = typer.Typer(
    add_completion=False,
    context_settings=HELP_NAMES,
    rich_markup_mode=None,
    no_args_is_help=True,
)
TagArgument = Annotated[
    str,
    typer.Argument(
        metavar="TAG", help="A tag, such as a::b.", autocompletion=complete_tags
    ),
]
WriteOption = Annotated[
    bool, typer.Option("--write", help="Edit the deck files, and add them.")
]


@app.callback()
def tag() -> None:
    """Add, remove, list or rename tags."""


@app.command("add", cls=QueryCommand)
def add(
    name: TagArgument,
    words: CardsArgument,
    write: WriteOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Give cards a tag.

    All cards of a note have its tags. If the note is in a deck file, a patch for the
    file is printed; --write edits the file instead, keeps its comments and layout, and
    adds it. Cards that have to be changed by hand are named: those in Markdown notes,
    and those whose file was edited since it was added. Exit code 1: no card matches,
    or you didn't confirm; nothing is changed.
    """
    check_new_tag(name)

    def plan(app: AppContext) -> Tagging:
        cards = find_some(app, words).cards
        return plan_tags(app, cards, lambda tags: changed_tags(tags, [name]))

    _change(db, plan, write=write, yes=yes, as_json=json, warning=comma_warning(name))


@app.command("remove", cls=QueryCommand)
def remove(
    name: TagArgument,
    words: CardsArgument,
    write: WriteOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Remove a tag from cards.

    Works like flash tag add. A tag at the top of a deck file belongs to all its cards
    and has to be removed by hand. Exit code 1: no card matches, or you didn't confirm;
    nothing is changed.
    """

    def plan(app: AppContext) -> Tagging:
        cards = find_some(app, words).cards
        return plan_tags(app, cards, lambda tags: changed_tags(tags, (), [name]))

    _change(db, plan, write=write, yes=yes, as_json=json)


@app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Present name of the tag.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    write: WriteOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Rename a tag and the tags below it.

    Works like flash tag add, also with tags at the top of deck files. Exit code 1: no
    card has the tag, or you didn't confirm; nothing is changed.
    """
    check_new_tag(new)
    plan = lambda app: plan_rename(app, old, new)  # noqa: E731
    _change(db, plan, write=write, yes=yes, as_json=json, warning=comma_warning(new))


@app.command("list")
def list_tags(json: JsonOption = False, db: StoreOption = None) -> None:
    """List tags with the number of their cards."""
    with open_app(db) as app:
        counts = tag_counts(app.store)
    if json:
        print_json(counts)
    elif counts:
        rows = [(name, str(count)) for name, count in counts.items()]
        page_lines(table_lines((_("tag"), _("cards")), rows, right=[1]))


def _change(
    db: Path | None,
    plan: Callable[[AppContext], Tagging],
    *,
    write: bool,
    yes: bool,
    as_json: bool,
    warning: str = "",
) -> None:
    with open_app(db) as app:
        with working(_("reading"), quiet=as_json):
            tagging = plan(app)
        if write or tagging.updates:
            confirm_many(tagging.cards, yes=yes)
        with working(_("changing cards"), quiet=as_json):
            returned = apply_tagging(app, tagging, write=write)
    if warning:
        echo_err(f"flash: {warning}")
    for line in returned:
        echo_err(line)
    label = _("with the changed tags")
    # Slow for thousands of changes: only if it is shown.
    shown = tagging.in_files if as_json or not write else ()
    patches = [patch_text(one.file, one.before, one.after, label) for one in shown]
    by_hand = tags_by_hand(
        tagging.at_top, tagging.by_hand, tagging.missing, tagging.outdated
    )
    text = _("{place}: the exam has the old tag; rename it by hand")
    by_hand += [text.format(place=place) for place in tagging.exams]
    if as_json:
        print_json(
            {
                "changed": len(tagging.updates),
                "files": [one.file for one in tagging.in_files],
                "written": write,
                "patches": patches,
                "by_hand": by_hand,
            }
        )
        return
    if not write:
        print_patches(patches)
    files = len(tagging.in_files)
    for line in tagged_lines(len(tagging.updates), files, written=write):
        echo_err(line)
    for line in by_hand:
        echo_err(line)
