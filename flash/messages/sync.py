"""Texts about a sync between devices."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from cards.text.terminal import plain_text
from cards.text.width import clean
from cards.translate import _, ngettext
from export.carriers.address import log_address
from flash.messages.phrases import count_notes, count_reviews, quoted_text, sentence
from flash.terminal import clip_line, table_lines
from srs.models.incoming import LostEdit
from srs.store.sync_state import Device
from srs.sync.log import Fault
from srs.sync.outcome import ClockDifference, Synced, SyncQuestion

_SHOWN = 5
_TEXT_COLUMNS = 60


def synced_line(done: Synced) -> str:
    """Count what was sent and received."""
    received = done.received
    files = done.media.sent, done.media.received
    media = ""
    if any(files):
        media = _("Media: {sent} sent, {received} received.")
        media = " " + media.format(sent=files[0], received=files[1])
    if not (done.sent.entries or received.entries):
        return media.strip() or _("Nothing to send, nothing new.")
    text = _("Sent {sent}, received {received}").format(
        sent=done.sent.entries, received=received.entries
    )
    if received.entries:
        text = _("{sums} ({reviews}, {notes}) from {devices}").format(
            sums=text,
            reviews=count_reviews(received.reviews),
            notes=count_notes(received.notes),
            devices=_count_devices(received.devices),
        )
    joined = ""
    if received.joined:
        text_of_joined = ngettext(
            "Joined the edits of {n} note that two devices changed.",
            "Joined the edits of {n} notes that two devices changed.",
            received.joined,
        )
        joined = " " + text_of_joined.format(n=received.joined)
    return sentence(text) + joined + media


def _count_devices(count: int) -> str:
    return ngettext("{n} device", "{n} devices", count).format(n=count)


def log_title(done: Synced) -> str:
    """Name the log."""
    text = _("{log} (encrypted)") if done.is_encrypted else "{log}"
    return text.format(log=done.address)


def remark_lines(done: Synced) -> list[str]:
    """Report what could not be merged, and odd clocks and files."""
    lines = _several([fault_text(one) for one in done.faults])
    lines += [parked_text(*one) for one in sorted(done.parked.items())]
    too_large = _("{name}: larger than 64 MB, not sent to other devices")
    files = [*done.sent.too_large, *done.media.too_large]
    lines += _several([too_large.format(name=one) for one in files])
    if done.foreign:
        text = _("not part of the log, ignored: {names}")
        shown = ", ".join(done.foreign[:_SHOWN]) + (
            " …" if len(done.foreign) > _SHOWN else ""
        )
        lines.append(text.format(names=shown))
    if "://" in done.address and log_address(done.address).is_open:
        lines.append(
            _("others in the network can read your cards; use https or davs://")
        )
    names = {one.id: one.name for one in done.devices}
    lines += lost_edit_lines(done.received.lost, names)
    lines += [_clock_text(one) for one in done.clocks]
    lines += [
        _(
            "the deck '{deck}' has settings and no cards: another device renamed or"
            " removed it (flash config --deck '{deck}' shows them)"
        ).format(deck=deck)
        for deck in done.left_behind
    ]
    return [clean(line) for line in lines]


def lost_edit_lines(edits: Iterable[LostEdit], names: Mapping[str, str]) -> list[str]:
    """Name the notes that were edited on two devices, and what was lost.

    Args:
        edits: The lost edits.
        names: The names of devices by id; they may be empty.
    """
    return _several([_lost_text(one, names) for one in edits])


def _lost_text(edit: LostEdit, names: Mapping[str, str]) -> str:
    """Name a note that was edited on two devices, and what was lost."""
    device = names.get(edit.device) or edit.device
    asked = clip_line(plain_text(edit.question), _TEXT_COLUMNS)
    if edit.was_removed:
        text = _("'{question}' was removed on {device} and edited later: it stays")
        return text.format(question=asked, device=device)
    text = _(
        "'{question}' was edited on two devices; the later edit was kept, without what"
        " {device} had: {texts}"
    )
    if not edit.texts:
        text = _(
            "'{question}' was edited on two devices; the later edit was kept, with what"
            " {device} had removed: {texts}"
        )
    texts = (clip_line(one, _TEXT_COLUMNS) for one in edit.texts or edit.removed)
    return text.format(
        question=asked,
        device=device,
        texts=_(", ").join(map(quoted_text, texts)),
    )


def _clock_text(one: ClockDifference) -> str:
    """Name two clocks, of which either may be wrong."""
    return ngettext(
        "the clocks of this device and of {device} differ by {n} day;"
        " changes of the later one count as the latest",
        "the clocks of this device and of {device} differ by {n} days;"
        " changes of the later one count as the latest",
        one.days,
    ).format(device=one.device, n=one.days)


def _several(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN
    if more <= 0:
        return lines
    text = ngettext("… and {n} more", "… and {n} more", more)
    return [*lines[:_SHOWN], text.format(n=more)]


def fault_text(fault: Fault) -> str:
    """Explain why a segment was not merged."""
    text = {
        "broken": _(
            "{name}: incomplete or damaged; it is read again next time. If it stays so,"
            " delete it: its device sends it again"
        ),
        "newer": _("{name}: written by a newer flash; update flash here"),
        "missing": _("{name}: not there yet; the rest was merged"),
        "other": _("{name}: belongs to another log; --yes merges it"),
    }[fault.reason]
    return text.format(name=fault.name)


def parked_text(reason: str, count: int) -> str:
    """Explain why entries were kept aside."""
    text = {
        "waiting": ngettext(
            "{n} entry waits for its note, which has not arrived yet",
            "{n} entries wait for their notes, which have not arrived yet",
            count,
        ),
        "media": ngettext(
            "{n} entry waits for its media files, which have not arrived yet",
            "{n} entries wait for their media files, which have not arrived yet",
            count,
        ),
        "unknown": ngettext(
            "{n} entry is of a newer flash; it is kept until flash is updated here",
            "{n} entries are of a newer flash; they are kept until flash is updated"
            " here",
            count,
        ),
        "invalid": ngettext(
            "{n} entry can't be used by this flash; it is kept",
            "{n} entries can't be used by this flash; they are kept",
            count,
        ),
    }[reason]
    return text.format(n=count)


def join_question(question: SyncQuestion, address: str) -> str:
    """Ask for consent to what can't be taken back."""
    text = {
        SyncQuestion.ANSWERS: _(
            "{log} has the log of another store. Merge it with this store, for good?"
        ),
        SyncQuestion.EMPTIED: _(
            "{log} is empty, but had a log. Send everything again?"
        ),
    }[question]
    return clean(text.format(log=address))


def refusal_text(question: SyncQuestion) -> tuple[str, str]:
    """Return message and hint if the user didn't agree."""
    return {
        SyncQuestion.ANSWERS: (
            _("this store has answers and was never in this log; nothing was changed"),
            _("add --yes to merge both for good"),
        ),
        SyncQuestion.EMPTIED: (
            _("the log is empty, but had entries before; nothing was changed"),
            _("mount the folder, or add --yes to send everything again"),
        ),
    }[question]


def device_lines(devices: Mapping[str, str], known: tuple[Device, ...]) -> list[str]:
    """List devices with their last change.

    Args:
        devices: The local time of the last change by id.
        known: The devices.
    """
    rows = [[one.name, devices[one.id], one.id] for one in known]
    return table_lines([_("device"), _("last change"), _("id")], rows)


def key_joined() -> str:
    """Tell that a key was entered."""
    return _("Key saved. What this device sends from now on is encrypted with it.")


def key_remarks(file: Path, log: str) -> list[str]:
    """Explain what to do with the key.

    Args:
        file: Where it is kept.
        log: Where something was sent before; empty for nowhere.
    """
    lines = [
        _("From now on all that this device sends is encrypted with this key."),
        # Not with the `--db` of this device, as `_` would name it.
        _("On each other device: {command}").format(
            command="flash sync encrypt --join"
        ),
        _(
            "Keep a copy of {file} in a safe place; without it, encrypted logs can't be"
            " read."
        ),
    ]
    if log:
        lines.append(
            _(
                "What {log} has already stays readable. To hide it, sync all devices"
                " into an empty folder instead, and delete the old one."
            )
        )
    return [line.format(file=file, log=log) for line in lines]
