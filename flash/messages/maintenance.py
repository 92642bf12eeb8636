"""Texts about backups, restoring and repairs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from cards.text.width import clean
from cards.translate import _, program
from flash.messages.checks import fix_text, problem_text
from flash.terminal import table_lines
from srs.maintenance.checks import Finding
from srs.maintenance.restore import RebuildSources
from srs.store.backups import Backup, Contents

FIGURES = ("notes", "cards", "reviews")
"""Counts in the contents of a store, in the order in which they are shown."""


def backup_line(file: Path, size: int) -> str:
    """Name a backup and its size."""
    return f"{file}: {_megabytes(size)} MB"


def backup_table(backups: Iterable[Backup]) -> list[str]:
    """List backups with their contents."""
    rows = [
        [one.path.name, _megabytes(one.size), *_cells(one.contents)] for one in backups
    ]
    head = [_("backup (UTC)"), "MB", *_figure_names(), _("last review (UTC)")]
    return table_lines(head, rows, right=(1, 2, 3, 4))


def no_backups_line(folder: Path) -> str:
    """Say that a folder has no backups."""
    return _("No backups in {folder}.").format(folder=folder)


def restore_lines(
    path: Path, source: str, now: Contents | None, then: Contents
) -> list[str]:
    """Compare a backup with the store that it replaces."""
    text = _("{source} replaces {store}").format(source=source, store=path)
    lines = [clean(text)]
    if now is None and path.exists():
        lines.append(_("The present store can't be read; a copy of it is kept."))
    rows: list[list[str]] = []
    for field, name in zip(FIGURES, _figure_names(), strict=True):
        before, after = getattr(now, field, 0), getattr(then, field)
        rows.append([name, str(before), str(after), f"{after - before:+}"])
    rows.append([_("last review (UTC)"), _last_review(now), _last_review(then), ""])
    head = ["", _("now"), _("then"), _("change")]
    return [*lines, *table_lines(head, rows, right=(1, 2, 3))]


def log_line(log: str) -> str:
    """Warn that a restored store doesn't stay as it was."""
    text = _("The next flash sync brings back what {log} has.")
    return clean(text.format(log=log))


def replace_question(path: Path) -> str:
    """Ask whether the store may be replaced."""
    return _("Replace {store}?").format(store=path)


def restored_line(saved: Path | None) -> str:
    """Say where the previous store was saved."""
    if saved is None:
        return _("Restored.")
    return _("Restored. Backup of the previous store: {file}").format(file=saved)


def finding_lines(
    findings: Sequence[Finding], found: RebuildSources | None = None, *, fixed: bool
) -> list[str]:
    """List the problems of a store and their repairs.

    Args:
        findings: The problems.
        found: What a damaged store can be rebuilt from.
        fixed: They were repaired, as far as they can be.
    """
    lines = []
    for one in findings:
        mark = _("fixed") if fixed and one.is_fixable else _("problem")
        fix = fix_text(one, found)
        if one.is_fixable and not fixed:
            fix = f"--fix: {fix}"
        lines.append(clean(f"{mark}: {problem_text(one)} ({fix})"))
    if not findings:
        lines.append(_("No problems found."))
    elif not fixed:
        lines.append(_("(nothing was changed)"))
    return lines


def repair_backup_line(backup: Path) -> str:
    """Name the backup that was made before a repair."""
    return _("Backup before the repair: {file}").format(file=backup)


def kept_line(kept: Path) -> str:
    """Name the damaged file that a store was rebuilt from."""
    return _("The damaged file is kept: {file}").format(file=kept)


def recovery_lines(path: Path) -> list[str]:
    """Tell how to look for answers that no backup has."""
    return [
        _("First try to recover the rest into a new store, see docs/data-model.md:"),
        "  flash doctor --db new.db",
        clean(f"  sqlite3 {quote(str(path))} .recover | sqlite3 new.db"),
        "  flash doctor --db new.db --fix",
        f"  {program()} restore new.db",
    ]


def _figure_names() -> tuple[str, str, str]:
    return _("notes"), _("cards"), _("reviews")


def _cells(contents: Contents | None) -> list[str]:
    if contents is None:
        return ["-", "-", "-", _("damaged")]
    counts = [str(getattr(contents, name)) for name in FIGURES]
    return [*counts, _last_review(contents)]


def _last_review(contents: Contents | None) -> str:
    if contents is None or contents.newest_ms is None:
        return "-"
    return f"{datetime.fromtimestamp(contents.newest_ms // 1000, UTC):%Y-%m-%d %H:%M}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
