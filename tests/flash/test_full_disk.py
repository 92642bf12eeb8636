"""A store that can't be written leaves deck files as they were."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from export.files import ExportError
from flash.service.file_patches import write_with_store
from srs.store.connection import Store

resource = pytest.importorskip("resource")
CARDS = 400


@contextmanager
def small_files() -> Iterator[None]:
    """Files end at 64 KiB: enough for a deck file, but not for the store's log."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def large(flash: Run) -> Run:
    cards = "".join(f"  - {{front: q{n}, back: a{n}}}\n" for n in range(CARDS))
    Path("large.yaml").write_text(f"deck: Large\ncards:\n{cards}", "utf-8")
    flash("add", "large.yaml")
    return flash


def files() -> dict[str, str]:
    found = [*Path().glob("*.yaml"), *Path().glob(".flash-*")]
    return {path.name: path.read_text("utf-8") for path in found}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file size limit")
@pytest.mark.parametrize(
    "words",
    [
        ("tag", "add", "new", "Large", "--write", "--yes"),
        ("tag", "rename", "old", "new", "--write", "--yes"),
        ("add", "-"),
    ],
    ids=["tag", "rename", "add"],
)
def test_a_full_disk_leaves_the_deck_file(large: Run, words: tuple[str, ...]) -> None:
    large("tag", "add", "old", "Large", "--write", "--yes")
    before = files()
    typed = CELLS.replace("tags: [biology]\n", "") + "".join(
        f"  - {{front: new {n}, back: a}}\n" for n in range(CARDS)
    )

    with small_files():
        code, out, err = large(*words, typed=typed)

    assert (code, out) == (1, "")
    assert "store.db" in err
    assert files() == before
    assert large(*words, typed=typed)[0] == 0
    assert not list(Path().glob(".flash-*"))


def test_a_new_file_goes_with_its_transaction(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        write_with_store(store, tmp_path / "new.yaml", "deck: D\n")
        raise ZeroDivisionError

    assert not (tmp_path / "new.yaml").exists()


def test_a_text_that_can_not_be_put_back_is_named(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "d.yaml"
    file.write_text("old", "utf-8")

    with (
        pytest.raises(ExportError, match="but the file has the change"),
        store.transaction(),
    ):
        write_with_store(store, file, "new")
        for copy in tmp_path.glob(".flash-*"):
            copy.unlink()
        raise ZeroDivisionError

    assert file.read_text("utf-8") == "new"
