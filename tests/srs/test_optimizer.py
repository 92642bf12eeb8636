"""Fitted parameters: the same as Anki's, adopted only if they are better."""

import sys
from pathlib import Path

import pytest
from anki_exchange import in_anki, package
from simulated_learner import fill, live
from store_fixtures import DAY_MS, NOON, add, contradictions, new_store, numbered

from srs.models.cards import ReviewKind
from srs.models.presets import DEFAULT_PARAMETERS
from srs.optimizer.fit import KeptReason, NoOptimizer, fit, rounded
from srs.optimizer.parameters import adopt, fit_deck
from srs.optimizer.training import read_training_set, training_set
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options
from srs.store.undo import undo_last

DONE = NOON


def lived(folder: Path, cards: int, days: int = 540, seed: int = 1) -> Store:
    """Create a store with a learner of other than the default parameters."""
    store = new_store(folder)
    add(store, numbered(cards), NOON - 900 * DAY_MS)
    ids = [row[0] for row in store.rows("select id from cards")]
    fill(store, live(ids, days, seed))
    rebuild_cache(store, Options(store))
    return store


def assert_fits_as_anki(store: Store, folder: Path) -> None:
    """Compare with Anki's fit to the same log, then close the store."""
    file = package(store, folder / "deck.apkg", NOON)
    in_anki("UTC", "take", collection=folder / "c.anki2", file=file)
    theirs = in_anki("UTC", "fit", collection=folder / "c.anki2")

    found = fit_deck(store, Options(store), "").fit

    assert found.reviews > 400
    assert found.parameters == rounded(theirs)
    store.close()


@pytest.mark.slow
def test_fit_matches_anki(tmp_path: Path) -> None:
    store = lived(tmp_path, 150)

    assert_fits_as_anki(store, tmp_path)


@pytest.mark.slow
def test_fit_matches_anki_with_cram_and_manual_rows(tmp_path: Path) -> None:
    store = lived(tmp_path, 150)
    cram = "kind = 3, difficulty = 0, ease = 0"
    store.db.execute("update reviews set kind = 0 where id % 23 = 0")
    store.db.execute(
        f"update reviews set {cram} where id % 17 = 0 and state_before = 2"
    )
    by_hand = "update reviews set rating = 0, duration_ms = 0, kind = 4"
    store.db.execute(f"{by_hand}, difficulty = 0, interval = 0 where id % 29 = 0")
    store.db.execute(f"{by_hand} where id % 31 = 0 and difficulty > 0")
    store.db.execute("update reviews set rating = 0, kind = 5 where id % 37 = 0")
    rebuild_cache(store, Options(store))

    assert_fits_as_anki(store, tmp_path)


def test_better_parameters_are_adopted_and_can_be_undone(tmp_path: Path) -> None:
    store = lived(tmp_path, 150)
    found = fit_deck(store, Options(store), "")
    assert found.fit.kept is None
    assert found.fit.before is not None
    assert found.fit.after is not None
    assert found.fit.after.log_loss < found.fit.before.log_loss

    adopt(store, found, DONE)

    options = Options(store)
    assert options.preset("A").parameters == found.fit.parameters
    assert contradictions(store) == []
    again = fit_deck(store, options, "").fit
    assert again.kept is KeptReason.SAME
    undone = undo_last(store, options)
    assert undone is not None
    assert undone.operation.name == "optimize"
    assert Options(store).preset("A").parameters == DEFAULT_PARAMETERS
    assert contradictions(store) == []
    store.close()


def test_too_few_reviews_keep_the_old_parameters(tmp_path: Path) -> None:
    store = lived(tmp_path, 2)

    found = fit_deck(store, Options(store), "").fit

    assert found.parameters is None
    assert found.kept is KeptReason.TOO_FEW
    store.close()


ODD = {
    "nothing": [],
    "one answer": [[(3, 0)]],
    "only the same day": [[(1, 0), (3, 0), (3, 0)]] * 80,
    "one card": [[(3, 0), *[(3, 5)] * 100]],
    "all forgotten": [[(1, 0), *[(1, 3)] * 4]] * 40,
    "all known": [[(3, 0), *[(3, 9)] * 4]] * 40,
}


@pytest.mark.parametrize("logs", ODD.values(), ids=ODD)
def test_odd_log_does_not_panic(logs: list[list[tuple[int, int]]]) -> None:
    rows = []
    for card, log in enumerate(logs, 1):
        day = NOON // DAY_MS
        for number, (rating, elapsed) in enumerate(log):
            day += elapsed
            at = day * DAY_MS + NOON % DAY_MS + 1000 * card + number
            kind = ReviewKind.REVIEW if number else ReviewKind.LEARN
            rows.append((at, rating, 0, 2, 0, 9, kind, 2, 5.0, 0, card))

    found = fit(training_set(sorted(rows), 4), DEFAULT_PARAMETERS)

    assert found.kept or found.parameters is not None


def test_missing_extra_raises_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = lived(tmp_path, 40)
    monkeypatch.setitem(sys.modules, "fsrs_rs_python", None)

    with pytest.raises(NoOptimizer):
        fit_deck(store, Options(store), "")
    store.close()


def test_suspended_cards_are_left_out(tmp_path: Path) -> None:
    store = lived(tmp_path, 30)
    options = Options(store)
    decks = [row[0] for row in store.rows("select id from decks")]
    whole = read_training_set(store, decks, options.rollover)
    card = whole.histories[0].card
    count = len(whole.histories[0].answers)

    store.db.execute("update cards set suspended = 1 where id = ?", (card,))
    without = read_training_set(store, decks, options.rollover)

    assert without.reviews == whole.reviews - count
    assert card not in {history.card for history in without.histories}
    store.close()
