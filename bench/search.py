"""Time to find cards: each kind of term in a store of 100,000 cards."""

import tempfile
from functools import partial
from pathlib import Path

from common import NOW_MS, make_store, median_seconds

from srs.models.query import parse_query
from srs.store.opening import open_store
from srs.store.search import search_cards
from srs.store.settings import Options

_CARDS = 100_000
QUERIES = (
    "",
    "bucket",
    "number",
    '"key policy"',
    "-bucket -policy",
    "deck:large",
    "tag:bench",
    "is:due",
    "is:new",
    "prop:due<3",
    "prop:r<0.9",
    "rated:7",
    "rated:7:1",
    "rated:365",
    "added:3",
    "file:deck",
    "source:kms",
    "id:none",
    "card:1234",
    "(bucket or tag:bench) is:due -rated:3 prop:lapses=0",
)


def main() -> None:
    """Print the median time of each query."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_store(folder / "store.db", cards=_CARDS, reviews_each=5, folder=folder)
        store = open_store(folder / "store.db", NOW_MS)
        options = Options(store)
        for query in QUERIES:
            search = partial(search_cards, store, options, parse_query(query), NOW_MS)
            milliseconds = 1000 * median_seconds(search)
            print(f"{milliseconds:6.0f} ms  {len(search()):7,} cards  {query}")
        store.close()


if __name__ == "__main__":
    main()
