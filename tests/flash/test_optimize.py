"""`flash optimize` and `flash reschedule`."""

import json
import shlex
import sys
from pathlib import Path

import pytest
from command_runner import Run
from simulated_learner import fill, live
from store_fixtures import DAY_MS, NOON, add, ids, new_store, numbered

from srs.models.presets import DEFAULT_PARAMETERS
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a store whose learner has answered two decks for years."""
    folder = tmp_path_factory.mktemp("lived")
    store = new_store(folder)
    add(store, [*numbered(90, "A"), *numbered(60, "B")], NOON - 900 * DAY_MS)
    fill(store, live(ids(store), 540))
    rebuild_cache(store, Options(store))
    store.connection.execute("pragma journal_mode = delete")
    store.close()
    return (folder / "store.db").read_bytes()


@pytest.fixture
def flash(flash: Run, lived: bytes) -> Run:
    Path("store.db").write_bytes(lived)
    return flash


def test_fit_shows_its_data_and_evaluation(flash: Run) -> None:
    code, out, err = flash("optimize", "--dry-run")

    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("all decks: 1502 reviews, ")
    assert lines[1].endswith("later answers; smaller is better")
    assert [line.split()[0] for line in lines[2:5]] == ["log", "before", "after"]
    assert lines[5] == "the new parameters are better:"
    assert lines[-1] == "(dry run: nothing was changed)"


def test_fit_is_saved_only_without_dry_run(flash: Run) -> None:
    def used() -> object:
        found = json.loads(flash("optimize", "--dry-run", "--json")[1])
        return found["old"]

    before = used()
    done = json.loads(flash("optimize", "--json")[1])
    after = used()
    undone = flash("undo")

    assert before == list(DEFAULT_PARAMETERS)
    assert (done["changed"], done["better"], done["kept"]) == (True, True, None)
    assert done["after"]["log_loss"] < done["before"]["log_loss"]
    assert after == done["fitted"]
    assert undone[:2] == (
        0,
        "Restored the previous parameters of all decks.\n",
    )
    assert used() == before


def test_all_fits_each_deck_with_own_parameters(flash: Run, tmp_path: Path) -> None:
    from srs.store.opening import open_store

    store = open_store(tmp_path / "store.db", NOON)
    save_options(store, "B", {"parameters": DEFAULT_PARAMETERS})
    store.close()

    found = json.loads(flash("optimize", "--all", "--dry-run", "--json")[1])

    assert [one["deck"] for one in found] == ["", "B"]
    assert sum(one["reviews"] for one in found) == 1502
    assert flash("optimize", "B", "--all")[2] == (
        "flash: give a deck or --all, not both\n"
    )
    assert flash("optimize", "C")[0] == 1


def test_few_reviews_keep_the_defaults(flash: Run, tmp_path: Path) -> None:
    from srs.store.opening import open_store

    store = open_store(tmp_path / "store.db", NOON)
    store.db.execute(
        "update reviews set undone = 1 where id not in"
        " (select id from reviews order by card, id limit 30)"
    )
    store.close()

    code, out, _ = flash("optimize")

    assert code == 0
    assert "kept the old parameters: only " in out
    assert out.endswith("with fewer than 400 reviews the defaults are a good choice\n")


def test_missing_optimizer_says_what_to_install(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsrs_rs_python", None)

    code, _, err = flash("optimize")

    assert code == 1
    python = shlex.quote(sys.executable)
    assert err == (
        f"flash: the optimizer isn't installed ({python} -m pip install"
        " 'fsrs-rs-python<0.10,>=0.9.2')\n"
    )


ODD = {
    "the clock went backwards": "update reviews set offset_min = iif(id % 2, 840, -720)",
    "all on one day": "update reviews set id = :n + id % 80000000, origin_ms = :n + id % 80000000",
    "all again": "update reviews set rating = 1",
    "one card": "update reviews set undone = 1 where card > (select min(id) from cards)",
    "nothing": "update reviews set undone = 1",
    "all suspended": "update cards set suspended = 1",
    "no first answer": "update reviews set kind = 1, state_before = 2",
}


@pytest.mark.parametrize("damage", ODD.values(), ids=ODD)
def test_unusable_log_gives_an_error_line(
    flash: Run, tmp_path: Path, damage: str
) -> None:
    from srs.store.opening import open_store

    store = open_store(tmp_path / "store.db", NOON)
    if ":n" in damage:
        store.db.execute("update reviews set undone = 1 where id % 7")
        damage = "update or ignore " + damage.removeprefix("update ")
        store.db.execute(damage, {"n": NOON})
    else:
        store.db.execute(damage)
    store.close()

    code, out, err = flash("optimize")

    assert code in (0, 1)
    assert out or err
    assert "Traceback" not in out + err


def test_reschedule_dry_run_shows_the_new_load(flash: Run) -> None:
    flash("config", "desired_retention", "0.8")

    tried = flash("reschedule", "--dry-run")
    done = flash("reschedule", "--json")
    again = flash("reschedule")

    assert tried[1].splitlines()[0].endswith("(dry run: nothing was changed)")
    moved = json.loads(done[1])["moved"]
    assert f"moved {moved} of " in tried[1]
    assert moved > 50
    assert again[1].startswith("moved 0 of ")
    assert flash("undo")[1] == (f"Undid rescheduling {moved} cards.\n")
