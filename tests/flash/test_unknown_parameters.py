"""FSRS parameters of unknown versions are kept for Anki and never misread."""

import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection, ExportAnkiPackageOptions
from command_runner import Run
from foreign_packages import package

from srs.models.presets import DEFAULT_PARAMETERS

SEVEN = [round(0.1 + number / 100, 2) for number in range(34)]
FITTED = [*DEFAULT_PARAMETERS[:3], 9.5, *DEFAULT_PARAMETERS[4:]]
PRESET = {
    "new": {"perDay": 7, "delays": [1, 10]},
    "rev": {"perDay": 200, "maxIvl": 36500},
    "lapse": {"delays": [10], "leechFails": 8, "leechAction": 0},
}
NAMES = ("fsrsWeights", "fsrsParams5", "fsrsParams6", "fsrsParams7")


def sent(path: Path, parameters: Mapping[str, Sequence[float]]) -> Path:
    decks = json.dumps({"1": {"id": 1, "name": "D", "conf": 9, "dyn": 0}})
    presets = json.dumps({"9": {**PRESET, **parameters}})
    script = f"update col set decks = '{decks}', dconf = '{presets}';"
    return package(path, script)


def sent_back(flash: Run) -> dict[str, Any]:
    """Export the schedule; return the parameters of the preset of flash."""
    flash("export", "back.apkg", "--with-schedule")
    with closing(sqlite3.connect(":memory:")) as connection:
        data = zipfile.ZipFile("back.apkg").read("collection.anki2")
        connection.deserialize(data)
        presets = json.loads(connection.execute("select dconf from col").fetchone()[0])
    (preset,) = (one for one in presets.values() if one["name"] == "flash: D")
    return {name: preset[name] for name in NAMES if preset.get(name)}


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ({"fsrsParams6": SEVEN}, {"fsrsParams6": SEVEN}),
        (
            {"fsrsParams6": FITTED, "fsrsParams7": SEVEN},
            {"fsrsParams6": FITTED, "fsrsParams7": SEVEN},
        ),
        (
            {"fsrsParams5": FITTED[:19], "fsrsParams6": SEVEN},
            {"fsrsParams6": SEVEN},
        ),
    ],
    ids=["instead of known ones", "beside known ones", "newer than known ones"],
)
def test_unknown_parameters_are_reported_and_go_back(
    flash: Run,
    there: Mapping[str, Sequence[float]],
    back: Mapping[str, Sequence[float]],
) -> None:
    file = sent(Path("in.apkg"), there)

    code, out, err = flash("import", str(file))

    assert code == 0
    text = "1 deck with 34 FSRS parameters, a version flash doesn't know"
    assert f"{text}: kept for Anki, not used\n  D\n" in out + err
    assert sent_back(flash) == back


@pytest.mark.parametrize("length", [17, 19, 21])
def test_known_parameters_are_not_reported(flash: Run, length: int) -> None:
    file = sent(Path("in.apkg"), {"fsrsParams6": FITTED[:length]})

    code, out, err = flash("import", str(file))

    assert (code, "parameters" in out + err) == (0, False)
    assert len(sent_back(flash)["fsrsParams6"]) == 21


def test_parameters_that_anki_keeps_unread_are_read(flash: Run, tmp_path: Path) -> None:
    collection = Collection(str(tmp_path / "c.anki2"))
    preset = collection.decks.get_config(1)
    assert preset is not None
    collection.decks.update_config(preset | {"fsrsParams7": SEVEN})
    note = collection.new_note(collection.models.by_name("Basic"))
    note.fields = ["q", "a"]
    collection.add_note(note, collection.decks.id("D"))
    options = ExportAnkiPackageOptions(with_deck_configs=True, legacy=False)
    collection.export_anki_package(out_path="in.apkg", options=options, limit=None)
    collection.close()

    found = flash.json("import", "in.apkg")

    assert {one["deck"] for one in found["items"]} == {"D"}
    assert sent_back(flash)["fsrsParams7"] == SEVEN
