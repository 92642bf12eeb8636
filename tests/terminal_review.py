"""A review session on a real store, with a clock set by the test."""

from pathlib import Path

from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.reviewing import open_session
from srs.models.cards import Rating
from srs.store.opening import open_store
from srs.store.settings import save_setting
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.session import Session

NOON = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""

DECK = """\
deck: AWS Security::13 Secrets
language: en
cards:
  - front: Which FIPS 140 level does AWS KMS meet today?
    back: FIPS 140-3, Security Level 3
    checked: 2026-11-23
    changed: {was: FIPS 140-2 Level 2, since: 2023-05}
    source:
      title: AWS KMS cryptographic details
      url: "https://docs.aws.amazon.com/kms/"
  - choice: Who may delete a protected version?
    options: [Nobody, "A user with `s3:BypassGovernanceRetention`", Root]
    answer: "A user with `s3:BypassGovernanceRetention`"
  - compare: [AWS KMS, AWS CloudHSM]
    by:
      tenancy: {cells: [multi-tenant, single-tenant], reverse: true}
"""


class ReviewSetup:
    """A folder with a deck and a store, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "deck.yaml"
        self.path = folder / "store.db"
        self.now_ms = NOON
        self.sessions: list[Session] = []

    def clock(self) -> int:
        return self.now_ms

    def later(self, *, minutes: float) -> None:
        self.now_ms += round(minutes * 60_000)

    def session(self, deck: str = DECK, limits: SessionLimits | None = None) -> Session:
        """Add a deck and open a review of it, in UTC."""
        self.file.write_text(deck, "utf-8")
        store = open_store(self.path, self.now_ms)
        save_setting(store, "time_zone", "UTC")
        app = AppContext(store, self.clock)
        add_unasked(app, read_files([self.file]))
        session = open_session(app, limits=limits)
        self.sessions.append(session)
        return session

    def cram(self, cram: CramOptions, *, new: int | None = None) -> Session:
        """Open a cram of the cards that were added."""
        store = open_store(self.path, self.now_ms)
        session = Session(store, self.clock, CardFilter(new=new), cram=cram)
        self.sessions.append(session)
        return session

    def confusions(self) -> list[tuple[str, str]]:
        """Read the pairs of confused questions from the disk."""
        store = open_store(self.path, self.now_ms)
        rows = store.rows(
            "select a.fields ->> 'front', b.fields ->> 'front' from confusions f"
            " join cards c on c.id = f.card join notes a on a.guid = c.note"
            " join cards d on d.id = f.other join notes b on b.guid = d.note"
            " order by f.review"
        )
        store.close()
        return rows

    def ratings(self) -> list[Rating]:
        """Read the ratings from the disk through another connection."""
        store = open_store(self.path, self.now_ms)
        rows = store.rows("select rating from reviews where undone = 0 order by id")
        store.close()
        return [Rating(row[0]) for row in rows]

    def close(self) -> None:
        for session in self.sessions:
            session.close()
