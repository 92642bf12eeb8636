"""Whatever devices edit and when they sync: an edit stays, or it is named."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from devices import OwnDevice, deliver, exchange, rebuilt
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import NOON, Clock, add

from cards.note import Basic, Cloze, Note
from srs.merging.text_updates import TextUpdate, update_notes
from srs.store.notes import stored_notes

EDITS: dict[str, Callable[[Note, str], Note]] = {
    "tag": lambda note, new: replace(note, tags=(*note.tags, new)),
    "deck": lambda note, new: replace(note, deck=new),
    "extra": lambda note, new: replace(note, extra=new),
    "answer": lambda note, new: replace(note, content=Basic("q", new)),
    "gap": lambda note, new: replace(
        note, content=Cloze(f"{{{{c1::a}}}} {{{{c2::{new}}}}}")
    ),
}
device = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(device, st.sampled_from(sorted(EDITS))),
        st.tuples(device, st.just("sync")),
        st.tuples(device, st.just("deliver")),
    ),
    max_size=14,
)


@given(steps=steps)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_an_edit_stays_or_is_named(steps: list[tuple[int, str]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        devices = [OwnDevice(folder / str(i), Clock(NOON)) for i in range(3)]
        shared = folder / "shared"
        notes = [Note(Basic("q", "a"), "A"), Note(Cloze("{{c1::a}} {{c2::b}}"), "A")]
        with devices[0].opened() as store:
            add(store, notes)
        exchange(devices, shared)
        tags = set[str]()
        for number, (which, what) in enumerate(steps):
            one, new = devices[which], f"new{number}"
            if what == "sync":
                one.sync()
            elif what == "deliver":
                for other in devices:
                    deliver(one.log, other.log)
            else:
                edit(one, what, new)
                tags |= {new} if what == "tag" else set()
        exchange(devices, shared)

        found = [one.contents() for one in devices]
        assert found[1:] == found[:1] * 2
        assert rebuilt(folder / "rebuilt", shared) == found[0]
        told = str([found[0]["notes"], *(one.lost for one in devices)])
        assert {tag for tag in tags if tag not in told} == set()


def edit(device: OwnDevice, what: str, new: str) -> None:
    """Edit the note that has such a part."""
    with device.opened() as store:
        one = next(
            one
            for one in stored_notes(store)
            if isinstance(one.note.content, Cloze) == (what == "gap")
        )
        note = EDITS[what](one.note, new)
        update_notes(store, [TextUpdate(one.guid, note)], device.clock())
