"""A person who studies with flash and with Anki: both sides of an exchange.

Anki's side runs in a process of its own, because its backend reads the time zone
only once.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from store_fixtures import Clock, add, new_store

from cards.note import Basic, Cloze, ListNote, Note
from export.anki.package_writer import Creation, write_package
from export.anki.rows import Schedule
from srs.models.cards import Rating
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.study_day import DAY_MS, study_day
from srs.store.connection import Store
from srs.store.notes import stored_notes
from srs.store.revlog import logged
from srs.store.settings import Options, save_options
from srs.study.session import Session

FIRST_DAY = 18_262


def notes(count: int) -> list[Note]:
    """Make notes of several kinds in two decks."""
    made: list[Note] = []
    for number in range(count):
        deck = "Cells" if number % 2 else "Cells::Basics"
        contents = (
            Basic(f"q{number}", f"a{number}", reverse=number % 4 == 0),
            Cloze(f"x{number} {{{{c1::one{number}}}}} and {{{{c2::two{number}}}}}"),
            ListNote(f"l{number}", (f"i{number}", f"j{number}", f"k{number}")),
        )
        made.append(Note(contents[number % 3], deck, id=f"n{number}"))
    return made


def studied(folder: Path, zone: str, now_ms: int, *, days: int, seed: int) -> Store:
    """Make a store that a person has used for some days up to a moment."""
    store = new_store(folder, zone)
    chance = random.Random(seed)
    clock = Clock(now_ms - days * DAY_MS)
    save_options(store, "", {"new_per_day": 6, "bury_siblings": False, "fuzz": True})
    add(store, notes(45), clock())
    while clock() < now_ms - DAY_MS:
        session = Session(store, clock)
        for _ in range(12):
            if session.next() is None:
                break
            rating = chance.choices(list(Rating), (15, 10, 60, 15))[0]
            session.answer(rating, chance.randrange(500, 90_000))
            clock.turn(minutes=chance.uniform(0.2, 3))
        clock.turn(days=chance.choice((0.3, 0.7, 1, 1.4)))
    return store


def package(
    store: Store, path: Path, now_ms: int, *, with_schedule: bool = True
) -> Path:
    """Export as the command does."""
    options = Options(store)
    calendar = options.calendar
    first = calendar.start_ms(FIRST_DAY)
    creation = Creation(first // 1000 - 1, -calendar.offset_of(first), options.rollover)
    schedule = Schedule(
        first_day=FIRST_DAY,
        today=calendar.day(now_ms),
        day_of=calendar.day,
        preset_of=options.preset,
        days_of=interval_days,
        reviews=logged(store),
    )
    write_package(
        path,
        stored_notes(store),
        creation,
        schedule=schedule if with_schedule else None,
    )
    return path


def in_anki(zone: str, step: str, at_ms: int = 0, **arguments: Any) -> Any:
    """Run one of the steps below in Anki, somewhere in the world, at some moment."""
    command = [sys.executable, __file__, step, json.dumps(arguments, default=str)]
    if at_ms:
        # Anki's backend reads the clock itself.
        local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
        command = ["faketime", f"{local:%Y-%m-%d %H:%M:%S}", *command]
    environment = {**os.environ, "TZ": zone, "ANKI_TEST_MODE": "1"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    for _ in range(5):
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        # A killed process with the same number has left its semaphore: not begun.
        if "sem_open: File exists" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def take(collection: str, file: str) -> dict[str, Any]:
    """Import a package as a person does who ticks scheduling and presets."""
    from anki.collection import (
        Collection,
        ImportAnkiPackageOptions,
        ImportAnkiPackageRequest,
    )

    opened = Collection(collection)
    options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    request = ImportAnkiPackageRequest(package_path=file, options=options)
    opened.import_anki_package(request)
    found = _cards(opened)
    opened.close()
    return found


def compute(collection: str) -> dict[str, Any]:
    """Let Anki compute every memory state from the review log."""
    from anki.collection import Collection

    opened = Collection(collection)
    opened.set_config("fsrs", True)
    found = {}
    for guid, ordinal, card in opened.db.all(
        "select n.guid, c.ord, c.id from cards c join notes n on n.id = c.nid"
        " where c.reps > 0"
    ):
        state = opened._backend.compute_memory_state(card).state
        found[f"{guid}:{ordinal}"] = [state.stability, state.difficulty]
    opened.close()
    return found


def answer(collection: str, count: int, seed: int) -> int:
    """Answer what Anki asks, as its own scheduler has it."""
    from anki.collection import Collection

    opened = Collection(collection)
    opened.set_config("fsrs", True)
    opened.decks.select(opened.decks.id("Cells"))
    chance = random.Random(seed)
    done = 0
    while done < count:
        card = opened.sched.getCard()
        if card is None:
            break
        card.start_timer()
        opened.sched.answerCard(card, chance.choices((1, 2, 3, 4), (15, 10, 60, 15))[0])
        done += 1
    opened.close()
    return done


def touch(collection: str) -> dict[str, str]:
    """Set a due day, reset a card, suspend one and flag one; give their names."""
    from anki.collection import Collection

    opened = Collection(collection)
    names = {
        card: f"{guid}:{ordinal}"
        for card, guid, ordinal in opened.db.all(
            "select c.id, n.guid, c.ord from cards c join notes n on n.id = c.nid"
            " where c.type = 2 and c.queue = 2 order by c.id"
        )
    }
    due, reset, suspended, flagged = list(names)[:4]
    opened.sched.set_due_date([due], "9")
    opened.sched.schedule_cards_as_new([reset])
    opened.sched.suspend_cards([suspended])
    opened.set_user_flag_for_cards(3, [flagged])
    opened.close()
    return {
        "due": names[due],
        "reset": names[reset],
        "suspended": names[suspended],
        "flagged": names[flagged],
    }


def fit(collection: str) -> list[float]:
    """Let Anki optimize the parameters of FSRS."""
    from anki.collection import Collection

    opened = Collection(collection)
    opened.set_config("fsrs", True)
    found = opened._backend.compute_fsrs_params(
        search="-is:suspended",
        current_params=[],
        ignore_revlogs_before_ms=0,
        num_of_relearning_steps=1,
        health_check=False,
    )
    opened.close()
    return list(found.params)


SM2_LOGS = {
    "whole": [
        # Days ago, rating, interval, the one before, ease, kind.
        (60, 3, -600, 0, 0, 0),
        (60, 3, 1, -600, 2500, 0),
        (59, 3, 3, 1, 2500, 1),
        (56, 1, -600, 3, 2300, 1),
        (56, 3, 1, -600, 2300, 2),
        (55, 4, 4, 1, 2450, 1),
        (51, 3, 10, 4, 2450, 1),
    ],
    "begins late": [
        (50, 3, 20, 8, 2350, 1),
        (30, 2, 24, 20, 2200, 1),
        (6, 3, 52, 24, 2200, 1),
    ],
    "nothing": [],
}


def sm2(collection: str, file: str) -> dict[str, Any]:
    """Make cards that SM-2 has scheduled; give what FSRS makes of them in Anki."""
    from anki.collection import Collection, ExportAnkiPackageOptions

    opened = Collection(collection)
    timing = opened._backend.sched_timing_today()
    found = {}
    for front, log in SM2_LOGS.items():
        note = opened.new_note(opened.models.by_name("Basic"))
        note["Front"], note["Back"] = front, "a"
        opened.add_note(note, 1)
        card = note.card_ids()[0]
        for index, (days, rating, interval, last, ease, kind) in enumerate(log):
            at = (timing.next_day_at - (days + 1) * 86_400 + 3600 + index * 60) * 1000
            opened.db.execute(
                "insert into revlog values (?, ?, -1, ?, ?, ?, ?, 4000, ?)",
                at + card % 1000,
                card,
                rating,
                interval,
                last,
                ease,
                kind,
            )
        interval, ease = (log[-1][2], log[-1][4]) if log else (30, 2100)
        ago = log[-1][0] if log else 12
        opened.db.execute(
            "update cards set type = 2, queue = 2, ivl = ?, factor = ?, due = ?,"
            " reps = ? where id = ?",
            interval,
            ease,
            timing.days_elapsed + interval - ago,
            len(log),
            card,
        )
    opened.export_anki_package(
        out_path=file,
        options=ExportAnkiPackageOptions(
            with_scheduling=True, with_deck_configs=True, legacy=False
        ),
        limit=None,
    )
    opened.set_config("fsrs", True)
    for front, card in opened.db.all(
        "select n.sfld, c.id from cards c join notes n on n.id = c.nid"
    ):
        state = opened._backend.compute_memory_state(card).state
        found[front] = [state.stability, state.difficulty]
    opened.close()
    return found


def give_out(collection: str, file: str, legacy: bool) -> dict[str, Any]:
    """Export all of it with its schedule; give what it holds."""
    from anki.collection import Collection, ExportAnkiPackageOptions

    opened = Collection(collection)
    opened.export_anki_package(
        out_path=file,
        options=ExportAnkiPackageOptions(
            with_scheduling=True,
            with_deck_configs=True,
            with_media=True,
            legacy=legacy,
        ),
        limit=None,
    )
    found = _cards(opened)
    opened.close()
    return found


def give_days(folder: str, hours: list[int]) -> dict[str, int]:
    """Write whole collections whose days begin at some hours; give the due days."""
    found = {}
    for name in (f"{hour}{old}" for hour in hours for old in ("", " old")):
        opened = _of_last_week(f"{folder}/{name}.anki2", name)
        note = opened.new_note(opened.models.by_name("Basic"))
        note.fields = ["q", "a"]
        opened.add_note(note, 1)
        card = opened.sched.getCard()
        card.start_timer()
        opened.sched.answerCard(card, 4)
        found[name] = _due_day(opened)
        opened.export_collection_package(f"{folder}/{name}.colpkg", False, False)
    return found


def take_days(folder: str, names: list[str]) -> dict[str, list[int]]:
    """Read a package and a whole collection of each name; give the due days."""
    from anki.collection import Collection

    found = {}
    for name in names:
        path, whole = f"{folder}/{name} new.anki2", f"{folder}/{name}.anki2"
        _of_last_week(path, name).close()
        take(path, f"{folder}/{name}.apkg")
        closed = Collection(whole)
        closed.close()
        closed._backend.import_collection_package(
            col_path=whole,
            backup_path=f"{folder}/{name} back.colpkg",
            media_folder=folder,
            media_db=f"{whole}.media",
        )
        found[name] = [_due_day(Collection(one)) for one in (path, whole)]
    return found


def _of_last_week(path: str, name: str) -> Any:
    """Make a collection named after the hour at which its days begin."""
    from anki.collection import Collection

    opened = Collection(path)
    opened.db.execute("update col set crt = crt - 7 * 86400")
    opened.set_config("rollover", int(name.removesuffix(" old")))
    if "old" in name:
        opened.remove_config("creationOffset")
    return opened


def _due_day(opened: Any) -> int:
    """Return the study day on which the only card is due, as Anki shows it."""
    days = opened.db.scalar("select due from cards") - opened.sched.today - 1
    tomorrow = datetime.fromtimestamp(opened.sched.day_cutoff).astimezone()
    return (tomorrow.date() - date(1970, 1, 1)).days + days


def _cards(opened: Any) -> dict[str, Any]:
    """Give what Anki knows of each card, by guid and ordinal."""
    found = {}
    timing = opened._backend.sched_timing_today()
    ending = timing.next_day_at - 60
    today = study_day(ending * 1000, time.localtime(ending).tm_gmtoff // 60, 4)
    first_day = today - timing.days_elapsed
    for row in opened.db.all(
        "select n.guid, c.ord, c.type, c.queue, c.due, c.ivl, c.reps, c.lapses,"
        " c.data, c.id from cards c join notes n on n.id = c.nid"
    ):
        guid, ordinal, kind, queue, due, interval, reps, lapses, data, card = row
        log = opened.db.all(
            "select id, ease, ivl, lastIvl, type from revlog where cid = ? order by id",
            card,
        )
        found[f"{guid}:{ordinal}"] = {
            "type": kind,
            "queue": queue,
            "due": due,
            "interval": interval,
            "reps": reps,
            "lapses": lapses,
            "data": json.loads(data or "{}"),
            "log": log,
            "first_day": first_day,
        }
    return found


def main() -> None:
    """Run a step and write what it gives to stdout."""
    step, arguments = sys.argv[1], json.loads(sys.argv[2])
    sys.stdout.write(json.dumps(globals()[step](**arguments)))


if __name__ == "__main__":
    main()
