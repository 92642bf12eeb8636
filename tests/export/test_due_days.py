"""A card is due on the same date in Anki and here, at whatever hour days begin."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from anki_exchange import in_anki
from store_fixtures import new_store, shelf

from flash.service.context import AppContext
from flash.service.exporting import export_package
from flash.service.importing import import_package
from srs.store.notes import stored_notes

HOURS = (0, 3, 4, 5, 12, 23)
slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("zone", "moment", "hours"),
    [
        ("America/Los_Angeles", "2026-07-20 22:30", (5,)),
        pytest.param("UTC", "2026-11-20 12:20", HOURS, marks=slow),
        pytest.param("Asia/Tokyo", "2026-11-20 03:30", HOURS, marks=slow),
        pytest.param("America/Los_Angeles", "2026-07-20 22:30", HOURS, marks=slow),
        pytest.param("Pacific/Kiritimati", "2026-11-20 00:10", HOURS, marks=slow),
    ],
)
def test_cards_are_due_on_the_same_date_in_anki(
    tmp_path: Path, zone: str, moment: str, hours: tuple[int, ...]
) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    now_ms = int(now.timestamp()) * 1000
    theirs = in_anki(zone, "give_days", now_ms, folder=tmp_path, hours=hours)
    ours: dict[str, int | None] = {}
    for name in theirs:
        (tmp_path / name).mkdir()
        app = AppContext(new_store(tmp_path / name, zone), lambda: now_ms)
        import_package(app, tmp_path / f"{name}.colpkg")
        assert app.options.rollover == int(name.split()[0])
        ours[name] = shelf(app.store)[0].cards[0].progress.due_day
        for suffix in (".apkg", " back.colpkg"):
            file = tmp_path / f"{name}{suffix}"
            export_package(app, file, stored_notes(app.store), with_schedule=True)
        app.store.close()
    back = in_anki(zone, "take_days", now_ms, folder=tmp_path, names=list(theirs))

    assert (len(theirs), ours) == (2 * len(hours), theirs)
    assert back == {name: [day, day] for name, day in theirs.items()}
